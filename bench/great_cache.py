"""A home with so many cached orders, put in through the cache's own doors and kept for next time.

The orders are those of generated Chinese streets (bench/repeats/street.py: boilerplate that all
share beside words that few share), one in ten in English. A million take some ten minutes the first
time; they are kept under the system's place for caches, or under CASEWORKER_BENCH_HOME.
"""

import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from random import Random

from msgspec import structs
from platformdirs import user_cache_path

from bench.repeats.street import street
from caseworker.cache import settings
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.key import key_beside
from caseworker.cache.orders import put_orders
from caseworker.cache.search_index import index_pending
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in
from caseworker.repeats.find import make_ready

FIRST_DEADLINE = datetime(2027, 1, 1, tzinfo=UTC)
AT_ONCE = 10_000

UNITS = ("heping", "xingfu", "jianshe", "dongfeng")
ENGLISH = (
    ("Street lamp out", "The lamp on {place} has been dark for a week, please mend it."),
    ("Noise after midnight", "Music from the bar on {place} every night, nobody can sleep."),
    ("Illegal parking", "Cars are parked on the fire lane at {place}, trucks cannot pass."),
    ("Leaking garage", "Water stands in the underground garage of {place} after each rain."),
    ("Garbage not collected", "The bins at {place} were not emptied for three days."),
    ("Broken pavement", "A deep pothole in front of {place}; a cyclist has already fallen."),
)
ROADS = ("Heping Rd", "Jianshe Rd", "Xingfu St", "Dongfeng Ave", "Binhe Rd", "Laojie")


def kept_in() -> Path:
    """The folder in which the benchmarks keep what takes long to make."""
    return Path(os.environ.get("CASEWORKER_BENCH_HOME", user_cache_path("caseworker") / "bench"))


def home_with(size: int) -> Path:
    """A home whose cache holds `size` orders, all of them indexed; its key stands beside it."""
    home = kept_in() / f"{size}"
    key = key_beside(home)
    with open_cache(home / "cache.db", key) as cache:
        fill(cache, size)
        cache.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home


def orders() -> Iterator[WorkOrder]:
    """Orders without end, always the same ones, none like another."""
    chance = Random(1)
    number = count()
    for seed in count(1):
        for labelled in street(20_000, seed):
            yield _dressed(chance, next(number), labelled.order)


def _dressed(chance: Random, number: int, order: WorkOrder) -> WorkOrder:
    deadline = FIRST_DEADLINE + timedelta(minutes=chance.randrange(2_000_000))
    if number % 10 == 3:
        title, content = chance.choice(ENGLISH)
        place = f"{chance.randrange(1, 900)} {chance.choice(ROADS)}"
        order = structs.replace(
            order, title=f"{title} {place}", content=content.format(place=place), address=place
        )
    return structs.replace(
        order,
        order_no=f"4403002026{number:08}",
        state="closed" if number % 10 == 7 else "open",
        deadline=deadline,
        unit=chance.choice(UNITS),
        caller_name="王小明",
        caller_phone=f"138{number * 7919 % 100_000_000:08}",
        is_secret=number % 50 == 0,
        revision=1,
    )


def fill(cache: Cache, size: int) -> None:
    """Put orders in until the cache holds `size`, and index all that is not."""
    held = int(cache.value("SELECT sum(orders) FROM tally"))
    ahead = islice(orders(), held, size)
    while several := list(islice(ahead, AT_ONCE)):
        with cache.writing():
            # As imported: what a hub no longer names leaves at the first pull, these stay.
            put_orders(cache, several, built_in(), from_hub=False)
            if not held:
                settings.put(cache, name="李敏")
        held += len(several)
        _tell(f"{held:,} of {size:,} orders")
    done = 0
    while indexed := index_pending(cache):
        done += indexed
        _tell(f"{done:,} orders indexed")
    # A desk of long standing: all that it holds was read and compared on other mornings.
    make_ready(cache)
    with cache.writing():
        cache.execute("DELETE FROM unpassed")


def _tell(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{words}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    began = time.perf_counter()
    print(home_with(int(sys.argv[1])), f"{time.perf_counter() - began:.0f} s")
