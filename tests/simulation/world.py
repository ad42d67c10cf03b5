"""A street under glass: one hub, two to four desks, a centre, and the history of it all."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any, Final, Literal
from unittest.mock import patch

from msgspec import Struct, json, structs
from sqlalchemy import select, update

from caseworker.cache import annotations, connection, orders, outbox, settings
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.drafts import Draft
from caseworker.desk import annotate
from caseworker.desk.worker import worker
from caseworker.model.annotation import Annotation, Decision
from caseworker.model.me import Role
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in
from caseworker.model.trouble import HubOutOfReach, Trouble
from caseworker.model.wire import DecisionRequest
from hub import decisions, enrolment, load, units
from hub.problems import Refusal
from hub.store import annotation as hub_annotation
from hub.store import decision as hub_decision
from hub.store import device as hub_device
from hub.store import generation
from hub.store import unit as hub_unit
from hub.store import work_order as hub_order
from sync.engine import run
from sync.enrolment import client_of, enrol
from tests.builders import an_order
from tests.simulation.glass import START, Chance, Clock, under_glass
from tests.simulation.history import (
    BackedUp,
    Decided,
    Dispatched,
    End,
    Event,
    Held,
    HubRestarted,
    Imported,
    Kept,
    Logged,
    Napped,
    Own,
    Restored,
    Run,
    Snapshot,
    SyncBegan,
    SyncEnded,
    TokenEnded,
    Undone,
    Wrote,
)
from tests.simulation.hub_process import Died, HubProcess, a_hub
from tests.simulation.line import Line

HUB: Final = "http://127.0.0.1:12345"
STREET: Final = "heping"
XINGFULI: Final = "heping/xingfuli"
LAOJIE: Final = "heping/laojie"
OTHER_STREET: Final = "dongfeng"
ROUNDS_MAX: Final = 6
"""Rounds of good syncs until nobody may have anything left to write: a review waits for its mark,
which waits for its order, and others hear of it a round later."""

UNITS: Final = (XINGFULI, LAOJIE, OTHER_STREET)


class Seat(Struct, frozen=True):
    """Who sits at a desk."""

    desk: str
    worker: str
    role: Role
    unit: str


SEATS: Final = (
    Seat("office-pc", "李敏", "office", STREET),
    Seat("cadre", "赵刚", "cadre", XINGFULI),
    Seat("lead", "陈静", "lead", XINGFULI),
    Seat("laptop", "李敏", "office", STREET),
)
"""Two devices of one office worker, a cadre, and a lead who may review."""


class BrittleCache(Cache):
    """A cache whose process dies after so many statements."""

    left: int | None = None

    def execute(self, *arguments: Any, **named: Any) -> Any:
        self._burn()
        return super().execute(*arguments, **named)

    def execute_many(self, *arguments: Any, **named: Any) -> None:
        self._burn()
        super().execute_many(*arguments, **named)

    def _burn(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Died


class Desk:
    """One desk: its cache, its line, and a clock that may be off by `skew`."""

    def __init__(self, seat: Seat, place: Path, world: "World") -> None:
        self.seat = seat
        self.name = seat.desk
        self.skew = timedelta(0)
        self.needs_code = False
        self.syncing = False
        self.written = 0
        """Rows that the last sync wrote."""
        self._place = place
        self._world = world
        self.cache = self._opened()
        self.line = Line(self.name, world.hub, world.clock, world.events)
        self.line.in_transaction = lambda: self.cache.raw.in_transaction

    def now(self) -> Any:
        """The time as this device believes it to be."""
        return self._world.clock.hub_time() + self.skew

    def enrol(self) -> bool:
        """Enrol with a fresh code; False where the line or the hub stood in the way."""
        code = self._world.code(self.seat)
        try:
            enrol(self.cache, HUB, code, self.line)
        except Trouble:
            return False
        self.needs_code = False
        self._world.ended.discard(self.name)
        return True

    def sync(self, dies_after: int | None = None) -> str:
        """One sync; how it went. The process dies after so many statements where asked to."""
        world, before = self._world, self.cache.raw.total_changes
        world.tell(SyncBegan(self.name, world.clock.seconds))
        self.cache.left = dies_after
        self.syncing = True
        world.clock.naps = lambda seconds: world.tell(Napped(self.name, seconds))
        sentence = ""
        how: Literal["clean", "silent", "refused", "died"]
        try:
            with client_of(self.cache, self.line) as client:
                report = run(self.cache, client, now=self.now())
        except Died:
            how, written = "died", 0
            self.cache.close()
            self.cache = self._opened()
        else:
            written = self.cache.raw.total_changes - before
            trouble = report.trouble
            sentence = str(trouble or "")
            how = "clean" if trouble is None else "silent"
            if trouble is not None and not isinstance(trouble, HubOutOfReach):
                how, self.needs_code = "refused", True
        finally:
            self.syncing = False
            world.clock.naps = lambda _seconds: None
        self.cache.left = None
        self.written = written
        world.tell(SyncEnded(self.name, how, sentence, written, world.clock.seconds))
        world.tell(self.snapshot())
        return how

    def write(self, draft: Draft) -> Annotation | None:
        """Say something; None where the rules refuse it."""
        try:
            written = annotate.write(self.cache, draft, worker(self.cache), self.now()).annotation
        except annotate.Refused:
            return None
        self._world.tell(Wrote(self.name, written))
        return written

    def spoil(self, written: Annotation) -> None:
        """Change words that no hub has seen into what only the hub's rules refuse."""
        spoiled = structs.replace(written, code="C99")
        with self.cache.writing():
            annotations.rewrite_unsent(self.cache, spoiled)
        self._world.tell(Wrote(self.name, spoiled))

    def undo(self, annotation_id: str) -> None:
        """Take back what no hub can have seen."""
        if outbox.drop_unsent(self.cache, annotation_id):
            self._world.tell(Undone(self.name, annotation_id))

    def keep(self, annotation_id: str) -> None:
        """Settle refused words as a note."""
        if outbox.keep(self.cache, annotation_id, self.now()):
            self._world.tell(Kept(self.name, annotation_id))

    def bring_in(self, order: WorkOrder) -> None:
        """Import an order from a sheet."""
        with self.cache.writing():
            orders.put_orders(self.cache, [order], settings.taxonomy(self.cache), from_hub=False)
        self._world.tell(Imported(self.name, order.order_no))

    def numbers(self) -> list[str]:
        """The orders on this desk."""
        found = self.cache.rows("SELECT order_no FROM orders ORDER BY order_no")
        return [number for (number,) in found]

    def own(self) -> list[outbox.OutboxItem]:
        """Every own annotation, in the order of writing."""
        return outbox.items(self.cache, settled=True)

    def snapshot(self) -> Snapshot:
        """What this desk holds, as values."""
        cache = self.cache
        own: dict[str, Own] = {}
        for body, state, receipt, reason, of, frozen in cache.rows(
            "SELECT coalesce(payload, body), state, receipt, reason, generation,"
            " payload IS NOT NULL FROM outbox JOIN annotations ON id = annotation_id ORDER BY seq"
        ):
            said = annotations.decode(body)
            own[said.id] = Own(said, state, receipt, reason, of, bool(frozen))
        others = [
            annotations.decode(body)
            for (body,) in cache.rows(
                "SELECT body FROM annotations"
                " WHERE id NOT IN (SELECT annotation_id FROM outbox) ORDER BY n"
            )
        ]
        ruled = [
            json.decode(bytes(body), type=Decision)
            for (body,) in cache.rows("SELECT body FROM decisions ORDER BY id")
        ]
        return Snapshot(
            self.name,
            own,
            {
                number: (standing, bytes(body).decode())
                for number, standing, body in cache.rows(
                    "SELECT order_no, standing, body FROM orders ORDER BY order_no"
                )
            },
            {one.id: one for one in others},
            {one.id: one for one in ruled},
            settings.get(cache, "cursor"),
            settings.get(cache, "generation"),
        )

    def close(self) -> None:
        self.cache.close()

    def _opened(self) -> BrittleCache:
        with patch.object(connection, "Cache", BrittleCache):
            opened = open_cache(self._place, None)
        assert isinstance(opened, BrittleCache)
        return opened


class World:
    """Everything that a run is made of. Use `a_world`."""

    def __init__(self, place: Path, hub: HubProcess, clock: Clock, seats: Sequence[Seat]) -> None:
        self.events: list[Event] = []
        self.clock = clock
        self.hub = hub
        self.latest: dict[str, tuple[WorkOrder, str]] = {}
        """What the dispatching system holds: number → the order and its unit."""
        self._backup: bytes | None = None
        self.ended: set[str] = set()
        self.words = 0
        self.desks = [Desk(seat, place / f"{seat.desk}.db", self) for seat in seats]

    def tell(self, event: Event) -> None:
        self.events.append(event)

    def say(self) -> str:
        """Words that are said once in a run."""
        self.words += 1
        return f"第{self.words}次走访，积水未退，物业未到场"

    # The dispatching system.

    def dispatch(self, number: str, unit: str, **fields: Any) -> None:
        """An order comes, changes or moves."""
        order = an_order(number, title=self.say(), revision=0, **fields)
        self.latest[number] = (order, unit)
        self._send_down(number)

    def new_order(self, unit: str) -> str:
        number = f"44030020261105{len(self.latest):04}"
        self.dispatch(number, unit)
        return number

    def dispatch_all_again(self) -> None:
        """What a dispatching system does once the hub has lost some."""
        for unit in UNITS:
            self._send_down(*(number for number, (_no, of) in self.latest.items() if of == unit))

    def _send_down(self, *numbers: str) -> None:
        several = [self.latest[number][0] for number in numbers]
        for number in numbers[:1]:
            unit = self.latest[number][1]
            load.load(self.hub.store, several, unit, "dispatch", self.clock.hub_time())
        for number in numbers:
            self.tell(Dispatched(number, self.latest[number][1]))

    # The centre, and whoever runs the hub.

    def proposals(self) -> list[str]:
        """The proposals that the hub holds, by id, in the order of their coming."""
        with self.hub.store.reading() as reading:
            found = reading.execute(
                select(hub_annotation.c.id)
                .where(hub_annotation.c.kind.in_(("repeat", "unreasonable", "objection")))
                .order_by(hub_annotation.c.number)
            )
            return list(found.scalars())

    def decide(self, annotation_id: str, ruling: Any) -> None:
        """The centre rules, where the rules let it."""
        asked = DecisionRequest(annotation_id, ruling, self.say())
        try:
            with self.hub.store.writing() as writing:
                decisions.rule(writing, asked, "中心", "centre", built_in(), self.clock.hub_time())
        except Refusal:
            return
        self.tell(Decided(annotation_id, ruling))

    def code(self, seat: Seat) -> str:
        """A one-time code."""
        with self.hub.store.writing() as writing:
            place = units.ensure(writing, seat.unit)
            return enrolment.add_worker(
                writing, seat.worker, place, seat.role, "admin", self.clock.hub_time()
            )

    def end_token(self, desk: Desk) -> None:
        """The desk's token has expired. A revoked device wipes itself: that is tested by itself."""
        token = settings.get(desk.cache, "token").partition(".")[0]
        now = self.clock.hub_time()
        with self.hub.store.writing() as writing:
            writing.execute(
                update(hub_device).where(hub_device.c.id == token).values(expires_at=now)
            )
        self.ended.add(desk.name)
        self.tell(TokenEnded(desk.name))

    def back_up(self) -> None:
        self._backup = self.hub.backup()
        self.tell(BackedUp())

    def restore(self) -> None:
        """Set the hub back; tokens that ended since end again, by whoever runs it."""
        if self._backup is None:
            return
        self.tell(Restored(self.hub.restore(self._backup)))
        for desk in self.desks:
            if desk.name in self.ended:
                self.end_token(desk)

    def restart(self) -> None:
        self.hub.restart()
        self.tell(HubRestarted())

    # The end.

    def settle(self) -> None:
        """The line holds, the dispatching system sends all again, and everyone comes to rest."""
        for desk in self.desks:
            desk.line.draws = lambda _call: ""
            desk.line.meanwhile = lambda: None
            desk.cache.left = None
        self.dispatch_all_again()
        for _round in range(ROUNDS_MAX):
            if not sum([self._come_to_rest(desk) for desk in self.desks]):
                break

    def _come_to_rest(self, desk: Desk) -> int:
        """One good sync; how many rows it wrote."""
        if desk.sync() == "refused":
            desk.enrol()
            desk.sync()
        return desk.written

    def final(self) -> End:
        """The databases as values."""
        with self.hub.store.reading() as reading:
            units_by_number = dict(reading.execute(select(hub_unit.c.number, hub_unit.c.id)).all())
            held = [
                Held(row.number, json.decode(row.payload, type=Annotation), row.payload.decode(),
                     row.receipt)
                for row in reading.execute(
                    select(hub_annotation).order_by(hub_annotation.c.number)
                )
            ]  # fmt: skip
            orders_there = {
                row.order_no: (units_by_number[row.unit], row.body.decode())
                for row in reading.execute(select(hub_order).order_by(hub_order.c.order_no))
            }
            ruled = [
                json.decode(payload, type=Decision)
                for payload in reading.execute(
                    select(hub_decision.c.payload).order_by(hub_decision.c.number)
                ).scalars()
            ]
            named = generation(reading)
        tokens = {token for desk in self.desks for token in desk.line.tokens if token}
        citizens = {
            text
            for order, _unit in self.latest.values()
            for text in (order.caller_phone, order.caller_name, order.title, order.content)
        }
        return End(
            named,
            held,
            orders_there,
            {one.id: one for one in ruled},
            {desk.name: desk.snapshot() for desk in self.desks},
            {desk.name: desk.seat.unit for desk in self.desks},
            sorted({token.removeprefix("Bearer ") for token in tokens} | citizens),
        )

    def run(self) -> Run:
        return Run(list(self.events), self.final())

    def close(self) -> None:
        for desk in self.desks:
            desk.close()


class Morning(Struct, frozen=True):
    """A street whose desks are enrolled and have pulled once: what every run begins with."""

    place: Path
    seconds: float
    events: tuple[Event, ...]
    latest: dict[str, tuple[WorkOrder, str]]
    words: int


def a_morning(place: Path) -> Morning:
    """Make it, once for each process."""
    clock, chance = Clock(), Chance("morning")
    with under_glass(clock, chance), a_hub(place / "hub.db", clock) as hub:
        world = World(place, hub, clock, SEATS)
        for unit in (XINGFULI, XINGFULI, LAOJIE, LAOJIE, OTHER_STREET):
            world.new_order(unit)
        for desk in world.desks:
            assert desk.enrol()
        for desk in world.desks:
            assert desk.sync() == "clean"
        hub.backup()
        world.close()
        return Morning(
            place,
            clock.seconds,
            tuple(world.events),
            dict(world.latest),
            world.words,
        )


class _Ear(logging.Handler):
    """Keeps what any part of the program logs."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        self._world.tell(Logged(self.format(record)))


@contextmanager
def a_world(morning: Morning, place: Path, seed: str, desks: int) -> Iterator[World]:
    """A world of its own for one run, in the empty folder `place`."""
    clock, chance = Clock(), Chance(seed)
    clock.seconds = morning.seconds
    seats = SEATS[:desks]
    for name in ("hub", *(seat.desk for seat in seats)):
        copyfile(morning.place / f"{name}.db", place / f"{name}.db")
    with under_glass(clock, chance), a_hub(place / "hub.db", clock) as hub:
        world = World(place, hub, clock, seats)
        there = {seat.desk for seat in seats}
        world.events += [
            event for event in morning.events if getattr(event, "desk", "") in {"", *there}
        ]
        world.latest = dict(morning.latest)
        world.words = morning.words
        ear, root = _Ear(world), logging.getLogger()
        level = root.level
        root.addHandler(ear)
        root.setLevel(logging.INFO)
        try:
            yield world
        finally:
            root.removeHandler(ear)
            root.setLevel(level)
            world.close()


__all__ = ["START", "Desk", "Morning", "World", "a_morning", "a_world"]
