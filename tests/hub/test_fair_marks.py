"""A client that skips the desk's checks is refused by the hub: a row for each safeguard."""

from collections.abc import Iterator

import pytest

from hub.store import open_store
from tests.conftest import KEY
from tests.hub.town import Desk, a_town
from tests.marks_table import Row, earlier_order, numbered, on_order, rows
from tests.sync.street import UNLIMITED

ROWS = list(rows())
NUMBERED = [numbered(row, number) for number, row in enumerate(ROWS)]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    """Two workers of the street in which all rows stand."""
    place = tmp_path_factory.mktemp("fair") / "hub.db"
    store = open_store(str(place), lambda: KEY)
    with a_town(store, requests=UNLIMITED) as town:
        town.load(*(make(row) for row in NUMBERED for make in (earlier_order, on_order)))
        yield town.enrol("李敏"), town.enrol("孙涛")
    store.close()


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", NUMBERED, ids=lambda row: row.name)
def test_the_hub_takes_what_is_fair_and_names_what_is_not(
    people: tuple[Desk, Desk], row: Row
) -> None:
    author, colleague = people
    for said in (*row.before, *([] if row.first is None else [row.first])):
        (author if row.own else colleague).store(said)
    result = author.say(row.mark)
    assert (result.verdict, result.reason) == (
        ("refused", row.reason) if row.reason else ("stored", "")
    )
    if row.reason:
        assert result.problem is not None
        assert result.problem.type == f"/problems/{row.reason}"
        assert 400 <= result.problem.status < 500
    else:
        assert result.problem is None
