"""One line that is asked for, and what the desk makes of it while one types."""

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from caseworker.locale import _
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe
from screens.compose.fields import Answered, OneLine, TooMuch, Words
from screens.hints import framed
from screens.lines import piece
from screens.widgets.paint import ROWS, TONES

Answer = TypeVar("Answer")

_NAMED = 12
"""The most names that are told at once."""


def keys_of_a_line(verb: str) -> Content:
    """The keys of a dialog that asks for one line, for its frame."""
    return framed(
        [
            piece("Enter", "accent"),
            piece(f" {verb}  ", "dim"),
            piece("Esc", "accent"),
            piece(" " + _("back"), "dim"),
        ]
    )


class LineDialog(ModalScreen[Answer | None], Generic[Answer]):
    """Asks for one line; gives what it was read as, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss"),
        Binding("tab", "complete", show=False, priority=True),
    ]
    COMPONENT_CLASSES = TONES | ROWS
    DEFAULT_CSS = """
    LineDialog { align: center middle; }
    LineDialog Vertical {
        width: 58; max-width: 96%; height: auto; padding: 0 1;
        background: $background; border: round $accent;
        border-title-color: $foreground; border-title-style: none;
        border-subtitle-color: $dim; border-subtitle-align: left;
    }
    LineDialog OneLine { background: $row; }
    LineDialog Words { height: auto; max-height: 8; margin-top: 1; }
    """
    AUTO_FOCUS = "OneLine"

    def __init__(
        self,
        title: str,
        question: str,
        hint: str,
        verb: str,
        read: Callable[[str], Answer],
        told: Callable[[Answer], str],
        complete: Callable[[str], tuple[str, list[str]]] | None = None,
    ) -> None:
        """`read` makes something of the line or raises `Trouble`; `told` says it in words.

        With `complete`, Tab goes on as far as only one way leads, and tells what could follow.
        """
        super().__init__()
        self._complete = complete
        self._title, self._question, self._hint, self._verb = title, question, hint, verb
        self._read, self._tell_of = read, told
        self._box = Vertical()
        self._words = Words("told")
        self._written = ""

    def compose(self) -> ComposeResult:
        """The line, and what it is taken for."""
        with self._box:
            yield OneLine("line", safe(""), safe(self._hint))
            yield self._words

    def on_mount(self) -> None:
        """Say what is asked, and which keys work."""
        self._box.border_title = framed([piece(self._title, "strong")])
        self._box.border_subtitle = keys_of_a_line(self._verb)
        self._tell()

    def action_complete(self) -> None:
        """Go on with what was typed."""
        if self._complete is None:
            return
        longer, names = self._complete(self._written)
        line = self.query_one(OneLine)
        line.value = safe(longer)
        line.cursor_position = len(line.value)
        if len(names) > 1:
            told = "  ".join(names[:_NAMED])
            self._words.show(piece(told if len(names) <= _NAMED else f"{told}  …", "dim"))

    @on(Answered)
    def _typed(self, message: Answered) -> None:
        self._written = message.value
        self._tell()

    @on(TooMuch)
    def _too_much(self, message: TooMuch) -> None:
        self._words.show(piece(message.words, "danger"))

    @on(Input.Submitted)
    def _done(self) -> None:
        try:
            self.dismiss(self._read(self._written))
        except Trouble as trouble:
            self._words.show(piece(str(trouble), "danger"))

    def _tell(self) -> None:
        if not self._written.strip():
            self._words.show(piece(self._question, "dim"))
            return
        try:
            self._words.show(piece(self._tell_of(self._read(self._written)), "accent"))
        except Trouble as trouble:
            self._words.show(piece(str(trouble), "warning"))
