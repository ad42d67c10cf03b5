"""Text cut for the full-text index, since Chinese has no spaces (DESIGN §4).

A run of Han, kana or hangul becomes its first character, its overlapping pairs and its last one:
违法停车 is stored as `违 违法 法停 停车 车`. So two characters are one look-up, and more are a
phrase of pairs. Other words, and numbers, are kept whole. Where a run meets one of these, the
character there is stored with it: 福里3号楼 is `福 福里 ᵉ里3 3 ᵇ号3 号楼 楼`. So 3号, 3栋 and A座
are one look-up too: 号 alone is in four orders of ten, and a phrase with it is slow. One character
alone is not asked for: so many terms begin with it that the newest hits cost more than those of any
phrase (20-100 ms at a million orders). Compatibility forms and case are folded (NFKC, casefold);
traditional characters are left as they are.

The index is FTS5 with `tokenize='ascii'` (which leaves every term as it is) and positions kept
(`detail=full`, the default; phrases need them). A number is found by its beginning or end only
where these are stored as terms too: phone tails and the ends of order numbers belong in a column of
their own, so that they do not meet the digits of the text.
"""

import re
from collections.abc import Iterator
from operator import add
from typing import Final
from unicodedata import normalize

QUERY_MAX: Final = 200
"""The characters of a query that are looked at; more would only exhaust FTS5's parser."""

_BEGINS, _ENDS = "ᵇᵉ"
"""What stands before a character and the word of another script that is before or after it.

NFKC leaves no superscript letter in a text or a query, so these terms are no others; and the sign
comes first, so that no word's beginning finds them.
"""

_PREFIX_MIN: Final = 3
"""From how many letters on the last word of a query also finds the words that begin with it."""

# Everything from U+2E80 on is cut into pairs: Han, kana, hangul, and rare scripts that bear it.
_RUN: Final = re.compile("[^\\W\u0000-\u2e7f]+|[^\\W_\u2e80-\U0010ffff]+")

# All that NFKC would find to do in most Chinese text, at ten times the price.
_FULL_WIDTH_SIGNS: Final = re.compile("[，：；（）？！]")


def index_terms(text: str) -> str:
    """What to store for `text`: its terms with spaces between them, in the order of the text."""
    runs = _runs(text)
    return " ".join(map(_stored, runs, ["", *runs], [*runs[1:], ""]))


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
    terms = list(_asked(runs))
    if not terms:
        return ""
    prefix = "*" if _begins_words(runs[-1]) else ""
    return f'"{" ".join(mark + term for term in terms)}"{prefix}'


def marked_terms(text: str, mark: str) -> str:
    """The terms of `text` with a sign before each, so that no word of a text is taken for one.

    A superscript letter is a sign that never meets: NFKC leaves none in a text or a query.
    """
    return " ".join(mark + term for term in index_terms(text).split())


def meets(term: str) -> bool:
    """Whether a term stands for two words of a text where their scripts meet."""
    return term[0] in (_BEGINS, _ENDS)


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


def _stored(run: str, before: str, after: str) -> str:
    """The terms of a run of a text, between the runs beside it: empty where it begins or ends."""
    if not _paired(run):
        return run
    first, last = _first(run, before), _last(run, after)
    if len(run) == 1 and first == last:
        return run
    return " ".join([first, *map(add, run, run[1:]), last])


def _asked(runs: list[str]) -> Iterator[str]:
    """The terms of a query's runs: the first and the last of them may go on in the stored text."""
    for place, run in enumerate(runs):
        before = runs[place - 1] if place else ""
        after = runs[place + 1] if place + 1 < len(runs) else ""
        if _paired(run):
            first = [_first(run, before)] if before else []
            last = [_last(run, after)] if after else []
            pairs = map(add, run, run[1:])
            yield from first if len(run) == 1 and first == last else (*first, *pairs, *last)
        elif (before and after) or not (_paired(before) or _paired(after)):
            # At either end, the character beside it is stored with it.
            yield run


def _first(run: str, before: str) -> str:
    return f"{_BEGINS}{run[0]}{before}" if before and not _paired(before) else run[0]


def _last(run: str, after: str) -> str:
    return f"{_ENDS}{run[-1]}{after}" if after and not _paired(after) else run[-1]


def _begins_words(run: str) -> bool:
    return not _paired(run) and len(run) >= _PREFIX_MIN and run.isalpha()
