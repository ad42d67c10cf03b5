"""The deadline engine (DOMAIN §3): rules as data, and the one way in which a term is counted.

A rule is class × start event × amount × unit × pauses. Minutes and hours run on through nights
and rest days. Days and working days are whole days of the rules' zone: the day of the start is not
counted, and the term ends on the last counted day, at the time when days end. The centre's own
deadline stands above all of this; who shows a computed one says that it is computed.
"""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, ValidationError, convert

from caseworker.model.order import Pause, WorkOrder
from caseworker.model.taxonomy import Words, words_in
from caseworker.model.workdays import Calendar, is_workday, undecided_years

Purpose = Literal["handle", "return"]
"""What has to be done in time: handle the order, or object to its dispatch and return it."""

Event = Literal["received", "dispatched"]

Unit = Literal["minute", "hour", "day", "workday"]

Amount = Annotated[int, Meta(ge=1, le=1_000)]


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much time one class of orders has for one purpose."""

    purpose: Purpose
    label: Words
    """The class in words."""
    start: Event
    amount: Amount
    unit: Unit
    extension: Annotated[int, Meta(ge=0, le=1_000)] = 0
    """By how much, in the same unit, the centre may extend the term; 0 where nothing is known."""
    pauses: dict[str, Words] = {}
    """Conditions, each by its name, under which the clock stands still."""
    basis: Words
    draft: bool = False
    """Whether the basis was only a draft when it was read."""
    urgent: bool = False
    """Whether only urgent orders are of this class."""
    types: tuple[str, ...] = ()
    """Business classes of this class; all where empty."""
    categories: tuple[str, ...] = ()
    """Words of which one stands in the names of the category path; any path where empty."""


class DeadlineRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rules of a city, the more special before the more general."""

    version: str
    zone: str
    calendar: Calendar
    day_ends: time
    rules: tuple[Rule, ...]


class Term(Struct, frozen=True):
    """Where a term ends, and over which days it was counted."""

    due: datetime | None
    """None where the clock stands still and nobody knows for how long."""
    days: tuple[date, ...] = ()
    """The days that were counted; empty for minutes and hours."""
    undecided: tuple[int, ...] = ()
    """Years whose calendar is not known, though the term touches them."""


def read_rules(table: dict[str, Any]) -> DeadlineRules:
    """Rules from a TOML table.

    Raises `msgspec.ValidationError`, also for a zone that there is not.
    """
    rules = convert(table, DeadlineRules)
    try:
        ZoneInfo(rules.zone)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(f"There is no time zone {rules.zone!r}") from error
    return rules


@lru_cache(maxsize=1)
def built_in_rules() -> DeadlineRules:
    """The rules that come with the program, for a city that has delivered none."""
    file = resources.files("caseworker.taxonomy").joinpath("deadlines.toml")
    return read_rules(tomllib.loads(file.read_text("utf-8")))


def rule_for(order: WorkOrder, purpose: Purpose, rules: DeadlineRules) -> Rule | None:
    """The first rule that fits an order, or None."""
    return next((r for r in rules.rules if r.purpose == purpose and _fits(r, order)), None)


def start_of(rule: Rule, order: WorkOrder) -> tuple[Event, datetime] | None:
    """The event that starts the clock and its time: the rule's own, else the other one known."""
    times: dict[Event, datetime | None] = {
        "received": order.received_at,
        "dispatched": order.dispatched_at,
    }
    for event in (rule.start, *times):
        moment = times[event]
        if moment is not None:
            return event, moment
    return None


def count(
    rule: Rule,
    start: datetime,
    rules: DeadlineRules,
    *,
    pauses: Iterable[Pause] = (),
    extension: int = 0,
) -> Term:
    """Count a rule's term, longer by `extension` of the rule's units, from a start.

    Time within a pause whose condition the rule names does not count; a day or working day does
    not, where it is paused from its first moment to its last. `due` is in the rules' zone.
    Raises `OverflowError` where the term leaves the years that a date can hold.
    """
    halts = _halts(pause for pause in pauses if pause.condition in rule.pauses)
    amount = rule.amount + extension
    match rule.unit:
        case "minute":
            return _count_time(start, timedelta(minutes=amount), halts, rules)
        case "hour":
            return _count_time(start, timedelta(hours=amount), halts, rules)
        case "day" | "workday":
            return _count_days(rule.unit, start, amount, halts, rules)


Halt = tuple[datetime, datetime]
"""A span in which the clock stands still, in UTC: within one zone Python compares and subtracts
what its clocks show, not what passes."""

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def _fits(rule: Rule, order: WorkOrder) -> bool:
    if rule.urgent and not order.urgent:
        return False
    if rule.types and order.type not in rule.types:
        return False
    path = "/".join(step.name for step in order.category).casefold()
    return not rule.categories or any(words_in(path, map(str.casefold, rule.categories)))


def _halts(pauses: Iterable[Pause]) -> list[Halt]:
    """When the clock stands still: in order, none touching another."""
    halts: list[Halt] = []
    spans = ((p.begins.astimezone(UTC), (p.ends or _NEVER).astimezone(UTC)) for p in pauses)
    for begins, ends in sorted(spans):
        if halts and begins <= halts[-1][1]:
            halts[-1] = (halts[-1][0], max(halts[-1][1], ends))
        elif begins < ends:
            halts.append((begins, ends))
    return halts


def _count_time(
    start: datetime, span: timedelta, halts: Sequence[Halt], rules: DeadlineRules
) -> Term:
    start = start.astimezone(UTC)
    due = start + span
    for begins, ends in halts:
        if begins >= due:
            break
        if ends == _NEVER:
            return Term(None)
        due += max(ends - max(begins, start), timedelta())
    return Term(due.astimezone(ZoneInfo(rules.zone)))


def _count_days(
    unit: Unit, start: datetime, amount: int, halts: Sequence[Halt], rules: DeadlineRules
) -> Term:
    zone = ZoneInfo(rules.zone)
    first = start.astimezone(zone).date()
    counted: list[date] = []
    for day in _days_after(first):
        if unit == "workday" and not is_workday(day, rules.calendar):
            continue
        halt = _halt_over(day, zone, halts)
        if halt is None:
            counted.append(day)
        elif halt[1] == _NEVER:
            return Term(None)
        if len(counted) == amount:
            break
    due = datetime.combine(counted[-1], rules.day_ends, zone)
    undecided = (
        undecided_years(first + timedelta(days=1), counted[-1], rules.calendar)
        if unit == "workday"
        else ()
    )
    return Term(due, tuple(counted), undecided)


def _days_after(day: date) -> Iterator[date]:
    while True:
        day += timedelta(days=1)
        yield day


def _halt_over(day: date, zone: ZoneInfo, halts: Iterable[Halt]) -> Halt | None:
    """The halt that lasts the whole day, by the zone's own midnights."""
    begins = datetime.combine(day, time(), zone).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return next((halt for halt in halts if halt[0] <= begins and ends <= halt[1]), None)
