"""A view's first orders in another arrangement: gathered by matter or place, or otherwise sorted.

A bounded part of the view is held in memory; what follows it stays a list that is read by blocks.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from caseworker.cache import lists, news, signs
from caseworker.cache.connection import Cache
from caseworker.cache.lists import ListedOrder, Listing
from caseworker.desk.queue import Window
from caseworker.desk.signs import Marks
from caseworker.desk.views import FOUND_MAX, Gathering, Sorting
from caseworker.model.matter import orders_of_matter

ARRANGED_MAX: Final = FOUND_MAX
"""Orders at the head of a view that are arranged, so that a key is answered at any length. An own
view never has more."""

LINKED_MAX: Final = 10_000
"""Orders up to which links are followed out of the view and back into it."""


class Group(Struct, frozen=True):
    """Orders of the view that belong together, the first to break first; at least two."""

    rows: list[ListedOrder]
    place: str = ""
    """Where they are, in the fewest words that one of them has for it; empty for a matter."""


class Entry(Struct, frozen=True):
    """A line: an order alone, a folded group by its first order, or an order of an open group."""

    row: ListedOrder
    group: Group | None = None
    is_first: bool = True
    """Whether it is the first of its group."""
    is_open: bool = False
    """Whether the group is unfolded: then the line stands for its order alone."""

    @property
    def rows(self) -> list[ListedOrder]:
        """The orders that the line stands for."""
        return [self.row] if self.group is None or self.is_open else self.group.rows


class Arranged:
    """A view as a list by position, as `Window` is, but of lines that may stand for several orders.

    Where the view is longer than what is arranged, a line without an order divides the two parts.
    """

    def __init__(self, cache: Cache, window: Window, by: Gathering, order: Sorting) -> None:
        self._cache = cache
        self._window = window
        self.by = by
        self._order = order
        self._opened: set[str] = set()
        """The numbers of all orders in unfolded groups: whatever joins such a group is in sight."""
        self._arrange()

    def let_in(self, now: datetime) -> None:
        """Take in everything that arrived or changed since the list was made."""
        self._window.let_in(now)
        self._arrange()

    def refresh(self) -> None:
        """Read the rows anew; new orders go on waiting, and what was unfolded stays so."""
        self._window.refresh()
        self._arrange()

    @property
    def listing(self) -> Listing:
        """What the list shows, as it stands."""
        return self._window.listing

    def waiting(self) -> int:
        """How many new orders wait to be let in."""
        return self._window.waiting()

    @property
    def gathered(self) -> int:
        """How many groups there are."""
        return len(self._groups)

    @property
    def follow(self) -> int:
        """How many orders follow as they stand in the view, below the line that says so."""
        return self._window.length - self._covered

    @property
    def lines(self) -> int:
        """How many lines are arranged; where more follows, the one after them divides."""
        return len(self._entries)

    @property
    def length(self) -> int:
        """How many lines there are."""
        return self.lines + (self.follow + 1 if self.follow > 0 else 0)

    def row(self, position: int) -> ListedOrder | None:
        """The order of a line, for a group its first; None on the dividing line, and beyond."""
        entry = self.entry(position)
        return None if entry is None else entry.row

    def entry(self, position: int) -> Entry | None:
        """What stands on a line."""
        if 0 <= position < len(self._entries):
            return self._entries[position]
        below = self._below(position)
        row = None if below is None else self._window.row(below)
        return None if row is None else Entry(row)

    def divides(self, position: int) -> bool:
        """Whether a line says that what follows is not arranged."""
        return position == self.lines and self.follow > 0

    def position_of(self, order_no: str) -> int | None:
        """The line of an order, or of the folded group that it belongs to; None where neither."""
        at = self._places.get(order_no)
        if at is not None:
            return at
        below = self._window.position_of(order_no) if self.follow > 0 else None
        if below is None or below < self._covered:
            return None
        return len(self._entries) + 1 + below - self._covered

    def set_open(self, group: Group, *, is_open: bool) -> None:
        """Unfold a group, or fold it."""
        numbers = [row.order_no for row in group.rows]
        if is_open:
            self._opened.update(numbers)
        else:
            self._opened.difference_update(numbers)
        self._lay_out()

    def _below(self, position: int) -> int | None:
        """The position in the view of a line of the part that is not arranged."""
        below = position - len(self._entries) - 1
        return self._covered + below if 0 <= below < self.follow else None

    def _arrange(self) -> None:
        window = self._window
        rows = lists.at_offset(self._cache, window.listing, 0, ARRANGED_MAX, window.length)
        self._covered = len(rows)
        self._groups = _groups(self._cache, rows, self.by)
        group_of = {row.order_no: group for group in self._groups for row in group.rows}
        self._heads: list[tuple[ListedOrder, Group | None]] = []
        seen: set[str] = set()
        for row in sorted(rows, key=_KEYS[self._order]) if self._order != "due" else rows:
            group = group_of.get(row.order_no)
            if row.order_no in seen:
                continue
            seen.update(one.order_no for one in (group.rows if group else (row,)))
            self._heads.append((group.rows[0] if group else row, group))
        self._lay_out()

    def _lay_out(self) -> None:
        self._entries: list[Entry] = []
        self._places: dict[str, int] = {}
        for row, group in self._heads:
            if group is None:
                self._put(Entry(row))
            elif self._opened.isdisjoint(one.order_no for one in group.rows):
                self._put(Entry(row, group))
            else:
                self._opened.update(one.order_no for one in group.rows)
                for one in group.rows:
                    self._put(Entry(one, group, is_first=one is row, is_open=True))

    def _put(self, entry: Entry) -> None:
        self._places |= {row.order_no: len(self._entries) for row in entry.rows}
        self._entries.append(entry)


def marks_together(
    cache: Cache, marks: Mapping[str, Marks], groups: Iterable[Group]
) -> dict[str, Marks]:
    """The signs of the first orders of folded groups, with what no fold may hide: danger in any of
    the orders, and news. How many orders a matter has is told by its group."""
    folded = list(groups)
    if not folded:
        return {}
    fresh = news.among(cache, [row.id for group in folded for row in group.rows])
    found = {}
    for group in folded:
        number = group.rows[0].order_no
        found[number] = replace(
            marks[number],
            links=marks[number].links if group.place else 0,
            safety=any(row.safety for row in group.rows),
            secret=any(row.is_secret for row in group.rows),
            fresh=any(row.id in fresh for row in group.rows),
        )
    return found


_KEYS: Final[dict[Sorting, Callable[[ListedOrder], tuple[int | str, ...]]]] = {
    "due": lambda row: (row.standing, row.breaks_at, row.id),
    "arrived": lambda row: (-(row.received_at or 0), -row.id),
    "number": lambda row: (row.order_no,),
}


def _groups(cache: Cache, rows: Sequence[ListedOrder], by: Gathering) -> list[Group]:
    if by == "matter":
        keys: Mapping[str, Hashable] = _matters(cache, [row.order_no for row in rows])
        return [Group(group) for group in _gathered(rows, keys)]
    if by == "place":
        # The places of addresses are read where someone asks for them.
        from caseworker.repeats.places import place_of

        places = {row.order_no: place for row in rows if (place := place_of(row.address))}
        keys = {number: place.key for number, place in places.items()}
        return [
            Group(group, min((places[row.order_no].words for row in group), key=len))
            for group in _gathered(rows, keys)
        ]
    return []


def _gathered(
    rows: Sequence[ListedOrder], keys: Mapping[str, Hashable]
) -> Iterable[list[ListedOrder]]:
    together: defaultdict[Hashable, list[ListedOrder]] = defaultdict(list)
    for row in rows:
        if row.order_no in keys:
            together[keys[row.order_no]].append(row)
    return [group for group in together.values() if len(group) > 1]


def _matters(cache: Cache, numbers: Sequence[str]) -> dict[str, str]:
    """Order number → a name of its matter, of those that links join with any other order."""
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    ahead, asked = set(numbers), set[str]()
    while ahead and len(asked) < LINKED_MAX:
        asked |= ahead
        for number, other in signs.joined_with(cache, ahead):
            neighbours[number].append(other)
            neighbours[other].append(number)
        ahead = neighbours.keys() - asked
    names: dict[str, str] = {}
    for number in numbers:
        if number in neighbours and number not in names:
            matter = orders_of_matter(number, neighbours.__getitem__, lambda _number: ())
            names |= dict.fromkeys(matter, number)
    return names
