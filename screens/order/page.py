"""The page of one order."""

from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from caseworker.desk.deadline import explain
from caseworker.desk.drafting import first_words
from caseworker.desk.memory import Memory, memory
from caseworker.desk.sheet import Sheet, sheet_of
from caseworker.desk.shelf import looked_at
from caseworker.desk.wording import kind_label
from caseworker.locale import _
from screens.hints import entitle, hint_line
from screens.keys import ON_ORDER, bindings
from screens.lines import Line, piece
from screens.matter.words import count_words, memory_lines, next_look_piece
from screens.moments import at
from screens.order.matter import MatterList
from screens.order.writing import (
    carried_lines,
    deadline_lines,
    fact_lines,
    flowing,
    head_lines,
    heading,
    history_lines,
    matter_lines,
    paragraph,
    words_lines,
)
from screens.page import Looked, Open, Page
from screens.seat import Seat
from screens.widgets.line_list import LineList
from screens.widgets.paper import Paper

HINTS = (
    "order.context",
    "order.repeat",
    "order.unreasonable",
    "order.objection",
    "order.review",
    "order.undo",
    "order.withdraw",
    "order.deadline",
    "order.copy",
)


class OrderPage(Page):
    """The order at the left, its matter at the right where there is room."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ON_ORDER), ("escape", "app.leave")]
    CSS_PATH = "page.tcss"
    AUTO_FOCUS = "#order"

    def __init__(self, seat: Seat, number: str, part: str = "") -> None:
        super().__init__(seat)
        self._number = number
        self._part = part
        self._paper = Paper("order")
        self._matter = MatterList(seat, number)
        self._parts: dict[str, int] = {}
        self._carried = False
        self._files = False

    def panes(self) -> ComposeResult:
        """The order and its matter."""
        with Horizontal():
            yield self._paper
            yield self._matter

    def on_mount(self) -> None:
        """Show the order, and the part that was asked for."""
        self.reload()
        self.call_after_refresh(self._look_at, self._part)
        if looked_at(self.seat.cache, self._number, self.seat.now()):
            self.post_message(Looked())

    def on_resize(self) -> None:
        """The frames have other room."""
        self.call_after_refresh(self._entitle)

    def order_no(self) -> str | None:
        """This order."""
        return self._number

    def reload(self) -> None:
        """Read the order anew."""
        sheet = sheet_of(self.seat.cache, self._number, self.seat.now())
        if sheet is None:
            gone = _("This order is no longer on this desk: it has left your unit.")
            self._paper.show(lambda width: list(paragraph(gone, width, "warning")))
            return
        self._carried = bool(sheet.carried)
        self._files = any(
            said.file for entry in sheet.entries for said in entry.annotation.evidence
        )
        remembered = memory(self.seat.cache, self._number, self.seat.now())
        self._paper.show(lambda width: self._lines(sheet, remembered, width))
        self._matter.show(sheet, remembered)
        self._entitle()

    def relabel(self) -> None:
        """The language or the minute has changed."""
        super().relabel()
        self.reload()

    def action_timeline(self) -> None:
        """Go to what was said and ruled."""
        self._look_at("history")

    @on(LineList.Chosen, "#beside")
    def _other(self) -> None:
        number = self._matter.chosen()
        if number is not None and number != self._number:
            self.post_message(Open(number))

    def _look_at(self, part: str) -> None:
        if part == "matter" and self._matter.display and self._matter.rows:
            self._matter.focus()
        elif part:
            self._paper.scroll_to(y=self._parts.get(part, 0), animate=False)

    def _entitle(self) -> None:
        # Where something is known from before, the keys for it come first.
        known = ("order.attach", "order.ended") if self._carried else ()
        files = ("order.files",) if self._files else ()
        entitle(self._paper, [piece(self._number, "dim")], (*known, *files, *HINTS))

    def _lines(self, sheet: Sheet, remembered: Memory, width: int) -> list[Line]:
        order, now, taxonomy = sheet.order, self.seat.now(), self.seat.taxonomy
        explanation = explain(self.seat.cache, order, now)
        lines = [*head_lines(sheet, now, width), *deadline_lines(explanation, width)]
        matter_below = bool(sheet.matter) and not self._matter.display
        if matter_below:
            lines += _matter_in_a_line(remembered, now, width)
        lines += heading(_("The appeal"), width)
        lines += words_lines(order, width)
        lines += carried_lines(sheet, taxonomy, now, width)
        self._parts = {"matter": len(lines) + 1}
        if matter_below:
            lines += matter_lines(sheet, now, width)
            lines += memory_lines(remembered, taxonomy, now, width)
        self._parts["history"] = len(lines) + 1
        lines += heading(_("What happened"), width)
        lines += history_lines(sheet, taxonomy, now, width)
        for saved in sheet.drafts:
            told = _("A draft of yours: {kind}, kept {at}").format(
                kind=kind_label(saved.draft.kind), at=at(saved.saved_at, now)
            )
            lines += heading(told, width, "warning")
            lines += paragraph(first_words(saved.draft) or _("(no words)"), width)
        lines += heading(_("What came with it"), width)
        return [*lines, *fact_lines(order, now, width)]


def _matter_in_a_line(remembered: Memory, now: datetime, width: int) -> list[Line]:
    """That there is a matter, in the head, where its memory has no room beside the order."""
    told = _("Matter: {counts}").format(counts=count_words(remembered))
    parts = [[piece(told, "accent")], hint_line(("order.matter",), width)]
    if remembered.next_look is not None:
        parts.insert(1, [next_look_piece(remembered, now)])
    return flowing(parts, width)
