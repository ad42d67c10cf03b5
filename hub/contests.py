"""Contests suspend a granted mark until the centre rules again: a citizen's (DOMAIN §4.6), or that
of a second look which found harm (§4.10)."""

from datetime import datetime

from msgspec import json
from sqlalchemy import Connection, insert
from uuid6 import uuid7

from caseworker.model.annotation import TEXT_MAX, Contest, ContestSource
from caseworker.model.wire import ContestRequest
from hub import audit, decisions, feed, ledger
from hub.feed import Entry
from hub.problems import Refusal
from hub.store import contest


def enter(
    connection: Connection,
    request: ContestRequest,
    entered_by: str,
    actor: str,
    now: datetime,
    scope: int | None = None,
    source: ContestSource = "citizen",
) -> Contest:
    """Enter what is said against a mark; the same sent again is answered with the first.

    `scope` is the unit whose tree the centre's worker answers for, None for the whole hub.
    Raises `Refusal` where there is no such mark, or none that was granted.
    """
    if not request.text.strip():
        raise Refusal("text_missing")
    if len(request.text) > TEXT_MAX:
        raise Refusal("text_too_long", {"max": str(TEXT_MAX)})
    held, order_row = decisions.proposal(connection, request.annotation_id, scope)
    entered = ledger.contests_on(connection, held.id)
    ruled = ledger.decisions_on(connection, held.id)
    standing = {row.id for row in ledger.standing(connection, held.order_no)}
    if held.id not in standing or not ruled or ruled[-1].ruling != "granted":
        raise Refusal("nothing_to_contest")
    for one in entered:
        said_again = (one.text, one.entered_by) == (request.text, entered_by)
        if said_again and one.entered_at > ruled[-1].decided_at:
            return one
    made = Contest(
        id=str(uuid7()),
        annotation_id=held.id,
        order_no=held.order_no,
        text=request.text,
        entered_by=entered_by,
        entered_at=ledger.after(
            now, [*(one.decided_at for one in ruled), *(one.entered_at for one in entered)]
        ),
        source=source,
    )
    connection.execute(
        insert(contest).values(
            id=made.id,
            annotation_id=held.id,
            order_no=held.order_no,
            payload=json.encode(made),
        )
    )
    feed.append(connection, {order_row.unit: [Entry("contest", made.id)]})
    act = audit.Act(actor=actor, act="contest_entered", ref=held.id, detail=made.id)
    audit.record(connection, order_row.unit, [act], now)
    return made
