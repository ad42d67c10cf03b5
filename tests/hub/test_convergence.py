"""However writers and readers overlap, every desk ends with what the hub holds for it."""

from collections.abc import Callable
from random import Random
from threading import Thread

import pytest
from msgspec import to_builtins
from sqlalchemy import insert, select

from caseworker.model.taxonomy import built_in
from caseworker.model.wire import AnnotationChange, LeftChange, OrderChange
from hub import feed, ledger, orders, units
from hub.enrolment import Bearer
from hub.store import Store, annotation, work_order, worker
from hub.units import Unit
from tests.hub.town import LAOJIE, START, STREET, XINGFULI, an_order, context

TURNS = 25


class Reader:
    """A desk that pulls small pages and keeps what they say."""

    def __init__(self, store: Store, place: Unit, limit: int) -> None:
        self._store = store
        self._reader = feed.Reader(place.number, place.level)
        self._limit = limit
        self._cursor = feed.Cursor()
        self.orders: dict[str, int] = {}
        self.annotations: dict[str, str] = {}

    def pull(self) -> None:
        """Pull until nothing is left."""
        more = True
        while more:
            with self._store.reading() as connection:
                page = feed.page(
                    connection, self._reader, self._cursor, self._limit, feed.Codes("", ""), "g"
                )
            for change in page.changes:
                self._apply(change)
            self._cursor, more = feed.read_cursor(page.cursor), page.more

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


def held(store: Store, place: Unit) -> tuple[dict[str, int], dict[str, str]]:
    """What a desk of a unit must hold in the end."""
    with store.reading() as connection:
        within = work_order.c.unit.in_(select(units.scope(place.number)))
        found = connection.execute(
            select(work_order.c.order_no, work_order.c.revision).where(within)
        ).all()
        said = connection.execute(
            select(annotation.c.id, annotation.c.order_no).join(work_order).where(within)
        ).all()
    return dict(found), dict(said)


@pytest.mark.parametrize("seed", range(2))
def test_every_desk_ends_with_what_the_hub_holds_for_it(store: Store, seed: int) -> None:
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
    readers = [Reader(store, place, limit) for place in places for limit in (1, 3)]
    failures: list[BaseException] = []

    def move(random: Random, turn: int) -> None:
        batch = [
            orders.Placed(
                an_order(str(random.randrange(8)), reply=f"{seed} {turn}"),
                random.choice(places).number,
            )
            for _i in range(3)
        ]
        store.write(lambda connection: orders.store(connection, batch, "store test", START))

    def say(random: Random, turn: int) -> None:
        said = context(random.randrange(10**9), str(random.randrange(8)), author="李敏")
        fields = to_builtins(said)
        result = store.write(
            lambda connection: ledger.take(connection, bearer, fields, built_in(), START)
        )
        assert (result.verdict, result.reason) in (("stored", ""), ("later", "order_unknown")), turn

    def run(work: Callable[[Random, int], None], number: int) -> None:
        random = Random(f"{seed} {number}")
        try:
            for turn in range(TURNS):
                work(random, turn)
        except BaseException as error:
            failures.append(error)
            raise

    def read(reader: Reader) -> None:
        while any(writer.is_alive() for writer in writers):
            reader.pull()

    writers = [Thread(target=run, args=(work, n)) for n, work in enumerate([move, move, say, say])]
    desks = [Thread(target=read, args=(reader,)) for reader in readers[::2]]
    for thread in writers + desks:
        thread.start()
    for thread in writers + desks:
        thread.join()
    assert failures == []
    for reader, place in zip(readers, [place for place in places for _i in range(2)], strict=True):
        reader.pull()
        assert (reader.orders, reader.annotations) == held(store, place)
