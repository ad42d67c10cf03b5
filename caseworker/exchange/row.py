"""One row of a table, and the work order that it stands for."""

import re
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import zip_longest
from typing import Any, Final

from msgspec.inspect import StrType, StructType, type_info

from caseworker.exchange.columns import DEADLINES, FLAGS, LINES, MOMENTS, TEXTS, normal
from caseworker.exchange.layout import Layout, Source
from caseworker.exchange.times import DATE_LIKE, Unreadable, read_amount, read_moment
from caseworker.locale import _
from caseworker.model.order import (
    LEVELS,
    LONG_TEXT_MAX,
    CategoryStep,
    Level,
    WorkOrder,
    own_deadline,
)
from caseworker.text.door import NotAdmitted, admit

Sources = tuple[Source, ...]

_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,3}")
"""What a spreadsheet makes of a long number: 4.40300E+17."""

_AS_TEXT: Final = re.compile(r"""="([^"]*)"|'(\d*)""")
"""How a spreadsheet is told to leave digits alone: ="0123" or '0123."""
_MARKS_TEXT: Final = ("=", "'")

_BETWEEN_LABELS: Final = re.compile(r"[,，;；、|\s]+")


class RowRefused(Exception):
    """A row that makes no work order; the message is the reason, in the user's language."""


def read_row(layout: Layout, cells: list[str]) -> WorkOrder:
    """The work order in a row of cells; raises `RowRefused`.

    A cell that a field was read from is settled; every other one that says something is kept in
    `extra` under its header. So is the word of a state or an urgency, which says more than the
    field does.
    """
    _refuse_what_is_no_text(cells)
    if len(cells) > layout.width and any(cells[layout.width :]):
        raise RowRefused(
            _(
                "The row has {cells} cells and the header {columns}: "
                "a text with the delimiter in it is not in quotation marks."
            ).format(cells=len(cells), columns=layout.width)
        )
    return _Row(layout, cells + [""] * (layout.width - len(cells))).order()


class _Row:
    """What has been read from one row so far."""

    def __init__(self, layout: Layout, cells: list[str]) -> None:
        self._layout = layout
        self._as_came = cells
        blank = layout.map.blank
        self._cells = ["" if cell in blank else cell for cell in map(str.strip, cells)]
        """Without blanks around them, and empty where a word only stands for an empty cell."""
        self._settled: set[int] = set()
        self._fields: dict[str, Any] = {}

    def order(self) -> WorkOrder:
        for name, sources in self._layout.fields.items():
            _READERS[name](self, name, sources)
        if "order_no" not in self._fields:
            raise RowRefused(_("The order number is missing."))
        self._settle_deadlines()
        self._settle_state()
        self._read_place()
        self._read_category()
        self._keep_the_rest()
        return WorkOrder(**self._fields)

    def read_order_no(self, name: str, sources: Sources) -> None:
        self.read_line(name, sources)
        number = self._fields.get(name, "")
        if _ROUNDED.fullmatch(number):
            raise RowRefused(
                _(
                    "A spreadsheet rounded the order number to {number}. "
                    "Set the column to text there and export again."
                ).format(number=number)
            )
        if not number.isprintable():
            raise RowRefused(_("The order number holds characters that cannot be shown."))

    def read_reference(self, name: str, sources: Sources) -> None:
        """The number of another order; a rounded one would point at the wrong order."""
        source = self._first(sources)
        if source and not _ROUNDED.fullmatch(self._cells[source.columns[0]]):
            self.read_line(name, (source,))

    def read_line(self, name: str, sources: Sources) -> None:
        if source := self._first(sources):
            self._put(name, self._line(source), source)

    def read_text(self, name: str, sources: Sources) -> None:
        """Words of a citizen or an office, as they came."""
        if source := self._first(sources):
            told = [self._as_came[column] for column in source.columns if self._cells[column]]
            self._put(name, source.between.join(told), source)

    def read_moment(self, name: str, sources: Sources) -> None:
        if source := self._first(sources):
            try:
                self._put(name, self._moment(source), source)
            except Unreadable as error:
                raise self._unreadable(source) from error

    def read_deadline(self, name: str, sources: Sources) -> None:
        """The first time among the sources, or the first amount that counts from the call.

        An amount is not settled: how the deadline came about stays in sight.
        """
        for source in sources:
            text = self._cells[source.columns[0]]
            if not text:
                continue
            try:
                self._put(name, self._moment(source, last_minute=True), source)
                return
            except Unreadable as error:
                if DATE_LIKE.match(text):
                    raise self._unreadable(source) from error
            amount = read_amount(text, self._layout.map.amounts)
            received = self._fields.get("received_at")
            if amount is not None and received is not None:
                self._fields[name] = received + amount
                return

    def read_flag(self, name: str, sources: Sources) -> None:
        if source := self._first(sources):
            word = self._cells[source.columns[0]]
            self._put(name, self._layout.map.yes_no[name].means(word), source)

    def read_urgency(self, name: str, sources: Sources) -> None:
        if source := self._first(sources):
            word = self._cells[source.columns[0]]
            self._fields[name] = self._layout.map.yes_no[name].means(word)

    def read_state(self, name: str, sources: Sources) -> None:
        if source := self._first(sources):
            word = normal(self._cells[source.columns[0]])
            self._fields[name] = "closed" if word in self._layout.map.closed else "open"

    def read_labels(self, name: str, sources: Sources) -> None:
        if source := self._first(sources):
            labels = _BETWEEN_LABELS.split(self._line(source))
            self._put(name, tuple(label for label in labels if label), source)

    def _settle_deadlines(self) -> None:
        levels: dict[Level, datetime] = {
            level: self._fields.pop(f"deadlines.{level}")
            for level in LEVELS
            if f"deadlines.{level}" in self._fields
        }
        if levels:
            self._fields["deadlines"] = levels
            own = own_deadline(levels, "street") or levels["community"]
            self._fields.setdefault("deadline", own)

    def _settle_state(self) -> None:
        if "closed_at" in self._fields:
            self._fields.setdefault("state", "closed")

    def _read_place(self) -> None:
        lat, lon = map(self._first, self._layout.place)
        if lat and lon:
            place = (_degrees(self._cells[lat.columns[0]]), _degrees(self._cells[lon.columns[0]]))
            on_earth = abs(place[0]) <= 90 and abs(place[1]) <= 180
            if on_earth and place != (0, 0) and place not in self._layout.map.no_place:
                self._put("lat", place[0], lat)
                self._put("lon", place[1], lon)

    def _read_category(self) -> None:
        layout = self._layout
        steps = []
        for level, codes in zip_longest(layout.levels, layout.level_codes, fillvalue=()):
            if name := self._settled_line(level):
                steps.append(CategoryStep(name, self._settled_line(codes)))
        widest = layout.levels[0] if layout.levels else ()
        if self._first(widest) is None:
            names = layout.path_separator.split(self._settled_line(layout.path))
            steps = [CategoryStep(name.strip()) for name in names if name.strip()] + steps
        if steps:
            self._fields["category"] = tuple(steps)

    def _keep_the_rest(self) -> None:
        extra = {}
        for position, label in self._layout.kept:
            cell = self._cells[position]
            if cell and position not in self._settled:
                _refuse_too_long(cell, LONG_TEXT_MAX, label)
                extra[label] = cell
        if extra:
            self._fields["extra"] = extra

    def _first(self, sources: Sources) -> Source | None:
        """The first source that says something."""
        for source in sources:
            if self._cells[source.columns[0]]:
                return source
        return None

    def _line(self, source: Source) -> str:
        cells = [self._cells[column] for column in source.columns if self._cells[column]]
        return source.between.join(map(_one_line, cells))

    def _settled_line(self, sources: Sources) -> str:
        source = self._first(sources)
        if source is None:
            return ""
        self._settled.update(source.columns)
        line = self._line(source)
        _refuse_too_long(line, _LINE_MAX, self._label(source))
        return line

    def _moment(self, source: Source, *, last_minute: bool = False) -> datetime:
        text = self._cells[source.columns[0]]
        layout = self._layout
        return read_moment(text, layout.zone, layout.map.date_order, last_minute=last_minute)

    def _put(self, name: str, value: object, source: Source) -> None:
        if isinstance(value, str):
            _refuse_too_long(value, _LIMITS[name], self._label(source))
        self._fields[name] = value
        self._settled.update(source.columns)

    def _label(self, source: Source) -> str:
        return self._layout.labels[source.columns[0]]

    def _unreadable(self, source: Source) -> RowRefused:
        return RowRefused(
            _("The time in column {column} cannot be read.").format(column=self._label(source))
        )


_READERS: Final[dict[str, Callable[[_Row, str, Sources], None]]] = {
    "order_no": _Row.read_order_no,
    **dict.fromkeys(LINES, _Row.read_line),
    **dict.fromkeys(TEXTS, _Row.read_text),
    **dict.fromkeys(MOMENTS, _Row.read_moment),
    **dict.fromkeys(DEADLINES, _Row.read_deadline),
    **dict.fromkeys(FLAGS, _Row.read_flag),
    "urgent": _Row.read_urgency,
    "state": _Row.read_state,
    "labels": _Row.read_labels,
    "previous_no": _Row.read_reference,
    "urge_no": _Row.read_reference,
}


def _limits() -> dict[str, int]:
    """Field → its longest text, as the work order itself has it."""
    info = type_info(WorkOrder)
    return {
        field.name: field.type.max_length
        for field in (info.fields if isinstance(info, StructType) else ())
        if isinstance(field.type, StrType) and field.type.max_length is not None
    }


_LIMITS: Final = _limits()
_LINE_MAX: Final = _LIMITS["title"]


def _refuse_what_is_no_text(cells: list[str]) -> None:
    try:
        admit("".join(cells), most=sys.maxsize)
    except NotAdmitted as refused:
        if refused.reason == "nul":
            raise RowRefused(_("The row holds a NUL character.")) from refused
        raise RowRefused(_("The row holds bytes that are no text.")) from refused


def _refuse_too_long(text: str, longest: int, label: str) -> None:
    if len(text) > longest:
        raise RowRefused(
            _("The text in column {column} is longer than {max} characters.").format(
                column=label, max=longest
            )
        )


def _one_line(text: str) -> str:
    if text.startswith(_MARKS_TEXT) and (as_text := _AS_TEXT.fullmatch(text)):
        text = (as_text[1] or as_text[2] or "").strip()
    return text if text.isprintable() else " ".join(text.splitlines())


def _degrees(text: str) -> float:
    """Degrees, or a value that is nowhere on earth."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
