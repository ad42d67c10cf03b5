"""The orders that were found, each with the sentence in which the words stand."""

from typing import NamedTuple

from caseworker.cache.lists import ListedOrder
from caseworker.desk.search import Found, Hit, hit_in
from caseworker.desk.signs import Marks, marks_on
from caseworker.locale import _
from screens.lines import Line, Piece, Tone, column, piece, shortened
from screens.moments import TIME_LEFT_CELLS, time_left
from screens.queue.row import NUMBER_CELLS, mark_words, short_number
from screens.seat import Seat
from screens.widgets.line_list import LineList


class Columns(NamedTuple):
    """Cells of each column; 0 leaves it out."""

    number: int
    title: int
    sentence: int
    marks: int


def columns(width: int) -> Columns:
    """The columns that fit: the sentence has the most room."""
    number = NUMBER_CELLS if width >= 72 else 0
    marks = 12 if width >= 100 else 0
    free = width - 2 - TIME_LEFT_CELLS - sum(2 + cells for cells in (number, marks) if cells)
    title = max((free - 4) * 2 // 5, 4)
    return Columns(number, title, max(free - title - 4, 0), marks)


class FoundList(LineList):
    """What a query found; only the sentences of rows in sight are read."""

    HEADER_ROWS = 1

    def __init__(self, seat: Seat) -> None:
        super().__init__("found")
        self._seat = seat
        self._found = Found([], [], [])
        self._marks: dict[str, Marks] = {}

    def show(self, found: Found) -> None:
        """Show other orders from the first."""
        self._found = found
        self._marks = marks_on(self._seat.cache, found.rows, self._seat.now())
        self.set_rows(len(found.rows), 0)

    def current(self) -> ListedOrder | None:
        """The order under the cursor."""
        rows = self._found.rows
        return rows[self.cursor] if self.cursor < len(rows) else None

    def header(self, width: int) -> Line:
        """The names of the columns."""
        wide = columns(width)
        cells = [(wide.number, _("number")), (wide.title, _("appeal"))]
        cells += [(wide.sentence, _("where it says so")), (wide.marks, _("marks"))]
        line = [piece("  "), column(_("time left"), TIME_LEFT_CELLS, "dim", right=True)]
        for room, name in cells:
            if room:
                line += [piece("  "), column(name, room, "dim")]
        return line

    def line_at(self, position: int, width: int) -> Line:
        """One order with its sentence."""
        if position >= len(self._found.rows):
            return [] if self.rows else self.picture_line(position, width)
        row = self._found.rows[position]
        wide = columns(width)
        words, tone = time_left(row, self._seat.now())
        line = [piece("  "), column(words, TIME_LEFT_CELLS, tone, right=True)]
        if wide.number:
            line += [piece("  "), column(short_number(row.order_no), wide.number, "dim")]
        title: Tone = "plain" if row.standing == 0 else "dim"
        line += [piece("  "), column(row.title or _("(no words)"), wide.title, title), piece("  ")]
        hit = hit_in(self._seat.cache, row, self._found.words)
        line += shortened(_sentence(hit), wide.sentence)
        if wide.marks:
            line += [piece("  "), *mark_words(self._marks[row.order_no], wide.marks)]
        return line


def _sentence(hit: Hit) -> list[Piece]:
    return [piece(hit.before, "dim"), piece(hit.hit, "accent"), piece(hit.after, "dim")]
