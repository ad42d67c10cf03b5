"""Times as tables write them: many shapes in, one aware moment out."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from caseworker.exchange.columns import Amounts, DateOrder, normal

_MOMENT: Final = re.compile(
    r"(?P<a>\d{1,4})[-/.年](?P<b>\d{1,2})[-/.月](?P<c>\d{1,4})日?"
    r"(?:[T\s]*(?P<half>上午|下午|[AP]M)?\s*(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})分?"
    r"(?::?(?P<second>\d{1,2})(?:[.,]\d+)?秒?)?\s*(?P<half_after>[AP]M)?)?"
    r"\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_RUN_TOGETHER: Final = re.compile(
    r"(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})"
    r"(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?(?P<half>)(?P<half_after>)(?P<offset>Z)?"
)
_AMOUNT: Final = re.compile(r"(\d{1,4}(?:\.\d+)?)\s*(\D+?)(?:以内|之内|内)?")

DATE_LIKE: Final = re.compile(r"\d{1,4}[-/.年]\d")
"""How a text begins that means to be a date."""

_YEARS: Final = range(1900, 2200)
_DAY: Final = timedelta(days=1)
_LAST_SECOND: Final = _DAY - timedelta(seconds=1)


class Unreadable(ValueError):
    """A text that is no time."""


@lru_cache(maxsize=4096)
def read_moment(
    text: str, zone: ZoneInfo, date_order: DateOrder, *, last_minute: bool = False
) -> datetime:
    """The moment that `text` names, with a fixed offset; raises `Unreadable`.

    Without an offset it is local to `zone`. A local time that the clock shows twice in autumn is
    taken as its first showing; one that it leaps over in spring, as that much after the leap. A
    date alone is its first moment, or with `last_minute` (a deadline) its last.
    """
    text = _plain(text)
    written = _RUN_TOGETHER.fullmatch(text) or _MOMENT.fullmatch(text)
    if written is None:
        raise Unreadable
    time = _time(written, last_minute=last_minute)
    try:
        day = datetime(*_date(written, date_order), tzinfo=_zone(written["offset"], zone))
        return _fixed(day + time)
    except (ValueError, OverflowError) as error:
        raise Unreadable from error


def read_amount(text: str, amounts: Amounts) -> timedelta | None:
    """The hours or natural days that `text` names, such as 24小时; None for anything else."""
    written = _AMOUNT.fullmatch(_plain(text))
    if written is None:
        return None
    number, unit = float(written[1]), normal(written[2])
    if unit in amounts.hours:
        return timedelta(hours=number)
    return timedelta(days=number) if unit in amounts.days else None


def _plain(text: str) -> str:
    """Without blanks, and with full-width digits and colons as narrow ones."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def _date(written: re.Match[str], date_order: DateOrder) -> tuple[int, int, int]:
    first, second, third = int(written["a"]), int(written["b"]), int(written["c"])
    if date_order == "ymd" or len(written["a"]) == 4:
        year, month, day = first, second, third
    elif date_order == "mdy":
        month, day, year = first, second, third
    else:
        day, month, year = first, second, third
    if year not in _YEARS:
        raise ValueError
    return year, month, day


def _time(written: re.Match[str], *, last_minute: bool) -> timedelta:
    if written["hour"] is None:
        return _LAST_SECOND if last_minute else timedelta()
    hour, minute, second = int(written["hour"]), int(written["minute"]), int(written["second"] or 0)
    half = (written["half"] or written["half_after"] or "").upper()
    if half in {"PM", "下午"} and hour < 12:
        hour += 12
    elif half in {"AM", "上午"} and hour == 12:
        hour = 0
    time = timedelta(hours=hour, minutes=minute, seconds=second)
    # 24:00 is the end of the day; anything later is no time of day.
    if time > _DAY or minute > 59 or second > 59:
        raise Unreadable
    return time


def _zone(offset: str | None, zone: ZoneInfo) -> tzinfo:
    if offset is None:
        return zone
    if offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1))


def _fixed(moment: datetime) -> datetime:
    """The same moment with a plain offset: moments of a zone compare oddly at its leaps."""
    real = moment.astimezone(UTC).astimezone(moment.tzinfo)
    offset = real.utcoffset()
    return real.replace(tzinfo=None if offset is None else timezone(offset))
