"""Until when an order is put aside: one line, and what the desk makes of it while one types."""

from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from caseworker.desk.day import begin_of
from caseworker.locale import _
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe
from screens.compose.fields import Answered, OneLine, Words
from screens.hints import framed
from screens.lines import piece
from screens.moments import weekday
from screens.seat import Seat
from screens.widgets.paint import ROWS, TONES


class ShelfDialog(ModalScreen[datetime | None]):
    """Asks for a day; gives its beginning, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss")]
    COMPONENT_CLASSES = TONES | ROWS
    DEFAULT_CSS = """
    ShelfDialog { align: center middle; }
    ShelfDialog Vertical {
        width: 58; max-width: 96%; height: auto; padding: 0 1;
        background: $background; border: round $accent;
        border-title-color: $foreground; border-title-style: none;
        border-subtitle-color: $dim; border-subtitle-align: left;
    }
    ShelfDialog OneLine { background: $row; }
    ShelfDialog Words { height: auto; margin-top: 1; }
    """
    AUTO_FOCUS = "OneLine"

    def __init__(self, seat: Seat, title: str) -> None:
        super().__init__()
        self._seat = seat
        self._title = title
        self._box = Vertical()
        self._told = Words("told")
        self._written = ""

    def compose(self) -> ComposeResult:
        """The line, and what it is taken for."""
        with self._box:
            yield OneLine("until", safe(""), safe(_("3d  12-01  tomorrow  next monday")))
            yield self._told

    def on_mount(self) -> None:
        """Say what is asked, and which keys work."""
        self._box.border_title = framed([piece(self._title, "strong")])
        self._box.border_subtitle = framed(
            [
                piece("Enter", "accent"),
                piece(" " + _("shelve") + "  ", "dim"),
                piece("Esc", "accent"),
                piece(" " + _("back"), "dim"),
            ]
        )
        self._tell()

    @on(Answered)
    def _typed(self, message: Answered) -> None:
        self._written = message.value
        self._tell()

    @on(Input.Submitted)
    def _done(self) -> None:
        try:
            self.dismiss(begin_of(self._written, self._seat.now()))
        except Trouble as trouble:
            self._told.show(piece(str(trouble), "danger"))

    def _tell(self) -> None:
        if not self._written.strip():
            self._told.show(piece(_("Until which day? It comes back by itself."), "dim"))
            return
        try:
            day = begin_of(self._written, self._seat.now())
        except Trouble as trouble:
            self._told.show(piece(str(trouble), "warning"))
            return
        self._told.show(
            piece(_("until {day}").format(day=f"{weekday(day)} {day:%Y-%m-%d}"), "accent")
        )
