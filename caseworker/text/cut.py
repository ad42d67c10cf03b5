"""Text cut for the full-text index, since Chinese has no spaces (DESIGN §4).

A run of Han, kana or hangul becomes its first character, its overlapping pairs and its last one:
违法停车 is stored as `违 违法 法停 停车 车`. So two characters are one look-up, more are a phrase
of pairs, and where scripts meet (3栋, A座) a single one is a look-up too. One character alone is
not asked for: so many terms begin with it that the newest hits cost more than those of any phrase
(20-100 ms at a million orders). Other words, and numbers, are kept whole. Compatibility forms and
case are folded (NFKC, casefold); traditional characters are left as they are.

The index is FTS5 with `tokenize='ascii'` (which leaves every term as it is) and positions kept
(`detail=full`, the default; phrases need them). A number is found by its beginning or end only
where these are stored as terms too: phone tails and the ends of order numbers belong in a column of
their own, so that they do not meet the digits of the text.
"""

import re
from operator import add
from typing import Final
from unicodedata import normalize

QUERY_MAX: Final = 200
"""The characters of a query that are looked at; more would only exhaust FTS5's parser."""

_PREFIX_MIN: Final = 3
"""From how many letters on the last word of a query also finds the words that begin with it."""

# Everything from U+2E80 on is cut into pairs: Han, kana, hangul, and rare scripts that bear it.
_RUN: Final = re.compile("[^\\W\u0000-\u2e7f]+|[^\\W_\u2e80-\U0010ffff]+")

# All that NFKC would find to do in most Chinese text, at ten times the price.
_FULL_WIDTH_SIGNS: Final = re.compile("[，：；（）？！]")


def index_terms(text: str) -> str:
    """What to store for `text`: its terms with spaces between them, in the order of the text."""
    return " ".join(map(_terms, _runs(text)))


def query_terms(query: str) -> str | None:
    """The FTS5 MATCH expression for what was typed, or None where it holds nothing to look for.

    All the words, which spaces part, must occur; each word is a phrase, so it is found where it
    stands in one piece. Whatever the query is, the expression is valid.
    """
    phrases = map(phrase, query[:QUERY_MAX].split())
    return " AND ".join(filter(None, phrases)) or None


def phrase(word: str, mark: str = "") -> str:
    """The FTS5 phrase for one word, or an empty string where it holds nothing to look for.

    `mark` is what `marked_terms` put before the terms that are meant.
    """
    runs = _runs(word[:QUERY_MAX])
    terms = " ".join(
        _terms(run, first=place == 0, last=place == len(runs) - 1) for place, run in enumerate(runs)
    )
    if not terms:
        return ""
    prefix = "*" if _begins_words(runs[-1]) else ""
    return f'"{" ".join(mark + term for term in terms.split())}"{prefix}'


def marked_terms(text: str, mark: str) -> str:
    """The terms of `text` with a sign before each, so that no word of a text is taken for one.

    NFKC leaves no superscript letter in a text or a query: one of these is a sign that never meets.
    """
    return " ".join(mark + term for term in index_terms(text).split())


def is_single(word: str) -> bool:
    """Whether the word is one character of a script that is cut: too little to look for."""
    runs = _runs(word[:QUERY_MAX])
    return len(runs) == 1 and len(runs[0]) == 1 and _paired(runs[0])


def _folded(text: str) -> str:
    return normalize("NFKC", _FULL_WIDTH_SIGNS.sub(",", text)).casefold()


def _runs(text: str) -> list[str]:
    return _RUN.findall(_folded(text))


def _paired(run: str) -> bool:
    return run >= "\u2e80"


def _terms(run: str, *, first: bool = False, last: bool = False) -> str:
    """The terms of a run; the `first` and `last` of a query may go on in the stored text."""
    if not _paired(run):
        return run
    if len(run) == 1:
        return "" if first and last else run
    return " ".join([*run[: not first], *map(add, run, run[1:]), *run[len(run) - (not last) :]])


def _begins_words(run: str) -> bool:
    return not _paired(run) and len(run) >= _PREFIX_MIN and run.isalpha()
