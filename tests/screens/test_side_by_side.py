"""An order beside its likely repeats: linked by a key, told apart by a key, undone by a key."""

from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from caseworker.cache import annotations
from caseworker.cache.annotations import annotations_of
from caseworker.cache.connection import Cache
from caseworker.cache.orders import standing_of
from caseworker.cache.outbox import freeze
from caseworker.desk.repeats import said_not_same
from caseworker.model.order import WorkOrder
from screens.app import Desk
from screens.compose.page import ComposePage
from screens.matter.page import MatterPage
from screens.order.page import OrderPage
from screens.repeats.page import SidePage
from screens.seat import Seat
from tests.builders import NOW, a_draft, an_order, put, say
from tests.screens.shown import settled, shown

SIZE = (140, 40)
LIFT, AGAIN, THIRD, LATER, OTHER = "101", "102", "103", "104", "105"


def lift(number: str, days: int, **fields: Any) -> WorkOrder:
    """An order about one broken lift, so many days old."""
    return an_order(
        number,
        title="电梯困人",
        content="春晖苑6栋电梯又停在半道，老人被关在里面二十分钟。" + fields.pop("more", ""),
        address="春晖苑6栋",
        received_at=NOW - timedelta(days=days),
        **fields,
    )


@pytest.fixture
def lifts(cache: Cache) -> Desk:
    """Four orders about one lift, and one about something else; the newest breaks first."""
    put(
        cache,
        lift(LIFT, 9, caller_hash="a", deadline=NOW + timedelta(hours=50)),
        lift(AGAIN, 6, caller_hash="b", deadline=NOW + timedelta(hours=40)),
        lift(THIRD, 4, caller_hash="a", deadline=NOW + timedelta(hours=30)),
        lift(
            LATER,
            1,
            caller_hash="c",
            deadline=NOW + timedelta(hours=1),
            more="轿厢的按钮也掉了一个。",
        ),
        an_order(
            OTHER,
            title="路灯不亮",
            content="南苑路一片漆黑。",
            address="南苑路9号",
            deadline=NOW + timedelta(hours=60),
        ),
    )
    return Desk(Seat(cache, clock=lambda: NOW))


async def test_one_key_links_the_later_to_the_earlier_and_one_undoes_it(
    lifts: Desk, cache: Cache
) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r")
        assert isinstance(lifts.screen, SidePage)
        assert "春晖苑6栋" in shown(lifts)
        chosen = current(lifts)
        await press(pilot, "r")
        (said,) = annotations_of(cache, LATER)
        assert (said.kind, said.code, said.earlier) == ("repeat", "R03", (chosen,))
        assert "春晖苑6栋" in said.text

        await press(pilot, "z")
        assert annotations_of(cache, LATER) == []


async def test_the_kind_can_be_another_than_proposed(lifts: Desk, cache: Cache) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r", "5", "r")
    assert annotations_of(cache, LATER)[0].code == "R05"


async def test_marked_candidates_are_linked_in_one_go_after_the_dry_run(
    lifts: Desk, cache: Cache
) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r", "space", "j", "space", "j", "space", "r")
        assert "Nothing is done yet" in shown(lifts)
        assert "1 will get it" in shown(lifts)
        assert annotations_of(cache, LATER) == []

        await press(pilot, "a")
        assert "Have we met this before?" in shown(lifts)
        (said,) = annotations_of(cache, LATER)
        assert sorted(said.earlier) == [LIFT, AGAIN, THIRD]
        assert "z undoes it" in shown(lifts)

        await press(pilot, "z")
        assert annotations.standing_links(cache) == []


async def test_a_set_that_was_linked_is_taken_back_from_any_page(lifts: Desk, cache: Cache) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r", "space", "j", "space", "r", "a", "escape", "z")
        assert "Undone: 1." in shown(lifts)
        assert annotations.standing_links(cache) == []


async def test_what_was_done_before_a_linked_set_is_taken_back_after_it(
    lifts: Desk, cache: Cache
) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r", "G", "n", "g", "space", "j", "space", "r", "a")
        unlike = said_not_same(cache, LATER)
        assert len(unlike) == 1
        await press(pilot, "z")
        assert annotations.standing_links(cache) == []
        assert said_not_same(cache, LATER) == unlike
        await press(pilot, "z")
        assert said_not_same(cache, LATER) == set()


async def test_what_can_hurt_is_linked_one_by_one(lifts: Desk, cache: Cache) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r", "space", "j", "space", "2", "r")
        assert "never done to several" in " ".join(shown(lifts).split())
        await press(pilot, "a")
        assert annotations.standing_links(cache) == []


async def test_orders_marked_in_the_queue_come_marked_and_link_in_one_go(
    lifts: Desk, cache: Cache
) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "j", "space", "space", "space", "r", "r", "a")
    # In time's order, whichever was marked first: no set of links makes a circle.
    assert set(annotations.standing_links(cache)) == {(THIRD, AGAIN), (THIRD, LIFT)}


async def test_not_the_same_is_remembered_and_taken_back_by_a_key(
    lifts: Desk, cache: Cache
) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r")
        refused = current(lifts)
        await press(pilot, "n")
        assert said_not_same(cache, LATER) == {refused}
        assert current(lifts) == refused

        await press(pilot, "escape", "r")
        assert current(lifts) != refused

        await press(pilot, "G", "n")
        assert said_not_same(cache, LATER) == set()

        await press(pilot, "n", "z")
        assert said_not_same(cache, LATER) == set()


async def test_what_is_new_in_the_later_one_is_listed(lifts: Desk) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r")
        assert "+ 轿厢的按钮也掉了一个" in shown(lifts)


async def test_ones_own_words_go_in_the_form_that_is_filled_in(lifts: Desk, cache: Cache) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r", "e")
        assert isinstance(lifts.screen, ComposePage)
        await press(pilot, "ctrl+s")
    assert annotations_of(cache, LATER)[0].earlier


async def test_what_the_rules_refuse_is_asked_for_in_the_form(lifts: Desk, cache: Cache) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r", "2", "r")
        assert isinstance(lifts.screen, ComposePage)
        assert annotations_of(cache, LATER) == []


async def test_a_link_moves_and_hides_no_order(lifts: Desk, cache: Cache) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        before = [standing_of(cache, number) for number in (LIFT, AGAIN, THIRD, LATER)]
        await press(pilot, "r", "r", "escape")
        assert [standing_of(cache, number) for number in (LIFT, AGAIN, THIRD, LATER)] == before
        assert "电梯困人" in shown(lifts)


async def test_an_order_like_no_other_says_what_to_do(cache: Cache) -> None:
    put(cache, an_order("1"))
    desk = Desk(Seat(cache, clock=lambda: NOW))
    async with desk.run_test(size=SIZE) as pilot:
        await press(pilot, "r")
        assert " e " in shown(desk)
        await press(pilot, "r", "n", "space", "e")
        assert isinstance(desk.screen, ComposePage)


async def test_a_matter_is_counted_split_and_looked_at_again(lifts: Desk, cache: Cache) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r", "space", "j", "space", "j", "space", "r", "a", "escape", "m")
        assert isinstance(lifts.screen, MatterPage)
        told = shown(lifts)
        assert "4 orders" in told
        assert "3 callers" in told

        await press(pilot, "a", *"12-01", "enter")
        assert "Next look 12-01" in shown(lifts)

        await press(pilot, "g", "minus")
        assert annotations.earlier_of(cache, LATER) == [AGAIN, THIRD]
        await press(pilot, "enter")
        assert isinstance(lifts.screen, OrderPage)


async def test_any_order_of_a_matter_shows_what_it_remembers(lifts: Desk, cache: Cache) -> None:
    async with lifts.run_test(size=SIZE) as pilot:
        await press(pilot, "r", "r", "escape", "m", "a", "7", "enter", "escape", "enter")
        assert "Next look 12-01" in shown(lifts)


def current(desk: Desk) -> str:
    """The candidate under the cursor."""
    page = desk.screen
    assert isinstance(page, SidePage)
    candidate = page.current()
    assert candidate is not None
    return candidate.order_no


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, and wait until they are dealt with."""
    await pilot.press(*keys)
    await pilot.pause()


async def test_a_link_that_was_sent_is_split_off_by_a_withdrawal_that_says_so(
    lifts: Desk, cache: Cache
) -> None:
    drafts = (a_draft(LATER, "repeat", code="R03", earlier=(one,)) for one in (AGAIN, THIRD))
    worker = lifts.seat.worker
    links = [say(cache, draft, worker).annotation.id for draft in drafts]
    freeze(cache, links, author=worker.name, device="", at=NOW)

    async with lifts.run_test(size=SIZE) as pilot:
        await pilot.press("m", "minus")
        await settled(pilot)

        assert isinstance(lifts.screen, ComposePage)
        assert "2 links were sent: withdraw them one by one, - for the next." in shown(lifts)
