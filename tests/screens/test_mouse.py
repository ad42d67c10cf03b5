"""What the mouse selects is what is copied; a drag where nothing can be taken selects nothing."""

from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from caseworker.text.width import cells
from screens.app import Desk
from tests.screens.shown import settled, shown
from tests.screens.test_macros import TO_ACCOUNTS
from tests.screens.test_pictures import TO_GARAGE, TO_JOB

SIZE = (140, 40)


def place_of(desk: Desk, words: str) -> tuple[int, int]:
    """Where words stand on the screen."""
    return next(
        (cells(line.split(words)[0]), row)
        for row, line in enumerate(shown(desk).splitlines())
        if words in line
    )


async def drag(pilot: Pilot[Any], begin: tuple[int, int], end: tuple[int, int]) -> None:
    await pilot.mouse_down(offset=begin)
    await pilot.hover(offset=((begin[0] + end[0]) // 2, end[1]))
    await pilot.hover(offset=end)
    await pilot.mouse_up(offset=end)
    await pilot.pause()


@pytest.mark.parametrize(
    ("keys", "first", "last", "copied"),
    [
        ((*TO_GARAGE, "enter"), "我住幸福里", "又渗水了", "我住幸福里3号楼，地下车库又渗水了"),
        ((*TO_GARAGE, "m"), "Promised", "…050002  陈芳", "Promised\n11-23  …050002  陈芳"),
        (
            TO_GARAGE,
            "我住幸福里",
            "打了好几次电",
            "我住幸福里3号楼，地下车库又渗水\n了，打了好几次电",
        ),
        (("question_mark",), "Write down", "knows", "Write down what the street knows"),
    ],
    ids=["order", "matter", "preview", "help"],
)
async def test_words_that_the_mouse_went_over_are_copied_by_ctrl_c(
    keys: tuple[str, ...], first: str, last: str, copied: str, desk: Desk
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press(*keys)
        await settled(pilot)
        begin = place_of(desk, first)
        rows = shown(desk).splitlines()
        end = next(
            (cells(line[: line.rindex(last) + len(last) - 1]), row)
            for row, line in enumerate(rows)
            if row >= begin[1] and last in line
        )
        await drag(pilot, begin, end)
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert desk.clipboard == copied
        assert desk.is_running


@pytest.mark.parametrize("keys", [(), ("b",), ("c", "tab", *"words", "escape", "D")])
async def test_a_drag_over_rows_selects_nothing(keys: tuple[str, ...], desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press(*keys)
        await settled(pilot)
        await drag(pilot, (40, 4), (60, 7))
        assert desk.screen.get_selected_text() is None


@pytest.mark.parametrize(
    "keys",
    [
        ("slash",),
        (*TO_ACCOUNTS, "h"),
        ("S",),
        (*TO_JOB, "u", "3", "enter", "ctrl+o"),
        (*TO_GARAGE, "m", "a"),
        ("j", "o", "2", "enter", "tab"),
    ],
    ids=["search", "shelve", "save_view", "file", "next_look", "objection"],
)
@pytest.mark.parametrize("characters", [1_000_000, 3_500])
async def test_a_flood_in_one_line_is_answered_and_the_line_goes_on(
    keys: tuple[str, ...], characters: int, desk: Desk, tmp_path: Any
) -> None:
    desk.seat.home = tmp_path / "home"
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press(*keys)
        await settled(pilot)
        field: Any = desk.screen.focused
        before = field.value
        desk.post_message(events.Paste("幸" * characters))
        await settled(pilot)
        if characters == 1_000_000:
            assert field.value == before
            told = " ".join(shown(desk).split())
            assert "characters are too many" in told or "too much to search for" in told
        await pilot.press("end", "7")
        await settled(pilot)
        assert field.value.endswith("7")
        assert shown(desk).count("幸" * 20) < 12
