"""The tree of units: streets and their communities. A worker's scope is a unit and all below it.

A unit's id is its path: `heping/xingfuli` is the community `xingfuli` of the street `heping`.
"""

from functools import lru_cache
from typing import Final

from msgspec import Struct
from sqlalchemy import CTE, Connection, Select, bindparam, insert, select, update

from caseworker.locale import _
from caseworker.model.order import LEVELS, Level
from caseworker.model.trouble import Trouble
from hub.store import counter, unit

ID_MAX: Final = 200
"""The longest id of a unit, in characters."""


class Unit(Struct, frozen=True):
    """One unit of the tree; `number` is its name inside the store."""

    number: int
    id: str
    parent: int | None
    name: str
    level: Level


def find(connection: Connection, unit_id: str) -> Unit | None:
    """The unit of that id, or None."""
    row = connection.execute(select(unit).where(unit.c.id == unit_id)).one_or_none()
    return None if row is None else Unit(**row._mapping)


def ensure(connection: Connection, unit_id: str, level: Level | None = None) -> Unit:
    """The unit of that id, made with the units above it where they are missing.

    A new unit stands one level below its parent. Of a path that is new altogether the last is at
    `level`, else a single one is a street and the last of several a community; those above it
    stand one level higher each. `level` also corrects a unit that is there.
    Raises `Trouble` where the id is no path of names.
    """
    names = [name.strip() for name in unit_id.split("/")]
    if not all(names) or len(unit_id) > ID_MAX or not unit_id.isprintable():
        raise Trouble(_("A unit's id is a path of names, such as heping/xingfuli."))
    path = "/".join(names)
    found = find(connection, path)
    if found is None:
        if level is None and not _stands_below_known(connection, path):
            level = "community" if "/" in path else "street"
        return _make(connection, path, level)
    if level in (None, found.level):
        return found
    connection.execute(update(unit).where(unit.c.number == found.number).values(level=level))
    return Unit(found.number, path, found.parent, found.name, level)


def below(parent_id: str, name: str) -> str:
    """The id of the unit that a sheet calls `name`, among the units just below `parent_id`."""
    return f"{parent_id}/{name.strip().replace('/', '-')}"


@lru_cache(maxsize=1_000)
def scope(top: int) -> CTE:
    """A query of the numbers of a unit and all below it, to filter others by.

    Part of nearly every question, so that it is put together once for each unit.
    """
    tree = select(unit.c.number).where(unit.c.number == top).cte("scope", recursive=True)
    return tree.union_all(select(unit.c.number).where(unit.c.parent == tree.c.number))


def ids_below(connection: Connection, top: int) -> dict[str, int]:
    """Id → number of a unit and all below it, in the order of the ids."""
    return dict(connection.execute(_below(top)).all())


def is_below(connection: Connection, number: int, top: int) -> bool:
    """Whether the unit `number` is `top` or stands below it."""
    return connection.execute(_is_below(top), {"the_unit": number}).first() is not None


@lru_cache(maxsize=1_000)
def _below(top: int) -> Select[str, int]:
    return (
        select(unit.c.id, unit.c.number)
        .where(unit.c.number.in_(select(scope(top))))
        .order_by(unit.c.id)
    )


@lru_cache(maxsize=1_000)
def _is_below(top: int) -> Select[int]:
    tree = scope(top)
    return select(tree.c.number).where(tree.c.number == bindparam("the_unit")).limit(1)


def _stands_below_known(connection: Connection, path: str) -> bool:
    names = path.split("/")
    paths = ["/".join(names[:count]) for count in range(1, len(names))]
    found = connection.execute(select(unit.c.number).where(unit.c.id.in_(paths)).limit(1))
    return found.first() is not None


def _make(connection: Connection, path: str, level: Level | None) -> Unit:
    above, _slash, name = path.rpartition("/")
    parent = find(connection, above)
    if parent is None and above:
        alone = not _stands_below_known(connection, above)
        parent = _make(connection, above, _lower(level, -1) if level and alone else None)
    if level is None:
        level = _lower(parent.level, 1) if parent is not None else "street"
    number = parent.number if parent is not None else None
    made = connection.execute(
        insert(unit).values(id=path, parent=number, name=name, level=level).returning(unit.c.number)
    ).scalar_one()
    connection.execute(insert(counter).values(unit=made, feed=0, audit=0, audit_head=""))
    return Unit(made, path, number, name, level)


def _lower(level: Level, steps: int) -> Level:
    """The level so many steps further down, or up where `steps` is negative; never off the end."""
    return LEVELS[min(max(LEVELS.index(level) + steps, 0), len(LEVELS) - 1)]
