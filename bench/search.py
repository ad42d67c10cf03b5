"""How long a search takes at a million orders, beside a LIKE scan: newest 50 with their rows, warm.

`CASEWORKER_BENCH_ORDERS` says how many orders (1,000,000). The queries are of what the generated
streets say, and of what they never say, also of frequent words that never meet.
"""

import os
import statistics
import time
from collections.abc import Callable

from bench.great_cache import home_with
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.key import key_beside
from caseworker.desk.search import find
from caseworker.model.clock import now

ORDERS = int(os.environ.get("CASEWORKER_BENCH_ORDERS", "1000000"))
TURNS = 40

QUERIES = {
    "two characters": ("路灯", "物业", "噪音", "电梯", "反映", "希望"),
    "three": ("幼儿园", "停车场", "请尽快", "加油站"),
    "four": ("地下车库", "路灯黑了", "施工噪音", "相关部门", "桥下闸口"),
    "eight": ("请相关部门核实处", "老人腿脚不方便了", "一到夏天腥气熏人", "持续了半个多月了"),
    "English": ("street lamp", "noise bar", "lamp Heping", "fire lane parked", "garbage"),
    "mixed": ("3号楼", "12号", "3栋", "3号楼电梯", "2单元", "A座"),
    "mixed, two words": ("路灯 3号楼", "幸福 12号", "3栋 电梯", "lamp 路灯"),
    "initials": ("xfl", "yey", "dxck"),
    "fields": (
        "state:open 路灯", "unit:heping 电梯", "kind:投诉 place:小区",
        "from:2026-03-01 to:2026-03-09 路灯", "view:today safety:no",
    ),
    "never occurs": ("渗水路灯", "电梯噪音", "希望尽快解决谢谢", "water garden", "鑫鑫鑫"),
    "never meet": (
        "电梯 路灯", "反映 物业 lamp", "希望 领导 noise", "lamp garage", "处理 噪音 bins",
    ),
    "one character": ("车", "的", "a", "车" * 10_000),
}  # fmt: skip


def run() -> dict[str, float]:
    """Measure, print a table, and return milliseconds and ratios."""
    home = home_with(ORDERS)
    moment = now()
    figures: dict[str, float] = {}
    with open_cache(home / "cache.db", key_beside(home)) as cache:
        everything: list[tuple[float, float]] = []
        print(f"{'search at ' + format(ORDERS, ','):<26}    p50 ms    p99 ms  of CPU: p50     p99")
        for kind, queries in QUERIES.items():
            taken = [
                _milliseconds(lambda asked=query: find(cache, asked, moment))  # type: ignore[misc]
                for turn in range(TURNS + 1)
                for query in queries
                if turn or find(cache, query, moment)
            ]
            everything += taken
            figures |= _told(kind, taken)
        figures |= _told("all", everything)
        scans = [_milliseconds(lambda: _scan(cache))[0] for _turn in range(2)]
        figures["LIKE scan ms"] = round(min(scans), 1)
        figures["LIKE beside p99"] = round(min(scans) / figures["all p99 ms"], 1)
        print(f"a LIKE scan: {min(scans):,.0f} ms, {figures['LIKE beside p99']:,.0f} × the p99\n")
    return figures


def _told(kind: str, taken: list[tuple[float, float]]) -> dict[str, float]:
    figures = {}
    for place, unit in enumerate(("ms", "CPU ms")):
        several = [one[place] for one in taken]
        figures[f"{kind} p50 {unit}"] = round(statistics.median(several), 3)
        figures[f"{kind} p99 {unit}"] = round(statistics.quantiles(several, n=100)[98], 3)
    print(f"{kind:<26}" + "".join(f"{value:>10.2f}" for value in figures.values()))
    return figures


def _scan(cache: Cache) -> None:
    cache.rows(
        "SELECT id FROM orders WHERE title LIKE ? OR CAST(body AS TEXT) LIKE ?"
        " ORDER BY id DESC LIMIT 50",
        ("%渗水路灯%", "%渗水路灯%"),
    )


def _milliseconds(act: Callable[[], object]) -> tuple[float, float]:
    """Of the clock, and of the processor, which a busy machine does not stretch as much."""
    began, used = time.perf_counter(), time.process_time()
    act()
    return (time.perf_counter() - began) * 1_000, (time.process_time() - used) * 1_000
