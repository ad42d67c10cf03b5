"""Places named in English: house number and street, crossing of two streets, building.

St is Street, W is West, 55th is 55, "A & B" is "B and A". An address is read up to its street's
type, so that city and postcode after it do not matter.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from caseworker.repeats.keys import KeyKind


class Street(NamedTuple):
    """A street's name in one spelling, and the house number where there is one."""

    name: str
    number: int | None


def names_in_address(address: str) -> Iterator[tuple[KeyKind, str]]:
    """What a folded address names: roads, houses, the crossing, building numbers."""
    for match in _BUILDING.finditer(address):
        yield KeyKind.NUMBER, str(_building_number(match[1]))
    streets = streets_of(address)
    for street in streets:
        yield KeyKind.ROAD, street.name
        if street.number is not None:
            yield KeyKind.HOUSE, f"{street.name}/{street.number}"
    names = sorted({street.name for street in streets})
    if len(names) == _TWO:
        yield KeyKind.CROSSING, " & ".join(names)


def names_in_text(text: str) -> Iterator[tuple[KeyKind, str]]:
    """What a folded free text names: only what its form leaves no doubt about."""
    for match in _ADDRESS_IN_TEXT.finditer(text):
        yield from names_in_address(match[0])
    for match in _BUILDING.finditer(text):
        yield KeyKind.NUMBER, str(_building_number(match[1]))


def streets_of(address: str) -> list[Street]:
    """The street of an address, or the two of a crossing; empty where it names none."""
    address = _BUILDING.sub(",", _LEAD.sub("", address)).lstrip(" ,")
    parts = [part for part in _BETWEEN.split(address) if part.strip()]
    if len(parts) == _TWO:
        streets = [_street(part) for part in parts]
        return [street for street in streets if street is not None]
    street = _street(address)
    return [street] if street is not None else []


def _street(part: str) -> Street | None:
    words = _WORD.findall(_END.split(part, maxsplit=1)[0])
    number = None
    if len(words) > 1 and words[0][0].isdigit() and not _ORDINAL.fullmatch(words[0]):
        number, words = _house_number(words[0]), words[1:]
    if words and words[0] == "block":
        words = words[1:]
    name: list[str] = []
    for word in words[:_NAME_WORDS]:
        spelt = _SPELLING.get(word) or _ORDINAL.sub(r"\1", word)
        if word in _TYPES and name:
            return Street(" ".join((*name, spelt)), number)
        if word in _TYPES and number is not None and len(words) == 1:
            return Street(f"{number} {spelt}", None)
        name.append(spelt)
    # A street without a type (Broadway) is taken whole where a number or nothing else stands by.
    if name and (number is not None or len(name) <= _TWO):
        return Street(" ".join(name), number)
    return None


def _house_number(word: str) -> int:
    first, *rest = (int(digits[:6]) for digits in re.findall(r"\d+", word))
    # 21-23 is a range of houses; 79-25 is how Queens writes one.
    if rest and not 0 <= rest[0] - first <= _RANGE:
        return first * 100 + rest[0]
    return first


def _building_number(word: str) -> int:
    return int(word[:9]) if word.isdecimal() else 1000 + ord(word[0])


_TWO: Final = 2
_RANGE: Final = 40
_NAME_WORDS: Final = 6

_TYPE_SPELLINGS: Final = (
    "street st str", "avenue ave av", "road rd", "boulevard blvd", "drive dr", "lane ln",
    "place pl", "court ct", "parkway pkwy pky", "square sq", "terrace ter terr", "highway hwy",
    "circle cir", "expressway expy", "turnpike tpke", "plaza plz", "alley aly", "trail trl",
    "way wy", "path", "row", "walk", "wharf whf", "loop", "crescent cres", "freeway fwy",
    "broadway",
)  # fmt: skip
_OTHER_SPELLINGS: Final = (
    "n north", "s south", "e east", "w west", "ne northeast", "nw northwest", "se southeast",
    "sw southwest", "1 first", "2 second", "3 third", "4 fourth", "5 fifth", "6 sixth", "7 seventh",
    "8 eighth", "9 ninth", "10 tenth", "saint", "mount mt", "fort ft",
)  # fmt: skip
_SPELLING: Final = {
    word: group.split()[0]
    for group in (*_OTHER_SPELLINGS, *_TYPE_SPELLINGS)
    for word in group.split()
}
_TYPES: Final = frozenset(" ".join(_TYPE_SPELLINGS).split()) - {"broadway"}

_LEAD: Final = re.compile(r"^\s*(?:intersection(?:\s+of)?|corner\s+of|near|at|on)\s+")
_BETWEEN: Final = re.compile(r"\s+(?:&|and|@|at)\s+|\s*[&/@]\s*")
_END: Final = re.compile(r"[,;()]| {2,}")
_WORD: Final = re.compile(r"[\w'-]+")
_ORDINAL: Final = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_BUILDING: Final = re.compile(r"\b(?:bldg|building|block no)\.?\s*#?\s*(\d{1,4}|[a-z])\b")
_ADDRESS_IN_TEXT: Final = re.compile(
    r"\b\d[\d-]{0,6}[a-z]?\s+(?:[a-z0-9'.]+\s+){1,4}?(?:"
    + "|".join(sorted(_TYPES, key=len, reverse=True))
    + r")\b"
)
