"""Floods of orders go in by the thousand, and each is counted for what became of it."""

from caseworker.cache import lists, orders
from caseworker.cache.connection import Cache
from caseworker.cache.orders import PUT_AT_ONCE, Counts, put_orders
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in
from tests.builders import NOW, an_order


def put(cache: Cache, several: list[WorkOrder], *, from_hub: bool = True) -> tuple[int, int, int]:
    """(added, updated, unchanged)."""
    with cache.writing():
        counts: Counts = put_orders(cache, several, built_in(), from_hub=from_hub)
    return counts.added, counts.updated, counts.unchanged


def many(count: int, title: str = "井盖破损") -> list[WorkOrder]:
    return [an_order(f"4403{number:014}", title=title) for number in range(count)]


def test_a_flood_is_added_once_updated_once_and_then_unchanged(cache: Cache) -> None:
    count = PUT_AT_ONCE * 2 + 7
    assert put(cache, many(count)) == (count, 0, 0)
    assert put(cache, many(count)) == (0, 0, count)
    assert put(cache, many(count, "井盖丢失")) == (0, count, 0)
    assert orders.count_open(cache) == count
    assert lists.newest_id(cache) == count
    assert cache.value("SELECT count(*) FROM unindexed") == count


def test_nothing_is_written_where_nothing_changed(cache: Cache) -> None:
    put(cache, many(9))
    before = cache.raw.total_changes
    put(cache, many(9))
    assert cache.raw.total_changes == before


def test_a_number_that_comes_twice_keeps_the_later_one(cache: Cache) -> None:
    first, second = an_order("1", title="先到"), an_order("1", title="后到")
    assert put(cache, [first, second, second]) == (1, 1, 1)
    assert orders.read_order(cache, "1") == second


def test_new_and_known_ones_may_be_mixed(cache: Cache) -> None:
    put(cache, many(3))
    assert put(cache, many(5, "井盖丢失")[1:]) == (2, 2, 0)
    assert orders.read_order(cache, f"4403{0:014}") == many(1)[0]


def test_an_import_takes_nothing_from_the_hubs_orders_and_the_hub_takes_over_an_import(
    cache: Cache,
) -> None:
    put(cache, many(2))
    assert put(cache, many(3, "来自表格"), from_hub=False) == (1, 0, 2)
    assert put(cache, many(3)) == (0, 1, 2)
    assert put(cache, many(3, "来自表格"), from_hub=False) == (0, 0, 3)


def test_an_order_that_comes_back_has_not_departed(cache: Cache) -> None:
    put(cache, many(2))
    with cache.writing():
        assert orders.take_out(cache, f"4403{0:014}", NOW)
        assert not orders.take_out(cache, f"4403{0:014}", NOW)
    assert put(cache, many(2)) == (1, 0, 1)
    assert cache.value("SELECT count(*) FROM departed") == 0
