"""`python -m bench.repeats [ORDERS.csv LABELS.csv]`: how well repeats are found.

Without files the generated street, city and letters are measured; with files a city's own orders
(any table that `caseworker import` reads, or `--map`), and a CSV of `order_no,cluster`. A caller's
keyed hash may stand in a column `caller_hash`. Prints a table, then one JSON document.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import structs, to_builtins

from bench.repeats.baselines import PlaceTypeTime, TfIdf
from bench.repeats.city import city
from bench.repeats.letters import letters
from bench.repeats.measure import Figures, make_task, measure
from bench.repeats.ours import Ours, cache_of
from bench.repeats.rivers import rivers
from bench.repeats.street import Labelled, street
from caseworker.exchange.orders_in import read_orders
from caseworker.model.order import WorkOrder
from caseworker.model.trouble import Trouble
from caseworker.repeats.weights import LIKELY

GENERATED = {"street": street, "city": city, "letters": letters, "rivers": rivers}


def main() -> None:
    """Measure what the command line names."""
    options = _options()
    try:
        sets = list(_sets(options))
    except (Trouble, OSError) as error:
        sys.exit(str(error))
    document = {}
    for name, orders, matter_of in sets:
        figures = compare(orders, matter_of, options.queries)
        print(f"{name}: {len(orders)} orders, {figures[0].asked} asked about")
        _print(figures)
        document[name] = [to_builtins(one) for one in figures]
    print(json.dumps(document, ensure_ascii=False, indent=2))


def compare(orders: Sequence[WorkOrder], matter_of: dict[str, str], queries: int) -> list[Figures]:
    """Ours and the two baselines on one task."""
    texts = TfIdf(orders)
    task = make_task(orders, matter_of, queries, texts)
    with cache_of(orders) as cache:
        ours = measure(Ours(cache), task, LIKELY)
    return [ours, measure(texts, task), measure(PlaceTypeTime(orders), task)]


def read_labels(path: Path) -> dict[str, str]:
    """Order number → cluster, from a CSV with or without a header row.

    Raises `Trouble` where a row has fewer than two cells.
    """
    labels: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.reader(file), start=1):
            cells = [cell.strip() for cell in row]
            if not any(cells) or (line == 1 and cells[0].casefold() in ("order_no", "工单编号")):
                continue
            if len(cells) < 2 or not cells[0] or not cells[1]:
                raise Trouble(f"{path.name}, row {line}: an order number and a cluster are needed.")
            labels[cells[0]] = cells[1]
    return labels


def _sets(options: argparse.Namespace) -> Iterator[tuple[str, Sequence[WorkOrder], dict[str, str]]]:
    if options.orders is None:
        for name in options.only or GENERATED:
            yield name, *_unzipped(GENERATED[name](options.size, options.seed))
        return
    if options.labels is None:
        sys.exit("Name the file of labels (order_no,cluster) after that of the orders.")
    read = read_orders(options.orders, options.map)
    orders = [_with_caller(order) for order in read.orders]
    labels = read_labels(options.labels)
    known = {order.order_no for order in orders}
    matter_of = {number: cluster for number, cluster in labels.items() if number in known}
    print(
        f"{options.orders.name}: {read.read} rows read, {len(read.refused)} refused; "
        f"{len(labels) - len(matter_of)} labels name no order of it."
    )
    yield options.orders.name, orders, matter_of


def _unzipped(found: Sequence[Labelled]) -> tuple[list[WorkOrder], dict[str, str]]:
    return [one.order for one in found], {one.order.order_no: one.matter for one in found}


def _with_caller(order: WorkOrder) -> WorkOrder:
    named = order.extra.get("caller_hash")
    return structs.replace(order, caller_hash=str(named)) if named else order


def _print(figures: Sequence[Figures]) -> None:
    names = (
        "hit_1",
        "hit_5",
        "hit_5_hard",
        "recall_5",
        "mrr",
        "false_alarms",
        "likely_wrong",
        "likely_found",
    )
    print("".join([f"{'':<20}", *(f"{name:>14}" for name in names)]))
    for one in figures:
        values = (getattr(one, name) for name in names)
        shown = ("-" if value is None else f"{value:.3f}" for value in values)
        print("".join([f"{one.method:<20}", *(f"{value:>14}" for value in shown)]))
    print()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.repeats", description=__doc__)
    parser.add_argument("orders", nargs="?", type=Path)
    parser.add_argument("labels", nargs="?", type=Path)
    parser.add_argument("--map", help="a column map, by name or as a TOML file")
    parser.add_argument("--queries", type=int, default=1_000, help="orders asked about at most")
    parser.add_argument("--size", type=int, default=10_000, help="orders of a generated set")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", choices=sorted(GENERATED))
    return parser.parse_args()


if __name__ == "__main__":
    main()
