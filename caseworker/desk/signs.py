"""What the signs beside an order say; words and colours are the front end's."""

from datetime import datetime

from msgspec import Struct

from caseworker.cache import lists, news, shelf, signs
from caseworker.cache.connection import Cache
from caseworker.cache.lists import ListedOrder
from caseworker.cache.standing import OPEN
from caseworker.model.annotation import PROPOSALS


class Marks(Struct, frozen=True):
    """The signs beside one order."""

    safety: bool = False
    secret: bool = False
    contexts: int = 0
    proposals: tuple[str, ...] = ()
    """Codes of the proposals that stand on the order."""
    links: int = 0
    """How many orders repeat links join with this one directly."""
    drafts: int = 0
    alike: bool = False
    """Whether it is a possible repeat that nobody has settled."""
    returned: bool = False
    """Whether own words on it came back."""
    back: str = ""
    """Why it is back from the shelf: "date", or a reason of `model.shelving`; empty otherwise."""
    shelved: bool = False
    short: bool = False
    """Whether it is on the shortlist."""
    fresh: bool = False
    """Whether it changed since the worker last looked."""


def marks_on(cache: Cache, rows: list[ListedOrder], now: datetime) -> dict[str, Marks]:
    """Order number → what its signs say, for the rows in sight."""
    numbers = [row.order_no for row in rows]
    said = signs.annotations_on(cache, numbers)
    joined = signs.links_of(cache, numbers)
    drafted = signs.drafts_on(cache, numbers)
    moment = int(now.timestamp())
    ids = [row.id for row in rows]
    stands = lists.sets_of(cache, ids, moment)
    put_aside = shelf.shelved_among(cache, numbers)
    fresh = news.among(cache, ids)
    found = {}
    for row in rows:
        sets = stands.get(row.id, set())
        shelved = put_aside.get(row.order_no)
        back = "" if shelved is None or "shelved" in sets else shelved.reason or "date"
        found[row.order_no] = Marks(
            safety=bool(row.safety),
            secret=bool(row.is_secret),
            contexts=sum(kind == "context" for _id, kind, _code in said.get(row.order_no, ())),
            proposals=tuple(
                code for _id, kind, code in said.get(row.order_no, ()) if kind in PROPOSALS
            ),
            links=joined.get(row.order_no, 0),
            drafts=drafted.get(row.order_no, 0),
            alike="repeats" in sets,
            returned="returned" in sets,
            back=back if row.standing == OPEN else "",
            shelved="shelved" in sets,
            short="shortlist" in sets,
            fresh=row.id in fresh,
        )
    return found
