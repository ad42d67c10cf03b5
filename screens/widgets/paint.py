"""From lines to the strips that Textual shows; the tones are component classes of desk.tcss.

They are the screen's, not each widget's: Textual matches every rule against every component class
of every node, which took a tenth of the time to the first row.
"""

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
    style_of = widget.screen.get_component_rich_style
    behind = style_of(row, partial=True) if row else Style.null()
    # Without colours of its own the terminal shows the cursor's row reversed: tones would hide it.
    plain = bool(row) and widget.app.native_ansi_color
    styles = {"plain": base + behind}
    segments = []
    for part in shortened(line, width):
        tone = "plain" if plain else part.tone
        if tone not in styles:
            styles[tone] = base + style_of(f"tone--{tone}", partial=True) + behind
        if part.text:
            segments.append(Segment(part.text, styles[tone]))
    return Strip(segments, width)
