"""Orders in the cache: put in, read by key range, taken out when they leave."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, json

from caseworker.cache.connection import Cache
from caseworker.cache.standing import CLOSED, LEFT, NO_DEADLINE, OPEN
from caseworker.model.order import WorkOrder
from caseworker.model.rules import safety_lock
from caseworker.model.taxonomy import Taxonomy

_decoder = json.Decoder(WorkOrder)
_encoder = json.Encoder(order="deterministic")

_COLUMNS: Final = (
    "order_no", "standing", "breaks_at", "revision", "from_hub", "received_at", "title", "address",
    "unit", "safety", "is_secret", "caller_hash", "previous_no", "urge_no", "body",
)  # fmt: skip

_INSERT: Final = f"INSERT INTO orders ({', '.join(_COLUMNS)}, id) VALUES (?{', ?' * len(_COLUMNS)})"
_UPDATE: Final = f"UPDATE orders SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE id = ?"

PUT_AT_ONCE: Final = 1_000
"""Orders that are compared with what is here by one question."""


class Counts(Struct):
    """What became of the orders that were put in."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0


def breaks_at(order: WorkOrder) -> int:
    """The key that sorts first what breaks first, in seconds since 1970.

    Open orders by their own deadline, those without one after them; closed orders, whose clock
    no longer runs, last, the newest first.
    """
    if order.state == "open":
        return NO_DEADLINE if order.deadline is None else int(order.deadline.timestamp())
    newest_first = order.received_at
    return 2 * NO_DEADLINE - (0 if newest_first is None else int(newest_first.timestamp()))


def encode(order: WorkOrder) -> bytes:
    """The order as the cache keeps it; equal orders give equal bytes."""
    return _encoder.encode(order)


def put_orders(
    cache: Cache, orders: Iterable[WorkOrder], taxonomy: Taxonomy, *, from_hub: bool
) -> Counts:
    """Add or update orders; an import never overwrites what the hub sent. Call inside `writing`."""
    counts = Counts()
    several: dict[str, WorkOrder] = {}
    for order in orders:
        if order.order_no in several or len(several) == PUT_AT_ONCE:
            _put_several(cache, several, taxonomy, from_hub, counts)
            several = {}
        several[order.order_no] = order
    _put_several(cache, several, taxonomy, from_hub, counts)
    return counts


def _put_several(
    cache: Cache,
    several: dict[str, WorkOrder],
    taxonomy: Taxonomy,
    from_hub: bool,
    counts: Counts,
) -> None:
    marks = ", ".join("?" * len(several))
    known = {
        row[0]: row
        for row in cache.rows(
            "SELECT order_no, id, body, from_hub, standing FROM orders"
            f" WHERE order_no IN ({marks})",
            list(several),
        )
    }
    next_id = int(cache.value("SELECT coalesce(max(id), 0) FROM orders")) + 1
    added: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    for number, order in several.items():
        body = encode(order)
        if number not in known:
            added.append((*_columns(order, body, taxonomy, from_hub), next_id + len(added)))
            continue
        _number, order_id, old_body, was_from_hub, standing = known[number]
        if was_from_hub and not from_hub:
            continue
        if (old_body, was_from_hub, standing) != (body, from_hub, _standing(order)):
            changed.append((*_columns(order, body, taxonomy, from_hub), order_id))
    counts.added += len(added)
    counts.updated += len(changed)
    counts.unchanged += len(several) - len(added) - len(changed)
    cache.execute_many(_INSERT, added)
    # An order that comes back may be what another is like.
    cache.execute_many(
        "INSERT OR IGNORE INTO touched SELECT id FROM suggestions WHERE other = ?",
        [row[:1] for row in added],
    )
    cache.execute_many(_UPDATE, changed)
    cache.execute_many(
        "INSERT OR IGNORE INTO unindexed VALUES (?)", [(row[-1],) for row in (*added, *changed)]
    )
    cache.execute_many(
        "DELETE FROM departed WHERE order_no = ?", [row[:1] for row in (*added, *changed)]
    )


def _columns(order: WorkOrder, body: bytes, taxonomy: Taxonomy, from_hub: bool) -> tuple[Any, ...]:
    """The values of `_COLUMNS`."""
    return (
        order.order_no,
        _standing(order),
        breaks_at(order),
        order.revision,
        int(from_hub),
        None if order.received_at is None else int(order.received_at.timestamp()),
        order.title or order.content[:80],
        order.address,
        order.unit,
        safety_lock(order, taxonomy),
        int(order.is_secret),
        order.caller_hash,
        order.previous_no,
        order.urge_no,
        body,
    )


def _standing(order: WorkOrder) -> int:
    return OPEN if order.state == "open" else CLOSED


def read_order(cache: Cache, order_no: str) -> WorkOrder | None:
    """The whole order, or None where the cache does not hold it."""
    body = cache.value("SELECT body FROM orders WHERE order_no = ?", (order_no,))
    return None if body is None else _decoder.decode(bytes(body))


def read_orders(cache: Cache, numbers: Iterable[str]) -> list[WorkOrder]:
    """Several whole orders; those that the cache does not hold are left out."""
    wanted = list(numbers)
    marks = ", ".join("?" * len(wanted))
    found = cache.rows(f"SELECT body FROM orders WHERE order_no IN ({marks})", wanted)
    return [decode(body) for (body,) in found]


def decode(body: Any) -> WorkOrder:
    """An order from `orders.body`."""
    return _decoder.decode(bytes(body))


def standing_of(cache: Cache, order_no: str) -> int | None:
    """OPEN, CLOSED or LEFT, or None where the cache does not hold the order."""
    found: int | None = cache.value("SELECT standing FROM orders WHERE order_no = ?", (order_no,))
    return found


def holds(cache: Cache, order_no: str) -> bool:
    """Whether the cache holds the order."""
    return standing_of(cache, order_no) is not None


def numbers_ending(cache: Cache, tail: str, limit: int = 3) -> Iterator[str]:
    """Order numbers that end in `tail`, so that a worker may type the last digits only."""
    escaped = tail.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    for (number,) in cache.rows(
        "SELECT order_no FROM orders WHERE order_no LIKE ? ESCAPE '\\' LIMIT ?",
        (f"%{escaped}", limit),
    ):
        yield number


def take_out(cache: Cache, order_no: str, at: datetime) -> bool:
    """The hub says that the order left this worker's scope; False where it had left before.

    While own words about it are unsettled it stays readable; citizens' data is purged otherwise.
    Call inside `writing`.
    """
    if standing_of(cache, order_no) in (None, LEFT):
        return False
    cache.execute("INSERT OR IGNORE INTO departed VALUES (?, ?)", (order_no, int(at.timestamp())))
    if has_unsettled(cache, order_no):
        cache.execute("UPDATE orders SET standing = ? WHERE order_no = ?", (LEFT, order_no))
    else:
        purge(cache, order_no)
    return True


def has_unsettled(cache: Cache, order_no: str) -> bool:
    """Whether an own annotation or a draft on the order still waits for something."""
    return bool(
        cache.value(
            "SELECT EXISTS (SELECT 1 FROM annotations JOIN outbox ON annotation_id = id"
            " WHERE order_no = :no AND state NOT IN ('receipted', 'kept'))"
            " OR EXISTS (SELECT 1 FROM drafts WHERE order_no = :no)",
            {"no": order_no},
        )
    )


def purge(cache: Cache, order_no: str) -> None:
    """Remove an order and what others said about it; own annotations stay. Inside `writing`.

    A reversal stays too: it is sent to whoever relied on the mark, wherever its order went, and
    may have come after it left (DOMAIN §4.6).
    """
    found = cache.value("SELECT id FROM orders WHERE order_no = ?", (order_no,))
    if found is None:
        return
    if not cache.plain:
        cache.execute("DELETE FROM order_text WHERE rowid = ?", (found,))
    cache.execute("DELETE FROM orders WHERE id = ?", (found,))
    cache.execute("DELETE FROM decisions WHERE order_no = ? AND ruling <> 'reversed'", (order_no,))
    cache.execute("DELETE FROM contests WHERE order_no = ?", (order_no,))
    cache.execute(
        "DELETE FROM annotations WHERE order_no = ?"
        " AND id NOT IN (SELECT annotation_id FROM outbox)",
        (order_no,),
    )


def purge_settled(cache: Cache) -> int:
    """Purge departed orders whose last own word is settled; how many. Call inside `writing`."""
    settled = [
        number
        for (number,) in cache.rows("SELECT order_no FROM orders WHERE standing = ?", (LEFT,))
        if not has_unsettled(cache, number)
    ]
    for number in settled:
        purge(cache, number)
    return len(settled)


def relock(cache: Cache, taxonomy: Taxonomy, after: int) -> int | None:
    """Look at `PUT_AT_ONCE` orders after an id anew: the safety lexicon has changed.

    Returns the last id looked at, None at the end. Call inside `writing`.
    """
    several = cache.rows(
        "SELECT id, safety, body FROM orders WHERE id > ? ORDER BY id LIMIT ?",
        (after, PUT_AT_ONCE),
    )
    locks = [(safety_lock(decode(body), taxonomy), found) for found, _safety, body in several]
    cache.execute_many(
        "UPDATE orders SET safety = ? WHERE id = ?",
        [lock for lock, row in zip(locks, several, strict=True) if lock[0] != row[1]],
    )
    return several[-1][0] if several else None


def count_open(cache: Cache) -> int:
    """How many open orders the cache holds."""
    return int(cache.value("SELECT orders FROM tally WHERE standing = ?", (OPEN,)))
