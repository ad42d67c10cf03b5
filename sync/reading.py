"""A page of the feed as it came over the wire, made into values, with whatever is wrong in it.

A page is ours or it is not; inside a page that is ours, one bad row never stops the others. Text
that no store takes is mended, a field of an order that has the wrong shape goes to `extra`, and a
change that cannot be read at all is counted, since it must not be lost in silence.
"""

import json as stdlib_json
from collections.abc import Mapping
from typing import Any, Final

from msgspec import DecodeError, MsgspecError, Struct, ValidationError, convert, json

from caseworker.model.order import WorkOrder, can_tell, order_from_fields
from caseworker.model.wire import (
    AnnotationChange,
    Change,
    ContestChange,
    DecisionChange,
    FeedPage,
    LeftChange,
    OrderChange,
    TaxonomyChange,
)
from caseworker.text.door import mend

STORABLE: Final = range(-(2**63), 2**63)
"""The whole numbers that the cache can keep in a column."""


class UnreadablePage(Exception):
    """What came is no page of a feed."""


class Page(Struct, frozen=True):
    """A page whose orders are values already. `unreadable` counts the changes that are not here."""

    generation: str
    cursor: str
    more: bool
    changes: list["WorkOrder | Arrival"]
    unreadable: int = 0
    after: str | None = None
    """The cursor that the page answers, None where the hub does not say."""


Arrival = LeftChange | AnnotationChange | DecisionChange | ContestChange | TaxonomyChange

_page = json.Decoder(FeedPage)


def read_page(body: bytes) -> Page:
    """The page in `body`; raises `UnreadablePage` where it is none, or was cut off."""
    try:
        page = _page.decode(body)
    except (DecodeError, UnicodeDecodeError):
        return _read_with_care(body)
    except RecursionError as error:
        raise UnreadablePage from error
    if b"\\u0000" in body:
        return _read_with_care(body)
    changes = [_arrived(change) for change in page.changes]
    return Page(
        page.generation,
        page.cursor,
        page.more,
        [change for change in changes if change is not None],
        changes.count(None),
        page.after,
    )


class _Envelope(Struct, frozen=True):
    """A page whose changes are still to be looked at one by one."""

    generation: str
    cursor: str
    more: bool
    changes: list[dict[str, Any]]
    after: str | None = None


def _read_with_care(body: bytes) -> Page:
    """Row by row, some ten times slower, with what can be mended mended."""
    try:
        # The standard library takes lone surrogates, which msgspec refuses with the whole page.
        found = stdlib_json.loads(
            body.decode("utf-8", "replace"), parse_constant=lambda _name: None, parse_int=_number
        )
        page = convert(_mended(found), _Envelope)
    except (ValueError, MsgspecError, RecursionError) as error:
        raise UnreadablePage from error
    changes = [_read_change(fields) for fields in page.changes]
    return Page(
        page.generation,
        page.cursor,
        page.more,
        [change for change in changes if change is not None],
        changes.count(None),
        page.after,
    )


def _read_change(fields: Mapping[str, Any]) -> WorkOrder | Arrival | None:
    try:
        return _arrived(convert(fields, Change))
    except ValidationError:
        return None


def _arrived(change: Change) -> WorkOrder | Arrival | None:
    """What a change says, None where this desk cannot keep or show it."""
    match change:
        case OrderChange(order):
            return _order(order)
        case AnnotationChange(said):
            told = can_tell(said.written_at, said.observed_at) and said.order_revision in STORABLE
        case DecisionChange(ruled):
            told = can_tell(ruled.decided_at, ruled.valid_until)
        case ContestChange(contested):
            told = can_tell(contested.entered_at)
        case _:
            told = True
    return change if told else None


def _order(fields: dict[str, Any]) -> WorkOrder | None:
    try:
        order = order_from_fields(fields)
    except ValidationError:
        return _salvaged(fields)
    return order if _storable(order) else _salvaged(fields)


def _salvaged(fields: dict[str, Any]) -> WorkOrder | None:
    """The order with what can be read of it, the rest kept in `extra`; None without a number."""
    number = {"order_no": fields.get("order_no")}
    readable: dict[str, Any] = {}
    unreadable: dict[str, Any] = {}
    for name, value in fields.items():
        try:
            fits = _storable(order_from_fields(number | {name: value}))
        except ValidationError:
            fits = False
        (readable if fits else unreadable)[name] = value
    if "order_no" not in readable:
        return None
    extra = {**readable.pop("extra", {}), **unreadable}
    return order_from_fields(readable | {"extra": extra})


def _storable(order: WorkOrder) -> bool:
    return order.revision in STORABLE and order.substance_revision in STORABLE


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return mend(value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {mend(name): _mended(item) for name, item in value.items()}
    return value


def _number(digits: str) -> int | float:
    """A whole number as msgspec can write it again; beyond 64 bits it is rounded."""
    return int(digits) if len(digits) < 19 else float(digits)
