"""Terms: what two texts are compared by. Pairs of characters, and words; other words for one thing.

A term is the checksum of a pair of Chinese characters or of a word, so that the terms of an order
are a small array of integers in the cache.
"""

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Final
from zlib import crc32

from caseworker.text.cut import index_terms, meets

TERMS_MAX: Final = 1_500
"""Terms that are kept of one order; what a longer text says later is not compared."""

TEXT_MAX: Final = 4_000
"""Characters of a text that are looked at."""

_DIGITS_MAX: Final = 4
"""Longer numbers are telephones and order numbers: no caller is compared by these."""


def words_of(text: str) -> list[str]:
    """The terms of a text in their order, as they stand in the search index."""
    return [term for term in index_terms(text[:TEXT_MAX]).split() if counts(term)]


def terms_of(words: Iterable[str]) -> set[int]:
    """The terms of words, other words for one thing being one term."""
    found = set(map(term_of, words))
    if len(found) > TERMS_MAX:
        return set(sorted(found)[:TERMS_MAX])
    return found


@lru_cache(maxsize=1 << 16)
def term_of(word: str) -> int:
    """The term of a word: that of the word that stands for all that mean the same."""
    return _checksum(same_words().get(word, word))


def address_terms(words: Iterable[str]) -> set[int]:
    """The terms of an address, apart from those of texts: a name is rarer in the one."""
    return {_checksum(f"@{word}") for word in words}


@lru_cache(maxsize=1)
def same_words() -> dict[str, str]:
    """Word → the word that stands for all that mean the same."""
    return {word: group[0] for group in _lines_of("same_words.txt") for word in group}


@lru_cache(maxsize=1)
def usual_terms() -> frozenset[int]:
    """The terms of what every appeal says."""
    phrases = (phrase for line in _lines_of("usual_words.txt") for phrase in line)
    return frozenset(map(term_of, words_of(" ".join(phrases)))) - {
        term_of(word) for word in same_words()
    }


@lru_cache(maxsize=1 << 16)
def counts(term: str) -> bool:
    """Whether a term of the search index says something of what a text is about."""
    if term.isdecimal():
        return len(term) <= _DIGITS_MAX
    return len(term) > 1 and not meets(term)


def _lines_of(file: str) -> list[list[str]]:
    text = resources.files("caseworker.repeats").joinpath(file).read_text("utf-8")
    return [line.split() for line in text.splitlines() if not line.startswith("#")]


def _checksum(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))
