"""The search index: text cut before it is indexed, built behind the pull (DESIGN §4)."""

from typing import Final

from caseworker.cache.connection import Cache
from caseworker.cache.lists import ListedOrder, by_ids
from caseworker.cache.orders import decode
from caseworker.model.order import WorkOrder
from caseworker.text.cut import index_terms, query_terms

CHUNK: Final = 2_000
"""Orders indexed in one transaction."""

_PHONE_TAIL: Final = 4


def index_pending(cache: Cache, limit: int = CHUNK) -> int:
    """Index up to `limit` orders that came in since; how many were. One transaction.

    For a plain file the index is built in memory: the file itself is not touched.
    """
    if cache.plain:
        return _index_in_memory(cache)
    if not cache.value("SELECT EXISTS (SELECT 1 FROM unindexed)"):
        return 0
    with cache.writing():
        pending = cache.rows(
            "SELECT id, body FROM unindexed JOIN orders USING (id) ORDER BY id LIMIT ?", (limit,)
        )
        ids = [(found,) for found, _body in pending]
        cache.execute_many("DELETE FROM order_text WHERE rowid = ?", ids)
        _insert(cache, pending)
        cache.execute_many("DELETE FROM unindexed WHERE id = ?", ids)
    return len(pending)


def search(cache: Cache, query: str, limit: int) -> list[ListedOrder]:
    """Orders whose number, phone tail, place or text hold the query, newest first."""
    expression = query_terms(query)
    if expression is None:
        return []
    ids = [
        found
        for (found,) in cache.rows(
            "SELECT rowid FROM order_text WHERE order_text MATCH ? ORDER BY rowid DESC LIMIT ?",
            (expression, limit),
        )
    ]
    return by_ids(cache, ids)


def _index_in_memory(cache: Cache) -> int:
    if cache.value("SELECT 1 FROM temp.sqlite_schema WHERE name = 'order_text'"):
        return 0
    cache.execute(
        "CREATE VIRTUAL TABLE temp.order_text USING fts5("
        "text, place, number, content='', contentless_delete=1, tokenize='ascii')"
    )
    pending = cache.rows("SELECT id, body FROM orders ORDER BY id")
    _insert(cache, pending)
    return len(pending)


def _insert(cache: Cache, pending: list[tuple[int, bytes]]) -> None:
    cache.execute_many(
        "INSERT INTO order_text (rowid, text, place, number) VALUES (?, ?, ?, ?)",
        [(found, *_terms(decode(body))) for found, body in pending],
    )


def _terms(order: WorkOrder) -> tuple[str, str, str]:
    place = " ".join((order.address, order.community, order.street, order.district))
    tail = "" if order.is_secret else order.caller_phone[-_PHONE_TAIL:]
    numbers = " ".join((order.order_no, order.previous_no, order.urge_no, tail))
    # A street types the last digits of an order number, as the lists show them.
    endings = " ".join(order.order_no[-length:] for length in (4, 5, 6, 7, 8))
    return (
        index_terms(f"{order.title} {order.content}"),
        index_terms(place),
        index_terms(f"{numbers} {endings}"),
    )
