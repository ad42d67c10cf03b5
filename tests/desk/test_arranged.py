"""Orders are gathered by matter or place, in a bounded part of the view, and none is lost."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from msgspec import structs

from caseworker.cache.connection import Cache
from caseworker.cache.orders import take_out
from caseworker.desk import arranged
from caseworker.desk.arranged import Arranged
from caseworker.desk.queue import Window
from caseworker.desk.views import VIEWS, Gathering, Sorting, View
from caseworker.model.order import WorkOrder
from tests.builders import NOW, a_draft, an_order, put, say

ADDRESSES = {
    "1": "幸福里3号楼",
    "2": "建设路18号",
    "3": "幸福里小区3号楼2单元",
    "4": "永福里3号楼",
    "5": "",
    "6": "建设路18号门前",
    "7": "幸福里小区3栋",
}


def due(number: str, hours: int, address: str = "") -> WorkOrder:
    return an_order(number, address=address, deadline=NOW + timedelta(hours=hours))


@pytest.fixture
def street(cache: Cache) -> Cache:
    put(cache, *(due(number, int(number), address) for number, address in ADDRESSES.items()))
    put(cache, an_order("9", state="closed", address="幸福里3号楼"))
    return cache


def link(cache: Cache, later: str, *earlier: str) -> str:
    return say(cache, a_draft(later, "repeat", code="R01", earlier=earlier)).annotation.id


def list_of(
    cache: Cache, by: Gathering, order: Sorting = "due", view: View = VIEWS["today"]
) -> Arranged:
    return Arranged(cache, Window(cache, view, NOW), by, order)


def lines(found: Arranged) -> list[str]:
    """Each line's orders, the one that it shows first; a bar on the line that divides."""
    entries = map(found.entry, range(found.length))
    return ["|" if one is None else "+".join(row.order_no for row in one.rows) for one in entries]


def test_orders_of_one_place_are_one_line_with_what_breaks_first_on_top(street: Cache) -> None:
    found = list_of(street, "place")
    assert lines(found) == ["1+3+7", "2+6", "4", "5"]
    assert found.row(0) == Window(street, VIEWS["today"], NOW).row(0)
    entry = found.entry(0)
    assert entry is not None
    assert entry.group is not None
    assert entry.group.place == "幸福里3号楼"


def test_orders_that_links_join_are_one_line_also_through_orders_out_of_sight(
    street: Cache,
) -> None:
    link(street, "3", "9")
    link(street, "5", "9")
    link(street, "6", "5")
    assert lines(list_of(street, "matter")) == ["1", "2", "3+5+6", "4", "7"]


def test_a_link_that_was_taken_back_gathers_nothing(street: Cache) -> None:
    withdrawn = link(street, "5", "4")
    say(street, a_draft("5", "withdrawal", target=withdrawn))
    assert lines(list_of(street, "matter")) == list("1234567")


def test_unfolded_each_order_has_its_line_below_the_first(street: Cache) -> None:
    found = list_of(street, "place")
    entry = found.entry(0)
    assert entry is not None
    assert entry.group is not None
    found.set_open(entry.group, is_open=True)
    assert lines(found) == ["1", "3", "7", "2+6", "4", "5"]
    assert [found.position_of(number) for number in ("1", "3", "7", "6")] == [0, 1, 2, 3]

    found.set_open(entry.group, is_open=False)
    assert lines(found) == ["1+3+7", "2+6", "4", "5"]
    assert found.position_of("7") == 0
    assert found.position_of("9") is None


def test_what_joins_an_unfolded_group_is_in_sight_and_the_group_stays_unfolded(
    street: Cache,
) -> None:
    found = list_of(street, "place")
    entry = found.entry(0)
    assert entry is not None
    assert entry.group is not None
    found.set_open(entry.group, is_open=True)
    put(street, due("8", 0, "幸福里3号楼"))
    with street.writing():
        take_out(street, "1", NOW)
    found.let_in(NOW)
    assert lines(found) == ["8", "3", "7", "2+6", "4", "5"]


@pytest.mark.parametrize("by", ["matter", "place"])
def test_every_order_of_a_long_view_has_its_line(street: Cache, by: Gathering) -> None:
    put(street, *(due(f"N{n:03}", 100 + n, f"和平路{n}号") for n in range(40)))
    put(street, due("Z", 500, "幸福里3号楼"))
    link(street, "6", "1")
    view = Window(street, VIEWS["today"], NOW)
    with patch.object(arranged, "ARRANGED_MAX", 20):
        found = list_of(street, by)
        shown = lines(found)
        assert shown.count("|") == 1
        assert found.divides(shown.index("|"))
        assert found.follow == view.length - 20
        told = [number for line in shown if line != "|" for number in line.split("+")]
        assert sorted(told) == sorted(
            row.order_no for row in map(view.row, range(view.length)) if row
        )
        for position, line in enumerate(shown):
            for number in [] if line == "|" else line.split("+"):
                assert found.position_of(number) == position
        assert shown[-1] == "Z"
        assert found.row(found.length) is None


def test_a_short_view_has_no_dividing_line(street: Cache) -> None:
    with patch.object(arranged, "ARRANGED_MAX", len(ADDRESSES)):
        found = list_of(street, "matter")
    assert found.follow == 0
    assert found.length == len(ADDRESSES)


@pytest.mark.parametrize(
    ("order", "expected"),
    [("due", "1 2 3"), ("arrived", "2 3 1"), ("number", "1 2 3")],
)
def test_a_view_stands_in_the_order_that_was_asked_for(
    cache: Cache, order: Sorting, expected: str
) -> None:
    ages = {"3": 2, "1": 5, "2": 1}
    put(
        cache,
        *(
            structs.replace(due(number, int(number)), received_at=NOW - timedelta(days=days))
            for number, days in ages.items()
        ),
    )
    assert lines(list_of(cache, "", order)) == expected.split()


def test_a_group_stands_where_the_first_of_its_orders_stands(street: Cache) -> None:
    assert lines(list_of(street, "place", "number")) == ["1+3+7", "2+6", "4", "5"]
    put(
        street,
        structs.replace(due("8", 300, "永福里3号楼"), received_at=NOW),
    )
    assert lines(list_of(street, "place", "arrived"))[0] == "4+8"
