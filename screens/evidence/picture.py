"""A photograph in half cells: two points above one another in each cell."""

from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from caseworker.desk.picture import Photograph, Point

UPPER_HALF: Final = "▀"

SHADES: Final = " ░▒▓█"
"""From dark to light, for a terminal without colours."""


class PictureView(Widget):
    """Shows a photograph as large as there is room, in the middle."""

    DEFAULT_CSS = "PictureView { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__(id="picture")
        self._picture: Photograph | None = None
        self._strips: list[Strip] = []

    def show(self, picture: "Photograph") -> None:
        """Show this one."""
        self._picture = picture
        self._lay_out()

    def on_resize(self) -> None:
        """Other room, other points."""
        self._lay_out()

    def _lay_out(self) -> None:
        from caseworker.desk.picture import half_cells

        width, height = self.size
        self._strips = []
        if self._picture is not None and width > 0 and height > 0:
            plain = self.app.no_color
            for cells in half_cells(self._picture, width, height):
                left = Segment(" " * ((width - len(cells)) // 2))
                row = [_shade(*both) if plain else _colours(*both) for both in cells]
                self._strips.append(Strip([left, *row]))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the picture; the rows below it are blank."""
        if y >= len(self._strips):
            return Strip.blank(self.size.width, self.rich_style)
        strip = self._strips[y].apply_style(self.rich_style)
        return strip.adjust_cell_length(self.size.width, self.rich_style)


def _colours(upper: "Point", lower: "Point") -> Segment:
    behind = "#{:02x}{:02x}{:02x}".format(*lower)
    return Segment(UPPER_HALF, Style(color="#{:02x}{:02x}{:02x}".format(*upper), bgcolor=behind))


def _shade(upper: "Point", lower: "Point") -> Segment:
    light = sum((*upper, *lower)) / (6 * 256)
    return Segment(SHADES[int(light * len(SHADES))])
