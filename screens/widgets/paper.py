"""A page of text that scrolls: an order, a preview, the help."""

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.selection import Selection
from textual.strip import Strip

from screens.keys import READING, bindings
from screens.lines import Line
from screens.widgets.line_view import LineView


class Paper(LineView):
    """Shows what `write` makes of a width: it is asked again when the room changes."""

    BINDINGS = bindings(READING)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._write: Callable[[int], list[Line]] = lambda width: []
        self._lines: list[Line] = []

    def show(self, write: Callable[[int], list[Line]], *, from_top: bool = False) -> None:
        """Show other lines."""
        self._write = write
        self.lay_out()
        if from_top:
            self.scroll_to(y=0, animate=False)

    def lay_out(self) -> None:
        """Set the text for the present width."""
        width = self.scrollable_content_region.width
        self._lines = self._write(width) if width > 0 else []
        self.set_length(len(self._lines))

    def key_of(self, position: int) -> object:
        """All rows below the text are one: blank."""
        return min(position, len(self._lines))

    def line_at(self, position: int, width: int) -> Line:
        """A line of the text."""
        return self._lines[position] if position < len(self._lines) else []

    def action_move(self, by: int) -> None:
        """Scroll by so many lines."""
        self.scroll_to(y=self.scroll_offset.y + by, animate=False)

    def action_page(self, halves: int) -> None:
        """Scroll by so many half pages."""
        self.action_move(halves * max(self.lines_in_sight // 2, 1))

    def action_first(self) -> None:
        """Scroll to the top."""
        self.scroll_to(y=0, animate=False)

    def action_last(self) -> None:
        """Scroll to the end."""
        self.scroll_to(y=len(self._lines), animate=False)

    @property
    def allow_select(self) -> bool:
        """Text can be taken with the mouse."""
        return True

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected words, for the clipboard."""
        lines = ("".join(part.text for part in line).rstrip() for line in self._lines)
        text = "\n".join(lines)
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Show what is selected."""
        self._strips.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A row, with what is selected in it."""
        strip = super().render_line(y)
        position = y + self.scroll_offset.y
        selection = self.text_selection
        span = None if selection is None else selection.get_span(position)
        if span is not None:
            strip = self._selected(strip, *span)
        return strip.apply_offsets(0, position)

    def _selected(self, strip: Strip, start: int, end: int) -> Strip:
        text = strip.text.rstrip()
        end = len(text) if end == -1 else min(end, len(text))
        style = self.screen.get_component_rich_style("screen--selection")
        if self.app.no_color:
            style = Style(reverse=True)
        first, last = (strip.index_to_cell_position(at) for at in (min(start, end), end))
        middle = Segment.apply_style(strip.crop(first, last), post_style=style)
        return Strip.join([strip.crop(0, first), Strip(middle, last - first), strip.crop(last)])
