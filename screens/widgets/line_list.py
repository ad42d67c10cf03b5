"""A list with a cursor: moves by a row or a page, and repaints only the rows that changed."""

from textual import events
from textual.message import Message

from screens.keys import MOVING, bindings
from screens.lines import Line, length, piece
from screens.widgets.line_view import LineView


class LineList(LineView):
    """A list of any length; a subclass makes its lines."""

    ALLOW_SELECT = False
    """A drag over rows would select the words of the pane beside them."""

    BINDINGS = bindings(MOVING)

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, source: "LineList") -> None:
            super().__init__()
            self.source = source

        @property
        def control(self) -> "LineList":
            return self.source

    class Chosen(Moved):
        """The row under the cursor was opened."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.cursor = 0
        self.rows = 0
        self._picture: list[Line] = []

    def show_picture(self, lines: list[Line]) -> None:
        """What stands here while there is no row: why, and what to do next."""
        self._picture = lines
        if not self.rows:
            self._strips.clear()
            self.refresh()

    def picture_line(self, position: int, width: int) -> Line:
        """A line of that picture, in the middle of the pane."""
        at = position - max((self.lines_in_sight - len(self._picture)) // 2, 0)
        if not 0 <= at < len(self._picture):
            return []
        line = self._picture[at]
        return [piece(" " * max((width - length(line)) // 2, 0)), *line]

    def set_rows(self, rows: int, cursor: int | None = None) -> None:
        """The list has `rows` rows now; the cursor stays unless told otherwise."""
        self.rows = rows
        self.cursor = min(max(self.cursor if cursor is None else cursor, 0), max(rows - 1, 0))
        self.set_length(rows)
        self._bring_into_sight()
        self.post_message(self.Moved(self))

    def move_to(self, position: int) -> None:
        """Put the cursor on a row, the nearest there is."""
        before, self.cursor = self.cursor, min(max(position, 0), max(self.rows - 1, 0))
        if before == self.cursor:
            return
        if not self._bring_into_sight():
            self.repaint_line(before)
            self.repaint_line(self.cursor)
        self.post_message(self.Moved(self))

    def row_of(self, position: int) -> str:
        """The cursor's row stands out, less so while another pane has the keys."""
        if position != self.cursor or position >= self.rows:
            return ""
        return "row--cursor" if self.has_focus else "row--blurred"

    def lay_out(self) -> None:
        """Keep the cursor in sight when the room changes."""
        self.measure(self.rows)
        self._bring_into_sight()

    def action_move(self, by: int) -> None:
        """Move by so many rows."""
        self.move_to(self.cursor + by)

    def action_page(self, halves: int) -> None:
        """Move by so many half pages."""
        self.move_to(self.cursor + halves * max(self.lines_in_sight // 2, 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self.move_to(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self.move_to(self.rows - 1)

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.rows:
            self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one opens."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < self.HEADER_ROWS:
            return
        position = offset.y - self.HEADER_ROWS + self.scroll_offset.y
        if position < self.rows:
            self.move_to(position)
            if event.chain == 2:
                self.action_choose()

    def on_focus(self) -> None:
        """Show the cursor at full strength."""
        self.repaint_line(self.cursor)

    def on_blur(self) -> None:
        """Show the cursor at less than full strength."""
        self.repaint_line(self.cursor)

    def _bring_into_sight(self) -> bool:
        top, seen = self.scroll_offset.y, self.lines_in_sight
        if top <= self.cursor < top + seen:
            return False
        wanted = self.cursor if self.cursor < top else self.cursor - seen + 1
        self.scroll_to(y=wanted, animate=False)
        return True
