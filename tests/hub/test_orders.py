"""Orders come in once, rise by a revision when they differ, and go where they belong."""

from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import select

from caseworker.model.order import Clearance, order_from_fields
from caseworker.model.rules import is_cleared
from caseworker.model.trouble import Trouble
from caseworker.model.wire import OrderChange
from hub.store import Store, audit
from tests.hub.town import LAOJIE, OTHER_STREET, START, STREET, XINGFULI, Desk, Town, an_order, told
from tests.model.marks import a_mark


def fields_of(desk: Desk, order_no: str) -> dict[str, Any]:
    """An order as a desk gets it."""
    for change in desk.pull()[0]:
        if isinstance(change, OrderChange) and change.order["order_no"] == order_no:
            return change.order
    raise AssertionError(order_no)


@pytest.fixture
def centre(town: Town) -> Desk:
    return town.enrol("刘处", role="centre")


def test_an_order_sent_again_is_unchanged_and_another_content_raises_its_revision(
    town: Town, centre: Desk
) -> None:
    assert centre.dispatch(an_order("1")) == [("added", "")]
    assert centre.dispatch(an_order("1")) == [("unchanged", "")]
    assert centre.dispatch(an_order("1", reply="已答复")) == [("updated", "")]
    assert centre.dispatch(an_order("1", reply="已答复", revision=77)) == [("unchanged", "")]
    assert fields_of(centre, "1")["revision"] == 2
    assert fields_of(centre, "1")["substance_revision"] == 1


def test_the_same_number_twice_in_one_batch_ends_as_the_last(town: Town, centre: Desk) -> None:
    verdicts = centre.dispatch(an_order("1"), an_order("1", reply="甲"), an_order("1", reply="乙"))
    assert verdicts == [("added", ""), ("updated", ""), ("updated", "")]
    assert fields_of(centre, "1")["reply"] == "乙"
    assert told(centre.pull()[0]) == ["order 1@3"]


def test_only_a_change_in_substance_raises_the_revision_that_marks_rest_on(
    town: Town, centre: Desk
) -> None:
    centre.dispatch(an_order("1"))
    centre.dispatch(an_order("1", reply="已答复"))
    centre.dispatch(an_order("1", reply="已答复", urgent=True))
    assert fields_of(centre, "1")["substance_revision"] == 3


def test_a_lifted_safety_lock_holds_until_the_order_changes_in_substance(
    town: Town, centre: Desk
) -> None:
    cleared = Clearance(by="市中心 周", at=town.time, text="已核查", revision=99)

    def held(**fields: Any) -> bool:
        centre.dispatch(an_order("1", urgent=True, **fields))
        return is_cleared(order_from_fields(fields_of(centre, "1")))

    assert not held()
    assert held(cleared=cleared)
    assert held(cleared=cleared, reply="已答复")
    assert not held(cleared=cleared, content="又冒烟了")
    assert held(cleared=structs.replace(cleared, text="再次核查"), content="又冒烟了")
    assert not held(content="又冒烟了")


def test_proposals_that_lapse_are_written_into_the_audit(town: Town, centre: Desk) -> None:
    centre.dispatch(an_order("1"), an_order("2"))
    office = town.enrol("李敏")
    office.store(a_mark("R01", order_no="1", earlier=("2",), order_revision=1))
    centre.dispatch(an_order("1", title="换了一件事"))
    with town.store.reading() as connection:
        acts = connection.execute(select(audit.c.ref).where(audit.c.act == "proposal_lapsed"))
        assert acts.scalars().all() == [a_mark("R01").id]


def test_an_order_goes_to_the_unit_that_it_names_within_the_scope(town: Town, centre: Desk) -> None:
    town.enrol("赵丽", XINGFULI)
    community = town.enrol("孙涛", LAOJIE)
    assert (
        centre.dispatch(
            an_order("1"),
            an_order("2", unit=LAOJIE),
            an_order("3", unit="laojie"),
            an_order("4", unit=OTHER_STREET),
            an_order("5", unit="nowhere"),
        )
        == [("added", "")] * 3 + [("refused", "unit_unknown")] * 2
    )
    assert told(community.pull()[0]) == ["order 2@1", "order 3@1"]
    assert fields_of(centre, "1")["unit"] == STREET


def test_nobody_takes_an_order_out_of_a_foreign_unit(town: Town, centre: Desk) -> None:
    town.load(an_order("far"), unit=OTHER_STREET)
    assert centre.dispatch(an_order("far", title="改过的")) == [("refused", "order_of_others")]
    assert centre.pull()[0] == []


@pytest.mark.parametrize(
    "spoilt",
    [
        {"order_no": ""},
        {"order_no": "  "},
        {"order_no": 440300202611050002},
        {"order_no": None},
        {"title": "before\0after"},
        {"extra": {"key\0": 1}},
        {"received_at": "2026-11-24T01:43:00"},
        {"content": "x" * 200_001},
        {"deadlines": {"galaxy": "2026-11-24T01:43:00Z"}},
        {"deep": [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]},
    ],
)
def test_an_order_that_cannot_be_read_is_refused_alone(
    town: Town, centre: Desk, spoilt: dict[str, Any]
) -> None:
    bad = {"order_no": "bad"} | spoilt
    assert centre.dispatch(an_order("1"), bad, an_order("2")) == [
        ("added", ""),
        ("refused", "malformed"),
        ("added", ""),
    ]


def test_a_caller_is_known_by_a_keyed_hash_that_the_hub_makes(town: Town, centre: Desk) -> None:
    phones = ["13800005521", "+86 138-0000-5521", "008613800005521", "13800005522", "", "无"]
    centre.dispatch(
        *(an_order(str(number), caller_phone=phone) for number, phone in enumerate(phones)),
        an_order("given", caller_phone=phones[0], caller_hash="by the centre"),
    )
    hashes = [fields_of(centre, str(number)).get("caller_hash", "") for number in range(6)]
    assert len(hashes[0]) == 32
    assert hashes[0] == hashes[1] == hashes[2] != hashes[3]
    assert hashes[4:] == ["", ""]
    assert fields_of(centre, "given")["caller_hash"] == "by the centre"


def test_another_hub_gives_other_hashes(town: Town, centre: Desk) -> None:
    centre.dispatch(an_order("1", caller_phone="13800005521"))
    with town.store.reading() as connection:
        from hub.orders import with_caller_hash

        order = an_order("1", caller_phone="13800005521")
        assert (
            with_caller_hash(order, b"another key").caller_hash
            != (fields_of(centre, "1")["caller_hash"])
        )
        assert connection


def test_loaded_orders_go_under_the_unit_and_named_ones_below_it(town: Town) -> None:
    town.load(an_order("1"), an_order("2", unit="幸福里社区"), an_order("3", unit=OTHER_STREET))
    desk = town.enrol("李敏")
    assert desk.get("/v1/me").json()["scope"] == [
        "heping",
        "heping/dongfeng",
        "heping/幸福里社区",
    ]
    assert {fields_of(desk, "1")["unit"], fields_of(desk, "2")["unit"]} == {STREET, "幸福里社区"}


def test_a_load_that_does_not_say_where_to_keeps_nothing(town: Town, store: Store) -> None:
    from hub.load import load

    with pytest.raises(Trouble, match="--unit"):
        load(store, [an_order("1", unit=STREET), an_order("2")], None, "store test", START)
    assert town.enrol("刘处", role="centre").pull()[0] == []
