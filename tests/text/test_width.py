"""Our cells are Rich's cells, and so Textual's, where the terminal is narrow."""

import re
from unicodedata import category

import pytest
from rich.cells import cell_len, get_character_cell_size

from caseworker.text import width
from caseworker.text.safe import safe
from tests.hostile import HOSTILE
from tests.text.characters import EVERY_CHARACTER

SHOWN = [char for char in EVERY_CHARACTER if safe(char) == char]
"""Every character that reaches a terminal as it is."""

OTHERWISE = re.compile(
    "["
    # Wide since Unicode 16, which terminals and Python do not all know: trigrams, hexagrams,
    # tetragrams, counting rods.
    "\u2630-\u2637\u268a-\u268f\u4dc0-\u4dff\U0001d300-\U0001d356\U0001d360-\U0001d376"
    # Format characters that have a shape.
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f"
    "]"
)


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(width, "ambiguous_wide", True)


def test_every_character_takes_the_cells_that_rich_counts() -> None:
    differing = {
        char
        for char in SHOWN
        if category(char) != "Cn" and width.cells(char) != get_character_cell_size(char)
    }
    assert {char for char in differing if not OTHERWISE.match(char)} == set()


def test_ideographs_newer_than_pythons_tables_are_wide() -> None:
    assert width.cells("\U00031350") == width.cells("\U000323af") == 2
    assert width.cells("\u0378") == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_made_safe_take_the_cells_that_rich_counts(name: str) -> None:
    text = safe(HOSTILE[name])
    assert width.cells(text) == cell_len(text)


def test_signs_of_ambiguous_width_follow_the_setting(wide: None) -> None:
    for sign in "…·●│─┌┐└┘├→“”‘’①★�":
        assert width.cells(sign) == 2, sign
    assert width.cells("a停e\u0301\u0300") == 4
    assert width.cells("停车…“a”") == 11


def test_signs_of_ambiguous_width_are_narrow_unless_told() -> None:
    assert not width.ambiguous_wide
    assert width.cells("…·●│─┌┐└┘├→“”‘’①★�") == 18


def test_ascii_that_the_frames_fall_back_to_is_narrow_everywhere(wide: None) -> None:
    printable = "".join(map(chr, range(0x20, 0x7F)))
    assert width.cells(printable) == len(printable)
