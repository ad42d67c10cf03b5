"""Fair marks on the screen: a recorded look, a question on top, what a contest opens again."""

from datetime import timedelta
from typing import Any

from textual.pilot import Pilot

from caseworker.cache import annotations, disclosures, evidence, settings
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import drafts
from caseworker.cache.orders import purge
from caseworker.model.annotation import Annotation, Decision
from caseworker.model.taxonomy import built_in, built_in_toml
from screens.app import Desk
from tests.screens.shown import settled, shown
from tests.screens.street import EARLIER, GARAGE, JOB, NOW, PARKING
from tests.screens.test_evidence import rests_on

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


async def test_to_link_what_is_linked_goes_on_from_the_centres_question(
    desk: Desk, cache: Cache
) -> None:
    mark = ask_more(cache)
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "r", "r")
        assert "The centre asks: 上次是哪天修好的？" in shown(desk)
        await _press(pilot, "tab", "tab", *"on the 15th", "ctrl+s")
    said = [one for one in annotations.annotations_of(cache, GARAGE) if one.kind == "repeat"]
    assert [one.supersedes for one in said] == ["", mark.id]


async def test_a_code_that_is_retired_while_one_writes_is_told_and_nothing_is_lost(
    desk: Desk, cache: Cache
) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "j", "j", "u", "7", "enter", *"no grounds in law")
        retire(cache, "U07", "U06")
        desk.pages[-1].reload()
        await settled(pilot)
        assert "U07 is no longer in force: U06 malicious use" in shown(desk)
        await _press(pilot, "ctrl+s")
        assert "Not saved yet" in shown(desk)
        (kept,) = drafts(cache, JOB)
        assert (kept.draft.code, kept.draft.text) == ("U07", "no grounds in law")
        # Opened anew it is chosen from the codes in force, and the words stand.
        await _press(pilot, "escape", "u", "6")
        await settled(pilot)
        assert "no longer in force" not in shown(desk)
        assert "no grounds in law" in shown(desk)


async def test_nobody_endorses_while_the_evidence_is_on_its_way(desk: Desk, cache: Cache) -> None:
    sha256 = rests_on(cache, "wall.png", "image/png", b"", here=False)
    with cache.writing():
        evidence.put_awaited(cache, "019aaaaa-1111-7000-8000-00000000000a", [sha256])
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_GARAGE, "j", "j", "v", "2")
        await settled(pilot)
        assert "This file is still on its way from its author" in shown(desk)
        await _press(pilot, "tab", "1", "tab", *"looked", "ctrl+s")
        assert "Its evidence is still on its way (wall.png)" in shown(desk)
        assert "Not saved yet" in shown(desk)
        with cache.writing():
            evidence.put_awaited(cache, "019aaaaa-1111-7000-8000-00000000000a", [])
        desk.pages[-1].reload()
        await _press(pilot, "!")
        await settled(pilot)
        assert "This file is at the hub" in shown(desk)
        await _press(pilot, "ctrl+s")
    reviews = [one for one in annotations.annotations_of(cache, JOB) if one.kind == "review"]
    assert [one.endorse for one in reviews] == [True]


def retire(cache: Cache, code: str, successor: str) -> None:
    """The hub has put other reason codes in force."""
    before = f'version = "{built_in().version}"'
    toml = built_in_toml().replace(before, 'version = "heping-2"')
    gone = f'[codes.{code}]\nretired = true\nsuccessor = "{successor}"\n'
    with cache.writing():
        settings.put(cache, taxonomy=toml.replace(f"[codes.{code}]\n", gone))


async def _press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
    await pilot.pause()
