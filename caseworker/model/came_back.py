"""What comes back to its author: the one place that says so, and why (DESIGN §3).

An annotation of one's own is back when the hub refused it, a colleague declined it, the centre
turned it down or asked for more, the citizen contests it, its validity ended, or the order changed
in substance after it was written. It is back until its author withdraws it, writes it anew, or
writes another of its kind on the order.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from caseworker.model.annotation import Annotation, Decision
from caseworker.model.order import WorkOrder
from caseworker.model.status import Status

Reason = Literal[
    "refused_by_hub",
    "declined",
    "refused",
    "more_asked",
    "reversed",
    "suspended",
    "lapsed",
    "changed",
]

_BY_STATUS: Final[dict[Status, Reason]] = {
    "declined": "declined",
    "refused": "refused",
    "more_asked": "more_asked",
    "reversed": "reversed",
    "suspended": "suspended",
    "lapsed": "lapsed",
}

_GONE: Final = ("withdrawn", "superseded")


class CameBack(Struct, frozen=True):
    """Why an annotation is back with its author, and since when."""

    reason: Reason
    since: datetime | None = None
    """None: already. A moment: from then on, without anything happening."""


def came_back(
    annotation: Annotation,
    status: Status,
    *,
    order: WorkOrder | None,
    own: Sequence[Annotation],
    decisions: Sequence[Decision],
    refused: bool,
) -> CameBack | None:
    """Whether and why one's own annotation is back; None where it is not.

    `status` is that of `model.status` at a moment before any date; `own` is everything that its
    author said about the order, in the order of writing; `refused` says that the hub refused it.
    """
    if status in _GONE or annotation.kind == "withdrawal":
        return None
    if refused:
        return CameBack("refused_by_hub")
    if _answered(annotation, own):
        return None
    if status in _BY_STATUS:
        return CameBack(_BY_STATUS[status])
    if status == "granted":
        ends = [
            ruling.valid_until
            for ruling in decisions
            if ruling.annotation_id == annotation.id and ruling.valid_until is not None
        ]
        return CameBack("lapsed", max(ends)) if ends else None
    if order is not None and 0 < annotation.order_revision < order.substance_revision:
        return CameBack("changed")
    return None


def _answered(annotation: Annotation, own: Sequence[Annotation]) -> bool:
    """Whether its author has said something newer of its kind about the order."""
    later = own[own.index(annotation) + 1 :]
    return any(
        one.kind == annotation.kind and one.order_revision >= annotation.order_revision
        for one in later
    )
