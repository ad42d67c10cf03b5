"""Every screen, in both languages and at two sizes: look at a picture before it is accepted."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from caseworker import locale
from screens.app import Desk
from tests.screens.shown import settled

Snap = Callable[..., bool]
Act = Callable[[Pilot[Any]], Awaitable[None]]

TO_GARAGE = ("j", "j", "j")
RANGE = (*TO_GARAGE, "V", "j", "j")
TO_JOB = ("j", "j", "j", "j", "j")

SCREENS = {
    "queue": TO_GARAGE,
    "marked": (*TO_GARAGE, "space", "space"),
    "range": ("j", "V", "j", "j"),
    "batch": (*RANGE, "o", "2", "enter", *"unit", "tab", "tab", *"why", "ctrl+s"),
    "batch_refused": (*RANGE, "o", "6", "enter", "tab", *"court", "tab", *"why", "ctrl+s"),
    "review_view": ("6",),
    "order": (*TO_GARAGE, "enter"),
    "history": (*TO_GARAGE, "t"),
    "deadline": (*TO_GARAGE, "d"),
    "context": (*TO_GARAGE, "c", "3", "enter", *"promised"),
    "side_by_side": (*TO_GARAGE, "r"),
    "not_the_same": (*TO_GARAGE, "r", "j", "n"),
    "repeat": (*TO_GARAGE, "r", "j", "e"),
    "matter": (*TO_GARAGE, "m"),
    "next_look": (*TO_GARAGE, "m", "a", *"12-01"),
    "unreasonable": (*TO_JOB, "u", "1", "enter", *"section 27", "tab", *"art. 27"),
    "file": (*TO_JOB, "u", "3", "enter", "ctrl+o"),
    "locked": ("j", "u", "1", "enter", *"section 27"),
    "objection": (*TO_GARAGE, "o", "2", "enter"),
    "review": (*TO_JOB, "v", "1"),
    "withdrawal": (*TO_GARAGE, "w"),
    "outbox": ("b",),
    "search": ("slash", *"hep"),
    "search_begins": ("slash",),
    "search_explained": ("slash", *"hep due", "colon", *"soon"),
    "nothing_found": ("slash", *"zzzz"),
    "help": ("question_mark",),
    "palette": ("colon",),
    "palette_finds": ("colon", "left_parenthesis", "r"),
    "palette_finds_nothing": ("colon", *"zzzz"),
    "no_drafts": ("D",),
    "empty_view": ("4",),
    "choosing_a_code": (*TO_GARAGE, "c"),
    "revealed": (*TO_GARAGE, "enter", "x"),
    "standing_alone": ("j", "m"),
    "linking": (*TO_GARAGE, "r", "j", "space", "j", "space", "r"),
    "batch_done": (*RANGE, "o", "2", "enter", *"unit", "tab", "tab", *"why", "ctrl+s", "a"),
    "leaving": ("q",),
    "shelving": (*("j",) * 9, "h", *"2d"),
    "shelved_view": (*("j",) * 9, "h", *"2d", "enter", "k", "plus", "0"),
}


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("screen", list(SCREENS))
def test_a_screen_looks_as_it_did(
    screen: str, language: str, size: tuple[int, int], desk: Desk, snap_compare: Snap
) -> None:
    locale.set_language(language)

    assert snap_compare(desk, terminal_size=size, run_before=_press(*SCREENS[screen]))
    assert not desk.return_code


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_an_empty_desk_says_what_to_do_next(
    language: str, size: tuple[int, int], empty_desk: Desk, snap_compare: Snap
) -> None:
    locale.set_language(language)

    assert snap_compare(empty_desk, terminal_size=size, run_before=_press())


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("state", ["syncing", "offline"])
def test_loading_and_failed_are_other_pictures_than_empty(
    state: Any, language: str, size: tuple[int, int], empty_desk: Desk, snap_compare: Snap
) -> None:
    locale.set_language(language)

    async def go(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        line = empty_desk.seat.line
        line.enrolled, line.state, line.offline_since = True, state, empty_desk.seat.now()
        line.pulled = 1200
        empty_desk.pages[0].relabel()
        await settled(pilot)

    assert snap_compare(empty_desk, terminal_size=size, run_before=go)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("state", ["outbox", "person"])
def test_what_a_desk_seldom_shows_looks_as_it_did(
    state: str, language: str, size: tuple[int, int], empty_desk: Desk, snap_compare: Snap
) -> None:
    locale.set_language(language)
    people = {"李敏，和平街道": Path("li"), "陈静，幸福里社区": Path("chen")}
    rare = Desk(empty_desk.seat, people=people)
    keys = {"outbox": "b", "person": "P"}

    assert snap_compare(rare, terminal_size=size, run_before=_press(keys[state]))


@pytest.mark.parametrize("theme", ["desk-light", "desk-contrast", "desk-terminal", "desk-plain"])
def test_every_look_is_legible(theme: str, desk: Desk, snap_compare: Snap) -> None:
    locale.set_language("zh_CN")
    desk.theme = theme

    assert snap_compare(desk, terminal_size=(140, 40), run_before=_press(*TO_GARAGE))
    assert not desk.return_code


@pytest.mark.parametrize("size", [(40, 10), (100, 30)], ids=["40x10", "100x30"])
def test_other_sizes_degrade_and_do_not_break(
    size: tuple[int, int], desk: Desk, snap_compare: Snap
) -> None:
    locale.set_language("zh_CN")

    assert snap_compare(desk, terminal_size=size, run_before=_press(*TO_GARAGE))


def test_signs_of_ambiguous_width_have_plain_stand_ins(desk: Desk, snap_compare: Snap) -> None:
    locale.set_language("zh_CN")
    wide = Desk(desk.seat, narrow_signs=True)

    assert snap_compare(wide, terminal_size=(80, 24), run_before=_press(*TO_GARAGE))


def test_without_colours_every_state_is_still_told(desk: Desk, snap_compare: Snap) -> None:
    locale.set_language("zh_CN")
    plain = Desk(desk.seat, colours=False)

    assert snap_compare(plain, terminal_size=(140, 40), run_before=_press(*TO_GARAGE, "space"))


def _press(*keys: str) -> Act:
    async def go(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
        await settled(pilot)

    return go
