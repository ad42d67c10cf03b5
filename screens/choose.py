"""One of a few, asked for in the middle of a page: by digit, by cursor, or with the mouse."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.hints import entitle
from screens.lines import Line, column, piece
from screens.order.writing import paragraph
from screens.widgets.line_list import LineList
from screens.widgets.paint import ROWS, TONES
from screens.widgets.paper import Paper

Option = tuple[str, str]
"""What it is called, and what it is in more words."""


class _Options(LineList):
    def __init__(self, title: str, options: Sequence[Option]) -> None:
        super().__init__("options")
        self._title = title
        self._options = options

    def on_mount(self) -> None:
        self.set_rows(len(self._options))

    def lay_out(self) -> None:
        super().lay_out()
        entitle(self, [piece(self._title, "strong")], ("list.choose", "search.close"))

    def current(self) -> Option | None:
        return self._options[self.cursor] if self.cursor < len(self._options) else None

    def line_at(self, position: int, width: int) -> Line:
        if position >= len(self._options):
            return []
        label, note = self._options[position]
        room = min(max(width // 3, 16), 30)
        digit = str(position + 1) if position < 9 else " "
        return [
            piece(f"{digit} ", "dim"),
            column(label, room, "strong"),
            piece(f" {' '.join(note.split())}", "dim"),
        ]


class ChooseDialog(ModalScreen[int | None]):
    """Asks for one of `options`; gives its place in them, or None. `troubles` are told below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss"),
        ("q", "dismiss"),
        *(Binding(str(digit), f"pick({digit - 1})", show=False) for digit in range(1, 10)),
    ]
    DEFAULT_CSS = """
    ChooseDialog { align: center middle; }
    ChooseDialog Vertical { width: 100; max-width: 94%; height: auto; max-height: 90%; }
    ChooseDialog #options { height: auto; max-height: 14; }
    ChooseDialog #more { height: 8; }
    """
    AUTO_FOCUS = "#options"
    COMPONENT_CLASSES = TONES | ROWS

    def __init__(self, title: str, options: Sequence[Option], troubles: Sequence[str] = ()) -> None:
        super().__init__()
        self._options = options
        self._troubles = troubles
        self._list = _Options(title, options)
        self._more = Paper("more")

    def compose(self) -> ComposeResult:
        """The options, and below them the one under the cursor in full."""
        with Vertical():
            yield self._list
            yield self._more

    def action_pick(self, position: int) -> None:
        """Choose by digit."""
        if position < len(self._options):
            self.dismiss(position)

    @on(LineList.Moved)
    def _moved(self) -> None:
        option = self._list.current()
        self._more.show(lambda width: self._lines(option, width), from_top=True)

    @on(LineList.Chosen)
    def _chosen(self) -> None:
        self.dismiss(self._list.cursor)

    def _lines(self, option: Option | None, width: int) -> list[Line]:
        lines: list[Line] = []
        if option is not None:
            lines += paragraph(option[1], width)
        for words in self._troubles:
            lines += paragraph(words, width, "warning")
        return lines
