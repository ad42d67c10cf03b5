"""What stands below each field: what is missing, what the rules warn of, what was looked up."""

from collections.abc import Iterable, Iterator

from caseworker.cache.drafts import Draft
from caseworker.cache.evidence import whereabouts
from caseworker.cache.orders import read_order, standing_of
from caseworker.cache.standing import CLOSED
from caseworker.desk.annotate import find_order
from caseworker.desk.deadline import explain
from caseworker.desk.deadline_words import clock_line
from caseworker.desk.observed import is_ahead
from caseworker.desk.review import safeguards_on
from caseworker.desk.wording import captioned, evidence_words, reach_words, sentence
from caseworker.locale import _, language
from caseworker.model.annotation import Annotation
from caseworker.model.rules import Finding
from caseworker.model.trouble import Trouble
from screens.compose.form import EVIDENCE, evidence_asked, field_of, is_demanded, value_of
from screens.keys import BY_ID
from screens.lines import Piece, Tone, piece
from screens.moments import at, day_and_time, left_until, weekday
from screens.queue.row import short_number
from screens.seat import Seat

MISSING = frozenset(
    {
        "code_missing",
        "earlier_missing",
        "route_missing",
        "review_without_verdict",
        "place_missing",
        "observed_unclear",
        "observed_ahead",
        "template_open",
    }
)
"""Refusals that only say that something is still to be done."""


_IN_THE_WINDOW = frozenset({"return_window_closed", "return_window_closing"})
"""What the line with the objection's own clock says already."""


def notes(
    seat: Seat, draft: Draft, targets: Iterable[Annotation], findings: Iterable[Finding]
) -> dict[str, list[Piece]]:
    """Field → what stands below it; "" holds what belongs to no field."""
    told: dict[str, list[Piece]] = {}
    _say_what_is_known(seat, draft, targets, told)
    for finding in findings:
        if finding.reason in ("evidence_missing", *_IN_THE_WINDOW):
            continue
        words = sentence(finding.reason, finding.params, seat.taxonomy)
        tone: Tone = "warning"
        if finding.reason == "text_missing":
            words = _("not written yet")
        elif finding.severity == "refuse" and finding.reason not in MISSING:
            tone = "danger"
        told.setdefault(field_of(finding), []).append(piece(words, tone))
    return told


def _say_what_is_known(
    seat: Seat, draft: Draft, targets: Iterable[Annotation], told: dict[str, list[Piece]]
) -> None:
    taxonomy = seat.taxonomy
    code = taxonomy.codes.get(draft.code)
    if draft.kind == "objection":
        told["code"] = list(_window(seat, draft))
    if code is not None:
        basis = _("Basis: {basis}").format(basis=code.basis.in_language(language()))
        # A context rests on nothing but what is known: what it is for helps more.
        meaning = code.definition.in_language(language())
        words = meaning if draft.kind == "context" else basis
        told.setdefault("code", []).append(piece(words, "dim"))
        told["earlier"] = [
            piece(words, "dim")
            for number in draft.earlier
            if code.needs_order and (words := _looked_up(seat, number))
        ]
    files = [said for said in draft.evidence if said.file is not None]
    with_files = {f"{EVIDENCE}{said.kind}" for said in files}
    for field in evidence_asked(draft, taxonomy):
        if not is_demanded(field, draft, taxonomy):
            told[field.name] = [piece(_("good to have: {what}").format(what=field.hint), "dim")]
        elif value_of(draft, field.name).strip() or field.name in with_files:
            told[field.name] = [piece(field.hint, "dim")]
        else:
            told[field.name] = [piece(_("missing: {what}").format(what=field.hint), "warning")]
    for said in files:
        told.setdefault(f"{EVIDENCE}{said.kind}", []).append(
            piece(evidence_words(said, taxonomy), "accent")
        )
    if draft.observed_at is not None and not is_ahead(draft.observed_at, seat.now()):
        seen = draft.observed_at.astimezone(seat.now().tzinfo)
        moment = f"{day_and_time(seen, seat.now())} {weekday(seen)}"
        told["observed"] = [piece(_("understood as {moment}").format(moment=moment), "dim")]
    if draft.about.kind == "matter":
        every = _("Shown again on every order that a repeat joins with this one.")
        told["about"] = [piece(every, "dim")]
    if draft.about.kind == "place" and draft.about.name.strip():
        told["place"] = [piece(reach_words(draft.about.name), "dim")]
    for target in targets:
        if target.id == draft.target:
            told["target"] = _proposal(target, seat)


def _window(seat: Seat, draft: Draft) -> Iterator[Piece]:
    """Until when the dispatch may be objected to: the objection's own clock."""
    order = read_order(seat.cache, draft.order_no)
    if order is None:
        return
    explanation = explain(seat.cache, order, seat.now())
    window = explanation.return_window
    if window is None:
        yield piece(_("Until when the dispatch may be objected to is not known."), "dim")
        return
    left = window.seconds_left
    tone: Tone = "dim" if left is None else "danger" if left < 0 else left_until(left)[1]
    yield piece(clock_line(window, explanation), tone)


def _looked_up(seat: Seat, number: str) -> str:
    try:
        order = find_order(seat.cache, number)
    except Trouble:
        return ""
    done = standing_of(seat.cache, order.order_no) == CLOSED
    parts = (
        short_number(order.order_no),
        order.title,
        order.address,
        at(order.received_at, seat.now()),
        _("closed") if done else _("under way"),
    )
    return "  ".join(part for part in parts if part)


def _proposal(target: Annotation, seat: Seat) -> list[Piece]:
    """What the proposal says, so that nobody endorses it unread."""
    told = [
        piece(f"{target.author}  {at(target.written_at, seat.now())}", "dim"),
        piece(target.text),
    ]
    where = whereabouts(seat.cache, target)
    for said in target.evidence:
        told.append(piece(evidence_words(said, seat.taxonomy)))
        away = "here" if said.file is None else where[said.file.sha256]
        if away == "awaited":
            told.append(piece(_("This file is still on its way from its author."), "warning"))
        elif away == "elsewhere":
            key = BY_ID["dialog.file"].name
            words = _("This file is at the hub:  {key}  fetches it, look at it before you endorse.")
            told.append(piece(words.format(key=key), "warning"))
    told += [piece(words, "dim") for words in safeguards_on(seat.cache, target)]
    told += [
        piece(captioned(name, words))
        for name, words in (
            (_("earlier"), "  ".join(target.earlier)),
            (_("unit"), target.suggested_unit),
            (_("route"), target.route),
        )
        if words
    ]
    if target.tell_citizen:
        told.append(piece(captioned(_("to citizen"), target.tell_citizen), "accent"))
    return told
