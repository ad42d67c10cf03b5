"""Pinyin initials: 幸福里 is found by `xfl`.

The letters stand in initials.txt, one for each character from U+4E00 to U+9FFF, as pypinyin has
them (a test compares); a character that begins in two ways in names and places is taken both ways.
For the index a run of letters becomes its overlapping triples, as characters become pairs in `cut`.
"""

import re
from functools import cache
from itertools import product
from pathlib import Path
from typing import Final

FIRST: Final = 0x4E00
LETTERS_MIN: Final = 3
"""Fewer letters would find a part of everything."""

_WAYS_MAX: Final = 4
"""The readings of one run that are kept."""

_TWO_WAYS: Final = {
    "长": "zc", "重": "zc", "行": "xh", "乐": "ly", "朝": "cz", "厦": "xs", "单": "ds", "会": "hk",
    "调": "td", "藏": "cz", "曾": "zc", "弹": "td", "传": "cz", "种": "zc", "盛": "sc", "石": "sd",
    "系": "xj", "降": "jx", "校": "xj", "宿": "sx", "泊": "bp", "属": "sz", "参": "cs", "省": "sx",
    "率": "ls", "查": "cz", "解": "jx", "尉": "wy", "叶": "yx", "圩": "wx", "埔": "pb", "堡": "bp",
    "涌": "yc", "莞": "gw", "浒": "hx", "尾": "wy", "车": "cj", "柏": "b", "圳": "z", "仇": "cq",
}  # fmt: skip
"""Characters that begin in two ways, the likelier first; those with one stand here where the
dictionary's first reading is a rare one."""

_HAN_RUN: Final = re.compile("[\u4e00-\u9fff]+")
_LETTERS: Final = re.compile("[a-z]{3,12}")


def initials_terms(text: str, mark: str) -> str:
    """What the index keeps of a text, each term after `mark`."""
    return " ".join(
        " ".join(mark + term for term in _triples(letters))
        for run in _HAN_RUN.findall(text)
        if len(run) >= LETTERS_MIN
        for letters in readings(run)
    )


def initials_phrase(word: str, mark: str) -> str:
    """The FTS5 phrase for a word that may be initials, else an empty string."""
    word = word.lower()
    if not _LETTERS.fullmatch(word):
        return ""
    return '"' + " ".join(mark + term for term in _triples(word)) + '"'


def readings(run: str) -> list[str]:
    """The letters of a run of Han characters, in each way in which it may be read."""
    letters = [_TWO_WAYS.get(char) or _table()[ord(char) - FIRST] for char in run]
    if all(len(ways) == 1 for ways in letters):
        return ["".join(letters)]
    return ["".join(way) for way, _n in zip(product(*letters), range(_WAYS_MAX), strict=False)]


def stands_at(text: str, word: str) -> tuple[int, int] | None:
    """Where in a text the characters stand whose initials are `word`: begin and end, or None."""
    for run in _HAN_RUN.finditer(text):
        for letters in readings(run.group()):
            at = letters.find(word.lower())
            if at >= 0:
                return run.start() + at, run.start() + at + len(word)
    return None


def _triples(letters: str) -> list[str]:
    return [letters[at : at + 3] for at in range(len(letters) - 2)]


@cache
def _table() -> str:
    text = (Path(__file__).parent / "initials.txt").read_text("ascii")
    return text.replace("\n", "")
