"""Which views an order belongs to, kept in the transaction that changes it: no view is a scan.

Triggers note the orders that a write touches (`touched`); at the end of the transaction each of
them is looked at anew, and `members` says for every set of orders which ones stand in it, in the
order of the queue. A membership may begin or end at a moment: what lapses on its date, or is
shelved until a day, needs no clock to move it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from caseworker.cache import annotations, orders, outbox, settings, shelf, suggestions
from caseworker.cache.connection import Cache
from caseworker.cache.sets import ALWAYS, Set
from caseworker.cache.shelf import Shelved
from caseworker.cache.standing import OPEN
from caseworker.model.came_back import came_back
from caseworker.model.shelving import back_sooner
from caseworker.model.status import status_of

AT_ONCE: Final = 500
"""Orders looked at by one round of questions."""

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
"""A moment at which nothing has lapsed yet: dates are kept with the membership instead."""


class Member(NamedTuple):
    """One order in one set."""

    name: Set
    standing: int
    breaks_at: int
    id: int
    who: str = ""
    """Whose proposals put it there, where one person's did; empty where several did, or none."""
    from_at: int = 0
    until_at: int = ALWAYS


class _Order(NamedTuple):
    id: int
    order_no: str
    standing: int
    breaks_at: int
    safety: str


def settle(cache: Cache) -> None:
    """Look at every touched order anew. Call at the end of a write transaction."""
    while ids := [found for (found,) in cache.rows("SELECT id FROM touched LIMIT ?", (AT_ONCE,))]:
        _settle(cache, ids)
        cache.execute_many("DELETE FROM touched WHERE id = ?", [(found,) for found in ids])


def _settle(cache: Cache, ids: Sequence[int]) -> None:
    marks = ", ".join("?" * len(ids))
    found = [
        _Order(*row)
        for row in cache.rows(
            f"SELECT id, order_no, standing, breaks_at, safety FROM orders WHERE id IN ({marks})",
            ids,
        )
    ]
    wanted = set(_members(cache, found))
    there = {
        Member(*row)
        for row in cache.rows(
            "SELECT name, standing, breaks_at, id, who, from_at, until_at FROM members"
            f" WHERE id IN ({marks})",
            ids,
        )
    }
    cache.execute_many(
        "DELETE FROM members WHERE name = ? AND standing = ? AND breaks_at = ? AND id = ?",
        [gone[:4] for gone in there - wanted],
    )
    cache.execute_many("INSERT INTO members VALUES (?, ?, ?, ?, ?, ?, ?)", list(wanted - there))


def _members(cache: Cache, found: Sequence[_Order]) -> Iterator[Member]:
    by_number = {order.order_no: order for order in found}
    numbers = list(by_number)
    opened = [order for order in found if order.standing == OPEN]
    for order in opened:
        if order.safety:
            yield _member("safety", order)
    alike = suggestions.with_standing(cache, [order.id for order in opened])
    for order in opened:
        if order.id in alike:
            yield _member("repeats", order)
    for number in _numbers_in(cache, "drafts", numbers):
        yield _member("drafts", by_number[number])
    for number in _numbers_in(cache, "shortlist", numbers):
        yield _member("shortlist", by_number[number])
    for number, shelved in shelf.shelved_among(cache, numbers).items():
        order = by_number[number]
        if order.standing == OPEN and not _back_sooner(cache, order, shelved):
            yield _member("shelved", order, until_at=shelved.until)
    for number in _numbers_in(cache, "annotations", numbers):
        yield from _said(cache, by_number[number])


def _back_sooner(cache: Cache, order: _Order, shelved: Shelved) -> str:
    """Why a shelved order is back before its day; what is found is written down."""
    whole = orders.read_order(cache, order.order_no)
    if whole is None:
        return ""
    until, since = (
        datetime.fromtimestamp(moment, UTC) for moment in (shelved.until, shelved.shelved_at)
    )
    reason = back_sooner(whole, until, since, locked=bool(order.safety)) or shelved.reason
    if reason != shelved.reason:
        shelf.sent_back(cache, order.order_no, reason)
    return reason


def _said(cache: Cache, order: _Order) -> Iterator[Member]:
    """What the annotations on an order make of it: see `model.status` and `model.came_back`."""
    whole = orders.read_order(cache, order.order_no)
    said = annotations.annotations_of(cache, order.order_no)
    decisions = annotations.decisions_of(cache, order.order_no)
    contests = annotations.contests_of(cache, order.order_no)
    taxonomy = settings.taxonomy(cache)
    sent = outbox.items_of(cache, order.order_no)
    me = settings.get(cache, "worker")
    own = [one for one in said if one.id in sent or (me and one.author == me)]
    proposers: set[str] = set()
    at_centre = False
    noted = False
    back: list[int] = []
    for one in said:
        status = status_of(
            one,
            order=whole,
            others=said,
            decisions=decisions,
            contests=contests,
            taxonomy=taxonomy,
            now=_NEVER,
        )
        state = sent[one.id].state if one.id in sent else "receipted"
        noted |= one.kind == "context" and status == "noted"
        if state not in ("refused", "kept"):
            at_centre |= status == "awaiting_centre"
            if status == "awaiting_review":
                proposers.add(one.author)
        if one in own:
            returned = came_back(
                one,
                status,
                order=whole,
                own=own,
                decisions=decisions,
                refused=state == "refused",
            )
            if returned is not None:
                back.append(0 if returned.since is None else int(returned.since.timestamp()))
    if noted and order.standing == OPEN:
        yield _member("noted", order)
    if at_centre:
        yield _member("centre", order)
    if proposers:
        yield _member("review", order, who=proposers.pop() if len(proposers) == 1 else "")
    if back:
        yield _member("returned", order, from_at=min(back))


def _member(
    name: Set, order: _Order, *, who: str = "", from_at: int = 0, until_at: int = ALWAYS
) -> Member:
    return Member(name, order.standing, order.breaks_at, order.id, who, from_at, until_at)


def _numbers_in(cache: Cache, table: str, numbers: Sequence[str]) -> list[str]:
    marks = ", ".join("?" * len(numbers))
    return [
        number
        for (number,) in cache.rows(
            f"SELECT DISTINCT order_no FROM {table} WHERE order_no IN ({marks})", numbers
        )
    ]
