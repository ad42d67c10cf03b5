"""How an order's deadlines come about, for who asks: the centre's own, or one computed here."""

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct, ValidationError, structs

from caseworker.cache import annotations, orders, settings
from caseworker.cache.connection import Cache
from caseworker.cache.standing import OPEN
from caseworker.desk.worker import worker
from caseworker.model.annotation import Annotation
from caseworker.model.deadlines import (
    DeadlineRules,
    Event,
    Purpose,
    Rule,
    built_in_rules,
    count,
    read_rules,
    rule_for,
    start_of,
)
from caseworker.model.order import LEVELS, Level, Pause, WorkOrder, own_deadline
from caseworker.model.rules import day_named
from caseworker.model.status import status_of
from caseworker.model.taxonomy import Taxonomy
from caseworker.model.workdays import undecided_years, workdays_after


class Reckoning(Struct, frozen=True, kw_only=True):
    """By which rule a deadline was computed, and from what."""

    rule: Rule
    event: Event
    """What started the clock; not the rule's own start where the time of that is not known."""
    since: datetime
    days: tuple[date, ...]
    """The days counted; empty for minutes and hours."""
    extended_by: int = 0
    """By how much the centre extended the term, in the rule's unit."""
    pauses: tuple[Pause, ...] = ()
    """When the clock stood still."""


class Clock(Struct, frozen=True, kw_only=True):
    """One deadline of an order."""

    purpose: Purpose | Literal["shelved"]
    """What has to be done by then; `shelved`: the day until which the centre put the order off."""
    level: Level | None = None
    """None where it was computed, or where the centre did not say whose it is."""
    own: bool = False
    """Whether this is the deadline that binds the worker."""
    source: Literal["centre", "computed"]
    due: datetime
    seconds_left: int | None = None
    """Less than 0 where late; None where no clock runs."""
    workdays_left: int | None = None
    """Working days after today up to the deadline; None where late, or more than a year ahead."""
    undecided: tuple[int, ...] = ()
    """Years whose working days are not known, though a figure of this clock rests on them."""
    reckoning: Reckoning | None = None
    """None for the centre's own."""


class Explanation(Struct, frozen=True, kw_only=True):
    """Every deadline of an order; `caseworker.desk.deadline_words` says it in sentences."""

    order_no: str
    now: datetime
    running: bool
    """Whether the order is open here: no clock runs on one that is closed or has left."""
    clocks: tuple[Clock, ...]
    """The centre's from the widest level down, then a computed one; then the day until which the
    centre put the order off; the return window last."""
    rules: DeadlineRules
    extensions: int = 0
    """How often the centre has extended the order's term."""
    stands_still: Pause | None = None
    """The pause without an end for which no deadline can be computed."""
    rules_replaced: bool = False
    """Whether the hub's rules could not be read, so that the built-in ones stand in."""

    @property
    def own(self) -> Clock | None:
        """The deadline that binds the worker."""
        return next((clock for clock in self.clocks if clock.own), None)

    @property
    def return_window(self) -> Clock | None:
        """Until when the dispatch may be objected to."""
        return next((clock for clock in self.clocks if clock.purpose == "return"), None)


def explain(cache: Cache, order: WorkOrder, now: datetime) -> Explanation:
    """An order's deadlines at every level and its return window, and how each came about.

    What the centre named always stands. Only where it named no deadline that binds the worker,
    or no return window, is one computed, by the city's rules, and marked as computed.
    """
    rules, replaced = rules_in_force(cache)
    running = _runs(cache, order)
    handling = list(_named(order, worker(cache).level))
    returning = list(_named_window(order))
    put_off = list(_put_off(cache, order, rules, now)) if running else []
    if running:
        if not any(clock.own for clock in handling):
            handling += _computed(order, "handle", rules)
        if not returning:
            returning += _computed(order, "return", rules)
    clocks = [*handling, *put_off, *returning]
    return Explanation(
        order_no=order.order_no,
        now=now,
        running=running,
        clocks=tuple(_with_time_left(one, rules, now) if running else one for one in clocks),
        rules=rules,
        extensions=order.extensions,
        stands_still=None
        if any(clock.own for clock in handling)
        else _pause_without_end(order, rules),
        rules_replaced=replaced,
    )


def return_window_of(order: WorkOrder, rules: DeadlineRules) -> Clock | None:
    """Until when the dispatch may be objected to: the centre's word, else by the rules."""
    return next(_named_window(order), None) or next(_computed(order, "return", rules), None)


def rules_in_force(cache: Cache) -> tuple[DeadlineRules, bool]:
    """The `deadlines` table of the taxonomy that the hub delivered, else the built-in rules.

    And whether the built-in ones stand in for a table that cannot be read.
    """
    delivered = settings.get(cache, "taxonomy")
    try:
        return _delivered_rules(delivered) or built_in_rules(), False
    except ValidationError:
        return built_in_rules(), True


@lru_cache(maxsize=2)
def _delivered_rules(toml: str) -> DeadlineRules | None:
    table = tomllib.loads(toml).get("deadlines")
    return None if table is None else read_rules(table)


def _runs(cache: Cache, order: WorkOrder) -> bool:
    standing = orders.standing_of(cache, order.order_no)
    return order.state == "open" and standing in (OPEN, None)


def _named(order: WorkOrder, level: Level) -> Iterator[Clock]:
    """The deadlines that the centre named; the worker's own is that of the nearest level."""
    own = order.deadline or own_deadline(order.deadlines, level)
    nearest_first = (*reversed(LEVELS[: LEVELS.index(level) + 1]), *LEVELS)
    own_level = next((one for one in nearest_first if order.deadlines.get(one) == own), None)
    for one in LEVELS:
        if one in order.deadlines:
            yield Clock(
                purpose="handle",
                level=one,
                own=own is not None and one == own_level,
                source="centre",
                due=order.deadlines[one],
            )
    if own is not None and own_level is None:
        yield Clock(purpose="handle", own=True, source="centre", due=own)


def _named_window(order: WorkOrder) -> Iterator[Clock]:
    if order.return_by is not None:
        yield Clock(purpose="return", source="centre", due=order.return_by)


def _put_off(
    cache: Cache, order: WorkOrder, rules: DeadlineRules, now: datetime
) -> Iterator[Clock]:
    """The day until which the centre put an order off: it granted a mark that names the next look.

    The deadlines go on beside it: no mark stops a clock (DOMAIN §4.2).
    """
    taxonomy = settings.taxonomy(cache)
    said = annotations.annotations_of(cache, order.order_no)
    decisions = annotations.decisions_of(cache, order.order_no)
    for one in said:
        dated = [item.text for item in one.evidence if _is_next_date(item.kind, one, taxonomy)]
        if not dated:
            continue
        standing = status_of(
            one,
            order=order,
            others=said,
            decisions=decisions,
            contests=annotations.contests_of(cache, order.order_no),
            taxonomy=taxonomy,
            now=now,
        )
        day = day_named("\n".join(dated))
        if standing == "granted" and day is not None:
            due = datetime.combine(day, time(), ZoneInfo(rules.zone))
            yield Clock(purpose="shelved", source="centre", due=due)


def _is_next_date(kind: str, one: Annotation, taxonomy: Taxonomy) -> bool:
    code, what = taxonomy.codes.get(one.code), taxonomy.evidence.get(kind)
    return one.kind == "objection" and code is not None and what is not None and what.dated


def _pause_without_end(order: WorkOrder, rules: DeadlineRules) -> Pause | None:
    rule = rule_for(order, "handle", rules)
    still = (pause for pause in _pauses(rule, order) if pause.ends is None)
    return next(still, None)


def _pauses(rule: Rule | None, order: WorkOrder) -> tuple[Pause, ...]:
    """Those of the order's pauses for which the rule lets the clock stand still."""
    if rule is None:
        return ()
    return tuple(pause for pause in order.pauses if pause.condition in rule.pauses)


def _computed(order: WorkOrder, purpose: Purpose, rules: DeadlineRules) -> Iterator[Clock]:
    """The deadline by the rule that fits; none without a rule or a time to count from."""
    rule = rule_for(order, purpose, rules)
    start = None if rule is None else start_of(rule, order)
    if rule is None or start is None:
        return
    event, since = start
    extended_by = order.extended_by if purpose == "handle" else 0
    try:
        term = count(rule, since, rules, pauses=order.pauses, extension=extended_by)
    except OverflowError:
        # A year that an import mistyped; there is no day to count to.
        return
    if term.due is not None:
        yield Clock(
            purpose=purpose,
            own=purpose == "handle",
            source="computed",
            due=term.due,
            undecided=term.undecided,
            reckoning=Reckoning(
                rule=rule,
                event=event,
                since=since,
                days=term.days,
                extended_by=extended_by,
                pauses=_pauses(rule, order),
            ),
        )


_YEAR: Final = timedelta(days=366)


def _with_time_left(clock: Clock, rules: DeadlineRules, now: datetime) -> Clock:
    left = clock.due - now
    clock = structs.replace(clock, seconds_left=int(left.total_seconds()))
    if not timedelta() <= left <= _YEAR:
        return clock
    zone = ZoneInfo(rules.zone)
    today, last = now.astimezone(zone).date(), clock.due.astimezone(zone).date()
    years = undecided_years(today, last, rules.calendar)
    return structs.replace(
        clock,
        workdays_left=workdays_after(today, last, rules.calendar),
        undecided=tuple(sorted({*clock.undecided, *years})),
    )
