"""An order loses no field on its way, and every time in it carries its offset."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from caseworker.model.order import (
    LEVELS,
    Level,
    WorkOrder,
    citizen_text,
    differs_in_substance,
    order_from_fields,
    own_deadline,
)

KNOWN = set(WorkOrder.__struct_fields__)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

PLAIN_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
UNKNOWN = st.dictionaries(
    st.text(min_size=1, max_size=12).filter(lambda name: name not in KNOWN),
    PLAIN_JSON,
    max_size=5,
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.builds(
    lambda seconds, part, offset: datetime.fromtimestamp(seconds, offset).replace(microsecond=part),
    st.integers(0, 4_000_000_000),
    st.integers(0, 999_999),
    OFFSETS,
)
KNOWN_FIELDS = st.fixed_dictionaries(
    {"order_no": st.text(min_size=1, max_size=64)},
    optional={
        "title": st.text(max_size=50),
        "content": st.text(max_size=200),
        "state": st.sampled_from(["open", "closed"]),
        "category": st.lists(
            st.fixed_dictionaries({"name": st.text(max_size=9), "code": st.text(max_size=9)}),
            max_size=5,
        ),
        "received_at": MOMENTS.map(datetime.isoformat),
        "deadline": MOMENTS.map(datetime.isoformat),
        "deadlines": st.dictionaries(st.sampled_from(LEVELS), MOMENTS.map(datetime.isoformat)),
        "lat": st.floats(-90, 90),
        "urgent": st.booleans(),
        "labels": st.lists(st.text(max_size=9), max_size=3),
        "revision": st.integers(0, 2**40),
    },
)


@given(known=KNOWN_FIELDS, unknown=UNKNOWN)
def test_every_unknown_field_is_kept(known: dict[str, Any], unknown: dict[str, Any]) -> None:
    order = order_from_fields(known | unknown)
    assert order.extra == unknown
    assert order.order_no == known["order_no"]


@given(known=KNOWN_FIELDS, unknown=UNKNOWN)
def test_an_order_comes_back_from_json_as_it_went(
    known: dict[str, Any], unknown: dict[str, Any]
) -> None:
    order = order_from_fields(known | unknown)
    body = msgspec.json.encode(order)
    assert order_from_fields(msgspec.json.decode(body)) == order
    assert msgspec.json.decode(body, type=WorkOrder) == order


def test_what_was_kept_before_is_kept_beside_what_is_new() -> None:
    order = order_from_fields({"order_no": "1", "extra": {"grid": "A3"}, "warning_light": "red"})
    assert order.extra == {"grid": "A3", "warning_light": "red"}


def test_the_mapping_that_came_is_left_as_it_was() -> None:
    fields = {"order_no": "1", "extra": {"grid": "A3"}, "warning_light": "red"}
    order_from_fields(fields)
    assert fields == {"order_no": "1", "extra": {"grid": "A3"}, "warning_light": "red"}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"order_no": ""},
        {"order_no": "9" * 65},
        {"order_no": 440300202611050002},
        {"order_no": "1", "title": "长" * 2001},
        {"order_no": "1", "content": "长" * 200_001},
        {"order_no": "1", "state": "idling"},
        {"order_no": "1", "deadlines": {"county": "2026-11-24T12:00:00Z"}},
        {"order_no": "1", "revision": "3"},
    ],
)
def test_a_field_of_the_wrong_shape_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        order_from_fields(fields)


@pytest.mark.parametrize(
    "name",
    ["received_at", "dispatched_at", "closed_at", "deadline", "return_by", "deadlines"],
)
def test_a_time_without_an_offset_is_refused(name: str) -> None:
    def fields(when: str) -> dict[str, Any]:
        return {"order_no": "1", name: {"street": when} if name == "deadlines" else when}

    order_from_fields(fields("2026-11-24T12:00:00+08:00"))
    with pytest.raises(msgspec.ValidationError):
        order_from_fields(fields("2026-11-24T12:00:00"))


@pytest.mark.parametrize(
    ("level", "named", "bound_by"),
    [
        ("street", ["city", "district", "street", "community"], "street"),
        ("street", ["city", "community"], "city"),
        ("community", ["city", "district"], "district"),
        ("community", ["community"], "community"),
        ("city", ["district", "street"], None),
        ("street", [], None),
    ],
)
def test_the_deadline_is_that_of_ones_own_level_or_the_nearest_above(
    level: Level, named: list[Level], bound_by: Level | None
) -> None:
    deadlines = {one: NOON + timedelta(days=LEVELS.index(one)) for one in named}
    expected = None if bound_by is None else deadlines[bound_by]
    assert own_deadline(deadlines, level) == expected


def test_citizen_text_is_title_and_content() -> None:
    assert citizen_text(WorkOrder(order_no="1", title="噪音", content="半夜施工")) == (
        "噪音\n半夜施工"
    )


@pytest.mark.parametrize(
    ("change", "in_substance"),
    [
        ({"title": "燃气泄漏"}, True),
        ({"content": "又渗水了"}, True),
        ({"address": "幸福里5号楼"}, True),
        ({"urgent": True}, True),
        ({"is_secret": True}, True),
        ({"type": "举报"}, True),
        ({"deadline": NOON}, False),
        ({"state": "closed"}, False),
        ({"reply": "已答复"}, False),
        ({"unit": "和平社区"}, False),
        ({"revision": 9}, False),
        ({"extra": {"warning_light": "red"}}, False),
    ],
)
def test_a_mark_lapses_when_the_appeal_changes_not_its_handling(
    change: dict[str, Any], in_substance: bool
) -> None:
    before = WorkOrder(order_no="1", title="渗水", type="投诉", revision=3)
    assert differs_in_substance(before, structs.replace(before, **change)) is in_substance


@pytest.mark.parametrize("extra", [None, [], "text", 1])
def test_extra_of_another_shape_is_refused_as_such(extra: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        order_from_fields({"order_no": "1", "extra": extra, "unknown": 1})
