"""What was painted is kept, frame and all, and stands where it would stand painted anew."""

from collections.abc import Sequence
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from caseworker.cache.connection import Cache
from caseworker.cache.orders import put_orders
from caseworker.model.taxonomy import built_in
from screens.app import Desk
from screens.queue.order_list import OrderList
from screens.widgets.line_view import LineView
from tests.screens.shown import settled
from tests.screens.test_queue import SIZE, an_order


@pytest.fixture
def long_desk(desk: Desk, cache: Cache) -> Desk:
    """The street's desk with two hundred orders more."""
    several = [an_order(number, hours=number + 1) for number in range(200)]
    with cache.writing():
        put_orders(cache, several, built_in(), from_hub=True)
    return desk


async def test_a_step_at_the_foot_paints_the_two_lines_of_the_cursor(
    long_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with long_desk.run_test(size=SIZE) as pilot:
        await pilot.pause()
        orders = long_desk.screen.query_one(OrderList)
        orders.move_to(orders.lines_in_sight + 10)
        await settled(pilot)
        painted: list[int] = []
        render_line = orders.render_line

        def counted(y: int) -> Strip:
            painted.append(y)
            return render_line(y)

        monkeypatch.setattr(orders, "render_line", counted)
        await pilot.press("j")
        await settled(pilot)

        foot = orders.lines_in_sight + orders.HEADER_ROWS - 1
        assert painted == [foot - 1, foot]


PRESSED: list[tuple[str, ...]] = [
    ("ctrl+d", "j", "j", "k", "k"),
    ("G", "k", "k", "g", "j"),
    ("space", "j", "V", "ctrl+d", "ctrl+d", "k", "V", "escape", "k"),
    ("ctrl+d", "tab", "j", "tab", "j", "tab", "ctrl+d", "j"),
    ("ctrl+d", "ctrl+d", "L", "k", "L", "j"),
    ("M", "j", "right", "j", "left", "M", "ctrl+d", "M"),
    ("ctrl+d", "ctrl+d", "T", "j", "T", "k", "T", "j", "T", "k", "T"),
    ("2", "3", "1", "ctrl+d", "0", "1"),
    ("j", "enter", "ctrl+d", "j", "q", "j"),
]


@pytest.mark.parametrize("keys", PRESSED, ids=" ".join)
async def test_what_is_kept_is_what_would_be_painted_anew(
    long_desk: Desk, keys: tuple[str, ...]
) -> None:
    async with long_desk.run_test(size=SIZE) as pilot:
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
            assert _painted(pilot) == await _painted_anew(pilot)


async def test_another_size_is_painted_anew(long_desk: Desk) -> None:
    async with long_desk.run_test(size=SIZE) as pilot:
        for width, height in ((100, 30), (60, 12), (140, 30), (140, 40)):
            await pilot.resize_terminal(width, height)
            await pilot.press("ctrl+d")
            await settled(pilot)
            assert _painted(pilot) == await _painted_anew(pilot)


def _painted(pilot: Pilot[Any]) -> Sequence[Strip]:
    return pilot.app.screen._compositor.render_strips()


async def _painted_anew(pilot: Pilot[Any]) -> Sequence[Strip]:
    for view in pilot.app.screen.query(LineView):
        view.notify_style_update()
        view.refresh()
    await pilot.pause()
    return _painted(pilot)
