"""What a worker says about an order: checked by the rules, then saved and queued as one act."""

from datetime import datetime

from msgspec import Struct, ValidationError, convert, structs

from caseworker.cache import annotations, drafts, evidence, orders, outbox, settings
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.desk import assembly, carried, observed
from caseworker.desk.fallen import rests_on
from caseworker.desk.wording import sentence
from caseworker.desk.worker import Worker
from caseworker.locale import _
from caseworker.model.annotation import TEXT_MAX, Annotation, Kind
from caseworker.model.evidence import files_of
from caseworker.model.order import WorkOrder
from caseworker.model.rules import Facts, Finding, check, refusals, too_long
from caseworker.model.taxonomy import Taxonomy
from caseworker.model.trouble import Trouble
from caseworker.text.door import NotAdmitted, admit


class Refused(Trouble):
    """The rules refuse the annotation; the sentence names every reason, `findings` holds them."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(" ".join(sentence(finding.reason, finding.params) for finding in findings))
        self.findings = findings


class Written(Struct, frozen=True):
    """A saved annotation and the rules' warnings about it."""

    annotation: Annotation
    warnings: list[Finding]


def new_draft(order_no: str, kind: Kind) -> Draft:
    """An empty draft; its id becomes the annotation's id, so that a repeated save is one."""
    return Draft(id=_new_id(), order_no=order_no, kind=kind)


def drafts_for(cache: Cache, order_no: str, kind: Kind) -> list[Draft]:
    """The drafts of that kind on an order, the latest first."""
    kept = [saved.draft for saved in drafts.drafts(cache, order_no)]
    return [draft for draft in kept if draft.kind == kind]


def with_whole_numbers(cache: Cache, draft: Draft, taxonomy: Taxonomy) -> Draft:
    """The draft with the earlier orders' whole numbers where their last digits were typed."""
    code = taxonomy.codes.get(draft.code)
    if code is not None and not code.needs_order:
        return draft
    return structs.replace(
        draft, earlier=tuple(_whole_number(cache, number) for number in draft.earlier)
    )


def _whole_number(cache: Cache, number: str) -> str:
    try:
        return find_order(cache, number).order_no
    except Trouble:
        return number


def keep_draft(cache: Cache, draft: Draft, now: datetime) -> bool:
    """Put a draft on the disk; one without a word is forgotten. Whether it was kept."""
    own = assembly.own_words(cache, draft)
    typed = (
        own.text,
        own.tell_citizen,
        own.route,
        own.suggested_unit,
        own.observed,
        *own.earlier,
    )
    if any(words.strip() for words in typed) or draft.evidence:
        drafts.save_draft(cache, draft, now)
        return True
    drafts.drop_draft(cache, draft.id)
    return False


def keep_refused(cache: Cache, draft: Draft, now: datetime) -> str:
    """Keep a draft that the rules refuse; the id under which it is kept.

    The same words said again, by a script for instance, are kept once.
    """
    for kept in drafts_for(cache, draft.order_no, draft.kind):
        if structs.replace(kept, id=draft.id) == draft:
            return kept.id
    drafts.save_draft(cache, draft, now)
    return draft.id


def find_order(cache: Cache, number: str) -> WorkOrder:
    """The order of that number, or the only one that ends in it.

    Raises `Trouble` where there is none, or more than one.
    """
    order = orders.read_order(cache, number)
    if order is not None:
        return order
    endings = list(orders.numbers_ending(cache, number)) if len(number) >= _TAIL_MIN else []
    if len(endings) > 1:
        raise Trouble(_("Several orders end in that number: type more digits."))
    found = orders.read_order(cache, endings[0]) if endings else None
    if found is None:
        raise Trouble(
            _("No order of that number is on this desk: check the number, or sync first.")
        )
    return found


_TAIL_MIN = 4


def _new_id() -> str:
    # Importing uuid6 costs as much as opening the cache: not before the first painted row.
    from uuid6 import uuid7

    return str(uuid7())


def examine(cache: Cache, draft: Draft, worker: Worker, now: datetime) -> list[Finding]:
    """What the rules say of a draft as it stands, refusals first; nothing is written."""
    return _examined(cache, draft, worker, now)[1]


def _examined(
    cache: Cache, draft: Draft, worker: Worker, now: datetime
) -> tuple[Annotation, list[Finding]]:
    annotation, order = _composed(cache, draft, worker, now)
    findings = check(
        annotation, settings.taxonomy(cache), _facts(cache, annotation, order, worker, now)
    )
    findings += [
        Finding(
            reason="rests_on_reversed",
            severity="warn",
            field="earlier" if one.order_no in annotation.earlier else "code",
            params={"order": one.order_no, "code": one.code},
        )
        for one in rests_on(cache, annotation)
    ]
    # A draft holds more than an annotation may: what was typed and is not understood yet.
    return annotation, [*_still_open(draft, now), *findings]


def _still_open(draft: Draft, now: datetime) -> list[Finding]:
    found = []
    if draft.observed.strip() and draft.observed_at is None:
        found.append(Finding(reason="observed_unclear", field="observed"))
    elif draft.observed_at is not None and observed.is_ahead(draft.observed_at, now):
        when = {"when": draft.observed_at.isoformat()}
        found.append(Finding(reason="observed_ahead", field="observed", params=when))
    if draft.about.kind == "place" and not draft.about.name.strip():
        found.append(Finding(reason="place_missing", field="place"))
    left_open = [opening for opening in draft.openings if opening in draft.text]
    if left_open:
        names = {"names": " ".join(left_open)}
        found.append(Finding(reason="template_open", field="text", params=names))
    return found


def write(cache: Cache, draft: Draft, worker: Worker, now: datetime) -> Written:
    """Turn a draft into an annotation: checked, saved and queued in one transaction.

    When this returns, the words are durable. The draft is gone, and a refused annotation that
    it supersedes is settled as a note. Raises `Refused`; the draft stays then.
    """
    annotation, findings = _examined(cache, draft, worker, now)
    if refused := refusals(findings):
        raise Refused(refused)
    with cache.writing():
        outbox.put_in_outbox(cache, annotation, now)
        carried.place_pending(cache)
        drafts.drop_draft(cache, draft.id)
        if draft.supersedes:
            outbox.keep(cache, draft.supersedes, now)
    return Written(annotation, findings)


def undo(cache: Cache, annotation_id: str, now: datetime) -> Draft | None:
    """Take back an own annotation that no hub can have seen; its words become a draft again.

    None where it was sent already: then it is to be withdrawn.
    """
    annotation = annotations.read_annotation(cache, annotation_id)
    if annotation is None:
        return None
    draft = draft_of(annotation, annotation.id)
    with cache.writing():
        if not outbox.drop_unsent(cache, annotation_id):
            return None
        drafts.save_draft(cache, draft, now)
    return draft


def undo_last(cache: Cache, order_no: str, now: datetime) -> Draft | None:
    """Take back the latest own words about an order that no hub can have seen; None without any."""
    own = outbox.items_of(cache, order_no)
    unsent = [annotation_id for annotation_id, item in own.items() if item.state == "waiting"]
    return undo(cache, unsent[-1], now) if unsent else None


def rewrite(cache: Cache, annotation_id: str, now: datetime) -> Draft | None:
    """A new draft with the words of a refused annotation, which it will supersede."""
    item = outbox.item(cache, annotation_id)
    if item is None or item.state != "refused":
        return None
    draft = structs.replace(draft_of(item.annotation, _new_id()), supersedes=item.annotation.id)
    drafts.save_draft(cache, draft, now)
    return draft


def count_drafts(cache: Cache) -> int:
    """How many drafts this desk keeps."""
    return len(drafts.drafts(cache))


def draft_of(annotation: Annotation, draft_id: str) -> Draft:
    """A draft that holds an annotation's words."""
    shared = set(Draft.__struct_fields__) & set(Annotation.__struct_fields__) - {"id"}
    seen = annotation.observed_at
    return Draft(
        id=draft_id,
        observed="" if seen is None else f"{seen.astimezone():%Y-%m-%d %H:%M}",
        **{name: getattr(annotation, name) for name in shared},
    )


def _composed(
    cache: Cache, draft: Draft, worker: Worker, now: datetime
) -> tuple[Annotation, WorkOrder | None]:
    order = orders.read_order(cache, draft.order_no)
    _admit_texts(draft)
    fields = structs.asdict(draft) | {
        "order_revision": order.revision if order is not None else 0,
        "author": worker.name,
        "device": worker.device,
        "written_at": now,
    }
    try:
        return convert(fields, Annotation), order
    except ValidationError as error:
        # Typed words that no wire message takes; the codes and ids were made here.
        raise Trouble(
            _("A line is too long: an order number has at most 64 characters, others 2000.")
        ) from error


def _admit_texts(draft: Draft) -> None:
    texts = [
        ("text", draft.text),
        ("tell_citizen", draft.tell_citizen),
        ("route", draft.route),
        ("suggested_unit", draft.suggested_unit),
        ("place", draft.about.name),
        *(("earlier", number) for number in draft.earlier),
        *(("evidence", statement.text) for statement in draft.evidence),
    ]
    for field, text in texts:
        try:
            admit(text, most=TEXT_MAX)
        except NotAdmitted as refused:
            if refused.reason == "too_long":
                raise Refused([too_long(field)]) from refused
            raise Trouble(
                _("The text holds a character that no computer can show: type it anew.")
            ) from refused


def _facts(
    cache: Cache, annotation: Annotation, order: WorkOrder | None, worker: Worker, now: datetime
) -> Facts:
    target = annotations.read_annotation(cache, annotation.target) if annotation.target else None
    where = {} if target is None else evidence.whereabouts(cache, target)
    files = [] if target is None else files_of(target)
    return Facts(
        now=now,
        order=order,
        standing=tuple(annotations.standing_annotations(cache, annotation.order_no)),
        target=target,
        awaited=tuple(file.name for file in files if where[file.sha256] == "awaited"),
        earlier_of=lambda number: annotations.earlier_of(cache, number),
        knows_order=lambda number: orders.holds(cache, number),
        roles=worker.roles,
    )
