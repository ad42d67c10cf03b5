"""The log says who saw, revealed and exported what, once each, and stays bounded."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from hub import audit, sight
from hub.store import Store, given
from hub.store import audit as entries
from tests.hub.town import LAOJIE, OTHER_STREET, STREET, Desk, Town, an_id, an_order, problem


def logged(store: Store, *acts: str) -> list[tuple[str, str]]:
    """(unit, ref) of each entry of these acts, in the order of the chains."""
    from hub.store import unit

    with store.reading() as connection:
        rows = connection.execute(
            select(unit.c.id, entries.c.ref)
            .join(unit, unit.c.number == entries.c.unit)
            .where(entries.c.act.in_(acts))
            .order_by(unit.c.id, entries.c.seq)
        )
        return [tuple(row) for row in rows]


def tell(desk: Desk, *told: dict[str, Any]) -> list[str]:
    answer = desk.post("/v1/disclosures", {"disclosures": list(told)})
    assert answer.status_code == 200, answer.text
    noted: list[str] = answer.json()["noted"]
    return noted


def a_line(number: int, act: str = "revealed", order_no: str = "1", **fields: Any) -> Any:
    return {
        "id": an_id(number),
        "act": act,
        "at": "2026-11-24T01:43:00Z",
        "order_no": order_no,
    } | fields


def test_a_page_leaves_one_line_that_says_which_orders_it_gave(town: Town) -> None:
    town.load(*(an_order(str(number)) for number in range(30)))
    office = town.enrol("李敏")
    # The first page has the reason codes in it, too.
    office.pull(limit=10)
    assert len(logged(town.store, "saw")) == 4
    with town.store.reading() as connection:
        (seen,) = sight.saw_order(connection, "7")
        assert seen[0] == "李敏"
        assert sight.saw_order(connection, "99") == []
        assert all(chain.broken_at is None for chain in audit.verify(connection))


def test_a_poll_that_brings_nothing_leaves_no_line(town: Town) -> None:
    town.load(an_order("1"))
    office = town.enrol("李敏")
    cursor = office.pull()[1]
    before = logged(town.store, "saw")
    office.pull(cursor)
    assert logged(town.store, "saw") == before


def test_lists_go_after_half_a_year_and_the_chain_stays_whole(town: Town) -> None:
    town.load(an_order("1"))
    office = town.enrol("李敏")
    cursor = office.pull()[1]
    town.wait(sight.LISTS_KEPT + timedelta(days=1))
    town.load(an_order("2"))
    office.pull(cursor)
    with town.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(given)).scalar_one() == 1
        assert sight.saw_order(connection, "1") == []
        assert all(chain.broken_at is None for chain in audit.verify(connection))
    assert len(logged(town.store, "saw")) == 2


def test_reveals_and_exports_are_noted_once_in_the_chain_of_the_orders_unit(town: Town) -> None:
    town.load(an_order("1"), unit=LAOJIE)
    town.load(an_order("2"), unit=OTHER_STREET)
    office = town.enrol("李敏")
    lines = [
        a_line(1, what="caller_phone"),
        a_line(2, "exported", "", count=240),
        a_line(3, "revealed", "2"),
    ]
    assert tell(office, *lines) == [an_id(1), an_id(2), an_id(3)]
    assert tell(office, *lines[:2], a_line(1)) == [an_id(1), an_id(2), an_id(1)]
    assert logged(town.store, "revealed", "exported") == [
        (STREET, ""),
        (STREET, "2"),
        (LAOJIE, "1"),
    ]


def test_a_line_that_is_none_is_refused_as_a_whole(town: Town) -> None:
    office = town.enrol("李敏")
    for spoilt in ({"act": "judged"}, {"id": "x"}, {"at": "today"}, {"what": "a\0b"}):
        answer = office.post("/v1/disclosures", {"disclosures": [a_line(1) | spoilt]})
        assert problem(answer) == (400, "malformed")
    many = [a_line(number) for number in range(501)]
    assert problem(office.post("/v1/disclosures", {"disclosures": many})) == (413, "too_large")
    assert logged(town.store, "revealed", "exported") == []
