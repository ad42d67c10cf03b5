"""Nothing that a citizen wrote moves a cursor, hides or climbs, and the rest stays as it was."""

import copy
import re
from time import perf_counter
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.text import width
from caseworker.text.safe import MARKS_MAX, SafeText, clip, fit, safe
from tests.hostile import HOSTILE
from tests.text.characters import EVERY_CHARACTER

ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text(
    st.sampled_from("a我…é\t\r\n\x1b\x9b\0\ud800\u202e\u200d\u0301\u1160\U0001f3fd👩\U000e0041")
)

UNSHOWABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e0fff]"
)


def test_controls_are_shown_as_what_they_are() -> None:
    assert safe("\x1b]52;c;AAAA\x07") == "␛]52;c;AAAA␇"
    assert safe("a\0b\bc\x7fd") == "a␀b␈c␡d"
    assert safe("\x9b31m \ud800 \ufffe") == "�31m � �"


def test_tabs_and_line_breaks_become_one_space_each() -> None:
    assert safe("a\tb\r\nc\nd\re\x0bf\x0cg\x85h\u2028i\u2029j") == "a b c d e f g h i j"


def test_line_breaks_are_kept_alike_where_they_are_asked_for() -> None:
    shown = safe("a\tb\r\nc\nd\re\x0bf\x0cg\x85h\u2028i\u2029j", newlines=True)
    assert shown == "a b\nc\nd\ne\nf\ng\nh\ni\nj"


def test_what_is_invisible_is_dropped() -> None:
    assert safe("\u202e13800005521\u202c") == "13800005521"
    assert safe("a\u200bb\u2066c\u2069\ufeff\u00ad") == "abc"
    assert safe(HOSTILE["tags"]) == "Qtags"
    assert safe("👩\u200d🚒 ❤\ufe0f") == "👩🚒 ❤"


def test_marks_pile_no_higher_than_the_cap() -> None:
    assert safe(HOSTILE["marks"]) == "Qmarks e" + "\u0301" * MARKS_MAX + " after"
    assert safe("e\u0301\u0301\u200b\u0301\u0301\u0301") == "e" + "\u0301" * MARKS_MAX
    assert safe("हिन्दी ภาษาไทย Tiếng Việt e\u0301") == "हिन्दी ภาษาไทย Tiếng Việt e\u0301"


@pytest.mark.parametrize(
    "text",
    [
        "我住幸福里3号楼，地下车库又渗水了（3次）　“没人管”……①℃",
        "markup [/] [@click=app.quit]x[/] [red]",
        "שלום مرحبا Привет Ελλάδα 서울 カタカナ 🚒",
        "",
    ],
)
def test_what_is_harmless_stays_as_it_was(text: str) -> None:
    assert safe(text) == text


@given(ANY_TEXT, st.booleans())
def test_safe_text_holds_nothing_unshowable(text: str, newlines: bool) -> None:
    shown = safe(text, newlines=newlines)
    assert not UNSHOWABLE.search(shown)
    assert newlines or "\n" not in shown
    shown.encode()


@given(ANY_TEXT, st.booleans())
def test_safe_text_has_no_long_pile_of_characters_without_a_cell(text: str, newlines: bool) -> None:
    for line in safe(text, newlines=newlines).split("\n"):
        empty = "".join("0" if width.cells(char) == 0 else "1" for char in line)
        assert "0" * (MARKS_MAX + 1) not in empty


@given(ANY_TEXT)
def test_safe_text_is_safe_already(text: str) -> None:
    assert safe(safe(text)) == safe(text)
    kept = safe(text, newlines=True)
    assert safe(kept, newlines=True) == kept


def test_every_character_alone_and_among_others_is_treated_alike() -> None:
    """The quick look at plain text lets nothing through that the close look would not."""
    differing = [
        char for char in EVERY_CHARACTER if f"{safe(char)}" != safe(f"\x1b{char}").removeprefix("␛")
    ]
    assert differing == []


def test_every_character_without_a_cell_counts_as_a_mark() -> None:
    piling = [
        char
        for char in EVERY_CHARACTER
        if width.cells(char) == 0
        and safe(char) == char
        and len(safe(f"a{char * 9}")) > MARKS_MAX + 1
    ]
    assert piling == []


def test_no_format_character_but_visible_ones_gets_through() -> None:
    through = [char for char in EVERY_CHARACTER if safe(char) == char and category(char) == "Cf"]
    # Number signs and the like of Arabic, Syriac and Kaithi; joiners of hieroglyphs.
    assert all(
        re.match("[\u0600-\u08ff\U000110bd\U000110cd\U00013430-\U0001343f]", char)
        for char in through
    )


def test_safe_text_cannot_be_made_by_hand() -> None:
    with pytest.raises(TypeError):
        SafeText("x")  # type: ignore[arg-type]  # fails where mypy no longer refuses it
    with pytest.raises(TypeError):
        copy.copy(safe("x"))


def test_a_plain_string_is_no_safe_text_for_the_type_checker() -> None:
    # mypy runs with warn_unused_ignores: each line is an error once it is accepted.
    part: SafeText = safe("a") + "b"  # type: ignore[assignment]
    cut: SafeText = safe("ab")[:1]  # type: ignore[assignment]
    filled: SafeText = f"{safe('a')}"  # type: ignore[assignment]
    assert not any(isinstance(text, SafeText) for text in (part, cut, filled))
    clip("a", 1)  # type: ignore[arg-type]


def test_clip_cuts_to_cells_and_says_so() -> None:
    assert clip(safe("地下车库渗水"), 12) == "地下车库渗水"
    assert clip(safe("地下车库渗水"), 11) == "地下车库渗…"
    assert clip(safe("地下车库渗水"), 10) == "地下车库…"
    assert clip(safe("garage"), 3) == "ga…"
    assert clip(safe("garage"), 1) == "…"
    assert clip(safe("garage"), 0) == clip(safe("garage"), -3) == ""
    assert clip(safe("a\nb", newlines=True), 9) == "a b"


def test_clip_uses_signs_of_certain_width_where_the_terminal_draws_them_wide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(width, "ambiguous_wide", True)
    assert clip(safe("地下车库渗水"), 11) == "地下车库.."
    assert clip(safe("·●"), 4) == "·●"
    assert clip(safe("garage"), 1) == "."


@given(ANY_TEXT, st.integers(min_value=-2, max_value=30), st.booleans())
def test_fit_fills_the_cells_exactly(text: str, cells: int, wide: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(width, "ambiguous_wide", wide)
        line = safe(text)
        clipped, fitted = clip(line, cells), fit(line, cells)
        assert isinstance(clipped, SafeText)
        assert isinstance(fitted, SafeText)
        assert width.cells(clipped) <= max(cells, 0)
        assert width.cells(fitted) == max(cells, 0)
        assert safe(fitted) == fitted
        if width.cells(line) <= cells:
            assert clipped == line


def test_a_line_of_a_million_characters_costs_no_visible_time() -> None:
    for name in ("long_line", "marks", "long_word"):
        started = perf_counter()
        fit(safe(HOSTILE[name]), 40)
        assert perf_counter() - started < 0.1


def test_a_long_plain_text_that_ends_otherwise_is_told_in_no_time() -> None:
    # One way to read it, not 2**20_000: a pattern that gives back would never come to its end.
    assert safe("我住，" * 20_000 + "\x1b").endswith("␛")
