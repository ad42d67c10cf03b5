"""The orders that may be about the same matter, best first.

Candidates come from cheap look-ups, each capped: the hotline's own links, the same caller, the
same place, the neighbourhood on the map, the same subject near in time, and the rarest words of
the text. What these say already chooses the few that are read and compared in full.
"""

from collections.abc import Callable, Iterable, Set
from heapq import heappush, heappushpop
from math import inf, sqrt
from typing import Final

from msgspec import Struct

from caseworker.cache import search_index
from caseworker.cache import traits as kept
from caseworker.cache.connection import Cache
from caseworker.cache.orders import decode
from caseworker.repeats.compare import Comparison, Evidence, Rarity, probability
from caseworker.repeats.guess import Guess
from caseworker.repeats.keys import KeyKind, key_of
from caseworker.repeats.terms import address_terms, terms_of
from caseworker.repeats.trace import count_orders, rarity, trace_pending
from caseworker.repeats.traits import Read, Traits, cells_around, read, trace_keys
from caseworker.repeats.traits import decode as decode_traits

COMPARED_MAX: Final = 100
"""Candidates that are read and compared in full."""

WORDS: Final = 7
"""The rarest words of a text by which candidates are looked up."""

ADDRESS_WORDS: Final = 2
"""The same of its address."""

WITH_WORD: Final = 50
"""Orders taken for each of them."""

WITH_KEY: Final = 25
"""Orders taken on each side of time for a place, a caller or a subject."""

PAGES_KIB: Final = 98_304
"""Memory for pages of the cache while searching."""

ON_SCREEN: Final = 200
"""Orders read and indexed before a screen shows what is found: a twentieth of a second."""

COUNTED_MAX: Final = 5_000
"""How far the orders that share a key are counted."""


class Found(Struct, frozen=True):
    """A candidate: its traits, and what speaks for it."""

    id: int
    traits: Traits
    evidence: Evidence

    @property
    def score(self) -> float:
        """From 0 to 1, comparable between orders."""
        return probability(self.evidence.total)


def make_ready(cache: Cache) -> None:
    """Read the traits and index the words of the orders that came in since."""
    while trace_pending(cache):
        pass
    while search_index.index_pending(cache) and not cache.plain:
        pass


def make_nearly_ready(cache: Cache) -> None:
    """The same for what a screen has time for: some orders. The background does the rest."""
    trace_pending(cache, ON_SCREEN)
    search_index.index_pending(cache, ON_SCREEN)


class Finder:
    """A search for repeats in one cache, made ready once and asked for many orders."""

    def __init__(self, cache: Cache, ready: Callable[[Cache], None] = make_ready) -> None:
        ready(cache)
        # A search touches pages all over the file, and each miss costs a decryption.
        cache.execute(f"PRAGMA cache_size = -{PAGES_KIB}")
        self._cache = cache
        self.rarity: Rarity = rarity(cache)
        self._orders = count_orders(cache)
        self._with: dict[int, int] = {}

    def find(
        self,
        order_no: str,
        limit: int,
        leave_out: Iterable[str] = (),
        joined: Set[str] = frozenset(),
    ) -> list[Found]:
        """The `limit` best candidates for an order that the cache holds, however weak.

        `joined` are those that a standing link joins with it: they are known to be one matter.
        """
        if limit < 1:
            return []
        id_, body = self._cache.row("SELECT id, body FROM orders WHERE order_no = ?", (order_no,))
        whole = decode(body)
        order = read(whole)
        comparison = self._comparison(order, joined)
        named = {whole.previous_no, whole.urge_no, *joined} - {"", order_no}
        # The most promising first: what cannot outdo these need not be compared in full.
        ids = dict.fromkeys([*self._held(named), *self._candidates(order, comparison)])
        ids.pop(id_, None)
        if len(ids) < limit:
            ids |= dict.fromkeys(kept.newest(self._cache, limit + 1))
            ids.pop(id_, None)
        bodies = dict(kept.read_all(self._cache, ids))
        unwanted = set(leave_out)
        found: list[Found] = []
        best: list[float] = []
        for other_id in filter(bodies.__contains__, ids):
            traits = decode_traits(bodies[other_id])
            if traits.order_no in unwanted:
                continue
            evidence = comparison.above(best[0] if len(best) == limit else -inf, traits)
            if evidence is None:
                continue
            found.append(Found(other_id, traits, evidence))
            (heappush if len(best) < limit else heappushpop)(best, evidence.total)
        found.sort(key=lambda one: (-one.evidence.total, one.traits.order_no))
        return found[:limit]

    def compare(self, order_no: str, other_no: str, joined: Set[str] = frozenset()) -> Found:
        """Two orders that the cache holds, compared as `find` does."""
        order, other = self._read(order_no), self._read(other_no)
        return Found(
            other[0], other[1].traits, self._comparison(order[1], joined).with_(other[1].traits)
        )

    def _read(self, order_no: str) -> tuple[int, Read]:
        id_, body = self._cache.row("SELECT id, body FROM orders WHERE order_no = ?", (order_no,))
        return id_, read(decode(body))

    def _comparison(self, order: Read, joined: Set[str]) -> Comparison:
        return Comparison(order.traits, self.rarity, self._orders, self._orders_with, joined)

    def _orders_with(self, key: int) -> int:
        known = self._with.get(key)
        if known is None:
            known = self._with[key] = kept.count(self._cache, key, COUNTED_MAX)
        return known

    def _candidates(self, order: Read, comparison: Comparison) -> list[int]:
        """The orders that the look-ups bring up, the most promising first.

        What each look-up says of them is weighed as the comparison would weigh it, as far as it is
        known without reading them: what they share, and when they came.
        """
        guess = Guess(comparison)
        for key in self._keys(order.traits):
            guess.share(key, kept.nearest(self._cache, key, order.traits.at, WITH_KEY))
        self._look_up_words(order, guess)
        return guess.best(COMPARED_MAX)

    def _keys(self, traits: Traits) -> list[int]:
        keys = [key_of(KeyKind.NAMES, traits.order_no), *trace_keys(traits)]
        if traits.subject:
            around = cells_around(traits)[1:]
            keys += [key_of(KeyKind.CELL_SUBJECT, f"{cell}/{traits.subject}") for cell in around]
        return keys

    def _held(self, numbers: Set[str]) -> set[int]:
        rows = [
            self._cache.row("SELECT id FROM orders WHERE order_no = ?", (number,))
            for number in numbers
        ]
        return {row[0] for row in rows if row is not None}

    def _look_up_words(self, order: Read, guess: Guess) -> None:
        squares = self.rarity.squares
        rare = sorted(
            ((squares[term], word) for word in order.words for term in terms_of([word])),
            reverse=True,
        )[:WORDS]
        whole = sum(square for square, _word in rare)
        for square, word in rare:
            with_it = kept.newest_with_word(self._cache, "text", word, WITH_WORD)
            guess.say(square / whole, with_it)
        rare = sorted(
            ((squares[term], word) for word in order.address for term in address_terms([word])),
            reverse=True,
        )[:ADDRESS_WORDS]
        for square, word in rare:
            with_it = kept.newest_with_word(self._cache, "place", word, WITH_WORD)
            guess.write(sqrt(square), with_it)
