"""Repeats fold into one line by matter or by place; nothing is lost in the fold, nor moved."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from caseworker.cache.annotations import annotations_of
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.orders import put_orders
from caseworker.desk import arranged
from caseworker.desk.search import index_all
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in
from caseworker.text.width import cells
from screens.app import Desk
from screens.queue.order_list import OrderList
from screens.queue.page import QueuePage
from screens.queue.views import ViewList
from tests.conftest import KEY
from tests.screens.shown import shown
from tests.screens.street import GARAGE, NOW, say

SIZE = (140, 40)
RUBBISH, LAMP, NOISE, LOCKERS, LOADING = (
    "440300202611230099",
    "440300202611080024",
    "440300202611080020",
    "440300202611080023",
    "440300202611080041",
)


@pytest.fixture
def linked(desk: Desk, cache: Cache) -> Desk:
    """The street's desk with a matter of two orders, the most urgent one of all in it, and one of
    three."""
    link_some(cache)
    return desk


def link_some(cache: Cache) -> None:
    for later, earlier in ((LAMP, RUBBISH), (NOISE, LOCKERS), (LOCKERS, LOADING)):
        say(cache, later, "repeat", code="R01", text="同一件事。", earlier=(earlier,))


def orders_of(desk: Desk) -> OrderList:
    return desk.pages[0].query_one(OrderList)


def numbers(desk: Desk) -> list[str]:
    """Each line's orders by their last digits."""
    orders = orders_of(desk)
    return ["+".join(row.order_no[-6:] for row in orders._rows_at(at)) for at in range(orders.rows)]


async def test_one_key_groups_by_matter_then_by_place_then_not_at_all(linked: Desk) -> None:
    async with linked.run_test(size=SIZE) as pilot:
        alone = numbers(linked)
        await pilot.press("M")
        await pilot.pause()
        assert numbers(linked)[0] == "230099+080024"
        assert "by matter" in shown(linked)
        assert "▸ ×3 楼上装修噪音" in shown(linked)
        assert "Today 15" in shown(linked)
        assert "2 lines stand for several orders" in shown(linked)

        await pilot.press("M")
        await pilot.pause()
        assert "by place" in shown(linked)
        assert "▸ ×2 建设路两侧乱停车" in shown(linked)

        await pilot.press("M")
        await pilot.pause()
        assert numbers(linked) == alone
        assert "×" not in shown(linked)


async def test_a_fold_hides_no_danger(linked: Desk) -> None:
    async with linked.run_test(size=SIZE) as pilot:
        await pilot.press("M")
        await pilot.pause()
        noise = next(line for line in shown(linked).splitlines() if "×3" in line)
        assert "safety" in noise
        assert "1 d" in noise


@pytest.mark.parametrize("start", [RUBBISH, LAMP, GARAGE, LOADING])
async def test_the_cursor_stays_on_its_order_through_every_grouping(
    linked: Desk, start: str
) -> None:
    async with linked.run_test(size=SIZE) as pilot:
        orders = orders_of(linked)
        orders.move_to(orders.window.position_of(start) or 0)
        for _grouping in range(3):
            await pilot.press("M")
            await pilot.pause()
            assert start in orders._stood_on()
        assert linked.pages[0].order_no() == start


async def test_unfolding_and_folding_keep_the_cursor_on_its_order(linked: Desk) -> None:
    async with linked.run_test(size=SIZE) as pilot:
        await pilot.press("M", "l")
        assert linked.pages[0].order_no() == RUBBISH
        assert numbers(linked)[:2] == ["230099", "080024"]
        assert "└ 路灯不亮" in shown(linked)

        await pilot.press("j", "left")
        assert numbers(linked)[0] == "230099+080024"
        assert orders_of(linked).cursor == 0
        await pilot.press("right")
        assert linked.pages[0].order_no() == LAMP

        await pilot.press("j", "right", "left")
        assert len(numbers(linked)) == 13


async def test_a_click_on_the_sign_unfolds_and_folds(linked: Desk) -> None:
    async with linked.run_test(size=SIZE) as pilot:
        await pilot.press("M")
        await pilot.pause()
        lines = shown(linked).splitlines()
        row = next(at for at, line in enumerate(lines) if "▸ ×3" in line)
        column = lines[row].split("▸")[0]
        await pilot.click(offset=(cells(column), row))
        await pilot.pause()
        assert "▾ ×3" in shown(linked)
        await pilot.click(offset=(cells(column), row))
        await pilot.pause()
        assert "▾" not in shown(linked)
        assert isinstance(linked.screen, QueuePage)


async def test_a_mark_on_a_folded_line_marks_all_of_its_orders(linked: Desk) -> None:
    async with linked.run_test(size=SIZE) as pilot:
        await pilot.press("M", "space")
        await pilot.pause()
        assert "2 marked" in shown(linked)
        await pilot.press("k", "l", "space")
        await pilot.pause()
        assert "1 marked" in shown(linked)
        await pilot.press("k", "left")
        await pilot.pause()
        assert "│- " in shown(linked).replace("┃", "│")
        await pilot.press("space")
        await pilot.pause()
        assert "2 marked" in shown(linked)
        await pilot.press("k", "space")
        await pilot.pause()
        assert "marked" not in shown(linked)


async def test_a_marked_group_goes_through_the_dry_run_and_is_undone_as_one(
    linked: Desk, cache: Cache
) -> None:
    async with linked.run_test(size=SIZE) as pilot:
        await pilot.press("M", "space", "c", "2", "enter", *"crowd", "ctrl+s")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "2 will get it" in shown(linked)
        await pilot.press("a")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert [annotations_of(cache, one)[-1].text for one in (RUBBISH, LAMP)] == ["crowd"] * 2
        assert numbers(linked)[0] == "230099+080024"

        await pilot.press("z")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "Undone: 2." in shown(linked)


async def test_a_range_marks_every_order_of_the_lines_that_it_covers(linked: Desk) -> None:
    async with linked.run_test(size=SIZE) as pilot:
        await pilot.press("M", "V", "j", "j")
        await pilot.pause()
        assert "4 marked" in shown(linked)
        await pilot.press("V")
        await pilot.pause()
        assert "4 marked" in shown(linked)
        await pilot.press("M", "M")
        await pilot.pause()
        assert "4 marked" in shown(linked)
        await pilot.press("escape", "M", "asterisk")
        await pilot.pause()
        assert "15 marked" in shown(linked)


async def test_groups_stand_still_while_orders_arrive(linked: Desk, tmp_path: Path) -> None:
    async with linked.run_test(size=SIZE) as pilot:
        await pilot.press("M", "l", "j")
        before = numbers(linked)
        late = WorkOrder(
            order_no="440300202611240001", title="新到", deadline=NOW + timedelta(hours=-9)
        )
        with open_cache(tmp_path / "cache.db", KEY) as other, other.writing():
            put_orders(other, [late], built_in(), from_hub=True)
        linked._look()
        await pilot.pause()
        assert numbers(linked) == before
        assert "1 new, press ." in shown(linked)

        await pilot.press("full_stop")
        await pilot.pause()
        assert numbers(linked) == ["240001", *before]
        assert linked.pages[0].order_no() == LAMP


async def test_a_long_view_says_where_its_groups_end(linked: Desk, cache: Cache) -> None:
    many = [
        WorkOrder(order_no=f"N{n:05}", title="很多", deadline=NOW + timedelta(days=20, hours=n))
        for n in range(60)
    ]
    with cache.writing():
        put_orders(cache, many, built_in(), from_hub=True)
    with patch.object(arranged, "ARRANGED_MAX", 16):
        async with linked.run_test(size=SIZE) as pilot:
            await pilot.press("full_stop", "M")
            await pilot.pause()
            assert "59 more follow one by one" in shown(linked)
            assert "Today 75" in shown(linked)
            await pilot.press("G")
            await pilot.pause()
            assert linked.pages[0].order_no() == "440300202611080051"
            await pilot.press("V", *["k"] * 60, "V")
            await pilot.pause()
            assert "60 marked" in shown(linked)


async def test_an_own_view_opens_as_its_file_says(desk: Desk, cache: Cache, tmp_path: Path) -> None:
    index_all(cache)
    desk.seat.home = tmp_path / "home"
    (desk.seat.home / "views").mkdir(parents=True)
    (desk.seat.home / "views" / "estate.toml").write_text(
        'name = "estate"\nquery = "place:幸福里 state:open"\norder = "number"\ngroup = "place"\n',
        encoding="utf-8",
    )
    async with desk.run_test(size=SIZE) as pilot:
        page = desk.screen
        assert isinstance(page, QueuePage)
        page.settle_in()
        await pilot.pause()
        desk.screen.query_one(ViewList).focus()
        await pilot.press("G", "enter")
        await pilot.pause()
        assert "by place" in shown(desk)
        assert numbers(desk) == ["050002", "060003", "080035+080041"]

        await pilot.press("1")
        await pilot.pause()
        assert "by place" not in shown(desk)
        assert len(numbers(desk)) == 15


async def test_a_grouped_view_is_kept_with_its_grouping(
    desk: Desk, cache: Cache, tmp_path: Path
) -> None:
    index_all(cache)
    desk.seat.home = tmp_path / "home"
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("M", "M", "S", *"places", "enter")
        await pilot.pause()
        written = (desk.seat.home / "views" / "places.toml").read_text(encoding="utf-8")
        assert written == 'name = "places"\nquery = "view:today"\ngroup = "place"\n'


@pytest.mark.parametrize("size", [(140, 40), (100, 30), (80, 24)])
async def test_the_key_that_groups_stands_on_the_page_once(
    linked: Desk, size: tuple[int, int]
) -> None:
    async with linked.run_test(size=size) as pilot:
        await pilot.press("M", "j")
        await pilot.pause()
        assert shown(linked).count("M group") == 1
