"""The return windows of listed orders: how long each dispatch may still be objected to.

Apart from `signs`, since the first painted row waits for no deadline rule.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from caseworker.cache import orders, signs
from caseworker.cache.connection import Cache
from caseworker.cache.lists import ListedOrder
from caseworker.cache.standing import OPEN
from caseworker.desk.deadline import return_window_of, rules_in_force
from caseworker.model.rules import RETURN_WINDOW_WARNING

SOON: Final = timedelta(days=1)
"""A window that ends later than this is no news yet."""


class Closing(Struct, frozen=True):
    """A return window that ends soon."""

    due: datetime
    computed: bool
    """Whether it was computed here, because the centre named none."""

    def presses(self, now: datetime) -> bool:
        """Whether little time is left, as an objection itself would warn."""
        return self.due - now < RETURN_WINDOW_WARNING


def closing_on(cache: Cache, rows: list[ListedOrder], now: datetime) -> dict[str, Closing]:
    """Order number → its window, for those of the rows whose window ends within a day.

    Where an objection stands, nothing is left to do in time, and no window is told.
    """
    waiting = [row.order_no for row in rows if row.standing == OPEN]
    said = signs.annotations_on(cache, waiting)
    waiting = [
        number
        for number in waiting
        if all(kind != "objection" for _id, kind, _code in said.get(number, ()))
    ]
    rules, _replaced = rules_in_force(cache)
    found = {}
    for order in orders.read_orders(cache, waiting):
        clock = return_window_of(order, rules)
        if clock is not None and timedelta() <= clock.due - now < SOON:
            found[order.order_no] = Closing(clock.due, computed=clock.source == "computed")
    return found
