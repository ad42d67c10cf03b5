"""Looks are chosen by key or palette and kept; without colours signs and words tell the state."""

from pathlib import Path

import pytest
from textual.color import Color

from caseworker.cache import last_sync
from caseworker.cache.connection import Cache
from caseworker.desk.configuration import Configuration, kept_look
from screens.app import Desk
from screens.palette import commands
from screens.seat import Seat
from tests.screens.shown import settled, shown
from tests.screens.street import NOW, fill

SIZE = (140, 40)


@pytest.fixture
def seat(cache: Cache, tmp_path: Path) -> Seat:
    fill(cache)
    last_sync.mark(cache, NOW)
    return Seat(cache, home=tmp_path, clock=lambda: NOW)


async def test_a_look_is_chosen_by_key_and_kept(seat: Seat, tmp_path: Path) -> None:
    async with Desk(seat).run_test(size=SIZE) as pilot:
        await pilot.press("T")
        await pilot.pause()
        assert pilot.app.theme == "desk-light"
    assert kept_look(tmp_path) == "light"
    async with Desk(seat).run_test(size=SIZE) as pilot:
        assert pilot.app.theme == "desk-light"


async def test_a_look_is_chosen_by_the_palette(seat: Seat) -> None:
    desk = Desk(seat)
    async with desk.run_test(size=SIZE) as pilot:
        act = next(act for name, act, _help in commands(desk) if name == "colours: high contrast")
        act()
        await pilot.pause()
        assert desk.theme == "desk-contrast"


async def test_the_file_names_the_look_at_every_start(seat: Seat) -> None:
    desk = Desk(seat, configuration=Configuration(look="terminal"))
    async with desk.run_test(size=SIZE) as pilot:
        assert desk.theme == "desk-terminal"
        await pilot.press("T")
        await pilot.pause()
        assert "until the desk is opened again" in shown(desk)


async def test_without_colours_nothing_has_one_and_the_cursor_is_seen(seat: Seat) -> None:
    desk = Desk(seat, colours=False)
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "space")
        await pilot.pause()
        strips = desk.screen._compositor.render_strips()
        seen = [
            segment
            for strip in strips
            for segment in strip.apply_filter(desk.get_line_filters()[-1], Color(0, 0, 0))
        ]
        colours = {
            colour.name
            for segment in seen
            if segment.style
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour is not None
        }
        assert colours <= {"default"}
        assert any(segment.style and segment.style.reverse for segment in seen)
        assert ">1 Today" in shown(desk)
        assert "┏━" in shown(desk)

        await pilot.press("T")
        await pilot.pause()
        assert "no colours" in shown(desk)


async def test_reduced_motion_moves_nothing_by_itself(seat: Seat) -> None:
    assert Desk(seat, configuration=Configuration(reduced_motion=True)).animation_level == "none"


async def test_the_smallest_screen_says_how_to_leave(seat: Seat) -> None:
    desk = Desk(seat)
    async with desk.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "q quit" in shown(desk)

        await pilot.press("L")
        await settled(pilot)
        assert "q 退出" in shown(desk)
        await pilot.press("L")
