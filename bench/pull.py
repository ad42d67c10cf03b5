"""A first pull over real HTTP from a hub in a process of its own, beside a raw insert.

The base is an `executemany` of the same orders, two indexes, into the same kind of encrypted file:
only the ratios count. Pulling and indexing are timed apart, since the index is built behind the
pull, when the orders can be worked on already.
"""

import random
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import structs

from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.orders import encode
from caseworker.desk.annotate import new_draft, write
from caseworker.desk.worker import worker
from caseworker.model.order import WorkOrder
from hub import enrolment, load, units
from hub.store import Store, open_store
from sync.engine import Progress
from sync.engine import run as run_sync
from sync.enrolment import client_of, enrol

ORDERS = 100_000
WORDS = 1_000
RUNS = 3
KEY = bytes(range(32))
NOW = datetime(2026, 11, 24, 1, 43, tzinfo=UTC)

SERVE = f"""
import sys
from hub.serve import serve
from hub.store import open_store
serve(open_store(sys.argv[1], lambda: {KEY!r}), "127.0.0.1", 0, None, None,
      lambda address: print(address, flush=True))
"""

PLACES = ["幸福里", "和平里", "老街", "新华苑", "东风巷", "杏林湾", "滨河家园", "工人新村"]
TOPICS = [
    "地下车库",
    "渗水",
    "夜间施工",
    "噪音",
    "物业费",
    "垃圾清运",
    "路灯不亮",
    "占道经营",
    "楼道堆物",
    "电动车",
    "充电桩",
    "井盖破损",
    "树木修剪",
    "油烟扰民",
    "广场舞",
    "供暖不热",
    "停水",
    "水压低",
    "电梯故障",
    "宠物粪便",
]


def run() -> dict[str, float]:
    """Measure, print a table, and return seconds and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        orders = [an_order(number) for number in range(ORDERS)]
        with closing(open_store(str(place / "hub.db"), lambda: KEY)) as store:
            load.load(store, orders, "heping", "bench", NOW)
            times = [_measure(place / str(turn), store, orders) for turn in range(RUNS)]
    medians = {name: statistics.median(one[name] for one in times) for name in times[0]}
    print(f"{ORDERS:,} orders over loopback{'':<8}{'s':>8}{'× raw':>8}")
    for name, seconds in medians.items():
        print(f"{name:<34}{seconds:>8.2f}{seconds / medians['raw insert']:>8.2f}")
    print()
    return medians


def _measure(place: Path, store: Store, orders: list[WorkOrder]) -> dict[str, float]:
    place.mkdir()
    serving = [sys.executable, "-c", SERVE, str(place.parent / "hub.db")]
    with (
        subprocess.Popen(serving, stdout=subprocess.PIPE, text=True) as hub,
        open_cache(place / "desk.db", KEY) as cache,
    ):
        try:
            assert hub.stdout is not None
            enrol(cache, hub.stdout.readline().strip(), code_of(store))
            return {
                "raw insert": _insert_raw(place / "raw.db", orders),
                **_first_pull(cache),
                "a second sync, nothing new": _timed_sync(cache),
                f"{WORDS:,} annotations out and back": _push(cache, orders),
            }
        finally:
            hub.terminate()


def _insert_raw(place: Path, orders: list[WorkOrder]) -> float:
    with open_cache(place, KEY) as cache:
        cache.execute(
            "CREATE TABLE raw (id INTEGER PRIMARY KEY, order_no TEXT UNIQUE, title TEXT,"
            " address TEXT, breaks_at INTEGER, body BLOB)"
        )
        cache.execute("CREATE INDEX raw_queue ON raw (breaks_at, id)")
        rows = [
            (None, one.order_no, one.title, one.address, number, encode(one))
            for number, one in enumerate(orders)
        ]
        began = time.perf_counter()
        for start in range(0, len(rows), 2_000):
            with cache.writing():
                cache.execute_many(
                    "INSERT INTO raw VALUES (?, ?, ?, ?, ?, ?)", rows[start : start + 2_000]
                )
        return time.perf_counter() - began


def _first_pull(cache: Cache) -> dict[str, float]:
    pulled_at = 0.0

    def note(progress: Progress) -> None:
        nonlocal pulled_at
        if not progress.indexed:
            pulled_at = time.perf_counter()

    began = time.perf_counter()
    with client_of(cache) as client:
        report = run_sync(cache, client, now=NOW, progress=note)
    assert report.trouble is None
    assert report.pulled >= ORDERS
    ended = time.perf_counter()
    return {"pull": pulled_at - began, "text index": ended - pulled_at, "both": ended - began}


def _timed_sync(cache: Cache) -> float:
    began = time.perf_counter()
    with client_of(cache) as client:
        report = run_sync(cache, client, now=NOW)
    assert report.trouble is None
    return time.perf_counter() - began


def _push(cache: Cache, orders: list[WorkOrder]) -> float:
    me = worker(cache)
    for order in orders[:WORDS]:
        draft = new_draft(order.order_no, "context")
        write(cache, structs.replace(draft, code="C03", text="物业承诺二十日前维修"), me, NOW)
    return _timed_sync(cache)


def code_of(store: Store) -> str:
    with store.writing() as connection:
        unit = units.ensure(connection, "heping")
        return enrolment.add_worker(connection, "李敏", unit, "office", "bench", NOW)


def an_order(number: int) -> WorkOrder:
    chance = random.Random(number)
    received = NOW - timedelta(minutes=number)
    return WorkOrder(
        order_no=f"4403002026{number:08d}",
        title=f"{chance.choice(PLACES)}{chance.choice(TOPICS)}",
        content="，".join(
            chance.choice(PLACES) + "".join(chance.choices(TOPICS, k=2)) for _n in range(8)
        ),
        type="投诉",
        channel="12345热线",
        received_at=received,
        deadline=received + timedelta(days=5),
        deadlines={"street": received + timedelta(days=5)},
        address=f"{chance.choice(PLACES)}{chance.randrange(40)}号楼",
        district="东城区",
        street="和平街道",
        community=chance.choice(PLACES),
        unit="heping",
        caller_name="王小明",
        caller_phone=f"138{number:08d}",
    )
