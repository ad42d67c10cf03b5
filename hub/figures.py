"""How the marks fare, by code, category and unit: never by worker, never by caller.

Cells under `HIDDEN_BELOW` are hidden, and with them as many others as it takes for nobody to work
them out from a total; a figure that is 0 tells of nobody and stays.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from msgspec import json
from sqlalchemy import Connection, select

from caseworker.model.order import WorkOrder
from caseworker.model.wire import MarkCounts, MarkFigures
from hub import ledger, units
from hub.store import annotation, decision, recheck, unit, work_order

HIDDEN_BELOW: Final = 5

MEASURES: Final = ("granted", "refused", "reversed", "missed_harm")
"""`missed_harm`: granted marks in which a blind second look found harm."""

Counts = dict[str, dict[str, int]]
"""Name of a row → measure → how many marks."""


def marks(connection: Connection, top: int | None = None) -> MarkFigures:
    """The figures of a unit and all below it, or of the whole hub."""
    tables: dict[str, Counts] = {
        by: defaultdict(lambda: dict.fromkeys(MEASURES, 0)) for by in ("code", "category", "unit")
    }
    totals = dict.fromkeys(MEASURES, 0)
    for row, happened in _marks(connection, top):
        order = json.decode(row.body, type=WorkOrder)
        category = order.category[0].name if order.category else ""
        names = {"code": ledger.read(row).code, "category": category, "unit": row.unit_id}
        for measure in happened:
            totals[measure] += 1
            for by, name in names.items():
                tables[by][name][measure] += 1
    return MarkFigures(
        hidden_below=HIDDEN_BELOW,
        total=MarkCounts(name="", **{measure: _shown(count) for measure, count in totals.items()}),
        by_code=_guarded(tables["code"]),
        by_category=_guarded(tables["category"]),
        by_unit=_guarded(tables["unit"]),
    )


def hidden_cells(cells: Mapping[str, int]) -> set[str]:
    """The names whose figure must not be shown beside the others and their sum.

    The small ones; and where these are alone, or too few to stay uncertain, the next larger.
    """
    hidden = {name for name, count in cells.items() if 0 < count < HIDDEN_BELOW}
    others = sorted(
        (count, name) for name, count in cells.items() if count > 0 and name not in hidden
    )
    for _count, name in others:
        enough = sum(cells[one] for one in hidden) >= HIDDEN_BELOW
        if not hidden or (len(hidden) > 1 and enough):
            break
        hidden.add(name)
    return hidden


def _guarded(table: Counts) -> list[MarkCounts]:
    hidden = {
        measure: hidden_cells({name: row[measure] for name, row in table.items()})
        for measure in MEASURES
    }
    return [
        MarkCounts(
            name=name,
            **{
                measure: None if name in hidden[measure] else count
                for measure, count in row.items()
            },
        )
        for name, row in sorted(table.items())
    ]


def _shown(count: int) -> int | None:
    return None if 0 < count < HIDDEN_BELOW else count


def _marks(connection: Connection, top: int | None) -> list[tuple[Any, set[str]]]:
    """Each proposal that was ruled on, and what has happened to it."""
    query = (
        select(
            annotation.c.id,
            annotation.c.payload,
            annotation.c.order_revision,
            work_order.c.body,
            unit.c.id.label("unit_id"),
            decision.c.ruling,
            recheck.c.outcome,
        )
        .join(decision, decision.c.annotation_id == annotation.c.id)
        .join(work_order, work_order.c.order_no == annotation.c.order_no)
        .join(unit, unit.c.number == work_order.c.unit)
        .outerjoin(recheck, recheck.c.annotation_id == annotation.c.id)
        .order_by(annotation.c.number, decision.c.number)
    )
    if top is not None:
        query = query.where(work_order.c.unit.in_(select(units.scope(top))))
    found: dict[str, tuple[Any, set[str]]] = {}
    for row in connection.execute(query):
        _row, happened = found.setdefault(row.id, (row, set()))
        if row.ruling in MEASURES:
            happened.add(row.ruling)
        if row.outcome == "harm":
            happened.add("missed_harm")
    return list(found.values())
