"""Marks that the centre reversed, shown wherever they were relied on (DOMAIN §4.6).

On every order of the matter, as it was before the link itself fell; and on each proposal that names
an order with such a mark, or was written in place of one.
"""

from collections.abc import Iterable

from msgspec import Struct

from caseworker.cache import annotations
from caseworker.cache.connection import Cache
from caseworker.locale import _
from caseworker.model.annotation import PROPOSALS, Annotation, Decision
from caseworker.model.matter import orders_of_matter


class Fallen(Struct, frozen=True):
    """A mark that the centre reversed."""

    order_no: str
    ruling: Decision
    code: str
    """Empty where another unit said it: its words are not on this desk."""
    named: tuple[str, ...]
    """For a repeat: the earlier orders, which it joined with `order_no`."""


def fallen_around(cache: Cache, order_no: str, matter: Iterable[str]) -> list[Fallen]:
    """Reversed marks on the other orders of a matter, those among them that a reversal parted.

    `matter` holds the numbers that standing links join with `order_no`.
    """
    numbers = {order_no, *matter}
    while parted := annotations.parted_from(cache, numbers) - numbers:
        for number in parted:
            numbers |= orders_of_matter(
                number,
                lambda one: annotations.earlier_of(cache, one),
                lambda one: annotations.later_of(cache, one),
            )
    return _reversed_on(cache, numbers - {order_no})


def rests_on(cache: Cache, said: Annotation) -> list[Fallen]:
    """The reversed marks that a proposal cites: on the orders that it names, and those that it
    was written in place of."""
    if said.kind not in PROPOSALS:
        return []
    found = _reversed_on(cache, said.earlier)
    seen = {said.id}
    before = said.supersedes
    while before and before not in seen:
        seen.add(before)
        one = annotations.read_annotation(cache, before)
        ruling = annotations.reversal_of(cache, before)
        if one is not None and ruling is not None:
            found.append(Fallen(one.order_no, ruling, one.code, one.earlier))
        before = "" if one is None else one.supersedes
    return found


def fallen_words(one: Fallen, here: str, number: str) -> str:
    """What fell beside the order `here`; `number` is how its order is called."""
    words = one.ruling.text.strip() or "…"
    if here in one.named:
        told = _("The link with {order} was reversed by the centre: {words}")
    elif one.code:
        told = _("{code} on {order}, of the same matter, was reversed by the centre: {words}")
    else:
        told = _("A mark on {order}, of the same matter, was reversed by the centre: {words}")
    return told.format(code=one.code, order=number, words=words)


def rests_words(one: Fallen, number: str) -> str:
    """That a proposal rests on what fell; `number` is how its order is called."""
    told = _(
        "It rests on {code} of {order}, which the centre reversed: look whether it still holds."
    )
    return told.format(code=one.code or _("a mark"), order=number)


def _reversed_on(cache: Cache, numbers: Iterable[str]) -> list[Fallen]:
    return [
        Fallen(ruling.order_no, ruling, "" if said is None else said.code, tuple(named))
        for ruling, said, named in annotations.reversed_on(cache, numbers)
    ]
