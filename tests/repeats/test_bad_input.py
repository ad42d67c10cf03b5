"""Whatever stands in an order: no crash, no long wait, a stated answer."""

import time
from typing import Any

import pytest

from caseworker.cache.connection import Cache
from caseworker.desk.matters import likely
from caseworker.desk.repeats import candidates, morning_pass, side_by_side, suggested
from caseworker.model.order import WorkOrder
from tests.builders import an_order, put

ODD: dict[str, dict[str, Any]] = {
    "nothing": {"title": "", "content": "", "address": "", "received_at": None},
    "no text": {"title": "", "content": ""},
    "no place": {"address": "", "content": "有人打架"},
    "one character": {"title": "", "content": "臭", "address": ""},
    "one word": {"title": "", "content": "leak", "address": ""},
    "only digits": {"title": "12345", "content": "13800005521 20260101 3", "address": "404"},
    "only signs": {"title": "！！！", "content": "……", "address": "—"},
    "long": {"content": "地下车库渗水，幸福里3号楼无人处理。" * 2_800},
    "long word": {"content": "水" * 50_000},
    "long numbers": {"content": "9" * 50_000, "address": "9" * 1_900 + "号楼"},
    "many places": {"content": "".join(f"建设路{n}号幸福里{n}栋" for n in range(4_000))},
    "quotes": {"content": 'text:"漏水" OR * NEAR(a b)', "address": "\"'; DROP TABLE orders; --"},
    "rare signs": {
        "content": "𠮷野家漏水\u200b\u202e\x00"[:-1] + "ﬁ①㎡",
        "address": "𠮷祥里３号楼",
    },
    "poles": {"lat": 90.0, "lon": 180.0},
    "the other pole": {"lat": -90.0, "lon": -180.0},
    "itself": {"previous_no": "itself", "urge_no": "itself"},
    "to nowhere": {"previous_no": "no such order"},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_order_gets_an_answer_soon(cache: Cache, name: str) -> None:
    odd = an_order(name, **ODD[name])
    put(cache, an_order("1"), an_order("2"), odd, an_order("twin", **ODD[name]))
    start = time.perf_counter()
    for number in (name, "1"):
        for one in candidates(cache, number):
            assert 0.0 <= one.score <= 1.0
            assert one.order_no != number
    side_by_side(cache, name, "1")
    assert time.perf_counter() - start < 5


def test_an_order_that_says_nothing_is_like_nothing(cache: Cache) -> None:
    put(cache, an_order("1"), WorkOrder(order_no="0"), WorkOrder(order_no="00"))
    assert [one for one in candidates(cache, "0") if one.likely] == []


def test_alone_in_the_cache_nothing_is_found(cache: Cache) -> None:
    put(cache, an_order("1"))
    assert candidates(cache, "1") == []


def test_an_empty_cache_has_no_matters_and_nothing_new(cache: Cache) -> None:
    assert morning_pass(cache) == 0
    assert suggested(cache) == []
    assert likely(cache) == []


def test_the_same_boilerplate_everywhere_makes_no_repeat(cache: Cache) -> None:
    text = "市民来电反映，请相关部门核实处理并回复市民，来电人对回复内容不公开。"
    put(
        cache,
        *(
            WorkOrder(order_no=str(n), title="市民来电", content=text, address=f"长安路{n}号")
            for n in range(10_000)
        ),
    )
    candidates(cache, "77")
    start = time.perf_counter()
    found = candidates(cache, "5000")
    assert time.perf_counter() - start < 1
    assert found
    assert not any(one.likely for one in found)
