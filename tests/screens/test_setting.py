"""A text is set in the field in which one types it as on every other page of the desk."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.document._document import Document
from textual.pilot import Pilot

from caseworker.text.safe import safe
from caseworker.text.width import cells
from screens.compose.fields import Area
from screens.compose.setting import SetText
from screens.lines import breaks, wrap

WORDS = "您好！您于2026年11月22日反映的“要求安排工作”（工单尾号070004）收悉。"


def set_in(text: str, width: int) -> list[str]:
    """The rows of a text in a field of so many cells."""
    document = SetText(Document(text))
    document.wrap(width)
    return [row for lines in document.lines for row in lines]


@pytest.mark.parametrize("width", range(12, 60))
def test_no_number_is_cut_and_no_sign_stands_alone(width: int) -> None:
    rows = set_in(WORDS, width)
    assert "".join(rows) == WORDS
    for before, after in pairwise(rows):
        assert not (before[-1].isdigit() and after[0].isdigit())
        assert before[-1] not in "（“"
        assert after[0] not in "），。！”"


def test_a_chinese_paragraph_goes_on_behind_a_code() -> None:
    assert set_in("提出派单异议：J02 部门事权。按履职事项清单办理。", 30) == [
        "提出派单异议：J02 部门事权。按",
        "履职事项清单办理。",
    ]


@given(st.text("ab1 ，（）汉字。", max_size=40), st.integers(2, 20))
def test_no_row_is_wider_than_its_field_and_none_is_lost(text: str, width: int) -> None:
    rows = set_in(text, width)
    assert "".join(rows) == text
    assert all(cells(row) <= width for row in rows)


@given(st.text("ab1，（）汉字。", max_size=40), st.integers(2, 20))
def test_a_field_breaks_its_lines_where_every_page_does(text: str, width: int) -> None:
    assert set_in(text, width) == list(wrap(text, width))


def test_a_mark_that_joins_the_character_before_stays_with_it() -> None:
    assert list(breaks("汉e\u0301汉e\u0301", 4)) == [3]
    assert list(breaks("汉汉\u0301汉", 4)) == [3]


class _Field(App[None]):
    def compose(self) -> ComposeResult:
        yield Area("words", safe(""), safe(""))


async def test_the_caret_stands_where_the_next_character_goes() -> None:
    field = _Field()
    async with field.run_test(size=(24, 10)) as pilot:
        area = field.query_one(Area)
        for typed in ("提出派单异议（工单尾号", "070004", "）"):
            area.insert(typed)
            await pilot.pause()
            rows = [row for lines in area.wrapped_document.lines for row in lines]
            caret = area.wrapped_document.location_to_offset(area.cursor_location)
            assert caret == (cells(rows[-1]), len(rows) - 1)
        await _walks_back(pilot, area)


async def _walks_back(pilot: Pilot[Any], area: Area) -> None:
    await pilot.press("up", "end", "x")
    assert area.text.replace("x", "") == "提出派单异议（工单尾号070004）"
    await pilot.press("ctrl+z")
    assert area.text == "提出派单异议（工单尾号070004）"
