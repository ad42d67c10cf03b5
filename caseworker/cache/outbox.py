"""The outbox: every own annotation, and where it is on its way to the hub (DESIGN §5).

States: `waiting` (never sent) → `sending` (frozen, sent at least once, the answer unknown) →
`receipted`, or `later` (the hub waits for what it rests on), or `refused` (waits for the worker),
who settles it as `kept` or writes a new one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import Struct, json

from caseworker.cache.annotations import decode, encode, put_annotation, rewrite_unsent
from caseworker.cache.connection import Cache
from caseworker.model.annotation import Annotation

if TYPE_CHECKING:
    from caseworker.model.wire import AnnotationResult

State = Literal["waiting", "sending", "later", "receipted", "refused", "kept"]

UNSETTLED: Final[tuple[State, ...]] = ("waiting", "sending", "later", "refused")

PAYLOADS_KEPT: Final = timedelta(days=90)
"""How long own payloads outlive an order that has left (DESIGN §5.7)."""


class OutboxItem(Struct, frozen=True):
    """One own annotation and what became of it."""

    annotation: Annotation
    state: State
    receipt: str
    reason: str
    params: dict[str, str]
    changed_at: int
    """Seconds since 1970."""


def put_in_outbox(cache: Cache, annotation: Annotation, at: datetime) -> None:
    """Keep an own annotation and queue it, in one transaction. Saved means durable."""
    with cache.writing():
        if put_annotation(cache, annotation):
            cache.execute(
                "INSERT INTO outbox (annotation_id, state, changed_at) VALUES (?, 'waiting', ?)",
                (annotation.id, int(at.timestamp())),
            )


def unsent(cache: Cache, after: int, limit: int) -> list[tuple[int, str, int]]:
    """(seq, id, bytes) of what waits for the hub, in the order of writing, after `after`."""
    return cache.rows(
        "SELECT seq, annotation_id, length(coalesce(payload, body))"
        " FROM outbox JOIN annotations ON id = annotation_id"
        " WHERE seq > ? AND state IN ('waiting', 'sending', 'later') ORDER BY seq LIMIT ?",
        (after, limit),
    )


def freeze(
    cache: Cache, ids: Iterable[str], *, author: str, device: str, at: datetime
) -> list[Annotation]:
    """The payloads to send, frozen at their first sending; those undone by now are left out.

    One transaction.
    """
    frozen: list[Annotation] = []
    with cache.writing():
        for annotation_id in ids:
            row = cache.row(
                "SELECT payload, body FROM outbox JOIN annotations ON id = annotation_id"
                " WHERE annotation_id = ?",
                (annotation_id,),
            )
            if row is None:
                continue
            payload, body = row
            if payload is None:
                annotation = _signed(decode(body), author, device)
                rewrite_unsent(cache, annotation)
                cache.execute(
                    "UPDATE outbox SET state = 'sending', payload = ?, changed_at = ?"
                    " WHERE annotation_id = ?",
                    (encode(annotation), int(at.timestamp()), annotation_id),
                )
            else:
                annotation = decode(payload)
            frozen.append(annotation)
    return frozen


def settle(
    cache: Cache, results: Iterable[AnnotationResult], generation: str, at: datetime
) -> None:
    """Write down what the hub answered for each; only what differs is written."""
    states = {
        "stored": "receipted",
        "replayed": "receipted",
        "refused": "refused",
        "later": "later",
    }
    with cache.writing():
        for result in results:
            cache.execute(
                "UPDATE outbox SET state = :state, receipt = :receipt, reason = :reason,"
                " params = :params, generation = :generation, changed_at = :at"
                " WHERE annotation_id = :id AND state IN ('sending', 'later', 'waiting')"
                " AND (state, reason, generation) <> (:state, :reason, :generation)",
                {
                    "state": states[result.verdict],
                    "receipt": result.receipt,
                    "reason": result.reason,
                    "params": json.encode(result.params, order="deterministic").decode(),
                    "generation": generation,
                    "at": int(at.timestamp()),
                    "id": result.id,
                },
            )


def refuse_orphans(cache: Cache, at: datetime) -> int:
    """What rests on own words that the hub refused can never be taken; how many such there are.

    Call inside `writing`.
    """
    return cache.execute(
        "UPDATE outbox SET state = 'refused', reason = 'target_refused', params = '{}',"
        " changed_at = ? WHERE state IN ('waiting', 'later') AND annotation_id IN ("
        " SELECT id FROM annotations JOIN outbox AS resting_on"
        " ON resting_on.annotation_id = annotations.target"
        " WHERE resting_on.state IN ('refused', 'kept'))",
        (int(at.timestamp()),),
    ).rowcount


def receipt_seen(
    cache: Cache, annotation_id: str, receipt: str, generation: str, at: datetime
) -> None:
    """The feed shows that the hub holds an own annotation whose answer was lost. In `writing`."""
    cache.execute(
        "UPDATE outbox SET state = 'receipted', receipt = ?, reason = '', generation = ?,"
        " changed_at = ? WHERE annotation_id = ? AND state IN ('sending', 'later')",
        (receipt, generation, int(at.timestamp()), annotation_id),
    )


def offer_again(cache: Cache, generation: str, at: datetime) -> int:
    """A restored hub: everything that this generation has no receipt for waits again (§5.7).

    The payload stays frozen. Call inside `writing`. Returns how many are offered again.
    """
    return cache.execute(
        "UPDATE outbox SET state = 'sending', changed_at = ?"
        " WHERE state = 'receipted' AND generation <> ? AND payload IS NOT NULL",
        (int(at.timestamp()), generation),
    ).rowcount


def receipted_by(cache: Cache, generation: str) -> set[str]:
    """The ids that this generation of the hub has given a receipt for."""
    found = cache.rows(
        "SELECT annotation_id FROM outbox WHERE state = 'receipted' AND generation = ?",
        (generation,),
    )
    return {annotation_id for (annotation_id,) in found}


def items(cache: Cache, *, settled: bool = False) -> list[OutboxItem]:
    """What is not settled, or all, in the order of writing."""
    states: tuple[str, ...] = (*UNSETTLED, "receipted", "kept") if settled else UNSETTLED
    marks = ", ".join("?" * len(states))
    return [
        _item(row) for row in cache.rows(f"{_SELECT} WHERE state IN ({marks}) ORDER BY seq", states)
    ]


def item(cache: Cache, annotation_id: str) -> OutboxItem | None:
    """One own annotation's way, or None where it is not an own one."""
    row = cache.row(f"{_SELECT} WHERE annotation_id = ?", (annotation_id,))
    return None if row is None else _item(row)


def items_of(cache: Cache, order_no: str) -> dict[str, OutboxItem]:
    """The own annotations on one order by their id, in the order of writing."""
    found = [
        _item(row) for row in cache.rows(f"{_SELECT} WHERE order_no = ? ORDER BY seq", (order_no,))
    ]
    return {entry.annotation.id: entry for entry in found}


def keep(cache: Cache, annotation_id: str, at: datetime) -> bool:
    """The worker settles a refused one as a note of their own; False where it is not refused."""
    with cache.writing():
        return bool(
            cache.execute(
                "UPDATE outbox SET state = 'kept', changed_at = ?"
                " WHERE annotation_id = ? AND state = 'refused'",
                (int(at.timestamp()), annotation_id),
            ).rowcount
        )


def drop_unsent(cache: Cache, annotation_id: str) -> bool:
    """Undo one that no hub can have seen; False where it was sent. One transaction."""
    with cache.writing():
        never_sent = cache.value(
            "SELECT 1 FROM outbox WHERE annotation_id = ? AND state = 'waiting'", (annotation_id,)
        )
        if not never_sent:
            return False
        cache.execute("DELETE FROM outbox WHERE annotation_id = ?", (annotation_id,))
        cache.execute("DELETE FROM annotations WHERE id = ?", (annotation_id,))
        return True


def forget_old_payloads(cache: Cache, at: datetime) -> int:
    """Remove own settled words on orders that left over 90 days ago. Call inside `writing`."""
    horizon = int((at - PAYLOADS_KEPT).timestamp())
    old = [
        annotation_id
        for (annotation_id,) in cache.rows(
            "SELECT annotation_id FROM outbox JOIN annotations ON id = annotation_id"
            " JOIN departed USING (order_no) WHERE left_at < ? AND state IN ('receipted', 'kept')",
            (horizon,),
        )
    ]
    for annotation_id in old:
        cache.execute("DELETE FROM outbox WHERE annotation_id = ?", (annotation_id,))
        cache.execute("DELETE FROM annotations WHERE id = ?", (annotation_id,))
    return len(old)


_SELECT = (
    "SELECT coalesce(payload, body), state, receipt, reason, params, changed_at"
    " FROM outbox JOIN annotations ON id = annotation_id"
)


def _item(row: Any) -> OutboxItem:
    body, state, receipt, reason, params, changed_at = row
    return OutboxItem(decode(body), state, receipt, reason, json.decode(params), changed_at)


def _signed(annotation: Annotation, author: str, device: str) -> Annotation:
    from msgspec.structs import replace

    return replace(annotation, author=author, device=device)
