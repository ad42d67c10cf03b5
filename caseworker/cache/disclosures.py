"""What this desk uncovered or took out: a log that the hub is told, line by line, exactly once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from msgspec import json

from caseworker.cache.connection import Cache
from caseworker.model.wire import Disclosure

NOTED_KEPT: Final = timedelta(days=90)
"""How long a line that the hub has noted stays here, for a hub that is restored (DESIGN §5.7)."""

_disclosure = json.Decoder(Disclosure)


def note(cache: Cache, disclosure: Disclosure) -> None:
    """Write a line. Call it in the transaction that uncovers or exports, before either happens."""
    with cache.writing():
        cache.execute(
            "INSERT OR IGNORE INTO disclosures (id, body) VALUES (?, ?)",
            (disclosure.id, json.encode(disclosure, order="deterministic")),
        )


def to_send(cache: Cache, generation: str, limit: int) -> list[Disclosure]:
    """Lines that this hub has not noted, the first one first; at most `limit`."""
    return [
        _disclosure.decode(bytes(body))
        for (body,) in cache.rows(
            "SELECT body FROM disclosures WHERE noted_by <> ? ORDER BY seq LIMIT ?",
            (generation, limit),
        )
    ]


def noted(cache: Cache, ids: Iterable[str], generation: str, at: datetime) -> None:
    """The hub has these in its log. One transaction."""
    with cache.writing():
        cache.execute_many(
            "UPDATE disclosures SET noted_by = ?, noted_at = ? WHERE id = ?",
            [(generation, int(at.timestamp()), one) for one in ids],
        )


def all_lines(cache: Cache) -> list[Disclosure]:
    """Every line that is still here, the first one first."""
    return [
        _disclosure.decode(bytes(body))
        for (body,) in cache.rows("SELECT body FROM disclosures ORDER BY seq")
    ]


def forget_noted(cache: Cache, at: datetime) -> None:
    """Remove lines that the hub noted over 90 days ago. Call inside `writing`."""
    cache.execute(
        "DELETE FROM disclosures WHERE noted_by <> '' AND noted_at < ?",
        (int((at - NOTED_KEPT).timestamp()),),
    )
