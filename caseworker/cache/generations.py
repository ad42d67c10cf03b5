"""A hub restored from a backup may have lost what it once told us (DESIGN §5.1, §5.7).

Decisions, contests and the annotations of others are in doubt then, until the new generation has
shown them again; what it has not shown once all is pulled is not acknowledged by anyone, and goes.
Orders are never in doubt: they leave only by an explicit entry (§5.6).
"""

from collections.abc import Iterable

from caseworker.cache.connection import Cache


def doubt(cache: Cache) -> None:
    """Put everything that only the hub can vouch for in doubt. Call inside `writing`."""
    cache.execute("INSERT OR IGNORE INTO unconfirmed SELECT id FROM decisions")
    cache.execute("INSERT OR IGNORE INTO unconfirmed SELECT id FROM contests")
    cache.execute(
        "INSERT OR IGNORE INTO unconfirmed SELECT id FROM annotations"
        " WHERE id NOT IN (SELECT annotation_id FROM outbox)"
    )


def confirm(cache: Cache, ids: Iterable[str]) -> None:
    """The hub has shown these. Call inside `writing`."""
    if in_doubt(cache):
        cache.execute_many("DELETE FROM unconfirmed WHERE id = ?", [(shown,) for shown in ids])


def drop_doubted(cache: Cache) -> None:
    """All is pulled: what the hub has not shown is gone there. Call inside `writing`."""
    if in_doubt(cache):
        cache.execute("DELETE FROM decisions WHERE id IN (SELECT id FROM unconfirmed)")
        cache.execute("DELETE FROM contests WHERE id IN (SELECT id FROM unconfirmed)")
        cache.execute(
            "DELETE FROM annotations WHERE id IN (SELECT id FROM unconfirmed)"
            " AND id NOT IN (SELECT annotation_id FROM outbox)"
        )
        cache.execute("DELETE FROM unconfirmed")


def in_doubt(cache: Cache) -> bool:
    """Whether a restored hub has not shown everything again yet."""
    return bool(cache.value("SELECT EXISTS (SELECT 1 FROM unconfirmed)"))
