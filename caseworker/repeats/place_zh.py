"""Places named in Chinese: estate, building, road and number, village, water, landmark, community.

Chinese marks where a name ends (its suffix: 小区, 路, 村, 河) but not where it begins. So a name is
known here by its suffix and the two characters before it: 我住在幸福里小区 and 幸福里小区 give the
same name. What stands in a text is looked for, not understood; a wrong find is rare in the cache
or common to all of it, and weighs little either way.
"""

import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Final, NamedTuple

from caseworker.repeats.keys import KeyKind

_STEM: Final = 2
"""Characters before the suffix by which a name is known."""


class Named(NamedTuple):
    """One thing that a text names: its kind, its name in one spelling, and where it stands."""

    kind: KeyKind
    name: str
    start: int
    end: int


def names_in(text: str) -> list[Named]:
    """Everything that a folded text names, in the order in which it stands there."""
    found: list[Named] = []
    for match in _SIGN.finditer(text):
        numeral = match["numeral"]
        if numeral:
            found += _numbered(text, match, found)
        else:
            named = _suffixed(text, match)
            if named is not None:
                found.append(named)
                if named.kind is KeyKind.WATER:
                    end = named.name[-len(_SPELLING.get(match["suffix"], match["suffix"])) - 1 :]
                    found.append(named._replace(kind=KeyKind.WATER_END, name=end))
    return found


def may_begin(name: str) -> bool:
    """Whether a name may begin as these words do."""
    return name[:1].isalnum() and name[0] not in _NO_STEM_START and name[0] not in _NO_STEM_END


def number_of(numeral: str) -> int | None:
    """12, 十二, 一二 and 二十 as numbers; a letter (A栋) as its place after 1,000; else None."""
    if numeral.isdecimal():
        return int(numeral[:9])
    if numeral.isascii():
        return 1000 + ord(numeral[0])
    if "十" not in numeral and "百" not in numeral:
        return int("".join(str(_DIGITS[char]) for char in numeral[:9]))
    total, current = 0, 0
    for char in numeral:
        if char in "十百":
            total += (current or 1) * (10 if char == "十" else 100)
            current = 0
        else:
            current = _DIGITS[char]
    return total + current


def _suffixed(text: str, match: re.Match[str]) -> Named | None:
    suffix = match["suffix"]
    start = match.start()
    stem = _stem(text, start)
    kind = _SUFFIXES[suffix]
    if not _names(stem):
        return None
    following = text[match.end() : match.end() + 1]
    if following and following in _NOT_BEFORE.get(suffix, ""):
        return None
    if kind is KeyKind.WATER and text.endswith(_WATERS, 0, start):
        # 信宁涌河道: the name ended before.
        return None
    if kind is KeyKind.WATER and stem[0] in _NO_STEM_START:
        stem = stem[1:]
        if not _names(stem):
            return None
    if (len(stem) < _STEM and kind is not KeyKind.WATER) or stem[:1] in _NO_STEM_START:
        return None
    if kind is KeyKind.WATER and len(stem) < _STEM:
        kind = KeyKind.WATER_END
    if suffix in _DROPPED:
        inner = _estate_before(text, start)
        return (
            inner._replace(end=match.end())
            if inner
            else Named(kind, stem, start - len(stem), match.end())
        )
    return Named(kind, stem + _SPELLING.get(suffix, suffix), start - len(stem), match.end())


def _numbered(text: str, match: re.Match[str], found: list[Named]) -> Iterator[Named]:
    number = number_of(match["numeral"])
    start, end = match.span()
    sign = match["sign"]
    before_it = start
    while before_it and text[before_it - 1] == " ":
        before_it -= 1
    if sign == "单元":
        building = next((one for one in reversed(found) if one.kind is KeyKind.BUILDING), None)
        if building is not None and start - building.end <= _NEAR:
            yield Named(KeyKind.UNIT, f"{building.name}/{number}", start, end)
        return
    before = found[-1] if found and before_it - found[-1].end <= 1 else None
    if sign in ("号", "弄") and (before is None or before.kind is not KeyKind.ESTATE):
        if before is not None and before.kind in _HAS_NUMBERS:
            yield Named(KeyKind.HOUSE, f"{before.name}/{number}", start, end)
        return
    estate = before.name if before is not None and before.kind in _HAS_BUILDINGS else ""
    if not estate:
        estate = _bare_estate(text, before_it)
        if estate:
            yield Named(KeyKind.ESTATE, estate, before_it - len(estate), before_it)
    if not estate:
        earlier = next((one for one in reversed(found) if one.kind is KeyKind.ESTATE), None)
        estate = earlier.name if earlier is not None else ""
    yield Named(KeyKind.NUMBER, str(number), start, end)
    if estate:
        yield Named(KeyKind.BUILDING, f"{estate}/{number}", start, end)


def _stem(text: str, end: int) -> str:
    stem = text[max(end - _STEM, 0) : end]
    return "".join(_HAN_TAIL.findall(stem))


def _estate_before(text: str, end: int) -> Named | None:
    """海棠花园 before 小区, where 小区 alone is no part of the name."""
    for suffix in _ESTATE_SUFFIXES:
        if text.endswith(suffix, 0, end):
            stem = _stem(text, end - len(suffix))
            if len(stem) == _STEM:
                return Named(KeyKind.ESTATE, stem + suffix, end - len(suffix) - _STEM, end)
    return None


def _bare_estate(text: str, end: int) -> str:
    """幸福里 before 3号楼, where no suffix says that it is an estate."""
    stem = _stem(text, end)
    if len(stem) < _STEM or stem[0] in _NO_STEM_START or not _names(stem):
        return ""
    return stem


def _names(stem: str) -> bool:
    """Whether what stands before a suffix may be a name."""
    return bool(stem) and stem[-1] not in _NO_STEM_END and stem not in _NO_STEM


_NEAR: Final = 2
_HAN_TAIL: Final = re.compile(r"[\u3400-\u9fff]+$")
_DIGITS: Final = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "两": 2,
}

_HAS_NUMBERS: Final = frozenset({KeyKind.ROAD, KeyKind.VILLAGE, KeyKind.COMMUNITY, KeyKind.HOUSE})
_HAS_BUILDINGS: Final = frozenset(
    {KeyKind.ESTATE, KeyKind.VILLAGE, KeyKind.HOUSE, KeyKind.LANDMARK, KeyKind.COMMUNITY}
)

_WORDS: Final = tomllib.loads(
    resources.files("caseworker.repeats").joinpath("place_words.toml").read_text("utf-8")
)
_SUFFIXES: Final = {
    suffix: KeyKind[kind.upper()]
    for kind, suffixes in _WORDS["suffixes"].items()
    for suffix in suffixes
}
_DROPPED: Final = frozenset(_WORDS["dropped"]["suffixes"])
_ESTATE_SUFFIXES: Final = tuple(
    suffix
    for suffix, kind in _SUFFIXES.items()
    if kind is KeyKind.ESTATE and len(suffix) > 1 and suffix not in _DROPPED
)
_WATERS: Final = tuple(suffix for suffix, kind in _SUFFIXES.items() if kind is KeyKind.WATER)
_SPELLING: Final[dict[str, str]] = _WORDS["spelling"]
_NO_STEM_END: Final = frozenset(_WORDS["no_name"]["ends"])
_NO_STEM_START: Final = frozenset(_WORDS["no_name"]["begins"])
_NO_STEM: Final = frozenset(_WORDS["no_name"]["whole"])
_NOT_BEFORE: Final[dict[str, str]] = _WORDS["not_before"]

_SIGN: Final = re.compile(
    r"(?P<numeral>\d{1,5}|[〇零一二三四五六七八九十百两]{1,5}|(?<![a-z])[a-z])\s?(?P<sign>号楼|栋|幢|座|#楼|单元|弄|号)"
    # The look-ahead is three times as fast as trying every suffix at every character.
    f"|(?=[{''.join(sorted({suffix[0] for suffix in _SUFFIXES}))}])"
    f"(?P<suffix>{'|'.join(sorted(_SUFFIXES, key=len, reverse=True))})"
)
