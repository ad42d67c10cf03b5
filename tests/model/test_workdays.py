"""Working days follow the State Council's calendar, and say so where it is not known."""

from datetime import date, timedelta

import pytest
from chinese_calendar.constants import holidays

from caseworker.model.workdays import (
    is_makeup_day,
    is_workday,
    undecided_year,
    undecided_years,
    workdays_after,
)
from tests.test_floors import IMPORT_ALL, loaded_by

LAST_KNOWN = max(holidays).year
"""Written so that next year's calendar does not break the tests that a later package brings."""

# From the State Council's notices: first and last day of rest, and the days that make up for it.
WEEKS = {
    "spring festival 2024": (date(2024, 2, 10), date(2024, 2, 17), ["2024-02-04", "2024-02-18"]),
    "national day 2024": (date(2024, 10, 1), date(2024, 10, 7), ["2024-09-29", "2024-10-12"]),
    "spring festival 2025": (date(2025, 1, 28), date(2025, 2, 4), ["2025-01-26", "2025-02-08"]),
    "national day 2025": (date(2025, 10, 1), date(2025, 10, 8), ["2025-09-28", "2025-10-11"]),
    "spring festival 2026": (date(2026, 2, 15), date(2026, 2, 23), ["2026-02-14", "2026-02-28"]),
    "national day 2026": (date(2026, 10, 1), date(2026, 10, 7), ["2026-09-20", "2026-10-10"]),
}
MID_AUTUMN = {date(2024, 9, 17), date(2026, 9, 25)}
"""Rest days of the fortnight before a national day that are not Saturdays or Sundays."""


@pytest.mark.parametrize("week", WEEKS)
def test_the_long_weeks_rest_and_are_made_up_for(week: str) -> None:
    first, last, made_up = WEEKS[week]
    for day in (first + timedelta(days=n) for n in range(-14, (last - first).days + 15)):
        makeup = day.isoformat() in made_up
        rests = first <= day <= last or day in MID_AUTUMN
        assert is_makeup_day(day, "china") == makeup
        assert is_workday(day, "china") == (makeup or (day.weekday() < 5 and not rests))


def test_a_city_elsewhere_counts_monday_to_friday() -> None:
    assert is_workday(date(2026, 10, 1), "weekdays")
    assert not is_workday(date(2026, 10, 10), "weekdays")
    assert undecided_year(date(2999, 1, 1), "weekdays") is None


def test_the_calendar_says_when_it_does_not_know() -> None:
    unknown = LAST_KNOWN + 1
    assert undecided_year(date(LAST_KNOWN, 12, 28), "china") is None
    assert undecided_year(date(LAST_KNOWN, 12, 29), "china") == unknown
    assert undecided_year(date(unknown, 1, 1), "china") == unknown
    assert undecided_year(date(2003, 12, 31), "china") == 2003
    assert undecided_years(date(LAST_KNOWN, 12, 1), date(unknown + 1, 2, 1), "china") == (
        unknown,
        unknown + 1,
    )
    assert undecided_years(date(2024, 1, 1), date(2026, 11, 30), "china") == ()


def test_the_end_of_a_december_is_settled_once_the_next_year_is() -> None:
    assert not is_workday(date(2018, 12, 31), "china")
    assert is_makeup_day(date(2018, 12, 29), "china")
    assert undecided_year(date(2018, 12, 31), "china") is None


def test_an_unknown_year_is_counted_monday_to_friday() -> None:
    first = date(LAST_KNOWN + 1, 1, 1)
    for day in (first + timedelta(days=n) for n in range(365)):
        assert is_workday(day, "china") == (day.weekday() < 5)


def test_working_days_left_leave_out_today() -> None:
    friday = date(2026, 11, 27)
    assert workdays_after(friday, friday, "china") == 0
    assert workdays_after(friday, friday + timedelta(days=3), "china") == 1
    assert workdays_after(date(2026, 9, 30), date(2026, 10, 12), "china") == 4
    assert workdays_after(friday, friday - timedelta(days=3), "china") == 0


def test_the_desk_does_not_wait_for_the_calendar() -> None:
    assert "chinese_calendar" not in loaded_by(IMPORT_ALL, "caseworker.desk")
