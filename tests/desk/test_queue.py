"""The queue is read by key range, in the order of what breaks first, and stands still."""

import re
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from caseworker.cache import lists, settings
from caseworker.cache.connection import Cache
from caseworker.cache.standing import OPEN
from caseworker.desk.queue import BLOCK, Window
from caseworker.desk.signs import marks_on
from caseworker.desk.views import VIEWS
from tests.builders import LI_MIN, NOW, a_draft, an_order, evidence_for, put, say


def numbers(window: Window) -> list[str]:
    return [row.order_no for row in map(window.row, range(window.length)) if row is not None]


def test_what_breaks_first_stands_first(cache: Cache) -> None:
    put(
        cache,
        an_order("later", deadline=NOW + timedelta(days=3)),
        an_order("none", deadline=None),
        an_order("closed", state="closed"),
        an_order("first", deadline=NOW - timedelta(hours=1)),
    )
    assert numbers(Window(cache, VIEWS["today"], NOW)) == ["first", "later", "none"]
    assert numbers(Window(cache, VIEWS["all"], NOW)) == ["first", "later", "none", "closed"]
    assert numbers(Window(cache, VIEWS["overdue"], NOW)) == ["first"]


@profile(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_any_walk_through_the_list_reads_the_same_rows(cache: Cache, walk: list[int]) -> None:
    if not lists.newest_id(cache):
        put(
            cache,
            *(
                an_order(f"{n:04}", deadline=NOW + timedelta(minutes=n * 37 % 211))
                for n in range(BLOCK * 5 + 17)
            ),
            *(an_order(f"c{n:04}", state="closed") for n in range(40)),
        )
    for name in ("today", "all"):
        reference = numbers(Window(cache, VIEWS[name], NOW))
        window = Window(cache, VIEWS[name], NOW)
        for position in walk:
            row = window.row(position)
            assert (row.order_no if row else None) == (
                reference[position] if position < len(reference) else None
            )


def test_new_orders_wait_until_they_are_let_in(cache: Cache) -> None:
    put(cache, an_order("1"), an_order("2"))
    window = Window(cache, VIEWS["today"], NOW)
    put(cache, an_order("0", deadline=NOW))
    window.refresh()
    assert numbers(window) == ["1", "2"]
    assert window.waiting() == 1
    window.let_in(NOW)
    assert numbers(window) == ["0", "1", "2"]
    assert window.waiting() == 0


def test_the_cursor_finds_its_order_again(cache: Cache) -> None:
    put(cache, *(an_order(f"{n:03}") for n in range(200)))
    window = Window(cache, VIEWS["today"], NOW)
    assert window.position_of("150") == 150
    put(cache, an_order("150", state="closed", revision=2))
    window.refresh()
    assert window.position_of("150") is None
    assert window.position_of("151") == 150


SCAN = re.compile("SCAN (orders|members|tally_days|annotations|decisions|outbox|drafts|shelf)")


class Explained(Cache):
    """A cache that keeps the plan of every query that it is asked."""

    plans: list[str]

    def row(self, sql: str, parameters: Any = ()) -> Any:
        return next(iter(self.rows(sql, parameters)), None)

    def rows(self, sql: str, parameters: Any = ()) -> list[Any]:
        self.plans += [step[3] for step in super().rows(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        return super().rows(sql, parameters)


def test_every_list_is_answered_by_an_index(cache: Cache) -> None:
    put(cache, *(an_order(f"{n:03}", deadline=NOW - timedelta(minutes=n)) for n in range(99)))
    row = lists.by_number(cache, "005")
    assert row is not None
    with Explained(cache.path, cache.key) as explained:
        explained.plans = []
        for view in VIEWS.values():
            listing = view.listing(NOW, LI_MIN)
            lists.beside(explained, listing, row, 5, after=True)
            lists.beside(explained, listing, row, 5, after=False)
            lists.at_offset(explained, listing, 2, 5, 10)
            lists.position(explained, listing, row)
            lists.count_up_to(explained, listing, 10)
            lists.count_newer(explained, listing)
    assert explained.plans
    scanned = [plan for plan in explained.plans if SCAN.match(plan)]
    assert not scanned
    assert not [
        plan for plan in explained.plans if "SEARCH orders USING INDEX orders_queue" in plan
    ]


def test_signs_say_what_stands_on_an_order(cache: Cache) -> None:
    put(cache, an_order("1"), an_order("2"), an_order("3", title="燃气泄漏"))
    say(cache, a_draft("1"))
    say(cache, a_draft("2", "repeat", code="R01", earlier=("1",)))
    rows = lists.by_ids(cache, [1, 2, 3])
    marks = marks_on(cache, rows, NOW)
    assert (marks["1"].contexts, marks["1"].links) == (1, 1)
    assert marks["2"].proposals == ("R01",)
    assert marks["3"].safety


def test_views_of_proposals_follow_review_and_centre(cache: Cache) -> None:
    put(cache, an_order("1"), an_order("2"), an_order("3"))
    say(cache, a_draft("2", "repeat", code="R01", earlier=("1",)))
    say(cache, a_draft("3", "unreasonable", code="U01", evidence=evidence_for("U01")))
    assert numbers(Window(cache, VIEWS["centre"], NOW)) == ["2"]
    with cache.writing():
        settings.put(cache, name="赵敏")
    assert numbers(Window(cache, VIEWS["review"], NOW)) == ["3"]
    with cache.writing():
        settings.put(cache, name="李敏")
    assert numbers(Window(cache, VIEWS["review"], NOW)) == [], "nobody reviews their own proposal"
    assert numbers(Window(cache, VIEWS["bare"], NOW)) == ["1", "2", "3"]
    assert lists.by_ids(cache, [1])[0].standing == OPEN
