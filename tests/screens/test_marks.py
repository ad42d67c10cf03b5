"""Fair marks on the screen: a recorded look, a question on top, what a contest opens again."""

from datetime import timedelta
from typing import Any

from textual.pilot import Pilot

from caseworker.cache import annotations, disclosures
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import drafts
from caseworker.cache.orders import purge
from caseworker.model.annotation import Annotation, Decision
from screens.app import Desk
from tests.screens.shown import shown
from tests.screens.street import EARLIER, GARAGE, NOW, PARKING

SIZE = (140, 40)
TO_GARAGE = ("j", "j", "j")


def ask_more(cache: Cache) -> Annotation:
    """The centre asks more about the street's repeat; the repeat itself."""
    mark = next(one for one in annotations.annotations_of(cache, GARAGE) if one.kind == "repeat")
    asked = Decision(
        id="019aaaaa-2222-7000-8000-000000000010",
        annotation_id=mark.id,
        order_no=GARAGE,
        ruling="more_asked",
        text="上次是哪天修好的？",
        decided_by="市中心 周",
        decided_at=NOW - timedelta(minutes=1),
    )
    with cache.writing():
        annotations.put_decision(cache, asked)
    return mark


async def test_a_look_at_the_caller_says_that_it_is_recorded_and_ends_with_the_next_key(
    desk: Desk, cache: Cache
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "x")
        assert "王小明  13800005521" in shown(desk)
        assert "recorded" in shown(desk)
        assert [line.order_no for line in disclosures.all_lines(cache)] == [GARAGE]
        await _press(pilot, "k")
        assert "13800005521" not in shown(desk)


async def test_what_the_centre_asks_stands_on_top_of_the_draft(desk: Desk, cache: Cache) -> None:
    mark = next(one for one in annotations.annotations_of(cache, PARKING) if one.author == "李敏")
    asked = Decision(
        id="019aaaaa-2222-7000-8000-000000000009",
        annotation_id=mark.id,
        order_no=PARKING,
        ruling="more_asked",
        text="上次是哪天修好的？",
        decided_by="市中心 周",
        decided_at=NOW - timedelta(minutes=1),
    )
    with cache.writing():
        annotations.put_decision(cache, asked)
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "j", "o")
        assert "The centre asks: 上次是哪天修好的？" in shown(desk)
        assert mark.text in shown(desk)


async def test_what_the_centre_asks_of_a_repeat_stands_on_top_of_its_draft(
    desk: Desk, cache: Cache
) -> None:
    mark = ask_more(cache)
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "r", "e")
        assert "The centre asks: 上次是哪天修好的？" in shown(desk)
        assert mark.text in shown(desk)
        await _press(pilot, "tab", "tab", "!", "escape", "e")
        assert "The centre asks: 上次是哪天修好的？" in shown(desk)
    (kept,) = drafts(cache, GARAGE)
    assert kept.draft.supersedes == mark.id
    assert kept.draft.earlier == mark.earlier


async def test_a_question_about_orders_that_are_not_listed_is_found_all_the_same(
    desk: Desk, cache: Cache
) -> None:
    ask_more(cache)
    with cache.writing():
        purge(cache, EARLIER)
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "r", "e")
        assert "The centre asks: 上次是哪天修好的？" in shown(desk)


async def _press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
    await pilot.pause()
