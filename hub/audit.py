"""The audit trail: append-only, one hash chain for each unit, so that units never wait."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct, json
from sqlalchemy import Connection, bindparam, insert, select, true, update

from hub.store import audit, counter, unit


class Act(Struct, frozen=True, kw_only=True):
    """Who did what to what. No citizen text: `ref` is a number or an id."""

    actor: str
    act: str
    ref: str
    detail: str = ""


# What every write asks: put together once.
_RAISE: Final = (
    update(counter)
    .where(counter.c.unit == bindparam("the_unit"))
    .values(audit=counter.c.audit + bindparam("several"))
    .returning(counter.c.audit, counter.c.audit_head)
)
_ADD: Final = insert(audit)
_KEEP_HEAD: Final = (
    update(counter)
    .where(counter.c.unit == bindparam("the_unit"))
    .values(audit_head=bindparam("head"))
)


def record(connection: Connection, unit: int, acts: Sequence[Act], at: datetime) -> None:
    """Append to a unit's chain, inside the transaction that did what is recorded."""
    if not acts:
        return
    raised = connection.execute(_RAISE, {"the_unit": unit, "several": len(acts)}).one()
    head = raised.audit_head
    rows = []
    for seq, act in enumerate(acts, start=raised.audit - len(acts) + 1):
        head = _hash(head, unit, seq, at, act)
        rows.append(
            {
                "unit": unit,
                "seq": seq,
                "at": at,
                "actor": act.actor,
                "act": act.act,
                "ref": act.ref,
                "detail": act.detail,
                "hash": head,
            }
        )
    connection.execute(_ADD, rows)
    connection.execute(_KEEP_HEAD, {"the_unit": unit, "head": head})


class Chain(Struct, frozen=True, kw_only=True):
    """A unit's chain: how many entries it has, and which one is not what was written."""

    unit: str
    entries: int
    broken_at: int | None


def verify(connection: Connection, unit_id: str | None = None) -> list[Chain]:
    """Check the chain of every unit, or of the one of that id; empty where there is no such."""
    rows = connection.execute(
        select(unit.c.number, unit.c.id, counter.c.audit)
        .join(counter, counter.c.unit == unit.c.number)
        .where(unit.c.id == unit_id if unit_id is not None else true())
        .order_by(unit.c.id)
    ).all()
    return [
        Chain(unit=row.id, entries=row.audit, broken_at=first_break(connection, row.number))
        for row in rows
    ]


def first_break(connection: Connection, unit: int) -> int | None:
    """The number of the first entry of a unit that is not what was written, None where all is.

    One past the last entry where entries at the end are gone.
    """
    head, expected = "", 1
    chain = select(audit).where(audit.c.unit == unit).order_by(audit.c.seq)
    with connection.execute(chain.execution_options(yield_per=500)) as entries:
        for row in entries:
            act = Act(actor=row.actor, act=row.act, ref=row.ref, detail=row.detail)
            head = _hash(head, unit, row.seq, row.at, act)
            if row.seq != expected or row.hash != head:
                return expected
            expected += 1
    kept = connection.execute(
        select(counter.c.audit, counter.c.audit_head).where(counter.c.unit == unit)
    ).one()
    return None if (kept.audit, kept.audit_head) == (expected - 1, head) else expected


def _hash(before: str, unit: int, seq: int, at: datetime, act: Act) -> str:
    entry = (before, unit, seq, round(at.timestamp() * 1_000_000), act)
    return hashlib.sha256(json.encode(entry)).hexdigest()
