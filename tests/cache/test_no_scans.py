"""No list and no search reads a whole table: SQLite says so of every query that they make."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from unittest.mock import patch

import pytest

from caseworker.cache import lists
from caseworker.cache.connection import Cache
from caseworker.cache.lists import Listing
from caseworker.desk import arranged
from caseworker.desk.arranged import Arranged, marks_together
from caseworker.desk.query import fields
from caseworker.desk.queue import Window
from caseworker.desk.search import find, hit_in, index_all
from caseworker.desk.signs import marks_on
from caseworker.desk.views import VIEWS, Gathering, View, count_in
from tests.builders import NOW, a_draft, an_order, put, say


@pytest.fixture
def street(cache: Cache) -> Cache:
    put(cache, *(an_order(f"4403002026110{n:05}", urgent=n % 3 == 0) for n in range(200)))
    say(cache, a_draft("440300202611000001"))
    index_all(cache)
    return cache


class Watch:
    """Notes every query of a cache."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.asked: dict[str, Any] = {}

    def plans(self) -> Iterator[tuple[str, str]]:
        """Each step of each query's plan, with the query."""
        for sql, parameters in self.asked.items():
            for *_ids, step in self.cache.raw.execute(f"EXPLAIN QUERY PLAN {sql}", parameters):
                yield step, sql

    def scans(self) -> list[str]:
        """The steps that go through a whole table or index of what grows with the orders."""
        return [f"{step}  in  {sql}" for step, sql in self.plans() if _scans(step)]


def _scans(step: str) -> bool:
    if not step.startswith("SCAN ") or "VIRTUAL TABLE" in step:
        return False
    what = step.removeprefix("SCAN ").split()[0].strip("()")
    return what in ("orders", "members", "annotations", "links", "decisions", "order_text", "news")


@pytest.fixture
def watch(street: Cache) -> Iterator[Watch]:
    seen = Watch(street)
    rows, execute = street.rows, street.execute

    def noting_rows(sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[Any]:
        seen.asked[sql] = parameters
        return rows(sql, parameters)

    def noting_execute(sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Any:
        if sql.lstrip().startswith("SELECT"):
            seen.asked[sql] = parameters
        return execute(sql, parameters)

    with patch.object(street, "rows", noting_rows), patch.object(street, "execute", noting_execute):
        yield seen


def test_a_scan_would_be_seen(watch: Watch) -> None:
    watch.cache.rows("SELECT id FROM orders WHERE title LIKE '%x%'")
    assert watch.scans()


@pytest.mark.parametrize("view", list(VIEWS.values()), ids=list(VIEWS))
def test_no_list_goes_through_a_table(watch: Watch, view: View) -> None:
    cache = watch.cache
    window = Window(cache, view, NOW)
    found = [window.row(position) for position in range(window.length)]
    shown = [row for row in found if row is not None]
    for row in shown[:1] + shown[-1:]:
        window.position_of(row.order_no)
    if shown:
        marks_on(cache, shown[:30], NOW)
    window.refresh()
    window.waiting()
    count_in(cache, view, NOW, 999)
    listing = _listing(cache, view, NOW)
    lists.among(cache, listing, [1, 2, 3])
    assert len(watch.asked) > 3
    assert watch.scans() == []


@pytest.mark.parametrize("by", ["matter", "place"])
@pytest.mark.parametrize("view", list(VIEWS.values()), ids=list(VIEWS))
def test_grouping_reads_no_more_than_its_part_of_the_view(
    watch: Watch, view: View, by: Gathering
) -> None:
    cache = watch.cache
    link = a_draft("440300202611000003", "repeat", code="R01", earlier=("440300202611000001",))
    say(cache, link)
    with patch.object(arranged, "ARRANGED_MAX", 50):
        found = Arranged(cache, Window(cache, view, NOW), by, "due")
    groups = [one.group for one in map(found.entry, range(found.lines)) if one and one.group]
    rows = [row for group in groups for row in group.rows]
    if rows:
        marks_together(cache, marks_on(cache, rows, NOW), groups)
    for row in rows[:2]:
        found.position_of(row.order_no)
    found.refresh()
    assert len(watch.asked) > 3
    assert watch.scans() == []


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("view", ["all", "shortlist"])
def test_the_next_page_of_several_standings_begins_at_its_place(
    watch: Watch, view: str, after: bool
) -> None:
    row = lists.by_ids(watch.cache, [100])[0]
    watch.asked.clear()
    lists.beside(watch.cache, _listing(watch.cache, VIEWS[view], NOW), row, 20, after=after)

    place = "(standing,breaks_at"
    assert [step for step, _sql in watch.plans() if place in step]


@pytest.mark.parametrize(
    "query",
    [
        *(f"{name}:{example}" for name, example in fields()),
        *(f"{name}:{example} 车库" for name, example in fields()),
        "车库",
        "地下 车库 xfl lamp",
        "3号楼",
        "车库 幸福里3号楼 A座",
        "place:3栋 车库",
        "code:C03 state:open due:<3d 车库",
        "safety:no",
        "secret:no",
        "state:left",
        *(f"view:{name} 车库" for name in VIEWS),
    ],
)
def test_no_search_goes_through_a_table(watch: Watch, query: str) -> None:
    found = find(watch.cache, query, NOW)
    for row in found.rows[:3]:
        hit_in(watch.cache, row, found.words)
    assert watch.asked
    assert watch.scans() == []


def _listing(cache: Cache, view: View, now: datetime) -> Listing:
    from caseworker.desk.worker import worker

    return view.listing(now, worker(cache))
