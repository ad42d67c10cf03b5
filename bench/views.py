"""Every view over many cached orders: its length, its count, a page, a jump, a place; in ms.

The orders are those of `great_cache`, copied, with something said about every twentieth: contexts,
proposals, possible repeats, a shelf and a shortlist. Beside each figure stands what the same
question costs as a scan of the orders, in the same run.
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bench.great_cache import home_with
from caseworker.cache import lists
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.key import key_beside
from caseworker.desk.queue import Window
from caseworker.desk.views import VIEWS, View, count_in
from caseworker.model.clock import now

SIZE = 1_000_000
RUNS = 30
COUNTED_TO = 1_000


def run() -> dict[str, float]:
    """Measure, print a table, and return medians in milliseconds."""
    home = home_with(SIZE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cache.db"
        shutil.copy(home / "cache.db", path)
        with open_cache(path, key_beside(home)) as cache:
            _say_something(cache)
            return _measured(cache)


def _measured(cache: Cache) -> dict[str, float]:
    figures: dict[str, float] = {}
    print(f"{'view':<12}{'rows':>10}{'open':>9}{'count':>9}{'page':>9}{'end':>9}{'jump':>9}  ms")
    for name, view in VIEWS.items():
        rows, told = _of_view(cache, view)
        print(f"{name:<12}{rows:>10,}" + "".join(f"{value:>9.2f}" for value in told.values()))
        figures |= {f"{name} {what} ms": round(value, 3) for what, value in told.items()}
    scan = _ms(lambda: cache.value("SELECT count(*) FROM orders NOT INDEXED WHERE safety <> ''"), 3)
    print(f"a scan of the orders: {scan:.0f} ms\n")
    return {**figures, "scan ms": round(scan, 1)}


def _of_view(cache: Cache, view: View) -> tuple[int, dict[str, float]]:
    at = now()
    window = Window(cache, view, at)
    rows = window.length
    row = window.row(rows // 2)
    return rows, {
        "open": _ms(lambda: Window(cache, view, at).row(0)),
        "count": _ms(lambda: count_in(cache, view, at, COUNTED_TO)),
        "page": 0.0 if row is None else _ms(lambda: _page(cache, window, row)),
        "end": _ms(lambda: Window(cache, view, at).row(rows - 1)),
        "jump": _ms(lambda: Window(cache, view, at).row(rows // 2)),
    }


def _page(cache: Cache, window: Window, row: lists.ListedOrder) -> object:
    return lists.beside(cache, window.listing, row, 64, after=True)


def _ms(ask: Callable[[], object], runs: int = RUNS) -> float:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - start) * 1_000)
    return statistics.median(taken)


def _say_something(cache: Cache) -> None:
    """What is said about orders, put straight into the sets: the bench is of reading."""
    far = int((now() + timedelta(days=30)).timestamp())
    parts = (
        ("noted", "id % 20 = 0", "''", 2**62),
        ("repeats", "id % 20 = 1", "''", 2**62),
        ("review", "id % 400 = 2", "'赵强'", 2**62),
        ("centre", "id % 400 = 3", "''", 2**62),
        ("returned", "id % 4000 = 4", "''", 2**62),
        ("shelved", "id % 4000 = 5", "''", far),
        ("shortlist", "id % 4000 = 6", "''", 2**62),
        ("drafts", "id % 40000 = 7", "''", 2**62),
    )
    with cache.writing():
        for name, which, who, until in parts:
            cache.execute(
                "INSERT OR IGNORE INTO members SELECT ?, standing, breaks_at, id,"
                f" {who}, 0, ? FROM orders WHERE standing = 0 AND {which}",
                (name, until),
            )
