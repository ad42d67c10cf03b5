"""Lines of safe text in a few tones: what every widget of the desk is painted from."""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from caseworker.text.safe import SafeText, clip, fit, safe
from caseworker.text.width import cells, ruler

Tone = Literal["plain", "strong", "dim", "accent", "warning", "danger"]


class Piece(NamedTuple):
    """A stretch of one line in one tone."""

    text: SafeText
    tone: Tone = "plain"


Line = list[Piece]


def piece(text: str, tone: Tone = "plain") -> Piece:
    """Any text made safe, as a piece of a line."""
    return Piece(safe(text), tone)


def column(text: str, width: int, tone: Tone = "plain", *, right: bool = False) -> Piece:
    """A piece that fills exactly `width` cells."""
    if not right:
        return Piece(fit(safe(text), width), tone)
    shown = clip(safe(text), width)
    return Piece(safe(" " * (width - cells(shown)) + shown), tone)


def length(line: Line) -> int:
    """The cells that a line takes."""
    return sum(cells(part.text) for part in line)


def spread(left: Line, right: Line, width: int) -> Line:
    """Two lines in one of `width` cells: the right one whole, the left one as room is left."""
    room = max(width - length(right), 0)
    return [*shortened(left, room), *right]


def shortened(line: Line, width: int) -> Line:
    """A line in exactly `width` cells: later pieces are cut first, the rest is blank."""
    kept: Line = []
    room = width
    for part in line:
        shown = clip(part.text, room)
        kept.append(Piece(shown, part.tone))
        room -= cells(shown)
        if room <= 0 or len(shown) < len(part.text):
            break
    return [*kept, piece(" " * room)] if room > 0 else kept


_NO_START: Final = frozenset("，。、；：？！）」』】》〉”’…—～·,.;:?!)]}%")
"""Signs that no line begins with."""

_NO_END: Final = frozenset("（「『【《〈“‘([{")
"""Signs that no line ends with."""


def wrap(text: str, width: int) -> Iterator[SafeText]:
    """Text in lines of at most `width` cells, as it is set in Chinese.

    A line breaks at a space or beside a wide character, never before a closing sign or after an
    opening one; a word that is longer than a line is cut.
    """
    for paragraph in safe(text, newlines=True).split("\n"):
        yield from _wrapped(paragraph, max(width, 2))


def _wrapped(text: str, width: int) -> Iterator[SafeText]:
    start = 0
    for cut in breaks(text, width):
        yield safe(text[start:cut].rstrip(" "))
        start = cut
    yield safe(text[start:].rstrip(" "))


def breaks(text: str, width: int, *, hanging: bool = True) -> Iterator[int]:
    """Where one paragraph is broken into lines of at most `width` cells.

    Spaces at the end of a line hang over its width, but where a caret must stand on each.
    """
    measure = ruler()
    start = used = 0
    chance, used_at_chance = 0, 0
    for at, char in enumerate(text):
        wide = measure(char)
        if at > start and _may_break(text[at - 1], char, wide):
            chance, used_at_chance = at, used
        while start < at and used + wide > width and not (hanging and char == " "):
            cut, used = (chance, used - used_at_chance) if chance > start else (at, 0)
            yield cut
            start = cut
        used += wide


def _may_break(before: str, char: str, wide: int) -> bool:
    if char in _NO_START or before in _NO_END or char == " " or not wide:
        return False
    return before == " " or wide == 2 or ruler()(before) == 2
