"""What devices were given to see, and what they say that they uncovered or took out.

Each page of the feed that holds anything leaves one line in the chain of its reader's unit, with
the hash of what was in it; the list itself is kept beside the chain and goes after half a year, so
that the log stays bounded and the chain whole.
"""

import hashlib
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select
from uuid6 import uuid7

from caseworker.model.wire import (
    AnnotationChange,
    Change,
    ContestChange,
    DecisionChange,
    Disclosure,
    OrderChange,
)
from hub import audit, units
from hub.enrolment import Bearer
from hub.store import device, disclosure, given, work_order, worker

LISTS_KEPT: Final = timedelta(days=183)
"""How long it can be said which order was given to which device."""

_FORGOTTEN_AT_ONCE: Final = 50
_WHAT_MAX: Final = 200

# Asked with every page: put together once.
_ADD: Final = insert(given)
_OLD: Final = select(given.c.id).where(given.c.at < bindparam("before")).limit(_FORGOTTEN_AT_ONCE)


def listed_in(changes: Sequence[Change]) -> list[str]:
    """What a page of the feed gives to see; empty where there is nothing of citizens in it."""
    return [line for line in map(_line, changes) if line]


def log_page(connection: Connection, bearer: Bearer, listed: Sequence[str], now: datetime) -> None:
    """Log what a page of the feed gives, as `listed_in` says it."""
    _log(connection, bearer, "saw", listed, now)


def log_file(connection: Connection, bearer: Bearer, sha256: str, now: datetime) -> None:
    """Log that a file of evidence was given."""
    _log(connection, bearer, "saw_file", [f"file {sha256}"], now)


def saw_order(connection: Connection, order_no: str) -> list[tuple[str, str, datetime]]:
    """(worker, device, when) for each page that gave an order, the first one first."""
    wanted = f"order {order_no}@"
    rows = connection.execute(
        select(given.c.listed, given.c.at, device.c.id, worker.c.name)
        .join(device, device.c.id == given.c.device)
        .join(worker, worker.c.number == device.c.worker)
        .order_by(given.c.at, given.c.id)
        .execution_options(yield_per=200)
    )
    return [
        (row.name, row.id, row.at)
        for row in rows
        if any(line.startswith(wanted) for line in _lines(row.listed))
    ]


def note(
    connection: Connection, bearer: Bearer, told: Sequence[Disclosure], now: datetime
) -> list[str]:
    """Note disclosures, each once however often it is told; answers their ids.

    One about an order of the bearer's scope stands in the chain of its unit, any other in the
    bearer's own.
    """
    for one in sorted(told, key=lambda one: one.order_no):
        known = connection.execute(select(disclosure.c.id).where(disclosure.c.id == one.id)).first()
        if known is not None:
            continue
        connection.execute(insert(disclosure).values(id=one.id, device=bearer.device))
        what = f"{one.id} {one.at.isoformat()} {one.count} {one.what[:_WHAT_MAX]}".rstrip()
        act = audit.Act(actor=bearer.actor, act=one.act, ref=one.order_no[:64], detail=what)
        audit.record(connection, _unit_of(connection, bearer, one.order_no), [act], now)
    return [one.id for one in told]


def _log(
    connection: Connection, bearer: Bearer, act: str, listed: Sequence[str], now: datetime
) -> None:
    text = "\n".join(listed).encode()
    made = str(uuid7())
    connection.execute(
        _ADD, {"id": made, "device": bearer.device, "at": now, "listed": zlib.compress(text)}
    )
    detail = f"{len(listed)} {hashlib.sha256(text).hexdigest()}"
    audit.record(
        connection,
        bearer.unit,
        [audit.Act(actor=bearer.actor, act=act, ref=made, detail=detail)],
        now,
    )
    forgotten = list(connection.execute(_OLD, {"before": now - LISTS_KEPT}).scalars())
    if forgotten:
        connection.execute(delete(given).where(given.c.id.in_(forgotten)))


def _lines(listed: bytes) -> list[str]:
    return zlib.decompress(listed).decode().split("\n")


def _line(change: Change) -> str:
    match change:
        case OrderChange(order):
            return f"order {order['order_no']}@{order['revision']}"
        case AnnotationChange(annotation):
            return f"annotation {annotation.id}"
        case DecisionChange(decision):
            return f"decision {decision.id}"
        case ContestChange(contest):
            return f"contest {contest.id}"
        case _:
            return ""


def _unit_of(connection: Connection, bearer: Bearer, order_no: str) -> int:
    found = connection.execute(
        select(work_order.c.unit).where(
            work_order.c.order_no == order_no,
            work_order.c.unit.in_(select(units.scope(bearer.unit))),
        )
    ).scalar_one_or_none()
    return bearer.unit if found is None else int(found)
