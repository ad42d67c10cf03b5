"""What has come back to its author: the question or the reason, and the words to go on from."""

from datetime import datetime

from msgspec import Struct, structs

from caseworker.cache.drafts import Draft
from caseworker.desk.annotate import draft_of, new_draft
from caseworker.desk.sheet import Entry, Sheet
from caseworker.locale import _, mark
from caseworker.model.annotation import Kind

_REOPENED = ("more_asked", "declined", "lapsed")
"""Where a mark may be written anew from its own words."""

_SAYS = {
    "more_asked": mark("The centre asks: {words}"),
    "declined": mark("{who} declined it: {words}"),
    "refused": mark("The centre refused it: {words}"),
    "reversed": mark("The centre reversed it, so nothing may rest on it any more: {words}"),
    "suspended": mark("The citizen objects, so it is suspended until the centre rules: {words}"),
    "harm": mark("A second look found harm, so it is suspended until the centre rules: {words}"),
    "changed": mark(
        "It has lapsed, for the order changed after it was written:"
        " look again, then write it anew or withdraw it."
    ),
    "ended": mark(
        "It has lapsed, for its time is over: write it anew if it still holds, or withdraw it."
    ),
}


class Reason(Struct, frozen=True):
    """Why a mark is where it is, in a sentence. It holds others' words: pass it through `safe`."""

    words: str
    at: datetime | None = None


def why(sheet: Sheet, entry: Entry) -> Reason | None:
    """Why a mark came back, or fell; None where it did neither."""
    one = entry.annotation
    rulings = [ruled for ruled in sheet.decisions if ruled.annotation_id == one.id]
    match entry.status:
        case "more_asked" | "refused" | "reversed" if rulings:
            last = max(rulings, key=lambda ruled: ruled.decided_at)
            return Reason(_said(entry.status).format(words=last.text.strip()), last.decided_at)
        case "declined":
            reviews = [
                other.annotation
                for other in sheet.entries
                if other.annotation.kind == "review" and other.annotation.target == one.id
            ]
            last_review = reviews[-1]
            told = _said("declined").format(who=last_review.author, words=last_review.text.strip())
            return Reason(told, last_review.written_at)
        case "suspended":
            contest = [made for made in sheet.contests if made.annotation_id == one.id][-1]
            what = "harm" if contest.source == "recheck" else "suspended"
            told = _said(what).format(words=contest.text.strip())
            return Reason(told, contest.entered_at)
        case "lapsed":
            changed = 0 < one.order_revision < sheet.order.substance_revision
            return Reason(_said("changed" if changed else "ended"))
        case _:
            return None


def _said(what: str) -> str:
    return _(_SAYS[what])


def reopened(sheet: Sheet, kind: Kind, author: str, earlier: tuple[str, ...] = ()) -> Draft | None:
    """A draft with the words of one's own latest mark of a kind that came back; else None.

    With `earlier`, the mark that names one of these orders.
    """
    for entry in reversed(sheet.entries):
        one = entry.annotation
        if one.kind != kind or one.author != author:
            continue
        if earlier and not set(earlier) & set(one.earlier):
            continue
        if entry.status not in _REOPENED:
            return None
        fresh = new_draft(one.order_no, kind)
        return structs.replace(draft_of(one, fresh.id), supersedes=one.id)
    return None


def on_top(sheet: Sheet, draft: Draft) -> str:
    """The question or the reason that stands above a draft which writes a mark anew."""
    for entry in sheet.entries:
        if draft.supersedes and entry.annotation.id == draft.supersedes:
            reason = why(sheet, entry)
            return "" if reason is None else reason.words
    return ""
