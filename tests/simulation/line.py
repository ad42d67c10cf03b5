"""A desk's line to the hub, and everything that a line, a proxy or a hub out of order can do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import Final

import httpx
from msgspec import MsgspecError, Struct, json, structs

from caseworker.cache.annotations import encode
from caseworker.model.wire import AnnotationBatch
from sync.hotline import CONNECT_SECONDS, SILENCE_SECONDS
from tests.simulation.glass import Clock
from tests.simulation.history import Asked, Event, Heard, HubSaid
from tests.simulation.hub_process import HubProcess, Said

BEFORE: Final = (
    "refused", "connect_timeout", "reset_before", "timeout_before", "500_before", "502_before",
    "503_before", "504_before", "429_seconds", "429_date", "429_absent", "429_absurd", "html",
    "html_as_json", "late",
)  # fmt: skip
"""The hub never hears of the request."""

AFTER: Final = (
    "reset_after", "timeout_after", "500_after", "502_after", "503_after", "504_after", "cut_off",
    "half_json", "empty_feed", "duplicate", "again_later", "overlap", "reordered", "dies_midway",
    "busy_midway",
)  # fmt: skip
"""The hub does what it is asked, or begins to."""

FAULTS: Final = BEFORE + AFTER

ABSURD: Final = ("99999999999999999999", "-30", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "1e9", "")

_HTML: Final = b"<!doctype html><title>Guest network</title><p>Please log in.</p>"


class _Letter(Struct, frozen=True):
    """A request as it stands on the line."""

    method: str
    path: str
    query: bytes
    headers: dict[str, str]
    body: bytes


@dataclass
class Memory:
    """What a line keeps from one request to another."""

    heard: dict[str, list[Said]] = field(default_factory=dict)
    cursors: list[str] = field(default_factory=lambda: ["", ""])
    """What the feed was asked from, lately."""
    waiting: list[_Letter] = field(default_factory=list)
    odd: int = 0
    """Counts what comes in several forms."""


class Line(httpx.BaseTransport):
    """One desk's line. `draws` says what the next request meets, `meanwhile` what others do."""

    def __init__(self, desk: str, hub: HubProcess, clock: Clock, events: list[Event]) -> None:
        self._desk = desk
        self._hub = hub
        self._clock = clock
        self._events = events
        self.memory = Memory()
        self.draws: Callable[[str], str] = lambda _call: ""
        self.meanwhile: Callable[[], None] = lambda: None
        self.in_transaction: Callable[[], bool] = lambda: False
        self.tokens: set[str] = set()
        self.asked = 0

    def close(self) -> None:
        """Kept open: each sync has a client of its own."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        letter = _Letter(
            request.method,
            request.url.path,
            request.url.query,
            dict(request.headers),
            request.read(),
        )
        call = f"{letter.method} {letter.path}"
        cursor = request.url.params.get("cursor", "")
        fault = self.draws(call)
        self.asked += 1
        self.tokens.add(letter.headers.get("authorization", ""))
        self._tell(
            Asked(
                self._desk,
                call,
                cursor,
                _payloads(letter.body),
                self.in_transaction(),
                self._clock.seconds,
                fault,
            )
        )
        self._deliver_what_waits()
        with self._clock.meanwhile():
            self.meanwhile()
        try:
            said, cut = self._carried(letter, call, cursor, fault)
        except BaseException:
            self._heard(call, cursor, None)
            raise
        with self._clock.meanwhile():
            self.meanwhile()
        if cut:
            self._heard(call, cursor, None)
            return httpx.Response(said.status, headers=said.headers, stream=_CutOff(said.body))
        self._heard(call, cursor, said)
        self.memory.heard.setdefault(call, []).append(said)
        return httpx.Response(said.status, headers=said.headers, stream=_Whole(said.body))

    def _carried(self, letter: _Letter, call: str, cursor: str, fault: str) -> tuple[Said, bool]:
        """What comes back, and whether it is cut off on the way."""
        self._clock.pass_by(0.05)
        early = self._before(call, fault)
        if early is not None:
            return early, False
        match fault:
            case "dies_midway" | "busy_midway":
                self._hub.fuse.left = 1
                self._hub.fuse.busy = fault == "busy_midway"
            case "again_later":
                self.memory.waiting.append(letter)
            case "overlap" if call == "GET /v1/feed":
                letter = self._from_before(letter)
        said = self._ask_hub(letter, call)
        self._hub.fuse.left = None
        if fault == "duplicate":
            said = self._ask_hub(letter, call)
        if said is None:
            raise httpx.ReadError("connection reset")
        return self._after(said, call, fault, cursor), fault == "cut_off"

    def _before(self, call: str, fault: str) -> Said | None:
        """What answers in the hub's place."""
        match fault:
            case "refused":
                raise httpx.ConnectError("connection refused")
            case "connect_timeout":
                self._clock.pass_by(CONNECT_SECONDS)
                raise httpx.ConnectTimeout("timed out")
            case "reset_before":
                raise httpx.ReadError("connection reset")
            case "timeout_before":
                self._clock.pass_by(SILENCE_SECONDS)
                raise httpx.ReadTimeout("timed out")
            case "500_before" | "502_before" | "503_before" | "504_before":
                return self._gateway(int(fault[:3]))
            case "429_seconds":
                return Said(429, {"Retry-After": "2"}, b"")
            case "429_date":
                now = self._clock.hub_time()
                asked = {"Retry-After": format_datetime(now + timedelta(seconds=3), usegmt=True)}
                return Said(429, asked | {"Date": format_datetime(now, usegmt=True)}, b"")
            case "429_absent":
                return Said(429, {}, b"")
            case "429_absurd":
                self.memory.odd += 1
                return Said(429, {"Retry-After": ABSURD[self.memory.odd % len(ABSURD)]}, b"")
            case "html":
                return Said(200, {"Content-Type": "text/html"}, _HTML)
            case "html_as_json":
                return Said(200, {"Content-Type": "application/json"}, _HTML)
            case "late" if call != "POST /v1/enrolments":
                # A proxy that keeps what it must not keep, now this answer and now that.
                earlier = self.memory.heard.get(call, [])[-4:]
                self.memory.odd += 1
                return earlier[self.memory.odd * 3 % len(earlier)] if earlier else None
        return None

    def _after(self, said: Said, call: str, fault: str, asked: str) -> Said:
        """What is left of the hub's answer."""
        match fault:
            case "reset_after":
                raise httpx.ReadError("connection reset")
            case "timeout_after":
                self._clock.pass_by(SILENCE_SECONDS)
                raise httpx.ReadTimeout("timed out")
            case "500_after" | "502_after" | "503_after" | "504_after":
                return self._gateway(int(fault[:3]))
            case "half_json":
                return Said(said.status, said.headers, said.body[: len(said.body) // 2])
        if call != "GET /v1/feed" or said.status != 200:
            return said
        page = json.decode(said.body)
        changes = page["changes"]
        match fault:
            case "empty_feed":
                page["changes"] = []
                page["more"] = False
            case "reordered":
                page["changes"] = changes[::-1]
            case "overlap":
                page["after"] = asked
            case _:
                return said
        body = json.encode(page)
        return Said(200, said.headers | {"content-length": str(len(body))}, body)

    def _from_before(self, letter: _Letter) -> _Letter:
        """A hub that begins further back than it was asked to: pages overlap."""
        params = httpx.QueryParams(letter.query)
        self.memory.cursors = [self.memory.cursors[1], params["cursor"]]
        query = str(params.set("cursor", self.memory.cursors[0])).encode()
        return structs.replace(letter, query=query)

    def _gateway(self, status: int) -> Said:
        if status == 504:
            self._clock.pass_by(10.0)
        headers = {"Content-Type": "text/html"}
        return Said(status, headers | ({"Retry-After": "1"} if status == 503 else {}), _HTML)

    def _deliver_what_waits(self) -> None:
        waiting, self.memory.waiting = self.memory.waiting, []
        for letter in waiting:
            self._ask_hub(letter, f"{letter.method} {letter.path}")

    def _ask_hub(self, letter: _Letter, call: str) -> Said | None:
        said = self._hub.answer(
            letter.method, letter.path, letter.query, letter.headers, letter.body
        )
        if said is not None:
            self._tell(HubSaid(self._desk, call, said.status, said.body.decode("utf-8", "replace")))
        return said

    def _heard(self, call: str, cursor: str, said: Said | None) -> None:
        if said is None:
            heard = Heard(self._desk, call, cursor, 0, "", "", None, self._clock.seconds)
        else:
            headers = httpx.Headers(said.headers)
            heard = Heard(
                self._desk,
                call,
                cursor,
                said.status,
                headers.get("Content-Type", ""),
                said.body.decode("utf-8", "replace"),
                _wait(headers.get("Retry-After", ""), self._clock),
                self._clock.seconds,
            )
        self._tell(heard)

    def _tell(self, event: Event) -> None:
        self._events.append(event)


def _wait(asked: str, clock: Clock) -> float | None:
    """The seconds that a sensible Retry-After asks for: of seconds, or of a date to come."""
    if asked.isdigit() and len(asked) < 6:
        return float(asked)
    if asked.endswith("GMT") and not asked.endswith("1970 00:00:00 GMT"):
        return 2.0  # A header has whole seconds: three of them may be two and a bit.
    return None


def _payloads(body: bytes) -> dict[str, str]:
    try:
        batch = json.decode(body, type=AnnotationBatch)
    except MsgspecError:
        return {}
    return {one.id: encode(one).decode() for one in batch.annotations}


class _Whole(httpx.SyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


class _CutOff(httpx.SyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body[: len(self._body) // 2]
        raise httpx.RemoteProtocolError("peer closed connection")
