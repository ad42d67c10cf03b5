"""Composing a context: templates, when it was seen, where it belongs, and what was known before."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from caseworker.cache.annotations import annotations_of, put_annotation
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.drafts import drafts
from caseworker.model.annotation import About, Annotation
from screens.app import Desk
from screens.compose.page import ComposePage
from screens.drafts.page import DraftsPage
from screens.page import Page
from screens.seat import Seat
from tests.conftest import KEY
from tests.screens.shown import settled, shown
from tests.screens.street import EARLIER, GARAGE, NOW

SIZE = (140, 40)
TO_GARAGE = ("j", "j", "j")
AGO = "019aaaaa-3333-7000-8000-000000000001"


def known_before(cache: Cache, author: str = "陈芳", number: int = 1) -> Annotation:
    """A context of the closed order, about the building that the garage is in."""
    said = Annotation(
        id=f"019aaaaa-3333-7000-8000-{number:012}",
        order_no=EARLIER,
        kind="context",
        code="C05",
        text=f"地下室防水已报维修资金，排队第{number}。",
        about=About("place", "幸福里3号楼"),
        author=author,
        written_at=NOW - timedelta(days=20 - number),
    )
    with cache.writing():
        put_annotation(cache, said)
    return said


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
    await pilot.pause()


def last(cache: Cache, order_no: str) -> Annotation:
    return annotations_of(cache, order_no)[-1]


async def test_tab_goes_from_fill_in_to_fill_in_and_then_on(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "ctrl+t", "1", *"Wang", "tab", *"mend", "tab", *"noon")
        assert "Wang has promised to mend by noon." in shown(desk)

        await press(pilot, "tab", *"2h ago", "ctrl+s")
        written = last(cache, GARAGE)
        assert (written.code, written.text) == ("C03", "Wang has promised to mend by noon.")
        assert written.observed_at == NOW - timedelta(hours=2)


async def test_a_fill_in_that_is_open_stands_at_its_field_before_one_saves(
    desk: Desk, cache: Cache
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "ctrl+t", "1", *"Wang")
        await settled(pilot)
        assert "Still open: {what} {date}." in shown(desk)

        await press(pilot, "ctrl+s")
        assert isinstance(desk.screen, ComposePage)
        assert [kept.draft.openings for kept in drafts(cache, GARAGE)] == [
            ("{who}", "{what}", "{date}")
        ]


async def test_a_template_takes_nothing_that_was_typed(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "4", "enter", *"before", "ctrl+t", "1")

        assert "before" in shown(desk)
        assert "{who} has promised" in shown(desk)


async def test_a_template_with_an_error_is_told_and_the_others_can_be_chosen(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.toml").write_text('[templates.x]\nlabel = "X"\ntext = "{a"\n')
    desk = Desk(Seat(desk.seat.cache, home=tmp_path, clock=lambda: NOW))
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "ctrl+t")

        assert "The template x in own.toml is left out" in shown(desk)
        await press(pilot, "1")
        assert "{who} has promised" in shown(desk)


async def test_a_moment_is_shown_as_it_is_understood(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "4", "enter", "x", "tab", *"yesterday 15:00")
        await settled(pilot)
        assert "understood as 11-23 15:00 Mon" in shown(desk)

        await press(pilot, *"x")
        await settled(pilot)
        assert "no time that the desk understands" in shown(desk)


async def test_what_is_still_to_come_is_not_saved_without_a_word(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        said = len(annotations_of(cache, GARAGE))
        await press(pilot, *TO_GARAGE, "c", "4", "enter", "x", "tab", *"23:00", "ctrl+s")

        assert "is still to come" in shown(desk)
        assert len(annotations_of(cache, GARAGE)) == said


async def test_the_order_s_places_are_offered_and_can_be_changed(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "4", "enter", "x", "tab", "tab", "2", "tab")
        await settled(pilot)
        assert "Shown again at this building." in shown(desk)

        await press(pilot, *"B1", "ctrl+s")
        assert last(cache, GARAGE).about == About("place", "幸福里小区3号楼B1")


async def test_a_matter_is_named_by_the_order_at_hand(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "4", "enter", "x", "tab", "tab", "5", "ctrl+s")

        assert last(cache, GARAGE).about == About("matter", GARAGE)


async def test_words_for_the_citizen_are_not_the_internal_ones(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "4", "enter", *"secret", "tab", "tab", "tab", *"dear")
        page = shown(desk)
        assert "internal" in page
        assert "to citizen" in page

        await press(pilot, "ctrl+s", "enter")
        assert (last(cache, GARAGE).text, last(cache, GARAGE).tell_citizen) == ("secret", "dear")
        assert "internal: secret" in shown(desk)
        assert "to the citizen: dear" in shown(desk)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_the_order_s_words_stand_beside_the_form(desk: Desk, size: tuple[int, int]) -> None:
    async with desk.run_test(size=size) as pilot:
        await press(pilot, *TO_GARAGE, "c")

        assert "我住幸福里3号楼" in shown(desk)


async def test_a_worker_who_types_without_a_pause_is_saved_all_the_same(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.compose.page.SAVE_WITHIN", 0.01)
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "4", "enter")
        for letter in "abcdefgh":
            await pilot.press(letter)
            # Shorter than any pause that a debounce would wait for.
            await pilot.pause(0.02)

        with open_cache(tmp_path / "cache.db", KEY) as other:
            (kept,) = drafts(other, GARAGE)
            assert kept.draft.text.startswith("abcdef")


async def test_several_drafts_of_one_kind_are_offered_and_gone_on_with(
    desk: Desk, cache: Cache
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "4", "enter", *"first one", "ctrl+n")
        await press(pilot, "3", "enter", *"second one", "escape")
        assert {kept.draft.text for kept in drafts(cache, GARAGE)} == {"first one", "second one"}

        await press(pilot, "c")
        assert isinstance(desk.screen, DraftsPage)
        assert "first one" in shown(desk)
        assert "second one" in shown(desk)

        at_hand = desk.screen._list.current()
        assert at_hand is not None
        await press(pilot, "enter", "tab", *" more", "ctrl+s")
        assert isinstance(desk.screen, DraftsPage)
        assert last(cache, GARAGE).text == f"{at_hand.draft.text} more"
        assert len(drafts(cache, GARAGE)) == 1


async def test_the_list_of_drafts_says_what_each_misses(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "tab", *"no code", "escape", "D")

        assert isinstance(desk.screen, DraftsPage)
        assert "no code" in shown(desk)
        assert "Choose a reason code." in shown(desk)


async def test_a_draft_that_is_thrown_away_can_be_brought_back(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "4", "enter", *"dear words", "escape", "D", "w")
        assert drafts(cache) == []
        assert "z  brings it back" in shown(desk)

        await press(pilot, "z")
        assert [kept.draft.text for kept in drafts(cache)] == ["dear words"]


async def test_what_was_known_before_is_shown_and_attached_by_one_key(
    desk: Desk, cache: Cache
) -> None:
    said = known_before(cache)
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE)
        page = shown(desk)
        assert "Here before" in page
        assert "11-05" in page

        await press(pilot, "enter")
        assert "排队第1" in shown(desk)
        await press(pilot, "a", "ctrl+s")
        quoted = last(cache, GARAGE)
        assert said.text in quoted.text
        assert quoted.observed_at == said.written_at
        assert "attached" in shown(desk)


async def test_one_of_several_is_chosen_before_it_is_attached(desk: Desk, cache: Cache) -> None:
    known_before(cache, number=1)
    known_before(cache, number=2)
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "a")
        assert "Attach which?" in shown(desk)

        await press(pilot, "2", "ctrl+s")
        assert "排队第1" in last(cache, GARAGE).text


async def test_another_s_that_holds_no_longer_is_ended_with_a_reason(
    desk: Desk, cache: Cache
) -> None:
    said = known_before(cache)
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "E")
        assert "holds no longer: 陈芳" in shown(desk)

        await press(pilot, "tab", *"mended on Monday", "ctrl+s")
        ending = last(cache, GARAGE)
        assert (ending.kind, ending.supersedes) == ("context", said.id)
        assert "Here before" not in shown(desk)


async def test_one_s_own_that_holds_no_longer_is_withdrawn(desk: Desk, cache: Cache) -> None:
    said = known_before(cache, author="李敏")
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "E", *"mended", "ctrl+s")

        ending = last(cache, EARLIER)
        assert (ending.kind, ending.target) == ("withdrawal", said.id)


async def test_where_nothing_is_known_the_key_says_so(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "a")

        assert "Nothing is known from before" in shown(desk)


async def test_a_form_in_another_language_keeps_its_words(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, *TO_GARAGE, "c", "4", "enter", *"words")
        page = desk.screen
        assert isinstance(page, Page)
        page.relabel()
        await pilot.pause()

        assert "words" in shown(desk)
