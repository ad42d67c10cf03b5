"""What becomes of a mark, as the order's page shows it: look at a picture before it is accepted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs
from textual.pilot import Pilot

from caseworker import locale
from caseworker.cache import annotations, evidence
from caseworker.cache.connection import Cache
from caseworker.cache.orders import put_orders, read_order
from caseworker.model.annotation import Annotation, Contest, Decision, Ruling
from caseworker.model.taxonomy import built_in
from screens.app import Desk
from tests.screens.shown import settled
from tests.screens.street import EARLIER, GARAGE, JOB, NOW
from tests.screens.test_evidence import rests_on
from tests.screens.test_marks import ask_more

TO_GARAGE = ("j", "j", "j")


def _mark(cache: Cache) -> Annotation:
    return next(one for one in annotations.annotations_of(cache, GARAGE) if one.kind == "repeat")


def _rule(cache: Cache, ruling: Ruling, text: str, minutes: int) -> None:
    made = Decision(
        id=f"019aaaaa-3333-7000-8000-{minutes:012}",
        annotation_id=_mark(cache).id,
        order_no=GARAGE,
        ruling=ruling,
        text=text,
        decided_by="市中心 周",
        decided_at=NOW - timedelta(minutes=minutes),
        valid_until=NOW + timedelta(days=90) if ruling == "granted" else None,
    )
    annotations.put_decision(cache, made)


def _contested(cache: Cache) -> None:
    _rule(cache, "granted", "属同一问题复发", 4)
    said = Contest(
        id="019aaaaa-4444-7000-8000-000000000001",
        annotation_id=_mark(cache).id,
        order_no=GARAGE,
        text="这次是另一面墙，不是上次那处。",
        entered_by="市中心 周",
        entered_at=NOW - timedelta(minutes=2),
    )
    annotations.put_contest(cache, said)


def _harmed(cache: Cache) -> None:
    _rule(cache, "granted", "属同一问题复发", 4)
    found = Contest(
        id="019aaaaa-4444-7000-8000-000000000002",
        annotation_id=_mark(cache).id,
        order_no=GARAGE,
        text="现场看过：这次漏的是另一面墙。",
        entered_by="钱进",
        entered_at=NOW - timedelta(minutes=2),
        source="recheck",
    )
    annotations.put_contest(cache, found)


def _relied_on(cache: Cache) -> None:
    """What this order's repeat names carries a mark that was reversed."""
    mark = structs.replace(
        _mark(cache),
        id="019aaaaa-1111-7000-8000-00000000000b",
        order_no=EARLIER,
        earlier=("440300202610010001",),
        author="赵强",
    )
    annotations.put_annotation(cache, mark)
    ruled = Decision(
        id="019aaaaa-3333-7000-8000-000000000009",
        annotation_id=mark.id,
        order_no=EARLIER,
        ruling="reversed",
        text="复查认定是另一处渗漏",
        decided_by="市中心 周",
        decided_at=NOW - timedelta(minutes=9),
    )
    annotations.put_decision(cache, ruled)


def _reversed(cache: Cache) -> None:
    _rule(cache, "granted", "属同一问题复发", 4)
    _rule(cache, "reversed", "复查认定是另一处渗漏", 2)


def _lapsed(cache: Cache) -> None:
    order = read_order(cache, GARAGE)
    assert order is not None
    changed = structs.replace(order, content="水漫到配电箱了。", revision=2, substance_revision=2)
    put_orders(cache, [changed], built_in(), from_hub=True)


BEFALLS: dict[str, Callable[[Cache], None]] = {
    "contested": _contested,
    "harmed": _harmed,
    "relied_on": _relied_on,
    "reversed": _reversed,
    "lapsed": _lapsed,
}


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("befalls", list(BEFALLS))
def test_what_becomes_of_a_mark_looks_as_it_did(
    befalls: str,
    language: str,
    size: tuple[int, int],
    desk: Desk,
    cache: Cache,
    snap_compare: Callable[..., bool],
) -> None:
    locale.set_language(language)
    with cache.writing():
        BEFALLS[befalls](cache)

    async def go(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for key in (*TO_GARAGE, "enter"):
            await pilot.press(key)
        await settled(pilot)

    assert snap_compare(desk, terminal_size=size, run_before=go)
    assert not desk.return_code


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_form_that_a_question_reopens_looks_as_it_did(
    language: str,
    size: tuple[int, int],
    desk: Desk,
    cache: Cache,
    snap_compare: Callable[..., bool],
) -> None:
    locale.set_language(language)
    ask_more(cache)

    async def go(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for key in (*TO_GARAGE, "r", "e"):
            await pilot.press(key)
        await settled(pilot)

    assert snap_compare(desk, terminal_size=size, run_before=go)
    assert not desk.return_code


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_review_that_must_wait_for_its_evidence_looks_as_it_did(
    language: str,
    size: tuple[int, int],
    desk: Desk,
    cache: Cache,
    snap_compare: Callable[..., bool],
) -> None:
    locale.set_language(language)
    sha256 = rests_on(cache, "车库东墙.png", "image/png", b"", here=False)
    with cache.writing():
        said = next(one for one in annotations.annotations_of(cache, JOB) if one.evidence[-1].file)
        evidence.put_awaited(cache, said.id, [sha256])

    async def go(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for key in (*TO_GARAGE, "j", "j", "v", "2", "tab", "1"):
            await pilot.press(key)
        await settled(pilot)

    assert snap_compare(desk, terminal_size=size, run_before=go)
    assert not desk.return_code
