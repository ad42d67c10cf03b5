"""Every sentence of the program is in the Chinese catalogue, once, with the same fill-ins."""

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import PoFileParser, read_po

import caseworker

ROOT = Path(caseworker.__file__).parent.parent
PO = ROOT / "caseworker/locale/zh_CN/LC_MESSAGES/caseworker.po"
MO = PO.with_suffix(".mo")


def sentences() -> Iterator[tuple[str, str]]:
    """(place, sentence) for all that stands in `_(…)` or `mark(…)`."""
    for room in ("caseworker", "screens", "sync", "hub"):
        found = extract_from_dir(
            ROOT / room, [("**.py", "python")], keywords={"_": None, "mark": None}
        )
        for file, line, message, _comments, _context in found:
            assert isinstance(message, str)
            yield f"{room}/{file}:{line}", message


def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN", abort_invalid=True)


def translations() -> list[tuple[str, str]]:
    return [
        (message.id, message.string)
        for message in catalogue()
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id
    ]


def fill_ins(sentence: str) -> set[str]:
    """The names in braces; raises ValueError where the braces do not pair."""
    return {name for _text, name, _spec, _how in string.Formatter().parse(sentence) if name}


def test_every_sentence_has_its_chinese() -> None:
    chinese = dict(translations())
    missing = [f"{place}  {text!r}" for place, text in sentences() if not chinese.get(text)]
    assert missing == []


def test_no_sentence_is_an_empty_one() -> None:
    """gettext answers an empty sentence with the catalogue's header."""
    assert [place for place, text in sentences() if not text] == []


def test_no_sentence_is_translated_twice_in_different_words() -> None:
    differing: list[object] = []

    class Watched(Catalog):
        def __setitem__(
            self,
            id: str | tuple[str, ...] | list[str],  # noqa: A002 - Babel's own name
            message: Message,
        ) -> None:
            standing = self.get(id) if id else None
            if standing is not None and standing.string != message.string:
                differing.append(id)
            super().__setitem__(id, message)

    with PO.open("rb") as file:
        PoFileParser(Watched(locale="zh_CN"), abort_invalid=True).parse(file)
    assert differing == []


def test_nothing_in_the_catalogue_is_left_uncertain() -> None:
    assert [message.id for message in catalogue() if message.id and message.fuzzy] == []


@pytest.mark.parametrize(("english", "chinese"), translations())
def test_fill_ins_are_the_same_in_both_languages(english: str, chinese: str) -> None:
    assert fill_ins(english) == fill_ins(chinese)


def test_the_compiled_catalogue_is_up_to_date() -> None:
    """`make messages` writes it."""
    with MO.open("rb") as file:
        compiled = {message.id: message.string for message in read_mo(file) if message.id}
    assert compiled == dict(translations())
