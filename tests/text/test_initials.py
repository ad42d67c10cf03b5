"""The letters by which a place is found are those of the dictionary, character by character."""

from pypinyin import Style, pinyin

from caseworker.text import initials
from caseworker.text.initials import FIRST, readings

NO_READING = "-"


def letters_of(char: str) -> list[str]:
    """The letters with which the dictionary lets a character begin, the usual one first; the
    character itself where it has no reading."""
    found: list[list[str]] = pinyin(char, style=Style.FIRST_LETTER, heteronym=True, strict=False)
    return found[0]


def test_every_character_has_the_letter_of_its_first_reading() -> None:
    table = initials._table()
    assert len(table) == 0x9FFF - FIRST + 1
    found = {chr(FIRST + at): letter for at, letter in enumerate(table)}
    usual = {char: letters_of(char)[0] for char in found}
    assert found == {
        char: NO_READING if letter == char else letter for char, letter in usual.items()
    }


def test_a_character_that_begins_in_two_ways_does_so_in_the_dictionary() -> None:
    for char, ways in initials._TWO_WAYS.items():
        assert set(ways) <= set(letters_of(char)), char


def test_a_run_is_read_in_each_way() -> None:
    assert readings("幸福里") == ["xfl"]
    assert readings("长安街") == ["zaj", "caj"]
