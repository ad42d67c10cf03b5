"""Two orders compared: the evidence that they are one matter, kind by kind, and its sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from math import cos, exp, hypot, inf, log, log1p, pi, radians, sqrt
from typing import Final, NamedTuple, cast

from caseworker.repeats.keys import KIND_SHIFT, KeyKind, key_of
from caseworker.repeats.terms import usual_terms
from caseworker.repeats.traits import (
    CELL_METRES,
    METRES_A_DEGREE,
    Traits,
    cells_around,
    integers,
)
from caseworker.repeats.weights import (
    AS_IF,
    AS_IF_START,
    AS_IF_TEXTS,
    AS_IF_USUAL,
    AS_IF_WITH,
    AS_IF_WITH_KIND,
    MUCH_MAX,
    ORDERS_USUAL,
    RARE_ENOUGH,
    RARITY,
    SAID_MUCH,
    WEIGHTS,
    Weights,
)

DAY: Final = 86_400


class Evidence(NamedTuple):
    """What speaks for one matter (above 0) and against it (below), in log odds.

    `total` is the sum of the other weights: those from `start` to `caller`.
    """

    total: float
    start: float
    linked: float
    text: float
    place: float
    near: float
    time: float
    subject: float
    caller: float
    alike: float
    """How alike the texts are, from 0 to 1; -1 where one of them has none."""
    shared_places: frozenset[int]
    metres: float
    """How far apart they are on the map; -1 where that is not known."""
    days: float
    """How many days lie between them; -1 where that is not known."""


class Rarity:
    """How rare terms are, from counts over a sample of the cache's orders."""

    def __init__(self, counts: Mapping[int, int], sampled: int) -> None:
        sampled += AS_IF_TEXTS
        rarest = log(1 + sampled / 2)
        self.squares = _Squares(rarest)
        for term, orders in (dict.fromkeys(usual_terms(), 0) | dict(counts)).items():
            with_it = orders + AS_IF_USUAL if term in usual_terms() else orders
            self.squares[term] = log(1 + sampled / (1 + with_it)) ** 2


class _Squares(dict[int, float]):
    """Term → the square of its rarity; a term that the sample did not show is as rare as any."""

    def __init__(self, rarest: float) -> None:
        super().__init__()
        self._rarest = rarest**2

    def __missing__(self, term: int) -> float:
        return self._rarest


class Comparison:
    """One order made ready to be compared with many."""

    def __init__(
        self,
        traits: Traits,
        rarity: Rarity,
        orders: int,
        orders_with: Callable[[int], int],
        joined: Set[str] = frozenset(),
        weights: Weights = WEIGHTS,
    ) -> None:
        self.traits = traits
        self._joined = joined
        """The orders that a standing link joins with this one."""
        self.weights = weights
        self._squares = rarity.squares.__getitem__
        self._terms = frozenset(integers(traits.terms))
        self._named = frozenset(integers(traits.named))
        less = 1.0 - weights.name_in_text
        self._norm = sum(map(self._squares, self._terms)) - less * sum(
            map(self._squares, self._named)
        )
        self._text_most = max(weights.text * _much(self._norm) + weights.text_unlike, 0.0)
        self._address = frozenset(integers(traits.address))
        self._address_norm = sum(map(self._squares, self._address))
        self._places = frozenset(traits.places)
        self._houses = dict(traits.houses)
        self._block_crowd = self._crowd_of(KeyKind.BLOCK, orders_with)
        self._house_crowd = self._crowd_of(KeyKind.HOUSE, orders_with)
        self._own_number = key_of(KeyKind.NAMES, traits.order_no)
        self._orders = orders + AS_IF
        self._orders_with = orders_with
        self._rare = _Known(self._counted_rarity)
        self.rarity_of: Callable[[int], float] = self._rare.__getitem__
        """How rare a key is: ln(orders / orders that have it)."""
        self._start = weights.start - log((orders + AS_IF_START) / ORDERS_USUAL) / 2
        self._crowd = 0.0
        """Orders on each square metre round this one."""
        if traits.lat is not None and traits.lon is not None:
            here = key_of(KeyKind.CELL, cells_around(traits)[0])
            self._crowd = orders_with(here) / CELL_METRES**2
            self._lat, self._lon = traits.lat, traits.lon
            self._width = cos(radians(traits.lat))

    def with_(self, other: Traits) -> Evidence:
        """The evidence that `other` is about the same matter."""
        return cast(Evidence, self.above(-inf, other))  # every total reaches -inf

    def above(self, floor: float, other: Traits) -> Evidence | None:
        """The same, or None where its total cannot reach `floor`: read as far as tells that."""
        mine, weights = self.traits, self.weights
        linked = weights.linked if self._linked(other) else 0.0
        place, shared = self._place(other)
        near, metres = self._near(other)
        if near > 0:
            # The place is known twice, by its name and on the map: the surer one counts.
            place, near = (place, 0.0) if place >= near else (0.0, near)
        elif place > 0:
            # Who stands elsewhere with a telephone still names the place that it is about.
            near *= weights.far_named
        where = place + near
        days = abs(mine.at - other.at) / DAY if mine.at and other.at else -1.0
        time = self._time(days, worded=bool(self._terms) and bool(other.terms))
        subject = self._subject(other)
        caller = 0.0
        if mine.caller and other.caller:
            caller = weights.caller if mine.caller == other.caller else weights.other_caller
        total = self._start + linked + where + time + subject + caller
        if total + self._text_most < floor:
            return None
        told = self._text(other, floor - total)
        if told is None:
            return None
        text, alike = told
        return Evidence(
            total + text, self._start, linked, text, place, near, time, subject, caller,
            alike, shared, metres, days,
        )  # fmt: skip

    def _crowd_of(self, kind: KeyKind, orders_with: Callable[[int], int]) -> int:
        """The orders that share the order's first place of a kind; 0 where it names none."""
        key = next((key for key in self.traits.places if key >> KIND_SHIFT == kind), 0)
        return orders_with(key) if key else 0

    def worth_time(self, at: int) -> float:
        """What the time of an order adds, whose text is not known."""
        mine = self.traits.at
        return self._time(abs(mine - at) / DAY if mine and at else -1.0, worded=bool(self._terms))

    def worth_near(self, metres: float) -> float:
        """What being so near on the map adds."""
        weights = self.weights
        chance = self._crowd * pi * max(metres, _SPOT) ** 2
        rare = weights.near * log(self._orders / (2 + chance))
        return max(rare - weights.near * metres / weights.metres, weights.far)

    def worth_subject(self) -> float:
        """What the same subject adds."""
        subject = self.traits.subject
        return self.weights.subject * self.rarity_of(subject) if subject else 0.0

    def worth_place(self, rare: float) -> float:
        """What a place in common adds that is so rare."""
        return self.weights.place * rare

    def _time(self, days: float, *, worded: bool) -> float:
        if days < 0:
            return 0.0
        slope = self.weights.days if worded else self.weights.days_wordless
        return self.weights.same_day - slope * log1p(days / _DAYS_START)

    def _counted_rarity(self, key: int) -> float:
        kind = key >> KIND_SHIFT
        if kind in RARITY:
            return RARITY[kind]
        as_if = AS_IF_WITH_KIND.get(kind, AS_IF_WITH)
        return log(self._orders / (max(self._orders_with(key), 1) + as_if))

    def _linked(self, other: Traits) -> bool:
        if self._own_number in other.links or other.order_no in self._joined:
            return True
        return (
            bool(self.traits.links) and key_of(KeyKind.NAMES, other.order_no) in self.traits.links
        )

    def _text(self, other: Traits, asked: float) -> tuple[float, float] | None:
        """What the texts add and how alike they are; None where they cannot add what is `asked`."""
        if not self._terms or not other.terms:
            return 0.0, -1.0
        weights, squares = self.weights, self._squares
        terms = integers(other.terms)
        shared = self._terms.intersection(terms)
        if not shared:
            return weights.text_unlike, 0.0
        common, many = sum(map(squares, shared)), float(len(shared))
        less = 1.0 - weights.name_in_text
        named = integers(other.named)
        named_shared = shared.intersection(named) if named else _NOTHING
        if self._named:
            named_shared |= shared & self._named
        if named_shared:
            common -= less * sum(map(squares, named_shared))
            many -= less * len(named_shared)
        # Shared by everyone, as boilerplate is, it says little however much of it there is.
        rare = min(common / many / _RARE_SQUARE, 1.0)
        most = weights.text * rare * _much(common)
        # The other text says at least what both say: so alike they can be, and no more.
        if most * sqrt(common / self._norm) + weights.text_unlike < asked:
            return None
        norm = sum(map(squares, terms))
        if named:
            norm -= less * sum(map(squares, named))
        alike = common / sqrt(self._norm * norm)
        return most * alike + weights.text_unlike, alike

    def _place(self, other: Traits) -> tuple[float, frozenset[int]]:
        if not self._places or not other.places:
            return 0.0, _NOTHING
        weights = self.weights
        shared = self._places.intersection(other.places)
        if shared and self.traits.kinds & other.kinds & _WATER:
            shared = _without_ends(shared)
        value = 0.0
        if shared:
            rare = sorted(map(self.rarity_of, shared), reverse=True)
            factor = weights.place
            named = 0.0
            for one in rare[:3]:
                named += factor * one
                factor *= weights.place_again
            value = named
            if self._houses and other.houses:
                value = max(value, self._next_door(other))
        if self._address and other.address:
            value = max(value, self._address_alike(other, value))
        value += self._unlike(other, shared)
        return value, shared

    def _address_alike(self, other: Traits, known: float) -> float:
        """Addresses alike as texts: what no name was read from counts too.

        0 where that cannot outdo what is `known` of the place.
        """
        terms = integers(other.address)
        shared = self._address.intersection(terms)
        if not shared:
            return 0.0
        squares = self._squares
        common = sum(map(squares, shared))
        most = self.weights.place * sqrt(common / len(shared))
        if most * sqrt(common / self._address_norm) < known:
            return 0.0
        return most * common / sqrt(self._address_norm * sum(map(squares, terms)))

    def _unlike(self, other: Traits, shared: frozenset[int]) -> float:
        weights = self.weights
        both = self.traits.kinds & other.kinds
        if not both & _SPEAK_AGAINST:
            return 0.0
        alike = 0
        for key in shared:
            alike |= 1 << (key >> KIND_SHIFT)
        unlike = both & ~alike
        value = weights.place_unlike * (unlike & _TELL_APART).bit_count()
        if unlike & _ROAD:
            # Half: what stands at a corner is named by either road.
            value += weights.place_unlike / 2
        if unlike & _NUMBER and alike & _HOLD_BUILDINGS:
            value += weights.house_unlike
        if unlike & _HOUSE and self._houses and other.houses:
            gap = self._gap(other)
            # Next door may be the same thing from two windows; a hundred numbers on is not.
            value += weights.house_unlike * min(max(gap, 0) / _HOUSES_FAR, 1.0)
        return value

    def _next_door(self, other: Traits) -> float:
        """Houses near one another on one road: like nearness on the map, in house numbers.

        One house is as near as can be, and speaks the less the more orders it has.
        """
        gap = self._gap(other)
        if not 0 <= gap <= _HOUSES_FAR:
            return 0.0
        chance = self._block_crowd * min(2 * gap / 100, 1.0)
        crowd = max(2 + chance, self._house_crowd)
        return self.weights.near * (log(self._orders / crowd) - gap / _HOUSES_UNIT)

    def _gap(self, other: Traits) -> int:
        """House numbers between the two on a road that both name; -1 where there is none."""
        gaps = [
            abs(self._houses[road] - number)
            for road, number in other.houses
            if road in self._houses
        ]
        return min(gaps, default=-1)

    def _near(self, other: Traits) -> tuple[float, float]:
        if self.traits.lat is None or other.lat is None or other.lon is None:
            return 0.0, -1.0
        metres = METRES_A_DEGREE * hypot(
            self._lat - other.lat, (self._lon - other.lon) * self._width
        )
        if metres > _FAR * self.weights.metres:
            return self.weights.far, metres
        return self.worth_near(metres), metres

    def _subject(self, other: Traits) -> float:
        mine = self.traits
        if not mine.subject or not other.subject:
            return 0.0
        weights = self.weights
        if mine.subject == other.subject:
            return self.worth_subject()
        if mine.wider and mine.wider == other.wider:
            return weights.subject_unlike / 2
        return weights.subject_unlike


class _Known(dict[int, float]):
    """Key → what is told of it, told once."""

    def __init__(self, tell: Callable[[int], float]) -> None:
        super().__init__()
        self._tell = tell

    def __missing__(self, key: int) -> float:
        told = self[key] = self._tell(key)
        return told


def _much(common: float) -> float:
    """One phrase that two short texts share may be chance; many are not."""
    return min(sqrt(sqrt(common / SAID_MUCH)), MUCH_MAX)


def _without_ends(shared: frozenset[int]) -> frozenset[int]:
    """Without the ends of waters' names, where both names are known whole: they tell the truth."""
    return frozenset(key for key in shared if key >> KIND_SHIFT != KeyKind.WATER_END)


def probability(log_odds: float) -> float:
    """Log odds as a score from 0 to 1."""
    if log_odds < -_STEEP:
        return 0.0
    return 1.0 / (1.0 + exp(-log_odds))


_RARE_SQUARE: Final = RARE_ENOUGH**2
_DAYS_START: Final = 2.0
_STEEP: Final = 40.0
_NOTHING: Final[frozenset[int]] = frozenset()
_SPOT: Final = 20.0
"""Metres within which coordinates are taken for one spot."""
_FAR: Final = 5
"""How many times `metres` is far."""
_HOUSES_FAR: Final = 60
"""House numbers on one road that are far apart."""
_HOUSES_UNIT: Final = 30
"""House numbers over which being next door loses one unit."""

_WATER: Final = 1 << KeyKind.WATER
_ROAD: Final = 1 << KeyKind.ROAD
_NUMBER: Final = 1 << KeyKind.NUMBER
_HOUSE: Final = 1 << KeyKind.HOUSE
_HOLD_BUILDINGS: Final = 1 << KeyKind.ESTATE | _HOUSE | 1 << KeyKind.COMMUNITY
_TELL_APART: Final = (
    _WATER
    | 1 << KeyKind.VILLAGE
    | 1 << KeyKind.ESTATE
    | 1 << KeyKind.COMMUNITY
    | 1 << KeyKind.TOWN
    | 1 << KeyKind.DISTRICT
)
_SPEAK_AGAINST: Final = _TELL_APART | _ROAD | _NUMBER | _HOUSE
"""Kinds that two orders may both name and not alike."""
