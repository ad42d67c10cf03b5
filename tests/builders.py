"""Invented orders and drafts for tests; every person, number and place is made up."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs

from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.cache.orders import put_orders
from caseworker.desk.annotate import Written, new_draft, write
from caseworker.desk.worker import Worker
from caseworker.model.annotation import Kind, Statement
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in

NOW = datetime(2026, 11, 24, 1, 43, tzinfo=UTC)
LI_MIN = Worker("李敏", roles=("office",))


def an_order(number: str = "440300202611050002", **fields: Any) -> WorkOrder:
    """A plain open order due in eight hours."""
    usual: dict[str, Any] = {
        "order_no": number,
        "title": "地下车库渗水",
        "content": "我住幸福里3号楼，地下车库又渗水了，打了好几次电话没人管。",
        "address": "幸福里小区3号楼",
        "received_at": NOW - timedelta(days=2),
        "deadline": NOW + timedelta(hours=8),
        "caller_name": "王小明",
        "caller_phone": "13800005521",
        "revision": 1,
    }
    return WorkOrder(**(usual | fields))


def put(cache: Cache, *orders: WorkOrder, from_hub: bool = True) -> None:
    """Put orders into a cache as a pull would."""
    with cache.writing():
        put_orders(cache, orders, built_in(), from_hub=from_hub)


def a_draft(order_no: str, kind: Kind = "context", **fields: Any) -> Draft:
    """A draft that the rules take as it is."""
    given: dict[str, Any] = {"context": {"code": "C03", "text": "物业承诺二十日前维修"}}.get(
        kind, {"text": "理由在此写清楚"}
    )
    return structs.replace(new_draft(order_no, kind), **(given | fields))


def evidence_for(code: str) -> tuple[Statement, ...]:
    """A statement of each kind that a code demands."""
    return tuple(
        Statement(kind, "李敏、陈芳" if built_in().evidence[kind].persons else "见附件说明")
        for kind in built_in().codes[code].demands
    )


def say(cache: Cache, draft: Draft, worker: Worker = LI_MIN) -> Written:
    """Write a draft at the test's hour."""
    return write(cache, draft, worker, NOW)
