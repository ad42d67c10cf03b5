"""An order put aside is out of today's way, and comes back by itself, or sooner with the reason."""

from datetime import datetime, timedelta

import pytest

from caseworker.cache import shelf
from caseworker.cache.connection import Cache
from caseworker.cache.lists import by_number
from caseworker.desk.batch import Act, Shelving, Shortlisting, apply, to_undo, undo
from caseworker.desk.queue import Window
from caseworker.desk.shelf import (
    is_short,
    lies_there,
    looked_at,
    set_short,
    shelf_words,
    shelve,
    take_down,
)
from caseworker.desk.signs import marks_on
from caseworker.desk.views import VIEWS
from caseworker.desk.worker import Worker
from caseworker.model.trouble import Trouble
from tests.builders import NOW, an_order, put

DAY = timedelta(days=1)
UNTIL = NOW + 3 * DAY
LATER = NOW + 9 * DAY


def numbers(cache: Cache, view: str, at: datetime = NOW) -> list[str]:
    window = Window(cache, VIEWS[view], at)
    return [row.order_no for row in map(window.row, range(window.length)) if row is not None]


def back(cache: Cache, number: str, at: datetime = NOW) -> str:
    row = by_number(cache, number)
    assert row is not None
    return marks_on(cache, [row], at)[number].back


@pytest.fixture
def street(cache: Cache) -> Cache:
    put(cache, *(an_order(name, deadline=LATER) for name in ("1", "2", "3")))
    return cache


def test_a_shelved_order_leaves_today_and_returns_on_its_day(street: Cache) -> None:
    shelve(street, "2", UNTIL, NOW)
    assert numbers(street, "today") == ["1", "3"]
    assert numbers(street, "shelved") == ["2"]
    assert lies_there(street, "2", NOW)
    assert numbers(street, "today", UNTIL) == ["1", "2", "3"]
    assert numbers(street, "shelved", UNTIL) == []
    assert back(street, "2", UNTIL) == "date"
    assert "its day" in shelf_words(street, "2", UNTIL)


def test_it_is_taken_back_before_its_day(street: Cache) -> None:
    shelve(street, "2", UNTIL, NOW)
    assert take_down(street, "2")
    assert numbers(street, "today") == ["1", "2", "3"]
    assert back(street, "2") == ""
    assert not take_down(street, "2")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"content": "新情况：墙裂了"}, "changed"),
        ({"deadline": NOW + DAY}, "deadline"),
        ({"return_by": NOW + DAY}, "return_window"),
        ({"title": "燃气泄漏"}, "safety"),
        ({"urgent": True}, "safety"),
    ],
)
def test_what_changes_or_breaks_before_its_day_comes_back_at_once_and_says_why(
    street: Cache, change: dict[str, object], reason: str
) -> None:
    shelve(street, "2", UNTIL, NOW)
    put(street, an_order("2", revision=2, **({"deadline": LATER} | change)))
    assert "2" in numbers(street, "today")
    assert numbers(street, "shelved") == []
    assert back(street, "2") == reason
    assert shelf_words(street, "2", NOW).startswith("back from the shelf")


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"deadline": NOW + DAY}, "deadline"),
        ({"deadline": LATER, "return_by": NOW + DAY}, "objected to"),
        ({"deadline": LATER, "urgent": True}, "danger"),
        ({"state": "closed"}, "closed"),
    ],
)
def test_what_must_not_lie_so_long_stays_in_the_queue(
    cache: Cache, order: dict[str, object], words: str
) -> None:
    put(cache, an_order("1", **order))
    with pytest.raises(Trouble, match=words):
        shelve(cache, "1", UNTIL, NOW)
    assert numbers(cache, "shelved") == []


def test_several_are_shelved_and_those_that_stay_are_told(street: Cache) -> None:
    put(street, an_order("4", deadline=NOW + DAY))
    acts: list[Act] = [Shelving(UNTIL), Shortlisting(on=True)]
    (done,) = apply(street, acts, ["1", "4", "3"], Worker("li"), NOW)
    assert [one.order_no for one in done if one.refused] == ["4"]
    assert done[1].findings[0].reason == "shelf_deadline"
    assert [lies_there(street, number, NOW) for number in ("1", "4", "3")] == [True, False, True]
    assert not is_short(street, "4"), "an order gets all of it or nothing"


def test_orders_lie_again_where_they_lay_once_a_batch_is_undone(street: Cache) -> None:
    shelve(street, "1", LATER, NOW)
    set_short(street, "2", NOW, on=True)
    lay = shelf.shelved(street, "1")
    for _piece in apply(
        street, [Shelving(UNTIL), Shortlisting(on=True)], ["1", "2", "3"], Worker("li"), NOW
    ):
        pass
    number = to_undo(street, None)
    assert number is not None
    *_earlier, taken = undo(street, number, NOW)
    assert taken.put_back == 5
    assert shelf.shelved(street, "1") == lay
    assert [lies_there(street, one, NOW) for one in ("1", "2", "3")] == [True, False, False]
    assert [is_short(street, one) for one in ("1", "2", "3")] == [False, True, False]


def test_what_came_back_says_so_until_the_worker_has_looked(street: Cache) -> None:
    shelve(street, "2", UNTIL, NOW)
    assert not looked_at(street, "2", NOW), "it lies there still"
    assert looked_at(street, "2", UNTIL)
    assert back(street, "2", UNTIL) == ""
    assert not looked_at(street, "2", UNTIL)


def test_the_shortlist_is_the_workers_own(street: Cache) -> None:
    assert set_short(street, "3", NOW, on=True) == "3"
    set_short(street, "3", NOW, on=True)
    assert is_short(street, "3")
    assert numbers(street, "shortlist") == ["3"]
    put(street, an_order("3", state="closed", revision=2))
    assert numbers(street, "shortlist") == ["3"]
    set_short(street, "3", NOW, on=False)
    assert numbers(street, "shortlist") == []
