"""The messages between desk and hub (DESIGN §5): one definition for both ends."""

from typing import Any, Final, Literal

from msgspec import Struct

from caseworker.model.annotation import (
    Annotation,
    AnnotationId,
    Contest,
    Decision,
    Ruling,
    Sha256,
)
from caseworker.model.order import Line, Moment

PAGE_MAX: Final = 2_000
"""The most changes in one page of the feed."""

BATCH_MAX: Final = 500
"""The most annotations in one push."""


PIECE_BYTES_MIN: Final = 16 * 1024
"""The least that a request brings, but for the last one: a file is no million of rows."""


class Health(Struct, frozen=True):
    """That the hub is up and its store answers."""

    status: Literal["ok"]
    generation: str
    version: str


class EnrolmentRequest(Struct, frozen=True):
    """A one-time code in exchange for a token for this device."""

    code: Line
    device: Line


class Enrolment(Struct, frozen=True):
    """What the hub answers to an enrolment; the token is shown this once."""

    token: str
    worker: Line
    unit: Line
    generation: str


class OrderChange(Struct, frozen=True, tag="order"):
    """An order as it stands now. `order` is a mapping so that no unknown field is lost."""

    order: dict[str, Any]


class LeftChange(Struct, frozen=True, tag="left"):
    """An order that is no longer in this worker's scope."""

    order_no: str
    reason: Literal["reassigned", "removed"] = "reassigned"


class AnnotationChange(Struct, frozen=True, tag="annotation", omit_defaults=True):
    """An annotation that the hub holds, by this worker or by another."""

    annotation: Annotation
    receipt: str
    awaited: tuple[Sha256, ...] = ()
    """Files of its evidence that the hub does not hold whole yet: they are on their way."""


class DecisionChange(Struct, frozen=True, tag="decision"):
    """The centre's ruling on a proposal that this worker may see."""

    decision: Decision


class ContestChange(Struct, frozen=True, tag="contest"):
    """A citizen contests a mark that this worker may see."""

    contest: Contest


class TaxonomyChange(Struct, frozen=True, tag="taxonomy"):
    """A new version of the reason codes, as the TOML text of `caseworker/taxonomy`."""

    version: str
    toml: str


Change = (
    OrderChange | LeftChange | AnnotationChange | DecisionChange | ContestChange | TaxonomyChange
)


class FeedPage(Struct, frozen=True):
    """One page of the feed. `cursor` is opaque to the desk and covers all of `changes`."""

    generation: str
    cursor: str
    more: bool
    changes: list[Change]
    after: str | None = None
    """The cursor that was asked for: a desk takes no page that answers another question. A hub
    that says nothing of it is believed."""


class AnnotationBatch(Struct, frozen=True):
    """Annotations in the order in which they were written."""

    annotations: list[Annotation]


Verdict = Literal["stored", "replayed", "refused", "later"]


class AnnotationResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one annotation of a batch.

    `stored` and `replayed` carry a receipt; `refused` and `later` carry a reason, which is a key
    of `caseworker.desk.wording`, with its `params`. `refused` carries the problem document, too,
    that it would be answered with if it had been sent alone.
    """

    id: str
    verdict: Verdict
    receipt: str = ""
    reason: str = ""
    params: dict[str, str] = {}
    problem: "Problem | None" = None


class AnnotationResults(Struct, frozen=True):
    """One result for each annotation of the batch, in the batch's order."""

    generation: str
    results: list[AnnotationResult]


class Leftover(Struct, frozen=True):
    """Words of a revoked device's worker that no hub had taken, as they stood there."""

    id: AnnotationId
    state: Line
    """`draft`, or what the outbox said of it."""
    words: dict[str, Any]


class LeftoverBatch(Struct, frozen=True, omit_defaults=True):
    """What a revoked device hands over before it wipes itself."""

    leftovers: list[Leftover]
    disclosures: list["Disclosure"] = []
    """What it uncovered or took out and the log does not tell yet."""


class LeftoversKept(Struct, frozen=True):
    """The ids that the hub's quarantine holds by now, and those that stand in its log."""

    kept: list[str]


class OrderBatch(Struct, frozen=True):
    """Orders that the dispatching system sends in: mappings, so that no unknown field is lost."""

    orders: list[dict[str, Any]]


class OrderResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one order of a batch; `refused` carries a reason."""

    order_no: str
    verdict: Literal["added", "updated", "unchanged", "refused"]
    reason: str = ""


class OrderResults(Struct, frozen=True):
    """One result for each order of the batch, in the batch's order."""

    results: list[OrderResult]


class DecisionRequest(Struct, frozen=True):
    """The centre rules on a proposal."""

    annotation_id: str
    ruling: Ruling
    text: str


class ContestRequest(Struct, frozen=True):
    """A citizen contests a granted mark; `text` is what they say."""

    annotation_id: str
    text: str


class EvidenceState(Struct, frozen=True):
    """How far a file of evidence has come: bytes held without a gap, of how many."""

    sha256: Sha256
    offset: int
    size: int
    complete: bool
    generation: str = ""
    """The life of the hub that says so; a hub that says nothing of it is believed."""


DisclosureAct = Literal["revealed", "exported"]


class Disclosure(Struct, frozen=True, omit_defaults=True):
    """What a worker uncovered or took out of a desk; never what it says.

    `order_no` is empty where it was no single order; `count` is how many orders were in it.
    """

    id: AnnotationId
    act: DisclosureAct
    at: Moment
    order_no: str = ""
    what: Line = ""
    """Which field was revealed, or what kind of file was written."""
    count: int = 1


class DisclosureBatch(Struct, frozen=True):
    """Disclosures in the order in which they happened."""

    disclosures: list[Disclosure]


class DisclosuresNoted(Struct, frozen=True):
    """The ids that stand in the hub's log now, whether new or noted before."""

    noted: list[str]
    generation: str = ""
    """The life of the hub in whose log they stand; a hub that says nothing of it is believed."""


class MarkCounts(Struct, frozen=True, kw_only=True):
    """How many marks; None where the figure is hidden, since it would tell of someone."""

    name: str
    granted: int | None
    refused: int | None
    reversed: int | None
    missed_harm: int | None


class MarkFigures(Struct, frozen=True, kw_only=True):
    """How the marks of a scope fare: by code, by category and by unit, each with the same total."""

    hidden_below: int
    total: MarkCounts
    by_code: list[MarkCounts]
    by_category: list[MarkCounts]
    by_unit: list[MarkCounts]


class Problem(Struct, frozen=True, omit_defaults=True):
    """RFC 9457 problem document; `type` ends in a key of `caseworker.desk.wording`."""

    type: str
    title: str
    status: int
    detail: str = ""
