"""From lines to the strips that Textual shows; the tones are component classes of desk.tcss."""

from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from screens.lines import Line, shortened

TONES: Final = {"tone--strong", "tone--dim", "tone--accent", "tone--warning", "tone--danger"}
ROWS: Final = {"row--cursor", "row--blurred"}


def paint(widget: Widget, line: Line, width: int, base: Style, row: str = "") -> Strip:
    """A line as a strip of exactly `width` cells; `row` names the style that lies behind it."""
    behind = widget.get_component_rich_style(row, partial=True) if row else Style.null()
    # Without colours of its own the terminal shows the cursor's row reversed: tones would hide it.
    plain = bool(row) and widget.app.native_ansi_color
    segments = [
        Segment(
            part.text,
            base
            + (
                Style.null()
                if plain or part.tone == "plain"
                else widget.get_component_rich_style(f"tone--{part.tone}", partial=True)
            )
            + behind,
        )
        for part in shortened(line, width)
        if part.text
    ]
    return Strip(segments, width)
