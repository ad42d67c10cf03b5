"""When a worker means to look at a matter again: a day on an order of it. Local, never sent."""

from collections.abc import Sequence
from datetime import date

from caseworker.cache.connection import Cache

TABLE = """
    CREATE TABLE next_looks (
        order_no TEXT PRIMARY KEY,
        on_day TEXT NOT NULL
    ) WITHOUT ROWID
    """


def put(cache: Cache, order_no: str, on_day: date) -> None:
    """Remember the day. Call inside `writing`."""
    cache.execute("INSERT OR REPLACE INTO next_looks VALUES (?, ?)", (order_no, str(on_day)))


def drop(cache: Cache, order_nos: Sequence[str]) -> None:
    """Forget the days of orders. Call inside `writing`."""
    cache.execute_many("DELETE FROM next_looks WHERE order_no = ?", [(no,) for no in order_nos])


def of(cache: Cache, order_nos: Sequence[str]) -> list[date]:
    """The days on any of these orders, the nearest first."""
    marks = ", ".join("?" * len(order_nos))
    rows = cache.rows(f"SELECT on_day FROM next_looks WHERE order_no IN ({marks})", list(order_nos))
    return sorted(date.fromisoformat(day) for (day,) in rows)
