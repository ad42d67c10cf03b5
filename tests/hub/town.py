"""A hub with people in it: the real application in the process, over a real store."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import json, structs, to_builtins

from caseworker.model.annotation import Annotation
from caseworker.model.me import Role
from caseworker.model.order import WorkOrder
from caseworker.model.wire import (
    AnnotationBatch,
    AnnotationChange,
    AnnotationResult,
    AnnotationResults,
    Change,
    ContestChange,
    DecisionChange,
    Enrolment,
    FeedPage,
    LeftChange,
    OrderChange,
    TaxonomyChange,
)
from hub import enrolment, load, units
from hub.app import create_app
from hub.store import Store
from tests.model.marks import a_mark

START = datetime(2026, 11, 24, 1, 43, tzinfo=UTC)
STREET = "heping"
XINGFULI = "heping/xingfuli"
LAOJIE = "heping/laojie"
OTHER_STREET = "dongfeng"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time


class Town:
    """A hub, its clock, and the desks that are enrolled with it."""

    def __init__(self, store: Store, client: TestClient[Litestar], clock: "Clock") -> None:
        self.store = store
        self.client = client
        self._clock = clock

    @property
    def time(self) -> datetime:
        """The hub's time."""
        return self._clock.time

    def wait(self, span: timedelta) -> None:
        """Let time pass."""
        self._clock.time += span

    def code(self, name: str, unit: str = STREET, role: Role = "office") -> str:
        """A fresh enrolment code."""
        with self.store.writing() as connection:
            place = units.ensure(connection, unit)
            return enrolment.add_worker(connection, name, place, role, "store test", self.time)

    def enrol(self, name: str, unit: str = STREET, role: Role = "office") -> "Desk":
        """A desk with a token."""
        answer = self.client.post(
            "/v1/enrolments", json={"code": self.code(name, unit, role), "device": f"{name}'s"}
        )
        assert answer.status_code == 201, answer.text
        return Desk(self, json.decode(answer.content, type=Enrolment))

    def load(self, *orders: WorkOrder, unit: str = STREET) -> None:
        """Take orders in as `hub load` does."""
        load.load(self.store, orders, unit, "store test", self.time)


class Desk:
    """What a worker's device says to the hub."""

    def __init__(self, town: Town, enrolled: Enrolment) -> None:
        self.town = town
        self.name = enrolled.worker
        self.token = enrolled.token

    def get(self, path: str, **query: Any) -> Response:
        return self.town.client.get(path, params=query, headers=self._headers())

    def post(self, path: str, body: Any) -> Response:
        return self.town.client.post(
            path, content=json.encode(body), headers=self._headers(json="yes")
        )

    def page(self, cursor: str = "", limit: int = 500) -> FeedPage:
        """One page of the feed."""
        answer = self.get("/v1/feed", cursor=cursor, limit=limit)
        assert answer.status_code == 200, answer.text
        return json.decode(answer.content, type=FeedPage)

    def pull(self, cursor: str = "", limit: int = 500) -> tuple[list[Change], str]:
        """Every change after `cursor` but the reason codes, and the cursor behind them."""
        changes: list[Change] = []
        more = True
        while more:
            page = self.page(cursor, limit)
            assert page.changes or not page.more, "an empty page that promises more"
            changes += [one for one in page.changes if not isinstance(one, TaxonomyChange)]
            cursor, more = page.cursor, page.more
        return changes, cursor

    def send(self, *annotations: Annotation) -> list[AnnotationResult]:
        """Push a batch; one result for each."""
        answer = self.post("/v1/annotations", AnnotationBatch(list(annotations)))
        assert answer.status_code == 200, answer.text
        return json.decode(answer.content, type=AnnotationResults).results

    def say(self, annotation: Annotation) -> AnnotationResult:
        """Push one annotation under this worker's name."""
        return self.send(structs.replace(annotation, author=self.name))[0]

    def store(self, annotation: Annotation) -> Annotation:
        """Push one annotation that the hub must store."""
        mine = structs.replace(annotation, author=self.name)
        result = self.send(mine)[0]
        assert result.verdict == "stored", result
        return mine

    def dispatch(self, *orders: WorkOrder | dict[str, Any]) -> list[tuple[str, str]]:
        """Send orders in as the dispatching system does: (verdict, reason) of each."""
        answer = self.post("/v1/orders", {"orders": [to_builtins(order) for order in orders]})
        assert answer.status_code == 200, answer.text
        return [(one["verdict"], one.get("reason", "")) for one in answer.json()["results"]]

    def decide(self, target: Annotation, ruling: str = "granted", text: str = "属实") -> Response:
        """Rule on a proposal."""
        body = {"annotation_id": target.id, "ruling": ruling, "text": text}
        return self.post("/v1/decisions", body)

    def _headers(self, **extra: str) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"}
        return headers | ({"Content-Type": "application/json"} if extra else {})


@contextmanager
def a_town(store: Store, **settings: Any) -> Iterator[Town]:
    """A town on a store; `settings` go to the application."""
    clock = Clock()
    with TestClient(create_app(store, clock=clock, **settings)) as client:
        yield Town(store, client, clock)


def an_order(number: str = "440300202611050002", **fields: Any) -> WorkOrder:
    """A plain open order."""
    given: dict[str, Any] = {
        "order_no": number,
        "title": "地下车库渗水",
        "content": "我住幸福里3号楼，地下车库又渗水了。",
        "received_at": START - timedelta(days=2),
    }
    return WorkOrder(**(given | fields))


def context(number: int, order_no: str = "440300202611050002", **fields: Any) -> Annotation:
    """A context on an order."""
    return a_mark("C03", id=an_id(number), order_no=order_no, **fields)


def an_id(number: int) -> str:
    """A well-formed annotation id."""
    return f"00000000-0000-7000-8000-{number:012x}"


def told(changes: Iterable[Change]) -> list[str]:
    """What changes say, in short: `order NO@REVISION`, `left NO`, `annotation N`, `decision R`."""
    return [_told(change) for change in changes]


def _told(change: Change) -> str:
    match change:
        case OrderChange(order):
            return f"order {order['order_no']}@{order['revision']}"
        case LeftChange(order_no):
            return f"left {order_no}"
        case AnnotationChange(annotation):
            return f"annotation {int(annotation.id[-12:], 16)}"
        case DecisionChange(decision):
            return f"decision {decision.ruling}"
        case ContestChange():
            return "contest"
        case TaxonomyChange():
            return "taxonomy"


def problem(answer: Response) -> tuple[int, str]:
    """The status and the reason of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    reason: str = body["type"].rpartition("/")[2]
    return answer.status_code, reason
