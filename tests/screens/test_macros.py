"""A recipe of acts has a key: it is checked when read, foreseen, done, and taken back as one."""

from pathlib import Path

import pytest

from caseworker.cache import signs
from caseworker.cache.annotations import annotations_of
from caseworker.cache.connection import Cache
from caseworker.desk.configuration import FILE, read_configuration
from caseworker.desk.shelf import is_short, lies_there
from screens.app import Desk
from screens.batch.page import BatchPage
from screens.help import HelpPage
from screens.palette import commands
from tests.screens.shown import settled, shown
from tests.screens.street import GARAGE

SIZE = (140, 40)
ACCOUNTS = "440300202611080035"
TO_ACCOUNTS = ("j",) * 9
WAITS = """
[[macro]]
name = "等资金"
key = "f9"
steps = ['context C05 "waits for funds"', "shelve 2d", "shortlist", "next"]
"""


def a_desk(desk: Desk, home: Path, written: str) -> Desk:
    (home / FILE).write_text(written, "utf-8")
    return Desk(desk.seat, configuration=read_configuration(home))


async def test_a_macro_is_foreseen_done_and_undone_as_one(
    desk: Desk, cache: Cache, tmp_path: Path
) -> None:
    desk = a_desk(desk, tmp_path, WAITS)
    now = desk.seat.now()
    before = signs.count_by_state(cache)["waiting"]
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "j", "space", *("j",) * 5, "space", "f9")
        await settled(pilot)
        assert isinstance(desk.screen, BatchPage)
        for words in ("waits for funds", "shelved until", "put on the shortlist"):
            assert words in shown(desk)
        assert "Its own deadline is 11-24 17:35" in shown(desk)
        assert "1 will get it" in shown(desk)
        assert not lies_there(cache, ACCOUNTS, now)

        await pilot.press("a")
        await settled(pilot)
        assert annotations_of(cache, ACCOUNTS)[-1].text == "waits for funds"
        assert lies_there(cache, ACCOUNTS, now)
        assert is_short(cache, ACCOUNTS)
        # The other one breaks before that day: it got no part of the recipe.
        assert annotations_of(cache, GARAGE)[-1].text != "waits for funds"
        assert not is_short(cache, GARAGE)

        await pilot.press("z")
        await settled(pilot)
        assert signs.count_by_state(cache)["waiting"] == before
        assert not lies_there(cache, ACCOUNTS, now)
        assert not is_short(cache, ACCOUNTS)


async def test_a_macro_works_on_the_order_under_the_cursor_and_goes_on(
    desk: Desk, cache: Cache, tmp_path: Path
) -> None:
    desk = a_desk(desk, tmp_path, WAITS.replace('"shelve 2d", ', ""))
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "j", "f9")
        await settled(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert is_short(cache, GARAGE)
        assert "5 / 15" in shown(desk)


async def test_a_macro_stands_in_the_help_and_in_the_palette(desk: Desk, tmp_path: Path) -> None:
    desk = a_desk(desk, tmp_path, WAITS)
    async with desk.run_test(size=SIZE) as pilot:
        assert "等资金  (F9)" in [name for name, _act, _words in commands(desk)]
        await pilot.press("question_mark")
        await settled(pilot)
        assert isinstance(desk.screen, HelpPage)
        assert "Your own macros" in shown(desk)
        await pilot.press("f9")
        await settled(pilot)
        assert "A macro works in the queue and on an order." in shown(desk)


@pytest.mark.parametrize(
    ("changed", "to", "told"),
    [
        ("context C05", "context C99", "there is no context code C99"),
        ("context C05", "unreasonable U01", "there is no step unreasonable U01"),
        ("shelve 2d", "shelve never", "Write a day as"),
        ('"waits for funds"', "", "words are missing"),
        ("funds\"'", "funds'", "cannot be read"),
        ('"f9"', '"c"', "c is wanted by the macro 等资金 and by order.context"),
        ('"f9"', '"1"', "1 is wanted by the macro 等资金 and by queue.view"),
        ('"f9"', '"hyper"', "hyper is no key"),
        ('"f9"', "9", "it needs a key in quotes"),
        ('name = "等资金"', "", "it needs a name in quotes"),
    ],
)
async def test_what_cannot_be_used_is_told_at_the_start_and_the_rest_works(
    changed: str, to: str, told: str, desk: Desk, cache: Cache, tmp_path: Path
) -> None:
    other = '[[macro]]\nname = "keep"\nkey = "f8"\nsteps = ["shortlist"]\n'
    desk = a_desk(desk, tmp_path, WAITS.replace(changed, to) + other)
    async with desk.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert told in shown(desk)
        await pilot.press("f8")
        await settled(pilot)
        assert isinstance(desk.screen, BatchPage)


async def test_two_macros_cannot_have_one_key(desk: Desk, tmp_path: Path) -> None:
    desk = a_desk(desk, tmp_path, WAITS + WAITS.replace("等资金", "again"))
    async with desk.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "f9 is wanted by the macro again and by 等资金" in shown(desk)
