"""The queue: which orders a view shows, in which order, and the signs beside them."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from caseworker.cache import annotations, drafts, lists
from caseworker.cache.connection import Cache
from caseworker.cache.lists import ListedOrder, Listing
from caseworker.cache.orders import CLOSED, LEFT, NO_DEADLINE, OPEN
from caseworker.desk.worker import Worker, worker
from caseworker.locale import _, mark
from caseworker.model.annotation import PROPOSALS
from caseworker.model.trouble import Trouble

BLOCK: Final = 64
"""Rows in a block of the window."""

BLOCKS_KEPT: Final = 24


class View(Struct, frozen=True):
    """A saved queue: a name for the command line, a label, and what it lists."""

    name: str
    label: str
    """An English sentence of the catalogue; show it through `_`."""
    listing: Callable[[datetime, Worker], Listing]


class Marks(Struct, frozen=True):
    """What the signs beside an order say; words and colours are the front end's."""

    safety: bool = False
    secret: bool = False
    contexts: int = 0
    proposals: tuple[str, ...] = ()
    """Codes of the proposals that stand on the order."""
    links: int = 0
    """How many orders repeat links join with this one directly."""
    drafts: int = 0


_STANDS: Final = annotations.STANDS.format(id="p.id")

_AWAITING_REVIEW: Final = f"""
    order_no IN (
        SELECT p.order_no FROM annotations AS p
        WHERE p.kind IN ('repeat', 'unreasonable', 'objection') AND p.author <> :me
        AND NOT EXISTS (SELECT 1 FROM annotations AS r
            WHERE r.target = p.id AND r.kind = 'review')
        AND {_STANDS}
        AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.annotation_id = p.id)
        AND p.code IN (SELECT value FROM json_each(:reviewed)))
"""

_AWAITING_CENTRE: Final = f"""
    order_no IN (
        SELECT p.order_no FROM annotations AS p
        WHERE p.kind IN ('repeat', 'unreasonable', 'objection')
        AND {_STANDS}
        AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.annotation_id = p.id)
        AND (p.code NOT IN (SELECT value FROM json_each(:reviewed))
            OR EXISTS (SELECT 1 FROM annotations AS r WHERE r.target = p.id AND r.kind = 'review')))
"""


def _reviewed_codes() -> str:
    from msgspec import json

    from caseworker.model.taxonomy import built_in

    return json.encode([n for n, code in built_in().codes.items() if code.review]).decode()


def _to_review(me: Worker) -> Listing:
    # A cadre adds context and reviews nothing (DESIGN §1).
    where = "0" if me.roles == ("cadre",) else _AWAITING_REVIEW
    return Listing(where, {"reviewed": _reviewed_codes(), "me": me.name}, (OPEN, CLOSED))


VIEWS: Final = {
    view.name: view
    for view in (
        View("today", mark("Today"), lambda now, me: Listing("1", every=True)),
        View(
            "overdue",
            mark("Overdue"),
            lambda now, me: Listing("breaks_at < :now", {"now": int(now.timestamp())}),
        ),
        View("safety", mark("Safety"), lambda now, me: Listing("safety <> ''")),
        View(
            "review",
            mark("To review"),
            lambda now, me: _to_review(me),
        ),
        View(
            "centre",
            mark("At the centre"),
            lambda now, me: Listing(
                _AWAITING_CENTRE, {"reviewed": _reviewed_codes()}, (OPEN, CLOSED)
            ),
        ),
        View(
            "returned",
            mark("Came back"),
            lambda now, me: Listing(
                "order_no IN (SELECT order_no FROM annotations JOIN outbox"
                " ON annotation_id = annotations.id WHERE state = 'refused')",
                standings=(OPEN, CLOSED, LEFT),
            ),
        ),
        View(
            "drafts",
            mark("My drafts"),
            lambda now, me: Listing(
                "order_no IN (SELECT order_no FROM drafts)", standings=(OPEN, CLOSED, LEFT)
            ),
        ),
        View(
            "bare",
            mark("No context"),
            lambda now, me: Listing(
                "NOT EXISTS (SELECT 1 FROM annotations AS a"
                " WHERE a.order_no = orders.order_no AND a.kind = 'context')"
            ),
        ),
        View(
            "all",
            mark("All"),
            lambda now, me: Listing("1", standings=(OPEN, CLOSED, LEFT), every=True),
        ),
    )
}


def count_in(cache: Cache, view: View, now: datetime, most: int) -> int:
    """How many orders a view shows now, counted no further than `most`."""
    listing = view.listing(now, worker(cache))
    return lists.count_up_to(cache, listing, most)


def view_named(name: str) -> View:
    """A view by its name; raises `Trouble` with the names that there are."""
    view = VIEWS.get(name)
    if view is None:
        raise Trouble(
            _("There is no view of that name: choose one of {names}.").format(
                names=", ".join(VIEWS)
            )
        )
    return view


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
        self._listing = replace(self.view.listing(now, worker(self._cache)), newest=newest)
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


def marks_on(cache: Cache, rows: list[ListedOrder]) -> dict[str, Marks]:
    """Order number → what its signs say, for the rows in sight."""
    numbers = [row.order_no for row in rows]
    said = annotations.annotations_on(cache, numbers)
    joined = annotations.links_of(cache, numbers)
    drafted = drafts.drafts_on(cache, numbers)
    return {
        row.order_no: Marks(
            safety=bool(row.safety),
            secret=row.is_secret,
            contexts=sum(kind == "context" for _id, kind, _code in said.get(row.order_no, ())),
            proposals=tuple(
                code for _id, kind, code in said.get(row.order_no, ()) if kind in PROPOSALS
            ),
            links=joined.get(row.order_no, 0),
            drafts=drafted.get(row.order_no, 0),
        )
        for row in rows
    }


def deadline_of(row: ListedOrder) -> int | None:
    """The deadline of a listed open order, in seconds since 1970."""
    return row.breaks_at if row.breaks_at < NO_DEADLINE else None
