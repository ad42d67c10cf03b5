"""What a worker says to likely repeats: these are one matter, or these are not the same."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct, structs

from caseworker.cache import annotations, drafts
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.desk import annotate
from caseworker.desk.annotate import Refused, find_order
from caseworker.desk.worker import Worker
from caseworker.model.annotation import Annotation
from caseworker.model.rules import Finding, refusals
from caseworker.repeats.sides import in_time


class Pair(Struct, frozen=True):
    """Two orders that a worker holds for one matter, the kind of repeat, and why, in words."""

    order_no: str
    other: str
    code: str
    text: str


class Linked(Struct, frozen=True):
    """What was written down, and what the rules had to say to it."""

    annotations: list[Annotation]
    warnings: list[Finding]


def drafted(cache: Cache, pairs: Sequence[Pair]) -> list[Draft]:
    """The repeats as drafts: the later order of each pair names the earlier.

    Pairs of one later order and one kind become one repeat that names several. Naming what came
    before only, links of one set cannot make a circle. Raises `Trouble` where an order is gone.
    """
    made: dict[tuple[str, str], Draft] = {}
    for pair in pairs:
        earlier, later = in_time(find_order(cache, pair.order_no), find_order(cache, pair.other))
        key = (later.order_no, pair.code)
        draft = made.get(key)
        if draft is None:
            made[key] = structs.replace(
                annotate.new_draft(later.order_no, "repeat"),
                code=pair.code,
                earlier=(earlier.order_no,),
                text=pair.text,
            )
        elif earlier.order_no not in draft.earlier:
            words = [draft.text, pair.text] if pair.text not in draft.text else [draft.text]
            made[key] = structs.replace(
                draft, earlier=(*draft.earlier, earlier.order_no), text="\n".join(words)
            )
    return list(made.values())


def link(cache: Cache, pairs: Sequence[Pair], worker: Worker, now: datetime) -> Linked:
    """Link a set of orders in one go: all of it, or nothing.

    Raises `Refused` where the rules refuse one, and `Trouble` where an order is gone.
    """
    made = drafted(cache, pairs)
    for draft in made:
        if refused := refusals(annotate.examine(cache, draft, worker, now)):
            raise Refused(refused)
    written: list[Annotation] = []
    warnings: list[Finding] = []
    for draft in made:
        try:
            one = annotate.write(cache, draft, worker, now)
        except Refused:
            unlink(cache, [said.id for said in written], now)
            raise
        written.append(one.annotation)
        warnings += one.warnings
    return Linked(written, warnings)


class Split(Struct, frozen=True):
    """What taking an order out of its matter came to."""

    taken_back: int
    """Links that no hub has seen, and that are gone."""
    to_withdraw: list[Annotation]
    """One's own that a hub has: they are withdrawn, in words."""
    of_others: list[Annotation]
    """Links that only their authors can withdraw."""


def split_off(cache: Cache, order_no: str, worker: Worker, now: datetime) -> Split:
    """Take an order out of its matter: every standing link that names it or that it made.

    A repeat that names other orders too is written anew without this one.
    """
    links = [
        said
        for number in (order_no, *annotations.later_of(cache, order_no))
        for said in annotations.standing_annotations(cache, number)
        if said.kind == "repeat" and order_no in (said.order_no, *said.earlier)
    ]
    own = [said for said in links if said.author == worker.name]
    sent = unlink(cache, [said.id for said in own], now)
    to_withdraw = []
    for said in own:
        rest = tuple(number for number in said.earlier if number != order_no)
        if said.order_no == order_no or not rest:
            to_withdraw += [said] if said.id in sent else []
            continue
        anew = structs.replace(
            annotate.draft_of(said, annotate.new_draft(said.order_no, "repeat").id),
            earlier=rest,
            supersedes=said.id if said.id in sent else "",
        )
        annotate.write(cache, anew, worker, now)
    return Split(
        taken_back=len(own) - len(to_withdraw),
        to_withdraw=to_withdraw,
        of_others=[said for said in links if said.author != worker.name],
    )


def unlink(cache: Cache, annotation_ids: Iterable[str], now: datetime) -> list[str]:
    """Take links back that no hub can have seen; the ids of those that were sent already."""
    sent = []
    for annotation_id in annotation_ids:
        draft = annotate.undo(cache, annotation_id, now)
        if draft is None:
            sent.append(annotation_id)
        else:
            # Its words were the desk's own suggestion, and are made again when asked for.
            with cache.writing():
                drafts.drop_draft(cache, draft.id)
    return sent
