"""Grouping, macros, shelving a set and jumping, in both languages and at two sizes."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from caseworker import locale
from caseworker.cache.connection import Cache
from caseworker.desk.configuration import FILE, read_configuration
from screens.app import Desk
from tests.screens.shown import settled
from tests.screens.test_evidence import a_photograph, rests_on
from tests.screens.test_grouping import link_some
from tests.screens.test_macros import TO_ACCOUNTS, WAITS
from tests.screens.test_pictures import RANGE, Snap

SET = ("j", "j", "j", "space", *("j",) * 5, "space")

STATES = {
    "by_matter": ("M", "l", "j"),
    "by_place": ("M", "M", *("j",) * 4, "space", "k", "l"),
    "macro": (*SET, "f9"),
    "macro_on_one": (*TO_ACCOUNTS, "f9"),
    "shelving_several": (*SET, "h", *"2d", "enter"),
    "jump": ("f",),
    "naming_a_view": ("2", "S", *"mine"),
    "help_with_macros": ("question_mark",),
}


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("state", list(STATES))
def test_a_state_of_triage_looks_as_it_did(
    state: str,
    language: str,
    size: tuple[int, int],
    desk: Desk,
    cache: Cache,
    tmp_path: Path,
    snap_compare: Snap,
) -> None:
    locale.set_language(language)
    link_some(cache)
    desk.seat.home = tmp_path
    desk = with_macro(desk, tmp_path)

    assert snap_compare(desk, terminal_size=size, run_before=_press(*STATES[state]))
    assert not desk.return_code


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    "keys",
    [
        (*RANGE, "o", "2", "enter", *"unit", "tab", "tab", *"why", "ctrl+s"),
        ("M", "l", "j"),
        ("j", "j", "j", "m"),
        ("c", "tab", *"first", "escape", "D"),
        ("j", "j", "j", "r", "j", "space", "j", "space", "r"),
    ],
    ids=["batch", "by_matter", "matter", "drafts", "linking"],
)
def test_plain_signs_stand_in_where_signs_are_wide(
    keys: tuple[str, ...], language: str, desk: Desk, cache: Cache, snap_compare: Snap
) -> None:
    locale.set_language(language)
    link_some(cache)
    wide = Desk(desk.seat, narrow_signs=True)

    assert snap_compare(wide, terminal_size=(80, 24), run_before=_press(*keys))
    assert not wide.return_code


@pytest.mark.parametrize("colours", [True, False], ids=["colours", "no_colours"])
def test_a_photograph_can_be_made_out_where_signs_are_wide(
    colours: bool, desk: Desk, cache: Cache, snap_compare: Snap
) -> None:
    locale.set_language("zh_CN")
    rests_on(cache, "wall.png", "image/png", a_photograph())
    wide = Desk(desk.seat, narrow_signs=True, colours=colours)

    keys = ("j", "j", "j", "j", "j", "F")
    assert snap_compare(wide, terminal_size=(80, 24), run_before=_press(*keys))
    assert not wide.return_code


def with_macro(desk: Desk, home: Path) -> Desk:
    (home / FILE).write_text(WAITS, "utf-8")
    made = Desk(desk.seat, configuration=read_configuration(home))
    made.seat.line.state = "online"
    return made


def _press(*keys: str) -> Any:
    async def go(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
        await settled(pilot)

    return go
