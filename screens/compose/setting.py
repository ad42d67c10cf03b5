"""How a text is set while one types it: as the rest of the desk sets Chinese.

Textual breaks lines at spaces alone, so that a Chinese paragraph begins a line of its own behind
the first code in it, and is then cut anywhere: within a number, or behind an opening bracket.
"""

from textual.document._document import Location
from textual.document._wrapped_document import WrappedDocument

from screens.lines import breaks


class SetText(WrappedDocument):
    """A document in lines that break where `lines.wrap` breaks them."""

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        """Set all lines anew for a width; 0 sets each paragraph in one line."""
        super().wrap(0, tab_width)
        self._width = width
        if not width:
            return
        self._wrap_offsets = [
            list(breaks(line, width, hanging=False)) for line in self.document.lines
        ]
        rows = [
            (line, section)
            for line, offsets in enumerate(self._wrap_offsets)
            for section in range(len(offsets) + 1)
        ]
        self._offset_to_line_info = rows
        self._line_index_to_offsets = [[] for _line in self._wrap_offsets]
        for row, (line, _section) in enumerate(rows):
            self._line_index_to_offsets[line].append(row)

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        """Set anew after an edit: a text is short enough to be set whole at every key."""
        self.wrap(self._width)
