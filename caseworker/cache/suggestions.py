"""What the morning pass found, and what a worker said is not the same. Local only, never sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from caseworker.cache.connection import Cache
from caseworker.cache.signs import LINKS


def unpassed(cache: Cache, limit: int) -> list[tuple[int, str]]:
    """Up to `limit` orders that no morning pass has looked at, the newest first: id, number."""
    return cache.rows(
        "SELECT id, order_no FROM unpassed CROSS JOIN orders USING (id) ORDER BY id DESC LIMIT ?",
        (limit,),
    )


def count_unpassed(cache: Cache) -> int:
    """How many orders no morning pass has looked at."""
    return int(cache.value("SELECT count(*) FROM unpassed"))


def put(cache: Cache, id_: int, suggestions: Iterable[tuple[str, float, bytes]]) -> None:
    """Keep what was found for one order (number, score, body); it is passed then.

    Call inside `writing`.
    """
    cache.execute("DELETE FROM suggestions WHERE id = ?", (id_,))
    cache.execute_many(
        "INSERT OR REPLACE INTO suggestions VALUES (?, ?, ?, ?)",
        [(id_, other, score, body) for other, score, body in suggestions],
    )
    cache.execute("DELETE FROM unpassed WHERE id = ?", (id_,))


_SETTLED = (
    " AND NOT EXISTS (SELECT 1 FROM not_same"
    "   WHERE first = min(mine.order_no, other) AND second = max(mine.order_no, other))"
    " AND NOT EXISTS (SELECT 1 FROM links"
    "   WHERE (links.order_no, earlier) IN ((mine.order_no, other), (other, mine.order_no))"
    f"  AND {LINKS})"
)
"""Left out: pairs that a worker called not the same, and pairs that a standing link joins."""


def with_standing(cache: Cache, ids: Sequence[int]) -> set[int]:
    """Those of the open orders for which something is suggested that nobody has settled."""
    marks = ", ".join("?" * len(ids))
    return {
        found
        for (found,) in cache.rows(
            "SELECT DISTINCT found.id FROM suggestions AS found"
            " JOIN orders AS mine ON mine.id = found.id"
            " JOIN orders AS theirs ON theirs.order_no = other"
            f" WHERE found.id IN ({marks}) {_SETTLED}",
            ids,
        )
    }


def standing_for(cache: Cache, order_no: str) -> list[tuple[str, float, bytes]]:
    """What is suggested for one order and nobody has settled, the surest first."""
    return cache.rows(
        "SELECT other, score, found.body FROM orders AS mine"
        " JOIN suggestions AS found ON found.id = mine.id"
        " JOIN orders AS theirs ON theirs.order_no = other"
        f" WHERE mine.order_no = ? {_SETTLED} ORDER BY score DESC, other",
        (order_no,),
    )


def standing(cache: Cache) -> list[tuple[str, str, float, bytes]]:
    """What is suggested for open orders, the surest first: number, the other's, score, body.

    Left out: pairs that a worker called not the same, pairs that a standing link joins, and
    orders that are gone.
    """
    return cache.rows(
        "SELECT mine.order_no, other, score, found.body FROM suggestions AS found"
        " JOIN orders AS mine ON mine.id = found.id AND mine.standing = 0"
        " JOIN orders AS theirs ON theirs.order_no = other"
        f" WHERE true {_SETTLED}"
        " ORDER BY score DESC, mine.order_no, other"
    )


def say_not_same(cache: Cache, one: str, other: str, at: datetime) -> None:
    """Remember that two orders are not one matter. Call inside `writing`."""
    first, second = sorted((one, other))
    cache.execute(
        "INSERT OR IGNORE INTO not_same VALUES (?, ?, ?)", (first, second, int(at.timestamp()))
    )


def unsay_not_same(cache: Cache, one: str, other: str) -> None:
    """Take that back. Call inside `writing`."""
    first, second = sorted((one, other))
    cache.execute("DELETE FROM not_same WHERE first = ? AND second = ?", (first, second))


def not_same_as(cache: Cache, order_no: str) -> set[str]:
    """The orders that a worker said are not the same matter as this one."""
    return {
        other
        for (other,) in cache.rows(
            "SELECT second FROM not_same WHERE first = :no"
            " UNION ALL SELECT first FROM not_same WHERE second = :no",
            {"no": order_no},
        )
    }
