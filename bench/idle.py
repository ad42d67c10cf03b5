"""CPU of an idle desk and its syncing process over 30 s, in step with a hub."""

import os
import shutil
import tempfile
from pathlib import Path

from bench.great_cache import home_with
from bench.keys import enrolled
from bench.terminal import Terminal, cpu_seconds, desk_command, environment

SECONDS = float(os.environ.get("CASEWORKER_BENCH_IDLE", "30"))
ORDERS = 1_000


def run() -> dict[str, float]:
    """Measure, print a line, and return the per cent of one core."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(home_with(ORDERS), home)
        with (
            enrolled(home, Path(folder), ORDERS),
            Terminal(desk_command(home), environment(LANGUAGE="en")) as terminal,
        ):
            terminal.seconds_to("synced")
            terminal.quiet(3.0)
            before = cpu_seconds(terminal.pid)
            terminal.quiet_for(SECONDS)
            used = cpu_seconds(terminal.pid) - before
    percent = used / SECONDS * 100
    print(f"an idle desk: {used:.2f} s of CPU in {SECONDS:.0f} s, {percent:.2f} %\n")
    return {"idle CPU %": round(percent, 3)}
