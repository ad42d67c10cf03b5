"""The morning pass: what came in is compared once, and what was settled is not suggested."""

from datetime import timedelta
from typing import Any

from caseworker.cache.connection import Cache
from caseworker.cache.suggestions import count_unpassed
from caseworker.desk.matters import likely, linked
from caseworker.desk.repeats import morning_pass, say_not_the_same, suggested
from caseworker.model.order import WorkOrder
from tests.builders import NOW, a_draft, an_order, put, say


def pair(one: str, other: str, word: str, **fields: Any) -> list[WorkOrder]:
    made = [
        an_order(
            number,
            title=f"{word}坏了",
            content=word + ("坏了三天，没人来修。" if word == "东华" else "夜里太吵，孩子睡不着。"),
            address=f"{word}路8号",
            **fields,
        )
        for number in (one, other)
    ]
    return made


def test_new_open_orders_are_compared_once(cache: Cache) -> None:
    put(cache, *pair("a1", "a2", "东华"), *pair("b1", "b2", "西山"))
    assert morning_pass(cache) == 4
    assert {one.order_no for one in suggested(cache)} == {"a1", "a2", "b1", "b2"}
    assert morning_pass(cache) == 0
    put(cache, an_order("a3", title="东华坏了", content="东华坏了三天", address="东华路8号"))
    assert morning_pass(cache) == 1


def test_closed_orders_are_found_but_not_asked_about(cache: Cache) -> None:
    old, new = pair("old", "new", "东华")
    old = an_order("old", title=old.title, content=old.content, address=old.address, state="closed")
    put(cache, old, new)
    assert morning_pass(cache) == 1
    assert [(one.order_no, one.candidates[0].order_no) for one in suggested(cache)] == [
        ("new", "old")
    ]


def test_an_interrupted_pass_goes_on_where_it_stopped(cache: Cache) -> None:
    put(cache, *pair("a1", "a2", "东华"), *pair("b1", "b2", "西山"))
    assert morning_pass(cache, limit=3) == 3
    assert count_unpassed(cache) == 1
    assert morning_pass(cache) == 1


def test_what_was_settled_is_not_suggested(cache: Cache) -> None:
    put(cache, *pair("a1", "a2", "东华"), *pair("b1", "b2", "西山"))
    morning_pass(cache)
    say_not_the_same(cache, "a1", "a2", NOW)
    say(cache, a_draft("b2", "repeat", code="R03", earlier=("b1",)))
    assert suggested(cache) == []


def test_matters_are_the_linked_orders_the_largest_first(cache: Cache) -> None:
    put(cache, *(an_order(str(n), received_at=NOW - timedelta(days=9 - n)) for n in range(6)))
    say(cache, a_draft("1", "repeat", code="R03", earlier=("0",)))
    say(cache, a_draft("4", "repeat", code="R03", earlier=("2", "3")))
    found = linked(cache)
    assert [line.orders for line in found] == [["2", "3", "4"], ["0", "1"]]
    assert found[0].open == 3
    assert found[0].first_at == NOW - timedelta(days=7)


def test_a_link_taken_back_splits_the_matter(cache: Cache) -> None:
    put(cache, *(an_order(str(n)) for n in range(3)))
    say(cache, a_draft("1", "repeat", code="R03", earlier=("0",)))
    written = say(cache, a_draft("2", "repeat", code="R03", earlier=("1",)))
    say(cache, a_draft("2", "withdrawal", target=written.annotation.id, text="看错了"))
    assert [line.orders for line in linked(cache)] == [["0", "1"]]


def test_all_orders_at_once_fall_into_their_matters(cache: Cache) -> None:
    put(
        cache,
        *pair("a1", "a2", "东华", caller_hash="k1"),
        *pair("b1", "b2", "西山", caller_hash="k2"),
        an_order("alone", title="噪音", content="楼上半夜拖凳子", address="南苑小区9栋"),
    )
    assert [line.orders for line in likely(cache)] == [["a1", "a2"], ["b1", "b2"]]
