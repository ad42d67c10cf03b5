"""Which repeat a pair of orders would be, R01 to R06 (DOMAIN §4): a proposal for a worker to weigh.

One caller asking again, many callers with one matter, and a problem that came back are told apart:
only the first is a burden, and none is proposed as closed-and-nothing-new where news, time or a
safety word speak against it.
"""

from datetime import timedelta
from typing import Final

from caseworker.model.order import WorkOrder
from caseworker.repeats.sides import Sides, has_news

CAME_BACK_AFTER: Final = timedelta(days=14)
"""How long after closing a new order is taken for the problem come back."""


def propose(sides: Sides, *, locked: bool) -> str:
    """The code of the repeat that the later order would be.

    `locked` is whether the later order is under the safety lock, where R02 is never proposed.
    """
    earlier, later = sides.earlier, sides.later
    if later.urge_no == earlier.order_no:
        return "R06"
    if _is_file(earlier) != _is_file(later):
        return "R04"
    closed_for = _closed_for(earlier, later)
    came_back = closed_for is not None and closed_for >= CAME_BACK_AFTER
    if not _of_one_caller(earlier, later):
        return "R05" if came_back else "R03"
    if closed_for is None:
        return "R01"
    return "R05" if came_back or locked or has_news(sides) else "R02"


def _of_one_caller(earlier: WorkOrder, later: WorkOrder) -> bool:
    """Whether one caller asks again, by the hub's hash, or else by the hotline's own link."""
    if later.caller_hash:
        return later.caller_hash == earlier.caller_hash
    return later.previous_no == earlier.order_no


def _closed_for(earlier: WorkOrder, later: WorkOrder) -> timedelta | None:
    """How long the earlier order had been closed when the later came; None where it was open."""
    if earlier.state == "open" and earlier.closed_at is None:
        return None
    if earlier.closed_at is None or later.received_at is None:
        return timedelta(0)
    closed_for = later.received_at - earlier.closed_at
    return closed_for if closed_for >= timedelta(0) else None


def _is_file(order: WorkOrder) -> bool:
    return any(word in order.channel.casefold() for word in _FILE_CHANNELS)


_FILE_CHANNELS: Final = ("信访", "来信", "书记信箱", "市长信箱", "督查", "petition", "letter")
