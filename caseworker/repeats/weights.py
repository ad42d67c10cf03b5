"""The weights of the evidence, all of them, in natural units of log odds (2.3 is ten to one).

Evidence that two orders are one matter adds up; what is not known adds nothing. A place or a
subject in common speaks the louder the fewer orders have it: its rarity is ln(orders / orders with
it). They were set on the generated sets of bench/repeats (docs/repeats.md).
"""

from typing import Final

from msgspec import Struct

from caseworker.repeats.keys import KeyKind


class Weights(Struct, frozen=True):
    """How loud each kind of evidence speaks."""

    start: float = -6.9
    """Where the sum begins: of the orders that a look-up brings up, few are the same matter."""
    linked: float = 30.0
    """The hotline itself names one as the other's previous or urged number, or a standing link
    joins them: before all else."""
    text: float = 7.0
    """Texts alike, from 0 to 1 (the cosine of their terms), where what they share is rare."""
    text_unlike: float = -1.0
    """Both have a text: what they share must make up for it."""
    name_in_text: float = 0.3
    """The share at which the words of a place's name count in a text: the place speaks for itself,
    and one fact is not to be heard twice."""
    place: float = 0.4
    """A named place in common, for each unit of its rarity; so for addresses alike as texts."""
    place_again: float = 0.2
    """The share at which a second place in common counts; a third at its square."""
    place_unlike: float = -2.0
    """Both name a river, a village, an estate, a community …, and not the same."""
    house_unlike: float = -2.0
    """One estate, but other buildings; or one road, but houses far apart."""
    near: float = 0.6
    """Near on the map, for each unit of how rare it is to be so near by chance."""
    metres: float = 160.0
    """The distance at which nearness has lost one unit; five times as much is far."""
    far: float = -0.8
    """Both are on the map, and far apart."""
    far_named: float = 0.5
    """The share of that which is left where they name one place."""
    same_day: float = 3.0
    """Received at once."""
    days: float = 1.1
    """What is lost each time that the days between, counted from two, grow nearly threefold."""
    days_wordless: float = 1.5
    """The same where one has no text: only time tells the thing come back from the thing itself."""
    subject: float = 0.5
    """The same narrowest category, for each unit of its rarity."""
    subject_unlike: float = -2.5
    """Other categories; half of it where the widest step is the same."""
    caller: float = 0.3
    """The same caller. It says little: one may have many matters, and writes of all alike."""
    other_caller: float = -0.4
    """Two callers, both known: many callers may well have one matter."""


WEIGHTS: Final = Weights()

LIKELY: Final = 0.5
"""The score from which the desk suggests a repeat."""

AS_IF: Final = 2_000
"""Orders that every cache is taken to have seen before its own: what two of five orders share is
not common, nor rare, because only five orders are here."""

AS_IF_WITH: Final = 1
AS_IF_WITH_KIND: Final[dict[int, int]] = {
    KeyKind.SUBJECT: 50,
    KeyKind.COMMUNITY: 20,
    KeyKind.ESTATE: 20,
    KeyKind.ROAD: 5,
    KeyKind.WATER: 5,
    KeyKind.WATER_END: 5,
}
"""How many of these have a key of a kind, where it is not `AS_IF_WITH`."""

RARITY: Final[dict[int, float]] = {
    KeyKind.DISTRICT: 1.5,
    KeyKind.TOWN: 3.0,
    KeyKind.NUMBER: 1.0,
}
"""The rarity of what is too common to be counted."""

ORDERS_USUAL: Final = 20_000
"""The size of a cache at which `start` holds as it stands: in a larger one more orders are alike by
chance."""

AS_IF_START: Final = 200
"""Orders of which every cache is taken to hold as many more there."""

AS_IF_TEXTS: Final = 200
"""Texts without the word in question that every cache is taken to have seen before its own."""

AS_IF_USUAL: Final = 60
"""How many of these hold a word that every appeal says."""

SAID_MUCH: Final = 250.0
"""The squares of the rarities of shared terms, added up, at which texts alike speak as `text` says:
some fifteen pairs of characters that one order in fifty has. They speak with its fourth root."""

MUCH_MAX: Final = 1.6
"""How much louder the longest texts speak."""

RARE_ENOUGH: Final = 3.0
"""The rarity (one order in twenty) of shared terms below which texts alike begin to say less."""
