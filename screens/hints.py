"""The keys that work now, in the frame of the pane where they work."""

from collections.abc import Iterable

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from caseworker.locale import _
from screens.keys import HINTED, Key
from screens.lines import Line, length, piece

GAP = 2
"""Cells between two hints."""

FRAME_CELLS = 6
"""What the corners of a frame and the gaps beside its words take."""


def hints(ids: Iterable[str], width: int) -> list[tuple[Key, Line]]:
    """As many of the keys as fit into `width` cells, the first ones first, each as it is shown."""
    shown: list[tuple[Key, Line]] = []
    used = 0
    for key in (HINTED[one] for one in ids):
        hint = [piece(key.name, "accent"), piece(f" {_(key.label)}", "dim")]
        room = length(hint) + (GAP if shown else 0)
        if used + room > width:
            break
        shown.append((key, hint))
        used += room
    return shown


def hint_line(ids: Iterable[str], width: int) -> Line:
    """The hints in one line."""
    line: Line = []
    for _key, hint in hints(ids, width):
        line += [piece(" " * GAP), *hint] if line else hint
    return line


def hint_at(ids: Iterable[str], width: int, cell: int) -> Key | None:
    """The key whose hint stands at a cell of such a line."""
    start = 0
    for key, hint in hints(ids, width):
        if start <= cell < start + length(hint):
            return key
        start += length(hint) + GAP
    return None


def entitle(pane: Widget, title: Line, keys: Iterable[str] = ()) -> None:
    """Name a pane in its frame, and below it the keys that work there, as its width allows.

    A click on such a key is as good as the key. Nothing is painted again where both stay the
    same: Textual repaints a pane for every title.
    """
    above = framed(title)
    below = Content("")
    for key, hint in hints(keys, pane.outer_size.width - FRAME_CELLS):
        pressed = Style.from_meta({"@click": f"app.simulate_key('{key.first}')"})
        gap = " " * GAP if below else ""
        below = Content.assemble(below, gap, framed(hint).stylize(pressed))
    if pane.border_title != above.markup:
        pane.border_title = above
    if pane.border_subtitle != below.markup:
        pane.border_subtitle = below


def framed(line: Line) -> Content:
    """A line for the frame of a pane."""
    styles = {
        "plain": "",
        "strong": "bold",
        "dim": "$dim",
        "accent": "$accent",
        "warning": "$warning",
        "danger": "bold $error",
    }
    return Content.assemble(*((part.text, styles[part.tone]) for part in line))
