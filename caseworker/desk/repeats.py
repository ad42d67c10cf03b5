"""Have we met this before? Likely repeats with their reasons, and what a worker says to them."""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime
from typing import Final

from msgspec import Struct, msgpack

from caseworker.cache import annotations, orders, settings, suggestions
from caseworker.cache.connection import Cache
from caseworker.desk.annotate import find_order
from caseworker.desk.sheet import masked
from caseworker.model.order import WorkOrder
from caseworker.model.rules import safety_lock
from caseworker.repeats import sides as comparing
from caseworker.repeats.compare import Evidence
from caseworker.repeats.find import Finder, Found, make_nearly_ready
from caseworker.repeats.kinds import propose
from caseworker.repeats.reasons import AGAINST, Reason, joined, reasons_for, sentence
from caseworker.repeats.sides import Sides, Spoken
from caseworker.repeats.trace import count_pending, rarity
from caseworker.repeats.weights import LIKELY

DEFAULT_LIMIT: Final = 10

KEPT: Final = 5
"""Suggestions that the morning pass keeps of one order."""


class Candidate(Struct, frozen=True):
    """An order that may be about the same matter."""

    order_no: str
    score: float
    """From 0 to 1, comparable between orders."""
    kind: str
    """The proposed code, R01 to R06."""
    likely: bool
    """Whether the desk suggests it."""
    reasons: list[str]
    """In the user's language, the weightiest first; safe to show."""
    linked: bool = False
    """Whether a standing link joins the two already."""
    words: str = ""
    """The reasons that speak for it, as a worker may write them down."""
    weights: dict[str, float] = {}
    """What each kind of evidence adds, in log odds; only where it was asked for."""


class Suggested(Struct, frozen=True):
    """An order for which the morning pass found something."""

    order_no: str
    candidates: list[Candidate]


class _Kept(Struct, frozen=True, array_like=True):
    kind: str
    reasons: list[Reason]


_encode = msgpack.Encoder().encode
_decode = msgpack.Decoder(_Kept).decode


def candidates(
    cache: Cache,
    order_no: str,
    limit: int = DEFAULT_LIMIT,
    *,
    explain: bool = False,
    finder: Finder | None = None,
) -> list[Candidate]:
    """The `limit` best candidates for an order, earlier and later alike, however weak.

    What a worker called not the same is left out. A front end that asks often keeps a `Finder`.
    Raises `Trouble` where the cache does not hold the order.
    """
    order = find_order(cache, order_no)
    finder = finder or Finder(cache)
    linked = linked_with(cache, order.order_no)
    return [
        _candidate(
            found.traits.order_no, found.score, kept,
            linked=found.traits.order_no in linked,
            weights=_weights(found.evidence) if explain else {},
        )
        for found, kept in _judged(cache, finder, order, limit, joined=linked)
    ]  # fmt: skip


def say_not_the_same(cache: Cache, one: str, other: str, at: datetime) -> None:
    """Remember that two orders are not one matter: the pair is not suggested again."""
    with cache.writing():
        suggestions.say_not_same(cache, one, other, at)


def said_not_same(cache: Cache, order_no: str) -> set[str]:
    """The orders that a worker said are not the same matter as this one."""
    return suggestions.not_same_as(cache, order_no)


def unsay_not_the_same(cache: Cache, one: str, other: str) -> None:
    """Take that back."""
    with cache.writing():
        suggestions.unsay_not_same(cache, one, other)


MANY_TO_READ: Final = 5_000
"""Orders whose reading one waits for, some seconds: that is said before it begins."""


def long_to_read(cache: Cache) -> int:
    """How many orders a search would read first, where that takes seconds; else 0."""
    pending = count_pending(cache)
    return pending if pending >= MANY_TO_READ else 0


def searcher(cache: Cache) -> Finder:
    """A search that a screen has time to make ready: what came in a moment ago may be missing."""
    return Finder(cache, make_nearly_ready)


def compared(cache: Cache, order_no: str, others: Sequence[str], finder: Finder) -> list[Candidate]:
    """Other orders judged as candidates, whatever their score, in the order given.

    What the cache does not hold is left out. Raises `Trouble` where it does not hold the order.
    """
    order = find_order(cache, order_no)
    linked = linked_with(cache, order.order_no)
    judge = _Judge(cache, finder, order)
    listed = []
    for number in others:
        other = orders.read_order(cache, number)
        if other is not None and number != order.order_no:
            found = finder.compare(order.order_no, number, linked)
            listed.append(
                _candidate(number, found.score, judge.say(found, other), linked=number in linked)
            )
    return listed


def linked_with(cache: Cache, order_no: str) -> set[str]:
    """The orders that a standing link joins with this one directly."""
    return {
        *annotations.earlier_of(cache, order_no),
        *annotations.later_of(cache, order_no),
    }


def side_by_side(cache: Cache, one: str, other: str) -> Sides:
    """Two orders, people masked, with what they share and what is new in the later one.

    Raises `Trouble` where the cache does not hold both.
    """
    make_nearly_ready(cache)
    return comparing.side_by_side(
        Spoken(masked(find_order(cache, one))),
        Spoken(masked(find_order(cache, other))),
        rarity(cache),
    )


def morning_pass(cache: Cache, limit: int | None = None) -> int:
    """Compare the open orders that came in since the last pass; how many were.

    Nothing is locked while orders are compared: what was found for some is written at once, so
    that an interrupted pass goes on where it stopped and the desk can write between. Heavy: for a
    process of its own.
    """
    finder = Finder(cache)
    passed = 0
    while limit is None or passed < limit:
        fresh = suggestions.unpassed(
            cache, _CHUNK if limit is None else min(_CHUNK, limit - passed)
        )
        if not fresh:
            break
        found = []
        for id_, order_no in fresh:
            order = orders.read_order(cache, order_no)
            found.append((id_, [] if order is None else list(_suggestions(cache, finder, order))))
        with cache.writing():
            for id_, kept in found:
                suggestions.put(cache, id_, kept)
        passed += len(fresh)
    return passed


def suggested(cache: Cache) -> list[Suggested]:
    """What the morning passes found for open orders and nobody has settled, the surest first."""
    found: dict[str, list[Candidate]] = {}
    for order_no, other, score, body in suggestions.standing(cache):
        found.setdefault(order_no, []).append(_candidate(other, score, _decode(body)))
    return [Suggested(order_no, listed) for order_no, listed in found.items()]


def suggested_for(cache: Cache, order_no: str) -> list[Candidate]:
    """What the morning passes found for one order and nobody has settled, the surest first."""
    return [
        _candidate(other, score, _decode(body))
        for other, score, body in suggestions.standing_for(cache, order_no)
    ]


_CHUNK: Final = 50


def _suggestions(
    cache: Cache, finder: Finder, order: WorkOrder
) -> Iterator[tuple[str, float, bytes]]:
    for found, kept in _judged(cache, finder, order, KEPT, from_score=LIKELY):
        yield found.traits.order_no, found.score, _encode(kept)


def _judged(
    cache: Cache,
    finder: Finder,
    order: WorkOrder,
    limit: int,
    *,
    from_score: float = 0.0,
    joined: Set[str] = frozenset(),
) -> Iterator[tuple[Found, _Kept]]:
    """The best candidates with the proposed kind and the reasons."""
    unwanted = suggestions.not_same_as(cache, order.order_no)
    judge = _Judge(cache, finder, order)
    for found in finder.find(order.order_no, limit, unwanted, joined):
        if found.score >= from_score:
            other = orders.read_order(cache, found.traits.order_no)
            if other is not None:
                yield found, judge.say(found, other)


class _Judge:
    """Says of one order's candidates which repeats they would be, and why."""

    def __init__(self, cache: Cache, finder: Finder, order: WorkOrder) -> None:
        self._rarity = finder.rarity
        self._taxonomy = settings.taxonomy(cache)
        self._spoken = Spoken(order)

    def say(self, found: Found, other: WorkOrder) -> _Kept:
        heard = Spoken(other)
        both = comparing.side_by_side(self._spoken, heard, self._rarity)
        kind = propose(both, locked=bool(safety_lock(both.later, self._taxonomy)))
        return _Kept(kind, reasons_for(self._spoken, heard, found.evidence, self._rarity))


def _candidate(
    order_no: str,
    score: float,
    kept: _Kept,
    *,
    linked: bool = False,
    weights: dict[str, float] | None = None,
) -> Candidate:
    return Candidate(
        order_no=order_no,
        score=round(score, 6),
        kind=kept.kind,
        likely=score >= LIKELY,
        reasons=[sentence(reason) for reason in kept.reasons],
        linked=linked,
        words=joined(sentence(reason) for reason in kept.reasons if reason.name not in AGAINST),
        weights=weights or {},
    )


def _weights(evidence: Evidence) -> dict[str, float]:
    named = evidence._asdict()
    return {name: round(named[name], 2) for name in _EXPLAINED if named[name]}


_EXPLAINED: Final = (
    "total",
    "start",
    "linked",
    "text",
    "place",
    "near",
    "time",
    "subject",
    "caller",
)
