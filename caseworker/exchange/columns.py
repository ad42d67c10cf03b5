"""Column maps: which header of somebody's table means which field of a work order, as TOML data.

The built-in maps lie in `maps/`. An office writes its own in the same form and names it by its
path: `import sheet.csv --map our-city.toml`.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property, lru_cache
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct, ValidationError, convert, field
from msgspec.structs import replace

from caseworker.locale import _
from caseworker.model.order import LEVELS
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe
from caseworker.text.toml import read_toml

DateOrder = Literal["ymd", "mdy", "dmy"]

LINES: Final = (
    *("title", "type", "channel", "address", "district", "street", "community", "unit"),
    *("caller_name", "caller_phone", "previous_no", "urge_no"),
)
TEXTS: Final = ("content", "reply")
MOMENTS: Final = ("received_at", "dispatched_at", "closed_at", "return_by")
DEADLINES: Final = ("deadline", *(f"deadlines.{level}" for level in LEVELS))
FLAGS: Final = ("urgent", "is_secret", "first_contact")

COORDINATES: Final = ("lat", "lon")

FIELDS: Final = (
    *("order_no", *LINES, *TEXTS, "state", "labels", *FLAGS, *COORDINATES),
    # Deadlines after the other times: an amount of hours counts from one of them.
    *(*MOMENTS, *DEADLINES),
)
"""What `columns` of a map may name, in the order of reading. Hashes and revisions are the hub's."""


class Join(Struct, frozen=True, forbid_unknown_fields=True):
    """Several columns that make one field; it applies where the first of them has a value."""

    join: tuple[str, ...]
    between: str = field(name="with", default=" ")


class Category(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the category path stands: a column for each level, or one column for the path."""

    levels: tuple[tuple[str, ...], ...] = ()
    codes: tuple[tuple[str, ...], ...] = ()
    path: tuple[str, ...] = ()
    separators: str = ">"


class YesNo(Struct, frozen=True, forbid_unknown_fields=True):
    """The words of a yes-or-no column; `other` is what any other word means."""

    yes: frozenset[str]
    no: frozenset[str]
    other: bool

    def means(self, word: str) -> bool:
        """What a cell says; an empty one says no."""
        key = normal(word)
        if not word or key in self.no:
            return False
        return key in self.yes or self.other


class Amounts(Struct, frozen=True, forbid_unknown_fields=True):
    """The words for hours and for natural days in a deadline such as 24小时."""

    hours: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()


class ColumnMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One kind of table. Headers and coded words are compared by `normal`."""

    name: str
    zone: str = "Asia/Shanghai"
    """The zone of times that carry no offset (DESIGN §10)."""
    date_order: DateOrder = "ymd"
    recognised_by: int = 2
    """A header row with so many known columns, the order number among them, is this table."""
    columns: dict[str, tuple[str | Join, ...]]
    """Field → headers, the surest first."""
    category: Category = Category()
    closed: frozenset[str] = frozenset()
    """The words of `state` that say closed; any other word leaves the order open."""
    yes_no: dict[str, YesNo] = {}
    amounts: Amounts = Amounts()
    blank: frozenset[str] = frozenset()
    """Words that, exactly so, stand for an empty cell."""
    drop: frozenset[str] = frozenset()
    """Columns that are not stored at all."""
    no_place: frozenset[tuple[float, float]] = frozenset()
    """Coordinates that stand for "not located"."""

    def known(self, header: Iterable[str]) -> int:
        """How many cells of a row are headers of this map; 0 without the order number's."""
        cells = frozenset(map(normal, header))
        return len(cells & self._headers) if cells & self._number_headers else 0

    @cached_property
    def _number_headers(self) -> frozenset[str]:
        return _all_normal(chain.from_iterable(map(parts, self.columns["order_no"])))

    @cached_property
    def _headers(self) -> frozenset[str]:
        sources = (source for sources in self.columns.values() for source in sources)
        groups = (*self.category.levels, *self.category.codes, self.category.path, self.drop)
        return _all_normal(chain.from_iterable((*map(parts, sources), *groups)))


def parts(source: str | Join) -> tuple[str, ...]:
    """The headers that a source reads."""
    return source.join if isinstance(source, Join) else (source,)


@lru_cache(maxsize=4096)
def normal(words: str) -> str:
    """Headers and coded words without case, width, spaces and punctuation.

    A word that is punctuation alone (√, ×) stays as it is.
    """
    folded = unicodedata.normalize("NFKC", words).casefold()
    return _NOT_WORD.sub("", folded) or folded.strip()


_NOT_WORD: Final = re.compile(r"[\W_]+")


def built_in_maps() -> list[ColumnMap]:
    """The maps that come with the program, in the order of their names."""
    folder = resources.files("caseworker.exchange").joinpath("maps")
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return [_parse(file.read_text("utf-8")) for file in files if file.name.endswith(".toml")]


def find_map(name: str) -> ColumnMap:
    """The map of that name, or in the TOML file of that path; raises `Trouble`."""
    known = {column_map.name: column_map for column_map in built_in_maps()}
    if name in known:
        return known[name]
    if not name.endswith(".toml"):
        raise Trouble(
            _("There is no column map {map}: take {known}, or the path of a .toml file.").format(
                map=safe(name), known=", ".join(known)
            )
        )
    try:
        return _parse(Path(name).read_text("utf-8-sig"))
    except OSError as error:
        raise Trouble(
            _("The column map {map} cannot be read: {why}").format(
                map=safe(name), why=error.strerror
            )
        ) from error
    except (ValueError, ValidationError) as error:
        raise Trouble(
            _("The column map {map} cannot be used: {why}").format(
                map=safe(name), why=safe(str(error))
            )
        ) from error


def _parse(toml: str) -> ColumnMap:
    """Read a map; raises `ValueError` or `msgspec.ValidationError` with what is wrong in it."""
    read = convert(read_toml(toml), ColumnMap)
    if unknown := read.columns.keys() - set(FIELDS):
        raise ValueError(_("no such field: {name}").format(name=", ".join(sorted(unknown))))
    if not read.columns.get("order_no"):
        raise ValueError(_("it names no column for order_no"))
    if wordless := (read.columns.keys() & set(FLAGS)) - read.yes_no.keys():
        raise ValueError(
            _("yes_no has no words for {name}").format(name=", ".join(sorted(wordless)))
        )
    try:
        ZoneInfo(read.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(_("no such time zone: {name}").format(name=read.zone)) from error
    return replace(
        read,
        closed=_all_normal(read.closed),
        yes_no={
            name: replace(words, yes=_all_normal(words.yes), no=_all_normal(words.no))
            for name, words in read.yes_no.items()
        },
        amounts=Amounts(_all_normal(read.amounts.hours), _all_normal(read.amounts.days)),
        drop=_all_normal(read.drop),
    )


def _all_normal(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(normal, words))
