"""Many desks at one hub over real HTTP: what it answers, how fast, and that nothing is lost.

The hub is one process with a real PostgreSQL of its own; the desks are one client process beside
it, so both share the machine's cores: the figures are those of a small server, not of a large one.
Three questions, each bounded in requests and in time:

- `paced`: desks that poll and push at the pace of a real one (once a minute), each on its own
  connection;
- `pressed`: as many requests as fifty clients can put, which is where the hub ends;
- `page`: what one page of the feed costs as the feed grows.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
from msgspec import json
from sqlalchemy import select, text
from uuid6 import uuid7

from caseworker.model.annotation import Annotation
from caseworker.model.order import WorkOrder
from caseworker.model.wire import AnnotationBatch, AnnotationResults, EnrolmentRequest, FeedPage
from hub import enrolment, feed, load, units
from hub.store import Store, annotation, open_store
from tests.postgres import a_server

DESKS = (100, 300, 1000)
STREETS = 50
ORDERS_EACH = 20
"""Orders of a street at the start."""

POLL_SECONDS = 60.0
PRESSED_SECONDS = 20.0
PRESSED_CLIENTS = 50
FEED_ROWS = (100_000, 1_000_000, 10_000_000)
PAGE = 500
NOW = datetime(2026, 11, 24, 1, 43, tzinfo=UTC)

SERVE = """
import sys
from hub.serve import serve
from hub.store import open_store
serve(open_store(sys.argv[1], lambda: b""), "127.0.0.1", 0, None, None,
      lambda address: print(address, flush=True))
"""


@dataclass
class Tally:
    """What the desks met."""

    seconds: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    stored: set[str] = field(default_factory=set)
    """Ids of annotations for which a receipt came."""

    def figures(self, took: float) -> dict[str, float]:
        """Requests a second, milliseconds, and how many answers were none."""
        cuts = statistics.quantiles(self.seconds, n=100)
        return {
            "requests": len(self.seconds),
            "per_second": round(len(self.seconds) / took, 1),
            "p50_ms": round(cuts[49] * 1000, 1),
            "p99_ms": round(cuts[98] * 1000, 1),
            "errors": sum(n for status, n in self.answers.items() if status >= 400 or not status),
        }


class Desk:
    """One device: it asks who it is, sends what waits, reads the feed to its end."""

    def __init__(self, url: str, token: str, worker: str, order_no: str, tally: Tally) -> None:
        self._http = httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
        )
        self._worker = worker
        self._order_no = order_no
        self._tally = tally
        self._cursor = ""

    async def sync(self) -> None:
        """One round, as `sync.engine` does it, with one annotation to send."""
        await self._ask("GET", "/v1/me")
        said = Annotation(
            id=str(uuid7()),
            order_no=self._order_no,
            kind="context",
            code="C05",
            text="改造工程排在下月，已与居民说明。",
            author=self._worker,
            written_at=datetime.now(UTC),
        )
        answer = await self._ask("POST", "/v1/annotations", json.encode(AnnotationBatch([said])))
        if answer is not None:
            (result,) = json.decode(answer, type=AnnotationResults).results
            if result.verdict == "stored":
                self._tally.stored.add(result.id)
        more = True
        while more:
            answer = await self._ask("GET", f"/v1/feed?cursor={self._cursor}&limit={PAGE}")
            if answer is None:
                return
            page = json.decode(answer, type=FeedPage)
            self._cursor, more = page.cursor, page.more

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes | None:
        headers = {"Content-Type": "application/json"} if body else {}
        began = time.perf_counter()
        try:
            answer = await self._http.request(method, path, content=body, headers=headers)
        except httpx.HTTPError:
            self._tally.answers[0] += 1
            return None
        finally:
            self._tally.seconds.append(time.perf_counter() - began)
        self._tally.answers[answer.status_code] += 1
        return answer.content if answer.is_success else None


def run() -> dict[str, Any]:
    """Measure, print tables, and return the figures."""
    figures: dict[str, Any] = {"paced": {}, "page": {}}
    with a_server(durable=True) as server, server.database() as url:
        store = open_store(url, lambda: b"")
        people = _people(store, max(DESKS))
        with serving(url) as address:
            print(
                f"{'desks, one sync a minute':<26}{'req/s':>8}{'p50 ms':>8}{'p99 ms':>8}{'err':>5}"
            )
            for desks in DESKS:
                figures["paced"][desks] = _paced(store, address, people[:desks])
                _print(f"{desks:,}", figures["paced"][desks])
            figures["pressed"] = _pressed(store, address, people[:PRESSED_CLIENTS])
            _print(f"pressed by {PRESSED_CLIENTS}", figures["pressed"])
        print(f"\n{'rows in the feed':<26}{'page of 500, ms':>16}")
        for rows in FEED_ROWS:
            figures["page"][rows] = _page(store, rows)
            print(f"{rows:<26,}{figures['page'][rows]:>16}")
        store.close()
    return figures


def _paced(store: Store, address: str, people: Sequence[tuple[str, str, str]]) -> dict[str, float]:
    """Each desk syncs twice, at an instant of its own within each minute."""

    async def desk(one: Desk, at: float) -> None:
        await asyncio.sleep(at)
        await one.sync()
        await asyncio.sleep(POLL_SECONDS)
        await one.sync()

    random = Random(1)
    return _loose(
        store,
        address,
        people,
        lambda desks: [desk(one, random.uniform(0, POLL_SECONDS)) for one in desks],
    )


def _pressed(
    store: Store, address: str, people: Sequence[tuple[str, str, str]]
) -> dict[str, float]:
    """Each client syncs again at once, for `PRESSED_SECONDS`."""
    ends = time.perf_counter() + PRESSED_SECONDS

    async def client(one: Desk) -> None:
        while time.perf_counter() < ends:
            await one.sync()

    return _loose(store, address, people, lambda desks: [client(one) for one in desks])


def _loose(
    store: Store,
    address: str,
    people: Sequence[tuple[str, str, str]],
    work: Callable[[Sequence[Desk]], Sequence[Coroutine[Any, Any, None]]],
) -> dict[str, float]:
    tally = Tally()
    before = _held(store)

    async def all_at_once() -> float:
        desks = [Desk(address, *one, tally) for one in people]
        began = time.perf_counter()
        await asyncio.gather(*work(desks))
        took = time.perf_counter() - began
        await asyncio.gather(*(one.close() for one in desks))
        return took

    took = asyncio.run(all_at_once())
    held = _held(store) - before
    return {
        **tally.figures(took),
        "receipts": len(tally.stored),
        "lost": len(tally.stored - held),
    }


def _held(store: Store) -> set[str]:
    with store.reading() as connection:
        return set(connection.execute(select(annotation.c.id)).scalars())


def _people(store: Store, number: int) -> list[tuple[str, str, str]]:
    """A token, a name and an order to write about for each desk, spread over the streets."""
    made = []
    for street in range(STREETS):
        load.load(
            store,
            [
                WorkOrder(
                    order_no=f"L{street:04}{n:06}", title="路灯不亮", content="晚上看不见路。"
                )
                for n in range(ORDERS_EACH)
            ],
            f"district/street{street}",
            "bench",
            NOW,
        )
    for n in range(number):
        street = n % STREETS
        with store.writing() as connection:
            place = units.ensure(connection, f"district/street{street}")
            clock = datetime.now(UTC)
            code = enrolment.add_worker(connection, f"员{n}", place, "office", "bench", clock)
            given = enrolment.enrol(connection, EnrolmentRequest(code, "bench"), clock)
        made.append((given.token, given.worker, f"L{street:04}{n % ORDERS_EACH:06}"))
    return made


def _page(store: Store, rows: int) -> float:
    """The median milliseconds of a page in the middle of a feed of so many rows."""
    with store.writing() as connection:
        place = units.ensure(connection, f"size{rows}")
        given = {"unit": place.number, "rows": rows, "prefix": f"S{rows}-"}
        for statement in _FILL:
            connection.execute(text(statement), given)
    with store.writing() as connection:
        connection.execute(text("ANALYZE"))
    times = []
    for turn in range(30):
        cursor = feed.Cursor("g", "", {place.number: rows // 3 + turn * PAGE})
        began = time.perf_counter()
        with store.reading() as connection:
            reader = feed.Reader(place.number, place.level)
            page = feed.page(connection, reader, cursor, PAGE, feed.Codes("", ""), "g")
        times.append(time.perf_counter() - began)
        if len(page.changes) != PAGE:
            raise AssertionError("a page came short")
    return round(statistics.median(times) * 1000, 1)


_FILL = (
    # Straight into the tables: ten million rows one by one would take hours.
    "INSERT INTO work_order (order_no, unit, revision, substance_revision, content_hash, body)"
    " SELECT :prefix || n, :unit, 1, 1, '', convert_to("
    "   json_build_object('order_no', :prefix || n, 'title', '路灯不亮',"
    "     'content', '晚上看不见路。', 'revision', 1)::text, 'UTF8')"
    " FROM generate_series(1, :rows) AS n",
    "INSERT INTO feed (unit, seq, kind, ref)"
    " SELECT :unit, n, 'order', :prefix || n FROM generate_series(1, :rows) AS n",
    "UPDATE counter SET feed = :rows WHERE unit = :unit",
)


def _print(label: str, figures: dict[str, float]) -> None:
    print(
        f"{label:<26}{figures['per_second']:>8}{figures['p50_ms']:>8}{figures['p99_ms']:>8}"
        f"{figures['errors']:>5}   receipts {figures['receipts']}, lost {figures['lost']}"
    )


@contextmanager
def serving(place: str) -> Iterator[str]:
    """A hub process on a store; its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, place], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
