"""Whatever is written, in whatever order: every set holds what its rule says, and no list scans."""

from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from caseworker.cache import (
    annotations,
    drafts,
    lists,
    memberships,
    orders,
    settings,
    shelf,
    suggestions,
)
from caseworker.cache.connection import Cache
from caseworker.desk.views import VIEWS
from caseworker.model.annotation import Annotation, Decision
from caseworker.model.trouble import Trouble
from tests.builders import LI_MIN, NOW, a_draft, an_order, evidence_for, put, say

NUMBERS = [f"{n:03}" for n in range(12)]


def members(cache: Cache) -> set[tuple[object, ...]]:
    return set(cache.rows("SELECT * FROM members"))


def found_anew(cache: Cache) -> set[tuple[object, ...]]:
    """The sets as they come out of the orders alone, with nothing remembered."""
    with cache.writing():
        cache.execute("DELETE FROM members")
        cache.execute("INSERT INTO touched SELECT id FROM orders")
    return members(cache)


def act(cache: Cache, chance: Random) -> None:
    """One thing that can befall the cache."""
    number, other = chance.sample(NUMBERS, 2)
    ids = dict(cache.rows("SELECT order_no, id FROM orders"))
    match chance.randrange(12):
        case 0:
            put(cache, an_order(number, revision=chance.randrange(9), title="燃气泄漏"))
        case 1:
            put(
                cache,
                an_order(
                    number,
                    revision=9,
                    substance_revision=9,
                    state=chance.choice(["open", "closed"]),
                    deadline=NOW + timedelta(days=chance.randrange(-3, 40)),
                ),
            )
        case 2:
            say(cache, a_draft(number))
        case 3 if number in ids and other in ids:
            with cache.writing():
                annotations.put_annotation(cache, a_repeat(number, other, chance))
        case 4:
            withdraw_something(cache, chance)
        case 5 if number in ids:
            with suppress(Trouble):
                say(
                    cache, a_draft(number, "unreasonable", code="U01", evidence=evidence_for("U01"))
                )
        case 6:
            rule_on_something(cache, chance)
        case 7 if number in ids:
            with cache.writing():
                suggestions.put(cache, ids[number], [(other, 0.9, b"")])
        case 8:
            with cache.writing():
                suggestions.say_not_same(cache, number, other, NOW)
        case 9:
            with cache.writing():
                shelf.put_aside(cache, number, NOW + timedelta(days=chance.randrange(1, 30)), NOW)
                shelf.list_short(cache, other, NOW)
        case 10:
            drafts.save_draft(cache, a_draft(number), NOW)
        case 11:
            with cache.writing():
                orders.take_out(cache, number, NOW)
        case _:
            put(cache, an_order(number))


def a_repeat(number: str, other: str, chance: Random) -> Annotation:
    return Annotation(
        id=f"019aaaaa-0000-7000-8000-{chance.randrange(10**12):012}",
        order_no=number,
        order_revision=1,
        kind="repeat",
        code=chance.choice(["R01", "R02"]),
        text="同一件事",
        earlier=(other,),
        author=chance.choice(["赵强", "陈芳"]),
        written_at=NOW,
    )


def withdraw_something(cache: Cache, chance: Random) -> None:
    said = cache.rows("SELECT id, order_no, author FROM annotations WHERE kind <> 'withdrawal'")
    if said:
        target, number, author = chance.choice(said)
        one = a_repeat(number, number, chance)
        with cache.writing():
            annotations.put_annotation(
                cache,
                Annotation(
                    id=one.id,
                    order_no=number,
                    kind="withdrawal",
                    target=target,
                    author=author,
                    written_at=NOW,
                ),
            )


def rule_on_something(cache: Cache, chance: Random) -> None:
    said = cache.rows("SELECT id, order_no FROM annotations WHERE kind IN ('repeat')")
    if said:
        target, number = chance.choice(said)
        with cache.writing():
            annotations.put_decision(
                cache,
                Decision(
                    id=f"019bbbbb-0000-7000-8000-{chance.randrange(10**12):012}",
                    annotation_id=target,
                    order_no=number,
                    ruling=chance.choice(["granted", "refused", "more_asked", "reversed"]),
                    text="见附件",
                    decided_by="中心",
                    decided_at=NOW,
                    valid_until=NOW + timedelta(days=chance.randrange(-5, 90)),
                ),
            )


@profile(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**9))
def test_the_sets_are_the_same_as_if_they_were_found_anew(cache: Cache, seed: int) -> None:
    chance = Random(seed)
    for _ in range(15):
        act(cache, chance)
    assert members(cache) == found_anew(cache)
    assert not cache.value("SELECT EXISTS (SELECT 1 FROM touched)")


@profile(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**9), st.integers(0, 12))
def test_lengths_and_places_are_those_of_the_rows(cache: Cache, seed: int, newest: int) -> None:
    chance = Random(seed)
    for _ in range(15):
        act(cache, chance)
    now = NOW + timedelta(days=chance.randrange(20))
    for view in VIEWS.values():
        listing = view.listing(now, LI_MIN)
        for standing_still in (listing, replaced(listing, newest)):
            rows = walked(cache, standing_still)
            assert lists.count(cache, standing_still) == len(rows), view.name
            assert lists.count_up_to(cache, standing_still, 3) == min(len(rows), 3)
            for at, row in enumerate(rows):
                assert lists.position(cache, standing_still, row) == at
                found = lists.at_offset(cache, standing_still, at, 4, len(rows))
                assert found == rows[at : at + 4], view.name
        late = replaced(listing, newest)
        assert lists.count_newer(cache, late) == sum(
            row.id > newest for row in walked(cache, listing)
        )


def replaced(listing: lists.Listing, newest: int) -> lists.Listing:
    from msgspec.structs import replace

    return replace(listing, newest=newest)


def walked(cache: Cache, listing: lists.Listing) -> list[lists.ListedOrder]:
    """Every row, read forwards from before the first."""
    before_all = lists.ListedOrder(-1, "", -1, -1, "", "", "", False, None, "")
    if len(listing.standings) == 1:
        before_all = lists.ListedOrder(
            -1, "", listing.standings[0], -1, "", "", "", False, None, ""
        )
    return lists.beside(cache, listing, before_all, 99, after=True)


def names(cache: Cache, view: str, at: datetime = NOW) -> list[str]:
    return [row.order_no for row in walked(cache, VIEWS[view].listing(at, LI_MIN))]


def test_an_order_with_a_possible_repeat_stands_in_its_view_until_that_is_settled(
    cache: Cache,
) -> None:
    put(cache, an_order("1"), an_order("2"), an_order("3"))
    with cache.writing():
        suggestions.put(cache, 1, [("2", 0.9, b"")])
        suggestions.put(cache, 3, [("2", 0.9, b"")])
    assert names(cache, "repeats") == ["1", "3"]
    with cache.writing():
        suggestions.say_not_same(cache, "1", "2", NOW)
    assert names(cache, "repeats") == ["3"]
    say(cache, a_draft("3", "repeat", code="R01", earlier=("2",)))
    assert names(cache, "repeats") == []


@pytest.mark.parametrize(
    ("ruling", "back"), [("granted", False), ("refused", True), ("more_asked", True)]
)
def test_what_the_centre_turns_down_comes_back(cache: Cache, ruling: str, back: bool) -> None:
    put(cache, an_order("1"), an_order("2"))
    mine = say(cache, a_draft("2", "repeat", code="R01", earlier=("1",))).annotation
    with cache.writing():
        annotations.put_decision(cache, a_ruling(mine.id, "2", ruling))
    assert (names(cache, "returned") == ["2"]) is back


def a_ruling(target: str, number: str, ruling: str) -> Decision:
    return Decision(
        id="019bbbbb-0000-7000-8000-000000000001",
        annotation_id=target,
        order_no=number,
        ruling=ruling,  # type: ignore[arg-type]
        text="见附件",
        decided_by="中心",
        decided_at=NOW,
        valid_until=NOW + timedelta(days=90),
    )


def test_a_granted_mark_comes_back_on_the_day_it_lapses(cache: Cache) -> None:
    put(cache, an_order("1"), an_order("2"))
    mine = say(cache, a_draft("2", "repeat", code="R01", earlier=("1",))).annotation
    with cache.writing():
        annotations.put_decision(cache, a_ruling(mine.id, "2", "granted"))
    assert names(cache, "returned", NOW + timedelta(days=89)) == []
    assert names(cache, "returned", NOW + timedelta(days=90)) == ["2"]


def test_an_order_that_changed_in_substance_after_my_note_comes_back_until_i_write_anew(
    cache: Cache,
) -> None:
    put(cache, an_order("1"))
    say(cache, a_draft("1"))
    put(cache, an_order("1", revision=2))
    assert names(cache, "returned") == []
    put(cache, an_order("1", revision=3, substance_revision=3, content="又漏了，墙裂了。"))
    assert names(cache, "returned") == ["1"]
    say(cache, a_draft("1"))
    assert names(cache, "returned") == []


def test_a_withdrawn_note_is_no_context(cache: Cache) -> None:
    put(cache, an_order("1"))
    note = say(cache, a_draft("1")).annotation
    assert names(cache, "bare") == []
    say(cache, a_draft("1", "withdrawal", target=note.id))
    assert names(cache, "bare") == ["1"]


def test_new_since_yesterday_is_told_by_the_day_it_was_received(cache: Cache) -> None:
    midnight = datetime(2026, 11, 23, tzinfo=NOW.tzinfo)
    put(
        cache,
        an_order("1", received_at=midnight, deadline=NOW + timedelta(days=2)),
        an_order("2", received_at=midnight - timedelta(seconds=1)),
        an_order("3", received_at=NOW),
    )
    assert names(cache, "new") == ["3", "1"], "the first to break first, as everywhere"


def test_a_flood_of_plain_orders_leaves_nothing_to_look_at(cache: Cache) -> None:
    put(cache, *(an_order(f"{n:04}") for n in range(600)))
    assert members(cache) == set()
    assert settings.get(cache, "worker") == ""
    assert memberships.AT_ONCE < 600
