"""The search index: text cut before it is indexed, built behind the pull (DESIGN §4)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from caseworker.cache.connection import Cache
from caseworker.model.order import WorkOrder
from caseworker.text.cut import index_terms, marked_terms, phrase
from caseworker.text.initials import initials_phrase, initials_terms

CHUNK: Final = 2_000
"""Orders indexed in one transaction."""

LOOKED_AT: Final = 2_000
"""Hits of the words that are looked at for what only a row can tell."""

TABLE: Final = (
    "CREATE VIRTUAL TABLE {schema}.order_text USING fts5("
    "text, place, number, marks, content='', contentless_delete=1, tokenize='ascii')"
)

STATE, UNIT, KIND, RECEIVED, DUE, INITIALS = "ˢᵘᵏʳᵈⁱ"
"""What stands before the terms of `marks`; see `cut.marked_terms`."""

_PHONE_TAIL: Final = 4
CODES_LOOKED_AT: Final = 500
"""Annotations with a code that are looked at, the latest first."""

AT_ONCE: Final = 200
"""Hits in one portion."""
_DAY: Final = 86_400


def count_pending(cache: Cache, most: int) -> int:
    """How many orders are not in the index yet, counted no further than `most`."""
    if cache.plain:
        return 0
    return int(cache.value("SELECT count(*) FROM (SELECT 1 FROM unindexed LIMIT ?)", (most,)))


def index_pending(cache: Cache, limit: int = CHUNK) -> int:
    """Index up to `limit` orders that came in since, the newest first; how many were.

    One transaction. For a plain file the index is built in memory: the file itself is not touched.
    """
    if cache.plain:
        return _index_in_memory(cache)
    if not cache.value("SELECT EXISTS (SELECT 1 FROM unindexed)"):
        return 0
    with cache.writing():
        pending = cache.rows(
            "SELECT id, body FROM (SELECT id FROM unindexed ORDER BY id DESC LIMIT ?)"
            " JOIN orders USING (id) ORDER BY id",
            (limit,),
        )
        ids = [(found,) for found, _body in pending]
        cache.execute_many("DELETE FROM order_text WHERE rowid = ?", ids)
        _insert(cache, pending)
        cache.execute_many("DELETE FROM unindexed WHERE id = ?", ids)
    return len(pending)


def newest(cache: Cache, match: str, limit: int) -> list[int]:
    """The ids of the newest orders that the FTS5 expression `match` holds for."""
    return [found for (found,) in cache.rows(_NEWEST, {"match": match, "most": limit})]


def newest_of_all(cache: Cache, match: str) -> Iterator[list[int]]:
    """The same in portions, the newest first, `LOOKED_AT` of them and no more."""
    hits = cache.execute(_NEWEST, {"match": match, "most": LOOKED_AT})
    while several := hits.fetchmany(AT_ONCE):
        yield [found for (found,) in several]


def fulfil(cache: Cache, ids: list[int], where: str, parameters: dict[str, Any]) -> list[int]:
    """Those of `ids` whose rows fulfil SQL of this program over `orders`; in their order."""
    marks = ", ".join(map(str, ids))
    kept = {
        found
        for (found,) in cache.rows(
            f"SELECT id FROM orders WHERE id IN ({marks}) AND {where}", parameters
        )
    }
    return [found for found in ids if found in kept]


def with_code(cache: Cache, code: str) -> list[int]:
    """The orders on which a code was put last, of the `CODES_LOOKED_AT` latest annotations."""
    rows = cache.rows(
        "SELECT orders.id FROM annotations INDEXED BY annotations_of_code"
        " CROSS JOIN orders USING (order_no) WHERE code = ? AND code <> '' ORDER BY n DESC LIMIT ?",
        (code, CODES_LOOKED_AT),
    )
    return list(dict.fromkeys(found for (found,) in rows))


def matches(cache: Cache, ids: list[int], match: str) -> list[int]:
    """Those of a few `ids` that the FTS5 expression `match` holds for; in their order."""
    marks = ", ".join(map(str, ids))
    kept = {
        found
        for (found,) in cache.rows(
            f"SELECT rowid FROM order_text WHERE order_text MATCH ? AND rowid IN ({marks})",
            (match,),
        )
    }
    return [found for found in ids if found in kept]


def word_match(word: str) -> str:
    """The FTS5 expression for a word, or for the initials that it may be; empty for nothing."""
    found, letters = phrase(word), initials_phrase(word, INITIALS)
    return f"({found} OR {letters})" if found and letters else found


def days_match(mark: str, since: int, until: int) -> str:
    """The FTS5 expression for moments (seconds since 1970) from `since` up to before `until`.

    By whole days, and by months and years where these lie within: the rows tell the rest.
    """
    first, last = since // _DAY, (until - 1) // _DAY
    terms = []
    day = first
    while day <= last:
        moment = datetime.fromtimestamp(day * _DAY, UTC)
        year_ends = _days(datetime(moment.year + 1, 1, 1, tzinfo=UTC)) - 1
        month_ends = _days(_next_month(moment)) - 1
        if moment.month == moment.day == 1 and year_ends <= last:
            term, day = f"{moment:%Y}", year_ends
        elif moment.day == 1 and month_ends <= last:
            term, day = f"{moment:%Y%m}", month_ends
        else:
            term = f"{moment:%Y%m%d}"
        terms.append(f'"{mark}{term}"')
        day += 1
    return f"({' OR '.join(terms)})"


_NEWEST: Final = (
    "SELECT rowid FROM order_text WHERE order_text MATCH :match ORDER BY rowid DESC LIMIT :most"
)


def _index_in_memory(cache: Cache) -> int:
    if cache.value("SELECT 1 FROM temp.sqlite_schema WHERE name = 'order_text'"):
        return 0
    cache.execute(TABLE.format(schema="temp"))
    pending = cache.rows("SELECT id, body FROM orders ORDER BY id")
    _insert(cache, pending)
    return len(pending)


def _insert(cache: Cache, pending: list[tuple[int, bytes]]) -> None:
    # Not at the top: what only asks need not know what an order is made of.
    from caseworker.cache.orders import decode

    cache.execute_many(
        "INSERT INTO order_text (rowid, text, place, number, marks) VALUES (?, ?, ?, ?, ?)",
        [(found, *_terms(decode(body))) for found, body in pending],
    )


def _terms(order: WorkOrder) -> tuple[str, str, str, str]:
    place = " ".join((order.address, order.community, order.street, order.district))
    tail = "" if order.is_secret else order.caller_phone[-_PHONE_TAIL:]
    numbers = " ".join((order.order_no, order.previous_no, order.urge_no, tail))
    # A street types the last digits of an order number, as the lists show them.
    endings = " ".join(order.order_no[-length:] for length in (4, 5, 6, 7, 8))
    return (
        index_terms(f"{order.title} {order.content}"),
        index_terms(place),
        index_terms(f"{numbers} {endings}"),
        " ".join(_marks(order, place)),
    )


def _marks(order: WorkOrder, place: str) -> Iterator[str]:
    yield STATE + order.state
    if order.is_secret:
        yield f"{STATE}secret"
    yield marked_terms(order.unit, UNIT)
    yield marked_terms(" ".join((order.type, *(step.name for step in order.category))), KIND)
    yield initials_terms(f"{order.title} {place}", INITIALS)
    yield from _day_terms(RECEIVED, order.received_at)
    yield from _day_terms(DUE, order.deadline if order.state == "open" else None)


def _day_terms(mark: str, moment: datetime | None) -> Iterator[str]:
    if moment is not None:
        here = moment.astimezone(UTC)
        yield from (f"{mark}{here:%Y}", f"{mark}{here:%Y%m}", f"{mark}{here:%Y%m%d}")


def _days(moment: datetime) -> int:
    return int(moment.timestamp()) // _DAY


def _next_month(moment: datetime) -> datetime:
    return datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC)
