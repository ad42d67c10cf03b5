"""The matter at the right of an order: its other orders, and what the street remembers of it."""

from caseworker.desk.memory import Memory
from caseworker.desk.sheet import Sheet
from caseworker.locale import _
from screens.hints import entitle
from screens.lines import Line, piece
from screens.matter.words import count_words, memory_lines
from screens.order.writing import matter_line, paragraph
from screens.seat import Seat
from screens.widgets.line_list import LineList


class MatterList(LineList):
    """The orders of a matter, the earliest first; Enter opens one. Below them, the memory."""

    def __init__(self, seat: Seat, number: str) -> None:
        super().__init__("beside")
        self._seat = seat
        self._number = number
        self._sheet: Sheet | None = None
        self._memory: Memory | None = None
        self._below: list[Line] = []

    def show(self, sheet: Sheet, remembered: Memory) -> None:
        """Show a sheet's matter."""
        self._sheet = sheet
        self._memory = remembered if sheet.matter else None
        self._write_below()
        told = _("Matter: {counts}").format(counts=count_words(remembered))
        entitle(self, [piece(told if sheet.matter else _("Matter"))])
        alone = _("This order stands alone: no repeat link joins it with another.")
        self.show_picture(list(paragraph(alone, 40, "dim")))
        self.set_rows(len(sheet.matter))

    def lay_out(self) -> None:
        """Set the memory for the present width."""
        self._write_below()
        super().lay_out()
        self.set_length(self.rows)

    def measure(self, lines: int) -> None:
        """The memory stands below the orders, and the cursor does not go there."""
        super().measure(lines + len(self._below))

    def _write_below(self) -> None:
        width = self.scrollable_content_region.width - 2
        self._below = []
        if self._memory is not None and width > 0:
            seat = self._seat
            self._below = memory_lines(self._memory, seat.taxonomy, seat.now(), width)

    def chosen(self) -> str | None:
        """The order under the cursor."""
        matter = self._sheet.matter if self._sheet else []
        return matter[self.cursor].order_no if self.cursor < len(matter) else None

    def line_at(self, position: int, width: int) -> Line:
        """One order of the matter."""
        if self._sheet is None or not self.rows:
            return self.picture_line(position, width)
        if position >= len(self._sheet.matter):
            below = position - len(self._sheet.matter)
            return [piece(" "), *self._below[below]] if below < len(self._below) else []
        matter = self._sheet.matter
        line = matter_line(matter[position], matter, self._number, self._seat.now(), width - 1)
        return [piece(" "), *line]
