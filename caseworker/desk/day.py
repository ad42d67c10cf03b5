"""A day as people type it: 3, 3d, 12-01, 2026-12-01, tomorrow, 明天, 下周一, friday."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final

from caseworker.locale import _
from caseworker.model.trouble import Trouble

LATEST: Final = timedelta(days=366)
"""The furthest day that is taken: further ones are slips of the finger."""


def begin_of(written: str, now: datetime) -> datetime:
    """When the day that was written begins, where the worker sits.

    Raises `Trouble` where it names no day, or one that is not after today and within a year.
    """
    day = day_of(written, now.date())
    if day is None:
        raise Trouble(
            _(
                "Write a day as  3d,  12-01,  tomorrow,  friday  or  next monday: not as {written}."
            ).format(written=written.strip()[:40] or "…")
        )
    if day <= now.date():
        raise Trouble(_("{day} is not after today: name a later day.").format(day=day))
    if day - now.date() > LATEST:
        raise Trouble(_("{day} is more than a year away: name a nearer day.").format(day=day))
    return datetime.combine(day, time(), now.tzinfo)


def day_of(written: str, today: date) -> date | None:
    """The day that was written, None where it names none."""
    words = re.sub(r"\s+", " ", written.strip().casefold())
    for shape, reading in _READINGS:
        found = shape.fullmatch(words)
        if found is not None:
            try:
                return reading(found, today)
            except (ValueError, OverflowError):
                return None
    return None


def _named(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=_NAMED[found[0]])


def _in_days(found: re.Match[str], today: date) -> date:
    weeks = any(sign in (found["unit"] or "") for sign in "w周星")
    return today + timedelta(days=int(found["count"]) * (7 if weeks else 1))


def _of_year(found: re.Match[str], _today: date) -> date:
    return date(int(found["year"]), int(found["month"]), int(found["day"]))


def _of_month(found: re.Match[str], today: date) -> date:
    this_year = date(today.year, int(found["month"]), int(found["day"]))
    return this_year if this_year > today else this_year.replace(year=today.year + 1)


def _weekday(found: re.Match[str], today: date) -> date:
    """The day of this week that is still to come; of the week after where it is said so."""
    weekday = _WEEKDAYS[found["weekday"]]
    monday = today - timedelta(days=today.weekday())
    if found["next"]:
        return monday + timedelta(days=7 + weekday)
    day = monday + timedelta(days=weekday)
    return day if day > today else day + timedelta(days=7)


_NAMED: Final = {
    **dict.fromkeys(("today", "今天"), 0),
    **dict.fromkeys(("tomorrow", "tom", "明天", "明日"), 1),
    **dict.fromkeys(("day after tomorrow", "后天"), 2),
    "大后天": 3,
}

_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("monday", "mon", "一"),
            ("tuesday", "tue", "二"),
            ("wednesday", "wed", "三"),
            ("thursday", "thu", "四"),
            ("friday", "fri", "五"),
            ("saturday", "sat", "六"),
            ("sunday", "sun", "日", "天"),
        )
    )
    for name in names
}

_READINGS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date]], ...]] = (
    (re.compile("|".join(_NAMED)), _named),
    (
        re.compile(
            r"(?:in )?(?P<count>\d{1,4}) ?"
            r"(?P<unit>d|days?|w|weeks?|天|日|周|个?星期)?(?:后|以后)?"
        ),
        _in_days,
    ),
    (re.compile(r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"), _of_year),
    (re.compile(r"(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?"), _of_month),
    (
        re.compile(
            r"(?P<next>next |下个?)?(?:周|星期|礼拜|这周|本周)?"
            rf"(?P<weekday>{'|'.join(_WEEKDAYS)})"
        ),
        _weekday,
    ),
)
