"""Shelving and the shortlist by keys: what is typed is told back, and nothing is sent."""

import re
from datetime import timedelta

import pytest

from caseworker.cache.connection import Cache
from caseworker.cache.orders import put_orders
from caseworker.desk.shelf import is_short, lies_there
from caseworker.model.taxonomy import built_in
from screens.app import Desk
from screens.batch.page import BatchPage
from screens.queue.page import QueuePage
from tests.screens.shown import settled, shown
from tests.screens.street import GARAGE, JOB, NOW, orders

SIZE = (140, 40)
ACCOUNTS = "440300202611080035"
TO_ACCOUNTS = ("j",) * 9


async def test_an_order_is_shelved_until_a_day_and_taken_back(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press(*TO_ACCOUNTS, "h", *"2d")
        await pilot.pause()
        assert "until Thu 2026-11-26" in shown(desk)
        await pilot.press("enter")
        await pilot.pause()
        assert "1 shelved until 11-26" in shown(desk)
        assert "Today 14" in shown(desk)
        assert lies_there(cache, ACCOUNTS, NOW)
        assert not cache.value("SELECT count(*) FROM outbox WHERE state = 'sending'")

        await pilot.press("0", "h")
        await pilot.pause()
        assert "Taken from the shelf" in shown(desk)
        assert not lies_there(cache, ACCOUNTS, NOW)


async def test_one_key_brings_back_what_was_shelved_alone(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press(*TO_ACCOUNTS, "h", *"2d", "enter")
        await pilot.pause()
        await pilot.press("g", "z")
        await settled(pilot)
        assert "lies again where it lay" in shown(desk)
        assert not lies_there(cache, ACCOUNTS, NOW)
        assert "Today 15" in shown(desk)


async def test_each_act_on_one_order_is_taken_back_the_last_one_first(
    desk: Desk, cache: Cache
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press(*TO_ACCOUNTS, "plus", "h", *"2d", "enter", "0", "h")
        await settled(pilot)
        assert is_short(cache, ACCOUNTS)
        assert not lies_there(cache, ACCOUNTS, NOW)
        for short, lies in ((True, True), (True, False), (False, False)):
            await pilot.press("z")
            await settled(pilot)
            assert (is_short(cache, ACCOUNTS), lies_there(cache, ACCOUNTS, NOW)) == (short, lies)
        await pilot.press("1", "z")
        await settled(pilot)
        assert "Nothing here can be undone" in shown(desk)


async def test_an_act_that_is_refused_leaves_nothing_to_undo(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "h", *"3d", "enter")
        await settled(pilot)
        await pilot.press("escape", "g", "z")
        await settled(pilot)
        assert "Nothing here can be undone" in shown(desk)


async def test_what_breaks_before_the_day_stays_and_says_why(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "j", "h", *"3d", "enter")
        await pilot.pause()
        assert "Its own deadline is 11-24 17:35" in shown(desk)
        assert not lies_there(cache, GARAGE, NOW)


async def test_a_day_that_is_too_late_is_mended_where_it_was_typed(
    desk: Desk, cache: Cache
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press(*("j",) * 9, "h", *"9d", "enter")
        await pilot.pause()
        assert "before that day" in shown(desk)

        await pilot.press("backspace", "backspace", *"2d", "enter")
        await settled(pilot)
        assert lies_there(cache, ACCOUNTS, NOW)


@pytest.mark.parametrize("typed", ["soon", "2020-01-01"])
async def test_what_is_no_day_is_answered_where_it_was_typed(desk: Desk, typed: str) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        keys = {"-": "minus"}
        await pilot.press("h", *(keys.get(sign, sign) for sign in typed), "enter")
        await pilot.pause()
        assert "Write a day as" in shown(desk) or "not after today" in shown(desk)
        await pilot.press("escape")
        await pilot.pause()
        assert "Write a day as" not in shown(desk)
        assert "Today 15" in shown(desk)


async def test_the_shortlist_is_a_key_away(desk: Desk, cache: Cache) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "j", "plus")
        await pilot.pause()
        assert is_short(cache, GARAGE)
        assert re.search(r"\+ +7:52", shown(desk))
        await pilot.press("plus")
        assert not is_short(cache, GARAGE)


async def test_bold_is_what_changed_until_it_was_looked_at(desk: Desk, cache: Cache) -> None:
    def fresh() -> int:
        return int(cache.value("SELECT count(*) FROM news"))

    async with desk.run_test(size=SIZE) as pilot:
        page = desk.screen
        assert isinstance(page, QueuePage)
        page.settle_in()
        assert fresh() == 0, "the first orders of all are no news"
        job = next(order for order in orders() if order.order_no == JOB)
        from msgspec.structs import replace

        changed = replace(job, revision=2, deadline=NOW + timedelta(hours=26))
        with cache.writing():
            put_orders(cache, [changed], built_in(), from_hub=True)
        assert fresh() == 1
        desk.pages[0].reload()
        await pilot.press("j", "j", "j", "j", "j", "enter")
        await pilot.pause()
        assert fresh() == 0


async def test_a_marked_set_is_shelved_and_listed_after_a_dry_run_and_brought_back_by_one_key(
    desk: Desk, cache: Cache
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        for keys in (("h", *"2d", "enter"), ("plus",)):
            await pilot.press("g", *TO_ACCOUNTS, "space", "g", "j", "j", "j", "space", *keys)
            await settled(pilot)
            assert isinstance(desk.screen, BatchPage)
            if keys[0] == "h":
                assert "1 will get it" in shown(desk)
                assert "Its own deadline is 11-24 17:35" in shown(desk)
            assert not lies_there(cache, ACCOUNTS, NOW)
            await pilot.press("a")
            await settled(pilot)
            assert "z undoes it" in shown(desk)
            assert lies_there(cache, ACCOUNTS, NOW) == (keys[0] == "h")
            assert is_short(cache, ACCOUNTS) == (keys[0] == "plus")
            assert not lies_there(cache, GARAGE, NOW)
            await pilot.press("z")
            await settled(pilot)
            assert "lies again where it lay" in shown(desk)
            assert not lies_there(cache, ACCOUNTS, NOW)
            assert not is_short(cache, ACCOUNTS)
