"""One act on many orders: what will happen and what not, then all of it, then all of it back.

Each of these goes through the orders in pieces, one transaction each, so that a desk stays awake
between them and a set of any size is never held whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from msgspec import Struct, json
from msgspec.structs import replace

from caseworker.cache import annotations, batches, drafts, news, outbox, settings, shelf
from caseworker.cache.batches import Item
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.cache.orders import standing_of
from caseworker.cache.shelf import Shelved
from caseworker.cache.standing import LEFT
from caseworker.desk import annotate, assembly
from caseworker.desk.sheet import reviewable, sheet_of, withdrawable
from caseworker.desk.shelf import why_it_stays
from caseworker.desk.worker import Worker
from caseworker.model.annotation import About, Annotation
from caseworker.model.rules import Finding, needs_review, refusals

PIECE: Final = 20
"""Orders between two moments at which the desk can answer a key."""


class Shelving(Struct, frozen=True):
    """Put aside until a moment, or take from the shelf where there is none."""

    until: datetime | None


class Shortlisting(Struct, frozen=True):
    """Put on the shortlist, or take off."""

    on: bool


class Linking(Struct, frozen=True):
    """Repeats that join a set of orders, each drafted on its own order (see `linking.drafted`)."""

    drafts: tuple[Draft, ...]

    @property
    def numbers(self) -> list[str]:
        """The orders on which something is said."""
        return list(dict.fromkeys(draft.order_no for draft in self.drafts))


Act = Draft | Shelving | Shortlisting | Linking


class Outcome(Struct, frozen=True):
    """What acts will do, or have done, to one order: none of them where a finding refuses one."""

    order_no: str
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        """Whether the order stays as it is."""
        return bool(refusals(self.findings))


class TakenBack(Struct):
    """What became of a batch that was undone."""

    undone: int = 0
    """Words that no hub had seen."""
    put_back: int = 0
    """Orders that lie again where they lay: on the shelf, on the shortlist, or not."""
    sent: list[str] = []
    """Orders on which the words were sent already: they can be withdrawn."""


def foresee(
    cache: Cache, acts: Sequence[Act], numbers: Iterable[str], worker: Worker, now: datetime
) -> Iterator[list[Outcome]]:
    """What the acts would do to each order, piece by piece; nothing is written."""
    for piece in _pieces(numbers):
        with cache.reading():
            foreseen = [_foreseen_all(cache, acts, number, worker, now)[1] for number in piece]
        yield foreseen


def apply(
    cache: Cache, acts: Sequence[Act], numbers: Iterable[str], worker: Worker, now: datetime
) -> Iterator[list[Outcome]]:
    """Do the acts to each order that the rules allow, piece by piece, as one batch.

    A piece that was yielded is durable; one that stops here leaves the pieces before it as a
    batch, which `undo` takes back.
    """
    batch: int | None = None
    for piece in _pieces(numbers):
        with cache.writing():
            if batch is None:
                batch = batches.begin(cache, now)
            done = [_applied(cache, acts, number, worker, now, batch) for number in piece]
            batches.close_up(cache, batch)
        yield done
    with cache.writing():
        for act in acts:
            if isinstance(act, Draft):
                drafts.drop_draft(cache, act.id)


def do_alone(
    cache: Cache, act: Act, number: str, worker: Worker, now: datetime
) -> Sequence[Finding]:
    """Do an act to one order at once, as a batch that `undo` takes back; why not, where not."""
    [[foreseen]] = foresee(cache, [act], [number], worker, now)
    if foreseen.refused:
        return refusals(foreseen.findings)
    for _done in apply(cache, [act], [number], worker, now):
        pass
    return ()


def undo(cache: Cache, batch: int, now: datetime) -> Iterator[TakenBack]:
    """Take back what no hub has seen of a batch, piece by piece; its words are kept once."""
    taken = TakenBack(sent=[])
    while items := batches.items(cache, batch, PIECE):
        with cache.writing():
            for item in items:
                _taken_back(cache, item, taken, now)
                batches.take_off(cache, batch, item)
        yield taken
    with cache.writing():
        batches.forget(cache, batch)


def to_undo(cache: Cache, order_no: str | None) -> int | None:
    """The batch that undoing means, where it is later than the last unsent words on the order."""
    last = batches.latest(cache)
    if last is not None or order_no is None:
        return last
    words = unsent(cache, order_no)
    if not words:
        return None
    return batches.batch_of(cache, words[-1]) or batches.later_than(cache, words[-1])


def unsent(cache: Cache, order_no: str) -> list[str]:
    """The ids of one's words on an order that no hub has seen, the latest last."""
    return [
        annotation_id
        for annotation_id, item in outbox.items_of(cache, order_no).items()
        if item.state == "waiting"
    ]


def _pieces(numbers: Iterable[str]) -> Iterator[list[str]]:
    ahead = iter(numbers)
    while piece := list(islice(ahead, PIECE)):
        yield piece


def _foreseen_all(
    cache: Cache, acts: Sequence[Act], number: str, worker: Worker, now: datetime
) -> tuple[list[Act], Outcome]:
    made: list[Act] = []
    findings: list[Finding] = []
    for act in acts:
        if isinstance(act, Draft):
            own, outcome = _foreseen(cache, act, number, worker, now)
            made.append(own)
            findings += outcome.findings
        elif isinstance(act, Linking):
            links = [draft for draft in act.drafts if draft.order_no == number]
            made += links
            for link in links:
                findings += _foreseen(cache, link, number, worker, now)[1].findings
        else:
            made.append(act)
            findings += _foreseen_here(cache, act, number, now)
    return made, Outcome(number, tuple(findings))


def _foreseen_here(
    cache: Cache, act: Shelving | Shortlisting, number: str, now: datetime
) -> list[Finding]:
    """Why an order cannot be put where the act puts it; such acts stay on this desk."""
    if standing_of(cache, number) in (None, LEFT):
        return [Finding(reason="order_left")]
    if isinstance(act, Shelving) and act.until is not None:
        reason = why_it_stays(cache, number, act.until, now)
        return [] if reason is None else [reason]
    return []


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
    cache: Cache, acts: Sequence[Act], number: str, worker: Worker, now: datetime, batch: int
) -> Outcome:
    made, outcome = _foreseen_all(cache, acts, number, worker, now)
    if outcome.refused:
        return outcome
    findings: list[Finding] = []
    for act in made:
        if isinstance(act, Draft):
            own = replace(act, id=annotate.new_draft(number, act.kind).id)
            written = annotate.write(cache, own, worker, now)
            batches.add(cache, batch, "said", written.annotation.id)
            findings += written.warnings
        elif isinstance(act, Shelving):
            lay = shelf.shelved(cache, number)
            batches.add(cache, batch, "shelved", json.encode((number, lay)).decode())
            if act.until is None:
                shelf.take_down(cache, number)
            else:
                shelf.put_aside(cache, number, act.until, now)
                news.looked_at(cache, number)
        elif isinstance(act, Shortlisting) and act.on != shelf.on_shortlist(cache, number):
            batches.add(cache, batch, "listed" if act.on else "unlisted", number)
            _list(cache, number, now, on=act.on)
    return Outcome(number, tuple(findings))


def _list(cache: Cache, number: str, now: datetime, *, on: bool) -> None:
    if on:
        shelf.list_short(cache, number, now)
    else:
        shelf.unlist(cache, number)


def _taken_back(cache: Cache, item: Item, taken: TakenBack, now: datetime) -> None:
    if item.act == "said":
        _words_taken_back(cache, item.subject, taken, now)
        return
    if item.act == "shelved":
        number, lay = json.decode(item.subject, type=tuple[str, Shelved | None])
        shelf.take_down(cache, number)
        if lay is not None:
            until, since = (datetime.fromtimestamp(at, UTC) for at in (lay.until, lay.shelved_at))
            shelf.put_aside(cache, number, until, since)
            if lay.reason:
                shelf.sent_back(cache, number, lay.reason)
    else:
        _list(cache, item.subject, now, on=item.act == "unlisted")
    taken.put_back += 1


def _words_taken_back(cache: Cache, annotation_id: str, taken: TakenBack, now: datetime) -> None:
    annotation = annotations.read_annotation(cache, annotation_id)
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
