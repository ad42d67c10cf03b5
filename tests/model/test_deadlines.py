"""A term ends where counting it slowly, minute by minute or day by day, says that it does."""

import tomllib
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import ValidationError, structs, to_builtins

from caseworker.model.deadlines import (
    DeadlineRules,
    Rule,
    Unit,
    built_in_rules,
    count,
    read_rules,
    rule_for,
    start_of,
)
from caseworker.model.order import CategoryStep, Pause
from caseworker.model.taxonomy import Words
from caseworker.model.workdays import Calendar, is_workday
from tests.builders import an_order

SHANGHAI = "Asia/Shanghai"
NEW_YORK = "America/New_York"
# Offsets that change by an hour, by half an hour, at midnight, and never (any more).
ZONES = (SHANGHAI, NEW_YORK, "Australia/Lord_Howe", "America/Sao_Paulo", "America/Havana")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def a_rule(amount: int, unit: Unit, **fields: Any) -> Rule:
    given: dict[str, Any] = {
        "purpose": "handle",
        "label": Words("一般", "ordinary"),
        "start": "dispatched",
        "basis": Words("测试", "a test"),
        "pauses": {"waiting": Words("等来电人", "waiting for the caller")},
    }
    return Rule(amount=amount, unit=unit, **(given | fields))


def rules_in(zone: str, calendar: Calendar = "china", day_ends: time = time(18)) -> DeadlineRules:
    return DeadlineRules(version="1", zone=zone, calendar=calendar, day_ends=day_ends, rules=())


def due(rule: Rule, start: datetime, zone: str = SHANGHAI, **more: Any) -> str:
    end = count(rule, start, rules_in(zone), **more).due
    assert end is not None
    return end.strftime("%Y-%m-%d %H:%M")


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


# The slow and obvious reference ------------------------------------------------------------------


def paused(minute: datetime, pauses: list[Pause]) -> bool:
    return any(
        pause.begins <= minute and (pause.ends is None or minute < pause.ends) for pause in pauses
    )


def minutes_one_by_one(minutes: int, start: datetime, pauses: list[Pause]) -> datetime:
    minute = start.astimezone(UTC)
    while minutes:
        minutes -= not paused(minute, pauses)
        minute += MINUTE
    return minute


def days_one_by_one(
    unit: Unit, amount: int, start: datetime, rules: DeadlineRules, pauses: list[Pause]
) -> datetime:
    zone = ZoneInfo(rules.zone)
    day = start.astimezone(zone).date()
    while amount:
        day += DAY
        minute = datetime.combine(day, time(), zone).astimezone(UTC)
        runs = False
        while minute.astimezone(zone).date() == day and not runs:
            runs = not paused(minute, pauses)
            minute += MINUTE
        amount -= runs and (unit == "day" or is_workday(day, rules.calendar))
    return datetime.combine(day, rules.day_ends, zone).astimezone(UTC)


STARTS = st.integers(0, 13 * 366 * 24 * 60).map(
    lambda minutes: datetime(2015, 1, 1, tzinfo=UTC) + minutes * MINUTE
)


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime, most: timedelta) -> list[Pause]:
    span = most // MINUTE
    return [
        Pause("waiting", begins, begins + draw(st.integers(-60, span)) * MINUTE)
        for begins in draw(
            st.lists(st.integers(-span, span).map(lambda n: start + n * MINUTE), max_size=4)
        )
    ]


@settings(max_examples=200, deadline=None)
@given(st.data(), STARTS, st.sampled_from(ZONES), st.integers(1, 50), st.integers(0, 10))
def test_minutes_and_hours_are_those_counted_one_by_one(
    data: st.DataObject, start: datetime, zone: str, amount: int, extension: int
) -> None:
    unit: Unit = data.draw(st.sampled_from(["minute", "hour"]))
    pauses = data.draw(pauses_after(start, timedelta(hours=40)))
    term = count(
        a_rule(amount, unit),
        start.astimezone(ZoneInfo(zone)),
        rules_in(zone),
        pauses=pauses,
        extension=extension,
    )
    minutes = (amount + extension) * (60 if unit == "hour" else 1)
    assert term.due == minutes_one_by_one(minutes, start, pauses)
    assert term.days == ()
    assert term.undecided == ()


@settings(max_examples=120, deadline=None)
@given(
    st.data(),
    STARTS,
    st.sampled_from(ZONES),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.integers(1, 8),
    st.integers(0, 4),
)
def test_days_and_working_days_are_those_counted_one_by_one(
    data: st.DataObject, start: datetime, zone: str, day_ends: time, amount: int, extension: int
) -> None:
    unit: Unit = data.draw(st.sampled_from(["day", "workday"]))
    calendar: Calendar = data.draw(st.sampled_from(["china", "weekdays"]))
    rules = rules_in(zone, calendar, day_ends)
    pauses = data.draw(pauses_after(start, timedelta(days=6)))
    term = count(a_rule(amount, unit), start, rules, pauses=pauses, extension=extension)
    assert term.due is not None
    assert term.due.astimezone(UTC) == days_one_by_one(
        unit, amount + extension, start, rules, pauses
    )
    assert len(term.days) == amount + extension
    assert term.days[-1] == term.due.date()


# What it comes to in the weeks that go wrong -----------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "unit", "start", "end"),
    [
        (15, "minute", "2026-11-24 23:50", "2026-11-25 00:05"),
        (2, "hour", "2026-12-31 23:00", "2027-01-01 01:00"),
        (24, "hour", "2026-11-27 17:00", "2026-11-28 17:00"),
        (7, "day", "2026-11-24 09:00", "2026-12-01 18:00"),
        (15, "day", "2026-02-10 09:00", "2026-02-25 18:00"),
        (1, "workday", "2026-11-24 00:00", "2026-11-25 18:00"),
        (1, "workday", "2026-11-24 23:59", "2026-11-25 18:00"),
        (1, "workday", "2026-11-27 10:00", "2026-11-30 18:00"),
        (1, "workday", "2026-11-28 10:00", "2026-11-30 18:00"),
        (5, "workday", "2024-02-02 10:00", "2024-02-08 18:00"),
        (5, "workday", "2024-02-08 10:00", "2024-02-21 18:00"),
        (5, "workday", "2024-09-27 10:00", "2024-10-10 18:00"),
        (5, "workday", "2024-10-08 10:00", "2024-10-14 18:00"),
        (5, "workday", "2025-01-24 10:00", "2025-02-07 18:00"),
        (5, "workday", "2025-02-05 10:00", "2025-02-11 18:00"),
        (5, "workday", "2025-09-26 10:00", "2025-10-10 18:00"),
        (2, "workday", "2025-10-10 10:00", "2025-10-13 18:00"),
        (5, "workday", "2026-02-12 10:00", "2026-02-26 18:00"),
        (5, "workday", "2026-02-24 10:00", "2026-03-02 18:00"),
        (5, "workday", "2026-09-18 10:00", "2026-09-24 18:00"),
        (5, "workday", "2026-09-29 17:00", "2026-10-12 18:00"),
        (2, "workday", "2026-09-30 09:00", "2026-10-09 18:00"),
    ],
)
def test_terms_across_midnight_rest_days_and_make_up_days(
    amount: int, unit: Unit, start: str, end: str
) -> None:
    assert due(a_rule(amount, unit), at(start)) == end


def test_an_hour_is_an_hour_when_the_offset_changes() -> None:
    hours = a_rule(24, "hour")
    assert due(hours, at("2026-03-07 12:00", NEW_YORK), NEW_YORK) == "2026-03-08 13:00"
    assert due(hours, at("2026-10-31 12:00", NEW_YORK), NEW_YORK) == "2026-11-01 11:00"
    days = a_rule(1, "day")
    assert due(days, at("2026-03-07 12:00", NEW_YORK), NEW_YORK) == "2026-03-08 18:00"


def test_the_day_of_the_start_is_that_of_the_rules_zone() -> None:
    assert due(a_rule(1, "day"), datetime(2026, 11, 24, 17, tzinfo=UTC)) == "2026-11-26 18:00"


def test_a_clock_that_stands_still_without_end_has_no_deadline() -> None:
    start = at("2026-11-24 09:00")
    for rule in (a_rule(5, "hour"), a_rule(5, "day"), a_rule(5, "workday")):
        waiting = [Pause("waiting", at("2026-11-24 10:00"))]
        assert count(rule, start, rules_in(SHANGHAI), pauses=waiting).due is None
    late = [Pause("waiting", at("2026-11-24 14:00"))]
    assert due(a_rule(5, "hour"), start, pauses=late) == "2026-11-24 14:00"


def test_a_day_counts_unless_it_was_paused_from_midnight_to_midnight() -> None:
    start, five_days = at("2026-11-23 09:00"), a_rule(5, "workday")
    midnight, noon = at("2026-11-25 00:00"), at("2026-11-25 12:00")
    whole = [Pause("waiting", midnight, midnight + DAY)]
    halves = [Pause("waiting", noon, midnight + DAY), Pause("waiting", midnight, noon)]
    nearly = [Pause("waiting", midnight + MINUTE, midnight + DAY)]
    assert due(five_days, start, pauses=whole) == "2026-12-01 18:00"
    assert due(five_days, start, pauses=halves) == "2026-12-01 18:00"
    assert due(five_days, start, pauses=nearly) == "2026-11-30 18:00"


def test_only_the_conditions_that_a_rule_names_stop_its_clock() -> None:
    other = [Pause("holiday of the clerk", at("2026-11-24 09:00"), at("2026-11-24 19:00"))]
    assert due(a_rule(5, "hour"), at("2026-11-24 09:00"), pauses=other) == "2026-11-24 14:00"


def test_a_term_into_a_year_without_a_calendar_says_so() -> None:
    start = at("2098-12-24 09:00")
    term = count(a_rule(10, "workday"), start, rules_in(SHANGHAI))
    assert term.undecided == (2098, 2099)
    assert count(a_rule(10, "day"), start, rules_in(SHANGHAI)).undecided == ()
    assert count(a_rule(10, "workday"), start, rules_in(SHANGHAI, "weekdays")).undecided == ()


# The rules as data -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({}, "an ordinary appeal"),
        ({"urgent": True}, "danger to life or property"),
        ({"category": (CategoryStep("公共服务"), CategoryStep("供水问题"))}, "water"),
        ({"category": (CategoryStep("HEATING"),)}, "water"),
        ({"urgent": True, "category": (CategoryStep("燃气"),)}, "danger to life or property"),
        ({"category": (CategoryStep("城市管理"),), "content": "停水三天"}, "an ordinary appeal"),
    ],
)
def test_the_first_rule_that_fits_an_order_counts(fields: dict[str, Any], label: str) -> None:
    rule = rule_for(an_order(**fields), "handle", built_in_rules())
    assert rule is not None
    assert rule.label.en.startswith(label)


def test_a_rule_may_ask_for_a_business_class() -> None:
    rules = structs.replace(rules_in(SHANGHAI), rules=(a_rule(1, "hour", types=("咨询",)),))
    assert rule_for(an_order(type="咨询"), "handle", rules) is rules.rules[0]
    assert rule_for(an_order(type="投诉"), "handle", rules) is None
    assert rule_for(an_order(type="咨询"), "return", rules) is None


def test_the_clock_starts_at_the_other_event_where_its_own_is_not_known() -> None:
    rule = a_rule(1, "hour", start="dispatched")
    received, dispatched = at("2026-11-24 09:00"), at("2026-11-24 10:00")
    order = an_order(received_at=received, dispatched_at=dispatched)
    assert start_of(rule, order) == ("dispatched", dispatched)
    assert start_of(rule, structs.replace(order, dispatched_at=None)) == ("received", received)
    assert start_of(rule, an_order(received_at=None)) is None


def test_what_was_read_as_a_draft_is_marked_so_and_every_basis_says_what_was_read() -> None:
    for rule in built_in_rules().rules:
        assert rule.draft == ("draft" in rule.basis.en) == ("草案" in rule.basis.zh)
        assert rule.draft or "as reported" in rule.basis.en
        assert "our reading" in rule.basis.en


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Asia/Nowhere"},
        {"zone": "../etc"},
        {"calendar": "moon"},
        {"day_ends": "evening"},
        {"pause": "never"},
        {"rules": [to_builtins(a_rule(1, "hour")) | {"amount": 0}]},
        {"rules": [to_builtins(a_rule(1, "hour")) | {"unit": "week"}]},
    ],
)
def test_rules_of_another_shape_are_refused(wrong: dict[str, Any]) -> None:
    table = tomllib.loads('version="1"\nzone="UTC"\ncalendar="china"\nday_ends=18:00:00\nrules=[]')
    assert read_rules(table).day_ends == time(18)
    with pytest.raises(ValidationError):
        read_rules(table | wrong)


def test_days_beyond_every_calendar_are_an_overflow() -> None:
    with pytest.raises(OverflowError):
        count(a_rule(5, "day"), datetime(9999, 12, 30, tzinfo=UTC), rules_in(SHANGHAI))
