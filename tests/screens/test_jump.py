"""Jump mode: everything in sight has a name of its own, and typing it goes there."""

from screens.app import Desk
from screens.jump import JumpOverlay, names
from tests.screens.shown import shown
from tests.screens.street import GARAGE

SIZE = (140, 40)


def test_no_name_begins_another() -> None:
    for count in (1, 26, 27, 400):
        found = names(count)
        assert len(set(found)) == count
        assert len({len(name) for name in found}) == 1


async def test_a_row_is_reached_by_its_letters(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("f")
        await pilot.pause()
        overlay = desk.screen
        assert isinstance(overlay, JumpOverlay)
        views = desk.pages[0].query_one("#views").rows  # type: ignore[attr-defined]
        name = list(overlay._found)[views + 3]
        await pilot.press(*name)
        await pilot.pause()
        assert desk.pages[0].order_no() == GARAGE
        assert desk.screen is desk.pages[0]


async def test_a_letter_that_is_no_name_leaves(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("f", "5")
        await pilot.pause()
        assert desk.screen is desk.pages[0]
        await pilot.press("f", "escape")
        await pilot.pause()
        assert desk.screen is desk.pages[0]
        assert "Today" in shown(desk)
