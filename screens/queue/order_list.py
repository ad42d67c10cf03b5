"""The list of a view's orders: any length, of which only what is in sight is read."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from caseworker.cache.lists import ListedOrder
from caseworker.desk.chosen import Chosen, Span
from caseworker.desk.queue import Window
from caseworker.desk.signs import Marks, marks_on
from caseworker.desk.views import View
from screens.lines import Line
from screens.queue.row import queue_header, queue_line
from screens.seat import Seat
from screens.widgets.line_list import LineList

if TYPE_CHECKING:
    from caseworker.desk.windows import Closing


class OrderList(LineList):
    """Shows a `Window`; the cursor stays on its order whatever arrives or leaves."""

    HEADER_ROWS = 1

    def __init__(self, seat: Seat, view: View, follow: Callable[[], None]) -> None:
        super().__init__("orders")
        self._seat = seat
        self._follow = follow
        """Told of a move at once, so that the place is painted together with the rows."""
        self.window = Window(seat.cache, view, seat.now())
        self.rows = self.window.length
        self.waiting = 0
        """New orders that are not let in yet."""
        self._marks: dict[str, Marks] = {}
        self._windows: dict[str, Closing] = {}
        self._rules_wait = True
        self.chosen = Chosen(seat.cache)
        """The orders that the worker marked."""
        self._range_from: ListedOrder | None = None
        self._range_at = 0

    def on_mount(self) -> None:
        """Show the first rows."""
        self.set_rows(self.window.length)

    def show(self, view: View) -> None:
        """Show another view from its top."""
        self.window = Window(self._seat.cache, view, self._seat.now())
        self.waiting = 0
        self._marks.clear()
        self.unmark_all()
        self.set_rows(self.window.length, 0)

    def reload(self, *, let_in: bool = False) -> None:
        """Read the rows anew; the cursor stays on its order, or on its row where that is gone."""
        order = self.current()
        if let_in:
            self.window.let_in(self._seat.now())
        else:
            self.window.refresh()
        self.waiting = self.window.waiting()
        self.chosen.recount()
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

    @property
    def in_range(self) -> bool:
        """Whether a range is being marked."""
        return self._range_from is not None

    @property
    def marked(self) -> int:
        """How many orders are marked, those of an open range among them."""
        return len(self.chosen) + (abs(self.cursor - self._range_at) + 1 if self.in_range else 0)

    def choose_current(self) -> None:
        """Mark the order under the cursor, or unmark it, and go on to the next."""
        if self.in_range:
            self.end_range()
            return
        order = self.current()
        if order is None:
            return
        self.chosen.toggle(order)
        self.repaint_line(self.cursor)
        self.move_to(self.cursor + 1)

    def begin_range(self) -> None:
        """Mark from here to wherever the cursor goes."""
        self._range_from, self._range_at = self.current(), self.cursor
        self.repaint()

    def end_range(self) -> None:
        """What lies between is marked."""
        first, last = self._range_from, self.current()
        self._range_from = None
        if first is not None and last is not None:
            self.chosen.add_span(self.window.listing, first, last)
        self.repaint()

    def choose_all(self) -> None:
        """Mark every order of the view, however many."""
        first, last = self.window.row(0), self.window.row(self.window.length - 1)
        if first is not None and last is not None:
            self.chosen.add_span(self.window.listing, first, last)
        self.repaint()

    def unmark_all(self) -> None:
        """Take the marks away, and end a range."""
        self._range_from = None
        self.chosen.clear()
        self.repaint()

    def move_to(self, position: int) -> None:
        """Put the cursor on a row; an open range follows it."""
        super().move_to(position)
        self._follow()
        if self.in_range:
            self.repaint()

    def header(self, width: int) -> Line:
        """The names of the columns."""
        return queue_header(width)

    def key_of(self, position: int) -> object:
        """A line depends on its order and on whether that is marked."""
        row = self.window.row(position)
        return (position, row is not None and self._is_chosen(row))

    def line_at(self, position: int, width: int) -> Line:
        """An order's line."""
        row = self.window.row(position)
        if row is None:
            return [] if self.rows else self.picture_line(position, width)
        marks = self._marks_of(position, row)
        closing = self._windows.get(row.order_no)
        now = self._seat.now()
        return queue_line(row, marks, closing, now, width, chosen=self._is_chosen(row))

    def _is_chosen(self, row: ListedOrder) -> bool:
        if self.chosen.holds(row):
            return True
        end = self.current()
        if self._range_from is None or end is None:
            return False
        return Span.between(self._range_from, end, self.window.listing.newest).holds(row)

    def _marks_of(self, position: int, row: ListedOrder) -> Marks:
        if row.order_no not in self._marks:
            top = self.scroll_offset.y
            sight = range(min(top, position), max(top + self.lines_in_sight, position + 1))
            seen = [found for found in map(self.window.row, sight) if found is not None]
            rows = [found for found in seen if found.order_no not in self._marks]
            self._marks |= marks_on(self._seat.cache, rows, self._seat.now())
            if self._rules_wait:
                # The first painted row waits for no deadline rule and no calendar.
                self.call_after_refresh(self._count_windows)
            else:
                self._look_at_windows(rows)
        return self._marks[row.order_no]

    def _count_windows(self) -> None:
        if self._rules_wait:
            self._rules_wait = False
            self._marks.clear()
            self.repaint()

    def _look_at_windows(self, rows: list[ListedOrder]) -> None:
        from caseworker.desk.windows import closing_on

        for row in rows:
            self._windows.pop(row.order_no, None)
        self._windows |= closing_on(self._seat.cache, rows, self._seat.now())
