"""The list of a view's orders: any length, of which only what is in sight is read."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events

from caseworker.cache.lists import ListedOrder
from caseworker.desk.chosen import Chosen, Span
from caseworker.desk.queue import Window
from caseworker.desk.signs import Marks, marks_on
from caseworker.desk.views import Gathering, View
from caseworker.locale import _
from screens.lines import Line, piece
from screens.queue.row import fold_sign_at, queue_header, queue_line
from screens.seat import Seat
from screens.widgets.line_list import LineList

if TYPE_CHECKING:
    from caseworker.desk.arranged import Arranged, Entry
    from caseworker.desk.windows import Closing


class OrderList(LineList):
    """Shows a `Window`, or its first orders `Arranged`; the cursor stays on its order whatever
    arrives, leaves or is folded."""

    HEADER_ROWS = 1

    def __init__(self, seat: Seat, view: View, follow: Callable[[], None]) -> None:
        super().__init__("orders")
        self._seat = seat
        self._follow = follow
        """Told of a move at once, so that the place is painted together with the rows."""
        self.window = Window(seat.cache, view, seat.now())
        self.arranged: Arranged | None = None
        """The same in groups or in another order, where that was asked for."""
        self.gathering: Gathering = ""
        self._kept_gathering: Gathering = ""
        """What the worker chose; an own view may name another for itself."""
        self._list: Window | Arranged = self.window
        self._meant: str | None = None
        """The order on which the cursor stood when a fold closed over it, until it moves."""
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
        self.gathering = view.group or self._kept_gathering
        self._arrange()
        self.waiting = 0
        self._meant = None
        self._marks.clear()
        self.unmark_all()
        self.set_rows(self._list.length, 0)

    def reload(self, *, let_in: bool = False) -> None:
        """Read the rows anew; the cursor stays on its order, or on its row where that is gone."""
        stood = self._stood_on()
        if let_in:
            self._list.let_in(self._seat.now())
        else:
            self._list.refresh()
        self.waiting = self._list.waiting()
        self.chosen.recount()
        self._marks.clear()
        self._stand_on(stood)

    def gather(self, by: Gathering) -> None:
        """Fold the orders into groups, or show each on a line of its own."""
        stood = self._stood_on()
        if self.in_range:
            self.end_range()
        self.gathering = self._kept_gathering = by
        self._arrange()
        self._marks.clear()
        self._stand_on(stood)
        self._meant = stood[0] if stood else None

    def fold(self, *, is_open: bool | None = None) -> None:
        """Unfold the group under the cursor or fold it; without being told which, the other way."""
        entry = self.entry()
        if self.arranged is None or entry is None or entry.group is None:
            return
        wanted = not entry.is_open if is_open is None else is_open
        if wanted == entry.is_open:
            return
        stood = self._stood_on()
        if self.in_range:
            self.end_range()
        self.arranged.set_open(entry.group, is_open=wanted)
        self._marks.clear()
        self._stand_on(stood)
        self._meant = stood[0]

    def repaint(self) -> None:
        """Paint everything again: the language or the minute has changed."""
        self._strips.clear()
        self.refresh()

    def current(self) -> ListedOrder | None:
        """The order under the cursor; of a folded group the first to break."""
        return self._list.row(self.cursor)

    def entry(self) -> "Entry | None":
        """What stands under the cursor where orders are arranged."""
        return None if self.arranged is None else self.arranged.entry(self.cursor)

    @property
    def in_range(self) -> bool:
        """Whether a range is being marked."""
        return self._range_from is not None

    @property
    def marked(self) -> int:
        """How many orders are marked, those of an open range among them."""
        if not self.in_range:
            return len(self.chosen)
        if self.arranged is None:
            return len(self.chosen) + abs(self.cursor - self._range_at) + 1
        first, last = sorted((self._range_at, self.cursor))
        below = max(last - max(first, self.arranged.lines + 1) + 1, 0)
        return len(self.chosen) + len(self._arranged_in_range()) + below

    def choose_current(self) -> None:
        """Mark the order under the cursor, or unmark it, and go on to the next.

        The line of a folded group stands for all of its orders.
        """
        if self.in_range:
            self.end_range()
            return
        rows = self._rows_at(self.cursor)
        if all(map(self.chosen.holds, rows)):
            for row in rows:
                self.chosen.toggle(row)
        else:
            self.chosen.add(rows)
        self.repaint_line(self.cursor)
        self.move_to(self.cursor + 1)

    def begin_range(self) -> None:
        """Mark from here to wherever the cursor goes."""
        self._range_from, self._range_at = self.current(), self.cursor
        self.repaint()

    def end_range(self) -> None:
        """What lies between is marked."""
        first, last = sorted((self._range_at, self.cursor))
        if self.arranged is not None:
            # Neighbours here are none in the view: they are marked one by one.
            self.chosen.add(self._arranged_in_range())
            first = max(first, self.arranged.lines + 1)
        begin, end = self._list.row(first), self._list.row(last)
        if begin is not None and end is not None and first <= last:
            self.chosen.add_span(self.window.listing, begin, end)
        self._range_from = None
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
        before = self.cursor
        super().move_to(position)
        if self.cursor != before:
            self._meant = None
        self._follow()
        if self.in_range:
            self.repaint()

    def header(self, width: int) -> Line:
        """The names of the columns."""
        return queue_header(width)

    def key_of(self, position: int) -> object:
        """A line depends on its order and on whether that is marked."""
        if not self.chosen and not self.in_range:
            return (position, " ")
        row = self._list.row(position)
        return (position, row is not None and self._chosen_sign(position, row))

    def line_at(self, position: int, width: int) -> Line:
        """An order's line, or a group's."""
        row = self._list.row(position)
        if row is None:
            return self._without_order(position, width)
        marks = self._marks_of(position, row)
        closing = self._windows.get(row.order_no)
        chosen = self._chosen_sign(position, row)
        entry = None if self.arranged is None else self.arranged.entry(position)
        return queue_line(row, marks, closing, self._seat.now(), width, chosen=chosen, entry=entry)

    def on_click(self, event: events.Click) -> None:
        """A click on the sign of a fold folds or unfolds."""
        offset = event.get_content_offset(self)
        if self.arranged is None or offset is None or offset.y < self.HEADER_ROWS:
            return
        position = offset.y - self.HEADER_ROWS + self.scroll_offset.y
        entry = self.arranged.entry(position)
        width = self.scrollable_content_region.width
        if entry is None or entry.group is None or not entry.is_first:
            return
        if fold_sign_at(width, offset.x):
            event.prevent_default()
            self.move_to(position)
            self.fold()

    def _arrange(self) -> None:
        view = self.window.view
        self.arranged, self._list = None, self.window
        if self.gathering or view.order != "due":
            # Imported where it is asked for: no view of the first screen needs it.
            from caseworker.desk.arranged import Arranged

            self.arranged = Arranged(self._seat.cache, self.window, self.gathering, view.order)
            self._list = self.arranged

    def _stood_on(self) -> list[str]:
        """The order on which the cursor stands, then the others that its line stands for."""
        numbers = [row.order_no for row in self._rows_at(self.cursor)]
        return list(dict.fromkeys((self._meant, *numbers) if self._meant else numbers))

    def _stand_on(self, numbers: list[str]) -> None:
        """Put the cursor on the first of these orders that is shown."""
        if self._range_from is not None:
            begin = self._list.position_of(self._range_from.order_no)
            self._range_at = self._range_at if begin is None else begin
        places = map(self._list.position_of, numbers)
        self.set_rows(self._list.length, next((at for at in places if at is not None), None))

    def _rows_at(self, position: int) -> list[ListedOrder]:
        """The orders that a line stands for."""
        if self.arranged is not None:
            entry = self.arranged.entry(position)
            return [] if entry is None else entry.rows
        row = self.window.row(position)
        return [] if row is None else [row]

    def _arranged_in_range(self) -> list[ListedOrder]:
        """The orders of the open range that are arranged, and not marked yet."""
        if self.arranged is None or not self.in_range:
            return []
        first, last = sorted((self._range_at, self.cursor))
        lines = range(first, min(last + 1, self.arranged.lines))
        rows = (row for at in lines for row in self._rows_at(at))
        return [row for row in rows if not self.chosen.holds(row)]

    def _without_order(self, position: int, width: int) -> Line:
        if self.arranged is not None and self.arranged.divides(position):
            told = _("The orders above are grouped; {count} more follow one by one.")
            return [piece("  "), piece(told.format(count=self.arranged.follow), "warning")]
        return [] if self.rows else self.picture_line(position, width)

    def _chosen_sign(self, position: int, row: ListedOrder) -> str:
        if self.arranged is None:
            return "*" if self._is_chosen(row) else " "
        rows = self._rows_at(position)
        held = sum(map(self.chosen.holds, rows))
        if held == len(rows) or self._is_within(position):
            return "*"
        return "-" if held else " "

    def _is_within(self, position: int) -> bool:
        """Whether a line lies in the open range."""
        first, last = sorted((self._range_at, self.cursor))
        return self.in_range and first <= position <= last

    def _is_chosen(self, row: ListedOrder) -> bool:
        if self.chosen.holds(row):
            return True
        if self._range_from is None or (end := self.current()) is None:
            return False
        return Span.between(self._range_from, end, self.window.listing.newest).holds(row)

    def _marks_of(self, position: int, row: ListedOrder) -> Marks:
        if row.order_no not in self._marks:
            top = self.scroll_offset.y
            sight = range(min(top, position), max(top + self.lines_in_sight, position + 1))
            seen = [found for found in map(self._list.row, sight) if found is not None]
            rows = [found for found in seen if found.order_no not in self._marks]
            self._marks |= marks_on(self._seat.cache, rows, self._seat.now())
            if self.arranged is not None:
                self._mark_groups(self.arranged, sight)
            if self._rules_wait:
                # The first painted row waits for no deadline rule and no calendar.
                self.call_after_refresh(self._count_windows)
            else:
                self._look_at_windows(rows)
        return self._marks[row.order_no]

    def _mark_groups(self, arranged: "Arranged", sight: range) -> None:
        from caseworker.desk.arranged import marks_together

        entries = [entry for entry in map(arranged.entry, sight) if entry is not None]
        folded = [one.group for one in entries if one.group is not None and not one.is_open]
        self._marks |= marks_together(self._seat.cache, self._marks, folded)

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
