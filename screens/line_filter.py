"""The second wall: whatever a widget let through, no control byte leaves the desk (DESIGN §8)."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_RAW: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""C0, DEL, C1, bidi controls and lone surrogates."""


class NoControls(LineFilter):
    """Puts U+FFFD where a raw control stands; `safe` has taken them all out before."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without controls; the same list where there are none."""
        # Asked of each painted line: one look at all of it.
        if not _RAW.search("".join(s.text for s in segments if not s.control)):
            return segments
        return _mapped(segments, lambda text: _RAW.sub("\ufffd", text))


class NarrowSigns(LineFilter):
    """For terminals that draw signs of ambiguous width two cells wide.

    Textual counts such a sign as one cell. So each is replaced by one that takes one cell
    everywhere: frames become + - |, and the layout stays whole.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with signs that are one cell wide on every terminal."""
        return _mapped([_whole_cell(segment) for segment in segments], _narrow)


def _whole_cell(segment: Segment) -> Segment:
    """A cell of a photograph in the colour between those of its two halves."""
    style = segment.style
    if not segment.text.startswith("▀") or style is None:
        return segment
    halves = [one.triplet for one in (style.color, style.bgcolor) if one and one.triplet]
    if len(halves) != 2:
        return segment
    mixed = RichColor.from_rgb(*(sum(parts) // 2 for parts in zip(*halves, strict=True)))
    return Segment(" " * len(segment.text), style + Style(bgcolor=mixed))


def _mapped(segments: list[Segment], change: Callable[[str], str]) -> list[Segment]:
    return [
        segment
        if segment.control or (segment.text.isascii() and segment.text.isprintable())
        else Segment(change(segment.text), segment.style)
        for segment in segments
    ]


@lru_cache(maxsize=2_000)
def _narrow(text: str) -> str:
    return "".join(
        _SIGNS.get(char) or ("?" if unicodedata.east_asian_width(char) == "A" else char)
        for char in text
    )


_SIGNS: Final = (
    dict.fromkeys("─━═╌╍┄┅┈┉▔▁", "-")
    | dict.fromkeys("│┃║╎╏▏▕▌▐", "|")
    | dict.fromkeys("┌┐└┘╭╮╰╯├┤┬┴┼┏┓┗┛╔╗╚╝", "+")
    | dict.fromkeys("█▇▆▅▄▃▂▀▊▉▋▍▎", "#")
    | dict.fromkeys("“”″", '"')
    | dict.fromkeys("‘’′´", "'")
    | dict.fromkeys("—–―‐", "-")
    | {"…": ".", "·": ".", "‥": ".", "●": "*", "○": "o", "×": "x", "÷": "/", "→": ">", "←": "<"}
    | {"↑": "^", "↓": "v", "▲": "^", "▼": "v", "▶": ">", "◀": "<", "°": "o", "±": "+", "※": "*"}
    | {"░": ".", "▒": "o", "▓": "%"}
    | {"▸": ">", "▾": "v"}
    | {"■": "#", "□": "o", "★": "*", "☆": "*", "≤": "<", "≥": ">", "§": "S", "�": "?"}
)
"""What stands for a sign of ambiguous width, or one that such terminals' fonts lack; a letter of
another script becomes a question mark."""
