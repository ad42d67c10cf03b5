"""Annotations: what the street says about an order. Append-only; withdrawn, never edited."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from caseworker.model.order import Line, Moment, OrderNo

Kind = Literal["context", "repeat", "unreasonable", "objection", "review", "withdrawal"]

PROPOSALS: Final[frozenset[Kind]] = frozenset({"repeat", "unreasonable", "objection"})
"""The kinds that the centre rules on."""

TEXT_MAX: Final = 8_000
"""The longest text of an annotation, in characters."""

AnnotationId = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", max_length=36)
]
"""A UUIDv7 made on the device, in its lower-case form. `$` alone would let a line's end pass."""

MaybeId = Annotated[str, Meta(max_length=36)]
"""An id, or nothing."""

AnnotationText = Annotated[str, Meta(max_length=TEXT_MAX)]


class About(Struct, frozen=True, omit_defaults=True):
    """What a context is about: this order alone, a place, or a matter named by an order of it."""

    kind: Literal["order", "place", "matter"] = "order"
    name: Line = ""
    """The place as written, or an order number of the matter; empty for the order itself."""


Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]
"""A file's content hash, in lower-case hexadecimal: its name everywhere."""


class FileRef(Struct, frozen=True):
    """A file that is kept by its content; what it may be is for `caseworker.model.evidence`."""

    sha256: Sha256
    size: Annotated[int, Meta(ge=0, lt=2**53)]
    """In bytes."""
    media_type: Line
    name: Line
    """As its owner called it, without a folder; shown through `caseworker.text.safe` alone."""


class Statement(Struct, frozen=True, omit_defaults=True):
    """One piece of evidence, of a kind that the taxonomy names: words, a file, or both."""

    kind: Line
    text: AnnotationText = ""
    file: FileRef | None = None


class Annotation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a worker said about an order (DESIGN §3)."""

    id: AnnotationId
    order_no: OrderNo
    order_revision: int = 0
    """The revision of the order that the author saw; 0 where the order was not cached."""
    kind: Kind
    code: Line = ""
    text: AnnotationText = ""
    about: About = About()
    earlier: tuple[OrderNo, ...] = ()
    """For a repeat: the earlier orders, or for R04 the other channel's file number."""
    evidence: tuple[Statement, ...] = ()
    route: Line = ""
    """For an objection: the legal route that stays open to the citizen."""
    suggested_unit: Line = ""
    tell_citizen: AnnotationText = ""
    """A draft of what the citizen will be told; never sent to a citizen by this tool."""
    target: MaybeId = ""
    """For a review or a withdrawal: the id of the annotation that it is about."""
    endorse: bool | None = None
    """For a review: True endorses, False declines."""
    supersedes: MaybeId = ""
    author: Line
    device: Line = ""
    written_at: Moment
    observed_at: Moment | None = None


class Decision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The centre's ruling on a proposal."""

    id: AnnotationId
    annotation_id: AnnotationId
    order_no: OrderNo
    ruling: "Ruling"
    text: AnnotationText
    decided_by: Line
    decided_at: Moment
    valid_until: Moment | None = None
    """When a granted mark lapses by itself (DOMAIN §4.7: 90 days)."""


ContestSource = Literal["citizen", "recheck"]
"""Who contests a mark: the citizen, or a blind second look that found harm in it."""


class Contest(Struct, frozen=True, omit_defaults=True):
    """A citizen's contest of a granted mark, as the hub entered it, or that of a second look.

    It suspends the mark, and reopens the matter, until a later ruling on the same proposal:
    granted anew, or reversed.
    """

    id: AnnotationId
    annotation_id: AnnotationId
    order_no: OrderNo
    text: AnnotationText
    entered_by: Line
    entered_at: Moment
    source: ContestSource = "citizen"


Ruling = Literal["granted", "refused", "more_asked", "reversed"]
