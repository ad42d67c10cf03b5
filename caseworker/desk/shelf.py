"""Put an order aside until a day, and the personal shortlist: local, and never sent."""

from datetime import UTC, datetime
from typing import Final

from caseworker.cache import news, settings, shelf
from caseworker.cache.connection import Cache
from caseworker.desk.annotate import find_order
from caseworker.desk.wording import sentence
from caseworker.locale import _, mark
from caseworker.model.order import WorkOrder
from caseworker.model.rules import Finding, safety_lock
from caseworker.model.shelving import back_sooner
from caseworker.model.trouble import Trouble


def why_it_stays(cache: Cache, order_no: str, until: datetime, now: datetime) -> Finding | None:
    """Why an order cannot lie on the shelf until a moment; None where it can."""
    order = find_order(cache, order_no)
    if order.state != "open":
        return Finding(reason="shelf_closed")
    locked = bool(safety_lock(order, settings.taxonomy(cache)))
    reason = back_sooner(order, until, now, locked=locked)
    if reason is None:
        return None
    moment = order.return_by if reason == "return_window" else order.deadline
    when = "" if moment is None else f"{moment.astimezone(now.tzinfo):%m-%d %H:%M}"
    return Finding(reason=f"shelf_{reason}", params={"when": when})


def shelve(cache: Cache, order_no: str, until: datetime, now: datetime) -> WorkOrder:
    """Put an open order aside until a moment.

    Raises `Trouble` where it is closed, under the safety lock, or breaks before that.
    """
    order = find_order(cache, order_no)
    reason = why_it_stays(cache, order.order_no, until, now)
    if reason is not None:
        raise Trouble(sentence(reason.reason, reason.params))
    with cache.writing():
        shelf.put_aside(cache, order.order_no, until, now)
        news.looked_at(cache, order.order_no)
    return order


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


_BACK: Final = {
    "safety": mark("back from the shelf: it speaks of danger now"),
    "deadline": mark("back from the shelf: its deadline now comes before the day"),
    "return_window": mark("back from the shelf: the time to object ends before the day"),
    "changed": mark("back from the shelf: the order has changed"),
}
