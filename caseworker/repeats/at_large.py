"""All matters among all orders at once: each joins the earlier one that it likely repeats.

Too many orders for a look-up each: here the traits stand in memory, orders that share a key stand
in one row in the order of time, and an order is compared with its nearest neighbours in the rows
that say most.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from math import log
from typing import Final

from caseworker.cache import traits as kept
from caseworker.cache.connection import Cache
from caseworker.repeats.compare import Comparison, Rarity
from caseworker.repeats.find import make_ready
from caseworker.repeats.keys import KIND_SHIFT, KeyKind, key_of
from caseworker.repeats.trace import count_orders, rarity
from caseworker.repeats.traits import Traits, integers, trace_keys
from caseworker.repeats.traits import decode as decode_traits

NEIGHBOURS: Final = 3
"""Earlier orders taken from one row."""

SURE: Final = 0.6
"""The score from which an order joins another's matter: a doubt here would chain matters up."""

COMPARED_MAX: Final = 10
"""Earlier orders that one order is compared with."""

WORDS: Final = 5
"""The rarest terms of a text that have a row."""

ROW_MAX: Final = 400
"""A row of more orders says too little to look into."""


def likely_matters(cache: Cache) -> list[list[str]]:
    """Orders that are likely one matter, two and more, the largest first, each in time's order.

    Heavy (half a minute and half a gigabyte for 100,000 orders): for a process of its own.
    """
    make_ready(cache)
    rare = rarity(cache)
    orders = [decode_traits(body) for _id, body in kept.every(cache)]
    orders.sort(key=lambda traits: (traits.at, traits.order_no))
    joined = _Joined(len(orders))
    for mine, other in _repeats(orders, rare, count_orders(cache)):
        joined.join(mine, other)
    matters = [[orders[place].order_no for place in group] for group in joined.groups()]
    return sorted(matters, key=lambda numbers: (-len(numbers), numbers[0]))


def _repeats(orders: list[Traits], rare: Rarity, many: int) -> Iterator[tuple[int, int]]:
    """Each order's place with that of the earlier order that it likely repeats."""
    rows: defaultdict[int, array[int]] = defaultdict(_row)
    keys_of: list[array[int]] = []
    for place, traits in enumerate(orders):
        keys = array("q", _keys(traits, rare))
        keys_of.append(keys)
        for key in keys:
            rows[key].append(place)
    seen: defaultdict[int, int] = defaultdict(int)
    for place, traits in enumerate(orders):
        votes: defaultdict[int, float] = defaultdict(float)
        for key in keys_of[place]:
            row = rows[key]
            before = seen[key]
            seen[key] = before + 1
            if before and len(row) <= ROW_MAX:
                weight = 1.0 / len(row)
                for other in row[max(before - NEIGHBOURS, 0) : before]:
                    votes[other] += weight
        if not votes:
            continue
        comparison = Comparison(traits, rare, many, lambda key: len(rows.get(key, ())) or 2)
        best, total = -1, _SURE_FROM
        nearest = sorted(votes, key=votes.__getitem__, reverse=True)
        for other in islice(nearest, COMPARED_MAX):
            evidence = comparison.above(total, orders[other])
            if evidence is not None and evidence.total > total:
                best, total = other, evidence.total
        if best >= 0:
            yield place, best


def _row() -> array[int]:
    return array("I")


def _keys(traits: Traits, rare: Rarity) -> Iterator[int]:
    yield from set(trace_keys(traits))
    yield key_of(KeyKind.NAMES, traits.order_no)
    squares = rare.squares.__getitem__
    for term in sorted(integers(traits.terms), key=squares, reverse=True)[:WORDS]:
        yield _TERM | term


_SURE_FROM: Final = log(SURE / (1 - SURE))
_TERM: Final = 99 << KIND_SHIFT


class _Joined:
    """Groups of places that pairs join: union and find."""

    def __init__(self, size: int) -> None:
        self._parents = array("I", range(size))

    def join(self, one: int, other: int) -> None:
        self._parents[self._root(one)] = self._root(other)

    def groups(self) -> list[list[int]]:
        """The groups of two and more, their places in ascending order."""
        members: defaultdict[int, list[int]] = defaultdict(list)
        for place in range(len(self._parents)):
            members[self._root(place)].append(place)
        return [group for group in members.values() if len(group) > 1]

    def _root(self, place: int) -> int:
        parents = self._parents
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place
