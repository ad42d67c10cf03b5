"""Writers and readers at the same time on one store: no reader's cursor skips a committed change.

`python -m tests.hub.storm` lets ten writers and twenty readers at a real PostgreSQL for a minute
and prints what came of it (DESIGN §5.5).
"""

import argparse
import json as plain_json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle, islice
from random import Random
from threading import Thread
from time import monotonic

from msgspec import to_builtins
from sqlalchemy import insert, select

from caseworker.model.taxonomy import built_in
from caseworker.model.wire import AnnotationChange, LeftChange, OrderChange
from hub import feed, ledger, orders, units
from hub.enrolment import Bearer
from hub.store import Store, annotation, open_store, work_order, worker
from hub.units import Unit
from tests.hub.town import LAOJIE, START, STREET, XINGFULI, an_order, context
from tests.postgres import a_server

ORDERS = 8
"""Few orders, so that writers meet on them all the time."""


class Reader:
    """A desk that pulls small pages and keeps what they say."""

    def __init__(self, store: Store, place: Unit, limit: int) -> None:
        self._store = store
        self.place = place
        self._limit = limit
        self._cursor = feed.Cursor()
        self.pages = 0
        self.orders: dict[str, int] = {}
        self.annotations: dict[str, str] = {}

    def pull(self) -> None:
        """Pull until nothing is left."""
        more = True
        while more:
            with self._store.reading() as connection:
                page = feed.page(
                    connection,
                    feed.Reader(self.place.number, self.place.level),
                    self._cursor,
                    self._limit,
                    feed.Codes("", ""),
                    "g",
                )
            for change in page.changes:
                self._apply(change)
            self._cursor, more = feed.read_cursor(page.cursor), page.more
            self.pages += 1

    def _apply(self, change: object) -> None:
        match change:
            case OrderChange(order):
                self.orders[order["order_no"]] = order["revision"]
            case LeftChange(order_no):
                self.orders.pop(order_no, None)
                for gone in [one for one, on in self.annotations.items() if on == order_no]:
                    del self.annotations[gone]
            case AnnotationChange(said):
                assert said.order_no in self.orders, "an annotation came before its order"
                self.annotations[said.id] = said.order_no

    def missing(self) -> int:
        """How many orders and annotations differ from what the hub holds for this desk."""
        with self._store.reading() as connection:
            within = work_order.c.unit.in_(select(units.scope(self.place.number)))
            found = connection.execute(
                select(work_order.c.order_no, work_order.c.revision).where(within)
            ).all()
            said = connection.execute(
                select(annotation.c.id, annotation.c.order_no).join(work_order).where(within)
            ).all()
        return len(set(found) ^ set(self.orders.items())) + len(
            set(said) ^ set(self.annotations.items())
        )


@dataclass
class Outcome:
    """What a storm left behind."""

    writes: int = 0
    pages: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)


def storm(
    store: Store, seed: int, writers: int, readers: int, goes_on: Callable[[int], bool]
) -> Outcome:
    """Let them loose; each writer goes on while `goes_on(turn)` says so.

    Half of the writers change orders and move them between three units, half write about them.
    """
    places, bearer = _people(store)
    desks = [
        Reader(store, place, limit)
        for place, limit in islice(
            ((place, limit) for limit in cycle((1, 3, 50)) for place in places), readers
        )
    ]
    outcome = Outcome()

    def move(random: Random, turn: int) -> None:
        batch = [
            orders.Placed(
                an_order(str(random.randrange(ORDERS)), reply=f"{seed} {turn}"),
                random.choice(places).number,
            )
            for _i in range(3)
        ]
        store.write(lambda connection: orders.store(connection, batch, "store test", START))

    def say(random: Random, _turn: int) -> None:
        said = context(random.randrange(10**9), str(random.randrange(ORDERS)), author="李敏")
        fields = to_builtins(said)
        result = store.write(
            lambda connection: ledger.take(connection, bearer, fields, built_in(), START)
        )
        if (result.verdict, result.reason) not in (("stored", ""), ("later", "order_unknown")):
            outcome.failures.append(f"{result.verdict} {result.reason}")

    def write(number: int) -> None:
        random = Random(f"{seed} {number}")
        try:
            for turn in count():
                if not goes_on(turn):
                    break
                (move, say)[number % 2](random, turn)
                outcome.writes += 1
        except Exception as error:
            outcome.failures.append(repr(error))

    def read(desk: Reader) -> None:
        try:
            while any(thread.is_alive() for thread in at_work):
                desk.pull()
        except Exception as error:
            outcome.failures.append(repr(error))

    at_work = [Thread(target=write, args=(number,)) for number in range(writers)]
    _run([*at_work, *(Thread(target=read, args=(desk,)) for desk in desks)])
    for desk in desks:
        desk.pull()
        outcome.skipped += desk.missing()
        outcome.pages += desk.pages
    return outcome


def _run(threads: Sequence[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _people(store: Store) -> tuple[list[Unit], Bearer]:
    with store.writing() as connection:
        places = [units.ensure(connection, unit_id) for unit_id in (STREET, XINGFULI, LAOJIE)]
        clerk = connection.execute(
            insert(worker)
            .values(name="李敏", unit=places[0].number, role="office")
            .returning(worker.c.number)
        ).scalar_one()
    bearer = Bearer(
        number=clerk,
        worker="李敏",
        role="office",
        unit=places[0].number,
        unit_id=STREET,
        unit_name=STREET,
        level="street",
        device="d",
    )
    return places, bearer


def main() -> None:
    """Print the figures as JSON; exit 1 where a change was skipped or a call failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--writers", type=int, default=10)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with a_server() as server, server.database() as url:
        store = open_store(url, lambda: b"")
        ends = monotonic() + asked.seconds
        outcome = storm(
            store, asked.seed, asked.writers, asked.readers, lambda _turn: monotonic() < ends
        )
        store.close()
    print(plain_json.dumps({"seconds": asked.seconds, **vars(outcome)}, indent=2))
    sys.exit(bool(outcome.skipped or outcome.failures))


if __name__ == "__main__":
    main()
