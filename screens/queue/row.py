"""One order as a line of the queue, and the columns that fit a width."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from caseworker.cache.lists import ListedOrder
from caseworker.desk.signs import Marks
from caseworker.locale import _
from screens.lines import Line, Tone, column, length, piece
from screens.moments import TIME_LEFT_CELLS, time_left

if TYPE_CHECKING:
    from caseworker.desk.arranged import Entry
    from caseworker.desk.windows import Closing

NUMBER_CELLS = 7
"""`…` and the last six digits, by which a street knows an order."""


class Columns(NamedTuple):
    """Cells of each column; 0 leaves it out."""

    number: int
    title: int
    place: int
    marks: int


@lru_cache(maxsize=64)
def columns(width: int) -> Columns:
    """The columns that fit: the appeal has the most room, and is the last to go."""
    free = width - 2 - TIME_LEFT_CELLS
    number = NUMBER_CELLS if width >= 80 else 0
    marks = 18 if width >= 110 else 12 if width >= 60 else 8 if width >= 46 else 0
    place = min(28, width // 5) if width >= 56 else 0
    gaps = 2 * sum(bool(cells) for cells in (number, 1, place, marks))
    return Columns(number, max(free - number - marks - place - gaps, 4), place, marks)


def queue_header(width: int) -> Line:
    """The names of the columns."""
    wide = columns(width)
    cells = [(wide.number, _("number")), (wide.title, _("appeal"))]
    cells += [(wide.place, _("place")), (wide.marks, _("marks"))]
    line = [piece("  "), column(_("time left"), TIME_LEFT_CELLS, "dim", right=True)]
    for room, name in cells:
        if room:
            line += [piece("  "), column(name, room, "dim")]
    return line


def queue_line(
    row: ListedOrder,
    marks: Marks,
    closing: "Closing | None",
    now: datetime,
    width: int,
    *,
    chosen: str,
    entry: "Entry | None" = None,
) -> Line:
    """An order's line: time left, number, appeal, place, marks; `chosen` is the sign of a marked
    one. The line of a group says how many orders it stands for, and where they are."""
    wide = columns(width)
    words, tone = time_left(row, now)
    line = [
        piece(chosen, "accent"),
        piece("+" if marks.short else " ", "accent"),
        column(words, TIME_LEFT_CELLS, tone, right=True),
    ]
    if wide.number:
        line += [piece("  "), column(short_number(row.order_no), wide.number, "dim")]
    title: Tone = "strong" if marks.fresh else "plain" if row.standing == 0 else "dim"
    before = [] if entry is None else _fold_sign(entry)
    place = "" if entry is None or entry.group is None or entry.is_open else entry.group.place
    if place and not wide.place:
        before.append(piece(f"{place}  ", "accent"))
    room = max(wide.title - length(before), 0)
    line += [piece("  "), *before, column(row.title or _("(no words)"), room, title)]
    if wide.place:
        line += [
            piece("  "),
            column(place or row.address, wide.place, "accent" if place else "dim"),
        ]
    if wide.marks:
        open_still = closing if closing is not None and closing.due > now else None
        line += [piece("  "), *mark_words(marks, wide.marks, open_still, now)]
    return line


def _fold_sign(entry: "Entry") -> Line:
    """Before the appeal: how many orders a group's line stands for, or whose an order's line is."""
    if entry.group is None:
        return []
    if not entry.is_first:
        return [piece("└ " if entry.row is entry.group.rows[-1] else "│ ", "dim")]
    return [piece(f"{'▾' if entry.is_open else '▸'} ×{len(entry.group.rows)} ", "accent")]


def fold_sign_at(width: int, cell: int) -> bool:
    """Whether a cell of a line is one in which the sign of a fold stands."""
    wide = columns(width)
    begin = 4 + TIME_LEFT_CELLS + (wide.number + 2 if wide.number else 0)
    return begin <= cell < begin + _SIGN_CELLS


_SIGN_CELLS: Final = 5
"""Cells of a fold's sign and its count that answer a click."""


def short_number(order_no: str) -> str:
    """The end of an order number, by which it is known; a short one whole."""
    return order_no if len(order_no) <= NUMBER_CELLS else f"…{order_no[-NUMBER_CELLS + 1 :]}"


def closing_words(closing: "Closing", now: datetime) -> str:
    """How long the dispatch may still be objected to; `~` stands before what was computed here."""
    minutes_left = max(int((closing.due - now).total_seconds()) // 60, 0)
    hours, minutes = divmod(minutes_left, 60)
    span = f"{hours}:{minutes:02}" if hours < _WHOLE_HOURS else _("{hours} h").format(hours=hours)
    words = _("object ~{span}") if closing.computed else _("object {span}")
    return words.format(span=span)


_WHOLE_HOURS: Final = 10
"""From so many hours on no minutes are told."""


def mark_words(
    marks: Marks, width: int, closing: "Closing | None" = None, now: datetime | None = None
) -> Line:
    """The signs beside an order, in as many whole words as fit; what can harm comes first."""
    words, presses = "", False
    if closing is not None and now is not None:
        words, presses = closing_words(closing, now), closing.presses(now)
    signs = (
        *_pressing_words(marks, words if presses else ""),
        *_other_words(marks, "" if presses else words),
    )
    line: Line = []
    for word, tone in signs:
        longer = [*line, piece(" "), piece(word, tone)] if line else [piece(word, tone)]
        if length(longer) <= width:
            line = longer
    return line


def _pressing_words(marks: Marks, closing: str) -> Iterator[tuple[str, Tone]]:
    if marks.safety:
        yield _("safety"), "danger"
    if marks.secret:
        yield _("secret"), "warning"
    if closing:
        yield closing, "warning"
    if marks.back:
        yield _("from shelf"), "warning"
    if marks.returned:
        yield _("came back"), "warning"


def _other_words(marks: Marks, closing: str) -> Iterator[tuple[str, Tone]]:
    if marks.alike:
        yield _("repeat?"), "accent"
    for code in dict.fromkeys(marks.proposals):
        yield code, "accent"
    if marks.drafts:
        yield _("draft"), "warning"
    if closing:
        yield closing, "plain"
    if marks.links:
        yield _("matter {count}").format(count=marks.links + 1), "plain"
    if marks.contexts:
        yield _("notes {count}").format(count=marks.contexts), "plain"
    if marks.shelved:
        yield _("shelved"), "dim"
