"""What stands at the right of the queue: the order's words, its matter, what the street knows."""

from caseworker.desk.sheet import Sheet
from screens.lines import Line
from screens.order.writing import (
    carried_lines,
    context_lines,
    head_lines,
    matter_lines,
    words_lines,
)
from screens.seat import Seat

PREVIEWED = 1_500
"""Characters of the appeal that a preview shows; the order's page shows them all."""


def preview_lines(sheet: Sheet, seat: Seat, width: int) -> list[Line]:
    """An order in short."""
    now = seat.now()
    return [
        *head_lines(sheet, now, width),
        [],
        *words_lines(sheet.order, width, most=PREVIEWED),
        *context_lines(sheet, seat.taxonomy, now, width),
        *carried_lines(sheet, seat.taxonomy, now, width),
        *matter_lines(sheet, now, width),
    ]
