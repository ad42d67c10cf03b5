"""Lists of orders, read by key range and never whole (DESIGN §4)."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from caseworker.cache.connection import Cache


class Listing(Struct, frozen=True):
    """A set of orders in the queue's order.

    `where` is SQL of this program over the table `orders`, with `parameters` bound by name.
    """

    where: str
    parameters: dict[str, Any] = {}
    standings: tuple[int, ...] = (0,)
    every: bool = False
    """Whether it holds every order of its standings, so that the tally knows its length."""
    newest: int = 2**62
    """Only orders with an id up to this: later ones wait to be let in."""


class ListedOrder(Struct, frozen=True):
    """What a list shows of an order. Times are seconds since 1970."""

    id: int
    order_no: str
    standing: int
    breaks_at: int
    title: str
    address: str
    safety: str
    is_secret: bool
    received_at: int | None
    unit: str


_FIELDS: Final = (
    "id, order_no, standing, breaks_at, title, address, safety, is_secret, received_at, unit"
)


def count(cache: Cache, listing: Listing) -> int:
    """How many orders the listing has."""
    if listing.every:
        marks = ", ".join(map(str, listing.standings))
        known = cache.value(f"SELECT sum(orders) FROM tally WHERE standing IN ({marks})")
        return int(known) - count_newer(cache, listing)
    return int(cache.value(f"SELECT count(*) FROM orders WHERE {_where(listing)}", _bound(listing)))


def count_up_to(cache: Cache, listing: Listing, most: int) -> int:
    """How many orders the listing has, counted no further than `most`: counting costs time."""
    if listing.every:
        return min(count(cache, listing), most)
    return int(
        cache.value(
            f"SELECT count(*) FROM (SELECT 1 FROM orders WHERE {_where(listing)} LIMIT :most)",
            _bound(listing, most=most),
        )
    )


def count_newer(cache: Cache, listing: Listing) -> int:
    """How many orders came since `listing.newest` was the newest."""
    return int(
        cache.value(
            f"SELECT count(*) FROM orders NOT INDEXED WHERE id > :newest AND {_of_kind(listing)}",
            _bound(listing),
        )
    )


def newest_id(cache: Cache) -> int:
    """The id of the newest cached order, 0 where there is none."""
    return int(cache.value("SELECT coalesce(max(id), 0) FROM orders"))


def at_offset(
    cache: Cache, listing: Listing, offset: int, limit: int, length: int
) -> list[ListedOrder]:
    """Rows by position, counted from the nearer end of the covering index."""
    from_end = length - offset - limit
    backwards = from_end < offset
    if backwards and from_end < 0:
        limit, from_end = limit + from_end, 0
    direction = "DESC" if backwards else "ASC"
    ids = [
        found
        for (found,) in cache.rows(
            f"SELECT id FROM {_table(listing)} WHERE {_where(listing)}"
            f" ORDER BY {_key(direction)} LIMIT :limit OFFSET :offset",
            _bound(listing, limit=limit, offset=from_end if backwards else offset),
        )
    ]
    return by_ids(cache, ids[::-1] if backwards else ids)


def beside(
    cache: Cache, listing: Listing, row: ListedOrder, limit: int, *, after: bool
) -> list[ListedOrder]:
    """Up to `limit` rows right after or right before a row, in the listing's order."""
    sign, direction = (">", "ASC") if after else ("<", "DESC")
    rows = [
        ListedOrder(*found)
        for found in cache.rows(
            f"SELECT {_FIELDS} FROM {_table(listing)}"
            f" WHERE {_beyond(listing, sign)} AND {_of_kind(listing)}"
            f" AND id <= :newest ORDER BY {_key(direction)} LIMIT :limit",
            _bound(listing, row, limit=limit),
        )
    ]
    return rows if after else rows[::-1]


def position(cache: Cache, listing: Listing, row: ListedOrder) -> int:
    """How many rows of the listing stand before `row`."""
    return int(
        cache.value(
            f"SELECT count(*) FROM orders WHERE {_beyond(listing, '<')} AND {_of_kind(listing)}"
            " AND id <= :newest",
            _bound(listing, row),
        )
    )


def by_ids(cache: Cache, ids: Sequence[int]) -> list[ListedOrder]:
    """Rows by their ids, in the order of `ids`; ids that are gone are left out."""
    if not ids:
        return []
    marks = ", ".join("?" * len(ids))
    found = {
        row[0]: ListedOrder(*row)
        for row in cache.rows(f"SELECT {_FIELDS} FROM orders WHERE id IN ({marks})", ids)
    }
    return [found[wanted] for wanted in ids if wanted in found]


def by_number(cache: Cache, order_no: str) -> ListedOrder | None:
    """One row by its order number."""
    row = cache.row(f"SELECT {_FIELDS} FROM orders WHERE order_no = ?", (order_no,))
    return None if row is None else ListedOrder(*row)


def _bound(listing: Listing, row: ListedOrder | None = None, **more: int) -> dict[str, Any]:
    key = (
        {} if row is None else {"standing": row.standing, "breaks_at": row.breaks_at, "id": row.id}
    )
    return {**listing.parameters, "newest": listing.newest, **key, **more}


def _of_kind(listing: Listing) -> str:
    # Standings of a listing are neighbours: a range keeps the index in the listing's order.
    first, last = listing.standings[0], listing.standings[-1]
    test = f"= {first}" if first == last else f"BETWEEN {first} AND {last}"
    return f"standing {test} AND ({listing.where})"


def _where(listing: Listing) -> str:
    return f"{_of_kind(listing)} AND id <= :newest"


def _table(listing: Listing) -> str:
    # Where every order counts, the planner may not prefer a sort to the index.
    return "orders INDEXED BY orders_queue" if listing.every else "orders"


def _beyond(listing: Listing, sign: str) -> str:
    # One standing: an equality and a range on the same index. Several: the range alone.
    if len(listing.standings) == 1:
        return f"standing = :standing AND (breaks_at, id) {sign} (:breaks_at, :id)"
    return f"(standing, breaks_at, id) {sign} (:standing, :breaks_at, :id)"


def _key(direction: str) -> str:
    return f"standing {direction}, breaks_at {direction}, id {direction}"
