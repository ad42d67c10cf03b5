"""Units form a tree by their paths, and each stands at a level."""

import pytest

from caseworker.model.order import Level
from caseworker.model.trouble import Trouble
from hub import units
from hub.store import Store


@pytest.mark.parametrize(
    ("before", "path", "level", "expected"),
    [
        ([], "heping", None, {"heping": "street"}),
        ([], "heping/xingfuli", None, {"heping": "street", "heping/xingfuli": "community"}),
        ([], "city/heping", "street", {"city": "district", "city/heping": "street"}),
        (
            [],
            "shi/qu/jie/she",
            None,
            {"shi": "city", "shi/qu": "district", "shi/qu/jie": "street"},
        ),
        ([("shi", "city")], "shi/qu/jie", None, {"shi/qu": "district", "shi/qu/jie": "street"}),
        ([("heping", None)], "heping/a/b", None, {"heping/a": "community"}),
        ([("heping", None)], "heping", "district", {"heping": "district"}),
        ([], " heping / xingfuli ", None, {"heping/xingfuli": "community"}),
    ],
)
def test_a_unit_stands_one_level_below_its_parent(
    store: Store,
    before: list[tuple[str, Level | None]],
    path: str,
    level: Level | None,
    expected: dict[str, str],
) -> None:
    with store.writing() as connection:
        for known, known_level in before:
            units.ensure(connection, known, known_level)
        units.ensure(connection, path, level)
        found = {unit_id: units.find(connection, unit_id) for unit_id in expected}
    assert {unit_id: one.level for unit_id, one in found.items() if one} == expected


@pytest.mark.parametrize("path", ["", "/", "heping/", "/heping", "a//b", "a\x1b[2J", "a" * 201])
def test_what_is_no_path_of_names_is_no_unit(store: Store, path: str) -> None:
    with store.writing() as connection, pytest.raises(Trouble):
        units.ensure(connection, path)


def test_a_scope_is_a_unit_and_all_below_it(store: Store) -> None:
    with store.writing() as connection:
        top = units.ensure(connection, "a")
        deep = units.ensure(connection, "a/b/c")
        beside = units.ensure(connection, "ab")
        assert list(units.ids_below(connection, top.number)) == ["a", "a/b", "a/b/c"]
        assert units.is_below(connection, deep.number, top.number)
        assert not units.is_below(connection, top.number, deep.number)
        assert not units.is_below(connection, beside.number, top.number)
