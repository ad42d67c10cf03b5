"""Context is memory: what was learnt about a place or a matter, met again on its next order.

What concerns an order is found here and nowhere else: by the places that the order names, and by
the orders that repeat links join with it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from caseworker.cache import annotations, orders, remembered
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.desk.worker import Worker
from caseworker.locale import _
from caseworker.model.annotation import Annotation, Statement
from caseworker.model.order import WorkOrder, citizen_text

CARRIED: Final = "carried"
"""The kind of statement by which a context names the earlier one that it quotes, by its id."""

SHOWN_MAX: Final = 20

PLACED_AT_ONCE: Final = 500
"""Contexts whose places are read in one transaction."""


LOOKED_THROUGH: Final = 100
"""Contexts that are looked at one by one while their places are not read yet."""


class Carried(Struct, frozen=True):
    """A context of another order that concerns this one."""

    annotation: Annotation
    attached: bool = False
    """Whether a context of this order quotes it already."""


def carried_to(
    cache: Cache, order: WorkOrder, matter: Collection[str], said: Sequence[Annotation]
) -> list[Carried]:
    """What earlier contexts say about an order's places and its matter, the newest first.

    `matter` are the numbers of its matter, empty where it stands alone; `said` is what stands on
    the order itself, which is not repeated here. A context that was withdrawn, or that another
    one says to hold no longer, is left out.
    """
    if not remembered.anything(cache):
        return []
    # Imported where there is something to find: an order is shown sooner than places are read.
    from caseworker.repeats.places import stands_in
    from caseworker.repeats.traits import places_of

    numbers = {order.order_no, *matter}
    words = f"{order.address} {order.community} {citizen_text(order)}"
    wanted = places_of(order) | frozenset(map(_matter_key, numbers))
    found: dict[int, Annotation] = {}
    for n, one in _with_keys(cache, wanted):
        about = one.about
        if one.order_no == order.order_no:
            continue
        # A key is a checksum: what it brings up is looked at once more.
        there = about.kind == "place" and stands_in(about.name, words)
        if there or (about.kind == "matter" and {one.order_no, about.name} & numbers):
            found[n] = one
    quoted = {
        statement.text for one in said for statement in one.evidence if statement.kind == CARRIED
    }
    carried = [Carried(found[n], found[n].id in quoted) for n in sorted(found, reverse=True)]
    return sorted(carried, key=lambda one: one.attached)[:SHOWN_MAX]


def place_pending(cache: Cache, limit: int = PLACED_AT_ONCE) -> int:
    """Read the places of up to `limit` contexts that came in; how many. One transaction."""
    pending = remembered.to_place(cache, limit)
    if not pending:
        return 0
    keys = [(key, n) for n, one in pending for key in _keys_of(one)]
    with cache.writing():
        remembered.put(cache, keys, [n for n, _one in pending])
    return len(pending)


def _with_keys(cache: Cache, wanted: frozenset[int]) -> Iterator[tuple[int, Annotation]]:
    for key in wanted:
        yield from remembered.with_key(cache, key)
    # Those whose places are still to be read: to show an order never waits to write.
    for n, one in remembered.to_place(cache, LOOKED_THROUGH, holding=True):
        if not wanted.isdisjoint(_keys_of(one)):
            yield n, one


def _keys_of(one: Annotation) -> frozenset[int]:
    if one.about.kind == "matter":
        return frozenset({_matter_key(one.order_no), _matter_key(one.about.name)})
    from caseworker.repeats.places import keys_for

    return keys_for(one.about.name)


def _matter_key(order_no: str) -> int:
    from caseworker.repeats.keys import KeyKind, key_of

    return key_of(KeyKind.NAMES, order_no)


def quoting(one: Annotation, order_no: str, draft_id: str) -> Draft:
    """A draft of a context that gives an order what was known already, with where it is from."""
    told = _("From {author}, {day}, on order {order}:").format(
        author=one.author, day=f"{_seen(one):%Y-%m-%d}", order=one.order_no
    )
    return Draft(
        id=draft_id,
        order_no=order_no,
        kind="context",
        code=one.code,
        text=f"{told}\n{one.text}",
        evidence=(Statement(CARRIED, one.id),),
        observed=f"{_seen(one):%Y-%m-%d %H:%M}",
        observed_at=_seen(one),
    )


def ending(cache: Cache, one: Annotation, order_no: str, worker: Worker, draft_id: str) -> Draft:
    """A draft that says that a context holds no longer, with the reason still to be written.

    One's own is withdrawn where it stands. Another's is nobody's to withdraw: a context of this
    order answers it, names it, and ends it (docs/decisions/0009). So is an own one whose order is
    no longer on this desk.
    """
    if one.author == worker.name and orders.holds(cache, one.order_no):
        return Draft(id=draft_id, order_no=one.order_no, kind="withdrawal", target=one.id)
    return Draft(id=draft_id, order_no=order_no, kind="context", code=one.code, supersedes=one.id)


def _seen(one: Annotation) -> datetime:
    return (one.observed_at or one.written_at).astimezone()


def ended_one(cache: Cache, draft: Draft) -> Annotation | None:
    """The context that a draft says to hold no longer; None for a draft that ends nothing."""
    if draft.kind != "context" or not draft.supersedes:
        return None
    return annotations.read_annotation(cache, draft.supersedes)


def places_of_order(order: WorkOrder) -> list[str]:
    """The places that an order's columns name, in its own words, the narrowest first."""
    from caseworker.repeats.places import offered

    return offered(order)


def in_matter(cache: Cache, numbers: Iterable[str]) -> list[Annotation]:
    """Every context that stands on the orders of a matter, whatever it is about."""
    return [
        one
        for number in numbers
        for one in annotations.standing_annotations(cache, number)
        if one.kind == "context"
    ]
