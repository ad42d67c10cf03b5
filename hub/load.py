"""Loading a sheet's orders into the store, by whoever runs the hub."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection

from caseworker.locale import _
from caseworker.model.order import WorkOrder
from caseworker.model.trouble import Trouble
from hub import orders, units
from hub.orders import Outcome, Placed
from hub.store import Store, secret_key
from hub.units import Unit

CHUNK: Final = 500
"""Orders that go in within one transaction: a server beside it waits no longer than for these."""


def load(
    store: Store, sheet: Sequence[WorkOrder], under: str | None, actor: str, now: datetime
) -> Counter[Outcome]:
    """Store a sheet's orders; answers how many were added, updated and unchanged.

    An order goes to the unit that it names (by its id, or by its name just below `under`), which
    is made below `under` where there is none; to `under` itself where it names none. Raises
    `Trouble` where neither says where to.
    """
    if under is None and not all(order.unit.strip() for order in sheet):
        raise Trouble(_("Some rows name no unit: say with --unit where they belong."))
    counts: Counter[Outcome] = Counter()
    for start in range(0, len(sheet), CHUNK):
        chunk = sheet[start : start + CHUNK]
        counts.update(store.write(partial(_store, chunk=chunk, under=under, actor=actor, now=now)))
    return counts


def _store(
    connection: Connection,
    chunk: Sequence[WorkOrder],
    under: str | None,
    actor: str,
    now: datetime,
) -> list[Outcome]:
    return orders.store(connection, _placed(connection, chunk, under), actor, now)


def _placed(connection: Connection, sheet: Sequence[WorkOrder], under: str | None) -> list[Placed]:
    key = secret_key(connection)
    found = {name: _unit(connection, name, under) for name in {order.unit for order in sheet}}
    return [
        orders.placed_in(
            orders.with_caller_hash(order, key), found[order.unit].id, found[order.unit].number
        )
        for order in sheet
    ]


def _unit(connection: Connection, named: str, under: str | None) -> Unit:
    named = named.strip()
    if under is None:
        return units.ensure(connection, named)
    parent = units.ensure(connection, under)
    if not named:
        return parent
    return units.find(connection, named) or units.ensure(connection, units.below(parent.id, named))
