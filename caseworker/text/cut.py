"""Text cut for the full-text index, since Chinese has no spaces (DESIGN §4).

A run of Han, kana or hangul becomes its overlapping pairs and its last character: 违法停车 is
stored as `违法 法停 停车 车`. So two characters are one look-up, more are a phrase of pairs, and a
single character is the beginning of some term, wherever it stood. Other words, and numbers, are
kept whole. Compatibility forms and case are folded (NFKC, casefold); traditional characters are
left as they are.

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
    phrases = map(_phrase, _folded(query[:QUERY_MAX]).split())
    return " AND ".join(filter(None, phrases)) or None


def _folded(text: str) -> str:
    return normalize("NFKC", _FULL_WIDTH_SIGNS.sub(",", text)).casefold()


def _runs(text: str) -> list[str]:
    return _RUN.findall(_folded(text))


def _paired(run: str) -> bool:
    return run >= "\u2e80"


def _terms(run: str) -> str:
    if not _paired(run):
        return run
    return " ".join([*map(add, run, run[1:]), run[-1]])


def _phrase(word: str) -> str:
    *whole, last = _RUN.findall(word) or [""]
    terms = [*map(_terms, whole), _open_ended(last)]
    return f'"{" ".join(terms)}"{"*" if _begins_words(last) else ""}' if last else ""


def _open_ended(run: str) -> str:
    """The terms of a run that may go on in the stored text: without the last character."""
    return _terms(run)[:-2] if _paired(run) and len(run) > 1 else run


def _begins_words(run: str) -> bool:
    if _paired(run):
        return len(run) == 1
    return len(run) >= _PREFIX_MIN and run.isalpha()
