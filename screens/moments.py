"""Times in the words of the desk: how long is left, and when something was."""

from datetime import datetime, tzinfo
from typing import Final

from caseworker.cache.lists import ListedOrder
from caseworker.cache.standing import CLOSED, OPEN
from caseworker.desk.queue import deadline_of
from caseworker.locale import _, mark
from screens.lines import Tone

TIME_LEFT_CELLS: Final = 10

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_PRESSING: Final = 8 * _HOUR
"""Less than a working day is left."""


def time_left(row: ListedOrder, now: datetime) -> tuple[str, Tone]:
    """How long a listed order still has, in at most `TIME_LEFT_CELLS` cells, and how pressing."""
    if row.standing != OPEN:
        return (_("closed") if row.standing == CLOSED else _("left")), "dim"
    deadline = deadline_of(row)
    if deadline is None:
        return _("no date"), "dim"
    return left_until(deadline - int(now.timestamp()))


def left_until(seconds: int) -> tuple[str, Tone]:
    """So many seconds as hours and minutes, or as days; those gone by are told as such."""
    if seconds < 0:
        return _("late {span}").format(span=_span(-seconds)), "danger"
    return _span(seconds), "warning" if seconds < _PRESSING else "plain"


def _span(seconds: int) -> str:
    if seconds < _DAY:
        return f"{seconds // _HOUR}:{seconds % _HOUR // _MINUTE:02}"
    return _("{days} d").format(days=min(seconds // _DAY, 999))


def at(moment: datetime | int | None, now: datetime) -> str:
    """When something was: the time alone today, the day and the time before."""
    if moment is None:
        return ""
    here = _local(moment, now.tzinfo)
    if here.date() == now.date():
        return here.strftime("%H:%M")
    return here.strftime("%m-%d %H:%M" if here.year == now.year else "%Y-%m-%d")


def day_and_time(moment: datetime | int, now: datetime) -> str:
    """The day and the time, the year where it is not this one."""
    here = _local(moment, now.tzinfo)
    return here.strftime("%m-%d %H:%M" if here.year == now.year else "%Y-%m-%d %H:%M")


def day(moment: datetime | int | None, now: datetime) -> str:
    """The day alone."""
    if moment is None:
        return ""
    here = _local(moment, now.tzinfo)
    return here.strftime("%m-%d" if here.year == now.year else "%Y-%m-%d")


def weekday(now: datetime) -> str:
    """The day of the week, short."""
    return _(_WEEKDAYS[now.weekday()])


def _local(moment: datetime | int, zone: tzinfo | None) -> datetime:
    if isinstance(moment, int):
        return datetime.fromtimestamp(moment, zone)
    return moment.astimezone(zone)


_WEEKDAYS: Final = tuple(map(mark, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")))
