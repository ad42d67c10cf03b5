"""One place in a worker's words: which orders are there, and which places an order offers.

A place is known by the narrowest thing that its words name: 幸福里3号楼 is that building and not
all of 幸福里, and any order that names the building is there, however it is spelt.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from caseworker.model.order import WorkOrder
from caseworker.repeats import place_en, place_zh
from caseworker.repeats.keys import KeyKind, kind_of
from caseworker.repeats.traits import folded, named_in

_NARROWEST_FIRST: Final = (
    KeyKind.UNIT,
    KeyKind.BUILDING,
    KeyKind.HOUSE,
    KeyKind.CROSSING,
    KeyKind.ESTATE,
    KeyKind.LANDMARK,
    KeyKind.VILLAGE,
    KeyKind.ROAD,
    KeyKind.WATER,
    KeyKind.COMMUNITY,
    KeyKind.TOWN,
)

OFFERED_MAX: Final = 4


def keys_for(place: str) -> frozenset[int]:
    """The keys under which an order at this place is found: its whole words, and the narrowest
    thing that they name. Empty where the words are blank."""
    keys = named_in(place)
    kind = _narrowest(keys)
    return frozenset(key for key in keys if kind_of(key) in {kind, KeyKind.ADDRESS})


def reach(place: str) -> KeyKind | None:
    """What kind of thing a place is known by; None where only the very same words are."""
    return _narrowest(named_in(place))


def _narrowest(keys: frozenset[int]) -> KeyKind | None:
    kinds = {kind_of(key) for key in keys}
    return next((kind for kind in _NARROWEST_FIRST if kind in kinds), None)


class Place(NamedTuple):
    """One place: what two addresses there have in common, and the words of this one for it."""

    key: tuple[str, ...]
    words: str


@lru_cache(maxsize=8_192)
def place_of(address: str) -> Place | None:
    """The place of an address: the building, house, crossing, estate or road that it names, the
    narrowest of these, else its very words; None where it is blank.

    An entrance or a flat is no place of its own: who lives in one building shares its matters.
    """
    plain = folded(address)
    named = place_zh.names_in(plain)
    names = {(one.kind, one.name) for one in named}
    if _LATIN.search(plain):
        names |= set(place_en.names_in_address(plain))
    kinds = {kind for kind, _name in names}
    kind = next((one for one in _GATHERED_BY if one in kinds), None)
    if kind is None:
        words = _SIGNS.sub("", plain)
        return Place((words,), " ".join(address.split())) if words else None
    whole = {one.name: _whole(plain, one) for one in named}
    # 福里/3 is the third building of 福里: its whole name is that of 福里.
    found = sorted((name, whole.get(name.split("/")[0], "")) for of, name in names if of is kind)
    end = max((one.end for one in named if one.kind is kind), default=0)
    # Where folding changes the length, names stand elsewhere than in what was written.
    cut = address[:end] if end and len(found) == 1 and len(plain) == len(address) else address
    return Place((kind.name, *(part for one in found for part in one)), " ".join(cut.split()))


def _whole(plain: str, one: place_zh.Named) -> str:
    """A name with the character before it: 福里 is that of 幸福里, or that of 永福里."""
    before = plain[one.start - 1] if one.start and one.kind in _KNOWN_BY_ENDING else ""
    return one.name if not _HAN.match(before) or before in _BOUNDARY else before + one.name


def offered(order: WorkOrder) -> list[str]:
    """The places that an order's columns name, the narrowest first: its address, what of it names
    a building, a road or an estate, and the community."""
    address = " ".join(order.address.split())
    plain = folded(address)
    found = [address] if address else []
    # Where folding changes the length, names stand elsewhere than in what was written.
    if len(plain) == len(address):
        ends = {one.end for one in place_zh.names_in(plain) if one.kind in _CUT_AFTER}
        found += [address[:end] for end in sorted(ends, reverse=True)]
    if order.community.strip():
        found.append(" ".join(order.community.split()))
    return list(dict.fromkeys(found))[:OFFERED_MAX]


def stands_in(place: str, words: str) -> bool:
    """Whether the names of a place are those that the words name, and not only their endings.

    The search for repeats knows a name by the two characters before its suffix, which is right
    for weighing evidence: 幸福里 and 永福里 are one estate to it. What is shown as known of a place
    must be of that place, so that the character before has to be the same as well.
    """
    plain, heard = folded(place), folded(words)
    for one in place_zh.names_in(plain):
        if one.kind not in _KNOWN_BY_ENDING or not one.start:
            continue
        before = plain[one.start - 1]
        if not _HAN.match(before) or before in _BOUNDARY:
            continue
        if before + plain[one.start : one.start + 2] not in heard:
            return False
    return True


_KNOWN_BY_ENDING: Final = frozenset(
    {KeyKind.ESTATE, KeyKind.ROAD, KeyKind.LANDMARK, KeyKind.VILLAGE, KeyKind.COMMUNITY}
)
_CUT_AFTER: Final = frozenset(
    {
        KeyKind.UNIT,
        KeyKind.BUILDING,
        KeyKind.HOUSE,
        KeyKind.ESTATE,
        KeyKind.ROAD,
        KeyKind.LANDMARK,
        KeyKind.VILLAGE,
    }
)
_GATHERED_BY: Final = tuple(
    kind for kind in _NARROWEST_FIRST if kind not in (KeyKind.UNIT, KeyKind.TOWN)
)
_SIGNS: Final = re.compile(r"[\W_]+")
_LATIN: Final = re.compile("[a-z]")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_BOUNDARY: Final = frozenset("省市区县旗镇乡道村社路街巷号弄里在的与和至到靠近")
"""Characters after which a name begins."""
