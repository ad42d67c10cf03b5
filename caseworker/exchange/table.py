"""Text tables (CSV, TSV): from the bytes of a file to its rows, and what is no table at all."""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Final, NamedTuple

from caseworker.locale import _, mark
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe

DELIMITERS: Final = (",", "\t", ";")

HEAD_ROWS: Final = 20
"""Rows among which the header row is looked for: sheets begin with titles (DOMAIN §0.6)."""

_RECORD_LINES_MAX: Final = 500
"""A record of more lines than this is a quotation mark that nobody closed."""

_FIELD_MAX: Final = 2**31 - 1
"""csv stops the whole file at a longer cell; too long a text is one row's matter here."""

_CHUNK: Final = 1 << 20
"""Bytes."""

_SPOILT: Final = 0.1
_ENOUGH: Final = 10_000
"""So many spoilt characters tell what a file is not, without reading on."""

_WORKBOOK: Final = mark(
    "{file} is a workbook, not a text table. Save it as CSV (UTF-8), with the column of order "
    "numbers as text, and import that."
)
_PAGE: Final = mark("{file} is a web page, not a table, whatever its name says. Save it as CSV.")
NO_TABLE: Final = mark("{file} is not a table. Import takes CSV and TSV files.")
"""The sentence for a file without rows and columns, to be translated and told the file."""

_BEGINNINGS: Final = (
    (b"PK\x03\x04", _WORKBOOK),
    (b"\xd0\xcf\x11\xe0", _WORKBOOK),
    (b"\x89PNG", NO_TABLE),
    (b"\xff\xd8\xff", NO_TABLE),
    (b"GIF8", NO_TABLE),
    (b"%PDF", NO_TABLE),
    (b"\x1f\x8b", NO_TABLE),
    (b"7z\xbc\xaf", NO_TABLE),
    (b"Rar!", NO_TABLE),
    (b"SQLite format 3", NO_TABLE),
)
_MARKUP: Final = re.compile(rb"\s*<(!doctype|html|head|body|table|meta|\?xml|div|script)\b", re.I)
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


class Encoding(NamedTuple):
    """How to decode a file so that bytes that are no text show as lone surrogates in their row."""

    codec: str
    errors: str = "surrogateescape"


def _as_surrogates(error: UnicodeError) -> tuple[str | bytes, int]:
    """Lone surrogates as they are, and half a character at the end of the file as one of them."""
    try:
        return codecs.lookup_error("surrogatepass")(error)
    except UnicodeDecodeError as damage:
        return "\udcff", damage.end


_DAMAGED_UTF16: Final = "caseworker.damaged_utf16"
codecs.register_error(_DAMAGED_UTF16, _as_surrogates)


class Record(NamedTuple):
    """One row of a table. `row` counts from 1 as a spreadsheet does, the header row included."""

    row: int
    cells: list[str] | None
    """None where a quotation mark is never closed, so that nobody can say where the row ends."""


def encodings(path: Path) -> list[Encoding]:
    """How the file may be read, the likeliest first; the header row decides among several.

    Raises `Trouble` where the file is absent, unreadable, empty or no text.
    """
    with _reading(path), path.open("rb") as file:
        beginning = file.read(4096)
    _refuse_what_is_no_text(path, beginning)
    if beginning.startswith(codecs.BOM_UTF8):
        return [Encoding("utf-8-sig")]
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [Encoding("utf-16", _DAMAGED_UTF16)]
    damage = _damage(path, "utf-8")
    if damage == 0:
        return [Encoding("utf-8")]
    # A sheet in UTF-8 with one spoilt row stays one: GB18030 finds a reading for most bytes.
    if damage <= _SPOILT or damage < _damage(path, "gb18030"):
        return [Encoding("utf-8"), Encoding("gb18030")]
    return [Encoding("gb18030"), Encoding("utf-8")]


def head(path: Path, encoding: Encoding, delimiter: str) -> list[Record]:
    """The rows among which the header row is looked for."""
    return list(islice(records(path, encoding, delimiter, width=0), HEAD_ROWS))


def records(path: Path, encoding: Encoding, delimiter: str, width: int) -> Iterator[Record]:
    """Every row of the file, blank ones included, those before the header row too.

    `width` is the number of cells of the header row. A quotation mark that nobody closes would
    swallow the rows after it: then only the row that opens it is given up.
    """
    csv.field_size_limit(_FIELD_MAX)
    with (
        _reading(path),
        path.open(encoding=encoding.codec, errors=encoding.errors, newline="") as f,
    ):
        lines = _Lines(f)
        for row in count(1):
            lines.begin()
            cells = next(csv.reader(lines, delimiter=delimiter), None)
            if cells is None:
                return
            if lines.ran_out or _swallows(lines.taken, cells, width, delimiter):
                lines.give_back_all_but_first()
                yield Record(row, None)
            else:
                yield Record(row, cells)


class _Lines:
    """The lines of a file, for the reader of one record at a time."""

    def __init__(self, file: Iterator[str]) -> None:
        self._file = file
        self._given_back: deque[str] = deque()
        self.taken: list[str] = []
        """The lines of the record being read."""
        self.ran_out = False
        """Whether the record asked for more lines than there are, or than a record may have."""

    def begin(self) -> None:
        self.taken = []
        self.ran_out = False

    def give_back_all_but_first(self) -> None:
        self._given_back.extendleft(reversed(self.taken[1:]))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = None
        if len(self.taken) < _RECORD_LINES_MAX:
            line = self._given_back.popleft() if self._given_back else next(self._file, None)
        if line is None:
            self.ran_out = bool(self.taken)
            raise StopIteration
        self.taken.append(line)
        return line


def _swallows(taken: list[str], cells: list[str], width: int, delimiter: str) -> bool:
    """Whether a record of several lines is malformed and one of its lines is a row of its own."""
    if len(taken) == 1 or (len(cells) == width and _well_formed(taken, delimiter)):
        return False
    alone = (next(csv.reader([line], delimiter=delimiter), []) for line in taken[1:])
    return width > 1 and any(len(cells) == width for cells in alone)


def _well_formed(lines: list[str], delimiter: str) -> bool:
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        if path.is_dir():
            raise Trouble(_("{file} is a folder. Name a file in it.").format(file=safe(str(path))))
        if path.exists() and not path.is_file():
            raise Trouble(_("{file} is not a plain file.").format(file=safe(str(path))))
        yield
    except FileNotFoundError as error:
        raise Trouble(
            _("There is no file {file}: check the path.").format(file=safe(str(path)))
        ) from error
    except PermissionError as error:
        raise Trouble(
            _("You may not read the file {file}.").format(file=safe(str(path)))
        ) from error
    except OSError as error:
        raise Trouble(
            _("The file {file} cannot be read: {why}").format(
                file=safe(str(path)), why=error.strerror
            )
        ) from error


def _refuse_what_is_no_text(path: Path, beginning: bytes) -> None:
    if not beginning.removeprefix(codecs.BOM_UTF8).strip():
        raise Trouble(_("The file {file} is empty.").format(file=safe(str(path))))
    for signature, sentence in _BEGINNINGS:
        if beginning.startswith(signature):
            raise Trouble(_(sentence).format(file=safe(str(path))))
    if _MARKUP.match(beginning.removeprefix(codecs.BOM_UTF8)):
        raise Trouble(_(_PAGE).format(file=safe(str(path))))
    wide = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not wide and len(_CONTROLS.findall(beginning)) > len(beginning) / 10:
        raise Trouble(_(NO_TABLE).format(file=safe(str(path))))


def _damage(path: Path, codec: str) -> float:
    """The share of what is not ASCII in the file that `codec` cannot read, from 0 to 1."""
    spoilt = sound = 0
    dropping, marking = (codecs.getincrementaldecoder(codec)(e) for e in ("ignore", "replace"))
    with _reading(path), path.open("rb") as file:
        while (chunk := file.read(_CHUNK)) and spoilt < _ENOUGH:
            readable = dropping.decode(chunk)
            spoilt += len(marking.decode(chunk)) - len(readable)
            sound += len(readable) - len(readable.encode("ascii", "ignore"))
    # A character cut off by the end of the file is one more.
    spoilt += bool(marking.getstate()[0])
    return spoilt / max(sound + spoilt, 1)
