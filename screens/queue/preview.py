"""What stands at the right of the queue: the order's words, what it is like, what is known."""

from collections.abc import Iterator

from caseworker.cache import suggestions
from caseworker.desk.sheet import Sheet
from caseworker.desk.shelf import shelf_words
from caseworker.locale import _
from screens.lines import Line, piece
from screens.order.writing import (
    carried_lines,
    context_lines,
    head_lines,
    heading,
    matter_lines,
    paragraph,
    words_lines,
)
from screens.queue.row import short_number
from screens.seat import Seat

PREVIEWED = 1_500
"""Characters of the appeal that a preview shows; the order's page shows them all."""

LIKE = 3
"""Possible repeats that a preview names."""


def preview_lines(sheet: Sheet, seat: Seat, width: int) -> list[Line]:
    """An order in short."""
    now = seat.now()
    shelf = shelf_words(seat.cache, sheet.order.order_no, now)
    return [
        *head_lines(sheet, now, width),
        *(paragraph(shelf, width, "warning") if shelf else ()),
        [],
        *words_lines(sheet.order, width, most=PREVIEWED),
        *like_lines(sheet, seat, width),
        *context_lines(sheet, seat.taxonomy, now, width),
        *carried_lines(sheet, seat.taxonomy, now, width),
        *matter_lines(sheet, now, width),
    ]


def like_lines(sheet: Sheet, seat: Seat, width: int) -> Iterator[Line]:
    """What the morning pass found this order to be like, and why."""
    number = sheet.order.order_no
    if not suggestions.standing_for(seat.cache, number):
        return
    # What compares orders is imported where there is something to show of it.
    from caseworker.desk.repeats import suggested_for

    yield from heading(_("Likely a repeat"), width)
    for found in suggested_for(seat.cache, number)[:LIKE]:
        yield [
            piece(_("like {number}").format(number=short_number(found.order_no)), "strong"),
            piece(f"  {found.kind}", "accent"),
        ]
        for reason in found.reasons:
            yield from paragraph(reason, width, indent=2)
