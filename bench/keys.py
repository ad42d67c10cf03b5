"""From a key to the repaint, at a million orders: idle, during a morning pass, and while a sync of
100,000 orders runs.

On a real pty of 140×40: a key goes in, and the clock stops when the terminal has been sent the new
place in the list. Beside it, in the same run: a bare virtual list that paints constants, and a
DataTable of 100,000 rows. `CASEWORKER_BENCH_ORDERS` says how many orders the cache has (1,000,000);
the pass is the one of `caseworker repeats --new`; while the sync runs, a hub serves in a process of
its own, and the desk's own syncing process pulls.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.great_cache import home_with
from bench.pull import KEY, NOW, SERVE, an_order, code_of
from bench.terminal import Terminal, desk_command, environment
from caseworker.cache.connection import open_cache
from caseworker.cache.key import key_beside
from hub import load
from hub.store import open_store
from sync.enrolment import enrol

ORDERS = int(os.environ.get("CASEWORKER_BENCH_ORDERS", "1000000"))
TO_PULL = 100_000
TO_COMPARE = 5_000
KEYS = int(os.environ.get("CASEWORKER_BENCH_KEYS", "240"))

CONSTANTS = f"""
from textual.app import App
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from rich.segment import Segment
from rich.style import Style
from textual.widgets import Static
ROWS = {ORDERS}
class Bare(ScrollView, can_focus=True):
    at = 0
    BINDINGS = [("j", "go(1)"), ("k", "go(-1)"), ("ctrl+d", "go(17)"), ("G", "end"), ("g", "top")]
    def on_mount(self):
        self.virtual_size = Size(1, ROWS)
    def action_go(self, by):
        self.to(self.at + by)
    def action_end(self):
        self.to(ROWS - 1)
    def action_top(self):
        self.to(0)
    def to(self, place):
        before, self.at = self.at, min(max(place, 0), ROWS - 1)
        top, seen = self.scroll_offset.y, self.size.height
        if top <= self.at < top + seen:
            self.refresh_line(before)
            self.refresh_line(self.at)
        else:
            self.scroll_to(y=self.at if self.at < top else self.at - seen + 1, animate=False)
        self.app.query_one(Static).update(f"  {{self.at + 1}} / {{ROWS}}")
    def render_line(self, y):
        behind = Style(reverse=y + self.scroll_offset.y == self.at)
        return Strip([Segment("建设路路灯不亮请尽快维修 " * 5, behind)])
class Constants(App):
    def compose(self):
        yield Bare()
        yield Static(f"  1 / {{ROWS}}")
Constants().run()
"""

DATA_TABLE = """
from textual.app import App
from textual.widgets import DataTable, Static
ROWS = 100_000
class Table(App):
    def compose(self):
        yield DataTable(cursor_type="row")
        yield Static("")
    def on_mount(self):
        table = self.query_one(DataTable)
        table.styles.height = "1fr"
        table.add_columns(*"1234567")
        table.add_rows(("建设路路灯不亮",) * 7 for _ in range(ROWS))
        table.focus()
    def on_key(self, event):
        move = {"j": 1, "ctrl+d": 17, "k": -1}.get(event.key, 0)
        table = self.query_one(DataTable)
        to = {"G": ROWS - 1, "g": 0}.get(event.key, table.cursor_row + move)
        table.move_cursor(row=to)
    def on_data_table_row_highlighted(self, event):
        self.query_one(Static).update(f"  {event.cursor_row + 1} / {ROWS}")
Table().run()
"""


def run() -> dict[str, float]:
    """Measure, print a table, and return milliseconds."""
    home = home_with(ORDERS)
    print(f"{'key to repaint':<34}{'p50 ms':>9}{'p99 ms':>9}{'worst':>9}")
    figures: dict[str, float] = {}
    with Terminal([sys.executable, "-c", CONSTANTS]) as terminal:
        terminal.seconds_to(f"1 / {ORDERS}")
        figures |= _told("constants", _pressed(terminal))
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "home"
        shutil.copytree(home, copied)
        with Terminal(desk_command(copied), environment(LANGUAGE="en")) as terminal:
            terminal.seconds_to("time left")
            figures |= _told("desk, idle", _pressed(terminal))
            figures |= _grouped(terminal)
            with comparing(copied):
                figures |= _told("desk, morning pass", _pressed(terminal))
        with (
            enrolled(copied, Path(folder), TO_PULL),
            Terminal(desk_command(copied), environment(LANGUAGE="en")) as terminal,
        ):
            terminal.seconds_to("time left")
            terminal.seconds_to("syncing")
            figures |= _told("desk, 100,000 being pulled", _pressed(terminal))
    with Terminal([sys.executable, "-c", DATA_TABLE]) as terminal:
        first = terminal.seconds_to("1 / 100000")
        figures |= _told("DataTable of 100,000", _pressed(terminal))
        figures["DataTable ready s"] = round(first, 2)
    for what in ("p50", "p99"):
        idle = figures[f"desk, idle {what} ms"]
        beyond = round(idle - figures[f"constants {what} ms"], 2)
        compares = round(figures[f"desk, morning pass {what} ms"] / idle, 2)
        pulls = round(figures[f"desk, 100,000 being pulled {what} ms"] / idle, 2)
        figures |= {
            f"beyond constants {what} ms": beyond,
            f"comparing beside idle {what}": compares,
            f"pulling beside idle {what}": pulls,
        }
        print(
            f"{what}: {beyond:.1f} ms beyond the constants; during a morning pass"
            f" {compares:.2f} × idle, while pulling {pulls:.2f} × idle"
        )
    print()
    return figures


def _grouped(terminal: Terminal) -> dict[str, float]:
    """The same keys over groups, and how long one waits for them."""
    waited = {}
    for by in ("by matter", "by place"):
        terminal.quiet(0.5)
        waited[f"to group {by} ms"] = round(terminal.key_to(by, "M") * 1_000, 1)
    return _told("desk, grouped by place", _pressed(terminal)) | waited


def _pressed(terminal: Terminal) -> list[float]:
    """Milliseconds of so many keys: a row down mostly, half a page, the end and the beginning."""
    terminal.quiet(0.5)
    keys = [*("jjjjj\x04" * (KEYS // 6)), *"GgGg"]
    return [terminal.key_to_place(key) * 1_000 for key in keys]


def _told(kind: str, taken: list[float]) -> dict[str, float]:
    p50, p99 = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
    print(f"{kind:<34}{p50:>9.1f}{p99:>9.1f}{max(taken):>9.1f}")
    return {f"{kind} p50 ms": round(p50, 2), f"{kind} p99 ms": round(p99, 2)}


@contextmanager
def comparing(home: Path) -> Iterator[None]:
    """A morning pass over new orders, in a process of its own, that outlasts the block."""
    with open_cache(home / "cache.db", key_beside(home)) as cache, cache.writing():
        cache.execute(
            "INSERT OR IGNORE INTO unpassed"
            " SELECT id FROM orders WHERE standing = 0 ORDER BY id DESC LIMIT ?",
            (TO_COMPARE,),
        )
    command = [*desk_command(home), "repeats", "--new", "--json"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as comparing_now:
        try:
            time.sleep(1)  # it has started by then
            yield
            assert comparing_now.poll() is None, "the pass was over before the keys were"
        finally:
            comparing_now.terminate()


@contextmanager
def enrolled(home: Path, folder: Path, to_pull: int) -> Iterator[None]:
    """A hub with orders to pull in a process of its own, and the home enrolled there."""
    with closing(open_store(str(folder / "hub.db"), lambda: KEY)) as store:
        load.load(store, [an_order(n) for n in range(to_pull)], "heping", "bench", NOW)
        serving = [sys.executable, "-c", SERVE, str(folder / "hub.db")]
        with subprocess.Popen(serving, stdout=subprocess.PIPE, text=True) as hub:
            try:
                assert hub.stdout is not None
                with open_cache(home / "cache.db", key_beside(home)) as cache:
                    enrol(cache, hub.stdout.readline().strip(), code_of(store))
                time.sleep(0.5)
                yield
            finally:
                hub.terminate()
