"""Working days: Monday to Friday, put right by the State Council's holidays and make-up days."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Final, Literal

Calendar = Literal["china", "weekdays"]
"""`china` is the State Council's yearly calendar (DOMAIN §3); `weekdays` is Monday to Friday."""

_SATURDAY: Final = 5

_REACH: Final = (12, 29)
"""From this day on a December waits for the next year's calendar, which may still move it, as
those of 2007 and 2018 were moved."""


def is_workday(day: date, calendar: Calendar) -> bool:
    """Whether a day is worked. Where its calendar is not known, Monday to Friday are."""
    if calendar == "weekdays" or undecided_year(day, calendar) is not None:
        return day.weekday() < _SATURDAY
    import chinese_calendar

    return bool(chinese_calendar.is_workday(day))


def is_makeup_day(day: date, calendar: Calendar) -> bool:
    """Whether a Saturday or Sunday is worked, to make up for a holiday (调休)."""
    return day.weekday() >= _SATURDAY and is_workday(day, calendar)


def undecided_year(day: date, calendar: Calendar) -> int | None:
    """The year whose calendar would settle the day and is not known here; else None."""
    if calendar == "weekdays":
        return None
    first, last = _known_years()
    if day.year == last and (day.month, day.day) >= _REACH:
        return last + 1
    return None if first <= day.year <= last else day.year


def undecided_years(first: date, last: date, calendar: Calendar) -> tuple[int, ...]:
    """The years that days from `first` to `last`, both included, wait for."""
    years = {undecided_year(day, calendar) for day in _days(first, last)}
    return tuple(sorted(year for year in years if year is not None))


def workdays_after(day: date, until: date, calendar: Calendar) -> int:
    """How many working days come after a day, up to another and with it."""
    return sum(is_workday(later, calendar) for later in _days(day + timedelta(days=1), until))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


@cache
def _known_years() -> tuple[int, int]:
    # Only who asks for a working day waits for it to load: the first painted row never does.
    from chinese_calendar.constants import holidays

    return min(holidays).year, max(holidays).year
