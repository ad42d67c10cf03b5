"""Whatever is sent to whichever call, the hub answers as its OpenAPI says, and never fails."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import sampled_from
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import hub
from caseworker.model.me import Role
from hub.app import create_app
from hub.limits import Allowance
from hub.store import Store
from tests.hostile import HOSTILE
from tests.hub.people import token_of
from tests.sync.loopback import on_loopback

# A piece of a file goes over the wire as it is.
schemathesis.serializer.alias("application/partial-upload", "application/octet-stream")

API = schemathesis.openapi.from_path(Path(hub.__file__).parents[1] / "docs/hotline-api.yaml")
OPERATIONS = {
    f"{operation.method.upper()} {operation.path}": operation
    for operation in (one.ok() for one in API.get_all_operations() if isinstance(one, Ok))
}
# A lone surrogate is no text to this tool; test_doors.py sends it.
TEXTS = ["", *(text for name, text in HOSTILE.items() if name != "surrogate")]
UNLIMITED = Allowance(burst=1e9, per_second=1e9)
ROLES: tuple[Role, ...] = ("office", "lead", "centre")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def _with(hostile: str, value: Any) -> Any:
    """The body with a hostile text in place of each of its own."""
    match value:
        case str():
            return hostile
        case list():
            return [_with(hostile, one) for one in value]
        case dict():
            return {key: _with(hostile, one) for key, one in value.items()}
    return value


@pytest.fixture
def address(store: Store) -> Iterator[str]:
    with on_loopback(create_app(store, requests=UNLIMITED, enrolments=UNLIMITED)) as url:
        yield url


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_call_answers_as_the_api_says(name: str, address: str, store: Store) -> None:
    operation: APIOperation[Any, Any, Any, Any] = OPERATIONS[name]
    tokens = [token_of(store, role) for role in ROLES]

    @settings(
        max_examples=10,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), hostile=sampled_from(TEXTS))
    def call(case: Case[Any], hostile: str) -> None:
        if hostile:
            case.body = _with(hostile, case.body)
        for token in tokens:
            answer = case.call(base_url=address, headers={"Authorization": f"Bearer {token}"})
            case.validate_response(answer, checks=CHECKS)

    call()
