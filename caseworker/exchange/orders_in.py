"""Work orders out of somebody's table: CSV and TSV, by the column map that knows its headers."""

from itertools import product
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from caseworker.exchange.columns import ColumnMap, built_in_maps, find_map
from caseworker.exchange.layout import Layout
from caseworker.exchange.row import RowRefused, read_row
from caseworker.exchange.table import (
    DELIMITERS,
    HEAD_ROWS,
    NO_TABLE,
    Encoding,
    Record,
    encodings,
    head,
    records,
)
from caseworker.locale import _
from caseworker.model.order import WorkOrder
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe


class Refused(Struct, frozen=True):
    """A row that did not go in.

    `row` counts from 1 at the top of the file, as a spreadsheet shows it: the header row and
    everything above it included, a cell of several lines counting as one row. `reason` is a
    sentence in the user's language.
    """

    row: int
    reason: str


class ReadResult(Struct, frozen=True, kw_only=True):
    """What a table held. `read` rows = the orders + the refused + the `repeated` ones."""

    orders: list[WorkOrder]
    refused: list[Refused]
    read: int
    repeated: int
    """Rows that say the same as an earlier row: nothing of them is lost, nothing to be mended."""
    map_name: str


def read_orders(path: Path, map_name: str | None = None) -> ReadResult:
    """The work orders in a table, in its order.

    `map_name` names a column map or a TOML file of one; None takes the built-in map that knows
    the most of the table's headers. Raises `Trouble` where there is nothing to read.
    """
    maps = built_in_maps() if map_name is None else [find_map(map_name)]
    found = _recognise(path, maps, named=map_name is not None)
    layout = Layout(found.column_map, found.header.cells or [])
    orders: list[WorkOrder] = []
    refused: list[Refused] = []
    rows: dict[str, tuple[int, WorkOrder]] = {}
    read = repeated = 0
    for record in records(path, found.encoding, found.delimiter, layout.width):
        if record.row <= found.header.row or _says_nothing(record, found.header):
            continue
        read += 1
        try:
            order = _order(layout, record)
            before, same = rows.setdefault(order.order_no, (record.row, order))
            if before == record.row:
                orders.append(order)
            elif same == order:
                repeated += 1
            else:
                raise RowRefused(
                    _("Row {row} has the same order number and says something else.").format(
                        row=before
                    )
                )
        except RowRefused as reason:
            refused.append(Refused(record.row, str(reason)))
    return ReadResult(
        orders=orders,
        refused=refused,
        read=read,
        repeated=repeated,
        map_name=found.column_map.name,
    )


class _Recognised(NamedTuple):
    """Which map knows the file, how it is read and its cells are parted, and its header row."""

    column_map: ColumnMap
    encoding: Encoding
    delimiter: str
    header: Record


def _recognise(path: Path, maps: list[ColumnMap], *, named: bool) -> _Recognised:
    """The map and the header row of which the most columns are known; raises `Trouble`."""
    best, known = None, 0
    is_table = False
    for encoding, delimiter in product(encodings(path), DELIMITERS):
        for record in head(path, encoding, delimiter):
            cells = record.cells or []
            is_table |= len(cells) > 1
            for column_map in maps:
                knows = column_map.known(cells)
                if knows > known and (named or knows >= column_map.recognised_by):
                    best, known = _Recognised(column_map, encoding, delimiter, record), knows
    if best is not None:
        return best
    if not is_table:
        raise Trouble(_(NO_TABLE).format(file=safe(str(path))))
    raise Trouble(
        _(
            "None of the first {rows} rows of {file} names the columns of an order table, such as "
            "工单编号 or Unique Key. If it is one, describe its columns in a .toml file and name "
            "that with --map."
        ).format(rows=HEAD_ROWS, file=safe(str(path)))
    )


def _order(layout: Layout, record: Record) -> WorkOrder:
    if record.cells is None:
        raise RowRefused(_("A quotation mark in the row is never closed."))
    return read_row(layout, record.cells)


def _says_nothing(record: Record, header: Record) -> bool:
    """Whether a row is blank, or is the header row again, as at the top of a printed page."""
    return record.cells is not None and (
        record.cells == header.cells or not any(cell.strip() for cell in record.cells)
    )
