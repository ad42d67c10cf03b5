"""The matter at the right of an order: the other orders that are about the same thing."""

from caseworker.desk.sheet import Sheet
from caseworker.locale import _
from screens.hints import entitle
from screens.lines import Line, piece
from screens.order.writing import matter_line, matter_words, paragraph
from screens.seat import Seat
from screens.widgets.line_list import LineList


class MatterList(LineList):
    """The orders of a matter, the earliest first; Enter opens one."""

    def __init__(self, seat: Seat, number: str) -> None:
        super().__init__("beside")
        self._seat = seat
        self._number = number
        self._sheet: Sheet | None = None

    def show(self, sheet: Sheet) -> None:
        """Show a sheet's matter."""
        self._sheet = sheet
        entitle(self, [piece(matter_words(sheet.matter) if sheet.matter else _("Matter"))])
        alone = _("This order stands alone: no repeat link joins it with another.")
        self.show_picture(list(paragraph(alone, 40, "dim")))
        self.set_rows(len(sheet.matter))

    def chosen(self) -> str | None:
        """The order under the cursor."""
        matter = self._sheet.matter if self._sheet else []
        return matter[self.cursor].order_no if self.cursor < len(matter) else None

    def line_at(self, position: int, width: int) -> Line:
        """One order of the matter."""
        if self._sheet is None or position >= len(self._sheet.matter):
            return [] if self.rows else self.picture_line(position, width)
        one = self._sheet.matter[position]
        return [piece(" "), *matter_line(one, self._number, self._seat.now(), width - 1)]
