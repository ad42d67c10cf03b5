"""What was learnt about a place or a matter meets the worker again on the next order about it."""

from datetime import timedelta

import pytest
from msgspec import structs

from caseworker.cache import remembered
from caseworker.cache.annotations import put_annotation
from caseworker.cache.connection import Cache
from caseworker.desk import annotate, carried
from caseworker.desk.annotate import new_draft
from caseworker.desk.carried import CARRIED, place_pending
from caseworker.desk.memory import memory
from caseworker.desk.sheet import Sheet, sheet_of
from caseworker.model.annotation import About, Annotation
from tests.builders import LI_MIN, NOW, a_draft, an_order, put, say

FIRST, NEXT, ELSEWHERE = "90000001", "90000002", "90000003"
HERE = About("place", "幸福里3号楼")


@pytest.fixture(autouse=True)
def _three_orders(cache: Cache) -> None:
    put(
        cache,
        an_order(FIRST, address="幸福里小区3号楼", content=""),
        an_order(NEXT, address="幸福里3栋", content=""),
        an_order(ELSEWHERE, address="和平里2号楼", content=""),
    )


def sheet(cache: Cache, number: str) -> Sheet:
    found = sheet_of(cache, number, NOW)
    assert found is not None
    return found


def known_on(cache: Cache, number: str) -> list[str]:
    return [one.annotation.text for one in sheet(cache, number).carried]


def by_another(cache: Cache, order_no: str, text: str, **fields: object) -> Annotation:
    """A colleague's annotation as a sync brings it in."""
    said = Annotation(
        id=new_draft(order_no, "context").id,
        order_no=order_no,
        written_at=NOW - timedelta(days=20),
        **({"kind": "context", "code": "C03", "text": text, "author": "陈芳"} | fields),  # type: ignore[arg-type]
    )
    with cache.writing():
        put_annotation(cache, said)
    return said


def test_a_context_about_a_place_is_met_on_the_next_order_there(cache: Cache) -> None:
    say(cache, a_draft(FIRST, text="防水层二十日前修", about=HERE))

    assert known_on(cache, NEXT) == ["防水层二十日前修"]
    assert known_on(cache, ELSEWHERE) == []


def test_it_is_not_repeated_on_its_own_order(cache: Cache) -> None:
    say(cache, a_draft(FIRST, about=HERE))

    assert known_on(cache, FIRST) == []


def test_a_context_about_its_order_alone_is_not_carried(cache: Cache) -> None:
    say(cache, a_draft(FIRST))

    assert known_on(cache, NEXT) == []


def test_a_context_about_a_matter_goes_with_the_links_and_leaves_with_them(cache: Cache) -> None:
    say(cache, a_draft(FIRST, text="已约定下周开会", about=About("matter", FIRST)))
    assert known_on(cache, ELSEWHERE) == []

    link = say(cache, a_draft(ELSEWHERE, "repeat", code="R05", text="又来了", earlier=(FIRST,)))
    assert known_on(cache, ELSEWHERE) == ["已约定下周开会"]

    taken_back = a_draft(ELSEWHERE, "withdrawal", target=link.annotation.id, text="不是一回事")
    say(cache, taken_back)
    assert known_on(cache, ELSEWHERE) == []


def test_what_others_wrote_is_found_before_and_after_its_place_is_read(cache: Cache) -> None:
    by_another(cache, FIRST, "物业答应了", about=HERE)
    assert known_on(cache, NEXT) == ["物业答应了"]

    assert place_pending(cache) == 1
    assert place_pending(cache) == 0
    assert known_on(cache, NEXT) == ["物业答应了"]


def test_the_newest_stands_first_and_what_is_attached_last(cache: Cache) -> None:
    for text in ("甲", "乙", "丙"):
        say(cache, a_draft(FIRST, text=text, about=HERE))
    assert known_on(cache, NEXT) == ["丙", "乙", "甲"]

    newest = sheet(cache, NEXT).carried[0].annotation
    say(cache, carried.quoting(newest, NEXT, new_draft(NEXT, "context").id))

    assert known_on(cache, NEXT) == ["乙", "甲", "丙"]
    assert [one.attached for one in sheet(cache, NEXT).carried] == [False, False, True]


def test_an_attached_context_tells_where_it_is_from_and_when_it_was_seen(cache: Cache) -> None:
    said = by_another(cache, FIRST, "物业答应了", about=HERE)

    quoted = say(cache, carried.quoting(said, NEXT, new_draft(NEXT, "context").id)).annotation

    assert (quoted.order_no, quoted.code, quoted.about) == (NEXT, "C03", About())
    assert all(words in quoted.text for words in ("陈芳", "2026-11-04", FIRST, "物业答应了"))
    assert [(one.kind, one.text) for one in quoted.evidence] == [(CARRIED, said.id)]
    assert quoted.observed_at == said.written_at


def test_one_s_own_is_withdrawn_where_it_stands(cache: Cache) -> None:
    said = say(cache, a_draft(FIRST, about=HERE)).annotation

    ending = _ending(cache, said, "没有兑现，另议")

    assert (ending.kind, ending.order_no, ending.target) == ("withdrawal", FIRST, said.id)
    assert known_on(cache, NEXT) == []


def test_another_s_is_answered_and_ended_by_a_context_that_names_it(cache: Cache) -> None:
    said = by_another(cache, FIRST, "物业答应了", about=HERE)

    ending = _ending(cache, said, "已于二十日修好")

    assert (ending.kind, ending.order_no, ending.supersedes) == ("context", NEXT, said.id)
    assert known_on(cache, NEXT) == []
    # On its own order it goes on standing, with who said that it has ended.
    (entry,) = sheet(cache, FIRST).entries
    assert entry.status == "noted"
    assert entry.ended_by == ending


def test_an_ending_that_is_withdrawn_ends_nothing(cache: Cache) -> None:
    said = by_another(cache, FIRST, "物业答应了", about=HERE)
    ending = _ending(cache, said, "已于二十日修好")

    say(cache, a_draft(NEXT, "withdrawal", target=ending.id, text="看错了楼"))

    assert known_on(cache, NEXT) == ["物业答应了"]


def test_an_own_one_whose_order_has_left_is_answered_like_another_s(cache: Cache) -> None:
    said = by_another(cache, "90000099", "早先的事", about=HERE, author=LI_MIN.name)

    draft = carried.ending(cache, said, NEXT, LI_MIN, new_draft(NEXT, "context").id)

    assert (draft.kind, draft.order_no, draft.supersedes) == ("context", NEXT, said.id)


def test_all_contexts_of_a_matter_are_found_whatever_they_are_about(cache: Cache) -> None:
    say(cache, a_draft(FIRST, text="一"))
    say(cache, a_draft(NEXT, text="二", about=HERE))

    assert [one.text for one in carried.in_matter(cache, [FIRST, NEXT])] == ["一", "二"]


def test_an_undone_context_is_forgotten_with_its_place(cache: Cache) -> None:
    said = say(cache, a_draft(FIRST, about=HERE)).annotation

    assert annotate.undo(cache, said.id, NOW) is not None
    assert cache.rows("SELECT * FROM remembered") == []
    assert known_on(cache, NEXT) == []


def test_what_is_known_is_looked_up_and_never_searched_for(cache: Cache) -> None:
    say(cache, a_draft(FIRST, about=HERE))
    steps: list[str] = []
    explained = cache.rows

    def explain(sql: str, parameters: tuple[object, ...]) -> list[tuple[str, ...]]:
        steps.extend(row[3] for row in explained(f"EXPLAIN QUERY PLAN {sql}", parameters))
        return []

    plan = _Plans(explain)
    remembered.with_key(plan, 1)  # type: ignore[arg-type]
    remembered.to_place(plan, 10, holding=True)  # type: ignore[arg-type]
    assert steps
    # The queue of what came in holds what came in since the last sync, read by its key.
    assert [step for step in steps if step.startswith("SCAN") and step != "SCAN u"] == []


class _Plans:
    """Stands where a cache would, and explains what it is asked."""

    def __init__(self, explain: object) -> None:
        self.rows = explain


def _ending(cache: Cache, said: Annotation, why: str) -> Annotation:
    draft = carried.ending(cache, said, NEXT, LI_MIN, new_draft(NEXT, "context").id)
    assert carried.ended_one(cache, draft) == (said if draft.kind == "context" else None)
    return say(cache, structs.replace(draft, text=why)).annotation


def test_a_matter_shows_what_other_orders_say_of_its_places_once(cache: Cache) -> None:
    put(cache, an_order("90000004", address="幸福里3号楼", content=""))
    say(cache, a_draft("90000004", "repeat", code="R03", earlier=(NEXT,), text="同一处"))
    say(cache, a_draft(FIRST, text="防水层二十日前修", about=HERE))
    say(cache, a_draft(NEXT, text="住户腿脚不便", about=HERE))

    remembered_now = memory(cache, NEXT, NOW)
    assert [one.annotation.text for one in remembered_now.carried] == ["防水层二十日前修"]
    assert [entry.annotation.text for entry in remembered_now.contexts] == ["住户腿脚不便"]
