"""One caller asking again, many callers, and a problem come back are told apart."""

from datetime import timedelta
from typing import Any

import pytest

from caseworker.model.order import WorkOrder
from caseworker.repeats.compare import Rarity
from caseworker.repeats.kinds import propose
from caseworker.repeats.sides import Spoken, side_by_side
from tests.builders import NOW, an_order

SAME = "地下车库渗水没人管"
NEWS = "昨晚配电箱进水冒烟，整栋楼停电，还有一位老人滑倒骨折送医"


def kind(earlier: dict[str, Any], later: dict[str, Any], *, locked: bool = False) -> str:
    one = an_order("1", **{"received_at": NOW - timedelta(days=60), "content": SAME} | earlier)
    other = an_order("2", **{"received_at": NOW, "content": SAME} | later)
    return propose(side_by_side(Spoken(other), Spoken(one), Rarity({}, 1)), locked=locked)


MINE = {"caller_hash": "k1"}
OTHERS = {"caller_hash": "k2"}


def closed(days_before: float) -> dict[str, Any]:
    return {"state": "closed", "closed_at": NOW - timedelta(days=days_before)}


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        (MINE, MINE, "R01"),
        (MINE | closed(3), MINE, "R02"),
        (MINE | closed(3), MINE | {"content": NEWS}, "R05"),
        (MINE | closed(40), MINE, "R05"),
        (MINE | closed(-1), MINE, "R01"),
        (MINE, OTHERS, "R03"),
        (MINE | closed(3), OTHERS, "R03"),
        (MINE | closed(40), OTHERS, "R05"),
        ({}, {}, "R03"),
        (MINE, MINE | {"urge_no": "1"}, "R06"),
        (MINE, MINE | {"previous_no": "1"}, "R01"),
        (closed(3), {"previous_no": "1"}, "R02"),
        (MINE | {"channel": "信访"}, MINE | {"channel": "电话"}, "R04"),
        (MINE | {"channel": "电话"}, MINE | {"channel": "市长信箱"}, "R04"),
        (MINE | {"channel": "电话"}, MINE | {"channel": "微信"}, "R01"),
    ],
)
def test_the_kind_proposed(earlier: dict[str, Any], later: dict[str, Any], expected: str) -> None:
    assert kind(earlier, later) == expected


def test_nothing_new_is_never_proposed_under_the_safety_lock() -> None:
    assert kind(MINE | closed(3), MINE, locked=True) == "R05"


def test_orders_without_times_still_get_a_kind() -> None:
    one, other = WorkOrder(order_no="1"), WorkOrder(order_no="2", state="closed")
    assert propose(side_by_side(Spoken(one), Spoken(other), Rarity({}, 0)), locked=False) == "R03"
