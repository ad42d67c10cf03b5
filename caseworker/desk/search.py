"""The one search box: order number, phone tail, place, words in any script, and fields."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from caseworker.cache import lists, search_index
from caseworker.cache.connection import Cache
from caseworker.cache.lists import ListedOrder, Listing
from caseworker.cache.orders import decode
from caseworker.cache.standing import CLOSED, LEFT, OPEN
from caseworker.desk.query import BEGINNING, END, Asked, read_query
from caseworker.desk.worker import worker
from caseworker.locale import _
from caseworker.text.cut import phrase
from caseworker.text.initials import stands_at
from caseworker.text.mask import mask_inside

DEFAULT_LIMIT: Final = 50
BEHIND_MAX: Final = 1_000
"""Orders that wait to be indexed are counted no further."""

CAUGHT_UP_AT_ONCE: Final = 60
"""Orders that are indexed between two keys: some 10 ms."""

_SENTENCE_END: Final = "。！？；!?;\n"
_AROUND: Final = 12
"""Characters before a hit that are shown at most, where its sentence is longer."""


class Found(Struct, frozen=True):
    """What a query found, and what there is to say about it."""

    rows: list[ListedOrder]
    notes: list[str]
    """What was left out, what is not searched yet, how far was looked: sentences, if any."""
    words: list[str]
    """The words to show where they stand."""


class Hit(Struct, frozen=True):
    """A stretch of an order's words with the hit in it; all three are citizens' text, masked."""

    before: str
    hit: str
    after: str


def index_all(cache: Cache) -> None:
    """Index every order that came in since, so that the next search misses none."""
    while search_index.index_pending(cache):
        pass


def find(cache: Cache, query: str, now: datetime, limit: int = DEFAULT_LIMIT) -> Found:
    """The newest orders that a query finds among those that are indexed. Reads, and no more.

    A query of `view:`, `safety:` and the like alone finds them in the queue's order.
    """
    if cache.plain:
        search_index.index_pending(cache)
    asked = read_query(query, now)
    notes = list(asked.troubles)
    behind = search_index.count_pending(cache, BEHIND_MAX)
    if behind:
        many = f"{behind}+" if behind == BEHIND_MAX else str(behind)
        notes.append(_("{count} orders are not searched yet: they follow.").format(count=many))
    ids, all_seen = _ids(cache, asked, now, limit) if asked.asks else ([], True)
    if not all_seen:
        notes.append(
            _("Only the newest {most} hits were looked at: add a word.").format(
                most=search_index.LOOKED_AT
            )
        )
    words = [*asked.words, *asked.places, *asked.numbers]
    return Found(lists.by_ids(cache, ids), notes, words)


def catch_up(cache: Cache) -> bool:
    """Make a few more orders findable; whether there were any. Short enough between two keys."""
    return not cache.plain and search_index.index_pending(cache, CAUGHT_UP_AT_ONCE) > 0


def hit_in(cache: Cache, row: ListedOrder, words: list[str]) -> Hit:
    """Where in an order the first of the words stands: its sentence, else how the order begins."""
    body = cache.value("SELECT body FROM orders WHERE id = ?", (row.id,))
    if body is None:
        return Hit("", "", "")
    order = decode(body)
    place = " ".join(filter(None, (order.address, order.community, order.street)))
    texts = [mask_inside(text) for text in (order.content, place, order.title) if text]
    for text in texts:
        for word in words:
            found = _stands_at(text, word)
            if found is not None:
                return _around(text, *found)
    for word in words:
        if order.order_no.endswith(word) or order.order_no == word:
            return Hit("…", word, "")
    return Hit("", "", _sentence(texts[0], 0)[0] if texts else "")


def _ids(cache: Cache, asked: Asked, now: datetime, limit: int) -> tuple[list[int], bool]:
    """The ids in their order, and whether all that may fulfil the query was looked at."""
    match = _match(asked)
    where, parameters = _conditions(asked)
    if match is not None and not asked.codes and where == "1" and asked.view is None:
        return search_index.newest(cache, match, limit), True
    wanted: list[int] = []
    looked_at = 0
    for ids in _candidates(cache, asked, match, now):
        if not ids:
            continue
        looked_at += len(ids)
        kept = search_index.fulfil(cache, ids, where, parameters)
        if asked.view is not None and kept:
            within = lists.among(cache, asked.view.listing(now, worker(cache)), kept)
            kept = [found for found in kept if found in within]
        wanted += kept
        if len(wanted) >= limit:
            return wanted[:limit], True
    return wanted, looked_at < search_index.LOOKED_AT


def _candidates(
    cache: Cache, asked: Asked, match: str | None, now: datetime
) -> Iterator[list[int]]:
    """The ids that may fulfil a query, in portions and in their order; a bounded number."""
    if asked.codes:
        coded = search_index.with_code(cache, asked.codes[0])
        yield coded if match is None or not coded else search_index.matches(cache, coded, match)
    elif match is not None:
        yield from search_index.newest_of_all(cache, match)
    else:
        listing = _listing(cache, asked, now)
        most = lists.count_up_to(cache, listing, search_index.LOOKED_AT)
        for start in range(0, most, search_index.AT_ONCE):
            rows = lists.at_offset(cache, listing, start, search_index.AT_ONCE, most)
            yield [row.id for row in rows]


def _listing(cache: Cache, asked: Asked, now: datetime) -> Listing:
    """The list that a query without words goes through."""
    if asked.view is not None:
        return asked.view.listing(now, worker(cache))
    return Listing(
        standings=(OPEN, CLOSED, LEFT) if asked.standing is None else (asked.standing,),
        of="safety" if asked.safety else None,
        now=int(now.timestamp()),
    )


def _match(asked: Asked) -> str | None:
    """What the index can tell of a query, or None where it can tell nothing."""
    index = search_index
    parts = [
        *map(index.word_match, asked.words),
        *(f"place : {phrase(place)}" for place in asked.places),
        *(f"number : {phrase(number)}" for number in asked.numbers),
        *(phrase(unit, index.UNIT) for unit in asked.units),
        *(phrase(kind, index.KIND) for kind in asked.kinds),
    ]
    if asked.received is not None:
        parts.append(_days(index.RECEIVED, asked.received.since, asked.received.until))
    if asked.due is not None:
        parts.append(_days(index.DUE, asked.due.since, asked.due.until))
    if asked.secret:
        parts.append(f'"{index.STATE}secret"')
    if asked.standing in (OPEN, CLOSED):
        parts.append(f'"{index.STATE}{"open" if asked.standing == OPEN else "closed"}"')
    return " AND ".join(filter(None, parts)) or None


_YEARS_LOOKED_AT: Final = 40 * 366 * 86_400


def _days(mark: str, since: int, until: int) -> str:
    # A span without an end goes as far as there can be orders: a term for each year.
    if since == BEGINNING:
        since = until - _YEARS_LOOKED_AT
    if until == END:
        until = since + _YEARS_LOOKED_AT
    return search_index.days_match(mark, since, until) if since < until else f'"{mark}0"'


def _conditions(asked: Asked) -> tuple[str, dict[str, Any]]:
    """What only a row can tell, as SQL over `orders`."""
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    if asked.standing is not None:
        conditions.append(f"standing = {asked.standing}")
    if asked.due is not None:
        conditions.append(f"standing = {OPEN} AND breaks_at >= :due AND breaks_at < :due_until")
        parameters |= {"due": asked.due.since, "due_until": asked.due.until}
    if asked.received is not None:
        conditions.append("received_at >= :received AND received_at < :received_until")
        parameters |= {"received": asked.received.since, "received_until": asked.received.until}
    if asked.safety is not None:
        conditions.append("safety <> ''" if asked.safety else "safety = ''")
    if asked.secret is not None:
        conditions.append(f"is_secret = {int(asked.secret)}")
    for n, code in enumerate(asked.codes):
        conditions.append(
            "EXISTS (SELECT 1 FROM annotations WHERE annotations.order_no = orders.order_no"
            f" AND code = :code{n})"
        )
        parameters[f"code{n}"] = code
    return " AND ".join(conditions) or "1", parameters


def _stands_at(text: str, word: str) -> tuple[int, int] | None:
    found = re.search(re.escape(word), text, re.IGNORECASE)
    return found.span() if found is not None else stands_at(text, word)


def _around(text: str, begin: int, end: int) -> Hit:
    sentence, start = _sentence(text, begin)
    begin, end = begin - start, min(end - start, len(sentence))
    cut = max(begin - _AROUND, 0)
    return Hit(("…" if cut else "") + sentence[cut:begin], sentence[begin:end], sentence[end:])


def _sentence(text: str, at: int) -> tuple[str, int]:
    """The sentence of a text that holds a place, and where it begins."""
    start = max((text.rfind(sign, 0, at) + 1 for sign in _SENTENCE_END), default=0)
    ends = [end for sign in _SENTENCE_END if (end := text.find(sign, at)) >= 0]
    return text[start : min(ends, default=len(text)) + 1], start
