"""How an order's deadlines came about: the rule, the calendar, the time left."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from caseworker.desk.annotate import find_order
from caseworker.desk.deadline import explain
from caseworker.desk.deadline_words import clock_line, how, notes
from caseworker.locale import _
from caseworker.model.trouble import Trouble
from screens.hints import entitle
from screens.lines import Line, Tone, piece
from screens.order.writing import paragraph
from screens.page import Page
from screens.queue.row import short_number
from screens.seat import Seat
from screens.widgets.paper import Paper


class DeadlinePage(Page):
    """Every deadline of an order, with the sentences that explain it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "app.leave")]
    DEFAULT_CSS = "DeadlinePage #deadline { height: 1fr; }"

    def __init__(self, seat: Seat, number: str) -> None:
        super().__init__(seat)
        self._number = number
        self._paper = Paper("deadline")

    def panes(self) -> ComposeResult:
        """One page of text."""
        yield self._paper

    def on_mount(self) -> None:
        """Show it."""
        self.relabel()

    def order_no(self) -> str | None:
        """The order that is explained."""
        return self._number

    def relabel(self) -> None:
        """In the present language, at the present minute."""
        title = [piece(_("Deadlines"), "strong"), piece(f"  {short_number(self._number)}", "dim")]
        entitle(self._paper, title)
        self._paper.show(self._lines)
        self.refresh_bars()

    def _lines(self, width: int) -> list[Line]:
        try:
            order = find_order(self.seat.cache, self._number)
        except Trouble as trouble:
            return list(paragraph(str(trouble), width, "warning"))
        explanation = explain(self.seat.cache, order, self.seat.now())
        lines: list[Line] = []
        for clock in explanation.clocks:
            tone: Tone = "strong" if clock.own else "plain"
            lines += paragraph(clock_line(clock, explanation).strip(), width, tone)
            for words in how(clock, explanation):
                lines += paragraph(words, width, "dim", 2)
            lines.append([])
        for words in notes(explanation):
            lines += paragraph(words, width, "warning")
        return lines or list(paragraph(_("No deadline is known for this order."), width))
