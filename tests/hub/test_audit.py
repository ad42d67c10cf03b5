"""The audit holds who did what, and shows when somebody changed it afterwards."""

from sqlalchemy import delete, select, update

from hub import units
from hub.audit import first_break
from hub.store import Store, audit, counter
from tests.hub.town import OTHER_STREET, STREET, XINGFULI, Town, an_order, context
from tests.model.marks import a_mark


def acts(store: Store, unit: str) -> list[str]:
    with store.reading() as connection:
        place = units.find(connection, unit)
        assert place
        rows = connection.execute(
            select(audit.c.act).where(audit.c.unit == place.number).order_by(audit.c.seq)
        )
        return list(rows.scalars())


def broken(store: Store, unit: str) -> int | None:
    with store.reading() as connection:
        place = units.find(connection, unit)
        assert place
        return first_break(connection, place.number)


def test_everything_that_is_done_stands_in_the_chain_of_its_unit(town: Town) -> None:
    town.load(an_order("1"), an_order("2"))
    office, centre = town.enrol("李敏"), town.enrol("刘处", role="centre")
    proposal = office.store(a_mark("R01", order_no="1", earlier=("2",)))
    centre.decide(proposal)
    town.load(an_order("1"), unit=XINGFULI)
    assert acts(town.store, STREET) == [
        "order_added",
        "order_added",
        "worker_added",
        "code_issued",
        "enrolled",
        "worker_added",
        "code_issued",
        "enrolled",
        "repeat_stored",
        "decision_granted",
    ]
    assert acts(town.store, XINGFULI) == ["order_updated"]
    assert broken(town.store, STREET) is None
    assert broken(town.store, XINGFULI) is None


def test_what_changes_nothing_is_not_recorded(town: Town) -> None:
    town.load(an_order("1"))
    office = town.enrol("李敏")
    said = office.store(context(1, "1"))
    cursor = office.pull()[1]
    before = acts(town.store, STREET)
    town.load(an_order("1"))
    office.send(said)
    office.say(context(2, "nowhere"))
    office.pull(cursor)
    assert acts(town.store, STREET) == before


def test_an_entry_that_was_changed_moved_or_taken_out_is_found(town: Town) -> None:
    town.load(*(an_order(str(number)) for number in range(9)))
    town.load(an_order("x"), unit=OTHER_STREET)
    for unit, spoil, found in (
        (STREET, update(audit).where(audit.c.seq == 4).values(ref="8"), 4),
        (OTHER_STREET, delete(audit).where(audit.c.act == "order_added", audit.c.ref == "x"), 1),
        (OTHER_STREET, update(counter).values(audit=0, audit_head=""), None),
        (STREET, delete(audit).where(audit.c.seq == 9), 4),
    ):
        with town.store.writing() as connection:
            connection.execute(spoil)
        assert broken(town.store, unit) == found


def test_the_end_of_the_chain_cannot_be_cut_off_unseen(town: Town) -> None:
    town.load(*(an_order(str(number)) for number in range(3)))
    with town.store.writing() as connection:
        connection.execute(delete(audit).where(audit.c.seq == 3))
    assert broken(town.store, STREET) == 3
