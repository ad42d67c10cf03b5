"""Time to the first painted row of the desk, beside a bare Textual app with one Static.

Each run starts a process on a pty of 140×40 and stops the clock when the text of its first row
reaches the terminal. The kinds of run take turns, so that a noisy minute falls on all of them; only
the ratios count. `CASEWORKER_BENCH_ORDERS` says how many orders the large cache has (1,000,000).
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from bench.great_cache import fill, home_with
from bench.terminal import PASSPHRASE, Terminal, desk_command, environment
from caseworker.cache.connection import open_cache
from caseworker.cache.key import unlock

RUNS = int(os.environ.get("CASEWORKER_BENCH_RUNS", "15"))
LARGE = int(os.environ.get("CASEWORKER_BENCH_ORDERS", "1000000"))
SMALL = 1_000

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("FIRSTROW")
Bare().run()
"""


def run() -> dict[str, float]:
    """Measure, print a table, and return medians in seconds, megabytes and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        # Of each kind: the command, the text of its first row, its environment.
        kinds = {
            "bare app": ([sys.executable, "-c", BARE], "FIRSTROW", environment()),
            "passphrase, 1,000": _desk(_with_passphrase(Path(folder) / "home"), PASSPHRASE),
            "key at hand, 1,000": _desk(home_with(SMALL)),
            f"key at hand, {LARGE:,}": _desk(home_with(LARGE)),
        }
        times: dict[str, list[float]] = {name: [] for name in kinds}
        memory: dict[str, list[float]] = {name: [] for name in kinds}
        for turn in range(RUNS + 1):
            for name, (command, first_row, env) in kinds.items():
                with Terminal(command, env) as terminal:
                    seconds = terminal.seconds_to(first_row)
                    if turn:  # the first turn compiles the modules and warms the file cache
                        times[name].append(seconds)
                        memory[name].append(terminal.resident())
    figures: dict[str, float] = {}
    bare, bare_best = statistics.median(times["bare app"]), min(times["bare app"])
    print(
        f"{'first painted row':<26}{'median s':>10}{'× bare':>8}{'best s':>8}{'× bare':>8}{'MB':>6}"
    )
    for name, taken in times.items():
        median, megabytes = statistics.median(taken), statistics.median(memory[name])
        print(
            f"{name:<26}{median:>10.3f}{median / bare:>8.2f}{min(taken):>8.3f}"
            f"{min(taken) / bare_best:>8.2f}{megabytes:>6.0f}"
        )
        figures |= {
            f"{name} s": round(median, 4),
            f"{name} beside bare": round(median / bare, 3),
            f"{name} beside bare, best": round(min(taken) / bare_best, 3),
            f"{name} MB": megabytes,
        }
    _small, _large = (f"key at hand, {size:,}" for size in (SMALL, LARGE))
    for what in ("s", "MB"):
        figures[f"large beside small, {what}"] = round(
            figures[f"{_large} {what}"] / figures[f"{_small} {what}"], 3
        )
    print(
        f"{LARGE:,} orders beside {SMALL:,}: time {figures['large beside small, s']:.2f},"
        f" memory {figures['large beside small, MB']:.2f}\n"
    )
    return figures


def _desk(home: Path, passphrase: str = "") -> tuple[list[str], str, dict[str, str]]:
    given = {"CASEWORKER_PASSPHRASE": passphrase} if passphrase else {}
    # The rows and the names of their columns come in one stretch.
    return desk_command(home), "time left", environment(LANGUAGE="en", **given)


def _with_passphrase(home: Path) -> Path:
    home.mkdir()
    os.environ["CASEWORKER_PASSPHRASE"] = PASSPHRASE
    with open_cache(home / "cache.db", unlock(home, None)) as cache:
        fill(cache, SMALL)
        cache.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home
