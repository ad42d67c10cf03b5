"""The blind second look: a share of the granted marks, by someone who took no part (DOMAIN §4.10).

Whoever looks again sees the order, the code and the evidence, and neither who proposed nor who
decided. Harm that is found suspends the mark, as a citizen's contest does, and goes to the centre,
which alone reverses (docs/decisions/0007-evidence-and-sight.md).
"""

import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Literal

from msgspec import Struct, json
from sqlalchemy import Connection, func, insert, or_, select, update

from caseworker.locale import _
from caseworker.model.annotation import TEXT_MAX, Statement
from caseworker.model.order import WorkOrder
from caseworker.model.trouble import Trouble
from caseworker.model.wire import ContestRequest
from caseworker.text.mask import mask_inside
from hub import audit, contests, ledger
from hub.problems import Refusal
from hub.store import annotation, decision, recheck, recheck_draw, work_order

Outcome = Literal["confirmed", "harm"]

ONE_IN: Final = 15
"""Of each block of so many granted marks one is drawn: 6.7 %, between the 5 and 10 of DOMAIN §4."""

UNUSUAL_TIMES: Final = 2.0
"""A unit is unusual whose share is more than so many times the hub's."""

UNUSUAL_FEWEST: Final = 5
"""Of fewer marks than this no share is told."""

_random: Final = random.SystemRandom()

_NOT_DRAWN: Final = "not_drawn"


class SecondLook(Struct, frozen=True, kw_only=True):
    """What someone sees who looks again; people's names and numbers are masked."""

    id: int
    order_no: str
    title: str
    content: str
    code: str
    grounds: str
    evidence: tuple[Statement, ...]
    tell_citizen: str
    drawn_at: datetime


class Harm(Struct, frozen=True, kw_only=True):
    """A mark that is suspended since harm was found in it: the centre's to rule on again."""

    id: int
    annotation_id: str
    order_no: str
    text: str
    answered_at: datetime


def draw(
    connection: Connection,
    actor: str,
    now: datetime,
    chance: random.Random = _random,
) -> int:
    """Draw from the marks granted since the last draw, all of unusual units; how many.

    However few they are, each has the same chance: a block that this draw does not fill is gone on
    with by the next one.
    """
    fresh = _granted_undrawn(connection)
    odd = unusual_units(connection)
    drawn = {one for one, unit in fresh if unit in odd}
    usual = sorted(one for one, unit in fresh if unit not in odd)
    # In no order that anyone could see beforehand.
    chance.shuffle(usual)
    drawn.update(_of_blocks(connection, usual, now, chance))
    considered = sorted(drawn | set(usual))
    if considered:
        connection.execute(
            insert(recheck),
            [
                {
                    "annotation_id": one,
                    "drawn_at": now,
                    "outcome": "" if one in drawn else _NOT_DRAWN,
                    "text": "",
                    "answered_by": "",
                }
                for one in considered
            ],
        )
    units = dict(fresh)
    for unit in sorted({units[one] for one in drawn}):
        acts = [
            audit.Act(actor=actor, act="recheck_drawn", ref=one)
            for one in sorted(drawn)
            if units[one] == unit
        ]
        audit.record(connection, unit, acts, now)
    return len(drawn)


def _of_blocks(
    connection: Connection, usual: Sequence[str], now: datetime, chance: random.Random
) -> list[str]:
    """One of each block of `ONE_IN`, at a place that chance chooses; blocks outlast draws."""
    if not usual:
        return []
    before = connection.execute(
        select(recheck_draw.c.remaining, recheck_draw.c.found)
        .order_by(recheck_draw.c.number.desc())
        .limit(1)
    ).one_or_none()
    left, found = (ONE_IN, False) if before is None else (before.remaining, before.found)
    drawn = []
    for one in usual:
        if not found and chance.randrange(left) == 0:
            drawn.append(one)
            found = True
        left -= 1
        if left == 0:
            left, found = ONE_IN, False
    connection.execute(insert(recheck_draw).values(at=now, remaining=left, found=found))
    return drawn


def unusual_units(connection: Connection) -> set[int]:
    """Units that have far more marks granted for their orders, or reversed of those granted."""
    orders: dict[int, int] = dict(
        connection.execute(
            select(work_order.c.unit, func.count()).group_by(work_order.c.unit)
        ).all()
    )
    rulings: dict[str, Counter[int]] = {"granted": Counter(), "reversed": Counter()}
    rows = connection.execute(
        select(
            work_order.c.unit,
            decision.c.ruling,
            func.count(decision.c.annotation_id.distinct()).label("marks"),
        )
        .join(work_order, work_order.c.order_no == decision.c.order_no)
        .where(decision.c.ruling.in_(("granted", "reversed")))
        .group_by(work_order.c.unit, decision.c.ruling)
    )
    for row in rows:
        rulings[row.ruling][row.unit] = row.marks
    return _far_above(rulings["granted"], orders) | _far_above(
        rulings["reversed"], rulings["granted"]
    )


def waiting(connection: Connection, named: str) -> list[SecondLook]:
    """What waits for a second look by `named`: nothing in which they took part."""
    looks = []
    for row in connection.execute(_drawn().order_by(recheck.c.number)):
        if _key(named) in _took_part(connection, row.annotation_id):
            continue
        said = ledger.read(row)
        order = json.decode(row.body, type=WorkOrder)
        looks.append(
            SecondLook(
                id=row.number,
                order_no=order.order_no,
                title=mask_inside(order.title),
                content=mask_inside(order.content),
                code=said.code,
                grounds=mask_inside(said.text),
                evidence=said.evidence,
                tell_citizen=said.tell_citizen,
                drawn_at=row.drawn_at,
            )
        )
    return looks


def answer(
    connection: Connection,
    number: int,
    outcome: Outcome,
    text: str,
    named: str,
    actor: str,
    now: datetime,
) -> None:
    """Write down what a second look found; harm suspends the mark until the centre rules again.

    Raises `Trouble` where it is not theirs to answer.
    """
    if not text.strip() or len(text) > TEXT_MAX:
        raise Trouble(
            _("Say in words what was found, in at most {max} characters.").format(max=TEXT_MAX)
        )
    row = connection.execute(_drawn().where(recheck.c.number == number)).one_or_none()
    if row is None:
        raise Trouble(_("No second look of that number waits: see  caseworker hub recheck list."))
    if _key(named) in _took_part(connection, row.annotation_id):
        raise Trouble(_("Whoever took part does not look again: leave it to someone else."))
    connection.execute(
        update(recheck)
        .where(recheck.c.number == number)
        .values(outcome=outcome, text=text, answered_by=named, answered_at=now)
    )
    act = audit.Act(actor=actor, act=f"recheck_{outcome}", ref=row.annotation_id)
    audit.record(connection, row.unit, [act], now)
    if outcome == "harm":
        request = ContestRequest(row.annotation_id, text)
        # A mark that was reversed or taken back meanwhile does no more harm.
        with suppress(Refusal):
            contests.enter(connection, request, named, actor, now, source="recheck")


def harms(connection: Connection) -> list[Harm]:
    """The marks in which harm was found and on which the centre has not ruled since."""
    rows = connection.execute(
        select(recheck, annotation.c.order_no)
        .join(annotation, annotation.c.id == recheck.c.annotation_id)
        .where(recheck.c.outcome == "harm", _latest_ruling(recheck.c.annotation_id) == "granted")
        .order_by(recheck.c.number)
    ).all()
    return [
        Harm(
            id=row.number,
            annotation_id=row.annotation_id,
            order_no=row.order_no,
            text=row.text,
            answered_at=row.answered_at,
        )
        for row in rows
        if ledger.decisions_on(connection, row.annotation_id)[-1].decided_at <= row.answered_at
    ]


def _drawn() -> Any:
    return (
        select(
            recheck.c.number,
            recheck.c.annotation_id,
            recheck.c.drawn_at,
            annotation.c.payload,
            annotation.c.order_revision,
            work_order.c.body,
            work_order.c.unit,
        )
        .join(annotation, annotation.c.id == recheck.c.annotation_id)
        .join(work_order, work_order.c.order_no == annotation.c.order_no)
        .where(recheck.c.outcome == "")
    )


def _granted_undrawn(connection: Connection) -> list[tuple[str, int]]:
    """(id, unit) of each granted mark that stood in no draw yet."""
    rows = connection.execute(
        select(annotation.c.id, work_order.c.unit)
        .join(work_order, work_order.c.order_no == annotation.c.order_no)
        .outerjoin(recheck, recheck.c.annotation_id == annotation.c.id)
        .where(
            annotation.c.kind.in_(("repeat", "unreasonable", "objection")),
            recheck.c.number.is_(None),
            _latest_ruling(annotation.c.id) == "granted",
        )
        .order_by(annotation.c.number)
    ).all()
    return [(row.id, row.unit) for row in rows]


def _latest_ruling(annotation_id: Any) -> Any:
    return (
        select(decision.c.ruling)
        .where(decision.c.annotation_id == annotation_id)
        .order_by(decision.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )


def _far_above(marks: Counter[int], of: Counter[int] | dict[int, int]) -> set[int]:
    everywhere = sum(marks.values()) / max(1, sum(of.values()))
    return {
        unit
        for unit, count in marks.items()
        if count >= UNUSUAL_FEWEST and count / max(1, of[unit]) > UNUSUAL_TIMES * everywhere
    }


def _took_part(connection: Connection, annotation_id: str) -> set[str]:
    """The names of who proposed, reviewed, ruled, or entered a contest."""
    said = connection.execute(
        select(annotation).where(
            or_(
                annotation.c.id == annotation_id,
                (annotation.c.kind == "review") & (annotation.c.target == annotation_id),
            )
        )
    )
    names = {ledger.read(row).author for row in said}
    names |= {ruled.decided_by for ruled in ledger.decisions_on(connection, annotation_id)}
    names |= {one.entered_by for one in ledger.contests_on(connection, annotation_id)}
    return {_key(one) for one in names}


def _key(name: str) -> str:
    return "".join(name.split()).casefold()
