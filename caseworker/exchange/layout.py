"""Where the fields of a column map stand in one table."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from caseworker.exchange.columns import COORDINATES, FIELDS, ColumnMap, Join, normal, parts


class Source(NamedTuple):
    """Columns, by position from 0, that make one field together; the first one decides."""

    columns: tuple[int, ...]
    between: str = ""


class Layout:
    """A column map laid over the header row of one table."""

    def __init__(self, column_map: ColumnMap, header: list[str]) -> None:
        self.map = column_map
        self.zone = ZoneInfo(column_map.zone)
        self.labels = _labels(header)
        """The header cells, made fit to name what is kept in `extra`; none twice."""
        self._positions: dict[str, list[int]] = {}
        for position, cell in enumerate(header):
            self._positions.setdefault(normal(cell), []).append(position)
        found = {name: self._any_of(column_map.columns.get(name, ())) for name in FIELDS}
        self.place = tuple(found.pop(name) for name in COORDINATES)
        """The sources of latitude and longitude."""
        self.fields = {name: sources for name, sources in found.items() if sources}
        """Field → its sources in this table, in the order of reading."""
        self.levels = [self._any_of(level) for level in column_map.category.levels]
        self.level_codes = [self._any_of(level) for level in column_map.category.codes]
        self.path = self._any_of(column_map.category.path)
        self.path_separator = _separator(column_map.category.separators)
        dropped = {p for name in column_map.drop for p in self._positions.get(name, ())}
        self.kept = [kept for kept in enumerate(self.labels) if kept[0] not in dropped]
        """Position and label of every column that may be stored."""

    @property
    def width(self) -> int:
        """The number of cells of the header row."""
        return len(self.labels)

    def _sources(self, wanted: str | Join) -> list[Source]:
        if isinstance(wanted, Join):
            found = [self._positions.get(normal(name), []) for name in parts(wanted)]
            joined = tuple(positions[0] for positions in found if positions)
            return [Source(joined, wanted.between)] if found[0] else []
        return [Source((position,)) for position in self._positions.get(normal(wanted), ())]

    def _any_of(self, sources: Iterable[str | Join]) -> tuple[Source, ...]:
        return tuple(found for wanted in sources for found in self._sources(wanted))


def _separator(signs: str) -> re.Pattern[str]:
    """Any of these signs, but none within an English word: Mold/Mildew and Non-emergency are one
    step each, and what is greater than is never part of a word."""
    inside = "".join(sign for sign in signs if sign in _IN_WORDS)
    between = "".join(sign for sign in signs if sign not in _IN_WORDS)
    either = [f"[{re.escape(between)}]"] if between else []
    if inside:
        either.append(f"(?<![A-Za-z])[{re.escape(inside)}]|[{re.escape(inside)}](?![A-Za-z])")
    return re.compile("|".join(either))


_IN_WORDS: Final = "-/"


def _labels(header: list[str]) -> list[str]:
    labels: list[str] = []
    for position, cell in enumerate(header, start=1):
        label = "".join(char for char in cell if char.isprintable()).strip() or f"#{position}"
        labels.append(f"{label} #{position}" if label in labels else label)
    return labels
