"""A matter with much to remember, its own page and an order of it, in both languages and sizes."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import structs
from textual.pilot import Pilot

from caseworker import locale
from caseworker.cache import next_looks
from caseworker.cache.annotations import put_annotation, put_decision
from caseworker.cache.connection import Cache
from caseworker.cache.orders import put_orders, read_order
from caseworker.model.annotation import About, Annotation, Decision, Statement
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in
from screens.app import Desk
from tests.screens.shown import settled
from tests.screens.street import EARLIER, GARAGE, NOW
from tests.screens.test_pictures import TO_GARAGE, Snap

LAST_YEAR = "440300202511120007"
NEXT_DOOR = "440300202610080019"
"""An order that no link joins with the matter: the same building, and another thing."""

STATES = {
    "page": ("m",),
    "page_below": ("m", "tab", "G"),
    "beside_an_order": ("enter",),
    "what_ended": ("enter", "E"),
    "split": ("m", "minus"),
    "not_a_day": ("m", "a", "backspace", *"soon", "enter"),
}


def remember_much(cache: Cache) -> None:
    """Three orders of two callers over a year, and contexts of and around them."""
    with cache.writing():
        put_orders(cache, _orders(cache), built_in(), from_hub=True)
        for one in _said():
            put_annotation(cache, one)
        put_decision(cache, _ruling())
        next_looks.put(cache, GARAGE, date(2026, 11, 27))


def _orders(cache: Cache) -> list[WorkOrder]:
    garage, earlier = read_order(cache, GARAGE), read_order(cache, EARLIER)
    assert garage is not None
    assert earlier is not None
    closed = {"deadline": None, "unit": "幸福里社区", "state": "closed", "revision": 1}
    last_year = structs.replace(
        earlier,
        order_no=LAST_YEAR,
        title="地下车库顶板滴水",
        content="雨后地下车库顶板滴水，请物业看看。",
        received_at=NOW - timedelta(days=377),
        dispatched_at=NOW - timedelta(days=376),
        closed_at=NOW - timedelta(days=370),
        reply="已由物业清理排水沟，现场不再滴水。",
        caller_hash="b" * 16,
        **closed,
    )
    next_door = structs.replace(
        earlier,
        order_no=NEXT_DOOR,
        title="3号楼电梯停运",
        content="电梯停了三天。",
        received_at=NOW - timedelta(days=47),
        closed_at=NOW - timedelta(days=40),
        reply="",
        **closed,
    )
    return [
        structs.replace(garage, caller_hash="a" * 16, revision=2),
        structs.replace(earlier, caller_hash="a" * 16, revision=2),
        last_year,
        next_door,
    ]


def _said() -> list[Annotation]:
    promise = "019aaaaa-1111-7000-8000-000000000001"
    place = About("place", "幸福里小区3号楼")
    return [
        _context(11, NEXT_DOOR, "C05", "本楼维修资金已申请，排在第一位。", days=40, about=place),
        _context(
            12,
            NEXT_DOOR,
            "C02",
            "几户人家商量一起到街道反映车库的事。",
            days=12,
            about=About("matter", EARLIER),
        ),
        _context(13, EARLIER, "C04", "社区组织物业和业委会谈过一次，约定再谈。", days=16),
        _context(14, GARAGE, "C03", "物业二十日前没有来修。", days=1, supersedes=promise),
        structs.replace(
            _context(15, EARLIER, "R03", "同一处车库，去年就漏过。", days=15),
            kind="repeat",
            earlier=(LAST_YEAR,),
            evidence=(Statement("visit", "11-09 李敏、陈芳到车库看过，东侧墙面渗水。"),),
        ),
    ]


def _context(
    number: int, order_no: str, code: str, text: str, *, days: int, **fields: Any
) -> Annotation:
    return Annotation(
        id=f"019aaaaa-1111-7000-8000-0000000000{number}",
        order_no=order_no,
        order_revision=1,
        kind="context",
        code=code,
        text=text,
        author="赵强",
        written_at=NOW - timedelta(days=days),
        **fields,
    )


def _ruling() -> Decision:
    return Decision(
        id="019aaaaa-2222-7000-8000-000000000015",
        annotation_id="019aaaaa-1111-7000-8000-000000000015",
        order_no=EARLIER,
        ruling="granted",
        text="同意并单，请一并答复。",
        decided_by="市中心 周",
        decided_at=NOW - timedelta(days=14),
        valid_until=NOW + timedelta(days=76),
    )


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("state", list(STATES))
def test_a_matter_that_remembers_much_looks_as_it_did(
    state: str, language: str, size: tuple[int, int], desk: Desk, cache: Cache, snap_compare: Snap
) -> None:
    locale.set_language(language)
    remember_much(cache)

    async def go(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for key in (*TO_GARAGE, *STATES[state]):
            await pilot.press(key)
        await settled(pilot)

    assert snap_compare(desk, terminal_size=size, run_before=go)
    assert not desk.return_code
