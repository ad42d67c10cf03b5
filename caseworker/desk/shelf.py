"""Put an order aside until a day, and the personal shortlist: local, and never sent."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from caseworker.cache import news, settings, shelf
from caseworker.cache.connection import Cache
from caseworker.desk.annotate import find_order
from caseworker.locale import _, mark
from caseworker.model.order import WorkOrder
from caseworker.model.rules import safety_lock
from caseworker.model.shelving import back_sooner
from caseworker.model.trouble import Trouble


class PutAside(Struct, frozen=True):
    """What became of orders that were to be shelved: their numbers, and why the others stay."""

    shelved: tuple[str, ...]
    stay: tuple[tuple[str, str], ...]
    """Order numbers with a sentence each."""


def shelve(cache: Cache, order_no: str, until: datetime, now: datetime) -> WorkOrder:
    """Put an open order aside until a moment.

    Raises `Trouble` where it is closed, under the safety lock, or breaks before that.
    """
    order = find_order(cache, order_no)
    if order.state != "open":
        raise Trouble(_("A closed order needs no shelf: it is not in today's queue."))
    locked = bool(safety_lock(order, settings.taxonomy(cache)))
    reason = back_sooner(order, until, now, locked=locked)
    if reason is not None:
        moment = order.return_by if reason == "return_window" else order.deadline
        when = "" if moment is None else f"{moment.astimezone(now.tzinfo):%m-%d %H:%M}"
        raise Trouble(_(_STAYS[reason]).format(when=when))
    with cache.writing():
        shelf.put_aside(cache, order.order_no, until, now)
        news.looked_at(cache, order.order_no)
    return order


def shelve_all(cache: Cache, numbers: Iterable[str], until: datetime, now: datetime) -> PutAside:
    """Put several orders aside; those that may not lie so long stay, each with the reason."""
    shelved, stay = [], []
    with cache.writing():
        for number in numbers:
            try:
                shelved.append(shelve(cache, number, until, now).order_no)
            except Trouble as trouble:
                stay.append((number, str(trouble)))
    return PutAside(tuple(shelved), tuple(stay))


def take_down(cache: Cache, order_no: str) -> bool:
    """Take an order from the shelf; False where it does not lie there."""
    order = find_order(cache, order_no)
    with cache.writing():
        return shelf.take_down(cache, order.order_no)


def lies_there(cache: Cache, order_no: str, now: datetime) -> bool:
    """Whether an order is on the shelf now, and not back from it."""
    found = shelf.shelved(cache, order_no)
    return found is not None and not found.reason and found.until > now.timestamp()


def set_short(cache: Cache, order_no: str, now: datetime, *, on: bool) -> str:
    """Put an order on the shortlist or take it off; its whole number."""
    order = find_order(cache, order_no)
    with cache.writing():
        if on:
            shelf.list_short(cache, order.order_no, now)
        else:
            shelf.unlist(cache, order.order_no)
    return order.order_no


def is_short(cache: Cache, order_no: str) -> bool:
    """Whether an order is on the shortlist."""
    return shelf.on_shortlist(cache, order_no)


def looked_at(cache: Cache, order_no: str, now: datetime) -> bool:
    """The worker has looked at an order: it is no news now, and what came back has been seen.

    Whether anything was written. Nothing is in a plain file.
    """
    if cache.plain:
        return False
    back = shelf.shelved(cache, order_no) is not None and not lies_there(cache, order_no, now)
    if not back and not news.is_news(cache, order_no):
        return False
    with cache.writing():
        news.looked_at(cache, order_no)
        if back:
            shelf.take_down(cache, order_no)
    return True


def shelf_words(cache: Cache, order_no: str, now: datetime) -> str:
    """Until when an order lies on the shelf, or why it is back; empty where it never lay there."""
    found = shelf.shelved(cache, order_no)
    if found is None:
        return ""
    day = datetime.fromtimestamp(found.until, UTC).astimezone(now.tzinfo)
    if found.reason:
        return _(_BACK[found.reason])
    if found.until <= now.timestamp():
        return _("back from the shelf: its day, {day}, has come").format(day=f"{day:%m-%d}")
    return _("shelved until {day}").format(day=f"{day:%m-%d}")


_STAYS: Final = {
    "safety": mark("This order speaks of danger: it stays in the queue."),
    "deadline": mark("Its own deadline is {when}, before that day: name an earlier one."),
    "return_window": mark("It can be objected to until {when}, before that day: object first."),
}

_BACK: Final = {
    "safety": mark("back from the shelf: it speaks of danger now"),
    "deadline": mark("back from the shelf: its deadline now comes before the day"),
    "return_window": mark("back from the shelf: the time to object ends before the day"),
    "changed": mark("back from the shelf: the order has changed"),
}
