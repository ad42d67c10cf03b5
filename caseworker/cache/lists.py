"""Lists of orders, read by key range and never whole (DESIGN §4).

A list walks the covering index of all orders, or a set that is kept with every write (see
`memberships`). How many stand before a place is known from tallies by the day; only the rows of
one day are ever counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import Struct, json

from caseworker.cache.connection import Cache
from caseworker.cache.sets import DAY, TIMED, Set


class Listing(Struct, frozen=True):
    """Orders in the queue's order: all of some standings, or those of one set.

    `where` narrows it further: SQL of this program with `parameters` bound by name, over the
    columns `standing`, `breaks_at` and `id`, and the order's others where no set is named.
    """

    where: str = ""
    parameters: dict[str, Any] = {}
    standings: tuple[int, ...] = (0,)
    of: Set | None = None
    """The set whose orders it lists."""
    without: Set | None = None
    """A set whose orders it leaves out; not together with `of`."""
    before: int | None = None
    """Only orders that break before this moment, in seconds since 1970."""
    since: int | None = None
    """Only orders that were received from this moment on; they are sorted, so let it be recent."""
    picked: tuple[int, ...] | None = None
    """Only these orders, by their ids: a few that something else has found."""
    now: int = 0
    """The moment at which it is looked at: memberships begin and end on dates."""
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
    if not _tallied(listing):
        return int(cache.value(f"SELECT count(*) FROM {_walk(listing)}", _bound(listing)))
    return sum(orders for _standing, _day, orders in _by_day(cache, listing))


def count_up_to(cache: Cache, listing: Listing, most: int) -> int:
    """How many orders the listing has, counted no further than `most`: counting costs time."""
    if _tallied(listing):
        return min(count(cache, listing), most)
    return int(
        cache.value(
            f"SELECT count(*) FROM (SELECT 1 FROM {_walk(listing)} LIMIT :most)",
            _bound(listing, most=most),
        )
    )


def count_newer(cache: Cache, listing: Listing) -> int:
    """How many orders came since `listing.newest` was the newest."""
    return int(cache.value(f"SELECT count(*) FROM {_newer(listing)}", _bound(listing)))


def newest_id(cache: Cache) -> int:
    """The id of the newest cached order, 0 where there is none."""
    return int(cache.value("SELECT coalesce(max(id), 0) FROM orders"))


def at_offset(
    cache: Cache, listing: Listing, offset: int, limit: int, length: int
) -> list[ListedOrder]:
    """Rows by position: the first at once, others by the day's tally or from the nearer end."""
    if offset and _tallied(listing):
        return _at_offset_by_day(cache, listing, offset, limit)
    from_end = length - offset - limit
    backwards = from_end < offset
    if backwards and from_end < 0:
        limit, from_end = limit + from_end, 0
    ids = _ids(cache, listing, limit, backwards=backwards, offset=from_end if backwards else offset)
    return by_ids(cache, ids[::-1] if backwards else ids)


def beside(
    cache: Cache, listing: Listing, row: ListedOrder, limit: int, *, after: bool
) -> list[ListedOrder]:
    """Up to `limit` rows right after or right before a row, in the listing's order."""
    beyond = _beyond(listing, ">" if after else "<")
    ids = _ids(cache, listing, limit, beyond, _key_of(row), backwards=not after)
    return by_ids(cache, ids if after else ids[::-1])


def position(cache: Cache, listing: Listing, row: ListedOrder) -> int:
    """How many rows of the listing stand before `row`."""
    key = _key_of(row)
    if not _tallied(listing):
        walk = _walk(listing, _beyond(listing, "<"))
        return int(cache.value(f"SELECT count(*) FROM {walk}", _bound(listing, **key)))
    here = (row.standing, row.breaks_at // DAY)
    days_before = sum(
        orders for standing, day, orders in _by_day(cache, listing) if (standing, day) < here
    )
    same_day = "standing = :standing AND breaks_at >= :day AND (breaks_at, id) < (:breaks_at, :id)"
    return days_before + int(
        cache.value(
            f"SELECT count(*) FROM {_walk(listing, same_day)}",
            _bound(listing, **key, day=here[1] * DAY),
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


def among(cache: Cache, listing: Listing, ids: Iterable[int]) -> set[int]:
    """Those of a few ids that the listing has."""
    marks = ", ".join(map(str, ids))
    table = "orders"
    alive = ""
    if listing.of is not None:
        table, alive = "members INDEXED BY members_of_order", f" AND name = :of AND {_ALIVE}"
    return {
        found
        for (found,) in cache.rows(
            f"SELECT id FROM {table} WHERE id IN ({marks}){alive} AND {_of_kind(listing)}"
            f" AND id <= :newest{_narrowed(listing)}",
            _bound(listing),
        )
    }


def sets_of(cache: Cache, ids: Iterable[int], now: int) -> dict[int, set[Set]]:
    """For many orders at once: id → the sets in which each stands now (seconds since 1970)."""
    wanted = list(ids)
    marks = ", ".join("?" * len(wanted))
    found: defaultdict[int, set[Set]] = defaultdict(set)
    for order_id, name in cache.rows(
        f"SELECT id, name FROM members WHERE id IN ({marks}) AND from_at <= ? AND until_at > ?",
        [*wanted, now, now],
    ):
        found[order_id].add(name)
    return found


def _ids(
    cache: Cache,
    listing: Listing,
    limit: int,
    beyond: str = "",
    values: dict[str, int] | None = None,
    *,
    backwards: bool = False,
    offset: int = 0,
) -> list[int]:
    direction = "DESC" if backwards else "ASC"
    return [
        found
        for (found,) in cache.rows(
            f"SELECT id FROM {_walk(listing, beyond)}"
            f" ORDER BY {_key(direction)} LIMIT :limit OFFSET :offset",
            _bound(listing, limit=limit, offset=offset, **(values or {})),
        )
    ]


def _at_offset_by_day(cache: Cache, listing: Listing, offset: int, limit: int) -> list[ListedOrder]:
    standing_before = 0
    for standing, day, orders in _by_day(cache, listing):
        if standing_before + orders > offset:
            begin = {"standing": standing, "breaks_at": day * DAY, "id": -1}
            within = offset - standing_before
            beyond = _beyond(listing, ">")
            return by_ids(cache, _ids(cache, listing, limit, beyond, begin, offset=within))
        standing_before += orders
    return []


def _tallied(listing: Listing) -> bool:
    """Whether its length follows from tallies, without going through its rows."""
    return (
        not listing.where
        and listing.since is None
        and listing.picked is None
        and listing.of not in TIMED
    )


def _by_day(cache: Cache, listing: Listing) -> list[tuple[int, int, int]]:
    """(standing, day, orders) of a tallied listing, in its order."""
    kind = _of_kind(listing)
    whole_days, last_day = "", []
    if listing.before is not None:
        whole_days = " AND breaks_at < :before / 86400 * 86400"
        last_day = [_each_day(f"{_walk(listing)} AND breaks_at >= :before / 86400 * 86400", 1)]
    tally = f"FROM tally_days WHERE {kind} AND day < coalesce(:before / 86400, 1 << 62) AND name ="
    parts = [
        f"SELECT standing, day, orders {tally} :of",
        _each_day(f"{_newer(listing)}{whole_days}", -1),
        *last_day,
    ]
    if listing.without in TIMED:
        parts.append(
            _each_day(f"members WHERE name = :without AND {kind} AND {_ALIVE}{whole_days}", -1)
        )
    elif listing.without is not None:
        parts.append(f"SELECT standing, day, -orders {tally} :without")
    found: list[tuple[int, int, int]] = cache.rows(
        f"SELECT standing, day, sum(orders) AS several FROM ({' UNION ALL '.join(parts)})"
        " GROUP BY standing, day HAVING several > 0 ORDER BY standing, day",
        _bound(listing),
    )
    return found


_ALIVE: Final = "from_at <= :now AND until_at > :now"


def _each_day(rows: str, by: int) -> str:
    return f"SELECT standing, breaks_at / {DAY} AS day, {by} AS orders FROM {rows}"


def _walk(listing: Listing, beyond: str = "") -> str:
    """The rows of a listing, from the index that stands in its order; all, or those beyond a place.

    Of two bounds on an index the planner takes either: the place has to be the one, or the walk
    begins at the first row.
    """
    kind = _of_kind(listing)
    if beyond:
        kind = f"+{kind} AND {beyond}"
    if listing.of is not None:
        return (
            f"members WHERE name = :of AND {kind} AND {_ALIVE}"
            f" AND id <= :newest{_narrowed(listing)}"
        )
    if listing.picked is not None:
        return (
            "orders WHERE id IN (SELECT value FROM json_each(:picked))"
            f" AND {kind} AND id <= :newest{_narrowed(listing)}"
        )
    # The planner may not prefer a sort to the index, but for the few that came in lately.
    index = "orders_queue" if listing.since is None else "orders_received"
    return f"orders INDEXED BY {index} WHERE {kind} AND id <= :newest{_narrowed(listing)}"


def _newer(listing: Listing) -> str:
    """Those rows that came since `listing.newest`."""
    if listing.of is not None:
        return (
            "members INDEXED BY members_of_order WHERE id > :newest AND name = :of"
            f" AND {_of_kind(listing)} AND {_ALIVE}{_narrowed(listing)}"
        )
    if listing.picked is not None:
        return (
            "orders WHERE id IN (SELECT value FROM json_each(:picked)) AND id > :newest"
            f" AND {_of_kind(listing)}{_narrowed(listing)}"
        )
    return (
        f"orders INDEXED BY orders_arrived WHERE id > :newest AND {_of_kind(listing)}"
        f"{_narrowed(listing)}"
    )


def _narrowed(listing: Listing) -> str:
    conditions = []
    if listing.before is not None:
        conditions.append("breaks_at < :before")
    if listing.since is not None:
        conditions.append("received_at >= :since")
    if listing.without is not None:
        conditions.append(
            "NOT EXISTS (SELECT 1 FROM members AS out WHERE out.name = :without"
            " AND out.standing = orders.standing AND out.breaks_at = orders.breaks_at"
            f" AND out.id = orders.id AND {_ALIVE})"
        )
    if listing.where:
        conditions.append(f"({listing.where})")
    return "".join(f" AND {condition}" for condition in conditions)


def _bound(listing: Listing, **more: int) -> dict[str, Any]:
    return {
        **listing.parameters,
        "of": listing.of or "",
        "without": listing.without or "",
        "before": listing.before,
        "since": listing.since,
        "now": listing.now,
        "picked": "" if listing.picked is None else json.encode(listing.picked).decode(),
        "newest": listing.newest,
        **more,
    }


def _of_kind(listing: Listing) -> str:
    # Standings of a listing are neighbours: a range keeps the index in the listing's order.
    first, last = listing.standings[0], listing.standings[-1]
    return f"standing = {first}" if first == last else f"standing BETWEEN {first} AND {last}"


def _beyond(listing: Listing, sign: str) -> str:
    # One standing: an equality and a range on the same index. Several: the range alone.
    if len(listing.standings) == 1:
        return f"standing = :standing AND (breaks_at, id) {sign} (:breaks_at, :id)"
    return f"(standing, breaks_at, id) {sign} (:standing, :breaks_at, :id)"


def _key(direction: str) -> str:
    return f"standing {direction}, breaks_at {direction}, id {direction}"


def _key_of(row: ListedOrder) -> dict[str, int]:
    return {"standing": row.standing, "breaks_at": row.breaks_at, "id": row.id}
