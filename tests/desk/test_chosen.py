"""The marked set is a description: a view of any size is marked at once and read in pieces."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from caseworker.cache.connection import Cache
from caseworker.cache.lists import ListedOrder
from caseworker.cache.orders import put_orders
from caseworker.desk.chosen import CHUNK, Chosen
from caseworker.desk.queue import Window
from caseworker.desk.views import VIEWS
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in
from caseworker.model.zone import HOTLINE_ZONE

NOW = datetime(2026, 11, 24, 9, 43, tzinfo=HOTLINE_ZONE)
MANY = 3 * CHUNK + 7


@pytest.fixture
def window(cache: Cache) -> Window:
    with cache.writing():
        put_orders(cache, some_orders(0, MANY), built_in(), from_hub=True)
    return Window(cache, VIEWS["today"], NOW)


def some_orders(first: int, last: int) -> Iterator[WorkOrder]:
    for number in range(first, last):
        yield WorkOrder(
            order_no=f"N{number:06}", deadline=NOW + timedelta(minutes=number), revision=1
        )


def rows(window: Window, *positions: int) -> list[ListedOrder]:
    return [row for at in positions if (row := window.row(at)) is not None]


def all_of(window: Window, cache: Cache) -> Chosen:
    chosen = Chosen(cache)
    chosen.add_span(window.listing, *rows(window, 0, window.length - 1))
    return chosen


def test_orders_marked_one_by_one_come_in_the_order_of_marking(
    window: Window, cache: Cache
) -> None:
    chosen = Chosen(cache)
    chosen.add(rows(window, 5, 2, 5))
    assert list(chosen.numbers()) == ["N000005", "N000002"]
    assert len(chosen) == 2

    chosen.toggle(*rows(window, 5))
    assert list(chosen.numbers()) == ["N000002"]


def test_a_whole_view_is_marked_but_for_the_few_that_are_unmarked(
    window: Window, cache: Cache
) -> None:
    chosen = all_of(window, cache)
    assert len(chosen) == MANY
    chosen.toggle(*rows(window, 300))
    chosen.toggle(*rows(window, 0))
    chosen.toggle(*rows(window, 0))

    numbers = list(chosen.numbers())
    assert len(chosen) == len(numbers) == len(set(numbers)) == MANY - 1
    assert "N000300" not in numbers
    assert not chosen.holds(*rows(window, 300))
    assert chosen.holds(*rows(window, 301))


def test_ranges_may_overlap_each_other_and_single_marks(window: Window, cache: Cache) -> None:
    chosen = Chosen(cache)
    chosen.add(rows(window, 12, 90))
    chosen.add_span(window.listing, *rows(window, 20, 10))
    chosen.add_span(window.listing, *rows(window, 15, 25))

    assert len(chosen) == 17
    assert sorted(chosen.numbers()) == [f"N{at:06}" for at in (*range(10, 26), 90)]


def test_what_arrives_later_is_not_marked(window: Window, cache: Cache) -> None:
    chosen = all_of(window, cache)
    with cache.writing():
        put_orders(cache, some_orders(MANY, MANY + 3), built_in(), from_hub=True)
    chosen.recount()

    assert len(chosen) == MANY
    assert len(list(chosen.numbers())) == MANY


def test_unmarking_all_leaves_nothing(window: Window, cache: Cache) -> None:
    chosen = all_of(window, cache)
    chosen.clear()
    assert (len(chosen), list(chosen.numbers())) == (0, [])


def test_a_marked_view_is_counted_from_the_index_alone(window: Window, cache: Cache) -> None:
    chosen = all_of(window, cache)
    chosen.toggle(*rows(window, 3))
    listing = chosen._described()
    plan = cache.rows(
        f"EXPLAIN QUERY PLAN SELECT count(*) FROM orders WHERE standing = 0 AND ({listing.where})",
        listing.parameters,
    )
    assert any("USING COVERING INDEX orders_queue" in row[3] for row in plan)
