"""What a revoked device hands over before it wipes itself: kept apart, for a lead to look at.

Nothing here counts as said: a lead reads it and writes what still holds under their own name.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, json, structs
from sqlalchemy import Connection, func, insert, select, update

from caseworker.model.annotation import FileRef
from caseworker.model.evidence import files_in
from caseworker.model.order import WorkOrder
from caseworker.model.wire import Leftover
from hub import audit, evidence
from hub.door import NotAdmitted, TooDeep, admit_value
from hub.enrolment import Bearer
from hub.problems import Refusal
from hub.store import (
    device,
    evidence_file,
    quarantine,
    quarantine_named,
    unit,
    work_order,
    worker,
)

LEFTOVERS_MAX: Final = 10_000
"""The most that one device may leave: a stolen one must not fill the store."""

BEFORE_MAX: Final = 20
"""How many earlier versions of a draft are kept beside the last one."""


class Held(Struct, frozen=True):
    """One thing in quarantine."""

    id: str
    worker: str
    unit: str
    device: str
    state: str
    words: dict[str, Any]
    received_at: datetime


def keep(
    connection: Connection, bearer: Bearer, leftovers: Sequence[Leftover], now: datetime
) -> list[str]:
    """Keep what a revoked device hands over; the ids that are held by now.

    What comes again is kept once. A draft on which its worker typed on after it was handed over
    keeps the words that it had, under `before`, beside those that it has. Its files may come from
    then on. Raises `Refusal` where it is more than a device may leave, or no text that can be kept.
    """
    last = {one.id: structs.replace(one, words=_without_before(one.words)) for one in leftovers}
    for one in last.values():
        try:
            admit_value([one.state, one.words])
        except (NotAdmitted, TooDeep) as error:
            raise Refusal("malformed") from error
    known = connection.execute(
        select(quarantine.c.number, quarantine.c.id, quarantine.c.state, quarantine.c.words).where(
            quarantine.c.device == bearer.device, quarantine.c.id.in_(list(last))
        )
    ).all()
    fresh = [last[one] for one in last.keys() - {row.id for row in known}]
    held = connection.execute(
        select(func.count()).select_from(quarantine).where(quarantine.c.device == bearer.device)
    ).scalar_one()
    if held + len(fresh) > LEFTOVERS_MAX:
        raise Refusal("too_large")
    changed = []
    for row in known:
        words, now_said = json.decode(row.words), last[row.id]
        before = words.pop("before", [])
        if (row.state, words) != (now_said.state, now_said.words):
            kept = now_said.words | {"before": [*before, words][-BEFORE_MAX:]}
            connection.execute(
                update(quarantine)
                .where(quarantine.c.number == row.number)
                .values(state=now_said.state, words=json.encode(kept), received_at=now)
            )
            changed.append(row.id)
    if fresh:
        connection.execute(
            insert(quarantine),
            [
                {
                    "device": bearer.device,
                    "id": one.id,
                    "state": one.state,
                    "words": json.encode(one.words),
                    "received_at": now,
                }
                for one in fresh
            ],
        )
    numbers = connection.execute(
        select(quarantine.c.id, quarantine.c.number).where(
            quarantine.c.device == bearer.device,
            quarantine.c.id.in_([*(one.id for one in fresh), *changed]),
        )
    ).all()
    for found, number in numbers:
        evidence.name_left(connection, number, files_in(last[found].words), now)
    acts = [
        audit.Act(actor=bearer.actor, act="leftover_kept", ref=one, detail="")
        for one in (*(one.id for one in fresh), *changed)
    ]
    audit.record(connection, bearer.unit, acts, now)
    return list(last)


class HeldFile(Struct, frozen=True):
    """A file that words in quarantine name, and how many of its bytes are here.

    `secret`: the words are about a secret order, of which no file leaves.
    """

    leftover: str
    file: FileRef
    held: int
    secret: bool

    @property
    def whole(self) -> bool:
        """Whether all of it is here."""
        return self.held == self.file.size


def files(connection: Connection) -> list[HeldFile]:
    """The files that words in quarantine name, in the order in which the words came."""
    here = {row.sha256: row.held for row in connection.execute(_FILES)}
    left = held(connection)
    secret = _secret(connection, {str(one.words.get("order_no", "")) for one in left})
    return [
        HeldFile(
            one.id, file, here.get(file.sha256, 0), str(one.words.get("order_no", "")) in secret
        )
        for one in left
        for words in (one.words, *one.words.get("before", []))
        for file in files_in(words)
    ]


def _secret(connection: Connection, numbers: set[str]) -> set[str]:
    """Those of the orders that are secret."""
    rows = connection.execute(
        select(work_order.c.order_no, work_order.c.body).where(work_order.c.order_no.in_(numbers))
    )
    return {row.order_no for row in rows if json.decode(row.body, type=WorkOrder).is_secret}


def taken_out(connection: Connection, held: HeldFile, actor: str, now: datetime) -> None:
    """Put on record that a copy of a file leaves the hub, in the chain of who left it."""
    unit_of = (
        select(worker.c.unit)
        .join(device, device.c.worker == worker.c.number)
        .join(quarantine, quarantine.c.device == device.c.id)
        .where(quarantine.c.id == held.leftover)
    )
    act = audit.Act(actor=actor, act="exported", ref=held.leftover, detail=held.file.sha256)
    audit.record(connection, connection.execute(unit_of).scalars().all()[0], [act], now)


_FILES: Final = select(evidence_file.c.sha256, evidence_file.c.held).where(
    evidence_file.c.sha256.in_(select(quarantine_named.c.sha256))
)


def _without_before(words: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in words.items() if name != "before"}


def held(connection: Connection) -> list[Held]:
    """Everything in quarantine, in the order in which it came."""
    rows = connection.execute(
        select(
            quarantine.c.id,
            worker.c.name.label("worker"),
            unit.c.id.label("unit"),
            device.c.name.label("device"),
            quarantine.c.state,
            quarantine.c.words,
            quarantine.c.received_at,
        )
        .join(device, device.c.id == quarantine.c.device)
        .join(worker, worker.c.number == device.c.worker)
        .join(unit, unit.c.number == worker.c.unit)
        .order_by(quarantine.c.number)
    )
    return [Held(**row._asdict() | {"words": json.decode(row.words)}) for row in rows]
