"""Texts put together from what is known: what a citizen will be told, what the centre is told.

The sentences come with the reason codes (`Code.draft`), so that a city can write its own. A
sentence whose fill-in is not known yet is left out. What was put together follows the form until
its author changes a word of it; from then on it is theirs, and stays as they wrote it.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec import structs

from caseworker.cache import annotations, orders, settings
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.desk.wording import code_label
from caseworker.desk.worker import worker
from caseworker.locale import _, language, mark
from caseworker.model.annotation import TEXT_MAX, Kind
from caseworker.model.taxonomy import Code
from caseworker.model.zone import HOTLINE_ZONE
from caseworker.text.mask import mask_inside

FIELD: Final[Mapping[Kind, str]] = {"unreasonable": "tell_citizen", "objection": "text"}
"""Kind of draft → the field whose text is put together."""

_FIRST: Final[Mapping[Kind, tuple[str, ...]]] = {
    "unreasonable": (
        mark("Hello. On {received} you told us: “{title}” (order …{tail})."),
        mark("We have looked into it."),
    ),
    "objection": (
        mark("Order {number}, “{title}”."),
        mark("It was dispatched to {unit} on {dispatched}."),
        mark("We object to the dispatch: {label}."),
    ),
}

_LAST: Final[Mapping[Kind, tuple[str, ...]]] = {
    "unreasonable": (
        mark(
            "If you see it otherwise, or something new has come up, tell the hotline: you can"
            " object, and it will be looked at again."
        ),
    ),
    "objection": (
        mark("Asked already: {asked}."),
        mark("Suggested unit: {suggested_unit}."),
        mark("The legal route that is open: {route}."),
        mark("What the street knows: {contexts}."),
        mark("Basis: {basis}."),
    ),
}


def assembled(cache: Cache, draft: Draft) -> str:
    """The text for a draft as it stands; empty without a code that has one."""
    code = settings.taxonomy(cache).codes.get(draft.code)
    if code is None or draft.kind not in FIELD or code.kind != draft.kind:
        return ""
    facts = _facts(cache, draft, code)
    kept: list[str] = []
    used: set[str] = set()
    for sentence in _sentences(draft.kind, code):
        names = set(_NAME.findall(sentence))
        # What a sentence of the code has said already is not said again at the end.
        if all(facts.get(name) for name in names) and not (names and names <= used):
            kept.append(_NAME.sub(lambda found: facts[found[1]], sentence))
            used |= names
    between = "" if language().startswith("zh") else " "
    return between.join(kept)[:TEXT_MAX]


def followed(cache: Cache, before: Draft, after: Draft) -> Draft:
    """`after`, its text put together anew where it was so before and nobody changed it since."""
    field = FIELD.get(after.kind)
    if field is None:
        return after
    text: str = getattr(after, field)
    fresh = not text.strip() and before.code != after.code
    if not fresh and text != assembled(cache, before):
        return after
    return structs.replace(after, **{field: assembled(cache, after)})


def for_another(cache: Cache, draft: Draft, order_no: str) -> Draft:
    """The same draft for another order: a text that was put together speaks of that one."""
    return followed(cache, draft, structs.replace(draft, order_no=order_no))


def own_words(cache: Cache, draft: Draft) -> Draft:
    """The draft without a text that nobody has changed a word of."""
    field = FIELD.get(draft.kind)
    if field is None or getattr(draft, field) != assembled(cache, draft):
        return draft
    return structs.replace(draft, **{field: ""})


def _sentences(kind: Kind, code: Code) -> Iterator[str]:
    yield from map(_, _FIRST[kind])
    yield from (words.in_language(language()) for words in code.draft)
    if kind == "unreasonable":
        yield _("The rule: {clause}.")
    if code.stays_open is not None:
        yield code.stays_open.in_language(language())
    yield from map(_, _LAST[kind])


def _facts(cache: Cache, draft: Draft, code: Code) -> dict[str, str]:
    """Fill-in → words; those that are not known are missing or empty."""
    order = orders.read_order(cache, draft.order_no)
    facts = {
        said.kind: said.text or (said.file.name if said.file else "") for said in draft.evidence
    }
    facts |= {
        "number": draft.order_no,
        "tail": draft.order_no[-6:],
        "label": code_label(draft.code, settings.taxonomy(cache)),
        "basis": code.basis.in_language(language()),
        "suggested_unit": draft.suggested_unit,
        "route": draft.route,
        "contexts": _("; ").join(_contexts(cache, draft.order_no)),
    }
    if order is not None:
        facts |= {
            "title": mask_inside(order.title),
            "place": order.address,
            "received": _day(order.received_at),
            "dispatched": _day(order.dispatched_at),
            "unit": worker(cache).unit_name or order.unit,
        }
    return {name: " ".join(words.split()).rstrip("。．.；; ") for name, words in facts.items()}


def _contexts(cache: Cache, order_no: str) -> Iterator[str]:
    for said in annotations.standing_annotations(cache, order_no):
        if said.kind == "context":
            yield mask_inside(" ".join(said.text.split()).rstrip("。. "))


def _day(moment: datetime | None) -> str:
    if moment is None:
        return ""
    here = moment.astimezone(HOTLINE_ZONE)
    return _("{year}-{month:02}-{day:02}").format(year=here.year, month=here.month, day=here.day)


_NAME: Final = re.compile(r"\{(\w+)\}")
