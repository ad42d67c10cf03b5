"""Taking orders in from a file: what is new, what changed, what could not be read."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from caseworker.cache import orders, search_index, settings
from caseworker.cache.connection import Cache
from caseworker.exchange.orders_in import Refused, read_orders
from caseworker.repeats.trace import count_pending, trace_pending


class TakenIn(Struct, frozen=True):
    """What became of a file's rows."""

    read: int
    added: int
    updated: int
    unchanged: int
    refused: list[Refused]


class _DryRun(Exception):
    """Leaves the transaction so that it is rolled back."""


def take_in(
    cache: Cache,
    file: Path,
    map_name: str | None,
    *,
    dry_run: bool = False,
    tell: Callable[[int, int], None] = lambda _read, _of: None,
) -> TakenIn:
    """Import a file of orders in one transaction; a dry run answers alike and keeps nothing.

    The orders are safe in the cache before they are made ready to be searched and compared; `tell`
    hears how far that has come, and what is broken off there is done later by whoever searches.

    Raises `Trouble` where the file is not a table of orders.
    """
    result = read_orders(file, map_name)
    counts = orders.Counts()
    try:
        with cache.writing():
            counts = orders.put_orders(
                cache, result.orders, settings.taxonomy(cache), from_hub=False
            )
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    else:
        _make_ready(cache, tell)
    unchanged = counts.unchanged + result.repeated
    return TakenIn(result.read, counts.added, counts.updated, unchanged, result.refused)


def _make_ready(cache: Cache, tell: Callable[[int, int], None]) -> None:
    while search_index.index_pending(cache):
        pass
    if cache.plain:
        return
    many = count_pending(cache)
    read = 0
    while done := trace_pending(cache):
        read += done
        tell(read, many)
