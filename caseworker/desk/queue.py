"""The queue: a view as a list by position that stands still under the eyes."""

from collections import OrderedDict
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from caseworker.cache import lists, news
from caseworker.cache.connection import Cache
from caseworker.cache.lists import ListedOrder, Listing
from caseworker.cache.standing import NO_DEADLINE
from caseworker.desk.views import View, listed

BLOCK: Final = 64
"""Rows in a block of the window."""

BLOCKS_KEPT: Final = 24


class Window:
    """A view as a list by position, of which only a few blocks of rows are in memory.

    The list stands still: orders that arrive after it was made wait until `let_in`.
    """

    def __init__(self, cache: Cache, view: View, now: datetime) -> None:
        self._cache = cache
        self.view = view
        self.let_in(now)

    def let_in(self, now: datetime) -> None:
        """Take in everything that arrived or changed since the list was made."""
        newest = lists.newest_id(self._cache)
        listing = listed(self._cache, self.view, now)
        self._listing = replace(listing, newest=newest)
        self.refresh()

    def refresh(self) -> None:
        """Read the rows anew; new orders go on waiting."""
        self._blocks: OrderedDict[int, list[ListedOrder]] = OrderedDict()
        self.length = lists.count(self._cache, self._listing)

    @property
    def listing(self) -> Listing:
        """What the list shows, as it stands."""
        return self._listing

    def waiting(self) -> int:
        """How many new orders wait to be let in."""
        return lists.count_newer(self._cache, self._listing)

    def row(self, position: int) -> ListedOrder | None:
        """The row at a position, or None beyond the end."""
        if not 0 <= position < self.length:
            return None
        block = self._block(position // BLOCK)
        within = position % BLOCK
        return block[within] if within < len(block) else None

    def position_of(self, order_no: str) -> int | None:
        """Where an order stands now, or None where the view does not show it."""
        row = lists.by_number(self._cache, order_no)
        if row is None or row.id > self._listing.newest:
            return None
        position = lists.position(self._cache, self._listing, row)
        found = self.row(position)
        return position if found is not None and found.order_no == order_no else None

    def _block(self, number: int) -> list[ListedOrder]:
        block = self._blocks.get(number)
        if block is None:
            block = self._read(number)
            self._blocks[number] = block
            if len(self._blocks) > BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(number)
        return block

    def _read(self, number: int) -> list[ListedOrder]:
        before, after = self._blocks.get(number - 1), self._blocks.get(number + 1)
        if before is not None and len(before) == BLOCK:
            return lists.beside(self._cache, self._listing, before[-1], BLOCK, after=True)
        if after:
            rows = lists.beside(self._cache, self._listing, after[0], BLOCK, after=False)
            if len(rows) == BLOCK:
                return rows
        return lists.at_offset(self._cache, self._listing, number * BLOCK, BLOCK, self.length)


def take_in(cache: Cache, window: Window) -> bool:
    """The orders of a window are in sight now: new ones stand out until they are looked at.

    Whether any does. Nothing is written into a plain file, or where nothing is new.
    """
    newest = window.listing.newest
    if cache.plain or not news.is_newer(cache, newest):
        return False
    with cache.writing():
        return news.take_in(cache, newest)


def deadline_of(row: ListedOrder) -> int | None:
    """The deadline of a listed open order, in seconds since 1970."""
    return row.breaks_at if row.breaks_at < NO_DEADLINE else None
