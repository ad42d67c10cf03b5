"""Enrolled workers without a town around them."""

from caseworker.model.clock import now
from caseworker.model.me import Role
from caseworker.model.wire import EnrolmentRequest
from hub import enrolment, units
from hub.store import Store
from tests.hub.town import STREET


def code_of(store: Store, role: Role, unit: str = STREET) -> str:
    """A one-time code for a worker of that role."""
    with store.writing() as connection:
        place = units.ensure(connection, unit)
        return enrolment.add_worker(connection, f"试验 {role}", place, role, "store test", now())


def token_of(store: Store, role: Role, unit: str = STREET) -> str:
    """A token for a worker of that role."""
    code = code_of(store, role, unit)
    with store.writing() as connection:
        return enrolment.enrol(connection, EnrolmentRequest(code, "试验"), now()).token
