"""The work order: what the hotline sends down, and nothing that the desk adds to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, get_args

from msgspec import Meta, Struct, ValidationError, convert

Moment = Annotated[datetime, Meta(tz=True)]
"""A point in time that carries its offset; times without one are refused at every door."""

Level = Literal["city", "district", "street", "community"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)

OrderState = Literal["open", "closed"]

OrderNo = Annotated[str, Meta(min_length=1, max_length=64)]
"""Kept as text: digits up to 18, which a spreadsheet would round (DOMAIN §2)."""

Line = Annotated[str, Meta(max_length=2_000)]
"""A field of one line, in characters."""

LONG_TEXT_MAX: Final = 200_000
"""The longest citizen text that any door takes, in characters."""

LongText = Annotated[str, Meta(max_length=LONG_TEXT_MAX)]


class CategoryStep(Struct, frozen=True, omit_defaults=True):
    """One level of the category path, the widest first; up to five levels (DOMAIN §2)."""

    name: Line
    code: Line = ""


class Pause(Struct, frozen=True):
    """From when to when a condition held; `ends` is None while it still does."""

    condition: Line
    """Its name, as the city's deadline rules know it."""
    begins: Moment
    ends: Moment | None = None


class Clearance(Struct, frozen=True, omit_defaults=True):
    """The centre looked at an order under the safety lock, and lifted it."""

    by: Line
    at: Moment
    text: Line = ""
    revision: int = 0
    """The order's revision with which it came; only the hub gives it. It holds until the order
    changes in substance after that."""


class WorkOrder(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One citizen's appeal as the hotline dispatched it (DOMAIN §2).

    Citizen text (title, content, address, names) is stored as it came. It is hostile until
    `caseworker.text.safe` has made it showable.
    """

    order_no: OrderNo
    title: Line = ""
    content: LongText = ""
    state: OrderState = "open"
    type: Line = ""
    """Business class: 投诉, 求助, 咨询 …, as the source wrote it."""
    channel: Line = ""
    category: tuple[CategoryStep, ...] = ()
    received_at: Moment | None = None
    dispatched_at: Moment | None = None
    closed_at: Moment | None = None
    deadline: Moment | None = None
    """The deadline at the worker's own level: the one that the queue is ordered by."""
    deadlines: dict[Level, Moment] = {}
    """Every level's deadline that the centre named."""
    return_by: Moment | None = None
    """Until when the dispatch may be objected to, where the centre says so."""
    extensions: Annotated[int, Meta(ge=0, le=1_000)] = 0
    """How often the centre has extended the order's term; `deadline` is the extended one."""
    extended_by: Annotated[int, Meta(ge=0, le=1_000)] = 0
    """By how much in all, in units of the rule that fits, where the centre says so."""
    pauses: tuple[Pause, ...] = ()
    """When the centre let the order's clock stand still."""
    address: Line = ""
    district: Line = ""
    street: Line = ""
    community: Line = ""
    lat: float | None = None
    lon: float | None = None
    unit: Line = ""
    """The unit that the order is assigned to."""
    urgent: bool = False
    cleared: Clearance | None = None
    """Set where the centre has lifted the safety lock."""
    labels: tuple[Line, ...] = ()
    caller_name: Line = ""
    caller_phone: Line = ""
    caller_hash: Line = ""
    """A keyed hash of the caller that the hub gives; never a hash of the number alone."""
    is_secret: bool = False
    first_contact: bool = False
    previous_no: Line = ""
    urge_no: Line = ""
    reply: LongText = ""
    """The latest public reply."""
    revision: int = 0
    """Raised by the hub with each change of the order."""
    substance_revision: int = 0
    """The revision at which the order last changed in substance: a mark pinned to an earlier one
    has lapsed (DESIGN §3)."""
    extra: dict[str, Any] = {}
    """Every field that came with the order and that this version does not know."""


_FIELDS: Final = frozenset(WorkOrder.__struct_fields__)


def order_from_fields(fields: Mapping[str, Any]) -> WorkOrder:
    """A work order from a mapping as it came over the wire; unknown keys go to `extra`.

    Raises `msgspec.ValidationError` where a known field has the wrong shape, or a time that not
    every zone can tell.
    """
    unknown = fields.keys() - _FIELDS
    extra = fields.get("extra", {})
    # An `extra` that is no mapping is left for `convert` to refuse.
    if unknown and isinstance(extra, Mapping):
        known = {key: value for key, value in fields.items() if key in _FIELDS}
        known["extra"] = {**extra, **{key: fields[key] for key in unknown}}
        fields = known
    order = convert(fields, WorkOrder)
    if not tells_times(order):
        raise ValidationError("Expected a time that every zone can tell")
    return order


YEARS: Final = range(2, 9999)
"""Other systems write "none" as the first moment of the calendar, which in UTC is before it."""


def can_tell(*moments: datetime | None) -> bool:
    """Whether every zone can tell these moments: at both ends of the calendar some cannot."""
    return all(moment is None or moment.year in YEARS for moment in moments)


def tells_times(order: WorkOrder) -> bool:
    """Whether every zone can tell all times of an order."""
    return can_tell(
        order.received_at,
        order.dispatched_at,
        order.closed_at,
        order.deadline,
        order.return_by,
        order.cleared.at if order.cleared is not None else None,
        *order.deadlines.values(),
        *(moment for pause in order.pauses for moment in (pause.begins, pause.ends)),
    )


def own_deadline(deadlines: Mapping[Level, datetime], level: Level) -> datetime | None:
    """The deadline that binds a worker of `level`: their own, else the nearest level above."""
    for candidate in reversed(LEVELS[: LEVELS.index(level) + 1]):
        if candidate in deadlines:
            return deadlines[candidate]
    return None


def citizen_text(order: WorkOrder) -> str:
    """Title and content together: what the safety lock and the repeat search look at."""
    return f"{order.title}\n{order.content}"


def differs_in_substance(before: WorkOrder, after: WorkOrder) -> bool:
    """Whether a mark pinned to `before` lapses now that the order reads as `after` (DESIGN §3)."""
    return any(
        getattr(before, name) != getattr(after, name)
        for name in ("title", "content", "address", "urgent", "is_secret", "category", "type")
    )
