"""A return window that ends soon is told beside the order, the centre's or a computed one."""

from datetime import UTC, timedelta
from typing import Any

from caseworker.cache import lists
from caseworker.cache.connection import Cache
from caseworker.desk.windows import Closing, closing_on
from caseworker.model.zone import HOTLINE_ZONE
from tests.builders import NOW, a_draft, an_order, put, say

HOUR = timedelta(hours=1)


def closing(cache: Cache, **fields: Any) -> Closing | None:
    """The window of an order with these fields."""
    put(cache, an_order("1", **fields))
    row = lists.by_number(cache, "1")
    assert row is not None
    return closing_on(cache, [row], NOW).get("1")


def test_the_centres_window_is_told_within_a_day_of_its_end(cache: Cache) -> None:
    told = closing(cache, return_by=NOW + 5 * HOUR)
    assert told == Closing(NOW + 5 * HOUR, computed=False)
    assert not told.presses(NOW)
    pressing = closing(cache, return_by=NOW + 3 * HOUR)
    assert pressing is not None
    assert pressing.presses(NOW)
    assert closing(cache, return_by=NOW + 25 * HOUR) is None
    assert closing(cache, return_by=NOW - HOUR) is None


def test_without_one_the_rules_window_is_told_and_called_computed(cache: Cache) -> None:
    dispatched = NOW.astimezone(HOTLINE_ZONE) - timedelta(days=1)
    told = closing(cache, dispatched_at=dispatched.astimezone(UTC))
    assert told is None  # it ends tomorrow at the end of office hours
    told = closing(cache, dispatched_at=dispatched - timedelta(days=3))
    assert told is not None
    assert told.computed
    assert closing(cache, dispatched_at=dispatched, return_by=NOW + 5 * HOUR) == Closing(
        NOW + 5 * HOUR, computed=False
    )


def test_where_nothing_can_be_done_in_time_nothing_is_told(cache: Cache) -> None:
    assert closing(cache, return_by=NOW + HOUR, state="closed") is None
    assert closing(cache, return_by=NOW + HOUR) is not None
    say(cache, a_draft("1", "objection", code="J02", suggested_unit="区城管局"))
    assert closing(cache, return_by=NOW + HOUR) is None
