"""The feed: what changed, for each unit in its own numbers, sent as it stands when it is read.

A unit's row of `feed` says "this was touched, and its latest number is that"; touching it again
moves the row to a new number. The number comes from the unit's counter row, raised in the writing
transaction itself: the row lock makes the order of commits the order of numbers, so that no
reader's cursor ever passes a change that commits later (DESIGN §5.5). What is sent is looked up
when the page is read (docs/decisions/0002-state-based-feed.md).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, MsgspecError, Struct, json, msgpack, structs
from sqlalchemy import Connection, Row, Select, Table, bindparam, delete, insert, select, update

from caseworker.model.annotation import Annotation, Contest, Decision
from caseworker.model.order import Level, own_deadline
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
from hub import units
from hub.problems import Refusal
from hub.store import (
    annotation,
    contest,
    counter,
    decision,
    evidence_file,
    evidence_named,
    feed,
    work_order,
)

Kind = Literal["order", "annotation", "decision", "contest", "reversal"]

CHUNK: Final = 200
"""Feed rows that are looked up at once."""

PAGE_BYTES: Final = 4 * 1024 * 1024
"""A page ends early once what it holds has grown past this, counted as stored."""


class Entry(Struct, frozen=True):
    """Something that changed: `ref` is an order number, or the id of what hangs on an order."""

    kind: Kind
    ref: str


class Touched(Struct, frozen=True):
    """An order that is new, changed, or moved from the unit `before` to the unit `after`."""

    order_no: str
    before: int | None
    after: int


class Cursor(Struct, frozen=True, array_like=True):
    """How far a reader has come; opaque outside of this file."""

    generation: str = ""
    taxonomy: str = ""
    seen: dict[int, Annotated[int, Meta(ge=0)]] = {}


class Reader(Struct, frozen=True):
    """For whom a page is made: the top of their scope, and the level whose deadline is theirs."""

    unit: int
    level: Level


class Codes(Struct, frozen=True):
    """The reason codes as the feed delivers them."""

    version: str
    toml: str


# What nearly every call asks: put together once.
_RAISE: Final = (
    update(counter)
    .where(counter.c.unit == bindparam("the_unit"))
    .values(feed=counter.c.feed + bindparam("several"))
    .returning(counter.c.feed)
)
_ADD: Final = insert(feed)
_DELETE: Final = delete(feed).where(
    feed.c.unit == bindparam("the_unit"),
    feed.c.kind == bindparam("the_kind"),
    feed.c.ref == bindparam("the_ref"),
)
_ROWS_AFTER: Final = (
    select(feed.c.seq, feed.c.kind, feed.c.ref)
    .where(feed.c.unit == bindparam("the_unit"), feed.c.seq > bindparam("seen"))
    .order_by(feed.c.seq)
    .limit(bindparam("wanted"))
)
_TABLES: Final[dict[Kind, Table]] = {
    "annotation": annotation,
    "decision": decision,
    "contest": contest,
}
_HANGING: Final[dict[Kind, Select[str, str]]] = {
    kind: select(table.c.order_no, table.c.id)
    .where(table.c.order_no.in_(bindparam("the_numbers", expanding=True)))
    .order_by(table.c.number)
    for kind, table in _TABLES.items()
}


def append(connection: Connection, entries: Mapping[int, Sequence[Entry]]) -> None:
    """Give each entry the next number of its unit; one that was there before moves up.

    Units are taken in the order of their numbers, so that two writers never wait in a circle.
    """
    for unit in sorted(entries):
        fresh = list(dict.fromkeys(entries[unit]))
        if not fresh:
            continue
        last = connection.execute(_RAISE, {"the_unit": unit, "several": len(fresh)}).scalar_one()
        _remove(connection, unit, fresh)
        connection.execute(
            _ADD,
            [
                {"unit": unit, "seq": seq, "kind": entry.kind, "ref": entry.ref}
                for seq, entry in enumerate(fresh, start=last - len(fresh) + 1)
            ],
        )


def touch(connection: Connection, touched: Sequence[Touched]) -> None:
    """Put orders into the feed anew: each before its annotations, and those before decisions.

    What hangs on an order is touched with it: it must reach a scope that the order moves into,
    and an order must never come after what is said about it.
    """
    hanging = _hanging(connection, [one.order_no for one in touched])
    entries: dict[int, list[Entry]] = defaultdict(list)
    for one in touched:
        order, others = Entry("order", one.order_no), hanging[one.order_no]
        if one.before is not None and one.before != one.after:
            _leave(connection, one.before, one.after, order, others, entries)
        entries[one.after] += [order, *others]
    append(connection, entries)


def read_cursor(text: str) -> Cursor:
    """The cursor that a reader sent back, an empty one at the start.

    Raises `Refusal` where this hub never gave such a one.
    """
    if not text:
        return Cursor()
    try:
        packed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        return msgpack.decode(packed, type=Cursor)
    except (MsgspecError, ValueError, RecursionError) as error:
        raise Refusal("cursor_invalid") from error


def page(
    connection: Connection,
    reader: Reader,
    cursor: Cursor,
    limit: int,
    codes: Codes,
    generation: str,
) -> FeedPage:
    """The next changes for a reader, at most `limit`; `connection` must see one snapshot.

    A cursor of another generation starts anew. A page is empty only where nothing is left.
    """
    if cursor.generation != generation:
        cursor = Cursor(generation)
    changes: list[Change] = []
    if cursor.taxonomy != codes.version:
        changes.append(TaxonomyChange(codes.version, codes.toml))
    ends = _ends(connection, reader)
    # A number beyond the counter is of another life of this store: that unit starts anew.
    seen = {
        unit: cursor.seen.get(unit, 0) if cursor.seen.get(unit, 0) <= end else 0
        for unit, end in ends.items()
    }
    room = PAGE_BYTES
    for unit, end in ends.items():
        while seen[unit] < end and len(changes) < limit and room > 0:
            wanted = min(CHUNK, limit - len(changes))
            rows = _rows_after(connection, unit, seen[unit], wanted)
            for seq, change, size in _changes(connection, reader, unit, rows):
                seen[unit] = seq
                room -= size
                if change is not None:
                    changes.append(change)
                if room <= 0:
                    break
            else:
                seen[unit] = seen[unit] if len(rows) == wanted else end
    return FeedPage(
        generation=generation,
        cursor=write_cursor(Cursor(generation, codes.version, seen)),
        more=any(seen[unit] < end for unit, end in ends.items()),
        changes=changes,
    )


def was_in(connection: Connection, order_no: str, top: int) -> bool:
    """Whether an order is, or has been and left, in the scope of the unit `top`."""
    found = connection.execute(
        select(feed.c.seq)
        .where(
            feed.c.unit.in_(select(units.scope(top))),
            feed.c.kind == "order",
            feed.c.ref == order_no,
        )
        .limit(1)
    )
    return found.first() is not None


def awaited_files(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Annotation → the hashes of its files that are not here whole yet; the others are left out."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = connection.execute(
        select(evidence_named.c.annotation_id, evidence_named.c.sha256)
        .join(evidence_file, evidence_file.c.sha256 == evidence_named.c.sha256)
        .where(evidence_named.c.annotation_id.in_(ids), evidence_file.c.complete_at.is_(None))
        .order_by(evidence_named.c.sha256)
    )
    for row in rows:
        found[row.annotation_id].append(row.sha256)
    return {annotation_id: tuple(hashes) for annotation_id, hashes in found.items()}


def _hanging(connection: Connection, order_nos: Sequence[str]) -> dict[str, list[Entry]]:
    hanging: dict[str, list[Entry]] = defaultdict(list)
    for kind, hanging_there in _HANGING.items():
        for row in connection.execute(hanging_there, {"the_numbers": order_nos}):
            hanging[row.order_no].append(Entry(kind, row.id))
    return hanging


def _leave(
    connection: Connection,
    before: int,
    after: int,
    order: Entry,
    others: Sequence[Entry],
    entries: dict[int, list[Entry]],
) -> None:
    """Take an order out of its old unit, leaving word there for those whom it leaves."""
    if units.is_below(connection, after, before):
        # Whoever sees the old unit sees the new one too: nobody loses the order.
        _remove(connection, before, [order, *others])
    else:
        _remove(connection, before, others)
        entries[before].append(order)


def _remove(connection: Connection, unit: int, entries: Iterable[Entry]) -> None:
    gone = [{"the_unit": unit, "the_kind": entry.kind, "the_ref": entry.ref} for entry in entries]
    if gone:
        connection.execute(_DELETE, gone)


def _ends(connection: Connection, reader: Reader) -> dict[int, int]:
    """Unit → its latest number, for each unit in scope, in the order of their numbers."""
    return dict(connection.execute(_ends_below(reader.unit)).all())


@lru_cache(maxsize=1_000)
def _ends_below(top: int) -> Select[int, int]:
    return (
        select(counter.c.unit, counter.c.feed)
        .where(counter.c.unit.in_(select(units.scope(top))))
        .order_by(counter.c.unit)
    )


def _rows_after(
    connection: Connection, unit: int, seq: int, wanted: int
) -> Sequence[Row[int, str, str]]:
    after = {"the_unit": unit, "seen": seq, "wanted": wanted}
    return connection.execute(_ROWS_AFTER, after).all()


def _changes(
    connection: Connection, reader: Reader, unit: int, rows: Sequence[Row[int, str, str]]
) -> Iterator[tuple[int, Change | None, int]]:
    """What each row of a unit's feed says now: its number, the change, and its stored bytes.

    None where it says nothing to this reader.
    """
    refs: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        refs[row.kind].append(row.ref)
    # A page of one kind asks one table: the others would answer an empty list, and cost as much.
    look_up: dict[str, Callable[[list[str]], dict[str, tuple[Change, int]]]] = {
        "annotation": partial(_annotations, connection, unit),
        "decision": partial(_decisions, connection, unit),
        "contest": partial(_contests, connection, unit),
        "reversal": partial(_reversals, connection, reader),
    }
    numbers = refs.pop("order", None)
    orders = _orders(connection, reader, numbers) if numbers else {}
    hanging = {kind: look_up[kind](ids) for kind, ids in refs.items()}
    for row in rows:
        if row.kind != "order":
            yield row.seq, *hanging[row.kind].get(row.ref, (None, 0))
        elif row.ref not in orders:
            yield row.seq, LeftChange(row.ref), 0
        elif orders[row.ref].unit == unit:
            body = orders[row.ref].body
            yield row.seq, _order_change(body, reader.level), len(body)
        else:
            # It has moved inside the scope: its new unit has an entry that comes later.
            yield row.seq, None, 0


def _orders(connection: Connection, reader: Reader, order_nos: Sequence[str]) -> dict[str, Any]:
    rows = connection.execute(
        select(work_order.c.order_no, work_order.c.unit, work_order.c.body).where(
            work_order.c.order_no.in_(order_nos),
            work_order.c.unit.in_(select(units.scope(reader.unit))),
        )
    )
    return {row.order_no: row for row in rows}


def _order_change(body: bytes, level: Level) -> OrderChange:
    order = json.decode(body)
    if order.get("deadlines"):
        order["deadline"] = own_deadline(order["deadlines"], level) or order.get("deadline")
    return OrderChange(order)


def _annotations(
    connection: Connection, unit: int, ids: Sequence[str]
) -> dict[str, tuple[Change, int]]:
    rows = connection.execute(
        select(
            annotation.c.id,
            annotation.c.order_revision,
            annotation.c.payload,
            annotation.c.receipt,
        )
        .join(work_order, work_order.c.order_no == annotation.c.order_no)
        .where(annotation.c.id.in_(ids), work_order.c.unit == unit)
    )
    awaited = awaited_files(connection, ids)
    return {
        row.id: (
            AnnotationChange(
                structs.replace(
                    json.decode(row.payload, type=Annotation), order_revision=row.order_revision
                ),
                row.receipt,
                awaited.get(row.id, ()),
            ),
            len(row.payload),
        )
        for row in rows
    }


def _decisions(
    connection: Connection, unit: int, ids: Sequence[str]
) -> dict[str, tuple[Change, int]]:
    rows = connection.execute(
        select(decision.c.id, decision.c.payload)
        .join(work_order, work_order.c.order_no == decision.c.order_no)
        .where(decision.c.id.in_(ids), work_order.c.unit == unit)
    )
    return {
        row.id: (DecisionChange(json.decode(row.payload, type=Decision)), len(row.payload))
        for row in rows
    }


def _contests(
    connection: Connection, unit: int, ids: Sequence[str]
) -> dict[str, tuple[Change, int]]:
    rows = connection.execute(
        select(contest.c.id, contest.c.payload)
        .join(work_order, work_order.c.order_no == contest.c.order_no)
        .where(contest.c.id.in_(ids), work_order.c.unit == unit)
    )
    return {
        row.id: (ContestChange(json.decode(row.payload, type=Contest)), len(row.payload))
        for row in rows
    }


def _reversals(
    connection: Connection, reader: Reader, ids: Sequence[str]
) -> dict[str, tuple[Change, int]]:
    """Reversals for units that relied on the mark; an order of others keeps its grounds."""
    rows = connection.execute(
        select(
            decision.c.id,
            decision.c.payload,
            work_order.c.unit.in_(select(units.scope(reader.unit))).label("theirs"),
        )
        .join(work_order, work_order.c.order_no == decision.c.order_no)
        .where(decision.c.id.in_(ids))
    )
    changes: dict[str, tuple[Change, int]] = {}
    for row in rows:
        ruled = json.decode(row.payload, type=Decision)
        shown = ruled if row.theirs else structs.replace(ruled, text="")
        changes[row.id] = (DecisionChange(shown), len(row.payload))
    return changes


def write_cursor(cursor: Cursor) -> str:
    return urlsafe_b64encode(msgpack.encode(cursor)).rstrip(b"=").decode("ascii")
