"""Where a proposal stands: one table from what is known about it (DESIGN §3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from caseworker.model.annotation import PROPOSALS, Annotation, Contest, Decision
from caseworker.model.order import WorkOrder
from caseworker.model.rules import needs_review
from caseworker.model.taxonomy import Taxonomy

Status = Literal[
    "noted",
    "withdrawn",
    "superseded",
    "lapsed",
    "declined",
    "awaiting_review",
    "awaiting_centre",
    "granted",
    "suspended",
    "refused",
    "more_asked",
    "reversed",
]


def status_of(
    annotation: Annotation,
    *,
    order: WorkOrder | None,
    others: Sequence[Annotation],
    decisions: Sequence[Decision],
    taxonomy: Taxonomy,
    now: datetime,
    contests: Sequence[Contest] = (),
) -> Status:
    """The status of one annotation; `others` is everything said about its order.

    A context, a review or a withdrawal is `noted`; a proposal goes from review to the centre. A
    granted mark is suspended from a citizen's contest to the next ruling. A mark lapses on its
    date, and when the order changed in substance after the author saw it.
    """
    mine = [other for other in others if other.target == annotation.id]
    if any(other.kind == "withdrawal" for other in mine):
        return "withdrawn"
    if any(_supersedes(other, annotation) for other in others):
        return "superseded"
    if annotation.kind not in PROPOSALS:
        return "noted"
    ruling = _last_ruling(annotation, decisions)
    if ruling is not None and ruling.ruling in ("refused", "reversed"):
        return ruling.ruling
    if ruling is not None and is_contested(ruling, contests):
        return "suspended"
    if changed_since(annotation, order):
        return "lapsed"
    if ruling is not None:
        until = ruling.valid_until
        return "lapsed" if until is not None and until <= now else ruling.ruling
    if needs_review(annotation, taxonomy):
        verdict = standing_verdict(annotation, others)
        if verdict is None:
            return "awaiting_review"
        if not verdict:
            return "declined"
    return "awaiting_centre"


def standing_verdict(annotation: Annotation, others: Sequence[Annotation]) -> bool | None:
    """The last review that stands on a proposal: True endorses, False declines, None is none."""
    withdrawn = {other.target for other in others if other.kind == "withdrawal"}
    verdicts = [
        other.endorse
        for other in others
        if other.kind == "review" and other.target == annotation.id and other.id not in withdrawn
    ]
    return verdicts[-1] if verdicts else None


def _supersedes(other: Annotation, annotation: Annotation) -> bool:
    """Whether its own author has written `annotation` anew."""
    return other.supersedes == annotation.id and other.author == annotation.author


def _last_ruling(annotation: Annotation, decisions: Sequence[Decision]) -> Decision | None:
    rulings = [decision for decision in decisions if decision.annotation_id == annotation.id]
    return max(rulings, key=lambda decision: decision.decided_at, default=None)


def is_contested(ruling: Decision, contests: Sequence[Contest]) -> bool:
    """Whether a contest waits for an answer: it came after `ruling`, the last one, a grant."""
    return ruling.ruling == "granted" and any(
        contest.annotation_id == ruling.annotation_id and contest.entered_at > ruling.decided_at
        for contest in contests
    )


def changed_since(annotation: Annotation, order: WorkOrder | None) -> bool:
    """Whether the order changed in substance after the revision that the author saw."""
    pinned = annotation.order_revision
    return order is not None and 0 < pinned < order.substance_revision
