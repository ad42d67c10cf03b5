"""The reason codes, as data: replaceable per city, delivered by the hub, built in without one."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct, convert

CodeKind = Literal["context", "repeat", "unreasonable", "objection"]

# A path, since importlib.resources takes longer to import than to use.
_DATA: Final = Path(__file__).parents[1] / "taxonomy"


class Words(Struct, frozen=True):
    """The same words in both languages of the desk."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The Chinese words for any Chinese locale, the English ones otherwise."""
        return self.zh if language.startswith("zh") else self.en


class EvidenceKind(Words, frozen=True):
    """A kind of evidence in words, and what its text must hold."""

    persons: int = 0
    """How many different persons its text must name."""
    dated: bool = False
    """Whether its text should hold a day, as 2026-12-20."""


class Code(Struct, frozen=True, kw_only=True):
    """One reason code (DOMAIN §4)."""

    kind: CodeKind
    label: Words
    definition: Words
    basis: Words
    """Where the code comes from (DOMAIN §4); it says so itself where the text was not at hand."""
    demands: tuple[str, ...] = ()
    """Evidence kinds without which a mark with this code is refused."""
    likes: tuple[str, ...] = ()
    """Evidence kinds that a reviewer would like to see."""
    review: bool = False
    """Whether a second person must endorse before the centre rules."""
    second_reader: bool = False
    """Whether that second person must be a lead."""
    safety_lock: bool = False
    """Whether the code is refused on orders under the safety lock."""
    abuse: bool = False
    """Counted as abuse of the hotline; R03 and R05 never are."""
    needs_order: bool = True
    """Whether the earlier thing named must be an order (R04 names another channel's file)."""
    draft: tuple[Words, ...] = ()
    """Sentences from which a text is assembled: for an unreasonable mark what the citizen will be
    told, for an objection what the centre is told. Names in braces are kinds of evidence or facts
    of the order; `caseworker.desk.assembly` leaves out a sentence whose fill-in is missing."""
    stays_open: Words | None = None
    """For an unreasonable mark: the route that stays open to the citizen."""
    retired: bool = False
    successor: str = ""
    """For a retired code: the one in force that takes its place, where there is one."""


class Taxonomy(Struct, frozen=True, kw_only=True, dict=True):
    """All reason codes, the kinds of evidence, and the lexicons of the locks."""

    version: str
    codes: dict[str, Code]
    evidence: dict[str, EvidenceKind]
    safety_words: dict[str, tuple[str, ...]]
    """Topic → words, in Chinese and English, that put an order under the safety lock."""
    vague_words: tuple[str, ...]
    """Words that judge a person and give no grounds."""
    empty_words: tuple[str, ...] = ()
    """Words that say nothing of themselves, such as "this caller is always …"."""
    vulnerable_codes: tuple[str, ...]
    """Context codes that ask for a second reader."""

    def of_kind(self, kind: str) -> dict[str, Code]:
        """The codes in force for one kind of annotation, in their order."""
        return {
            name: code
            for name, code in self.codes.items()
            if code.kind == kind and not code.retired
        }

    @cached_property
    def _safety_lexicon(self) -> dict[str, tuple[str, ...]]:
        """The words by their first character."""
        lexicon: dict[str, tuple[str, ...]] = {}
        for word in longest_first(word for words in self.safety_words.values() for word in words):
            lexicon[word[0]] = (*lexicon.get(word[0], ()), word)
        return lexicon

    @cached_property
    def _safety_beginnings(self) -> re.Pattern[str]:
        """Finds the first characters of words whose second one follows: few texts hold many."""
        return re.compile(
            "|".join(
                re.escape(first) + _followed_by({word[1:2] for word in words})
                for first, words in self._safety_lexicon.items()
            )
        )

    @cached_property
    def _no_grounds_lexicon(self) -> tuple[str, ...]:
        return longest_first((*self.vague_words, *self.empty_words))

    def safety_word(self, text: str) -> str:
        """The longest word of the safety lexicon that `text` holds, or an empty string."""
        folded = text.casefold()
        begun = (
            word
            for first in set(self._safety_beginnings.findall(folded))
            for word in self._safety_lexicon.get(first, ())
            if word in folded
        )
        return next(words_in(folded, longest_first(begun)), "")

    def without_vague_words(self, text: str) -> str:
        """What is left of `text`, case folded, once judging and empty words are taken out."""
        rest = text.casefold()
        for word in words_in(rest, self._no_grounds_lexicon):
            rest = standing_alone(word).sub(" ", rest)
        return rest


def longest_first(words: Iterable[str]) -> tuple[str, ...]:
    """A lexicon: each word once, case folded; the longest first, for it says the most."""
    return tuple(sorted({word.casefold() for word in words}, key=lambda word: (-len(word), word)))


def words_in(folded: str, lexicon: Iterable[str]) -> Iterator[str]:
    """The words of a lexicon that a case-folded text holds, in the lexicon's order.

    Asked of every order that comes in, so it looks for substrings first: on a lexicon of this
    size that is some twenty times faster than one pattern with every word in it.
    """
    return (
        word
        for word in lexicon
        if word in folded and (not word.isascii() or standing_alone(word).search(folded))
    )


def _followed_by(seconds: set[str]) -> str:
    """A pattern that any of these characters follows; an empty one stands for the word's end."""
    return "" if "" in seconds else f"(?=[{''.join(map(re.escape, sorted(seconds)))}])"


def standing_alone(word: str) -> re.Pattern[str]:
    """Where a case-folded word counts: a Chinese one anywhere, another only by itself.

    "fire" is not in "firewood"; beside a Chinese character it does stand by itself, for there
    are no spaces in Chinese.
    """
    escaped = re.escape(word)
    return re.compile(rf"(?<![a-z0-9]){escaped}(?![a-z0-9])" if word.isascii() else escaped)


def parse_taxonomy(toml: str) -> Taxonomy:
    """Read a taxonomy; raises `tomllib.TOMLDecodeError` or `msgspec.ValidationError`."""
    # Parsing is for later: it would delay the first painted row.
    from caseworker.text.toml import read_toml

    return convert(read_toml(toml), Taxonomy)


def built_in_toml() -> str:
    """The text of the taxonomy that comes with the program."""
    return (_DATA / "codes.toml").read_text("utf-8")


@lru_cache(maxsize=1)
def built_in() -> Taxonomy:
    """The taxonomy that comes with the program, for use without a hub."""
    return parse_taxonomy(built_in_toml())
