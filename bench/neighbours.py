"""First paint of Harlequin, Posting and JiraTUI beside a bare Textual app, each in its own place.

Each is installed from the package index into an environment of its own beside the benchmark's
caches; one that does not install, or paints nothing within 20 s, is skipped with a word. A first
paint is the first screenful of bytes: what stands in it is the program's own affair.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.great_cache import kept_in
from bench.startup import BARE
from bench.terminal import Terminal, environment

RUNS = int(os.environ.get("CASEWORKER_BENCH_RUNS", "5"))
SCREENFUL = 2_000
"""Bytes; a bare app sends some more than that."""

PATIENCE = 20.0

NEIGHBOURS = {"harlequin": [], "posting": [], "jiratui": ["ui"]}


def run() -> dict[str, float | str]:
    """Measure, print a table, and return medians in seconds, ratios, or why there are none."""
    figures: dict[str, float | str] = {}
    with tempfile.TemporaryDirectory() as folder:
        env = environment(HOME=folder, JIRA_TUI_CONFIG_FILE=_jira_settings(Path(folder)))
        bare = _median([sys.executable, "-c", BARE], env)
        print(f"{'first paint':<14}{'median s':>10}{'× bare':>8}")
        for name, arguments in NEIGHBOURS.items():
            program = _installed(name)
            taken = None if program is None else _median([str(program), *arguments], env)
            if taken is None or bare is None:
                why = "does not install here" if program is None else "paints nothing here"
                print(f"{name:<14}skipped: {why}")
                figures[name] = f"skipped: {why}"
            else:
                print(f"{name:<14}{taken:>10.3f}{taken / bare:>8.2f}")
                figures |= {f"{name} s": taken, f"{name} beside bare": round(taken / bare, 2)}
    print()
    return figures


def _median(command: list[str], env: dict[str, str]) -> float | None:
    taken = []
    for turn in range(RUNS + 1):
        with Terminal(command, env) as terminal:
            seconds = terminal.seconds_to_bytes(SCREENFUL, PATIENCE)
        if seconds is None:
            return None
        if turn:
            taken.append(seconds)
    return round(statistics.median(taken), 3)


def _installed(name: str) -> Path | None:
    place = kept_in() / f"neighbour-{name}"
    program = place / "bin" / name
    if not program.exists():
        making = (
            [sys.executable, "-m", "venv", str(place)],
            [str(place / "bin" / "pip"), "install", name],
        )
        for command in making:
            if subprocess.run(command, capture_output=True, check=False).returncode:
                return None
    return program if program.exists() else None


def _jira_settings(folder: Path) -> str:
    settings = folder / "jira.yaml"
    settings.write_text(
        "jira_api_username: nobody\njira_api_token: none\njira_api_base_url: http://127.0.0.1:9\n",
        "utf-8",
    )
    return str(settings)
