"""Matters: orders that links join, and orders that are likely to belong together."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from caseworker.cache import annotations
from caseworker.cache.connection import Cache
from caseworker.cache.standing import OPEN
from caseworker.model.matter import orders_of_matter
from caseworker.repeats.at_large import likely_matters


class MatterLine(Struct, frozen=True):
    """One matter in a list of them; of callers and units only how many there are, and which."""

    orders: list[str]
    """Those that the cache holds, in the order in which they were received."""
    open: int
    callers: int
    """Distinct callers that the hub gave a hash of; 0 where none is known."""
    units: list[str]
    first_at: datetime | None
    last_at: datetime | None


def linked(cache: Cache) -> list[MatterLine]:
    """The matters that standing repeat links make, the largest first."""
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for order_no, earlier in annotations.standing_links(cache):
        neighbours[order_no].append(earlier)
        neighbours[earlier].append(order_no)
    groups: list[set[str]] = []
    seen: set[str] = set()
    for order_no in neighbours:
        if order_no not in seen:
            group = orders_of_matter(order_no, neighbours.__getitem__, lambda _number: ())
            seen |= group
            groups.append(group)
    return _lines(cache, groups)


def likely(cache: Cache) -> list[MatterLine]:
    """The matters that all orders of the cache are likely to fall into, the largest first.

    Heavy: for a process of its own (see `caseworker.repeats.at_large`).
    """
    return _lines(cache, likely_matters(cache))


class Row(Struct, frozen=True):
    """One order of a matter: how it stands, whose it is, when it came (seconds)."""

    order_no: str
    standing: int
    caller: str
    unit: str
    at: int | None


def _lines(cache: Cache, groups: Iterable[Iterable[str]]) -> list[MatterLine]:
    lines = [_line(rows) for group in groups if (rows := rows_of(cache, list(group)))]
    return sorted(lines, key=lambda line: (-len(line.orders), line.orders[0]))


def rows_of(cache: Cache, numbers: list[str]) -> list[Row]:
    """Of many orders at once what counts for a matter; those that are not here are left out."""
    found = []
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        found += [
            Row(*row)
            for row in cache.rows(
                "SELECT order_no, standing, caller_hash, unit, received_at FROM orders"
                f" WHERE order_no IN ({marks})",
                some,
            )
        ]
    return sorted(found, key=lambda row: (row.at or 0, row.order_no))


def _line(rows: list[Row]) -> MatterLine:
    times = [row.at for row in rows if row.at is not None]
    return MatterLine(
        orders=[row.order_no for row in rows],
        open=sum(row.standing == OPEN for row in rows),
        callers=len({row.caller for row in rows if row.caller}),
        units=sorted({row.unit for row in rows if row.unit}),
        first_at=_moment(min(times)) if times else None,
        last_at=_moment(max(times)) if times else None,
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone()


_AT_ONCE: Final = 500
