"""Own views: kept by a key and a name, and shown; a broken file is told and harms no other."""

from pathlib import Path

import pytest

from caseworker.cache.connection import Cache
from caseworker.desk.configuration import Configuration
from caseworker.desk.search import index_all
from screens.app import Desk
from screens.queue.page import QueuePage
from screens.queue.views import ViewList
from tests.screens.shown import settled, shown

SIZE = (140, 40)


@pytest.fixture
def home(desk: Desk, cache: Cache, tmp_path: Path) -> Path:
    index_all(cache)
    desk.seat.home = tmp_path / "home"
    return desk.seat.home


async def test_a_search_is_kept_as_a_view_by_a_key_and_a_name(desk: Desk, home: Path) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"heping", "ctrl+s", *"bars", "enter")
        await pilot.pause()
        assert (home / "views" / "bars.toml").read_text() == 'name = "bars"\nquery = "heping"\n'
        await pilot.press("escape")
        await pilot.pause()
        assert "bars" in shown(desk)

        views = desk.screen.query_one(ViewList)
        views.focus()
        await pilot.press("G", "enter")
        await pilot.pause()
        assert "bars 1" in shown(desk)
        assert "Noise from the bar" in shown(desk)


async def test_the_view_that_is_shown_is_kept_under_a_name(desk: Desk, home: Path) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("2", "S", *"late", "enter")
        await pilot.pause()
        assert 'query = "view:overdue"' in (home / "views" / "late.toml").read_text()
        assert "late" in shown(desk)


async def test_a_broken_file_is_told_with_its_line_and_the_desk_works(
    desk: Desk, home: Path
) -> None:
    (home / "views").mkdir(parents=True)
    (home / "views" / "mine.toml").write_text('name = "mine"\nqery = "x"\n')
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.pause()
        page = desk.screen
        assert isinstance(page, QueuePage)
        page.settle_in()
        await pilot.pause()
        assert "mine.toml, line 2" in shown(desk)
        await pilot.press("2")
        await pilot.pause()
        assert "Overdue 1" in shown(desk)


async def test_a_broken_file_waits_until_what_was_said_before_is_read(
    desk: Desk, home: Path
) -> None:
    (home / "views").mkdir(parents=True)
    (home / "views" / "mine.toml").write_text('name = "mine"\nqery = "x"\n')
    desk = Desk(desk.seat, configuration=Configuration(complaints=("A key clashes.",)))
    async with desk.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "A key clashes." in shown(desk)

        await pilot.press("j", "plus")
        await settled(pilot)
        assert "On your shortlist" in shown(desk)

        await pilot.press("j", "full_stop")
        await settled(pilot)
        assert "mine.toml, line 2" in shown(desk)


async def test_a_name_that_is_taken_is_answered(desk: Desk, home: Path) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("S", *"today", "enter")
        await pilot.pause()
        assert "already" in shown(desk)
        assert not (home / "views").exists()
