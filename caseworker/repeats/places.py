"""One place in a worker's words: which orders are there, and which places an order offers.

A place is known by the narrowest thing that its words name: 幸福里3号楼 is that building and not
all of 幸福里, and any order that names the building is there, however it is spelt.
"""

import re
from typing import Final

from caseworker.model.order import WorkOrder
from caseworker.repeats import place_zh
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
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_BOUNDARY: Final = frozenset("省市区县旗镇乡道村社路街巷号弄里在的与和至到靠近")
"""Characters after which a name begins."""
