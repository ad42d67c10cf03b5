"""Why an order is held for a repeat, in words."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from caseworker.locale import _, mark
from caseworker.model.order import WorkOrder
from caseworker.repeats import place_en, place_zh
from caseworker.repeats.compare import Evidence, Rarity
from caseworker.repeats.keys import KeyKind, key_of
from caseworker.repeats.sides import Spoken, shared_words
from caseworker.text.mask import mask_inside
from caseworker.text.safe import safe


class Reason(Struct, frozen=True, array_like=True):
    """One reason, to be put into words in the user's language."""

    name: str
    words: str = ""
    """What is the same, in citizens' words, masked."""
    number: float = 0.0


def reasons_for(spoken: Spoken, other: Spoken, evidence: Evidence, rarity: Rarity) -> list[Reason]:
    """What speaks for one matter, the weightiest first, then what speaks against it."""
    weighed = [
        (weight, reason)
        for weight, reason in _reasons(spoken, other, evidence, rarity)
        if reason is not None
    ]
    weighed.sort(key=lambda pair: -pair[0])
    return [reason for _weight, reason in weighed]


def sentence(reason: Reason) -> str:
    """A reason in the user's language; safe to show."""
    words = safe(reason.words)
    name = reason.name
    if name == "text" and not words:
        name = "text_only"
    elif name == "days" and round(reason.number) == 1:
        name = "next_day"
    template = _SENTENCES[name]
    return _(template).format(
        words=words,
        place=words,
        category=words,
        share=f"{reason.number:.2f}",
        metres=round(reason.number),
        days=round(reason.number),
    )


def joined(sentences: Iterable[str]) -> str:
    """Sentences in one line; Chinese ones need no space between them."""
    line = ""
    for one in sentences:
        line += one if not line or line.endswith(_NO_SPACE_AFTER) else f" {one}"
    return line


_NO_SPACE_AFTER: Final = ("。", "！", "？")

AGAINST: Final = frozenset({"other_place", "far", "other_subject"})
"""Reasons that speak against one matter."""

_SENTENCES: Final = {
    "previous": mark("The hotline names it as the previous order."),
    "urged": mark("The hotline names it as the order that is urged."),
    "linked": mark("Linked already."),
    "caller": mark("Same caller."),
    "place": mark("Same place: {place}."),
    "address": mark("Addresses alike: {place}."),
    "other_place": mark("They name different places."),
    "near": mark("{metres} m apart on the map."),
    "far": mark("Far apart on the map: {metres} m."),
    "text": mark("Text {share} alike: {words}."),
    "text_only": mark("Text {share} alike."),
    "subject": mark("Same category: {category}."),
    "other_subject": mark("Another category: {category}."),
    "one_day": mark("Within one day."),
    "next_day": mark("One day apart."),
    "days": mark("{days} days apart."),
}


def _reasons(
    spoken: Spoken, heard: Spoken, evidence: Evidence, rarity: Rarity
) -> Iterator[tuple[float, Reason | None]]:
    one, other = spoken.order, heard.order
    if evidence.linked:
        yield evidence.linked, Reason(_link(one, other))
    if evidence.caller > 0:
        yield evidence.caller, Reason("caller")
    yield evidence.place, _place(spoken, heard, evidence)
    if evidence.metres >= 0:
        name = "far" if evidence.near < 0 else "near"
        yield evidence.near, Reason(name, number=evidence.metres)
    if evidence.alike >= _ALIKE_MIN:
        words = shared_words(spoken, heard, rarity)
        yield evidence.text, Reason("text", mask_inside(" ".join(words)), round(evidence.alike, 2))
    category = _category(other)
    if evidence.subject > 0:
        yield evidence.subject, Reason("subject", category)
    elif evidence.subject < 0:
        yield evidence.subject, Reason("other_subject", category)
    if evidence.days >= 0:
        near = Reason("one_day") if evidence.days < 1 else Reason("days", number=evidence.days)
        yield evidence.time, near


def _link(one: WorkOrder, other: WorkOrder) -> str:
    """Who says that they belong together: the hotline, or else a worker's link."""
    if one.order_no == other.urge_no or other.order_no == one.urge_no:
        return "urged"
    by_hotline = one.order_no == other.previous_no or other.order_no == one.previous_no
    return "previous" if by_hotline else "linked"


def _place(spoken: Spoken, heard: Spoken, evidence: Evidence) -> Reason | None:
    if evidence.place < 0:
        return Reason("other_place")
    if not evidence.place and not evidence.shared_places:
        return None
    one, other = spoken.order, heard.order
    named = {
        key: (kind, words)
        for key, kind, words in _named(spoken, heard.place_text)
        if key in evidence.shared_places and kind in _FINENESS
    }
    if named:
        finest = max(named, key=lambda key: _FINENESS[named[key][0]])
        return Reason("place", mask_inside(named[finest][1]))
    for name in (one.community, one.street, one.district):
        if name and name in (other.community, other.street, other.district):
            return Reason("place", name)
    return Reason("address", mask_inside(other.address or heard.place_text[:_SHOWN]))


def _named(spoken: Spoken, other: str) -> Iterator[tuple[int, KeyKind, str]]:
    """What an order names, with the words for it, begun further left where the other has that."""
    text = spoken.place_text
    earlier_end, earlier_start = -2, 0
    for kind, name, start, end in spoken.placed:
        shown_from = earlier_start if start - earlier_end <= 1 else start
        head = min(shown_from + _LONGER, end)
        for _more in range(_LONGER):
            longer = text[shown_from - 1 : head] if shown_from else ""
            if not longer or longer not in other or not place_zh.may_begin(longer):
                break
            shown_from -= 1
        yield key_of(kind, name), kind, text[shown_from:end]
        earlier_start, earlier_end = shown_from, end
    for kind, name in place_en.names_in_address(text.partition("\n")[0]):
        yield key_of(kind, name), kind, name.replace("/", " ")


def _category(order: WorkOrder) -> str:
    return order.category[-1].name if order.category else order.type


_LONGER: Final = 2
"""Characters by which a name is known, and as many that it may have before these."""
_ALIKE_MIN: Final = 0.05
_SHOWN: Final = 40
"""Characters of an address."""

_FINENESS: Final = {
    kind: rank
    for rank, kind in enumerate(
        (
            KeyKind.TOWN,
            KeyKind.COMMUNITY,
            KeyKind.ROAD,
            KeyKind.VILLAGE,
            KeyKind.WATER_END,
            KeyKind.WATER,
            KeyKind.LANDMARK,
            KeyKind.ESTATE,
            KeyKind.CROSSING,
            KeyKind.HOUSE,
            KeyKind.BUILDING,
            KeyKind.UNIT,
        ),
        start=1,
    )
}
