"""One act on many orders: what will happen and what not, then all of it, then all of it back.

Each of these goes through the orders in pieces, one transaction each, so that a desk stays awake
between them and a set of any size is never held whole.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from caseworker.cache import annotations, batches, drafts, outbox, settings
from caseworker.cache.batches import Item
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.cache.orders import standing_of
from caseworker.cache.standing import LEFT
from caseworker.desk import annotate, assembly
from caseworker.desk.sheet import reviewable, sheet_of, withdrawable
from caseworker.desk.worker import Worker
from caseworker.model.annotation import About, Annotation
from caseworker.model.rules import Finding, needs_review, refusals

PIECE: Final = 20
"""Orders between two moments at which the desk can answer a key."""


class Outcome(Struct, frozen=True):
    """What an act will do, or has done, to one order: nothing where a finding refuses it."""

    order_no: str
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        """Whether the order stays as it is."""
        return bool(refusals(self.findings))


class TakenBack(Struct):
    """What became of a batch that was undone."""

    undone: int = 0
    sent: list[str] = []
    """Orders on which the words were sent already: they can be withdrawn."""


def foresee(
    cache: Cache, act: Draft, numbers: Iterable[str], worker: Worker, now: datetime
) -> Iterator[list[Outcome]]:
    """What the act would do to each order, piece by piece; nothing is written."""
    for piece in _pieces(numbers):
        with cache.reading():
            foreseen = [_foreseen(cache, act, number, worker, now)[1] for number in piece]
        yield foreseen


def apply(
    cache: Cache, act: Draft, numbers: Iterable[str], worker: Worker, now: datetime
) -> Iterator[list[Outcome]]:
    """Write the act for each order that the rules allow, piece by piece, as one batch.

    A piece that was yielded is durable; one that stops here leaves the pieces before it as a
    batch, which `undo` takes back.
    """
    batch: int | None = None
    for piece in _pieces(numbers):
        with cache.writing():
            if batch is None:
                batch = batches.begin(cache, now)
            done = [_applied(cache, act, number, worker, now, batch) for number in piece]
            batches.close_up(cache, batch)
        yield done
    with cache.writing():
        drafts.drop_draft(cache, act.id)


def undo(cache: Cache, batch: int, now: datetime) -> Iterator[TakenBack]:
    """Take back what no hub has seen of a batch, piece by piece; its words are kept once."""
    taken = TakenBack(0, [])
    while items := batches.items(cache, batch, PIECE):
        with cache.writing():
            for item in items:
                _taken_back(cache, item, taken, now)
                batches.take_off(cache, batch, item)
        yield taken
    with cache.writing():
        batches.forget(cache, batch)


def to_undo(cache: Cache, order_no: str | None) -> int | None:
    """The batch that undoing means: the last act here, else the last words on the order."""
    last = batches.latest(cache)
    if last is not None or order_no is None:
        return last
    waiting = [
        annotation_id
        for annotation_id, item in outbox.items_of(cache, order_no).items()
        if item.state == "waiting"
    ]
    return batches.batch_of(cache, waiting[-1]) if waiting else None


def _pieces(numbers: Iterable[str]) -> Iterator[list[str]]:
    ahead = iter(numbers)
    while piece := list(islice(ahead, PIECE)):
        yield piece


def _foreseen(
    cache: Cache, act: Draft, number: str, worker: Worker, now: datetime
) -> tuple[Draft, Outcome]:
    if standing_of(cache, number) in (None, LEFT):
        return act, _refused(number, "order_left")
    # The matter of each order is its own.
    about = About("matter", number) if act.about.kind == "matter" else act.about
    made = replace(assembly.for_another(cache, act, number), about=about)
    if act.kind in ("review", "withdrawal"):
        target = _like(cache, act, number, worker, now)
        if target is None:
            return made, _refused(number, "nothing_alike")
        made = replace(made, target=target.id)
    if must_be_read_alone(cache, made):
        return made, _refused(number, "one_by_one", code=_code_of(cache, made))
    return made, Outcome(number, tuple(annotate.examine(cache, made, worker, now)))


def must_be_read_alone(cache: Cache, act: Draft) -> bool:
    """Whether an act can hurt a citizen, or settles one that can: never on several unread."""
    if act.kind == "unreasonable":
        return True
    taxonomy = settings.taxonomy(cache)
    if act.kind == "review":
        target = annotations.read_annotation(cache, act.target)
        return target is not None and needs_review(target, taxonomy)
    code = taxonomy.codes.get(act.code)
    return code is not None and code.review


def _code_of(cache: Cache, act: Draft) -> str:
    target = annotations.read_annotation(cache, act.target) if act.target else None
    return act.code or (target.code if target is not None else "")


def _like(
    cache: Cache, act: Draft, number: str, worker: Worker, now: datetime
) -> Annotation | None:
    """What the act is about on another order: the same kind and code, the same words first."""
    first = annotations.read_annotation(cache, act.target)
    sheet = sheet_of(cache, number, now)
    if first is None or sheet is None:
        return None
    if first.order_no == number:
        return first
    choose = reviewable if act.kind == "review" else withdrawable
    alike = [
        one
        for one in choose(sheet, worker.name)
        if (one.kind, one.code) == (first.kind, first.code)
    ]
    return next((one for one in alike if one.text == first.text), alike[0] if alike else None)


def _applied(
    cache: Cache, act: Draft, number: str, worker: Worker, now: datetime, batch: int
) -> Outcome:
    made, outcome = _foreseen(cache, act, number, worker, now)
    if outcome.refused:
        return outcome
    own = replace(made, id=annotate.new_draft(number, act.kind).id)
    written = annotate.write(cache, own, worker, now)
    batches.add(cache, batch, "said", written.annotation.id)
    return Outcome(number, tuple(written.warnings))


def _taken_back(cache: Cache, item: Item, taken: TakenBack, now: datetime) -> None:
    annotation = annotations.read_annotation(cache, item.subject)
    if annotation is None:
        return
    if not outbox.drop_unsent(cache, annotation.id):
        taken.sent.append(annotation.order_no)
        return
    if not taken.undone:
        drafts.save_draft(cache, annotate.draft_of(annotation, annotation.id), now)
    taken.undone += 1


def _refused(number: str, reason: str, **params: str) -> Outcome:
    return Outcome(number, (Finding(reason=reason, params=params),))
