"""Asks when to look at a matter again."""

from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from caseworker.desk.memory import day_of_next_look
from caseworker.locale import _
from caseworker.text.safe import safe
from screens.ask import keys_of_a_line
from screens.compose.fields import Answered, OneLine, TooMuch, Words
from screens.hints import framed
from screens.lines import piece
from screens.widgets.paint import ROWS, TONES


class NextLookDialog(ModalScreen[date | str | None]):
    """Gives the day, an empty string where there is to be none, or None where nothing changes."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss")]
    DEFAULT_CSS = """
    NextLookDialog { align: center middle; }
    NextLookDialog #ask {
        width: 56;
        max-width: 90%;
        height: auto;
        background: $background;
        border: round $accent;
        border-title-color: $foreground;
        border-title-style: none;
        border-subtitle-color: $dim;
        border-subtitle-align: left;
        padding: 0 1;
    }
    NextLookDialog OneLine { background: $field; padding: 0 1; }
    NextLookDialog Words { height: auto; width: 1fr; }
    """
    AUTO_FOCUS = "OneLine"
    COMPONENT_CLASSES = TONES | ROWS

    def __init__(self, today: date, standing: date | None) -> None:
        super().__init__()
        self._today = today
        self._typed = "" if standing is None else str(standing)

    def compose(self) -> ComposeResult:
        """One line, and what is wrong with it."""
        with Vertical(id="ask"):
            yield OneLine("day", safe(self._typed), safe(_("12-20, 2026-12-20, or days from now")))
            yield Words("told")

    def on_mount(self) -> None:
        """Say what is asked."""
        box = self.query_one("#ask")
        box.border_title = framed([piece(_("When to look again"), "strong")])
        box.border_subtitle = keys_of_a_line(_("save"))
        self._say(_("An empty line takes the day away."))

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        self._typed = message.value

    @on(TooMuch)
    def _too_much(self, message: TooMuch) -> None:
        self._say(message.words, warns=True)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if not self._typed.strip():
            self.dismiss("")
            return
        day = day_of_next_look(self._typed, self._today)
        if day is None:
            self._say(_("That is no day to come: type it as 12-20 or 2026-12-20."), warns=True)
            return
        self.dismiss(day)

    def _say(self, words: str, *, warns: bool = False) -> None:
        self.query_one("#told", Words).show(piece(words, "warning" if warns else "dim"))
