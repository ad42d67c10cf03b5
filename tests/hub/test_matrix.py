"""Worker × order × call: who may do what to which order, as tables that one can read.

A row is who asks, a column is the order asked about. An entry is the verdict on an annotation, or
the HTTP status. What is not one's own answers like what is not there.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from httpx import Response
from msgspec import structs, yaml
from sqlalchemy import update

import hub
from caseworker.model.annotation import Annotation, FileRef, Statement
from caseworker.model.wire import LeftChange, OrderChange
from hub import enrolment, units
from hub.limits import Allowance
from hub.store import Store, device
from tests.hub.town import (
    LAOJIE,
    OTHER_STREET,
    STREET,
    XINGFULI,
    Desk,
    Town,
    a_town,
    an_id,
    an_order,
)
from tests.model.marks import a_mark

COMMITTED = Path(hub.__file__).parents[1] / "docs/hotline-api.yaml"

PHOTO: Final = b"\xff\xd8\xff\xe0" + bytes(range(250)) * 5
NOBODY: Final = "0123456789abcdef.made-up"

ORDERS: Final[Mapping[str, str]] = {
    "own": XINGFULI,
    "beside": LAOJIE,
    "secret": XINGFULI,
    "closed": XINGFULI,
    "moved": XINGFULI,
    "foreign": OTHER_STREET,
    "nowhere": "",
}
"""Where each order is; "moved" went on to the other street, "nowhere" never was."""

WHO: Final = (
    "author",
    "cadre",
    "office",
    "lead",
    "other",
    "centre",
    "centre2",
    "revoked",
    "expired",
    "nobody",
)
"""The author wrote the proposals on the orders of the first street; "other" and "centre2" are of
the other street; whose device was revoked or whose token has expired was of the first."""

TABLES: Final[Mapping[str, str]] = {
    "POST /v1/annotations": """
          own       beside    secret    closed    moved     foreign   nowhere
author    stored    stored    stored    stored    left      later     later
cadre     stored    later     stored    stored    left      later     later
office    stored    stored    stored    stored    left      later     later
lead      stored    stored    stored    stored    left      later     later
other     later     later     later     later     stored    stored    later
centre    403       403       403       403       403       403       403
centre2   403       403       403       403       403       403       403
revoked   401       401       401       401       401       401       401
expired   401       401       401       401       401       401       401
nobody    401       401       401       401       401       401       401
""",
    "GET /v1/feed": """
          own       beside    secret    closed    moved     foreign   nowhere
author    given     given     given     given     left      -         -
cadre     given     -         given     given     left      -         -
office    given     given     given     given     left      -         -
lead      given     given     given     given     left      -         -
other     -         -         -         -         given     given     -
centre    given     given     given     given     left      -         -
centre2   -         -         -         -         given     given     -
revoked   401       401       401       401       401       401       401
expired   401       401       401       401       401       401       401
nobody    401       401       401       401       401       401       401
""",
    "HEAD /v1/evidence/{sha256}": """
          own       beside    secret    closed    moved     foreign   nowhere
author    204       204       204       204       204       404       404
cadre     204       404       204       204       404       404       404
office    204       204       204       204       404       404       404
lead      204       204       204       204       404       404       404
other     404       404       404       404       204       204       404
centre    204       204       204       204       404       404       404
centre2   404       404       404       404       204       204       404
revoked   401       401       401       401       401       401       401
expired   401       401       401       401       401       401       401
nobody    401       401       401       401       401       401       401
""",
    "GET /v1/evidence/{sha256}": """
          own       beside    secret    closed    moved     foreign   nowhere
author    200       200       200       200       200       404       404
cadre     200       404       200       200       404       404       404
office    200       200       200       200       404       404       404
lead      200       200       200       200       404       404       404
other     404       404       404       404       200       200       404
centre    200       200       200       200       404       404       404
centre2   404       404       404       404       200       200       404
revoked   401       401       401       401       401       401       401
expired   401       401       401       401       401       401       401
nobody    401       401       401       401       401       401       401
""",
    "PATCH /v1/evidence/{sha256}": """
          own       beside    secret    closed    moved     foreign   nowhere
author    200       200       200       200       200       404       404
cadre     404       404       404       404       404       404       404
office    404       404       404       404       404       404       404
lead      404       404       404       404       404       404       404
other     404       404       404       404       404       404       404
centre    403       403       403       403       403       403       403
centre2   403       403       403       403       403       403       403
revoked   401       401       401       401       401       401       401
expired   401       401       401       401       401       401       401
nobody    401       401       401       401       401       401       401
""",
    "POST /v1/decisions": """
          own       beside    secret    closed    moved     foreign   nowhere
author    403       403       403       403       403       403       403
cadre     403       403       403       403       403       403       403
office    403       403       403       403       403       403       403
lead      403       403       403       403       403       403       403
other     403       403       403       403       403       403       403
centre    201       201       201       201       404       404       404
centre2   404       404       404       404       201       201       404
revoked   401       401       401       401       401       401       401
expired   401       401       401       401       401       401       401
nobody    401       401       401       401       401       401       401
""",
    "POST /v1/contests": """
          own       beside    secret    closed    moved     foreign   nowhere
author    403       403       403       403       403       403       403
cadre     403       403       403       403       403       403       403
office    403       403       403       403       403       403       403
lead      403       403       403       403       403       403       403
other     403       403       403       403       403       403       403
centre    201       201       201       201       404       404       404
centre2   404       404       404       404       201       201       404
revoked   401       401       401       401       401       401       401
expired   401       401       401       401       401       401       401
nobody    401       401       401       401       401       401       401
""",
    "POST /v1/disclosures": """
          own       beside    secret    closed    moved     foreign   nowhere
author    200       200       200       200       200       200       200
cadre     200       200       200       200       200       200       200
office    200       200       200       200       200       200       200
lead      200       200       200       200       200       200       200
other     200       200       200       200       200       200       200
centre    200       200       200       200       200       200       200
centre2   200       200       200       200       200       200       200
revoked   401       401       401       401       401       401       401
expired   401       401       401       401       401       401       401
nobody    401       401       401       401       401       401       401
""",
    "POST /v1/orders": """
          own       beside    secret    closed    moved     foreign   nowhere
author    403       403       403       403       403       403       403
cadre     403       403       403       403       403       403       403
office    403       403       403       403       403       403       403
lead      403       403       403       403       403       403       403
other     403       403       403       403       403       403       403
centre    updated   updated   updated   updated   refused   refused   added
centre2   refused   refused   refused   refused   updated   updated   refused
revoked   401       401       401       401       401       401       401
expired   401       401       401       401       401       401       401
nobody    401       401       401       401       401       401       401
""",
    "POST /v1/orders, to oneself": """
          own       beside    secret    closed    moved     foreign   nowhere
author    403       403       403       403       403       403       403
cadre     403       403       403       403       403       403       403
office    403       403       403       403       403       403       403
lead      403       403       403       403       403       403       403
other     403       403       403       403       403       403       403
centre    updated   updated   updated   updated   refused   refused   added
centre2   refused   refused   refused   refused   updated   updated   refused
revoked   401       401       401       401       401       401       401
expired   401       401       401       401       401       401       401
nobody    401       401       401       401       401       401       401
""",
    "GET /v1/me": """
          any
author    200
cadre     200
office    200
lead      200
other     200
centre    200
centre2   200
revoked   401
expired   401
nobody    401
""",
    "GET /v1/insight/marks": """
          any
author    403
cadre     403
office    403
lead      403
other     403
centre    200
centre2   200
revoked   401
expired   401
nobody    401
""",
    "GET /v1/health": """
          any
author    200
cadre     200
office    200
lead      200
other     200
centre    200
centre2   200
revoked   200
expired   200
nobody    200
""",
    "POST /v1/enrolments": """
          any
author    201 403
cadre     201 403
office    201 403
lead      201 403
other     201 403
centre    201 403
centre2   201 403
revoked   201 403
expired   201 403
nobody    201 403
""",
    "HEAD /v1/quarantine/{sha256}": """
          own       beside    secret    closed    moved     foreign   nowhere
author    403       403       403       403       403       403       403
cadre     403       403       403       403       403       403       403
office    403       403       403       403       403       403       403
lead      403       403       403       403       403       403       403
other     403       403       403       403       403       403       403
centre    403       403       403       403       403       403       403
centre2   403       403       403       403       403       403       403
revoked   404       404       404       404       404       404       404
expired   403       403       403       403       403       403       403
nobody    401       401       401       401       401       401       401
""",
    "PATCH /v1/quarantine/{sha256}": """
          own       beside    secret    closed    moved     foreign   nowhere
author    403       403       403       403       403       403       403
cadre     403       403       403       403       403       403       403
office    403       403       403       403       403       403       403
lead      403       403       403       403       403       403       403
other     403       403       403       403       403       403       403
centre    403       403       403       403       403       403       403
centre2   403       403       403       403       403       403       403
revoked   404       404       404       404       404       404       404
expired   403       403       403       403       403       403       403
nobody    401       401       401       401       401       401       401
""",
    "POST /v1/quarantine": """
          any
author    403
cadre     403
office    403
lead      403
other     403
centre    403
centre2   403
revoked   200
expired   403
nobody    401
""",
}


class City:
    """Two streets, an order of each kind with proposals and files, and everybody who may ask."""

    def __init__(self, town: Town) -> None:
        self.town = town
        desks = {
            "author": town.enrol("王芳"),
            "cadre": town.enrol("陈芳", XINGFULI, "cadre"),
            "office": town.enrol("李敏"),
            "lead": town.enrol("王主任", role="lead"),
            "other": town.enrol("周芳", OTHER_STREET),
            "centre": town.enrol("刘处", role="centre"),
            "centre2": town.enrol("钱处", OTHER_STREET, "centre"),
            "revoked": town.enrol("孙涛"),
            "expired": town.enrol("赵敏"),
            "nobody": town.enrol("无名"),
        }
        self.desks: dict[str, Desk] = desks
        self._stranger = town.enrol("吴刚", OTHER_STREET)
        self._numbers = iter(range(1, 10_000))
        for name, unit in ORDERS.items():
            if unit:
                town.load(an_order(name, is_secret=name == "secret"), unit=unit)
        self.proposals: dict[tuple[str, str], Annotation] = {}
        """By order and by who will ask about it: each asks about one that nobody asked about."""
        for name in ORDERS:
            for who in WHO:
                self.proposals[name, who] = self._propose(name)
        town.load(an_order("closed", state="closed"), unit=XINGFULI)
        town.load(an_order("moved"), unit=OTHER_STREET)
        self._end_tokens()

    def _propose(self, name: str) -> Annotation:
        number = next(self._numbers)
        photo = self.photo(name)
        file = FileRef(hashlib.sha256(photo).hexdigest(), len(photo), "image/jpeg", "a.jpg")
        mark = a_mark("J01", id=an_id(number), order_no=name, order_revision=1)
        shown = (*mark.evidence, Statement("photo", file=file))
        mark = structs.replace(mark, evidence=shown)
        if name == "nowhere":
            return mark
        by = self._stranger if name == "foreign" else self.desks["author"]
        stored = by.store(mark)
        self.call(by, "PATCH", f"/v1/evidence/{file.sha256}", photo, {"Upload-Offset": "0"})
        return stored

    def _end_tokens(self) -> None:
        town, desks = self.town, self.desks
        with town.store.writing() as connection:
            place = units.ensure(connection, STREET)
            enrolment.revoke(connection, desks["revoked"].name, place, "store test", town.time)
            expired = desks["expired"].token.partition(".")[0]
            connection.execute(
                update(device).where(device.c.id == expired).values(expires_at=town.time)
            )
        desks["nobody"].token = NOBODY

    @staticmethod
    def photo(name: str) -> bytes:
        """The file of the proposals on an order; another one for each order."""
        return PHOTO + name.encode()

    def grant(self, name: str, who: str) -> Annotation:
        """A granted mark on an order, for someone to contest."""
        proposal = self.proposals[name, who]
        by = "centre2" if name in ("foreign", "moved") else "centre"
        if name != "nowhere":
            answer = self.desks[by].decide(proposal)
            assert answer.status_code == 201, answer.text
        return proposal

    def call(
        self,
        desk: Desk,
        method: str,
        path: str,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        given = {"Authorization": f"Bearer {desk.token}"} | dict(headers or {})
        return self.town.client.request(method, path, content=content, headers=given)

    def annotate(self, name: str, who: str) -> str:
        """A context on the order."""
        desk = self.desks[who]
        said = a_mark("C03", id=an_id(next(self._numbers)), order_no=name, author=desk.name)
        answer = desk.post("/v1/annotations", {"annotations": [said]})
        if answer.status_code != 200:
            return str(answer.status_code)
        (result,) = answer.json()["results"]
        return "left" if result.get("reason") == "order_left" else str(result["verdict"])

    def read(self, name: str, who: str) -> str:
        """Whether the feed gives the order."""
        desk = self.desks[who]
        answer = desk.get("/v1/feed")
        if answer.status_code != 200:
            return str(answer.status_code)
        told = "-"
        for change in desk.pull()[0]:
            match change:
                case OrderChange(order) if order["order_no"] == name:
                    told = "given"
                case LeftChange(order_no) if order_no == name:
                    told = "left"
        return told

    def leave_file(self, method: str) -> Callable[[str, str], str]:
        """A device that left no words leaves no files, and sees none."""

        def ask(name: str, who: str) -> str:
            return str(self._evidence(name, who, method, "quarantine").status_code)

        return ask

    def _evidence(self, name: str, who: str, method: str, door: str = "evidence") -> Response:
        path = f"/v1/{door}/{hashlib.sha256(self.photo(name)).hexdigest()}"
        return self.call(self.desks[who], method, path, b"x", {"Upload-Offset": "0"})

    def look_at_file(self, name: str, who: str) -> str:
        return str(self._evidence(name, who, "HEAD").status_code)

    def fetch_file(self, name: str, who: str) -> str:
        answer = self._evidence(name, who, "GET")
        assert (answer.content == self.photo(name)) == (answer.status_code == 200)
        return str(answer.status_code)

    def send_file(self, name: str, who: str) -> str:
        return str(self._evidence(name, who, "PATCH").status_code)

    def decide(self, name: str, who: str) -> str:
        return str(self.desks[who].decide(self.proposals[name, who]).status_code)

    def contest(self, name: str, who: str) -> str:
        body = {"annotation_id": self.grant(name, who).id, "text": "他们没有来过"}
        return str(self.desks[who].post("/v1/contests", body).status_code)

    def disclose(self, name: str, who: str) -> str:
        line = {
            "id": an_id(next(self._numbers)),
            "act": "revealed",
            "at": "2026-11-24T01:43:00Z",
            "order_no": name,
        }
        return str(self.desks[who].post("/v1/disclosures", {"disclosures": [line]}).status_code)

    def dispatch(self, name: str, who: str) -> str:
        """The dispatching system sends the order once more, to where it is."""
        where = OTHER_STREET if name == "moved" else ORDERS[name] or XINGFULI
        return self._dispatch(name, who, where)

    def fetch_order(self, name: str, who: str) -> str:
        """It sends the order to a unit of whoever asks, wherever it is."""
        return self._dispatch(name, who, OTHER_STREET if who == "centre2" else LAOJIE)

    def _dispatch(self, name: str, who: str, where: str) -> str:
        order: dict[str, Any] = {"order_no": name, "title": "又来一次", "unit": where}
        answer = self.desks[who].post("/v1/orders", {"orders": [order]})
        if answer.status_code != 200:
            return str(answer.status_code)
        (result,) = answer.json()["results"]
        return str(result["verdict"])

    def plain(self, method: str, path: str, body: Any = None) -> Callable[[str, str], str]:
        """A call that names no order."""

        def ask(_name: str, who: str) -> str:
            desk = self.desks[who]
            answer = desk.get(path) if method == "GET" else desk.post(path, body)
            return str(answer.status_code)

        return ask

    def enrol(self, _name: str, who: str) -> str:
        """A code is enough, whatever token comes with it; it is good once."""
        body = {"code": self.town.code(f"{who}'s friend"), "device": "d"}
        desk = self.desks[who]
        first, second = (desk.post("/v1/enrolments", body).status_code for _again in range(2))
        return f"{first} {second}"


CALLS: Final[Mapping[str, Callable[[City], Callable[[str, str], str]]]] = {
    "POST /v1/annotations": lambda city: city.annotate,
    "GET /v1/feed": lambda city: city.read,
    "HEAD /v1/evidence/{sha256}": lambda city: city.look_at_file,
    "GET /v1/evidence/{sha256}": lambda city: city.fetch_file,
    "PATCH /v1/evidence/{sha256}": lambda city: city.send_file,
    "HEAD /v1/quarantine/{sha256}": lambda city: city.leave_file("HEAD"),
    "PATCH /v1/quarantine/{sha256}": lambda city: city.leave_file("PATCH"),
    "POST /v1/decisions": lambda city: city.decide,
    "POST /v1/contests": lambda city: city.contest,
    "POST /v1/disclosures": lambda city: city.disclose,
    "POST /v1/orders": lambda city: city.dispatch,
    "POST /v1/orders, to oneself": lambda city: city.fetch_order,
    "GET /v1/me": lambda city: city.plain("GET", "/v1/me"),
    "GET /v1/insight/marks": lambda city: city.plain("GET", "/v1/insight/marks"),
    "GET /v1/health": lambda city: city.plain("GET", "/v1/health"),
    "POST /v1/enrolments": lambda city: city.enrol,
    "POST /v1/quarantine": lambda city: city.plain("POST", "/v1/quarantine", {"leftovers": []}),
}


NO_ORDER: Final = frozenset(
    {
        "GET /v1/me",
        "GET /v1/insight/marks",
        "GET /v1/health",
        "POST /v1/enrolments",
        "POST /v1/quarantine",
    }
)
"""Calls that name no order."""


def table(city: City, call: str) -> str:
    """What the hub answers, as a table."""
    ask = CALLS[call](city)
    names = ["any"] if call in NO_ORDER else list(ORDERS)
    rows = [["", *names]]
    rows += [[who, *(ask(name, who) for name in names)] for who in WHO]
    return "\n".join(" ".join(f"{entry:9}" for entry in row).rstrip() for row in rows)


@pytest.mark.parametrize("call", list(CALLS))
def test_who_may_do_what_to_which_order(call: str, store: Store) -> None:
    with a_town(store, enrolments=Allowance(burst=100, per_second=1)) as town:
        assert table(City(town), call) == TABLES[call].strip("\n")


def test_every_call_of_the_api_stands_in_the_matrix() -> None:
    paths = yaml.decode(COMMITTED.read_bytes())["paths"]
    described = {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}
    assert set(CALLS) == set(TABLES)
    assert described == {call.partition(",")[0] for call in CALLS}


def test_a_call_that_names_an_order_never_says_of_a_foreign_one_that_it_is_there() -> None:
    for call, drawn in TABLES.items():
        rows = {line.split()[0]: line.split()[1:] for line in drawn.strip("\n").splitlines()[1:]}
        assert list(rows) == list(WHO)
        if call in NO_ORDER:
            continue
        names = list(ORDERS)
        foreign, nowhere = names.index("foreign"), names.index("nowhere")
        for who in ("author", "cadre", "office", "lead", "centre"):
            if call.startswith("POST /v1/orders") and who == "centre":
                # Only it can make orders: one that is not there is made.
                assert (rows[who][foreign], rows[who][nowhere]) == ("refused", "added")
            else:
                assert rows[who][foreign] == rows[who][nowhere], (call, who)
