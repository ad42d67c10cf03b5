"""Citizens' text made showable: the one way from any stored string to a terminal (DESIGN §8).

Textual and Rich hand ESC, OSC 52, C1 and bidi bytes through to the terminal as they are. What
`safe` returns holds none of them, and its type says so: widgets and the command line take
`SafeText`. Markup is not looked at: who shows a `SafeText` shows it with markup off.
"""

import re
from bisect import bisect_right
from itertools import accumulate
from typing import Final, Never, Self

from caseworker.text import width

MARKS_MAX: Final = 4
"""The most combining marks that stay on one character; more would climb over other lines."""


class SafeText(str):
    """Text that a terminal shows, and does nothing else with.

    Made by `safe`, `clip` and `fit` only. All that `str` does with it (slices, `+`, f-strings,
    `join`) gives a plain `str` again, which goes through `safe` once more: that costs little.
    """

    __slots__ = ()

    def __new__(cls, *_: Never) -> Self:
        """Refuse: raises TypeError."""
        raise TypeError("SafeText is made by safe() only")


def safe(text: str, *, newlines: bool = False) -> SafeText:
    """`text` as it may be shown; safe text comes back as it is.

    A tab or a line break becomes a space (with `newlines`, every kind of line break becomes
    "\\n"), any other C0 control or DEL its control picture (ESC is shown as ␛), a C1 control, a
    lone surrogate or a noncharacter U+FFFD. What is invisible, bidi controls among it, is
    dropped, and of a pile of combining marks the first `MARKS_MAX` are kept.
    """
    plain = _COMMON.fullmatch(text) or re.fullmatch(_PLAIN, text)
    return _made(text if plain else _cleaned(text, "\n" if newlines else " "))


def escaped(json: str) -> str:
    """A JSON document with everything that `safe` would change in its strings as escapes.

    It means the same, and a terminal that it is printed on stays as it is.
    """
    return re.sub(_RAW_IN_JSON, _as_escape, json)


def clip(text: SafeText, cells: int) -> SafeText:
    """The line `text` in at most `cells` cells, with an ellipsis at the end where it is cut."""
    cells = max(cells, 0)
    # With at most MARKS_MAX marks on each, so many characters fill more than the cells.
    line = safe(text[: (cells + 1) * (MARKS_MAX + 1)])
    # Most of what a list shows fits at first sight: no character takes more than two cells.
    if len(line) <= (cells if line.isascii() else cells // 2):
        return line
    ends = list(accumulate(map(width.ruler(), line)))
    if not ends or ends[-1] <= cells:
        return line
    # Rich counts one cell for `…`, which would break the line where the terminal draws two.
    ellipsis = ".." if width.ambiguous_wide else "…"
    kept = bisect_right(ends, cells - len(ellipsis))
    return _made(line[:kept] + ellipsis[:cells])


def fit(text: SafeText, cells: int) -> SafeText:
    """The line `text` in exactly `cells` cells: cut like `clip`, or filled up with spaces."""
    line = clip(text, cells)
    return _made(line + " " * (cells - width.cells(line)))


def _made(text: str) -> SafeText:
    return str.__new__(SafeText, text)


def _cleaned(text: str, line_break: str) -> str:
    text = re.sub(_LINE_BREAK, line_break, text)
    text = re.sub(_CONTROL, lambda control: _PICTURES[control.group()], text)
    text = re.sub(_NO_CHARACTER, "\ufffd", text)
    text = re.sub(INVISIBLE, "", text)
    return re.sub(_MARKS, _capped, text)


def _as_escape(raw: re.Match[str]) -> str:
    units = raw.group().encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _capped(run: re.Match[str]) -> str:
    cells = width.ruler()
    kept: list[str] = []
    marks = 0
    for char in run.group():
        marks = 0 if cells(char) else marks + 1
        if marks <= MARKS_MAX:
            kept.append(char)
    return "".join(kept)


# Patterns as text: a terminal whose texts need none of them does not wait for them at the start.

INVISIBLE: Final = (
    "["
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]+"
)
"""Default_Ignorable_Code_Point of Unicode 17, and the interlinear annotation marks: bidi controls,
joiners, zero-width spaces, variation selectors, fillers, tags."""

_COMMON: Final = re.compile(
    "(?:[ -~\u4e00-\u9fff]++|[\u3000-\u3029\uff01-\uff9f]++|[\u00a1-\u00ac\u2010-\u2027]++)*+"
)
"""Most of what is plain, in few ranges: it is made ten times faster than `_PLAIN`. Nothing is given
back: a text that is not plain at its end would be tried in all ways that there are."""

_PLAIN: Final = (
    "["
    " -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u205e\u2070-\u20cf"
    "\u2100-\u2cee\u3000-\u3029\u3030-\u3098\u309b-\u3163\u3165-\ua4cf\uac00-\ud7a3"
    "\uf900-\ufaff\ufe30-\ufefe\uff01-\uff9f\uffe0-\uffee"
    "]*"
)
"""Text that needs no closer look: Latin, Greek, Cyrillic, Chinese, Japanese, Korean and signs."""

_LINE_BREAK: Final = "\r\n|[\n\v\f\r\u0085\u2028\u2029]"

_CONTROL: Final = "[\x00-\x09\x0b-\x1f\x7f]"

_PICTURES: Final = {chr(code): chr(0x2400 + code) for code in range(0x20)} | {
    "\t": " ",
    "\x7f": "\N{SYMBOL FOR DELETE}",
}

_NO_CHARACTER: Final = (
    "[\x80-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)

_RAW_IN_JSON: Final = (
    f"\x7f|{_NO_CHARACTER}|[\u2028\u2029]|{INVISIBLE}"
    "|[\u0300-\u036f\u0483-\u0489\u20d0-\u20f0]{5,}"
)

_MARKS: Final = (
    "["
    "\u0300-\u036f\u0483-\u1dff\u20d0-\u20ff\u2cef-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\uabff"
    "\ud7b0-\ud7ff\ufb1e\ufe20-\ufe2f\U00010000-\U0001efff\U0001f3fb-\U0001f3ff"
    f"]{{{MARKS_MAX + 1},}}"
)
"""A run among which there may be more than `MARKS_MAX` marks in a row."""
