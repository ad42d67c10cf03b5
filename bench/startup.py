"""Time to the first painted row of the desk, beside a bare Textual app with one Static.

Each run starts a process on a pty of 140×40 and stops the clock when the marker text of its first
row reaches the terminal. The kinds of run take turns, so that a noisy minute falls on all of them;
only the ratios count.
"""

import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pexpect

from caseworker.cache.connection import open_cache
from caseworker.cache.key import unlock
from caseworker.cache.orders import put_orders
from caseworker.cache.search_index import index_pending
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in

RUNS = 15
SIZES = (1_000, 100_000)
MARKER = "FIRSTROW"
PASSPHRASE = "bench"

BARE = f"""
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("{MARKER}")
Bare().run()
"""


def run() -> dict[str, float]:
    """Measure, print a table, and return medians in seconds and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        homes = {size: _home(Path(folder) / str(size), size) for size in SIZES}
        commands = {"bare": [sys.executable, "-c", BARE]} | {
            f"{size} orders": [sys.executable, "-m", "caseworker", "--home", str(home)]
            for size, home in homes.items()
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(RUNS + 1):
            for name, command in commands.items():
                taken = _first_row(command)
                if turn:  # the first turn warms the file cache
                    times[name].append(taken)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    print(f"{'first painted row':<20}{'median s':>10}{'worst s':>10}{'× bare':>9}")
    for name, median in medians.items():
        print(f"{name:<20}{median:>10.3f}{max(times[name]):>10.3f}{median / medians['bare']:>9.2f}")
    small, large = (medians[f"{size} orders"] for size in SIZES)
    print(f"{SIZES[1]} orders beside {SIZES[0]}: {large / small:.2f}\n")
    return {
        **{f"{name} s": round(median, 4) for name, median in medians.items()},
        "beside bare": round(large / medians["bare"], 3),
        "large beside small": round(large / small, 3),
    }


def _home(home: Path, size: int) -> Path:
    home.mkdir()
    os.environ["CASEWORKER_PASSPHRASE"] = PASSPHRASE
    start = datetime(2026, 11, 24, tzinfo=UTC)
    orders = [
        WorkOrder(
            order_no=f"{n:012}",
            title=MARKER if n == 0 else f"路灯不亮第{n}次反映",
            content=f"建设路{n % 400}号门前路灯不亮，晚上老人出行不便，请尽快维修。" * 2,
            address=f"建设路{n % 400}号",
            deadline=start + timedelta(minutes=n),
            received_at=start - timedelta(minutes=n),
        )
        for n in range(size)
    ]
    with open_cache(home / "cache.db", unlock(home, None)) as cache:
        with cache.writing():
            put_orders(cache, orders, built_in(), from_hub=True)
        while index_pending(cache):
            pass
        cache.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home


def _first_row(command: list[str]) -> float:
    environment = {
        **os.environ,
        "CASEWORKER_PASSPHRASE": PASSPHRASE,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANGUAGE": "en",
    }
    start = time.perf_counter()
    child = pexpect.spawn(
        command[0], command[1:], env=environment, dimensions=(40, 140), timeout=60
    )
    child.delaybeforesend = None
    # The desk asks where the cursor stands; a terminal answers at once, and so does this one.
    while child.expect_exact([MARKER.encode(), b"\x1b[6n"]):
        child.send(b"\x1b[1;2R")
    taken = time.perf_counter() - start
    child.close(force=True)
    return taken
