"""What workers send: each annotation is stored once, replayed, refused, or asked for later."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from msgspec import MsgspecError, convert, json, structs
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    not_,
    or_,
    select,
)

from caseworker.model.annotation import (
    PROPOSALS,
    TEXT_MAX,
    Annotation,
    AnnotationId,
    Contest,
    Decision,
    Kind,
)
from caseworker.model.evidence import files_of
from caseworker.model.me import Role
from caseworker.model.order import WorkOrder, can_tell
from caseworker.model.rules import Facts, check, refusals
from caseworker.model.taxonomy import Taxonomy
from caseworker.model.wire import AnnotationResult
from hub import audit, evidence, feed, units
from hub.door import NotAdmitted, TooDeep, admit_value
from hub.enrolment import Bearer
from hub.feed import Entry
from hub.problems import document
from hub.store import annotation, contest, decision, link, work_order

_EVERY_KIND: Final[frozenset[Kind]] = frozenset(
    {"context", "repeat", "unreasonable", "objection", "review", "withdrawal"}
)

MAY_WRITE: Final[Mapping[Role, frozenset[Kind]]] = {
    "cadre": frozenset({"context", "withdrawal"}),
    "office": _EVERY_KIND,
    "lead": _EVERY_KIND,
    "centre": frozenset(),
}
"""Which kinds of annotation a role may send (DESIGN §1)."""

REVISIONS: Final = range(2**31)
"""The revisions that every store can keep, and more than an order will ever have."""


# Asked with every annotation: put together once.
_ORDER: Final = (
    select(work_order).where(work_order.c.order_no == bindparam("the_number")).with_for_update()
)
_HELD: Final = select(annotation).where(annotation.c.id == bindparam("the_id"))


def take(
    connection: Connection,
    bearer: Bearer,
    fields: Mapping[str, Any],
    taxonomy: Taxonomy,
    now: datetime,
) -> AnnotationResult:
    """What becomes of one annotation of a batch; call it in a transaction of its own."""
    try:
        admit_value(fields)
        sent = convert(fields, Annotation)
    except (MsgspecError, NotAdmitted, TooDeep):
        if _is_too_long(fields):
            return _refused(_claimed_id(fields), "text_too_long", max=str(TEXT_MAX))
        return _refused(_claimed_id(fields), "malformed")
    if sent.order_revision not in REVISIONS or not can_tell(sent.written_at, sent.observed_at):
        return _refused(sent.id, "malformed")
    if sent.author != bearer.worker:
        return _refused(sent.id, "author_differs", worker=bearer.worker)
    # Locked before anything is asked of it, so that the order cannot move to another unit, nor
    # the same annotation come in twice, before this transaction ends.
    order_row = connection.execute(_ORDER, {"the_number": sent.order_no}).one_or_none()
    payload = json.encode(sent, order="deterministic")
    payload_hash = hashlib.sha256(payload).hexdigest()
    held = connection.execute(_HELD, {"the_id": sent.id}).one_or_none()
    if held is not None:
        if (held.worker, held.payload_hash) == (bearer.number, payload_hash):
            return AnnotationResult(id=sent.id, verdict="replayed", receipt=held.receipt)
        return _refused(sent.id, "id_taken")
    if sent.kind not in MAY_WRITE[bearer.role]:
        return _refused(sent.id, "role_missing", role=bearer.role, kind=sent.kind)
    if order_row is None or not units.is_below(connection, order_row.unit, bearer.unit):
        if order_row is not None and feed.was_in(connection, sent.order_no, bearer.unit):
            return _refused(sent.id, "order_left", order=sent.order_no)
        # An order of others answers like one that is not there.
        return _later(sent.id, "order_unknown", order=sent.order_no)
    target = _target(connection, bearer, sent.target)
    if sent.target and target is None:
        return _later(sent.id, "target_not_here", target=sent.target)
    stopped = _stopped(connection, bearer, sent, order_row, target, taxonomy, now)
    if stopped is not None:
        return stopped
    if (unfit := evidence.unfit(connection, sent)) is not None:
        return _refused(sent.id, "evidence_not_its_type", file=unfit)
    receipt = secrets.token_hex(16)
    pinned = _pinned(sent, order_row.revision)
    _store(connection, bearer, pinned, payload, payload_hash, receipt, now)
    _link(connection, sent, taxonomy)
    evidence.name(connection, sent, now)
    told = [Entry("annotation", sent.id), *_reversals_cited(connection, sent, order_row.unit)]
    feed.append(connection, {order_row.unit: told})
    audit.record(
        connection,
        order_row.unit,
        [
            audit.Act(
                actor=bearer.actor, act=f"{sent.kind}_stored", ref=sent.id, detail=payload_hash
            )
        ],
        now,
    )
    return AnnotationResult(id=sent.id, verdict="stored", receipt=receipt)


def standing(connection: Connection, order_no: str) -> list[Row[Any]]:
    """Everything said about an order that its author has neither withdrawn nor superseded."""
    return list(connection.execute(_standing(), {"the_number": order_no}))


@cache
def _standing() -> Select[Any]:
    return (
        select(annotation)
        .where(annotation.c.order_no == bindparam("the_number"), stands(annotation))
        .order_by(annotation.c.number)
    )


def stands(table: FromClause) -> ColumnElement[bool]:
    """Whether an annotation is neither withdrawn nor superseded, as a condition in SQL.

    Only its author can do either; the rules see to that for withdrawals, this for the rest.
    """
    later = annotation.alias()
    return not_(
        exists().where(
            later.c.worker == table.c.worker,
            later.c.order_no == table.c.order_no,
            or_(
                and_(later.c.kind == "withdrawal", later.c.target == table.c.id),
                and_(later.c.supersedes == table.c.id, later.c.id != table.c.id),
            ),
        )
    )


def read(row: Row[Any]) -> Annotation:
    """The annotation of a row as it was sent, but pinned to what its author can have seen."""
    return structs.replace(
        json.decode(row.payload, type=Annotation), order_revision=row.order_revision
    )


def earlier_of(connection: Connection, order_no: str) -> list[str]:
    """The orders that the standing repeat links of an order name, in any unit."""
    latest = (
        select(decision.c.ruling)
        .where(decision.c.annotation_id == annotation.c.id)
        .order_by(decision.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(link.c.earlier)
        .join(annotation, annotation.c.id == link.c.annotation_id)
        .where(
            link.c.order_no == order_no,
            stands(annotation),
            or_(latest.is_(None), latest.not_in(("refused", "reversed"))),
        )
    )
    return list(rows.scalars())


def decisions_on(connection: Connection, annotation_id: str) -> list[Decision]:
    """The rulings on a proposal, the first one first."""
    rows = connection.execute(
        select(decision.c.payload)
        .where(decision.c.annotation_id == annotation_id)
        .order_by(decision.c.number)
    )
    return [json.decode(payload, type=Decision) for payload in rows.scalars()]


def contests_on(connection: Connection, annotation_id: str) -> list[Contest]:
    """The citizens' contests of a proposal's mark, the first one first."""
    rows = connection.execute(
        select(contest.c.payload)
        .where(contest.c.annotation_id == annotation_id)
        .order_by(contest.c.number)
    )
    return [json.decode(payload, type=Contest) for payload in rows.scalars()]


def after(now: datetime, before: Iterable[datetime]) -> datetime:
    """`now`, or just past what came before it: desks tell rulings and contests apart by their
    times, and a clock can be set back."""
    return max([now, *(moment + timedelta(microseconds=1) for moment in before)])


def _stopped(
    connection: Connection,
    bearer: Bearer,
    sent: Annotation,
    order_row: Row[Any],
    target: Row[Any] | None,
    taxonomy: Taxonomy,
    now: datetime,
) -> AnnotationResult | None:
    """The refusal of the rules of fair marks, or None where they let it pass."""
    facts = Facts(
        now=now,
        order=json.decode(order_row.body, type=WorkOrder),
        standing=tuple(read(row) for row in standing(connection, sent.order_no)),
        target=None if target is None else _by_number(read(target), target.worker),
        awaited=() if target is None else _awaited(connection, read(target)),
        earlier_of=lambda order_no: earlier_of(connection, order_no),
        knows_order=lambda order_no: True,
        roles=(bearer.role,),
    )
    found = refusals(check(_by_number(sent, bearer.number), taxonomy, facts))
    if not found:
        return None
    params = dict(found[0].params)
    if len(found) > 1:
        params["also"] = " ".join(finding.reason for finding in found[1:])
    return _refused(sent.id, found[0].reason, **params)


def _awaited(connection: Connection, said: Annotation) -> tuple[str, ...]:
    """The names of an annotation's files that are not here whole yet."""
    missing = feed.awaited_files(connection, [said.id]).get(said.id, ())
    return tuple(file.name for file in files_of(said) if file.sha256 in missing)


def _pinned(sent: Annotation, revision: int) -> Annotation:
    """A proposal with a revision that its author can have seen: one that names none, or one that is
    still to come, would outlive every change of its order."""
    if sent.kind not in PROPOSALS or 0 < sent.order_revision <= revision:
        return sent
    return structs.replace(sent, order_revision=revision)


def _by_number(said: Annotation, worker: int) -> Annotation:
    """The annotation with its author as the hub knows them: two people may share a name."""
    return structs.replace(said, author=str(worker))


def _target(connection: Connection, bearer: Bearer, target: str) -> Row[Any] | None:
    if not target:
        return None
    return connection.execute(
        select(annotation)
        .join(work_order, work_order.c.order_no == annotation.c.order_no)
        .where(annotation.c.id == target, work_order.c.unit.in_(select(units.scope(bearer.unit))))
    ).one_or_none()


def _store(
    connection: Connection,
    bearer: Bearer,
    sent: Annotation,
    payload: bytes,
    payload_hash: str,
    receipt: str,
    now: datetime,
) -> None:
    connection.execute(
        insert(annotation).values(
            id=sent.id,
            order_no=sent.order_no,
            order_revision=sent.order_revision,
            kind=sent.kind,
            target=sent.target,
            supersedes=sent.supersedes,
            worker=bearer.number,
            role=bearer.role,
            payload=payload,
            payload_hash=payload_hash,
            receipt=receipt,
            stored_at=now,
        )
    )


def _link(connection: Connection, sent: Annotation, taxonomy: Taxonomy) -> None:
    """Keep the links of a repeat where they can be followed; another channel's file is none."""
    if sent.kind == "repeat" and taxonomy.codes[sent.code].needs_order:
        links = [
            {"annotation_id": sent.id, "earlier": earlier, "order_no": sent.order_no}
            for earlier in dict.fromkeys(sent.earlier)
        ]
        connection.execute(insert(link), links)


def _reversals_cited(connection: Connection, sent: Annotation, unit: int) -> list[Entry]:
    """The reversals of marks on other units' orders that a repeat names: its unit relies on those
    orders from now on, and must know."""
    if sent.kind != "repeat":
        return []
    later = decision.alias()
    rows = connection.execute(
        select(decision.c.id)
        .join(work_order, work_order.c.order_no == decision.c.order_no)
        .where(
            decision.c.order_no.in_(sent.earlier),
            decision.c.ruling == "reversed",
            work_order.c.unit != unit,
            not_(
                exists().where(
                    later.c.annotation_id == decision.c.annotation_id,
                    later.c.number > decision.c.number,
                )
            ),
        )
        .order_by(decision.c.number)
    )
    return [Entry("reversal", found) for found in rows.scalars()]


def _is_too_long(fields: Mapping[str, Any]) -> bool:
    """Whether an annotation that cannot be read says more than one may: its author can mend it."""
    told = [fields.get("text"), fields.get("tell_citizen")]
    return any(isinstance(text, str) and len(text) > TEXT_MAX for text in told)


def _claimed_id(fields: Mapping[str, Any]) -> str:
    """The id of an annotation that cannot be read, where it is one, so that its desk finds it."""
    try:
        return convert(fields.get("id"), AnnotationId)
    except MsgspecError:
        return ""


def _refused(annotation_id: str, reason: str, **params: str) -> AnnotationResult:
    return AnnotationResult(
        id=annotation_id,
        verdict="refused",
        reason=reason,
        params=params,
        problem=document(reason),
    )


def _later(annotation_id: str, reason: str, **params: str) -> AnnotationResult:
    return AnnotationResult(id=annotation_id, verdict="later", reason=reason, params=params)
