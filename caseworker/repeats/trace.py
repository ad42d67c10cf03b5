"""Traits read from the orders that came in since, and the rarity of terms counted anew."""

from collections import Counter
from collections.abc import Iterator
from typing import Final
from weakref import WeakKeyDictionary

from caseworker.cache import settings
from caseworker.cache import traits as kept
from caseworker.cache.connection import Cache
from caseworker.cache.orders import decode
from caseworker.cache.standing import OPEN
from caseworker.repeats.compare import Rarity
from caseworker.repeats.traits import READING, encode, integers, trace_keys, traits_of
from caseworker.repeats.traits import decode as decode_traits

CHUNK: Final = 500
"""Orders traced in one transaction."""

SAMPLE: Final = 20_000
"""Orders over which terms are counted."""

_COUNTED_FROM: Final = 3
"""Orders of the sample below which a term is left out: it is as rare as any."""

_GROWTH: Final = 1.5
"""How much the cache grows before terms are counted anew."""


def count_pending(cache: Cache) -> int:
    """How many orders are still to be read before all of them can be found."""
    if not cache.plain and settings.get(cache, "traits_reading") != READING:
        return count_orders(cache)
    return kept.count_to_trace(cache)


def trace_pending(cache: Cache, limit: int = CHUNK) -> int:
    """Read the traits of up to `limit` orders that came in or changed; how many. One transaction.

    Beside a plain file they are kept in memory: the file itself is not touched.
    """
    kept.make_room(cache)
    _forget_another_reading(cache)
    pending = kept.to_trace(cache, limit)
    if not pending:
        return 0
    bodies, traces, fresh = [], [], []
    for id_, standing, body in pending:
        traits = traits_of(decode(body))
        bodies.append((id_, encode(traits)))
        traces += [(key, traits.at, id_) for key in set(trace_keys(traits))]
        if standing == OPEN:
            fresh.append(id_)
    # In the order of the index, which is filled much faster so.
    traces.sort()
    with cache.writing():
        kept.put(cache, [id_ for id_, _body in bodies], bodies, traces, fresh)
    return len(pending)


def _forget_another_reading(cache: Cache) -> None:
    if cache.plain or settings.get(cache, "traits_reading") == READING:
        return
    with cache.writing():
        kept.forget(cache)
        settings.put(cache, traits_reading=READING, terms_counted="")


def rarity(cache: Cache) -> Rarity:
    """How rare terms are in this cache; counted anew when it has grown by half."""
    orders = count_orders(cache)
    counted = _counted(cache)
    if orders > counted * _GROWTH or (orders and not counted):
        _count_terms(cache, orders)
        counted = orders
    known = _known.get(cache)
    if known is None or known[0] != counted:
        known = (counted, Rarity(kept.term_counts(cache), min(counted, SAMPLE)))
        _known[cache] = known
    return known[1]


def count_orders(cache: Cache) -> int:
    """How many orders the cache holds."""
    return int(cache.value("SELECT coalesce(sum(orders), 0) FROM tally"))


_known: WeakKeyDictionary[Cache, tuple[int, Rarity]] = WeakKeyDictionary()
_in_memory: WeakKeyDictionary[Cache, int] = WeakKeyDictionary()


def _counted(cache: Cache) -> int:
    if cache.plain:
        return _in_memory.get(cache, 0)
    return int(settings.get(cache, "terms_counted") or 0)


def _count_terms(cache: Cache, orders: int) -> None:
    counts: Counter[int] = Counter()
    for body in kept.sample(cache, SAMPLE):
        traits = decode_traits(body)
        counts.update(integers(traits.terms))
        counts.update(integers(traits.address))
    with cache.writing():
        kept.put_term_counts(cache, _frequent(counts))
        if cache.plain:
            _in_memory[cache] = orders
        else:
            settings.put(cache, terms_counted=str(orders))


def _frequent(counts: Counter[int]) -> Iterator[tuple[int, int]]:
    return ((term, orders) for term, orders in counts.items() if orders >= _COUNTED_FROM)
