"""Acts on many orders at once: what belongs together, so that it is taken back together."""

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from caseworker.cache.connection import Cache

BATCHES_KEPT: Final = 50
"""Older ones can no longer be taken back as one; their annotations stay as they are."""

Act = Literal["said", "shelved", "listed", "unlisted"]


class Item(Struct, frozen=True):
    """One thing that a batch did, and what takes it back: the id of the annotation that was
    written, the order's number on the shortlist, the number with what the shelf said before."""

    act: Act
    subject: str


def begin(cache: Cache, at: datetime) -> int:
    """A new batch; its number. Call inside `writing`."""
    cache.execute("INSERT INTO batches (made_at, last_seq) VALUES (?, 0)", (int(at.timestamp()),))
    number = int(cache.value("SELECT max(n) FROM batches"))
    cache.execute("DELETE FROM batches WHERE n <= ?", (number - BATCHES_KEPT,))
    return number


def add(cache: Cache, batch: int, act: Act, subject: str) -> None:
    """Something that the batch did. Call inside `writing`, in the act's own transaction."""
    cache.execute("INSERT INTO batch_items VALUES (?, ?, ?)", (batch, act, subject))


def close_up(cache: Cache, batch: int) -> None:
    """Remember that the batch was the last that was written here. Call inside `writing`."""
    cache.execute(
        "UPDATE batches SET last_seq = (SELECT coalesce(max(seq), 0) FROM outbox) WHERE n = ?",
        (batch,),
    )


def latest(cache: Cache) -> int | None:
    """The batch after which nothing was written here; None where the last act was another one."""
    found: int | None = cache.value(
        "SELECT n FROM batches WHERE n = (SELECT max(n) FROM batches)"
        " AND last_seq = (SELECT coalesce(max(seq), 0) FROM outbox)"
    )
    return found


def later_than(cache: Cache, annotation_id: str) -> int | None:
    """The newest batch, where it came after an annotation that was written here; else None."""
    found: int | None = cache.value(
        "SELECT n FROM batches WHERE n = (SELECT max(n) FROM batches)"
        " AND n IN (SELECT batch FROM batch_items)"
        " AND last_seq >= (SELECT seq FROM outbox WHERE annotation_id = ?)",
        (annotation_id,),
    )
    return found


def batch_of(cache: Cache, annotation_id: str) -> int | None:
    """The batch that wrote an annotation, or None where it was written alone."""
    found: int | None = cache.value(
        "SELECT batch FROM batch_items WHERE act = 'said' AND subject = ?", (annotation_id,)
    )
    return found


def items(cache: Cache, batch: int, limit: int) -> list[Item]:
    """The first of what a batch did and that was not taken off its list."""
    return [
        Item(*row)
        for row in cache.rows(
            "SELECT act, subject FROM batch_items WHERE batch = ? LIMIT ?", (batch, limit)
        )
    ]


def take_off(cache: Cache, batch: int, item: Item) -> None:
    """An act was taken back, or cannot be any more. Call inside `writing`."""
    cache.execute(
        "DELETE FROM batch_items WHERE batch = ? AND act = ? AND subject = ?",
        (batch, item.act, item.subject),
    )


def forget(cache: Cache, batch: int) -> None:
    """A batch that was taken back. Call inside `writing`."""
    cache.execute("DELETE FROM batches WHERE n = ?", (batch,))
