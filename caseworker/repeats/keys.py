"""Keys: what two orders may have in common, as one integer each, its kind readable from it.

A key is `kind << 32 | crc32(name)`. Two names of one kind that share a checksum only cost a
comparison too many: a score never rests on one key of a cache of millions.
"""

from enum import IntEnum
from typing import Final
from zlib import crc32


class KeyKind(IntEnum):
    """What a key names. The numbers stand in the cache: only ever add to them."""

    CALLER = 1
    NAMES = 2
    """The number of another order that this one names as previous or urged."""
    DISTRICT = 3
    TOWN = 4
    COMMUNITY = 5
    VILLAGE = 6
    WATER = 7
    LANDMARK = 8
    ROAD = 9
    BLOCK = 10
    """A hundred house numbers of a road."""
    HOUSE = 11
    CROSSING = 12
    ESTATE = 13
    BUILDING = 14
    """An estate and the number of a building of it."""
    UNIT = 15
    """A building and an entrance of it."""
    NUMBER = 16
    """A building's bare number, which says something only beside the name of its place."""
    SUBJECT = 17
    CELL = 18
    """A square of the map."""
    CELL_SUBJECT = 19
    AREA_SUBJECT = 20
    """A subject within the narrowest area that the order's columns name."""
    ADDRESS = 21
    """The whole address as written, without spaces and signs."""
    WATER_END = 22
    """The last characters of a water's name, where it may be longer or shorter than was read."""


KIND_SHIFT: Final = 32


def key_of(kind: KeyKind, name: str) -> int:
    """The key of a name, which the caller has brought into one spelling."""
    return kind << KIND_SHIFT | crc32(name.encode("utf-8", "surrogatepass"))


def kind_of(key: int) -> int:
    """The `KeyKind` of a key, as a plain number."""
    return key >> KIND_SHIFT
