"""The sentences and labels for the keys of the rules, the hub and the outbox.

Each sentence says what to do, in the user's language. Nothing of an order's text is in them; the
fill-ins come from a hub or from what was typed, so they pass `safe` like any other text.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from caseworker.locale import _, language, mark
from caseworker.model.annotation import ContestSource, Statement
from caseworker.model.taxonomy import Taxonomy, built_in
from caseworker.text.safe import safe


def sentence(reason: str, params: Mapping[str, str], taxonomy: Taxonomy | None = None) -> str:
    """What a reason of `caseworker.model.rules` or of the hub means, and what to do about it.

    A reason that this version does not know, from a newer hub, gets a general sentence that
    shows the key; a fill-in that is missing shows as "…".
    """
    fill_ins = _FillIns({name: safe(value) for name, value in params.items()})
    if reason not in _SENTENCES:
        fill_ins["reason"] = safe(reason)
    if "kind" in params:
        fill_ins["evidence"] = safe(evidence_label(params["kind"], taxonomy or built_in()))
    if "successor" in params:
        fill_ins["successor"] = code_label(params["successor"], taxonomy or built_in())
    if "when" in params:
        fill_ins["when"] = safe(_local_time(params["when"]))
    return _(_SENTENCES.get(reason, _UNKNOWN)).format_map(fill_ins)


def kind_label(kind: str) -> str:
    """The name of a kind of annotation."""
    return _label(_KINDS, kind)


def ruling_label(ruling: str) -> str:
    """The name of a ruling of the centre."""
    return _label(_RULINGS, ruling)


def contest_label(source: ContestSource) -> str:
    """Who contests a mark."""
    return _label(_CONTESTS, source)


def status_label(status: str) -> str:
    """Where a proposal stands, as `caseworker.model.status` says it."""
    return _label(_STATUSES, status)


def outbox_label(state: str) -> str:
    """Where an own annotation is on its way, as `caseworker.cache.outbox` says it."""
    return _label(_OUTBOX, state)


def code_label(code: str, taxonomy: Taxonomy) -> str:
    """A reason code with its name, or the code alone where the taxonomy does not know it."""
    known = taxonomy.codes.get(code)
    return safe(code if known is None else f"{code} {known.label.in_language(language())}")


def evidence_label(kind: str, taxonomy: Taxonomy) -> str:
    """What a kind of evidence is, or the kind itself where the taxonomy does not know it."""
    words = taxonomy.evidence.get(kind)
    return safe(kind if words is None else words.in_language(language()))


def reach_words(place: str) -> str:
    """On which orders a context about a place will be shown again."""
    # Reading a place takes lists of words that only a composer needs.
    from caseworker.repeats.places import reach

    kind = reach(place)
    name = "WORDS" if kind is None else kind.name
    return _(_REACHES[name])


def captioned(name: str, words: str) -> str:
    """Words with what they are before them, joined by the colon of the language."""
    return _("{name}: {words}").format(name=name, words=words)


def orders_words(count: int) -> str:
    """So many orders."""
    return _("1 order") if count == 1 else _("{count} orders").format(count=count)


def evidence_words(said: Statement, taxonomy: Taxonomy) -> str:
    """A piece of evidence in a line: its kind, its words, and the name of its file."""
    parts = [said.text] if said.text.strip() else []
    if said.file is not None:
        size = max(said.file.size // 1024, 1)
        parts.append(_("file {name}, {size} KB").format(name=said.file.name, size=size))
    return safe(captioned(evidence_label(said.kind, taxonomy), "  ".join(parts)), newlines=True)


class _FillIns(dict[str, str]):
    """Fill-ins of a sentence: what a hub left out shows as an ellipsis."""

    def __missing__(self, name: str) -> str:
        return "…"


def _label(labels: Mapping[str, str], key: str) -> str:
    return _(labels[key]) if key in labels else safe(key)


def _local_time(when: str) -> str:
    try:
        return datetime.fromisoformat(when).astimezone().strftime("%m-%d %H:%M")
    except (ValueError, OverflowError):
        return when


_SENTENCES: Final[Mapping[str, str]] = {
    # The code.
    "code_missing": mark("Choose a reason code."),
    "code_unknown": mark("There is no reason code {code}: choose one from the list."),
    "code_retired": mark("Reason code {code} is no longer in force: choose another one."),
    "code_replaced": mark(
        "Reason code {code} is no longer in force: {successor} has taken its place."
    ),
    "code_of_other_kind": mark(
        "Reason code {code} belongs to another kind of mark: choose one of this kind."
    ),
    # The words and the evidence.
    "text_missing": mark("Say in your own words why."),
    "text_too_long": mark("The text is too long: shorten it to {max} characters."),
    "text_vague": mark(
        "These words judge the person and give no grounds:"
        " say what is asked for, and what stands against it."
    ),
    "evidence_missing": mark("{code} needs evidence: {evidence}. Give it as  --evidence {kind}=…"),
    "evidence_persons": mark(
        "Name {count} different persons who can vouch for it ({evidence}), parted by commas."
    ),
    "evidence_undated": mark("No day stands in it ({evidence}): write it as 2026-12-20."),
    # What a context is about, and when it was seen.
    "observed_unclear": mark(
        "This is no time that the desk understands: write it as yesterday 15:00, 11-23, 2h ago."
    ),
    "observed_ahead": mark(
        "{when} is still to come: say when it was seen, and what is to come in the words."
    ),
    "template_open": mark("Still open: {names}. Fill it in, or delete it."),
    "place_missing": mark("Name the place, or choose this order alone."),
    # The links of a repeat.
    "earlier_missing": mark("Name the earlier order that this one repeats."),
    "earlier_is_itself": mark("An order cannot repeat itself: name an earlier one."),
    "earlier_makes_circle": mark(
        "{order} is itself marked as a repeat of this order:"
        " withdraw that mark first, or name another order."
    ),
    "earlier_unknown": mark(
        "Order {order} is not on this desk: check the number; the hub will check it too."
    ),
    "rests_on_reversed": mark(
        "{code} on order {order} was reversed by the centre: say why this holds without it."
    ),
    # An objection.
    "route_missing": mark("Name the unit whose duty it is, or the legal route that is open."),
    "return_window_closed": mark(
        "The time to object ended at {when}: tell the centre why it is late."
    ),
    "return_window_closing": mark("The time to object ends at {when}: sync before then."),
    # The locks.
    "locked_urgent": mark(
        "This order is urgent, so {code} cannot be used:"
        " handle it first, and add context if the centre should look again."
    ),
    "locked_safety": mark(
        "This order speaks of safety ({word}), so {code} cannot be used:"
        " have it checked, and add context with what was found."
    ),
    "locked_secret": mark(
        "This order is secret, so {code} cannot be used:"
        " handle it first, and add context if the centre should look again."
    ),
    # Files of evidence.
    "evidence_type_unknown": mark(
        "{file} cannot be evidence: give a photograph (jpg, png, webp), pdf, docx, xlsx or txt."
    ),
    "evidence_not_its_type": mark(
        "{file} is not what its name says: open it, save it anew, and add that file."
    ),
    "evidence_empty": mark("{file} is empty: choose the file that holds something."),
    "evidence_too_large": mark("{file} is larger than {max} MB: make it smaller, or split it."),
    "evidence_differs": mark(
        "The file changed on its way or on the disk: add it again, and write the proposal anew."
    ),
    "evidence_full": mark(
        "The hub has no room left for your unit's evidence: tell who runs the hub."
    ),
    "evidence_unknown": mark("The hub does not have this file yet: it will be asked for again."),
    "offset_differs": mark("The file goes on from another place: it will be sent by itself."),
    "evidence_too_many": mark("That is more than {max} files: leave some out, or join them."),
    # Reviews and withdrawals.
    "target_unknown": mark("What this is about is not on this desk: check the id, or sync first."),
    "target_of_other_order": mark(
        "That annotation belongs to another order: open it there and try again."
    ),
    "target_needs_no_review": mark("Only proposals are reviewed: choose a proposal."),
    "review_of_own": mark("Nobody reviews their own proposal: ask a colleague."),
    "review_without_verdict": mark("Endorse or decline: choose one."),
    "review_before_evidence": mark(
        "Its evidence is still on its way ({files}): endorse it once it is here, or decline it."
    ),
    "review_needs_lead": mark(
        "This proposal needs a lead's endorsement: ask a lead, or decline it."
    ),
    "withdrawal_of_others": mark("Only the author can withdraw this: ask them, or write a review."),
    "target_is_withdrawal": mark("A withdrawal cannot be withdrawn: write it anew instead."),
    "review_first": mark(
        "A second person must endorse this before the centre rules: tell a colleague."
    ),
    "second_reader": mark("A lead must endorse this before the centre rules: tell a lead."),
    # An act on many orders.
    "one_by_one": mark(
        "{code} can hurt a citizen, so it is never done to several orders at once:"
        " open this one and read it first."
    ),
    "nothing_alike": mark("Nothing like it stands on this order: there is nothing to do."),
    # The shelf.
    "shelf_closed": mark("A closed order needs no shelf: it is not in today's queue."),
    "shelf_safety": mark("This order speaks of danger: it stays in the queue."),
    "shelf_deadline": mark("Its own deadline is {when}, before that day: name an earlier one."),
    "shelf_return_window": mark(
        "It can be objected to until {when}, before that day: object first."
    ),
    # What only the hub can say.
    "order_unknown": mark("The hub does not have this order yet: it will be sent again by itself."),
    "order_left": mark(
        "The order has left your unit: keep this as a note, or pass it on to its new unit."
    ),
    "target_not_here": mark(
        "The hub waits for what this is about: it will be sent again by itself."
    ),
    "target_refused": mark(
        "The hub refused what this is about, so this is not sent: settle both, or write them anew."
    ),
    "id_taken": mark(
        "The hub holds other words under the same id: write it anew, and tell who runs the hub."
    ),
    "not_in_scope": mark("This order is not in your unit's care: keep this as a note."),
    "role_missing": mark(
        "Your role may not do this: ask a colleague who may, or the hub's keeper."
    ),
    "author_differs": mark(
        "This was written under another name than this desk's: write it anew as yourself."
    ),
    "taxonomy_retired": mark(
        "The list of reasons has changed: sync, then choose the reason code again."
    ),
    "malformed": mark("The hub could not read this: write it anew, or update caseworker."),
    # What stops a whole request.
    "token_missing": mark("This desk is not enrolled: enrol it with a code from the hub."),
    "token_unknown": mark("The hub does not know this desk: enrol it with a new code."),
    "token_expired": mark("This desk's enrolment has run out: enrol it with a new code."),
    "token_revoked": mark("This desk's enrolment was revoked: ask who runs the hub."),
    "enrolment_unknown": mark("The hub does not know this code: check it, or ask for a new one."),
    "enrolment_used": mark("This code was used before: ask for a new one."),
    "enrolment_expired": mark("This code has run out: ask for a new one."),
    "cursor_invalid": mark("The hub lost this desk's place in the feed: all is pulled again."),
    "too_many_requests": mark("The hub asks to wait: it will be tried again by itself."),
    "too_large": mark("This is more than the hub takes at once: shorten it."),
    "encoding_unsupported": mark("The hub takes nothing compressed: send it as it is."),
    "method_not_allowed": mark("The hub does not offer this call: update caseworker."),
    "not_found": mark("The hub has nothing there: check the number and the address."),
    "hub_busy": mark("The hub is busy: it will be tried again by itself."),
    "hub_failed": mark("The hub failed: your words are kept; tell who runs the hub."),
    # What stops a ruling.
    "annotation_unknown": mark("The hub has no annotation of that id: check the id."),
    "not_a_proposal": mark("Only proposals are ruled on: choose a proposal."),
    "proposal_withdrawn": mark("This proposal was withdrawn: there is nothing to rule on."),
    "proposal_lapsed": mark("This proposal has lapsed: ask the street to propose it anew."),
    "endorsement_missing": mark("No second person has endorsed this yet: wait for the review."),
    "lead_endorsement_missing": mark("No lead has endorsed this yet: wait for a lead's review."),
    "already_decided": mark("The centre has ruled on this already: reverse that ruling instead."),
    "nothing_to_reverse": mark("Only a granted proposal can be reversed."),
    "decision_of_own": mark(
        "Nobody rules on what they proposed or reviewed: leave it to a colleague at the centre."
    ),
    "nothing_to_contest": mark("Only a granted mark can be contested: check the id."),
    "contest_waits": mark(
        "This mark is suspended by a contest: grant it anew, or reverse it, with the grounds."
    ),
    "evidence_on_its_way": mark(
        "Evidence of this proposal is still on its way: wait until it is here, then rule."
    ),
    "earlier_not_here": mark(
        "An earlier order that this proposal names is not at the hub: ask for more instead."
    ),
}

_UNKNOWN: Final = mark(
    "The hub gave a reason that this version does not know ({reason}):"
    " your words are kept; update caseworker, or ask who runs the hub."
)

_REACHES: Final[Mapping[str, str]] = {
    "UNIT": mark("Shown again at this entrance of the building."),
    "BUILDING": mark("Shown again at this building."),
    "HOUSE": mark("Shown again at this house number."),
    "CROSSING": mark("Shown again at this crossing."),
    "ESTATE": mark("Shown again in all of this estate."),
    "LANDMARK": mark("Shown again at this landmark."),
    "VILLAGE": mark("Shown again in all of this village."),
    "ROAD": mark("Shown again along all of this road."),
    "WATER": mark("Shown again along this water."),
    "COMMUNITY": mark("Shown again in all of this community."),
    "TOWN": mark("Shown again in all of this street or town: name a narrower place if you can."),
    "WORDS": mark("Shown again only where an address reads exactly like this."),
}

_KINDS: Final[Mapping[str, str]] = {
    "context": mark("Context"),
    "repeat": mark("Repeat"),
    "unreasonable": mark("Unreasonable"),
    "objection": mark("Objection"),
    "review": mark("Review"),
    "withdrawal": mark("Withdrawal"),
}

_RULINGS: Final[Mapping[str, str]] = {
    "granted": mark("Granted"),
    "refused": mark("Refused"),
    "more_asked": mark("More asked"),
    "reversed": mark("Reversed"),
}

_CONTESTS: Final[Mapping[str, str]] = {
    "citizen": mark("the citizen objects to a mark"),
    "recheck": mark("a second look found harm in a mark"),
}

_STATUSES: Final[Mapping[str, str]] = {
    **_RULINGS,
    "noted": mark("Noted"),
    "withdrawn": mark("Withdrawn"),
    "superseded": mark("Written anew"),
    "lapsed": mark("Lapsed"),
    "declined": mark("Declined"),
    "awaiting_review": mark("Awaiting review"),
    "awaiting_centre": mark("Awaiting the centre"),
    "suspended": mark("Suspended"),
}

_OUTBOX: Final[Mapping[str, str]] = {
    "waiting": mark("Waiting"),
    "sending": mark("Being sent"),
    "later": mark("The hub waits"),
    "receipted": mark("Receipted"),
    "refused": mark("Needs you"),
    "kept": mark("Kept as a note"),
}
