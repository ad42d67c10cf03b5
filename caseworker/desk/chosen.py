"""The marked orders, on which the next act works: a description, never a list of a whole view."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct, json
from msgspec.structs import replace

from caseworker.cache import lists
from caseworker.cache.connection import Cache
from caseworker.cache.lists import ListedOrder, Listing

CHUNK: Final = 256
"""Rows read at once when the set is gone through."""

Key = tuple[int, int, int]
"""Where an order stands in a list: standing, breaks_at, id."""


class Span(Struct, frozen=True):
    """All orders of the view from one place to another, up to the newest that was in sight."""

    first: Key
    last: Key
    newest: int

    @classmethod
    def between(cls, one: ListedOrder, other: ListedOrder, newest: int) -> "Span":
        """The span between two rows, whichever comes first."""
        first, last = sorted((_key(one), _key(other)))
        return cls(first, last, newest)

    def holds(self, row: ListedOrder) -> bool:
        """Whether an order of the view is within."""
        return self.first <= _key(row) <= self.last and row.id <= self.newest


class Chosen:
    """Orders of one view: some by number, some as spans of the list, a few of those left out."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self.clear()

    def clear(self) -> None:
        """Unmark all."""
        self._listing = Listing()
        self._spans: list[Span] = []
        self._named: dict[str, ListedOrder | None] = {}
        self._without: dict[str, ListedOrder] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def holds(self, row: ListedOrder) -> bool:
        """Whether an order of the view is marked."""
        if row.order_no in self._named:
            return True
        return row.order_no not in self._without and self._in_spans(row)

    def toggle(self, row: ListedOrder) -> None:
        """Mark an order, or unmark it."""
        if self.holds(row):
            if row.order_no in self._named:
                del self._named[row.order_no]
            else:
                self._without[row.order_no] = row
            self._count -= 1
            return
        self._add(row)

    def add(self, rows: Iterable[ListedOrder]) -> None:
        """Mark orders, one by one."""
        for row in rows:
            if not self.holds(row):
                self._add(row)

    def add_numbers(self, numbers: Iterable[str]) -> None:
        """Mark orders that need not stand in the view."""
        self._named |= dict.fromkeys(numbers)
        self.recount()

    def add_span(self, listing: Listing, first: ListedOrder, last: ListedOrder) -> None:
        """Mark everything from one row of a listing to another."""
        self._listing = listing
        span = Span.between(first, last, listing.newest)
        self._spans.append(span)
        self._named = {
            number: row for number, row in self._named.items() if row is None or not span.holds(row)
        }
        self._without = {
            number: row for number, row in self._without.items() if not span.holds(row)
        }
        self.recount()

    def recount(self) -> None:
        """Count anew what the spans hold: orders come and go."""
        self._count = len(self._named)
        if self._spans:
            self._count += lists.count(self._cache, self._described())

    def numbers(self) -> Iterator[str]:
        """The numbers of the marked orders, read in pieces while one goes through them."""
        yield from list(self._named)
        if not self._spans:
            return
        listing = self._described()
        rows = lists.at_offset(self._cache, listing, 0, CHUNK, 2**40)
        while rows:
            yield from (row.order_no for row in rows)
            rows = lists.beside(self._cache, listing, rows[-1], CHUNK, after=True)

    def _add(self, row: ListedOrder) -> None:
        if row.order_no in self._without and self._in_spans(row):
            del self._without[row.order_no]
        else:
            self._named[row.order_no] = row
        self._count += 1

    def _in_spans(self, row: ListedOrder) -> bool:
        return any(span.holds(row) for span in self._spans)

    def _described(self) -> Listing:
        parameters = dict(self._listing.parameters)
        spans = []
        for at, span in enumerate(self._spans):
            first, last = (
                f"({', '.join(f':{end}{at}_{part}' for part in range(3))})" for end in ("a", "z")
            )
            spans.append(
                f"((standing, breaks_at, id) BETWEEN {first} AND {last} AND id <= :newest{at})"
            )
            parameters[f"newest{at}"] = span.newest
            for end, key in (("a", span.first), ("z", span.last)):
                parameters |= {f"{end}{at}_{part}": value for part, value in enumerate(key)}
        where = f"({self._listing.where or 1}) AND ({' OR '.join(spans)})"
        apart = [row.id for row in (*self._without.values(), *self._named.values()) if row]
        if apart:
            # Ids are in the covering index: a million rows are counted without being read.
            where += " AND id NOT IN (SELECT value FROM json_each(:apart))"
            parameters["apart"] = json.encode(apart).decode()
        newest = max(span.newest for span in self._spans)
        return replace(self._listing, where=where, parameters=parameters, newest=newest)


def _key(row: ListedOrder) -> Key:
    return row.standing, row.breaks_at, row.id
