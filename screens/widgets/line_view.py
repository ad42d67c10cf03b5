"""A scrolling view that is painted line by line, so that its length costs nothing."""

from collections.abc import Iterable
from typing import Self

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.lines import Line
from screens.widgets.paint import paint

STRIPS_KEPT = 2_000


class LineView(ScrollView, can_focus=True):
    """Shows lines that a subclass makes: `line_at` says which, `lay_out` how many there are."""

    HEADER_ROWS = 0
    """Rows at the top that do not scroll."""

    def __init__(self, name: str = "") -> None:
        super().__init__(id=name or None)
        self._strips: dict[object, Strip] = {}
        """Painted rows of the pane, by what they depend on."""
        self._framed = 0
        """How often the frame and the header had to be painted anew."""
        self._ground: Style | None = None
        self._width = 0

    def line_at(self, position: int, width: int) -> Line:
        """The line at a position of the list; an empty one beyond its end."""
        raise NotImplementedError

    def header(self, width: int) -> Line:
        """The row at the top, where there is one."""
        return []

    def lay_out(self) -> None:
        """Called when the room changed."""

    def key_of(self, position: int) -> object:
        """What a painted line depends on, beside the width."""
        return position

    def row_of(self, position: int) -> str:
        """The style behind a line, one of `ROWS`, or an empty string."""
        return ""

    def set_length(self, lines: int) -> None:
        """How many lines there are; forgets what was painted."""
        self._strips.clear()
        self.measure(lines)
        self.refresh()

    def measure(self, lines: int) -> None:
        """Say how many lines there are. The width is the pane's own: nothing scrolls sideways."""
        self.virtual_size = Size(1, lines + self.HEADER_ROWS)

    def repaint_line(self, position: int) -> None:
        """Paint one line again, and nothing else."""
        self.refresh_line(position + self.HEADER_ROWS)

    @property
    def lines_in_sight(self) -> int:
        """How many lines fit below the header."""
        return max(self.scrollable_content_region.height - self.HEADER_ROWS, 1)

    def notify_style_update(self) -> None:
        """Forget what was painted in the colours of before."""
        self._strips.clear()
        self._ground = None
        super().notify_style_update()

    def on_resize(self, _event: events.Resize) -> None:
        """Lay the lines out for the new room."""
        self.lay_out()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Paint the lines that are in sight now, and the bar only where its thumb has moved.

        Textual paints the bar at every step, which costs as much as the lines do; in a long list
        its thumb, which moves by eighths of a cell, seldom moves at all.
        """
        if round(old_value) != round(new_value):
            room = self.scrollable_content_region.size
            self.refresh(Region(0, self.HEADER_ROWS, room.width, room.height - self.HEADER_ROWS))
        step = (self.virtual_size.height - self.size.height) / (8 * max(self.size.height, 1))
        place = new_value if step <= 1 else int(new_value / step + 0.001) * step
        self.vertical_scrollbar.position = place

    @property
    def ground(self) -> Style:
        """The style of the pane itself; finding it anew for each line takes most of the time."""
        if self._ground is None:
            self._ground = self.rich_style
        return self._ground

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Paint regions of the content anew, or everything. Lines are as they are kept."""
        if min((region.y for region in regions), default=-1) < self.HEADER_ROWS:
            self._framed += 1
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows of the whole pane; those that were painted before come as they are kept.

        They are kept frame and all: Textual frames each row anew at every step of a list, which
        takes several times as long as its new line.
        """
        if crop.x or crop.width != self.outer_size.width:
            return super().render_lines(crop)
        self._width = self.scrollable_content_region.width
        keys = self._keys_of(crop.line_range)
        strips = {key: strip for key in keys if (strip := self._strips.get(key)) is not None}
        missing: dict[object, int] = {}
        for at, key in enumerate(keys):
            if key not in strips:
                missing.setdefault(key, at)
        if missing and len(self._strips) >= STRIPS_KEPT:
            self._strips.clear()
        for first, beyond in _stretches(missing.values()):
            rows = Region(0, crop.y + first, crop.width, beyond - first)
            # A step sends all rows to the terminal: neighbours of one style say it once.
            painted = [strip.simplify() for strip in super().render_lines(rows)]
            strips.update(zip(keys[first:beyond], painted, strict=True))
        self._strips.update(strips)
        return [strips[key] for key in keys]

    def render_line(self, y: int) -> Strip:
        """One row of the view, without its frame."""
        width = self._width
        if y < self.HEADER_ROWS:
            return paint(self, self.header(width), width, self.ground)
        position = y - self.HEADER_ROWS + self.scroll_offset.y
        line = self.line_at(position, width)
        return paint(self, line, width, self.ground, self.row_of(position))

    def _keys_of(self, rows: range) -> list[object]:
        """What each row of the whole pane depends on."""
        size, gutter, width = self.outer_size, self.styles.gutter, self._width
        top, bottom = gutter.top + self.HEADER_ROWS, size.height - gutter.bottom
        above = top - self.scroll_offset.y
        return [
            (self.key_of(y - above), self.row_of(y - above), width)
            if top <= y < bottom
            else (self._framed, size, y)
            for y in rows
        ]


def _stretches(places: Iterable[int]) -> list[tuple[int, int]]:
    """Rising places in stretches, each from its first place to the one beyond its last."""
    stretches: list[tuple[int, int]] = []
    for at in places:
        if stretches and stretches[-1][1] == at:
            stretches[-1] = (stretches[-1][0], at + 1)
        else:
            stretches.append((at, at + 1))
    return stretches
