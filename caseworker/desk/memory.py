"""What the street remembers of a matter, gathered from all orders that links join."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from caseworker.cache import next_looks
from caseworker.cache.connection import Cache
from caseworker.cache.standing import OPEN
from caseworker.desk.annotate import find_order
from caseworker.desk.carried import Carried
from caseworker.desk.fallen import Fallen
from caseworker.desk.matters import rows_of
from caseworker.desk.sheet import Entry, MatterOrder, Sheet, days_of, in_matter, matter_of, sheet_of
from caseworker.model.annotation import PROPOSALS, Annotation, Decision
from caseworker.model.rules import day_named


class Told(Struct, frozen=True):
    """One thing that was promised, done or said about a matter."""

    at: datetime
    order_no: str
    who: str
    text: str
    id: str = ""
    """The annotation that tells it; empty for a reply, which came with its order."""
    holds: bool = True
    """False where it has been said since that it holds no longer."""


class Memory(Struct, frozen=True):
    """What the street remembers of a matter: all of it hangs on one of its orders."""

    orders: list[MatterOrder]
    """The earliest first, those that this desk does not hold among them."""
    open: int
    callers: int
    """Distinct callers that the hub gave a hash of; 0 where none is known."""
    units: list[str]
    days: int
    """From the first order to the last."""
    promised: list[Told]
    done: list[Told]
    """Replies that were given, and visits, talks and hearings that proposals bring as evidence."""
    contexts: list[Entry]
    carried: list[Carried]
    """What orders outside the matter say of its places."""
    proposals: list[Entry]
    decisions: list[Decision]
    links: list[Annotation]
    """The repeats that stand and make it one matter."""
    next_look: date | None
    fallen: list[Fallen]
    """Marks of the matter that the centre reversed, on orders among them that this parted."""


def memory(cache: Cache, order_no: str, now: datetime) -> Memory:
    """The memory of an order's matter; of the order alone where no link joins it with another."""
    with cache.reading():
        found = matter_of(cache, order_no) or [in_matter(cache, order_no)]
        numbers = [one.order_no for one in found]
        sheets = [sheet for number in numbers if (sheet := sheet_of(cache, number, now))]
        rows = rows_of(cache, numbers)
        looks = next_looks.of(cache, numbers)
    standing = [
        entry for sheet in sheets for entry in sheet.entries if entry.status not in _NO_LONGER
    ]
    standing.sort(key=lambda entry: entry.annotation.written_at)
    said = [entry.annotation for entry in standing]
    looks += [
        day
        for one in said
        for statement in one.evidence
        if statement.kind == _NEXT_DATE and (day := day_named(statement.text))
    ]
    return Memory(
        orders=found,
        open=sum(one.standing == OPEN for one in found),
        callers=len({row.caller for row in rows if row.caller}),
        units=list(dict.fromkeys(row.unit for row in rows if row.unit)),
        days=days_of(found, now),
        promised=[_promise(entry) for entry in standing if _promises(entry)],
        done=_done(sheets, standing),
        contexts=[entry for entry in standing if entry.annotation.kind == "context"],
        carried=_carried(sheets),
        proposals=[entry for entry in standing if entry.annotation.kind in PROPOSALS],
        decisions=sorted(
            (one for sheet in sheets for one in sheet.decisions), key=lambda one: one.decided_at
        ),
        links=[one for one in said if one.kind == "repeat"],
        next_look=min(
            (day for day in looks if day >= now.date()), default=max(looks, default=None)
        ),
        fallen=_fallen(sheets),
    )


def _carried(sheets: Sequence[Sheet]) -> list[Carried]:
    """What is known of the matter's places, each once; attached where any order of it quotes it."""
    numbers = {sheet.order.order_no for sheet in sheets}
    found: dict[str, Carried] = {}
    for sheet in sheets:
        for one in sheet.carried:
            said = one.annotation
            if said.order_no not in numbers and (one.attached or said.id not in found):
                found[said.id] = one
    return sorted(found.values(), key=lambda one: one.attached)


def look_again(cache: Cache, order_no: str, on_day: date | None) -> None:
    """Set the day on which to look at an order's matter again, or forget it.

    The day hangs on this order: where the matter is split, it stays with it. Raises `Trouble`
    where the cache does not hold the order.
    """
    order = find_order(cache, order_no)
    numbers = [one.order_no for one in matter_of(cache, order.order_no)] or [order.order_no]
    with cache.writing():
        next_looks.drop(cache, numbers)
        if on_day is not None:
            next_looks.put(cache, order.order_no, on_day)


def day_of_next_look(words: str, today: date) -> date | None:
    """A day as a worker types it: 2026-12-20, 12-20, 12.20, 12月20日, or so many days from now.

    None where it is no day, or one that has gone by.
    """
    words = words.strip()
    if words.isdecimal() and len(words) <= _DAYS_DIGITS:
        return today + timedelta(days=int(words))
    whole = day_named(words)
    if whole is None and (short := _MONTH_AND_DAY.fullmatch(words)):
        whole = _of_year(today.year, short) or _of_year(today.year + 1, short)
        if whole is not None and whole < today:
            whole = _of_year(today.year + 1, short)
    return whole if whole is not None and whole >= today else None


def _of_year(year: int, month_and_day: re.Match[str]) -> date | None:
    try:
        return date(year, int(month_and_day[1]), int(month_and_day[2]))
    except ValueError:
        return None


def _fallen(sheets: Iterable[Sheet]) -> list[Fallen]:
    """Each once: every order of the matter sees those of the others."""
    found = {one.ruling.id: one for sheet in sheets for one in sheet.fallen}
    return sorted(found.values(), key=lambda one: one.ruling.decided_at)


def _promise(entry: Entry) -> Told:
    one = entry.annotation
    holds = entry.ended_by is None
    return Told(one.written_at, one.order_no, one.author, one.text, one.id, holds)


def _promises(entry: Entry) -> bool:
    """What says that another's promise holds no longer bears its code, and promises nothing."""
    one = entry.annotation
    return one.kind == "context" and one.code == PROMISE and entry.ends is None


def _done(sheets: Iterable[Sheet], standing: Iterable[Entry]) -> list[Told]:
    done = [
        Told(sheet.order.closed_at, sheet.order.order_no, sheet.order.unit, sheet.order.reply)
        for sheet in sheets
        if sheet.order.reply.strip() and sheet.order.closed_at is not None
    ]
    done += [
        Told(one.written_at, one.order_no, one.author, statement.text, one.id, holds)
        for entry in standing
        for one, holds in [(entry.annotation, entry.status not in _TURNED_DOWN)]
        for statement in one.evidence
        if statement.kind in _DEEDS and statement.text.strip()
    ]
    return sorted(done, key=lambda told: told.at)


PROMISE: Final = "C03"
"""The context that says what was promised."""
_NEXT_DATE: Final = "next_date"
_DEEDS: Final = ("explained", "visit", "told", "offered", "minutes", "checked", "mediation")
"""Kinds of evidence that say what the street did."""
_TURNED_DOWN: Final = frozenset({"declined", "refused", "reversed"})
"""What such a proposal brings as evidence nobody relies on as it stands."""
_NO_LONGER: Final = frozenset({"withdrawn", "superseded"})
_DAYS_DIGITS: Final = 3
_MONTH_AND_DAY: Final = re.compile(r"(\d{1,2})[-./月](\d{1,2})日?")
