"""What the look-ups already say of candidates: which of them are worth reading and comparing.

To read a candidate costs a page of the cache, wherever it stands. That it shares a place, a subject
or a rare word is known from the look-up that brought it up, and so is its time. That is weighed
here as the comparison will weigh it, and only the best are read.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from caseworker.repeats.compare import Comparison
from caseworker.repeats.keys import KeyKind, kind_of


class Guess:
    """Candidates for one order by their ids, with what the look-ups say of them so far."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._places: dict[int, float] = {}
        self._texts: defaultdict[int, float] = defaultdict(float)
        self._people: dict[int, float] = {}
        """The hotline's links, and callers."""
        self._of_subject: set[int] = set()
        self._came: dict[int, int] = {}

    def share(self, key: int, found: Iterable[tuple[int, int]]) -> None:
        """Orders (id, seconds) that have a key in common with the order asked about."""
        came = dict(found)
        self._came |= came
        kind = kind_of(key)
        if kind == KeyKind.NAMES:
            self._people |= dict.fromkeys(came, _NAMED)
        elif kind == KeyKind.CALLER:
            for id_ in came:
                self._people.setdefault(id_, self._comparison.weights.caller)
        elif kind == KeyKind.CELL:
            self._stand(came, self._comparison.worth_near(_IN_SQUARE))
        else:
            if kind in _OF_SUBJECT:
                self._of_subject.update(came)
            if kind == KeyKind.CELL_SUBJECT:
                self._stand(came, self._comparison.worth_near(_NEXT_SQUARE))
            elif kind not in _OF_SUBJECT:
                self._stand(came, self._comparison.worth_place(self._comparison.rarity_of(key)))

    def say(self, share: float, found: Iterable[int]) -> None:
        """Orders whose text holds a word; `share` is its weight among those looked up."""
        worth = share * _ALIKE * self._comparison.weights.text
        texts = self._texts
        for id_ in found:
            texts[id_] += worth

    def write(self, rare: float, found: Iterable[int]) -> None:
        """Orders whose address holds a word, of this rarity."""
        self._stand(found, _OF_ADDRESS * self._comparison.worth_place(rare))

    def best(self, most: int) -> list[int]:
        """The most promising, up to so many, the best first."""
        sums = {id_: worth + self._places.get(id_, 0.0) for id_, worth in self._texts.items()}
        for id_, worth in self._places.items():
            sums.setdefault(id_, worth)
        worth_time = self._comparison.worth_time
        for id_, at in self._came.items():
            sums[id_] = sums.get(id_, 0.0) + worth_time(at)
        for id_, worth in self._people.items():
            sums[id_] += worth
        subject = self._comparison.worth_subject()
        for id_ in self._of_subject:
            sums[id_] += subject
        return sorted(sums, key=sums.__getitem__, reverse=True)[:most]

    def _stand(self, found: Iterable[int], worth: float) -> None:
        """Orders that share a place: the loudest counts whole, as in the comparison."""
        places = self._places
        again = self._comparison.weights.place_again
        for id_ in found:
            known = places.get(id_, 0.0)
            places[id_] = known + again * worth if known > worth else worth + again * known


_NAMED: Final = 10.0
"""They name this order, or the same earlier one: to be read in any case."""
_ALIKE: Final = 0.6
"""How alike texts are that share all the words looked up."""
_OF_ADDRESS: Final = 0.7
"""How much of an address one word of it is."""
_IN_SQUARE: Final = 80.0
_NEXT_SQUARE: Final = 200.0
"""Metres between orders in one square of the map, and in two that touch."""
_OF_SUBJECT: Final = frozenset({KeyKind.SUBJECT, KeyKind.CELL_SUBJECT, KeyKind.AREA_SUBJECT})
