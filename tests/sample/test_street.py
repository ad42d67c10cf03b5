"""The sample street: what it shows, and that all of it would stand at a real hub."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from caseworker.model.annotation import Annotation, Decision, Statement
from caseworker.model.order import WorkOrder
from caseworker.model.rules import Facts, check, refusals, safety_lock
from caseworker.model.status import status_of
from caseworker.model.taxonomy import built_in
from caseworker.sample import (
    REGION,
    sample_annotations,
    sample_decisions,
    sample_orders,
    sample_units,
    sample_workers,
)

NOW = datetime(2026, 11, 24, 1, 43, tzinfo=UTC)
ORDERS = {order.order_no: order for order in sample_orders(NOW)}
ANNOTATIONS = sample_annotations(NOW)
DECISIONS = sample_decisions(NOW)
MOMENTS = st.builds(
    datetime.fromtimestamp,
    st.integers(min_value=1_700_000_000, max_value=3_800_000_000),
    st.timezones(),
)


def _titled(part: str) -> list[WorkOrder]:
    return [order for order in ORDERS.values() if part in order.title]


def _is_english(order: WorkOrder) -> bool:
    return not re.search("[\u4e00-\u9fff]", order.title + order.content)


def _earlier_of(number: str) -> list[str]:
    return [
        earlier
        for annotation in ANNOTATIONS
        if annotation.order_no == number and annotation.kind == "repeat"
        for earlier in annotation.earlier
    ]


def _facts(order: WorkOrder, *standing: Annotation) -> Facts:
    return Facts(
        now=NOW,
        order=order,
        standing=standing,
        earlier_of=_earlier_of,
        knows_order=ORDERS.__contains__,
    )


def test_the_same_moment_gives_the_same_street() -> None:
    assert sample_orders(NOW) == list(ORDERS.values())
    assert sample_annotations(NOW) == ANNOTATIONS
    assert sample_decisions(NOW) == DECISIONS


@given(MOMENTS)
def test_whenever_one_asks_nothing_has_happened_in_the_future(now: datetime) -> None:
    orders = {order.order_no: order for order in sample_orders(now)}
    assert len(orders) == len(ORDERS)
    for order in orders.values():
        assert order.received_at is not None
        assert order.dispatched_at is not None
        assert order.received_at < order.dispatched_at < now
        assert order.closed_at is None or order.dispatched_at < order.closed_at < now
    written = {annotation.id: annotation.written_at for annotation in sample_annotations(now)}
    for annotation in sample_annotations(now):
        received = orders[annotation.order_no].received_at
        assert received is not None
        assert received < annotation.written_at < now
    for decision in sample_decisions(now):
        assert written[decision.annotation_id] < decision.decided_at < now


def test_times_carry_the_hotlines_offset() -> None:
    for order in ORDERS.values():
        assert order.received_at is not None
        assert order.received_at.utcoffset() == timedelta(hours=8)


def test_it_passes_the_doors_of_the_wire() -> None:
    orders = list(ORDERS.values())
    assert json.decode(json.encode(orders), type=list[WorkOrder]) == orders
    assert json.decode(json.encode(ANNOTATIONS), type=list[Annotation]) == ANNOTATIONS
    assert json.decode(json.encode(DECISIONS), type=list[Decision]) == DECISIONS


def test_some_sixty_orders_in_both_languages() -> None:
    english = sum(map(_is_english, ORDERS.values()))
    assert 60 <= len(ORDERS) <= 75
    assert english >= 12
    assert len(ORDERS) - english >= 45


def test_numbers_and_phones_are_clearly_invented() -> None:
    for order in ORDERS.values():
        assert re.fullmatch(rf"{REGION}\d{{12}}", order.order_no)
        assert re.fullmatch(r"1380000\d{4}", order.caller_phone)


def test_every_unit_names_the_unit_above_it() -> None:
    ids = [unit.id for unit in sample_units()]
    assert ids[0] == "heping"
    assert all(unit.rpartition("/")[0] in {*ids, ""} for unit in ids)
    assert {order.unit for order in ORDERS.values()} == set(ids)


def test_every_role_has_somebody_and_authors_are_among_them() -> None:
    workers = {worker.name: worker for worker in sample_workers()}
    units = {unit.id for unit in sample_units()}
    assert {role for worker in workers.values() for role in worker.roles} == {
        "cadre", "office", "lead", "centre",
    }  # fmt: skip
    assert {worker.unit for worker in workers.values()} <= units
    assert {annotation.author for annotation in ANNOTATIONS} <= workers.keys()
    assert all("centre" in workers[decision.decided_by].roles for decision in DECISIONS)


def test_a_cadre_writes_context_only_and_in_her_community() -> None:
    (cadre,) = [worker for worker in sample_workers() if worker.roles == ("cadre",)]
    written = [annotation for annotation in ANNOTATIONS if annotation.author == cadre.name]
    assert written
    assert {annotation.kind for annotation in written} == {"context"}
    assert {ORDERS[annotation.order_no].unit for annotation in written} == {cadre.unit}


@pytest.mark.parametrize("annotation", ANNOTATIONS, ids=lambda annotation: annotation.id[-2:])
def test_every_annotation_keeps_the_rules_and_names_evidence_that_exists(
    annotation: Annotation,
) -> None:
    order = ORDERS[annotation.order_no]
    others = [one for one in ANNOTATIONS if one.order_no == order.order_no and one != annotation]
    assert refusals(check(annotation, built_in(), _facts(order, *others))) == []
    assert {statement.kind for statement in annotation.evidence} <= built_in().evidence.keys()


def test_ids_are_fixed_and_shaped_like_those_of_a_device() -> None:
    ids = [one.id for one in ANNOTATIONS] + [one.id for one in DECISIONS]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab].*", one) for one in ids)
    later = sample_annotations(NOW + timedelta(days=40))
    assert [one.id for one in later] == [one.id for one in ANNOTATIONS]


def _status(annotation: Annotation) -> str:
    return status_of(
        annotation,
        order=ORDERS[annotation.order_no],
        others=ANNOTATIONS,
        decisions=DECISIONS,
        taxonomy=built_in(),
        now=NOW,
    )


def test_proposals_of_a_colleague_wait_for_the_office_workers_review() -> None:
    waiting = [one for one in ANNOTATIONS if _status(one) == "awaiting_review"]
    assert {(one.author, one.code) for one in waiting} == {("赵敏", "R02"), ("赵敏", "J06")}


def test_one_proposal_was_granted_and_one_refused() -> None:
    ruled = Counter(map(_status, ANNOTATIONS))
    assert (ruled["granted"], ruled["refused"]) == (1, 1)


def test_one_order_may_be_proposed_as_without_legal_basis() -> None:
    (order,) = _titled("要求安排工作并补发十年工资")
    mark = Annotation(
        id="019ab000-0000-7000-8000-0000000000ff",
        order_no=order.order_no,
        kind="unreasonable",
        code="U01",
        text="综合厂十年前依法终止并已补偿，街道没有安排正式岗位的职权",
        evidence=(Statement("clause", "引用的条款"), Statement("explained", "当面解释")),
        author="李敏",
        written_at=NOW,
    )
    assert refusals(check(mark, built_in(), _facts(order))) == []


def test_the_gas_smell_breaks_first_today_and_is_under_the_safety_lock() -> None:
    due = [order for order in ORDERS.values() if order.state == "open" and order.deadline]
    (gas,) = _titled("燃气泄漏")
    ahead = [order for order in due if order.deadline and order.deadline >= NOW]
    assert min(ahead, key=lambda order: order.deadline or NOW) == gas
    assert safety_lock(gas, built_in()) == "urgent"


def test_some_orders_are_overdue_and_some_matters_have_several_callers() -> None:
    overdue = [
        order
        for order in ORDERS.values()
        if order.state == "open" and order.deadline and order.deadline < NOW
    ]
    assert len(overdue) >= 2
    garage = [order for order in ORDERS.values() if order.caller_phone == "13800005521"]
    assert len(garage) == 3


def test_every_kind_of_order_that_the_desk_treats_apart_is_there() -> None:
    orders = ORDERS.values()
    assert sum(order.is_secret for order in orders) == 1
    assert any(order.first_contact for order in orders)
    assert any(order.urge_no in ORDERS for order in orders if order.urge_no)
    assert any(order.previous_no in ORDERS for order in orders if order.previous_no)
    assert any(order.return_by and order.return_by > NOW for order in orders)
    assert any(len(order.content) > 600 for order in orders)
    assert any("𠮷" in order.content and "㙍" in order.content for order in orders)
    assert any(order.extra for order in orders)
    assert all(set(order.deadlines) == {"city", "street"} for order in orders)
