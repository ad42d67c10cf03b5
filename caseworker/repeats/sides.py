"""Two orders side by side: what their texts share, and what is new in the later one.

A text here is `citizen_text(order)`: the title, a line break, the content. Spans are (start, end)
in characters of it.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from operator import add
from typing import Final

from caseworker.model.order import WorkOrder, citizen_text
from caseworker.repeats import place_zh
from caseworker.repeats.compare import Rarity
from caseworker.repeats.terms import TEXT_MAX, counts, term_of
from caseworker.repeats.traits import folded, other_places
from caseworker.repeats.weights import RARE_ENOUGH

Span = tuple[int, int]


def in_time(one: WorkOrder, other: WorkOrder) -> tuple[WorkOrder, WorkOrder]:
    """The two orders, the earlier first; by number where a time is not known."""
    first, second = one.received_at, other.received_at
    if first is None or second is None or first == second:
        return (one, other) if one.order_no <= other.order_no else (other, one)
    return (one, other) if first < second else (other, one)


class Spoken:
    """A text with its terms and where each of them stands, read once and compared often."""

    def __init__(self, order: WorkOrder) -> None:
        self.order = order
        self.text = citizen_text(order)
        self.terms = list(_terms_at(self.text))
        self.known = {term for term, _start, _end in self.terms}

    @cached_property
    def told(self) -> set[int]:
        """What one knows who has read it: where it is counts as told."""
        return self.known | {term for term, _start, _end in _terms_at(self.order.address)}

    @cached_property
    def named(self) -> list[place_zh.Named]:
        """What the text names of places, with where it stands there."""
        whole = folded(self.text[:TEXT_MAX])
        # Where folding changes a text's length, its places stand elsewhere, and are not looked for.
        same = len(whole) == len(self.text[:TEXT_MAX])
        return place_zh.names_in(whole) if same else []

    @cached_property
    def place_text(self) -> str:
        """Address, text and what other columns say of the place, folded."""
        told = f"{self.order.address}\n{self.text}"[:TEXT_MAX]
        return folded(f"{told}\n{other_places(self.order)}")

    @cached_property
    def placed(self) -> list[place_zh.Named]:
        """What `place_text` names."""
        return place_zh.names_in(self.place_text)


class Sides:
    """What two texts have in common, and the news of the later one; each found when asked for."""

    def __init__(self, earlier: Spoken, later: Spoken, rarity: Rarity) -> None:
        self.earlier = earlier.order
        self.later = later.order
        self._earlier, self._later, self._rarity = earlier, later, rarity

    @cached_property
    def shared_earlier(self) -> tuple[Span, ...]:
        """What stands in both, in the earlier text."""
        return _joined(at for at in self._earlier.terms if at[0] in self._shared)

    @cached_property
    def shared_later(self) -> tuple[Span, ...]:
        """The same in the later text."""
        return _joined(at for at in self._later.terms if at[0] in self._shared)

    @cached_property
    def new(self) -> tuple[Span, ...]:
        """The clauses of the later text that say what the earlier one does not."""
        return _news(self._later.text, self._later.terms, self._earlier.told)

    @cached_property
    def _shared(self) -> set[int]:
        return _telling(self._earlier, self._later, self._rarity)


def side_by_side(one: Spoken, other: Spoken, rarity: Rarity) -> Sides:
    """What two orders share and what is new, in whichever order they are given."""
    one_first = in_time(one.order, other.order)[0] is one.order
    earlier, later = (one, other) if one_first else (other, one)
    return Sides(earlier, later, rarity)


def shared_words(one: Spoken, other: Spoken, rarity: Rarity, most: int = 3) -> list[str]:
    """The most telling words that two texts share, the rarest first, as `one` writes them."""
    telling = _telling(one, other, rarity)
    weights: dict[Span, float] = {}
    named = {place for _kind, _name, *span in one.named for place in range(*span)}
    shared = [at for at in one.terms if at[0] in telling and at[1] not in named]
    spans = _joined(iter(shared))
    ahead = iter(shared)
    at = next(ahead, None)
    for span in spans:
        weight = 0.0
        while at is not None and at[1] < span[1]:
            weight += rarity.squares[at[0]]
            at = next(ahead, None)
        weights[span] = weight
    runs: dict[str, float] = {}
    for (start, end), weight in weights.items():
        words = folded(one.text[start:end])
        runs[words] = max(runs.get(words, 0.0), weight)
    return sorted(runs, key=lambda words: (-runs[words], words))[:most]


def has_news(sides: Sides) -> bool:
    """Whether the later order says enough that the earlier one did not."""
    return sum(end - start for start, end in sides.new) >= _NEWS_MIN


def _telling(one: Spoken, other: Spoken, rarity: Rarity) -> set[int]:
    """The shared terms that are rare enough to say something."""
    squares = rarity.squares
    return {term for term in one.known & other.known if squares[term] >= _TELLING}


def _terms_at(text: str) -> Iterator[tuple[int, int, int]]:
    """Each term of a text with where it starts and ends."""
    for match in _RUN.finditer(text[:TEXT_MAX]):
        start, run = match.start(), match[0]
        if run < "\u2e80":
            if counts(word := folded(run)):
                yield term_of(word), start, match.end()
            continue
        # Folding a Chinese character hardly ever changes its length; where it does, one by one.
        plain = folded(run)
        chars = list(plain) if len(plain) == len(run) else [folded(char) for char in run]
        for place, pair in enumerate(map(add, chars, chars[1:]), start):
            yield term_of(pair), place, place + 2


def _joined(places: Iterator[tuple[int, int, int]]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for _term, start, end in places:
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)


def _news(text: str, terms: list[tuple[int, int, int]], known: set[int]) -> tuple[Span, ...]:
    found: list[Span] = []
    ahead = 0
    for match in _CLAUSE.finditer(text[:TEXT_MAX]):
        of_clause = []
        while ahead < len(terms) and terms[ahead][1] < match.end():
            of_clause.append(terms[ahead][0])
            ahead += 1
        if len(of_clause) >= _CLAUSE_MIN:
            new = sum(term not in known for term in of_clause)
            if new / len(of_clause) >= _NEW_SHARE:
                found.append(match.span())
    return tuple(found)


_TELLING: Final = RARE_ENOUGH**2
"""The square of the rarity from which a shared word is worth a highlight."""

_NEW_SHARE: Final = 0.7
"""The share of a clause's terms that the earlier text does not have."""

_CLAUSE_MIN: Final = 3
_NEWS_MIN: Final = 12
"""Characters of new clauses that make news."""

_RUN: Final = re.compile("[^\\W\u0000-\u2e7f]+|[^\\W_\u2e80-\U0010ffff]+")
_CLAUSE: Final = re.compile(r"[^，。；！？,;!?\n]+")
