"""An order's sheet: its text, its matter, and everything that was said and ruled about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct, structs

from caseworker.cache import annotations, orders, outbox, remembered, settings
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import SavedDraft, drafts
from caseworker.cache.standing import OPEN
from caseworker.desk.carried import Carried, carried_to
from caseworker.desk.fallen import Fallen, fallen_around, rests_on
from caseworker.model.annotation import Annotation, Contest, Decision
from caseworker.model.matter import orders_of_matter
from caseworker.model.order import WorkOrder
from caseworker.model.status import Status, status_of
from caseworker.text.mask import mask_inside, mask_name, mask_phone


class Entry(Struct, frozen=True):
    """One annotation, where it stands, and for an own one what the outbox says of it."""

    annotation: Annotation
    status: Status
    sent: outbox.OutboxItem | None
    """None for what others wrote, or what came back from another device."""
    ended_by: Annotation | None = None
    """For a context: the one on another order that says that it holds no longer."""
    ends: Annotation | None = None
    """For a context: the other's one that it says to hold no longer."""
    rests_on: list[Fallen] = []
    """For a proposal that stands: what it cites and the centre reversed."""


class MatterOrder(Struct, frozen=True):
    """One order of a matter, as its list shows it."""

    order_no: str
    title: str
    standing: int | None
    """None where the cache does not hold the order."""
    received_at: datetime | None


class Sheet(Struct, frozen=True):
    """Everything that the desk knows about one order."""

    order: WorkOrder
    """Names and numbers of people are masked; a secret order's are left out."""
    standing: int
    entries: list[Entry]
    decisions: list[Decision]
    contests: list[Contest]
    matter: list[MatterOrder]
    """The orders that repeat links join with this one, the earliest first; empty where alone."""
    drafts: list[SavedDraft]
    fallen: list[Fallen]
    """Marks on the other orders of its matter that the centre reversed."""
    carried: list[Carried]
    """What contexts of other orders say of its places and its matter, the newest first."""


def open_sheet(cache: Cache, order: WorkOrder, now: datetime) -> Sheet:
    """The sheet of an order that the cache holds, from one snapshot of the cache."""
    with cache.reading():
        said = annotations.annotations_of(cache, order.order_no)
        decisions = annotations.decisions_of(cache, order.order_no)
        contests = annotations.contests_of(cache, order.order_no)
        matter = matter_of(cache, order.order_no)
        return Sheet(
            order=masked(order),
            standing=orders.standing_of(cache, order.order_no) or OPEN,
            entries=_entries(cache, order, said, decisions, contests, now),
            decisions=decisions,
            contests=contests,
            matter=matter,
            fallen=fallen_around(cache, order.order_no, [one.order_no for one in matter]),
            drafts=drafts(cache, order.order_no),
            carried=carried_to(cache, order, {one.order_no for one in matter}, said),
        )


def sheet_of(cache: Cache, order_no: str, now: datetime) -> Sheet | None:
    """The sheet of an order by its number, or None where the cache does not hold it."""
    order = orders.read_order(cache, order_no)
    return None if order is None else open_sheet(cache, order, now)


def reviewable(sheet: Sheet, author: str) -> list[Annotation]:
    """Colleagues' proposals that no centre has ruled on, those that need a review first."""
    waiting = [
        entry
        for entry in sheet.entries
        if entry.status in ("awaiting_review", "awaiting_centre")
        and entry.annotation.author != author
    ]
    waiting.sort(key=lambda entry: entry.status != "awaiting_review")
    return [entry.annotation for entry in waiting]


def withdrawable(sheet: Sheet, author: str) -> list[Annotation]:
    """One's own words that still stand, the latest first."""
    return [
        entry.annotation
        for entry in reversed(sheet.entries)
        if entry.annotation.author == author
        and entry.annotation.kind != "withdrawal"
        and entry.status != "withdrawn"
    ]


def masked(order: WorkOrder) -> WorkOrder:
    """The order with people's names and numbers masked (DESIGN §1.7)."""
    shown = structs.replace(
        order,
        title=mask_inside(order.title),
        content=mask_inside(order.content),
        reply=mask_inside(order.reply),
        caller_name=mask_name(order.caller_name),
        caller_phone=mask_phone(order.caller_phone),
    )
    if order.is_secret:
        return structs.replace(shown, caller_name="", caller_phone="", caller_hash="", extra={})
    return shown


def matter_of(cache: Cache, order_no: str) -> list[MatterOrder]:
    """The orders of the same matter, itself included, or an empty list where it stands alone."""
    numbers = orders_of_matter(
        order_no,
        lambda number: annotations.earlier_of(cache, number),
        lambda number: annotations.later_of(cache, number),
    )
    if len(numbers) == 1:
        return []
    found = [in_matter(cache, number) for number in numbers]
    return sorted(
        found,
        key=lambda entry: (
            entry.received_at.timestamp() if entry.received_at else 0.0,
            entry.order_no,
        ),
    )


def days_of(matter: Sequence[MatterOrder], now: datetime) -> int:
    """Days from the first order of a matter to its last, by the calendar of the desk's zone."""
    days = [one.received_at.astimezone(now.tzinfo).date() for one in matter if one.received_at]
    return (max(days) - min(days)).days if days else 0


def in_matter(cache: Cache, number: str) -> MatterOrder:
    """One order as the list of a matter shows it."""
    order = orders.read_order(cache, number)
    if order is None:
        return MatterOrder(number, "", None, None)
    return MatterOrder(number, order.title, orders.standing_of(cache, number), order.received_at)


def _entries(
    cache: Cache,
    order: WorkOrder,
    said: Sequence[Annotation],
    decisions: Sequence[Decision],
    contests: Sequence[Contest],
    now: datetime,
) -> list[Entry]:
    own = outbox.items_of(cache, order.order_no)
    taxonomy = settings.taxonomy(cache)
    contests = annotations.contests_of(cache, order.order_no)
    entries = []
    for annotation in said:
        status = status_of(
            annotation,
            order=order,
            others=said,
            decisions=decisions,
            contests=contests,
            taxonomy=taxonomy,
            now=now,
        )
        ended_by = ends = None
        if annotation.kind == "context":
            ended_by = remembered.ended_by(cache, annotation.id)
            ends = _ended(cache, annotation)
        cited = [] if status in _FELL_ITSELF else rests_on(cache, annotation)
        entries.append(Entry(annotation, status, own.get(annotation.id), ended_by, ends, cited))
    return entries


def _ended(cache: Cache, one: Annotation) -> Annotation | None:
    """What a context says to hold no longer: not its own earlier wording, which it takes over."""
    before = annotations.read_annotation(cache, one.supersedes) if one.supersedes else None
    if before is None or (before.author, before.order_no) == (one.author, one.order_no):
        return None
    return before


_FELL_ITSELF: Final = ("noted", "withdrawn", "superseded", "refused", "reversed")
