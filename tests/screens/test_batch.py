"""Acts on many: nothing happens before the dry run was seen, and one key takes it all back."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs
from textual.pilot import Pilot

from caseworker.cache import outbox, signs
from caseworker.cache.annotations import annotations_of
from caseworker.cache.connection import Cache
from caseworker.cache.orders import put_orders, take_out
from caseworker.desk.annotate import new_draft
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in
from screens.app import Desk
from screens.batch.page import BatchPage
from screens.queue.page import QueuePage
from tests.screens.shown import shown
from tests.screens.street import EARLIER, GARAGE, MANHOLE, NOW, PARKING

SIZE = (140, 40)
NOTE = ("c", "2", "enter", *"crowd", "ctrl+s")


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def waiting(cache: Cache) -> int:
    return signs.count_by_state(cache)["waiting"]


async def test_nothing_is_written_before_the_dry_run_was_seen(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        before = waiting(cache)
        await press(pilot, "j", "j", "V", "j", "j", *NOTE)
        assert type(desk.screen).__name__ == "BatchPage"
        assert "3 will get it" in shown(desk)
        assert waiting(cache) == before

        await press(pilot, "escape")
        assert type(desk.screen).__name__ == "ComposePage"
        assert "crowd" in shown(desk)
        assert waiting(cache) == before


async def test_one_key_takes_the_whole_batch_back(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        before = waiting(cache)
        await press(pilot, "j", "j", "V", "j", "j", *NOTE, "a")
        assert "Done: 3," in shown(desk)
        assert "marked" not in shown(desk)
        assert waiting(cache) == before + 3

        await press(pilot, "G", "z")
        assert "Undone: 3." in shown(desk)
        assert waiting(cache) == before


async def test_what_was_sent_is_marked_and_withdrawn_together(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, "j", "j", "V", "j", "j", *NOTE, "a")
        ids = [item.annotation.id for item in outbox.items(cache) if item.state == "waiting"]
        outbox.freeze(cache, ids, author="李敏", device="", at=NOW)
        await press(pilot, "z")
        assert "Sent already: 3" in shown(desk)
        assert "3 marked" in shown(desk)

        await press(pilot, "w", *"wrong", "ctrl+s")
        assert "3 will get it" in shown(desk)
        await press(pilot, "a")
        assert [annotations_of(cache, one)[-1].kind for one in (MANHOLE, GARAGE, PARKING)] == [
            "withdrawal"
        ] * 3


async def test_an_order_that_left_is_named_with_its_reason(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, "j", "j", "space", "space", "c", "2", "enter", *"crowd")
        with cache.writing():
            take_out(cache, MANHOLE, NOW)
        await press(pilot, "ctrl+s")
        assert "1 will get it" in shown(desk)
        assert "1 refused" in shown(desk)
        assert "has left your unit" in shown(desk)

        await press(pilot, "a")
        assert "Done: 1," in shown(desk)
        assert "refused: 1." in shown(desk)


async def test_a_set_is_linked_to_one_earlier_order(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, "j", "j", "V", "j", "j")
        page = desk.screen
        assert isinstance(page, QueuePage)
        act = structs.replace(
            new_draft(MANHOLE, "repeat"), code="R01", text="same", earlier=(EARLIER,)
        )
        chosen = page.chosen()
        assert chosen is not None
        await desk.push_screen(BatchPage(desk.seat, [act], chosen, page.say))
        await press(pilot, "a")
        for number in (MANHOLE, GARAGE, PARKING):
            assert annotations_of(cache, number)[-1].earlier == (EARLIER,)


async def test_what_can_hurt_is_refused_for_a_set_and_says_so(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        before = waiting(cache)
        await press(pilot, "j", "j", "space", "space", "o", "6", "enter", *"court", "tab")
        await press(pilot, *"court", "tab", *"why it is not ours")
        await press(pilot, "ctrl+s")
        assert "never done to several" in " ".join(shown(desk).split())
        await press(pilot, "a")
        assert "every order refuses it" in shown(desk)
        assert waiting(cache) == before


def fill_up(cache: Cache) -> None:
    orders = (
        WorkOrder(
            order_no=f"N{at:06}", title="很多", deadline=NOW + timedelta(hours=at), revision=1
        )
        for at in range(1_500)
    )
    with cache.writing():
        put_orders(cache, orders, built_in(), from_hub=True)


async def test_keys_are_answered_between_the_pieces(
    desk: Desk, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_up(cache)
    further = asyncio.Event()

    async def gate(_seconds: float) -> None:
        await further.wait()

    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, "full_stop", "asterisk", "c", "2", "enter", *"crowd")
        monkeypatch.setattr("screens.batch.page.breathe", gate)
        for key in ("ctrl+s", "a"):
            await pilot.press(key)
        await pilot.pause()
        assert "still being gone through" in shown(desk)
        assert "20 looked at" in shown(desk)

        further.set()
        await press(pilot)
        assert "1515 will get it" in shown(desk)


async def test_an_act_that_is_stopped_can_be_undone_as_far_as_it_came(
    desk: Desk, cache: Cache
) -> None:
    fill_up(cache)
    async with desk.run_test(size=SIZE) as pilot:
        before = waiting(cache)
        await press(pilot, "asterisk", *NOTE)
        page = desk.screen
        assert isinstance(page, BatchPage)
        page.action_apply()
        page.action_close()
        await press(pilot)
        assert isinstance(desk.screen, QueuePage)
        assert "Stopped" in shown(desk)
        await press(pilot, "z")
        assert waiting(cache) == before


async def test_undoing_takes_the_later_of_words_and_batch_and_says_which(
    desk: Desk, cache: Cache
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        before = waiting(cache)
        await press(pilot, "j", "c", "2", "enter", *"alone", "ctrl+s")
        await press(pilot, "j", "V", "j", "j", *NOTE, "a")
        # The cursor stands where words wait that are older than the batch.
        await press(pilot, "g", "j", "z")
        assert "That came after your words on this order" in shown(desk)
        assert waiting(cache) == before + 1
        await press(pilot, "z")
        assert waiting(cache) == before

        await press(pilot, "j", "V", "j", "j", *NOTE, "a")
        await press(pilot, "g", "j", "c", "2", "enter", *"later", "ctrl+s")
        await press(pilot, "z")
        assert "They came after the act on several orders" in shown(desk)
        assert waiting(cache) == before + 3
        await press(pilot, "z")
        assert waiting(cache) == before
