"""Orders that a worker put aside until a day, and the personal shortlist. Local, never sent."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from caseworker.cache.connection import Cache


class Shelved(Struct, frozen=True):
    """One order on the shelf. Times are seconds since 1970."""

    until: int
    shelved_at: int
    reason: str
    """Why it came back before its day; empty while it lies there, and after its day came."""


def put_aside(cache: Cache, order_no: str, until: datetime, at: datetime) -> None:
    """Shelve an order until a moment. Call inside `writing`."""
    take_down(cache, order_no)
    cache.execute(
        "INSERT INTO shelf (order_no, until, shelved_at) VALUES (?, ?, ?)",
        (order_no, int(until.timestamp()), int(at.timestamp())),
    )


def take_down(cache: Cache, order_no: str) -> bool:
    """Take an order from the shelf; False where it was not on it. Call inside `writing`."""
    return bool(cache.execute("DELETE FROM shelf WHERE order_no = ?", (order_no,)).rowcount)


def sent_back(cache: Cache, order_no: str, reason: str) -> None:
    """Say why a shelved order came back before its day. Call inside `writing`."""
    cache.execute("UPDATE shelf SET reason = ? WHERE order_no = ?", (reason, order_no))


def shelved(cache: Cache, order_no: str) -> Shelved | None:
    """What the shelf says of an order, also after it came back; None where it never lay there."""
    return shelved_among(cache, [order_no]).get(order_no)


def shelved_among(cache: Cache, numbers: Sequence[str]) -> dict[str, Shelved]:
    """For many orders at once: what the shelf says of those that it holds."""
    marks = ", ".join("?" * len(numbers))
    return {
        number: Shelved(*rest)
        for number, *rest in cache.rows(
            f"SELECT order_no, until, shelved_at, reason FROM shelf WHERE order_no IN ({marks})",
            numbers,
        )
    }


def list_short(cache: Cache, order_no: str, at: datetime) -> None:
    """Put an order on the shortlist. Call inside `writing`."""
    if not on_shortlist(cache, order_no):
        cache.execute("INSERT INTO shortlist VALUES (?, ?)", (order_no, int(at.timestamp())))


def unlist(cache: Cache, order_no: str) -> bool:
    """Take an order from the shortlist; False where it was not on it. Call inside `writing`."""
    return bool(cache.execute("DELETE FROM shortlist WHERE order_no = ?", (order_no,)).rowcount)


def on_shortlist(cache: Cache, order_no: str) -> bool:
    """Whether an order is on the shortlist."""
    return bool(cache.value("SELECT 1 FROM shortlist WHERE order_no = ?", (order_no,)))
