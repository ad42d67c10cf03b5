"""What a worker has begun to write: all of it, with what each draft still misses."""

from datetime import datetime

from msgspec import Struct

from caseworker.cache import drafts, settings
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.desk import annotate
from caseworker.desk.wording import sentence
from caseworker.desk.worker import Worker
from caseworker.locale import _
from caseworker.model.annotation import Kind
from caseworker.model.rules import refusals
from caseworker.model.trouble import Trouble


class Begun(Struct, frozen=True):
    """A draft, and what stands between it and being saved."""

    draft: Draft
    saved_at: int
    """Seconds since 1970."""
    misses: list[str]
    """Sentences in the user's language, empty where it can be saved as it is."""


def begun(
    cache: Cache,
    worker: Worker,
    now: datetime,
    *,
    order_no: str | None = None,
    kind: Kind | None = None,
) -> list[Begun]:
    """The drafts of this desk, or of one order, or of one kind on it; the latest first."""
    return [
        Begun(kept.draft, kept.saved_at, _misses(cache, kept.draft, worker, now))
        for kept in drafts.drafts(cache, order_no)
        if kind is None or kept.draft.kind == kind
    ]


def first_words(draft: Draft) -> str:
    """The words by which one draft is told from another of its kind on the same order."""
    written = (
        draft.text,
        draft.tell_citizen,
        *(said.text for said in draft.evidence),
        draft.suggested_unit,
        draft.route,
        " ".join(draft.earlier),
        draft.observed,
    )
    return next((" ".join(words.split()) for words in written if words.strip()), "")


def throw_away(cache: Cache, draft: Draft) -> None:
    """Forget a draft that its author wants no more; `annotate.keep_draft` brings it back."""
    drafts.drop_draft(cache, draft.id)


def _misses(cache: Cache, draft: Draft, worker: Worker, now: datetime) -> list[str]:
    taxonomy = settings.taxonomy(cache)
    whole = annotate.with_whole_numbers(cache, draft, taxonomy)
    try:
        found = refusals(annotate.examine(cache, whole, worker, now))
    except Trouble as trouble:
        return [str(trouble)]
    return [
        _("not written yet")
        if finding.reason == "text_missing"
        else sentence(finding.reason, finding.params, taxonomy)
        for finding in found
    ]
