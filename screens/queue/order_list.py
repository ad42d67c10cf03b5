"""The list of a view's orders: any length, of which only what is in sight is read."""

from caseworker.cache.lists import ListedOrder
from caseworker.desk.queue import Marks, View, Window, marks_on
from screens.lines import Line
from screens.queue.row import queue_header, queue_line
from screens.seat import Seat
from screens.widgets.line_list import LineList


class OrderList(LineList):
    """Shows a `Window`; the cursor stays on its order whatever arrives or leaves."""

    HEADER_ROWS = 1

    def __init__(self, seat: Seat, view: View) -> None:
        super().__init__("orders")
        self._seat = seat
        self.window = Window(seat.cache, view, seat.now())
        self.rows = self.window.length
        self.waiting = 0
        """New orders that are not let in yet."""
        self._marks: dict[str, Marks] = {}
        self.chosen: dict[str, None] = {}
        """Order numbers that the worker marked, in the order of marking."""

    def on_mount(self) -> None:
        """Show the first rows."""
        self.set_rows(self.window.length)

    def show(self, view: View) -> None:
        """Show another view from its top."""
        self.window = Window(self._seat.cache, view, self._seat.now())
        self.waiting = 0
        self._marks.clear()
        self.chosen.clear()
        self.set_rows(self.window.length, 0)

    def reload(self, *, let_in: bool = False) -> None:
        """Read the rows anew; the cursor stays on its order, or on its row where that is gone."""
        order = self.current()
        if let_in:
            self.window.let_in(self._seat.now())
        else:
            self.window.refresh()
        self.waiting = self.window.waiting()
        self._marks.clear()
        stands = None if order is None else self.window.position_of(order.order_no)
        self.set_rows(self.window.length, stands)

    def repaint(self) -> None:
        """Paint everything again: the language or the minute has changed."""
        self._strips.clear()
        self.refresh()

    def current(self) -> ListedOrder | None:
        """The order under the cursor."""
        return self.window.row(self.cursor)

    def choose_current(self) -> None:
        """Mark the order under the cursor, or unmark it, and go on to the next."""
        order = self.current()
        if order is None:
            return
        if self.chosen.pop(order.order_no, self) is self:
            self.chosen[order.order_no] = None
        self.repaint_line(self.cursor)
        self.move_to(self.cursor + 1)

    def header(self, width: int) -> Line:
        """The names of the columns."""
        return queue_header(width)

    def key_of(self, position: int) -> object:
        """A line depends on its order and on whether that is marked."""
        row = self.window.row(position)
        return (position, row is not None and row.order_no in self.chosen)

    def line_at(self, position: int, width: int) -> Line:
        """An order's line."""
        row = self.window.row(position)
        if row is None:
            return [] if self.rows else self.picture_line(position, width)
        chosen = row.order_no in self.chosen
        return queue_line(
            row, self._marks_of(position, row), self._seat.now(), width, chosen=chosen
        )

    def _marks_of(self, position: int, row: ListedOrder) -> Marks:
        if row.order_no not in self._marks:
            top = self.scroll_offset.y
            sight = range(min(top, position), max(top + self.lines_in_sight, position + 1))
            rows = [found for found in map(self.window.row, sight) if found is not None]
            self._marks |= marks_on(self._seat.cache, rows)
        return self._marks[row.order_no]
