"""Jump mode: a letter or two over every row and pane in sight, and one is there."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import ClassVar, Final

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from screens.widgets.line_list import LineList

LETTERS: Final = "asdfghjklqwertyuiopzxcvbnm"
"""Those under the fingers first."""


class Target(Struct, frozen=True):
    """Somewhere to go: where it stands on the screen, and how one gets there."""

    at: Offset
    go: Callable[[], object]


def targets(page: Screen[None]) -> list[Target]:
    """Every row in sight, and every pane or field that takes the keys."""
    return list(_targets(page))


def _targets(page: Screen[None]) -> Iterator[Target]:
    for widget in page.focus_chain:
        region = widget.content_region
        if not region or not page.region.contains_region(region):
            continue
        if not isinstance(widget, LineList) or not widget.rows:
            yield Target(region.offset, widget.focus)
            continue
        top = widget.scroll_offset.y
        for row in range(min(widget.lines_in_sight, widget.rows - top)):
            at = Offset(region.x, region.y + widget.HEADER_ROWS + row)
            yield Target(at, partial(_go_to, widget, top + row))


def _go_to(rows: LineList, position: int) -> None:
    rows.focus()
    rows.move_to(position)


def names(count: int) -> list[str]:
    """So many names of letters, all of one length, so that none begins another."""
    length = 1 if count <= len(LETTERS) else 2
    return ["".join(letters) for letters in product(LETTERS, repeat=length)][:count]


class JumpOverlay(ModalScreen[None]):
    """The page below, with a name over each target; any other key leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss")]
    DEFAULT_CSS = """
    JumpOverlay { background: transparent; }
    JumpOverlay Static {
        position: absolute;
        width: auto;
        height: 1;
        color: $warning;
        background: $background;
        text-style: bold reverse;
    }
    """

    def __init__(self, found: list[Target]) -> None:
        super().__init__()
        self._found = dict(zip(names(len(found)), found, strict=False))
        self._typed = ""

    def compose(self) -> ComposeResult:
        """The names where their targets stand."""
        for name, target in self._found.items():
            label = Static(Content(name), classes="jump")
            label.styles.offset = target.at
            yield label

    def on_key(self, event: events.Key) -> None:
        """Go where the letters say."""
        if event.key == "escape":
            return
        event.stop()
        self._typed += event.character or " "
        if self._typed in self._found:
            self.dismiss()
            self._found[self._typed].go()
        elif not any(name.startswith(self._typed) for name in self._found):
            self.dismiss()

    def on_click(self, event: events.Click) -> None:
        """A click leaves, or goes where it fell on a name."""
        self.dismiss()
        for name, target in self._found.items():
            if event.screen_y == target.at.y and 0 <= event.screen_x - target.at.x < len(name):
                target.go()
