"""The views at the left, with how many orders each holds."""

from caseworker.desk.views import VIEWS, View, count_in
from caseworker.locale import _
from screens.lines import Line, column, piece
from screens.seat import Seat
from screens.widgets.line_list import LineList

COUNTED_TO = 999
"""Counting further costs time and tells nobody more."""


DIGITS = "1234567890"
"""The keys of the first ten views."""


class ViewList(LineList):
    """The views by their digit; the one that is shown has a sign before it."""

    def __init__(self, seat: Seat) -> None:
        super().__init__("views")
        self._seat = seat
        self._views = list(VIEWS.values())
        self._counts: dict[str, int] = {}
        self.shown = self._views[0].name

    def on_mount(self) -> None:
        """Show the names first; the counts follow."""
        self.set_rows(len(self._views))

    def current(self) -> View:
        """The view under the cursor."""
        return self._views[self.cursor]

    def show(self, view: View) -> None:
        """Say which view is shown."""
        self.shown = view.name
        self.set_rows(len(self._views), self._views.index(view))

    def count(self) -> None:
        """Count each view's orders, one at a time, so that keys are answered between."""
        self.call_later(self._count_from, 0)

    def _count_from(self, position: int) -> None:
        if not self.is_attached or not self.size.width:
            return
        if position == len(self._views):
            self.refresh()
            return
        view = self._views[position]
        self._counts[view.name] = count_in(self._seat.cache, view, self._seat.now(), COUNTED_TO + 1)
        self.call_later(self._count_from, position + 1)

    def key_of(self, position: int) -> object:
        """A line depends on the count and on whether the view is shown."""
        name = self._views[position].name if position < self.rows else ""
        return (position, self._counts.get(name), name == self.shown)

    def line_at(self, position: int, width: int) -> Line:
        """A view's line: its digit, its name, its count."""
        if position >= len(self._views):
            return []
        view = self._views[position]
        counted = self._counts.get(view.name)
        told = "" if counted is None else f"{COUNTED_TO}+" if counted > COUNTED_TO else str(counted)
        here = view.name == self.shown
        empty = not counted
        name = column(_(view.label), width - 7, "accent" if here else "dim" if empty else "plain")
        digit = DIGITS[position] if position < len(DIGITS) else " "
        return [
            piece(">" if here else " ", "accent"),
            piece(f"{digit} ", "dim"),
            name,
            column(told, 4, "accent" if here else "dim", right=True),
        ]
