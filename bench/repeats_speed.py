"""How long a search for repeats takes: one order, the morning pass, and all matters at once.

`CASEWORKER_BENCH_ORDERS=1000000 python -m bench repeats_speed` for a larger cache than 100,000.
The figures in brackets are the targets. The three parts run one after another on one encrypted
cache of the generated street; the pass over all matters runs in a process of its own, so that its
memory is its own. On a machine that does other things too, the CPU time of one order says more than
its wall time.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from msgspec import structs

from bench.repeats.ours import KEY, fill
from bench.repeats.street import street
from caseworker.cache.connection import open_cache
from caseworker.cache.suggestions import count_unpassed
from caseworker.desk.repeats import candidates, morning_pass
from caseworker.repeats.find import Finder, make_ready

ORDERS = int(os.environ.get("CASEWORKER_BENCH_ORDERS", "100000"))
ASKED = 1_000
NEW = 500
AT_LARGE_MAX = 200_000
"""Orders of a cache up to which all matters are looked for."""

AT_LARGE = f"""
import resource, sys, time
from pathlib import Path
from caseworker.cache.connection import open_cache
from caseworker.repeats.at_large import likely_matters
with open_cache(Path(sys.argv[1]), {KEY!r}) as cache:
    start = time.perf_counter()
    matters = likely_matters(cache)
    taken = time.perf_counter() - start
print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(matters))
"""


def run() -> dict[str, float]:
    """Measure, print a table, and return seconds, milliseconds and megabytes."""
    orders = [labelled.order for labelled in street(ORDERS + NEW)]
    figures: dict[str, float] = {"orders": ORDERS}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cache.db"
        with open_cache(path, KEY) as cache:
            fill(cache, orders[:ORDERS])
            figures["make ready s"] = _timed(lambda: make_ready(cache))
            with cache.writing():
                cache.execute("DELETE FROM unpassed")
            finder = Finder(cache)
            asked = [order.order_no for order in Random(5).sample(orders[:ORDERS], ASKED)]
            candidates(cache, asked[0], 5, finder=finder)
            busy = time.process_time()
            times = sorted(
                _timed(partial(candidates, cache, number, 5, finder=finder)) * 1_000
                for number in asked
            )
            figures["one order CPU ms"] = (time.process_time() - busy) * 1_000 / len(asked)
            figures["one order p50 ms"] = statistics.median(times)
            figures["one order p99 ms"] = times[int(len(times) * 0.99)]
            figures["a fresh search ms"] = _timed(lambda: candidates(cache, asked[1], 5)) * 1_000
            fill(cache, [structs.replace(order, state="open") for order in orders[ORDERS:]])
            assert count_unpassed(cache) == 0
            make_ready(cache)
            assert count_unpassed(cache) == NEW
            figures["morning pass s"] = _timed(lambda: morning_pass(cache))
            assert count_unpassed(cache) == 0
        if ORDERS <= AT_LARGE_MAX:
            figures |= _all_matters(path)
    for name, value in figures.items():
        print(f"{name:<22}{value:>12.2f}  {TARGETS.get(name, '')}")
    print()
    return {name: round(value, 3) for name, value in figures.items()}


def _all_matters(path: Path) -> dict[str, float]:
    answer = subprocess.run(
        [sys.executable, "-c", AT_LARGE, str(path)], capture_output=True, text=True, check=True
    )
    taken, megabytes, matters = map(float, answer.stdout.split())
    return {"all matters s": taken, "all matters MB": megabytes, "matters": matters}


TARGETS = {
    "one order p50 ms": "[8 against 100,000]",
    "one order p99 ms": "[25 against 100,000; 80 against 1,000,000]",
    "morning pass s": "[8 for 500 against 100,000]",
    "all matters s": "[30 for 100,000]",
    "all matters MB": "[1,000 for 100,000]",
}


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
