"""Nothing typed is lost, what the rules refuse is said at its field, what is saved is queued."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from caseworker.cache import outbox, signs
from caseworker.cache.annotations import annotations_of
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.drafts import drafts
from caseworker.desk import annotate
from caseworker.model.annotation import Annotation
from caseworker.model.trouble import Trouble
from screens.app import Desk
from screens.compose.fields import Choice, OneLine
from screens.compose.page import ComposePage
from screens.widgets.bars import FootLine
from tests.conftest import KEY
from tests.screens.shown import settled, shown
from tests.screens.street import EARLIER, GARAGE, GAS, JOB, MANHOLE, PARKING

SIZE = (140, 40)
TO_GARAGE = ("j", "j", "j")
TO_JOB = ("j", "j", "j", "j", "j")


async def test_a_key_waits_however_long_the_one_before_it_takes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pick, further = Choice.action_pick, asyncio.Event()

    async def slow(choice: Choice, digit: int) -> None:
        await further.wait()
        pick(choice, digit)

    monkeypatch.setattr(Choice, "action_pick", slow)
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "o")
        for key, character in (("2", "2"), ("tab", "\t"), ("物", "物"), ("业", "业")):
            desk.post_message(events.Key(key, character))
        # Longer than any wait by the clock that there once was.
        asyncio.get_running_loop().call_later(1.2, further.set)
        await further.wait()
        while not isinstance(desk.focused, OneLine) or desk.focused.value != "物业":
            await pilot.pause()


async def test_a_context_is_saved_and_waits_to_be_sent(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "c", "4", "enter", *"mediated", "ctrl+s")

        written = _last(cache, GARAGE)
        assert (written.kind, written.code, written.text) == ("context", "C04", "mediated")
        assert outbox.items_of(cache, GARAGE)[written.id].state == "waiting"
        assert "waiting to be sent" in shown(desk)
        assert "4 waiting" in shown(desk)
        assert drafts(cache, GARAGE) == []


async def test_words_are_on_the_disk_a_moment_after_they_are_typed(
    desk: Desk, tmp_path: Path
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "c", "4", "enter", *"half a w")
        await settled(pilot)

        # What another process finds in the file is what a killed desk leaves.
        with open_cache(tmp_path / "cache.db", KEY) as other:
            assert [kept.draft.text for kept in drafts(other, GARAGE)] == ["half a w"]


async def test_a_form_that_is_left_comes_back_with_its_words(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "c", "4", "enter", *"half", "escape")
        assert "draft" in shown(desk)

        await _press(pilot, "c")
        assert isinstance(desk.screen, ComposePage)
        assert "half" in shown(desk)


async def test_an_untouched_form_leaves_no_draft(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "c", "4", "escape")

        assert drafts(cache) == []


async def test_a_repeat_takes_the_last_digits_of_the_earlier_order(
    desk: Desk, cache: Cache
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "r", "e", "1", "enter", "ctrl+u", *"010001")
        await settled(pilot)
        assert "地下室漏水" in shown(desk)

        await _press(pilot, "enter", *"same cellar", "ctrl+s")
        assert _last(cache, GARAGE).earlier == (EARLIER,)


async def test_grounds_that_only_judge_are_refused_at_their_field(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "u", "1", "enter", *"a troublemaker", "tab", *"27", "tab")
        await _press(pilot, *"told", "ctrl+s")

        assert isinstance(desk.screen, ComposePage)
        assert "give no grounds" in shown(desk)
        assert "Not saved yet" in shown(desk)
        assert [kept.draft.text for kept in drafts(cache, JOB)] == ["a troublemaker"]


async def test_what_evidence_is_missing_stands_there_before_one_saves(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "u", "1")
        await settled(pilot)

        assert "missing: the clause of the law or policy, quoted" in shown(desk)
        assert "good to have: the earlier reply" in shown(desk)


async def test_an_urgent_order_takes_no_unreasonable_mark(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, "j", "u", "1", "enter", *"section 27", "tab", *"x", "tab", *"y")
        await _press(pilot, "ctrl+s")

        assert "This order is urgent" in shown(desk)
        assert {one.kind for one in annotations_of(cache, GAS)} == {"context"}


async def test_a_proposal_is_reviewed_with_what_it_says_in_sight(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "v")
        assert "劳动争议调解仲裁法第二十七条" in shown(desk)

        await _press(pilot, "2", "tab", *"no hearing was held", "ctrl+s")
        review = _last(cache, JOB)
        assert (review.kind, review.endorse) == ("review", False)


async def test_one_s_own_words_are_withdrawn(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "w", *"wrong order", "ctrl+s")

        assert _last(cache, GARAGE).kind == "withdrawal"


async def test_where_there_is_nothing_to_review_the_desk_says_so(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, "v")

        assert "No colleague's proposal waits on this order." in shown(desk)


async def test_undo_makes_a_draft_of_the_last_unsent_words(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "z")

        assert [kept.draft.text for kept in drafts(cache, GARAGE)] == ["上次修过，又漏了。"]
        assert all(one.kind != "repeat" for one in annotations_of(cache, GARAGE))


async def test_marked_orders_get_the_same_note(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, "j", "j", "space", "j", "space", "c", "2", "enter", *"crowd", "ctrl+s")
        await _press(pilot, "a")

        assert _last(cache, MANHOLE).text == "crowd"
        assert _last(cache, PARKING).text == "crowd"


async def test_an_unreasonable_mark_is_never_written_for_several(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "space", "space", "u")

        assert "proposed one by one" in shown(desk)
        assert not isinstance(desk.screen, ComposePage)


async def test_a_refused_one_is_changed_and_supersedes_itself(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, "b", "e", "ctrl+s")

        written = _last(cache, PARKING)
        assert outbox.items_of(cache, PARKING)[written.supersedes].state == "kept"


async def test_a_refused_one_is_kept_as_a_note(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, "b", "equals_sign")

        assert signs.count_by_state(cache)["kept"] == 1


async def test_a_flood_of_characters_is_answered_with_words(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "c", "4", "enter", *"kept")
        desk.screen.focused.post_message(events.Paste("字" * 1_000_000))  # type: ignore[union-attr]
        await pilot.pause()

        assert "1000000 characters are too many" in shown(desk)
        assert "kept" in shown(desk)


async def test_a_full_disk_is_told_and_the_form_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise Trouble("The disk is full.")

    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "c", "4", "enter", *"words")
        monkeypatch.setattr(annotate, "write", full)
        await _press(pilot, "ctrl+s")

        assert isinstance(desk.screen, ComposePage)
        assert "The disk is full." in shown(desk)
        assert "words" in shown(desk)
        monkeypatch.undo()


async def test_the_terminal_s_cursor_stands_where_one_types(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "c", "4", "enter")
        before = desk.cursor_position
        await _press(pilot, "物", "业")

        assert desk.cursor_position.x == before.x + 4
        assert desk.cursor_position.y == before.y


async def test_the_foot_says_when_the_draft_was_kept(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "c", "4", "enter", "x")
        await settled(pilot)

        assert "draft kept 09:43" in shown(desk)
        assert desk.screen.query_one(FootLine) is not None


async def _press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
    await pilot.pause()


def _last(cache: Cache, order_no: str) -> Annotation:
    return annotations_of(cache, order_no)[-1]


async def test_the_only_proposal_need_not_be_chosen(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "v", "1", "enter", *"seen", "ctrl+s")
        written = _last(cache, JOB)
        assert (written.kind, written.endorse, written.text) == ("review", True, "seen")


async def test_words_that_come_while_one_chooses_are_words_and_no_commands(
    desk: Desk, cache: Cache
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "c", "4", *"quick bLaDes, 3 of 5", "ctrl+s")

        written = _last(cache, GARAGE)
        assert (written.code, written.text) == ("C04", "quick bLaDes, 3 of 5")


async def test_a_paste_at_a_choice_goes_where_words_go(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "c", "4")
        desk.post_message(events.Paste("约定十二月开工。"))
        await _press(pilot, "ctrl+s")
        assert _last(cache, GARAGE).text == "约定十二月开工。"

        await _press(pilot, "c", "4")
        desk.post_message(events.Paste("x" * 1_000_000))
        await _press(pilot)
        assert "1000000 characters are too many" in shown(desk)


async def test_words_at_a_choice_never_slip_into_the_citizens(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "c", "4", "enter", *"we ", "tab", "tab")
        assert isinstance(desk.focused, Choice)

        await _press(pilot, *"saw it", "ctrl+s")
        written = _last(cache, GARAGE)
        assert (written.text, written.tell_citizen) == ("we saw it", "")
