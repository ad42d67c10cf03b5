"""The list stands still under the eyes, is painted where it changed, and is never read whole."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from textual.strip import Strip

from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.orders import put_orders
from caseworker.desk import sheet
from caseworker.desk.sheet import sheet_of
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in
from caseworker.text.width import cells
from screens.app import Desk
from screens.lines import length
from screens.queue import page
from screens.queue.order_list import OrderList
from screens.queue.row import columns, queue_header
from tests.conftest import KEY
from tests.screens.shown import shown
from tests.screens.street import GARAGE, NOW

SIZE = (140, 40)


def an_order(number: int, hours: float = 1.0) -> WorkOrder:
    return WorkOrder(
        order_no=f"4403002026112{number:05}",
        title=f"新到的第{number}件",
        deadline=NOW + timedelta(hours=hours),
        revision=1,
    )


def put_from_elsewhere(path: Path, *orders: WorkOrder) -> None:
    with open_cache(path, KEY) as other, other.writing():
        put_orders(other, orders, built_in(), from_hub=True)


async def test_what_breaks_first_stands_first(desk: Desk) -> None:
    async with desk.run_test(size=SIZE):
        rows = [line for line in shown(desk).splitlines() if "┃" in line or "│" in line]
        assert "late 2:12" in rows[1]
        assert "0:38" in rows[2]


async def test_new_orders_wait_until_they_are_let_in(desk: Desk, tmp_path: Path) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "j")
        put_from_elsewhere(tmp_path / "cache.db", an_order(1), an_order(2), an_order(3))
        desk._look()
        await pilot.pause()
        assert "3 new, press ." in shown(desk)
        assert "新到的" not in shown(desk)

        await pilot.press("full_stop")
        await pilot.pause()
        assert "新到的第1件" in shown(desk)
        assert "3 new" not in shown(desk)


async def test_the_cursor_stays_on_its_order(desk: Desk, tmp_path: Path) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "j")
        put_from_elsewhere(tmp_path / "cache.db", an_order(1), an_order(2))
        desk._look()
        await pilot.press("full_stop")

        assert desk.pages[0].order_no() == GARAGE


async def test_moving_the_cursor_paints_two_lines(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.pause()
        painted: list[int] = []
        orders = desk.screen.query_one(OrderList)
        render_line = orders.render_line

        def counted(y: int) -> Strip:
            painted.append(y)
            return render_line(y)

        monkeypatch.setattr(orders, "render_line", counted)
        await pilot.press("j")
        await pilot.pause()

        assert painted == [1, 2]


async def test_rows_that_the_cursor_runs_over_are_not_previewed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.pause()
        previewed: list[str] = []

        def noted(cache: Cache, number: str, now: datetime) -> sheet.Sheet | None:
            previewed.append(number)
            return sheet_of(cache, number, now)

        monkeypatch.setattr(sheet, "sheet_of", noted)
        monkeypatch.setattr(page, "RESTS_AFTER", 60.0)
        await pilot.press("j", "j")
        assert "3 / 15" in shown(desk)
        monkeypatch.setattr(page, "RESTS_AFTER", 0.001)
        await pilot.press("j")
        while not previewed:
            await pilot.pause()

        assert previewed == [GARAGE]


async def test_a_long_list_is_read_in_blocks_and_reaches_its_end(
    empty_desk: Desk, cache: Cache
) -> None:
    with cache.writing():
        put_orders(
            cache, (an_order(n, hours=n + 1) for n in range(5_000)), built_in(), from_hub=True
        )
    async with empty_desk.run_test(size=SIZE) as pilot:
        orders = empty_desk.screen.query_one(OrderList)
        await pilot.press("G")
        await pilot.pause()
        assert "新到的第4999件" in shown(empty_desk)
        assert len(orders.window._blocks) <= 4

        await pilot.press("g")
        await pilot.pause()
        assert "新到的第0件" in shown(empty_desk)


async def test_a_view_is_shown_by_its_digit(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("2")
        await pilot.pause()
        assert "Overdue 1" in shown(desk)
        assert "1 / 1" in shown(desk)


async def test_an_empty_view_says_where_the_orders_are(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("0")
        await pilot.pause()
        assert "Nothing stands here." in shown(desk)


async def test_marks_are_taken_away_with_escape(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("space", "space")
        assert "2 marked" in shown(desk)
        await pilot.press("escape")
        await pilot.pause()
        assert "marked" not in shown(desk)


async def test_a_click_moves_and_a_second_one_opens(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.click("#orders", offset=(20, 5))
        assert desk.pages[0].order_no() == GARAGE
        await pilot.click("#orders", offset=(20, 5), times=2)
        await pilot.pause()
        assert "What happened" in shown(desk)


@pytest.mark.parametrize("width", range(12, 200))
def test_the_columns_fill_any_width_and_the_appeal_has_the_most(width: int) -> None:
    wide = columns(width)
    if width >= 24:
        assert length(queue_header(width)) <= width
    assert wide.title >= wide.place


async def test_a_range_is_marked_from_one_end_to_the_other(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "V", "j", "j", "j")
        await pilot.pause()
        assert shown(desk).count("│* ") + shown(desk).count("┃* ") == 4
        await pilot.press("V")
        await pilot.pause()
        assert "4 marked" in shown(desk)
        await pilot.press("k", "space")
        await pilot.pause()
        assert "3 marked" in shown(desk)


async def test_an_act_ends_the_range_and_takes_it(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "V", "j", "j", "c")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert "3 marked" in shown(desk)


async def test_a_star_marks_every_order_of_the_view(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("asterisk")
        await pilot.pause()
        assert "15 marked" in shown(desk)


async def test_a_click_on_a_hint_is_as_good_as_its_key(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        lines = shown(desk).splitlines()
        foot = next(at for at, line in enumerate(lines) if "? help" in line)
        await pilot.click(offset=(cells(lines[foot].split("? help")[0]), foot))
        await pilot.pause()
        assert type(desk.screen).__name__ == "HelpPage"

        await pilot.press("escape")
        await pilot.pause()
        lines = shown(desk).splitlines()
        frame = next(at for at, line in enumerate(lines) if "c context" in line)
        await pilot.click(offset=(cells(lines[frame].split("c context")[0]) + 3, frame))
        await pilot.pause()
        assert type(desk.screen).__name__ == "ComposePage"
