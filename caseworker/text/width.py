"""How many terminal cells text takes.

In the narrow setting this agrees with Rich, by which Textual lays out, for every character that
`safe` lets through and Python's Unicode tables know, but for the few that tests/text/test_width.py
names.
"""

import unicodedata
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

ambiguous_wide: bool = False
"""Whether this terminal draws characters of ambiguous width (`…`, `·`, `●`, box lines, “ ”) two
cells wide, as older consoles in a Chinese setting do. Set once, at start, by who asked it."""


def cells(text: str) -> int:
    """The cells that one line of `text` takes; controls and combining marks take none."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(ruler(), text))


def ruler() -> Callable[[str], int]:
    """What measures one character (0, 1 or 2 cells) under the present setting."""
    return _wide if ambiguous_wide else _narrow


def _measure(char: str, *, ambiguous: int) -> int:
    category = unicodedata.category(char)
    if category in _NO_CELL or _joins_the_one_before(char):
        return 0
    if category == "Cn":
        # Newer than Python's tables, most likely an emoji or an ideograph where those live.
        return 2 if "\U0001f000" <= char <= "\U0003ffff" else 1
    return {"W": 2, "F": 2, "A": ambiguous}.get(unicodedata.east_asian_width(char), 1)


_NO_CELL: Final = frozenset({"Cc", "Cf", "Mc", "Me", "Mn", "Zl", "Zp"})


def _joins_the_one_before(char: str) -> bool:
    """Hangul vowels and finals, and the skin tones of emoji: letters and symbols by category."""
    return (
        "\u1160" <= char <= "\u11ff"
        or "\ud7b0" <= char <= "\ud7ff"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


_narrow: Final = lru_cache(maxsize=1 << 15)(partial(_measure, ambiguous=1))
_wide: Final = lru_cache(maxsize=1 << 15)(partial(_measure, ambiguous=2))
