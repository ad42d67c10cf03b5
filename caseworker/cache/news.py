"""What changed since the worker last looked at it: kept by triggers (see `sets`), local only.

An order is news when it changed, or something was said or ruled about it, after the worker had it
in sight; and when it arrived after the first ones were in sight.
"""

from collections.abc import Sequence
from typing import Final

from caseworker.cache import settings
from caseworker.cache.connection import Cache


def among(cache: Cache, ids: Sequence[int]) -> set[int]:
    """Those of the orders that are news."""
    marks = ", ".join("?" * len(ids))
    return {found for (found,) in cache.rows(f"SELECT id FROM news WHERE id IN ({marks})", ids)}


def looked_at(cache: Cache, order_no: str) -> bool:
    """The worker has looked at an order; False where it was no news. Call inside `writing`."""
    return bool(
        cache.execute(
            "DELETE FROM news WHERE id IN (SELECT id FROM orders WHERE order_no = ?)", (order_no,)
        ).rowcount
    )


def is_newer(cache: Cache, newest: int) -> bool:
    """Whether an order has not been in sight yet."""
    return newest > _seen(cache)


def take_in(cache: Cache, newest: int) -> bool:
    """The orders up to `newest` are in sight now: those that were not before are news.

    The first ones of all are not: everything would stand out, and so nothing. Whether there is
    any. Call inside `writing`.
    """
    seen = _seen(cache)
    settings.put(cache, seen_up_to=str(newest))
    if not seen:
        return False
    return bool(
        cache.execute(
            "INSERT OR IGNORE INTO news SELECT id FROM orders"
            " WHERE id > ? AND id <= ? AND standing = 0 ORDER BY id DESC LIMIT ?",
            (seen, newest, AT_MOST),
        ).rowcount
    )


def _seen(cache: Cache) -> int:
    return int(settings.get(cache, "seen_up_to") or 0)


AT_MOST: Final = 2_000
"""More than so many new ones at once are a flood, of which only the newest stand out."""


def is_news(cache: Cache, order_no: str) -> bool:
    """Whether an order changed since the worker last looked at it."""
    return bool(
        cache.value("SELECT 1 FROM orders JOIN news USING (id) WHERE order_no = ?", (order_no,))
    )
