"""The feed tells each worker how their orders stand now: nothing skipped, nothing twice."""

from datetime import timedelta
from random import Random
from threading import Thread

import pytest
from msgspec import structs

from caseworker.model.taxonomy import built_in
from caseworker.model.wire import LeftChange, OrderChange, TaxonomyChange
from hub import feed, units
from hub.feed import Entry
from hub.store import Store, begin_generation
from tests.hub.effort import settle_in, work_of
from tests.hub.town import (
    LAOJIE,
    OTHER_STREET,
    START,
    STREET,
    XINGFULI,
    Town,
    an_order,
    context,
    problem,
    told,
)
from tests.model.marks import a_mark, a_review


def test_a_first_pull_brings_the_reason_codes_and_every_order_in_scope(town: Town) -> None:
    desk = town.enrol("李敏")
    town.load(an_order("1"), an_order("2"))
    town.load(an_order("3"), unit=XINGFULI)
    town.load(an_order("4"), unit=OTHER_STREET)
    page = desk.page()
    assert isinstance(page.changes[0], TaxonomyChange)
    assert page.changes[0].version == built_in().version
    assert told(page.changes[1:]) == ["order 1@1", "order 2@1", "order 3@1"]
    assert not page.more


def test_a_second_pull_with_nothing_new_brings_nothing(town: Town) -> None:
    desk = town.enrol("李敏")
    town.load(an_order("1"))
    _changes, cursor = desk.pull()
    page = desk.page(cursor)
    assert (page.changes, page.more, page.cursor) == ([], False, cursor)


def test_an_order_that_changed_often_is_sent_once_and_as_it_stands(town: Town) -> None:
    desk = town.enrol("李敏")
    town.load(an_order("1"))
    _changes, cursor = desk.pull()
    for number in range(5):
        town.load(an_order("1", reply=f"第{number}次答复"))
    changes, _cursor = desk.pull(cursor)
    assert told(changes) == ["order 1@6"]
    assert isinstance(changes[0], OrderChange)
    assert changes[0].order["reply"] == "第4次答复"


def test_loading_the_same_again_brings_nothing(town: Town) -> None:
    desk = town.enrol("李敏")
    town.load(an_order("1"))
    _changes, cursor = desk.pull()
    town.load(an_order("1"))
    assert desk.pull(cursor)[0] == []


def test_an_order_that_moves_leaves_one_desk_and_reaches_the_other(town: Town) -> None:
    street, old, new = town.enrol("李敏"), town.enrol("赵丽", XINGFULI), town.enrol("孙涛", LAOJIE)
    town.load(an_order("1", unit=XINGFULI))
    cursors = {desk: desk.pull()[1] for desk in (street, old, new)}
    town.load(an_order("1", unit=LAOJIE))
    assert told(old.pull(cursors[old])[0]) == ["left 1"]
    assert told(new.pull(cursors[new])[0]) == ["order 1@2"]
    # Whoever sees both units gets the order once, and never hears that it has left.
    assert told(street.pull(cursors[street])[0]) == ["order 1@2"]
    assert told(street.pull()[0]) == ["order 1@2"]


def test_an_order_handed_down_stays_with_the_street(town: Town) -> None:
    street, community = town.enrol("李敏"), town.enrol("赵丽", XINGFULI)
    town.load(an_order("1"))
    cursor = street.pull()[1]
    town.load(an_order("1", unit=XINGFULI))
    assert told(street.pull(cursor)[0]) == ["order 1@2"]
    assert told(community.pull()[0]) == ["order 1@2"]
    town.load(an_order("1", unit=STREET))
    assert told(community.pull()[0]) == ["left 1"]
    assert told(street.pull(cursor)[0]) == ["order 1@3"]


def test_what_was_said_moves_with_the_order(town: Town) -> None:
    old, new, centre = (
        town.enrol("李敏", XINGFULI),
        town.enrol("孙涛", OTHER_STREET),
        town.enrol("刘处", role="centre"),
    )
    town.load(an_order("1", unit=XINGFULI), an_order("2", unit=XINGFULI))
    old.store(context(1, "1"))
    proposal = old.store(a_mark("R01", order_no="1", id=context(2).id, earlier=("2",)))
    assert centre.decide(proposal).status_code == 201
    new_cursor = new.pull()[1]
    old_cursor = old.pull()[1]
    town.load(an_order("1"), unit=OTHER_STREET)
    assert told(new.pull(new_cursor)[0]) == [
        "order 1@2",
        "annotation 1",
        "annotation 2",
        "decision granted",
    ]
    # Nothing about it reaches the old unit any more, not even what is said from now on.
    new.store(context(3, "1"))
    assert told(old.pull(old_cursor)[0]) == ["left 1"]
    assert told(old.pull()[0]) == ["order 2@1", "left 1"]


def test_an_order_stands_before_what_is_said_of_it_wherever_a_page_ends(town: Town) -> None:
    desk, lead = town.enrol("李敏"), town.enrol("王主任", role="lead")
    town.load(an_order("1"), an_order("2"))
    proposal = desk.store(a_mark("U01", order_no="1", id=context(1).id))
    lead.store(a_review(proposal, id=context(2).id))
    desk.store(context(3, "2"))
    town.load(an_order("1", reply="已答复"))
    for limit in (1, 2, 500):
        changes, _cursor = desk.pull(limit=limit)
        assert told(changes) == [
            "order 2@1",
            "annotation 3",
            "order 1@2",
            "annotation 1",
            "annotation 2",
        ]


def test_pages_of_one_hold_the_same_as_one_large_page(town: Town) -> None:
    desk = town.enrol("李敏")
    random = Random(12345)
    for number in range(40):
        unit = random.choice([STREET, XINGFULI, LAOJIE, OTHER_STREET])
        town.load(an_order(str(random.randrange(15)), unit=unit, reply=str(number)))
    whole = told(desk.pull()[0])
    assert told(desk.pull(limit=1)[0]) == whole
    assert told(desk.pull(limit=7)[0]) == whole
    assert len(whole) == len(set(whole))


def test_ones_own_words_come_back_for_ones_other_device(town: Town) -> None:
    office, second = town.enrol("李敏"), town.enrol("李敏")
    town.load(an_order("1"))
    office.store(context(1, "1"))
    assert told(second.pull()[0]) == ["order 1@1", "annotation 1"]
    assert told(office.pull()[0]) == ["order 1@1", "annotation 1"]


def test_a_unit_that_is_founded_later_is_read_from_its_beginning(town: Town) -> None:
    desk = town.enrol("李敏")
    town.load(an_order("1"))
    cursor = desk.pull()[1]
    town.load(an_order("2"), unit="heping/founded/later")
    assert told(desk.pull(cursor)[0]) == ["order 2@1"]


def test_each_level_gets_its_own_deadline(town: Town) -> None:
    street, community = town.enrol("李敏"), town.enrol("赵丽", XINGFULI)
    deadlines = {"city": START + timedelta(days=9), "street": START + timedelta(days=3)}
    town.load(an_order("1", unit=XINGFULI, deadlines=deadlines))
    first = street.pull()[0][0]
    assert isinstance(first, OrderChange)
    assert first.order["deadline"] == "2026-11-27T01:43:00Z"
    town.load(an_order("1", unit=XINGFULI, deadlines=deadlines | {"community": START}))
    for desk, expected in ((street, "2026-11-27T01:43:00Z"), (community, "2026-11-24T01:43:00Z")):
        change = desk.pull()[0][0]
        assert isinstance(change, OrderChange)
        assert change.order["deadline"] == expected


def test_no_unknown_field_is_lost_on_the_way(town: Town) -> None:
    desk, centre = town.enrol("李敏"), town.enrol("刘处", role="centre")
    assert centre.dispatch({"order_no": "1", "电梯编号": {"号": [1, None, "甲"]}}) == [
        ("added", "")
    ]
    change = desk.pull()[0][0]
    assert isinstance(change, OrderChange)
    assert change.order["extra"] == {"电梯编号": {"号": [1, None, "甲"]}}


def test_a_store_of_another_life_is_read_anew(town: Town) -> None:
    desk = town.enrol("李敏")
    town.load(an_order("1"))
    first = desk.page()
    with town.store.writing() as connection:
        name = begin_generation(connection)
    again = desk.page(first.cursor)
    assert (again.generation, told(again.changes)) == (name, ["taxonomy", "order 1@1"])
    assert first.generation != name
    assert desk.pull(again.cursor)[0] == []


def test_a_cursor_from_the_future_starts_its_unit_anew(town: Town) -> None:
    desk = town.enrol("李敏")
    town.load(an_order("1"))
    cursor = feed.read_cursor(desk.page().cursor)
    ahead = structs.replace(cursor, seen={unit: seq + 7 for unit, seq in cursor.seen.items()})
    assert told(desk.pull(feed.write_cursor(ahead))[0]) == ["order 1@1"]


@pytest.mark.parametrize("cursor", ["x", "%00", "💧", "gICA", "A" * 3000, "kwAAAA"])
def test_a_cursor_that_the_hub_never_gave_is_refused(town: Town, cursor: str) -> None:
    assert problem(town.enrol("李敏").get("/v1/feed", cursor=cursor)) == (400, "cursor_invalid")


@pytest.mark.parametrize("limit", ["0", "-1", "2001", "many", ""])
def test_a_page_has_a_size_within_the_limits(town: Town, limit: str) -> None:
    assert problem(town.enrol("李敏").get("/v1/feed", limit=limit)) == (400, "malformed")


def test_a_page_does_not_grow_past_its_weight(town: Town) -> None:
    desk = town.enrol("李敏")
    for number in range(4):
        town.load(*(an_order(f"{number}-{part}", content="渗" * 199_000) for part in range(4)))
    page = desk.page(limit=2000)
    assert page.more
    assert len(desk.pull(limit=2000)[0]) == 16


def test_a_reader_never_skips_what_another_writer_commits_later(store: Store) -> None:
    """DESIGN §5.5, with two writers and a reader at the same time."""
    with store.writing() as connection:
        top = units.ensure(connection, STREET).number
        below = units.ensure(connection, XINGFULI).number
    written: list[str] = []

    def write(name: str) -> None:
        for number in range(60):
            with store.writing() as connection:
                unit = (top, below)[number % 2]
                feed.append(connection, {unit: [Entry("order", f"{name}{number}")]})
            written.append(f"{name}{number}")

    writers = [Thread(target=write, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    seen: list[str] = []
    cursor = feed.Cursor()
    done = False
    while not done:
        done = not any(writer.is_alive() for writer in writers)
        while True:
            with store.reading() as connection:
                page = feed.page(
                    connection,
                    feed.Reader(top, "street"),
                    cursor,
                    7,
                    feed.Codes("", ""),
                    "",
                )
            seen += [one.order_no for one in page.changes if isinstance(one, LeftChange)]
            cursor = feed.read_cursor(page.cursor)
            if not page.more:
                break
    assert sorted(seen) == sorted(written)
    assert len(seen) == len(set(seen)) == 120


def test_a_page_costs_the_same_however_long_the_feed_is(town: Town) -> None:
    """Counted in the work of the engine, which no load on the computer changes."""

    def cost() -> int:
        settle_in(town.store)
        with town.store.reading() as connection:
            top = units.ensure(connection, STREET)
            reader = feed.Reader(top.number, top.level)
            cursor = feed.Cursor("g", "", {top.number: 100})
            with work_of(connection) as work:
                page = feed.page(connection, reader, cursor, 50, feed.Codes("", ""), "g")
        assert len(page.changes) == 50
        return work.done

    town.load(*(an_order(str(number)) for number in range(400)))
    short = cost()
    town.load(*(an_order(str(number)) for number in range(400, 4000)))
    assert cost() < 1.2 * short
