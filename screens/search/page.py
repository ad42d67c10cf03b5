"""The page of the search: results while one types."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input

from caseworker.cache.lists import ListedOrder
from caseworker.desk.search import search
from caseworker.desk.signs import Marks, marks_on
from caseworker.locale import _
from caseworker.text.safe import safe
from screens.compose.fields import Answered, OneLine, TooMuch
from screens.hints import entitle
from screens.keys import ON_ORDER, SEARCHING, bindings
from screens.lines import Line, piece
from screens.page import Open, Page
from screens.queue.row import queue_header, queue_line
from screens.seat import Seat
from screens.widgets.line_list import LineList

ASK_AFTER = 0.08
"""Seconds without a key after which the search is asked."""


class FoundList(LineList):
    """The orders that were found."""

    HEADER_ROWS = 1

    def __init__(self, seat: Seat) -> None:
        super().__init__("found")
        self._seat = seat
        self._rows: list[ListedOrder] = []
        self._marks: dict[str, Marks] = {}

    def show(self, rows: list[ListedOrder]) -> None:
        """Show other orders from the first."""
        self._rows = rows
        self._marks = marks_on(self._seat.cache, rows, self._seat.now())
        self.set_rows(len(rows), 0)

    def current(self) -> ListedOrder | None:
        """The order under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def header(self, width: int) -> Line:
        """The names of the columns."""
        return queue_header(width)

    def line_at(self, position: int, width: int) -> Line:
        """One order, as the queue shows it."""
        if position >= len(self._rows):
            return [] if self.rows else self.picture_line(position, width)
        row = self._rows[position]
        return queue_line(row, self._marks[row.order_no], self._seat.now(), width, chosen=False)


class SearchPage(Page):
    """The box above, what it finds below."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings((*SEARCHING, *ON_ORDER))]
    CSS_PATH = "page.tcss"
    AUTO_FOCUS = "OneLine"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self._box = OneLine("query", safe(""), safe(_("number, phone tail, place, any words")))
        self._found = FoundList(seat)
        self._query = ""
        self._timer: Timer | None = None

    def panes(self) -> ComposeResult:
        """The box and the list."""
        with Horizontal(id="box"):
            yield self._box
        yield self._found

    def on_mount(self) -> None:
        """Say what can be typed."""
        self._ask()

    def on_resize(self) -> None:
        """The frames have other room."""
        self.call_after_refresh(self._entitle)

    def order_no(self) -> str | None:
        """The order under the cursor."""
        row = self._found.current()
        return None if row is None else row.order_no

    def reload(self) -> None:
        """Ask again."""
        self._ask()
        self.refresh_bars()

    def action_down(self) -> None:
        """From the box into the list."""
        if self._found.rows:
            self._found.focus()

    @on(Answered)
    def _typed(self, message: Answered) -> None:
        self._query = message.value
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(ASK_AFTER, self._ask)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._ask()
        self._chosen()

    @on(LineList.Chosen)
    def _chosen(self) -> None:
        number = self.order_no()
        if number is not None:
            self.post_message(Open(number))

    @on(TooMuch)
    def _too_much(self) -> None:
        self.say(_("That is too much to search for: a few words will do."), "warning")

    def _ask(self) -> None:
        query = self._query.strip()
        self._found.show(search(self.seat.cache, query) if query else [])
        if query:
            told = _("No order holds that. Try fewer words, or the last digits of the number.")
        else:
            told = _("Type two characters or more.")
        self._found.show_picture([[piece(told, "dim")]])
        self._entitle()

    def _entitle(self) -> None:
        entitle(self.query_one("#box"), [piece(_("Find"), "strong")])
        title = [piece(_("{count} found").format(count=self._found.rows))] if self._query else []
        keys = ["list.choose", "search.down", "order.context", "order.repeat", "search.close"]
        entitle(self._found, title, keys)
