"""A page is ours or it is not; inside one that is ours, no row stops the others."""

import json as stdlib_json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseworker.cache.connection import Cache
from caseworker.cache.orders import put_orders
from caseworker.cache.search_index import index_pending
from caseworker.model.annotation import TEXT_MAX
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in
from caseworker.model.wire import AnnotationChange
from sync.reading import Page, UnreadablePage, read_page

GOOD = {"type": "order", "order": {"order_no": "1", "title": "地下车库渗水"}}


def page(*changes: Any) -> bytes:
    """A page as a hub of any make might send it."""
    whole = {"generation": "g", "cursor": "c", "more": False, "changes": list(changes)}
    return stdlib_json.dumps(whole).encode()


def orders_in(read: Page) -> list[WorkOrder]:
    return [change for change in read.changes if isinstance(change, WorkOrder)]


def test_an_unknown_field_of_an_order_is_kept() -> None:
    sent = {"order_no": "1", "grid_code": "A-17", "extra": {"old": 1}, "deep": {"a": [1, None]}}
    (order,) = orders_in(read_page(page({"type": "order", "order": sent})))
    assert order.extra == {"old": 1, "grid_code": "A-17", "deep": {"a": [1, None]}}


def test_text_that_no_store_takes_is_mended_and_the_rest_is_as_it_came() -> None:
    sent = {"order_no": "2", "title": "车库\u0000渗水", "content": "\ud800[/]\x1b]52;c;eA==\x07"}
    body = page(GOOD, {"type": "order", "order": sent})
    first, second = orders_in(read_page(body))
    assert first.title == "地下车库渗水"
    assert second.title == "车库\ufffd渗水"
    assert second.content == "\ufffd[/]\x1b]52;c;eA==\x07"


def test_a_field_of_the_wrong_shape_goes_to_extra_and_the_order_comes_in() -> None:
    sent = {
        "order_no": "2",
        "title": "噪音扰民",
        "deadline": "2026-11-24 09:00",
        "urgent": "yes",
        "revision": 2**63,
        "state": "half-open",
        "address": "长" * 3_000,
    }
    (order,) = orders_in(read_page(page({"type": "order", "order": sent})))
    assert (order.title, order.deadline, order.revision) == ("噪音扰民", None, 0)
    assert order.extra.keys() == {"deadline", "urgent", "revision", "state", "address"}


@pytest.mark.parametrize("none", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
def test_a_time_that_not_every_zone_can_tell_goes_to_extra(none: str, cache: Cache) -> None:
    """What other systems write for "none"; in UTC, or in the desk's zone, there is no such day."""
    times = dict.fromkeys(("received_at", "closed_at", "deadline", "return_by"), none)
    more = {"deadlines": {"street": none}, "pauses": [{"begins": none}]}
    more |= {"cleared": {"by": "中心", "at": none}}
    read = read_page(page(GOOD, {"type": "order", "order": {"order_no": "2", **times, **more}}))
    second = orders_in(read)[1]
    assert second == WorkOrder(order_no="2", extra=times | more)
    with cache.writing():
        put_orders(cache, orders_in(read), built_in(), from_hub=True)
    assert index_pending(cache) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"written_at": "0001-01-01T00:00:00+08:00"},
        {"observed_at": "9999-12-31T23:59:59-08:00"},
        {"order_revision": 2**63},
        {"id": "00000000-0000-7000-8000-000000000001\n"},
        {"supersedes": "0" * 5_000},
    ],
)
def test_an_annotation_that_cannot_be_kept_is_counted_and_stops_nothing(
    more: dict[str, Any],
) -> None:
    said = {
        "id": "00000000-0000-7000-8000-000000000001",
        "order_no": "1",
        "kind": "context",
        "author": "王芳",
        "written_at": "2026-11-24T01:43:00Z",
    }
    good, bad = (
        {"type": "annotation", "annotation": one, "receipt": ""} for one in (said, said | more)
    )
    assert len(read_page(page(good)).changes) == 1
    read = read_page(page(bad, GOOD))
    assert (len(read.changes), read.unreadable) == (1, 1)


@pytest.mark.parametrize(
    "bad",
    [
        {"type": "order", "order": {"title": "no number"}},
        {"type": "order", "order": {"order_no": 440300202611050002}},
        {"type": "order", "order": "text"},
        {"type": "annotation", "annotation": {"id": "x"}, "receipt": ""},
        {"type": "decision"},
        {"type": "something of a newer hub", "thing": 1},
        {},
    ],
)
def test_what_cannot_be_read_is_counted_and_stops_nothing(bad: dict[str, Any]) -> None:
    read = read_page(page(GOOD, bad, GOOD | {"order": {"order_no": "3"}}))
    assert [order.order_no for order in orders_in(read)] == ["1", "3"]
    assert read.unreadable == 1


def test_an_annotation_that_is_mended_is_still_the_annotation() -> None:
    said = {
        "id": "01a20aed-5a13-7bf7-a58f-29069197b888",
        "order_no": "1",
        "kind": "context",
        "code": "C03",
        "text": "已\u0000走访",
        "author": "李敏",
        "written_at": "2026-11-24T09:43:00+08:00",
    }
    sent = {"type": "annotation", "annotation": said, "receipt": "r"}
    (change,) = read_page(page(sent)).changes
    assert isinstance(change, AnnotationChange)
    assert change.annotation.text == "已\ufffd走访"
    longer = sent | {"annotation": said | {"text": "长" * (TEXT_MAX + 1)}}
    assert read_page(page(longer)).unreadable == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        page(GOOD)[:-9],
        page(GOOD) + b"trailing",
        b'{"generation": 1, "cursor": "c", "more": false, "changes": []}',
        b'{"generation": "g", "cursor": "c", "more": "no", "changes": []}',
        b'{"generation": "g", "cursor": "c", "more": false, "changes": {"a": 1}}',
        b'{"generation": "g", "cursor": "c", "more": false, "changes": [1, "x", null]}',
        b'{"changes": ' + b"[" * 50_000,
        b"<html></html>",
    ],
)
def test_what_is_no_page_is_refused_whole(body: bytes) -> None:
    with pytest.raises(UnreadablePage):
        read_page(body)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
an_order = st.dictionaries(st.sampled_from(WorkOrder.__struct_fields__) | st.text(), json_values)
a_change = st.fixed_dictionaries({"type": st.just("order"), "order": an_order}) | json_values


@given(changes=st.lists(a_change, max_size=4))
@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_whatever_a_hub_sends_is_kept_or_refused(cache: Cache, changes: list[Any]) -> None:
    try:
        read = read_page(page(GOOD, *changes))
    except UnreadablePage:
        assert not all(isinstance(change, dict) for change in changes)
    else:
        assert len(read.changes) + read.unreadable == 1 + len(changes)
        with cache.writing():
            put_orders(cache, orders_in(read), built_in(), from_hub=True)


@given(st.binary())
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    with pytest.raises(UnreadablePage):
        read_page(body)
