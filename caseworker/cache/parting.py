"""What goes when a home changes to another hub, or to another worker of it."""

from caseworker.cache.connection import Cache


def has_unsettled(cache: Cache) -> bool:
    """Whether any own words, sent or still a draft, wait for something."""
    return bool(
        cache.value(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE state NOT IN ('receipted', 'kept'))"
            " OR EXISTS (SELECT 1 FROM drafts)"
        )
    )


def part(cache: Cache) -> None:
    """Forget everything that came from the hub; the worker's own words stay, as a record.

    The payloads of what was sent are given up: no other hub is ever offered them. Call inside
    `writing`.
    """
    cache.execute(
        "DELETE FROM order_text WHERE rowid IN (SELECT id FROM orders WHERE from_hub = 1)"
    )
    cache.execute("DELETE FROM orders WHERE from_hub = 1")
    cache.execute("DELETE FROM decisions")
    cache.execute("DELETE FROM contests")
    cache.execute("DELETE FROM evidence_wanted")
    cache.execute("UPDATE evidence_named SET awaited = 0")
    cache.execute("DELETE FROM annotations WHERE id NOT IN (SELECT annotation_id FROM outbox)")
    cache.execute("DELETE FROM departed")
    cache.execute("DELETE FROM unconfirmed")
    cache.execute("UPDATE outbox SET payload = NULL")
    cache.execute("DELETE FROM settings WHERE name IN ('cursor', 'generation', 'taxonomy', 'me')")
