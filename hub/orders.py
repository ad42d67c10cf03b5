"""Orders as the dispatching system sends them: stored by number, revised when they differ."""

import hashlib
import hmac
import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from msgspec import MsgspecError, Struct, convert, json, structs
from sqlalchemy import Connection, bindparam, insert, select, update

from caseworker.model.annotation import PROPOSALS
from caseworker.model.order import (
    Clearance,
    OrderNo,
    WorkOrder,
    differs_in_substance,
    order_from_fields,
)
from caseworker.model.wire import OrderResult
from hub import audit, feed, units
from hub.door import NotAdmitted, TooDeep, admit_value
from hub.enrolment import Bearer
from hub.store import annotation, secret_key, work_order

Outcome = Literal["added", "updated", "unchanged", "refused"]


class Refused(Exception):
    """One order cannot be taken; `reason` says why. The others of its batch go in."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason: Final = reason


class Placed(Struct, frozen=True):
    """An order and the number of the unit that it is assigned to."""

    order: WorkOrder
    unit: int


class _Known(Struct, frozen=True):
    """What the store holds of an order."""

    unit: int
    revision: int
    substance_revision: int
    content_hash: str
    body: bytes


def admitted(fields: Mapping[str, Any]) -> WorkOrder:
    """A work order from fields as they came; what only the hub gives is not taken from them.

    Raises `Refused` where a field has the wrong shape, or is text that no store takes.
    """
    try:
        admit_value(fields)
        order = order_from_fields(fields)
    except (MsgspecError, NotAdmitted, TooDeep) as error:
        raise Refused("malformed") from error
    if not order.order_no.strip():
        raise Refused("malformed")
    cleared = None if order.cleared is None else structs.replace(order.cleared, revision=0)
    return structs.replace(order, revision=0, substance_revision=0, cleared=cleared)


def with_caller_hash(order: WorkOrder, key: bytes) -> WorkOrder:
    """The order with a keyed hash of its caller's number, unless the centre gave one.

    A hash of the number alone is guessable (DOMAIN §2), so `key` never leaves the hub.
    """
    digits = re.sub(r"\D", "", order.caller_phone)
    if order.caller_hash or not digits:
        return order
    number = re.sub(r"^(00)?86(?=1\d{10}$)", "", digits)
    digest = hmac.digest(key, b"caller:" + number.encode("ascii"), "sha256")
    return structs.replace(order, caller_hash=digest.hex()[:32])


def placed_in(order: WorkOrder, unit_id: str, unit: int) -> Placed:
    """The order in its unit; one that names none carries the unit's id from now on."""
    if not order.unit.strip():
        order = structs.replace(order, unit=unit_id)
    return Placed(order, unit)


def dispatch(
    connection: Connection, batch: Sequence[Mapping[str, Any]], bearer: Bearer, now: datetime
) -> list[OrderResult]:
    """Take in what the dispatching system sends; an order that is refused stops no other.

    An order goes to the unit of the bearer's scope that it names, and to the bearer's own unit
    where it names none.
    """
    key = secret_key(connection)
    scope = units.ids_below(connection, bearer.unit)
    results: dict[int, OrderResult] = {}
    placed: dict[int, Placed] = {}
    for index, fields in enumerate(batch):
        try:
            order = with_caller_hash(admitted(fields), key)
            placed[index] = placed_in(order, *_place(order, bearer, scope))
        except Refused as refused:
            results[index] = _result(_claimed_number(fields), "refused", refused.reason)
    outcomes = store(
        connection, list(placed.values()), bearer.actor, now, within=frozenset(scope.values())
    )
    for index, outcome in zip(placed, outcomes, strict=True):
        reason = "order_of_others" if outcome == "refused" else ""
        results[index] = _result(placed[index].order.order_no, outcome, reason)
    return [results[index] for index in range(len(batch))]


def store(
    connection: Connection,
    placed: Sequence[Placed],
    actor: str,
    now: datetime,
    within: Container[int] | None = None,
) -> list[Outcome]:
    """Take orders in: a new number is added, other content under a known one raises its revision.

    Answers one outcome for each. An order that stands in a unit outside of `within` is refused.
    Where an order changed in substance, every proposal pinned to an earlier revision has lapsed,
    which goes into the audit.
    """
    before = _known(connection, [one.order.order_no for one in placed])
    after = dict(before)
    outcomes: list[Outcome] = []
    for one in placed:
        number = one.order.order_no
        known = after.get(number)
        if known is not None and within is not None and known.unit not in within:
            outcomes.append("refused")
            continue
        content_hash = _content_hash(one.order)
        if known is not None and (known.content_hash, known.unit) == (content_hash, one.unit):
            outcomes.append("unchanged")
            continue
        outcomes.append("updated" if known is not None else "added")
        after[number] = _revised(known, one, content_hash)
    changed = [number for number in after if after[number] is not before.get(number)]
    if changed:
        _write(connection, before, {number: after[number] for number in sorted(changed)})
        feed.touch(connection, [_touched(number, before, after) for number in changed])
        _record(connection, changed, before, after, actor, now)
    return outcomes


def _touched(
    number: str, before: Mapping[str, _Known], after: Mapping[str, _Known]
) -> feed.Touched:
    old = before.get(number)
    return feed.Touched(number, old.unit if old is not None else None, after[number].unit)


def _known(connection: Connection, order_nos: Sequence[str]) -> dict[str, _Known]:
    # Locked in one order, before any counter: two dispatchers never wait in a circle, and an
    # annotation never lands in a unit that its order is just leaving.
    rows = connection.execute(
        select(work_order)
        .where(work_order.c.order_no.in_(order_nos))
        .order_by(work_order.c.order_no)
        .with_for_update()
    )
    return {
        row.order_no: _Known(
            row.unit, row.revision, row.substance_revision, row.content_hash, row.body
        )
        for row in rows
    }


def _revised(known: _Known | None, one: Placed, content_hash: str) -> _Known:
    revision = known.revision + 1 if known is not None else 1
    before = None if known is None else _decode(known.body)
    substance = revision
    if known is not None and before is not None and not differs_in_substance(before, one.order):
        substance = known.substance_revision
    order = structs.replace(
        one.order,
        revision=revision,
        substance_revision=substance,
        cleared=_clearance(before, one.order, revision),
    )
    return _Known(one.unit, revision, substance, content_hash, json.encode(order))


def _clearance(before: WorkOrder | None, order: WorkOrder, revision: int) -> Clearance | None:
    """The clearance of the safety lock, with the revision at which it first came.

    One that is only sent along again with changed words clears nothing new.
    """
    if order.cleared is None:
        return None
    known = None if before is None else before.cleared
    if known is not None and structs.replace(known, revision=0) == order.cleared:
        return known
    return structs.replace(order.cleared, revision=revision)


def _write(
    connection: Connection, before: Mapping[str, _Known], changed: Mapping[str, _Known]
) -> None:
    added = [
        {"order_no": number, **structs.asdict(known)}
        for number, known in changed.items()
        if number not in before
    ]
    updated = [
        {"the_order": number, **structs.asdict(known)}
        for number, known in changed.items()
        if number in before
    ]
    if added:
        connection.execute(insert(work_order), added)
    if updated:
        connection.execute(
            update(work_order).where(work_order.c.order_no == bindparam("the_order")), updated
        )


def _record(
    connection: Connection,
    changed: Sequence[str],
    before: Mapping[str, _Known],
    after: Mapping[str, _Known],
    actor: str,
    now: datetime,
) -> None:
    acts: dict[int, list[audit.Act]] = defaultdict(list)
    renewed: list[str] = []
    for number in changed:
        old, new = before.get(number), after[number]
        detail = f"revision {new.revision}"
        if old is not None and old.unit != new.unit:
            detail += f" from unit {old.unit}"
        act = "order_added" if old is None else "order_updated"
        acts[new.unit].append(audit.Act(actor=actor, act=act, ref=number, detail=detail))
        if old is not None and old.substance_revision != new.substance_revision:
            renewed.append(number)
    for number, proposal in _lapsed(connection, renewed):
        acts[after[number].unit].append(audit.Act(actor=actor, act="proposal_lapsed", ref=proposal))
    for unit in sorted(acts):
        audit.record(connection, unit, acts[unit], now)


def _lapsed(connection: Connection, renewed: Sequence[str]) -> list[tuple[str, str]]:
    """(order number, id) of each proposal that the latest change of its order made void."""
    if not renewed:
        return []
    rows = connection.execute(
        select(annotation.c.order_no, annotation.c.id)
        .join(work_order, work_order.c.order_no == annotation.c.order_no)
        .where(
            annotation.c.order_no.in_(renewed),
            annotation.c.kind.in_(sorted(PROPOSALS)),
            annotation.c.order_revision > 0,
            annotation.c.order_revision < work_order.c.substance_revision,
        )
        .order_by(annotation.c.number)
    )
    return [(row.order_no, row.id) for row in rows]


def _content_hash(order: WorkOrder) -> str:
    return hashlib.sha256(json.encode(order, order="deterministic")).hexdigest()


def _decode(body: bytes) -> WorkOrder:
    return json.decode(body, type=WorkOrder)


def _place(order: WorkOrder, bearer: Bearer, scope: Mapping[str, int]) -> tuple[str, int]:
    named = order.unit.strip() or bearer.unit_id
    for unit_id in (named, units.below(bearer.unit_id, named)):
        if unit_id in scope:
            return unit_id, scope[unit_id]
    raise Refused("unit_unknown")


def _result(order_no: str, verdict: Outcome, reason: str) -> OrderResult:
    return OrderResult(order_no=order_no, verdict=verdict, reason=reason)


def _claimed_number(fields: Mapping[str, Any]) -> str:
    """The number of an order that cannot be read, where it is one, so that its sender finds it."""
    try:
        admit_value(fields.get("order_no"))
        return convert(fields.get("order_no"), OrderNo)
    except (MsgspecError, NotAdmitted, TooDeep):
        return ""
