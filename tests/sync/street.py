"""A street with a real hub in the process, desks on it, and a line that fails when told to."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from caseworker.cache import annotations, orders, outbox
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.drafts import Draft
from caseworker.desk.annotate import write
from caseworker.desk.worker import worker
from caseworker.model.annotation import Annotation, Decision
from caseworker.model.me import Role
from caseworker.model.order import WorkOrder
from caseworker.model.wire import DecisionRequest
from hub import decisions, enrolment, load, units
from hub.app import create_app
from hub.limits import Allowance
from hub.store import begin_generation, open_store
from sync.engine import Progress, SyncReport, run
from sync.enrolment import client_of, enrol
from tests.conftest import KEY

NOW = datetime(2026, 11, 24, 1, 43, tzinfo=UTC)
HUB = "http://127.0.0.1:12345"
STREET = "heping"

FAULTS = (
    "refused", "reset_before", "reset_after", "timeout_before", "timeout_after", "500_before",
    "500_after", "503_before", "429", "cut_off", "half_json", "html", "duplicate",
)  # fmt: skip
"""What can happen to a request: before or after the hub has done what it asks."""

UNLIMITED = Allowance(burst=1e9, per_second=1e9)


class InProcess(httpx.BaseTransport):
    """An ASGI application as the other end of a synchronous client."""

    def __init__(self, application: Any) -> None:
        self._asgi = httpx.ASGITransport(app=application)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(self._answer(request), self._loop).result()

    def close(self) -> None:
        """Kept open: each sync has a client of its own."""

    def end(self) -> None:
        """Stop the loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        answer = await self._asgi.handle_async_request(
            httpx.Request(
                request.method, request.url, headers=request.headers, content=body or None
            )
        )
        content = b"".join([piece async for piece in answer.aiter_raw()])
        return an_answer(answer.status_code, content, dict(answer.headers))


def an_answer(status: int, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """An answer whose body has not been read yet, as it comes from a socket."""
    return httpx.Response(status, headers=headers, stream=Whole(body))


class Whole(httpx.SyncByteStream):
    """A body in two pieces."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body[: len(self._body) // 2]
        yield self._body[len(self._body) // 2 :]


class CutOff(httpx.SyncByteStream):
    """Half a body, and then the line is gone."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body[: len(self._body) // 2]
        raise httpx.RemoteProtocolError("peer closed connection")


class Line(httpx.BaseTransport):
    """A line on which the next requests meet the faults that stand in `faults`, one each."""

    def __init__(self, hub: httpx.BaseTransport) -> None:
        self._hub = hub
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.urls: list[httpx.URL] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(f"{request.method} {request.url.path}")
        self.urls.append(request.url)
        fault = self.faults.pop(0) if self.faults else ""
        match fault:
            case "refused":
                raise httpx.ConnectError("connection refused")
            case "reset_before":
                raise httpx.ReadError("connection reset")
            case "timeout_before":
                raise httpx.ReadTimeout("timed out")
            case "500_before":
                return an_answer(500, b"", {})
            case "503_before":
                return an_answer(503, b"", {"Retry-After": "1"})
            case "429":
                return an_answer(429, b"", {"Retry-After": "2"})
            case "html":
                return an_answer(200, b"<h1>Guests</h1>", {"Content-Type": "text/html"})
        answer = self._hub.handle_request(request)
        match fault:
            case "reset_after":
                raise httpx.ReadError("connection reset")
            case "timeout_after":
                raise httpx.ReadTimeout("timed out")
            case "500_after":
                return an_answer(500, b"", {})
            case "cut_off":
                return httpx.Response(
                    answer.status_code, headers=_type(answer), stream=CutOff(answer.read())
                )
            case "half_json":
                body = answer.read()
                return an_answer(answer.status_code, body[: len(body) // 2], _type(answer))
            case "duplicate":
                return self._hub.handle_request(request)
        return answer


def _type(answer: httpx.Response) -> dict[str, str]:
    """What the answer's headers say, but for its length."""
    return {name: value for name, value in answer.headers.items() if name != "content-length"}


class Desk:
    """One enrolled desk with a cache and a line of its own."""

    def __init__(self, cache: Cache, line: Line) -> None:
        self.cache = cache
        self.line = line
        self.progress: list[Progress] = []

    def sync(self, *faults: str) -> SyncReport:
        """One sync; its first requests meet `faults`."""
        self.line.faults = list(faults)
        self.line.asked, self.line.urls = [], []
        with client_of(self.cache, self.line) as client:
            report = run(self.cache, client, now=NOW, progress=self.progress.append)
        self.line.faults = []
        return report

    def synced(self) -> SyncReport:
        """One sync that comes to its end."""
        report = self.sync()
        assert report.trouble is None, report.trouble
        return report

    def write(self, draft: Draft) -> Annotation:
        """Write as the enrolled worker; the annotation as it was saved."""
        return write(self.cache, draft, worker(self.cache), NOW).annotation

    def states(self) -> dict[str, str]:
        """Own annotations: id → state."""
        return {one.annotation.id: one.state for one in outbox.items(self.cache, settled=True)}

    def holds(self, order_no: str) -> bool:
        return orders.holds(self.cache, order_no)

    def said(self, order_no: str) -> list[Annotation]:
        return annotations.annotations_of(self.cache, order_no)

    def ruled(self, order_no: str) -> list[Decision]:
        return annotations.decisions_of(self.cache, order_no)


class Street:
    """A hub with its store, and everyone who is enrolled there."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self.store = open_store(str(place / "hub.db"), lambda: KEY)
        self.application = create_app(
            self.store, clock=lambda: NOW, requests=UNLIMITED, enrolments=UNLIMITED
        )
        self._process = InProcess(self.application)
        self._caches: list[Cache] = []

    def load(self, *several: WorkOrder, unit: str = STREET) -> None:
        """Orders reach the hub, or change there."""
        load.load(self.store, several, unit, "test", NOW)

    def code(self, name: str, role: Role = "office", unit: str = STREET) -> str:
        """A one-time code."""
        with self.store.writing() as connection:
            place = units.ensure(connection, unit)
            return enrolment.add_worker(connection, name, place, role, "test", NOW)

    def line(self) -> Line:
        return Line(self._process)

    def cache(self, name: str) -> Cache:
        """A cache file of that name, closed with the street."""
        cache = open_cache(self._place / f"{name}.db", KEY)
        self._caches.append(cache)
        return cache

    def desk(self, name: str, role: Role = "office", unit: str = STREET, file: str = "") -> Desk:
        """An enrolled desk that has not synced yet."""
        desk = Desk(self.cache(file or name), self.line())
        enrol(desk.cache, HUB, self.code(name, role, unit), desk.line)
        return desk

    def decide(self, annotation_id: str, ruling: str = "granted", text: str = "属实") -> Decision:
        """The centre rules."""
        from caseworker.model.taxonomy import built_in

        with self.store.writing() as connection:
            return decisions.rule(
                connection,
                DecisionRequest(annotation_id, ruling, text),  # type: ignore[arg-type]
                decided_by="中心",
                actor="test",
                taxonomy=built_in(),
                now=NOW,
            )

    def backup(self) -> bytes:
        """The hub's whole store as it is now."""
        self.store.close()
        with self.store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.store.close()
        return (self._place / "hub.db").read_bytes()

    def restore(self, backup: bytes) -> None:
        """The hub is set back to a backup, and names a new generation (DESIGN §5.7)."""
        self.store.close()
        for ending in ("-wal", "-shm"):
            (self._place / f"hub.db{ending}").unlink(missing_ok=True)
        (self._place / "hub.db").write_bytes(backup)
        with self.store.writing() as connection:
            begin_generation(connection)

    def close(self) -> None:
        for cache in self._caches:
            cache.close()
        self._process.end()
        self.store.close()


@contextmanager
def a_street(place: Path) -> Iterator[Street]:
    """A street whose files stand in `place`."""
    street = Street(place)
    try:
        yield street
    finally:
        street.close()


def stored(street: Street, ids: Sequence[str]) -> list[str]:
    """Which of these annotations the hub holds, as often as it holds them."""
    from sqlalchemy import select

    from hub.store import annotation

    with street.store.reading() as connection:
        found = connection.execute(select(annotation.c.id).where(annotation.c.id.in_(ids)))
        return list(found.scalars())
