"""The centre's rulings: on proposals alone, and only once a second person has looked."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import json
from sqlalchemy import Connection, Row, insert, or_, select
from uuid6 import uuid7

from caseworker.model.annotation import PROPOSALS, TEXT_MAX, Contest, Decision, Ruling
from caseworker.model.order import WorkOrder
from caseworker.model.rules import needs_second_reader
from caseworker.model.status import changed_since, is_contested, status_of
from caseworker.model.taxonomy import Taxonomy
from caseworker.model.wire import DecisionRequest
from hub import audit, feed, ledger, units
from hub.feed import Entry
from hub.problems import Refusal
from hub.store import annotation, decision, link, work_order
from hub.store import feed as feed_rows

VALIDITY: Final = timedelta(days=90)
"""How long a granted mark holds (DOMAIN §4.7)."""

_NOT_NOW: Final = {
    "withdrawn": "proposal_withdrawn",
    "lapsed": "proposal_lapsed",
    "declined": "endorsement_missing",
    "awaiting_review": "endorsement_missing",
    "granted": "already_decided",
    "refused": "already_decided",
    "reversed": "already_decided",
}
"""Status of a proposal → why the centre cannot rule on it."""


def rule(
    connection: Connection,
    request: DecisionRequest,
    decided_by: str,
    actor: str,
    taxonomy: Taxonomy,
    now: datetime,
    scope: int | None = None,
    decider: int | None = None,
) -> Decision:
    """Rule on a proposal; the same ruling sent again is answered with the one that stands.

    `scope` is the unit whose tree the centre's worker answers for, None for the whole hub, and
    `decider` their number, None for whoever keeps the store and rules as `decided_by`.
    Raises `Refusal` where there is no such proposal, or where it is not ready for this ruling.
    """
    if not request.text.strip():
        raise Refusal("text_missing")
    if len(request.text) > TEXT_MAX:
        raise Refusal("text_too_long", {"max": str(TEXT_MAX)})
    held, order_row = proposal(connection, request.annotation_id, scope)
    earlier = ledger.decisions_on(connection, request.annotation_id)
    contests = ledger.contests_on(connection, request.annotation_id)
    contested = bool(earlier) and is_contested(earlier[-1], contests)
    if (
        earlier
        and not contested
        and (earlier[-1].ruling, earlier[-1].text, earlier[-1].decided_by)
        == (
            request.ruling,
            request.text,
            decided_by,
        )
    ):
        return earlier[-1]
    _check_took_no_part(connection, held, decider, decided_by)
    _weigh(connection, request.ruling, held, order_row, earlier, contests, taxonomy, now)
    before = [ruled.decided_at for ruled in earlier] + [one.entered_at for one in contests]
    now = ledger.after(now, before)
    made = Decision(
        id=str(uuid7()),
        annotation_id=held.id,
        order_no=held.order_no,
        ruling=request.ruling,
        text=request.text,
        decided_by=decided_by,
        decided_at=now,
        valid_until=now + VALIDITY if request.ruling == "granted" else None,
    )
    connection.execute(
        insert(decision).values(
            id=made.id,
            annotation_id=held.id,
            order_no=held.order_no,
            ruling=made.ruling,
            payload=json.encode(made),
        )
    )
    entries = {order_row.unit: [Entry("decision", made.id)]}
    if made.ruling == "reversed":
        for unit in _relying(connection, held, order_row.unit):
            entries[unit] = [Entry("reversal", made.id)]
    feed.append(connection, entries)
    act = audit.Act(actor=actor, act=f"decision_{made.ruling}", ref=held.id, detail=made.id)
    audit.record(connection, order_row.unit, [act], now)
    return made


def proposal(
    connection: Connection, annotation_id: str, scope: int | None
) -> tuple[Row[Any], Row[Any]]:
    """A proposal and its order, locked; raises `Refusal` where there is none in `scope`."""
    held = connection.execute(
        select(annotation).where(annotation.c.id == annotation_id)
    ).one_or_none()
    if held is None:
        raise Refusal("annotation_unknown")
    order_row = connection.execute(
        select(work_order).where(work_order.c.order_no == held.order_no).with_for_update()
    ).one()
    if scope is not None and not units.is_below(connection, order_row.unit, scope):
        raise Refusal("annotation_unknown")
    if held.kind not in PROPOSALS:
        raise Refusal("not_a_proposal")
    return held, order_row


def _weigh(
    connection: Connection,
    ruling: Ruling,
    held: Row[Any],
    order_row: Row[Any],
    earlier: list[Decision],
    contests: list[Contest],
    taxonomy: Taxonomy,
    now: datetime,
) -> None:
    standing = ledger.standing(connection, held.order_no)
    if held.id not in {row.id for row in standing}:
        raise Refusal("proposal_withdrawn")
    if ruling == "reversed":
        if not earlier or earlier[-1].ruling != "granted":
            raise Refusal("nothing_to_reverse")
        return
    said = ledger.read(held)
    order = json.decode(order_row.body, type=WorkOrder)
    others = [ledger.read(row) for row in standing]
    status = status_of(
        said,
        order=order,
        others=others,
        decisions=earlier,
        contests=contests,
        taxonomy=taxonomy,
        now=now,
    )
    if status in _NOT_NOW:
        raise Refusal(_NOT_NOW[status])
    if status == "suspended" and ruling != "granted":
        raise Refusal("contest_waits")
    if status == "suspended" and changed_since(said, order):
        raise Refusal("proposal_lapsed")
    if needs_second_reader(said, order, taxonomy, others) and not any(
        row.role == "lead" and row.target == held.id and ledger.read(row).endorse
        for row in standing
    ):
        raise Refusal("lead_endorsement_missing")
    if ruling == "granted":
        if feed.awaited_files(connection, [held.id]):
            raise Refusal("evidence_on_its_way")
        _check_earlier(connection, held.id)


def _check_took_no_part(
    connection: Connection, held: Row[Any], decider: int | None, decided_by: str
) -> None:
    """Whoever proposed or reviewed does not rule as well, should they have changed their seat.

    Known by number; whoever keeps the store is known by the name that they rule under.
    """
    took_part = connection.execute(
        select(annotation).where(
            or_(
                annotation.c.id == held.id,
                (annotation.c.kind == "review") & (annotation.c.target == held.id),
            )
        )
    ).all()
    if decider is not None:
        own = any(row.worker == decider for row in took_part)
    else:
        own = any(same_name(ledger.read(row).author, decided_by) for row in took_part)
    if own:
        raise Refusal("decision_of_own")


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, however they are spaced and written large."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _relying(connection: Connection, held: Row[Any], own: int) -> list[int]:
    """The units that relied on a mark, but for its order's own.

    Those of every order that links join with its order, however far off, and those that the order
    has left since.
    """
    found = set(
        connection.execute(
            select(feed_rows.c.unit).where(
                feed_rows.c.kind == "order", feed_rows.c.ref == held.order_no
            )
        ).scalars()
    )
    seen: set[str] = set()
    ahead = {held.order_no}
    while ahead:
        seen |= ahead
        joined: set[str] = set()
        for some in _batched(sorted(ahead)):
            found.update(
                connection.execute(
                    select(work_order.c.unit).where(work_order.c.order_no.in_(some)).distinct()
                ).scalars()
            )
            links = connection.execute(
                select(link.c.order_no, link.c.earlier)
                .join(annotation, annotation.c.id == link.c.annotation_id)
                .where(
                    or_(link.c.order_no.in_(some), link.c.earlier.in_(some)),
                    ledger.stands(annotation),
                )
            )
            joined.update(number for row in links for number in row)
        ahead = joined - seen
    return sorted(found - {own})


def _batched(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    """Numbers in lists that every engine takes in one query."""
    return (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))


_AT_ONCE: Final = 500


def _check_earlier(connection: Connection, annotation_id: str) -> None:
    """A repeat is merged into orders that exist: desks may not know them all, the hub does."""
    missing = connection.execute(
        select(link.c.earlier)
        .outerjoin(work_order, work_order.c.order_no == link.c.earlier)
        .where(link.c.annotation_id == annotation_id, work_order.c.order_no.is_(None))
        .limit(1)
    ).scalar_one_or_none()
    if missing is not None:
        raise Refusal("earlier_not_here", {"order": missing})
