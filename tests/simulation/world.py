"""A street under glass: one hub, two to four desks, a centre, and the history of it all."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from shutil import copyfile, copytree
from typing import Any, Final

from msgspec import Struct, json
from sqlalchemy import Connection, select, update

from caseworker.cache import key, settings
from caseworker.model.annotation import Contest, Decision
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in
from caseworker.model.wire import ContestRequest, DecisionRequest
from hub import audit, contests, decisions, enrolment, ledger, load, quarantine, units
from hub.problems import Refusal
from hub.store import annotation as hub_annotation
from hub.store import audit as hub_audit
from hub.store import contest as hub_contest
from hub.store import decision as hub_decision
from hub.store import device as hub_device
from hub.store import evidence_file, evidence_piece, generation
from hub.store import unit as hub_unit
from hub.store import work_order as hub_order
from tests.builders import an_order
from tests.simulation.desk import Desk, Seat
from tests.simulation.glass import START, Chance, Clock, under_glass
from tests.simulation.history import (
    BackedUp,
    Contested,
    Decided,
    Dispatched,
    End,
    Event,
    Held,
    HeldFile,
    HubRestarted,
    Logged,
    Restored,
    Revoked,
    Run,
    TokenEnded,
    Wiped,
)
from tests.simulation.hub_process import HubProcess, a_hub
from tests.simulation.line import Memory

STREET: Final = "heping"
XINGFULI: Final = "heping/xingfuli"
LAOJIE: Final = "heping/laojie"
OTHER_STREET: Final = "dongfeng"
ROUNDS_MAX: Final = 6
"""Rounds of good syncs until nobody may have anything left to write: a review waits for its mark,
which waits for its order, and others hear of it a round later."""

UNITS: Final = (XINGFULI, LAOJIE, OTHER_STREET)

SEATS: Final = (
    Seat("office-pc", "李敏", "office", STREET),
    Seat("cadre", "赵刚", "cadre", XINGFULI),
    Seat("lead", "陈静", "lead", XINGFULI),
    Seat("laptop", "李敏", "office", STREET),
)
"""Two devices of one office worker, a cadre, and a lead who may review."""


class World:
    """Everything that a run is made of. Use `a_world`."""

    def __init__(self, place: Path, hub: HubProcess, clock: Clock, seats: Sequence[Seat]) -> None:
        self.events: list[Event] = []
        self.clock = clock
        self.hub = hub
        self.latest: dict[str, tuple[WorkOrder, str]] = {}
        """What the dispatching system holds: number → the order and its unit."""
        self._backup: bytes | None = None
        self._ended: set[str] = set()
        self._revoked: set[str] = set()
        self.words = 0
        self.desks: list[Desk] = []
        for seat in seats:
            home = place / seat.desk
            if not home.exists():
                key.key_beside(home)
            self.desks.append(Desk(seat, home, self))
        self._devices = {desk.name: settings.get(desk.cache, "device") for desk in self.desks}

    def wake(self, morning: "Morning") -> None:
        """Know what was known in the morning."""
        self.latest, self.words = dict(morning.latest), morning.words
        self._backup = morning.backup
        self._ended, self._revoked = set(morning.ended), set(morning.revoked)
        for desk in self.desks:
            if desk.name in morning.desks:
                desk.line.memory, desk.needs_code = deepcopy(morning.desks[desk.name])

    def tell(self, event: Event) -> None:
        self.events.append(event)

    def living(self) -> list[Desk]:
        """The desks that have not wiped themselves."""
        return [desk for desk in self.desks if not desk.gone]

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

    def granted(self) -> list[str]:
        """The proposals that were ever granted, by id, in the order of their granting."""
        with self.hub.store.reading() as reading:
            found = reading.execute(
                select(hub_decision.c.annotation_id)
                .where(hub_decision.c.ruling == "granted")
                .order_by(hub_decision.c.number)
            )
            return list(dict.fromkeys(found.scalars()))

    def contest(self, annotation_id: str) -> None:
        """A citizen contests a mark, where the rules let them."""
        asked = ContestRequest(annotation_id, self.say())
        try:
            with self.hub.store.writing() as writing:
                made = contests.enter(writing, asked, "中心", "centre", self.clock.hub_time())
        except Refusal:
            return
        self.tell(Contested(made.id))

    def end_token(self, desk: Desk) -> None:
        """The desk's token has expired."""
        self._end_token(desk)
        self.tell(TokenEnded(desk.name))

    def _end_token(self, desk: Desk) -> None:
        self._change_device(desk, expires_at=self.clock.hub_time())
        self._ended.add(desk.name)

    def _change_device(self, desk: Desk, **values: Any) -> None:
        token = settings.get(desk.cache, "token").partition(".")[0]
        with self.hub.store.writing() as writing:
            writing.execute(update(hub_device).where(hub_device.c.id == token).values(**values))

    def revoke(self, desk: Desk) -> None:
        """Every device of the desk's worker is revoked."""
        seat = desk.seat
        with self.hub.store.writing() as writing:
            place = units.ensure(writing, seat.unit)
            enrolment.revoke(writing, seat.worker, place, "admin", self.clock.hub_time())
        for one in self.living():
            if one.seat.worker == seat.worker:
                self._revoked.add(one.name)
                self.tell(Revoked(one.name))

    def admitted(self, desk: Desk) -> None:
        """The desk has a token that holds."""
        self._ended.discard(desk.name)
        self._revoked.discard(desk.name)
        self._devices[desk.name] = settings.get(desk.cache, "device")

    def see_what_is_left(self, desk: Desk) -> None:
        """Write down what a wiped desk has left at the hub, and in its home."""
        with self.hub.store.reading() as reading:
            left = [
                (one.id, str(one.words.get("text", "")))
                for one in quarantine.held(reading)
                if one.device == self._devices[desk.name]
            ]
            held = list(reading.execute(select(hub_annotation.c.id)).scalars())
            log = _disclosures(reading)
            whole = [sha256 for sha256, file in _files(reading).items() if file.complete]
        files = {
            file.name: file.read_bytes().decode("latin-1") for file in sorted(desk.home.iterdir())
        }
        self.tell(Wiped(desk.name, left, held, log, whole, files))

    def back_up(self) -> None:
        self._backup = self.hub.backup()
        self.tell(BackedUp())

    def restore(self) -> None:
        """Set the hub back; tokens that ended since end again, by whoever runs it."""
        if self._backup is None:
            return
        self.tell(Restored(self.hub.restore(self._backup)))
        for desk in self.living():
            if desk.name in self._ended:
                self._end_token(desk)
            if desk.name in self._revoked:
                self._change_device(desk, revoked_at=self.clock.hub_time())

    def restart(self) -> None:
        self.hub.restart()
        self.tell(HubRestarted())

    # The end.

    def settle(self) -> None:
        """The line holds, the dispatching system sends all again, and everyone comes to rest."""
        for desk in self.living():
            desk.line.draws = lambda _call: ""
            desk.line.meanwhile = lambda: None
            desk.cache.left = None
        self.dispatch_all_again()
        at_rest: dict[str, int] = {}
        for _round in range(ROUNDS_MAX):
            restless = [one for one in self.living() if at_rest.get(one.name) != self.hub.writes]
            for desk in restless:
                before = self.hub.writes
                if not self._come_to_rest(desk):
                    at_rest[desk.name] = before

    def _come_to_rest(self, desk: Desk) -> int:
        """One good sync; how many rows it wrote."""
        how = desk.sync()
        if how == "refused":
            desk.enrol()
            how = desk.sync()
        return 0 if how == "wiped" else desk.written

    def final(self) -> End:
        """The databases as values."""
        with self.hub.store.reading() as reading:
            units_by_number = dict(reading.execute(select(hub_unit.c.number, hub_unit.c.id)).all())
            held = [
                Held(row.number, ledger.read(row), row.payload.decode(), row.receipt)
                for row in reading.execute(
                    select(hub_annotation).order_by(hub_annotation.c.number)
                )
            ]  # fmt: skip
            orders_there = {
                row.order_no: (units_by_number[row.unit], row.body.decode())
                for row in reading.execute(select(hub_order).order_by(hub_order.c.order_no))
            }
            ruled = _payloads(reading, hub_decision, json.Decoder(Decision).decode)
            contested = _payloads(reading, hub_contest, json.Decoder(Contest).decode)
            homes = {device: name for name, device in self._devices.items()}
            left = [(homes[one.device], one.id) for one in quarantine.held(reading)]
            log = _disclosures(reading)
            broken = [one.unit for one in audit.verify(reading) if one.broken_at is not None]
            files = _files(reading)
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
            {one.id: one for one in contested},
            left,
            log,
            broken,
            files,
            {desk.name: desk.snapshot() for desk in self.living()},
            {desk.name: desk.seat.unit for desk in self.desks},
            sorted({token.removeprefix("Bearer ") for token in tokens} | citizens),
        )

    def run(self) -> Run:
        return Run(list(self.events), self.final())

    def moment(self, place: Path) -> "Morning":
        """What is known now, for others to go on from."""
        return Morning(
            place,
            self.clock.seconds,
            tuple(self.events),
            dict(self.latest),
            self.words,
            {desk.name: (desk.line.memory, desk.needs_code) for desk in self.desks},
            self._backup,
            frozenset(self._ended),
            frozenset(self._revoked),
        )

    def close(self) -> None:
        for desk in self.desks:
            desk.close()


def _payloads(reading: Connection, table: Any, decode: Callable[[bytes], Any]) -> list[Any]:
    found = reading.execute(select(table.c.payload).order_by(table.c.number))
    return [decode(payload) for payload in found.scalars()]


def _disclosures(reading: Connection) -> list[str]:
    """The disclosures in the audit, each as often as it stands there."""
    found = reading.execute(
        select(hub_audit.c.detail)
        .where(hub_audit.c.act.in_(("revealed", "exported")))
        .order_by(hub_audit.c.unit, hub_audit.c.seq)
    )
    return [detail.partition(" ")[0] for detail in found.scalars()]


def _files(reading: Connection) -> dict[str, HeldFile]:
    pieces: dict[str, list[tuple[int, bytes]]] = {}
    for sha256, start, body in reading.execute(
        select(evidence_piece).order_by(evidence_piece.c.sha256, evidence_piece.c.start)
    ):
        pieces.setdefault(sha256, []).append((start, body))
    files: dict[str, HeldFile] = {}
    for row in reading.execute(select(evidence_file).order_by(evidence_file.c.sha256)):
        here = pieces.get(row.sha256, [])
        digest = hashlib.sha256(b"".join(body for _start, body in here)).hexdigest()
        several = [(start, len(body)) for start, body in here]
        files[row.sha256] = HeldFile(row.size, row.complete_at is not None, digest, several)
    return files


class Morning(Struct, frozen=True):
    """A moment from which runs go on: what is on the disk in `place`, and what the world knows."""

    place: Path
    seconds: float
    events: tuple[Event, ...]
    latest: dict[str, tuple[WorkOrder, str]]
    words: int
    desks: dict[str, tuple[Memory, bool]]
    """Desk → what its line remembers, and whether it needs a code."""
    backup: bytes | None
    ended: frozenset[str]
    revoked: frozenset[str]


def a_morning(place: Path) -> Morning:
    """A street whose desks are enrolled and have pulled once: what every run begins with."""
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
        return world.moment(place)


def later(
    before: Morning, place: Path, seed: str, desks: int, act: Callable[[World], None]
) -> Morning:
    """The moment at which `act` is over, kept in the empty folder `place`. Nobody may be gone."""
    with a_world(before, place, seed, desks) as world:
        act(world)
        return world.moment(place)


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
    copyfile(morning.place / "hub.db", place / "hub.db")
    for seat in seats:
        copytree(morning.place / seat.desk, place / seat.desk)
    with under_glass(clock, chance), a_hub(place / "hub.db", clock) as hub:
        world = World(place, hub, clock, seats)
        there = {seat.desk for seat in seats}
        world.events += [
            event for event in morning.events if getattr(event, "desk", "") in {"", *there}
        ]
        world.wake(morning)
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


__all__ = ["START", "Desk", "Morning", "World", "a_morning", "a_world", "later"]
