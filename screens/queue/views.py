"""The views at the left, with how many orders each holds."""

from collections.abc import Iterable

from caseworker.desk.views import VIEWS, View, count_in
from caseworker.locale import _
from screens.lines import Line, Tone, column, piece
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
        self._views: list[View | None] = list(VIEWS.values())
        self._counts: dict[str, int] = {}
        self.shown: View = VIEWS["today"]

    def on_mount(self) -> None:
        """Show the names first; the counts follow."""
        self.set_rows(len(self._views))

    def set_own(self, own: Iterable[View]) -> None:
        """Show the worker's own views below the others, under a heading."""
        several = list(own)
        self._views = [*VIEWS.values(), *([None, *several] if several else [])]
        self.set_rows(len(self._views))

    def current(self) -> View | None:
        """The view under the cursor; None on the heading."""
        return self._views[self.cursor] if self.cursor < len(self._views) else None

    def show(self, view: View) -> None:
        """Say which view is shown."""
        self.shown = view
        self.set_rows(len(self._views), self._views.index(view) if view in self._views else None)

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
        if view is None:
            self.call_later(self._count_from, position + 1)
            return
        self._counts[view.name] = count_in(self._seat.cache, view, self._seat.now(), COUNTED_TO + 1)
        self.call_later(self._count_from, position + 1)

    def key_of(self, position: int) -> object:
        """A line depends on the count and on whether the view is shown."""
        if position >= len(self._views):
            return len(self._views)
        view = self._views[position]
        if view is None:
            return position
        return (position, view.name, self._counts.get(view.name), view.name == self.shown.name)

    def line_at(self, position: int, width: int) -> Line:
        """A view's line: its digit, its name, its count."""
        if position >= len(self._views):
            return []
        view = self._views[position]
        if view is None:
            return [column(f" {_('Own views')}", width, "dim")]
        counted = self._counts.get(view.name)
        told = "" if counted is None else f"{COUNTED_TO}+" if counted > COUNTED_TO else str(counted)
        here = view.name == self.shown.name
        label = view.label if view.query else _(view.label)
        tone: Tone = "accent" if here else "plain" if counted else "dim"
        digit = DIGITS[position] if position < len(DIGITS) else " "
        return [
            piece(">" if here else " ", "accent"),
            piece(f"{digit} ", "dim"),
            column(label, width - 7, tone),
            column(told, 4, "accent" if here else "dim", right=True),
        ]
