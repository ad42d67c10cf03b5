"""The views of the queue: saved queries, each with a name, a label and what it lists."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from msgspec import Struct

from caseworker.cache import lists
from caseworker.cache.connection import Cache
from caseworker.cache.lists import Listing
from caseworker.cache.standing import CLOSED, LEFT, OPEN
from caseworker.desk.worker import Worker, worker
from caseworker.locale import _, mark
from caseworker.model.trouble import Trouble

EVERY: Final = (OPEN, CLOSED, LEFT)

Gathering = Literal["", "matter", "place"]
"""What orders of a view are folded into groups by, where they are."""

Sorting = Literal["due", "arrived", "number"]
"""The order in which a view stands: the first to break first, the newest first, by number."""


class View(Struct, frozen=True):
    """A saved query: a name for the command line, a label, and what it lists."""

    name: str
    label: str
    """An English sentence of the catalogue; show it through `_`."""
    listing: Callable[[datetime, Worker], Listing]
    """From the moment at which it is looked at, and who looks."""
    query: str = ""
    """For an own view: what it asks for, in the search language."""
    order: Sorting = "due"
    group: Gathering = ""


def _new(now: datetime, _me: Worker) -> Listing:
    yesterday = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return Listing(since=_seconds(yesterday), now=_seconds(now))


def _review(now: datetime, me: Worker) -> Listing:
    # A cadre adds context and reviews nothing (DESIGN §1); nobody reviews their own proposal.
    where = "0" if me.roles == ("cadre",) else "who <> :me"
    return Listing(where, {"me": me.name}, (OPEN, CLOSED), of="review", now=_seconds(now))


def _open(**query: Any) -> Callable[[datetime, Worker], Listing]:
    return lambda now, _me: Listing(now=_seconds(now), **query)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


VIEWS: Final = {
    view.name: view
    for view in (
        View("today", mark("Today"), _open(without="shelved")),
        View("overdue", mark("Overdue"), lambda now, me: Listing(before=_seconds(now))),
        View("safety", mark("Safety"), _open(of="safety")),
        View("new", mark("New arrivals"), _new),
        View("repeats", mark("Repeats?"), _open(of="repeats")),
        View("review", mark("To review"), _review),
        View("centre", mark("At the centre"), _open(standings=(OPEN, CLOSED), of="centre")),
        View("returned", mark("Came back"), _open(standings=EVERY, of="returned")),
        View("bare", mark("No context"), _open(without="noted")),
        View("shelved", mark("Shelved"), _open(of="shelved")),
        View("shortlist", mark("Shortlist"), _open(standings=EVERY, of="shortlist")),
        View("drafts", mark("My drafts"), _open(standings=EVERY, of="drafts")),
        View("all", mark("All"), _open(standings=EVERY)),
    )
}


FOUND_MAX: Final = 2_000
"""Orders that an own view shows at most, the newest ones: a query can fit a whole city."""


def listed(cache: Cache, view: View, now: datetime) -> Listing:
    """What a view lists at a moment, for whoever sits here."""
    if not view.query:
        return view.listing(now, worker(cache))
    # The search is imported where it is asked for: no view of the first screen needs it.
    from caseworker.desk.search import find

    ids = [row.id for row in find(cache, view.query, now, FOUND_MAX).rows]
    return Listing(standings=EVERY, picked=tuple(ids), now=_seconds(now))


def count_in(cache: Cache, view: View, now: datetime, most: int) -> int:
    """How many orders a view shows now, counted no further than `most`."""
    return lists.count_up_to(cache, listed(cache, view, now), most)


def view_named(name: str, own: Mapping[str, View]) -> View:
    """A view by its name, one of `own` or of the desk's.

    Raises `Trouble` with the names that there are.
    """
    view = own.get(name) or VIEWS.get(name)
    if view is None:
        raise Trouble(
            _("There is no view of that name: choose one of {names}.").format(
                names=", ".join((*VIEWS, *own))
            )
        )
    return view
