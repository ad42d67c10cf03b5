"""The sample street in a hub's store, and colleagues who answer by themselves, for the demo."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec import json, structs, to_builtins
from sqlalchemy import Connection, select, update
from uuid6 import uuid7

from caseworker.model.annotation import PROPOSALS, Annotation
from caseworker.model.clock import now as clock
from caseworker.model.order import WorkOrder
from caseworker.model.status import Status, status_of
from caseworker.model.taxonomy import Taxonomy, built_in
from caseworker.model.wire import DecisionRequest, EnrolmentRequest
from caseworker.sample import (
    sample_annotations,
    sample_decisions,
    sample_orders,
    sample_units,
    sample_workers,
)
from hub import decisions, enrolment, ledger, orders, units
from hub.enrolment import Bearer
from hub.problems import Refusal
from hub.store import Store, annotation, secret_key, unit, work_order

_LOADER: Final = "sample"

LOOK_EVERY: Final = 2.0
"""Seconds between two looks of the colleagues at what waits for them."""

THINK: Final = timedelta(seconds=15)
"""How long the colleagues leave a proposal to the person at the desk."""


def settle(store: Store, now: datetime) -> None:
    """Put units, workers, orders, annotations and rulings of the sample street into a new store."""
    with store.writing() as connection:
        for one in sample_units():
            place = units.ensure(connection, one.id, one.level)
            connection.execute(
                update(unit).where(unit.c.number == place.number).values(name=one.name.zh)
            )
        key = secret_key(connection)
        placed = [_placed(connection, order, key) for order in sample_orders(now)]
        orders.store(connection, placed, _LOADER, now)
        bearers = seats(connection, now)
    for said in sample_annotations(now):
        _take(store, bearers[said.author], said, now)
    for ruled in sample_decisions(now):
        with store.writing() as connection:
            decisions.rule(
                connection,
                DecisionRequest(ruled.annotation_id, ruled.ruling, ruled.text),
                ruled.decided_by,
                _LOADER,
                built_in(),
                ruled.decided_at,
            )


def seats(connection: Connection, now: datetime) -> dict[str, Bearer]:
    """A device for each worker of the sample street: name → who its token belongs to."""
    return {
        worker.name: enrolment.authenticate(
            connection,
            enrolment.enrol(
                connection, EnrolmentRequest(_code(connection, worker.name, now), _LOADER), now
            ).token,
            now,
        )
        for worker in sample_workers()
    }


class Colleagues(threading.Thread):
    """The lead and the centre of the demo: they read what waits, and answer saying who they are."""

    def __init__(self, store: Store) -> None:
        super().__init__(name="colleagues", daemon=True)
        self._store = store
        self._left = threading.Event()

    def run(self) -> None:
        """Look every few seconds until told to leave."""
        with self._store.writing() as connection:
            bearers = seats(connection, clock())
        while not self._left.wait(LOOK_EVERY):
            answer(self._store, bearers, clock())

    def leave(self) -> None:
        """Stop looking, and wait for the answer under way."""
        self._left.set()
        self.join()


def answer(store: Store, bearers: Mapping[str, Bearer], now: datetime) -> None:
    """Answer every proposal that has waited long enough: a review first, then the ruling."""
    lead = next(bearer for bearer in bearers.values() if bearer.role == "lead")
    office = [bearer for bearer in bearers.values() if bearer.role == "office"]
    for proposal, status in _waiting(store, now - THINK, now):
        if status == "awaiting_review":
            # The sample's own proposals wait for the person at the desk.
            if proposal.device != _LOADER:
                reader = lead if proposal.author != lead.worker else office[0]
                _take(store, reader, _review(proposal, reader, now), now)
        elif status == "awaiting_centre":
            _rule(store, proposal, now)


def _waiting(store: Store, before: datetime, now: datetime) -> list[tuple[Annotation, Status]]:
    taxonomy = built_in()
    with store.reading() as connection:
        rows = connection.execute(
            select(annotation).where(
                annotation.c.kind.in_(PROPOSALS), annotation.c.stored_at <= before
            )
        ).all()
        return [
            (proposal, _status(connection, proposal, taxonomy, now))
            for proposal in map(ledger.read, rows)
        ]


def _status(
    connection: Connection, proposal: Annotation, taxonomy: Taxonomy, now: datetime
) -> Status:
    body = connection.execute(
        select(work_order.c.body).where(work_order.c.order_no == proposal.order_no)
    ).scalar_one()
    standing = [ledger.read(row) for row in ledger.standing(connection, proposal.order_no)]
    if proposal.id not in {other.id for other in standing}:
        return "withdrawn"
    return status_of(
        proposal,
        order=json.decode(body, type=WorkOrder),
        others=standing,
        decisions=ledger.decisions_on(connection, proposal.id),
        taxonomy=taxonomy,
        now=now,
    )


def _review(proposal: Annotation, reader: Bearer, now: datetime) -> Annotation:
    return Annotation(
        id=str(uuid7()),
        order_no=proposal.order_no,
        order_revision=proposal.order_revision,
        kind="review",
        text="（演示同事自动答复）材料已看，同意。 (The demo answers by itself: endorsed.)",
        target=proposal.id,
        endorse=True,
        author=reader.worker,
        device=_LOADER,
        written_at=now,
    )


def _rule(store: Store, proposal: Annotation, now: datetime) -> None:
    request = DecisionRequest(
        proposal.id,
        "granted",
        "（演示中心自动裁定）同意。 (The demo's centre rules by itself: granted.)",
    )
    try:
        with store.writing() as connection:
            decisions.rule(connection, request, "演示中心", _LOADER, built_in(), now)
    except Refusal as refusal:
        if refusal.reason not in ("lead_endorsement_missing", "earlier_not_here"):
            raise


def _take(store: Store, bearer: Bearer, said: Annotation, now: datetime) -> None:
    with store.writing() as connection:
        ledger.take(connection, bearer, to_builtins(said), built_in(), now)


def _placed(connection: Connection, order: WorkOrder, key: bytes) -> orders.Placed:
    place = units.ensure(connection, order.unit)
    fresh = structs.replace(order, revision=0, substance_revision=0)
    return orders.placed_in(orders.with_caller_hash(fresh, key), place.id, place.number)


def _code(connection: Connection, name: str, now: datetime) -> str:
    worker = next(one for one in sample_workers() if one.name == name)
    place = units.ensure(connection, worker.unit)
    return enrolment.add_worker(connection, name, place, worker.roles[0], _LOADER, now)
