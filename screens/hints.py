"""The keys that work now, in the frame of the pane where they work."""

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget

from caseworker.locale import _
from caseworker.text.width import cells
from screens.keys import BY_ID
from screens.lines import Line, piece

FRAME_CELLS = 6
"""What the corners of a frame and the gaps beside its words take."""


def hint_line(ids: Iterable[str], width: int) -> Line:
    """As many of the keys as fit into `width` cells, the first ones first."""
    line: Line = []
    used = 0
    for key in (BY_ID[one] for one in ids):
        name, label = key.name, _(key.label)
        room = cells(name) + 1 + cells(label) + (2 if line else 0)
        if used + room > width:
            break
        if line:
            line.append(piece("  "))
        line += [piece(name, "accent"), piece(f" {label}", "dim")]
        used += room
    return line


def entitle(pane: Widget, title: Line, keys: Iterable[str] = ()) -> None:
    """Name a pane in its frame, and below it the keys that work there, as its width allows.

    Nothing is painted again where both stay the same: Textual repaints a pane for every title.
    """
    above, below = framed(title), framed(hint_line(keys, pane.outer_size.width - FRAME_CELLS))
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
