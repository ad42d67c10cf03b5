"""Who sits at the desk next: for the demo, where several people share one machine."""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from caseworker.locale import _
from screens.hints import entitle
from screens.lines import Line, piece
from screens.widgets.line_list import LineList
from screens.widgets.paint import ROWS, TONES


class _People(LineList):
    def __init__(self, names: list[str], here: str) -> None:
        super().__init__("people")
        self._names = names
        self._here = here

    def on_mount(self) -> None:
        self.set_rows(len(self._names))

    def lay_out(self) -> None:
        super().lay_out()
        keys = ("list.choose", "search.close")
        entitle(self, [piece(_("Who sits here next"), "strong")], keys)

    def line_at(self, position: int, width: int) -> Line:
        if position >= len(self._names):
            return []
        name = self._names[position]
        here = [piece("  " + _("here now"), "dim")] if self._here in name else []
        return [piece(f" {name}"), *here]


class PersonDialog(ModalScreen[Path | None]):
    """Chooses a person of the demo; gives that person's home, or None."""

    COMPONENT_CLASSES = TONES | ROWS
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss"), ("q", "dismiss")]
    DEFAULT_CSS = """
    PersonDialog { align: center middle; }
    PersonDialog #people { width: 48; max-width: 90%; height: auto; max-height: 80%; }
    """

    def __init__(self, people: dict[str, Path], here: str) -> None:
        super().__init__()
        self._people = people
        self._here = here

    def compose(self) -> ComposeResult:
        """The people by name."""
        yield _People(list(self._people), self._here)

    @on(LineList.Chosen)
    def _chosen(self, message: LineList.Chosen) -> None:
        self.dismiss(list(self._people.values())[message.source.cursor])
