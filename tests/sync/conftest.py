"""No test waits: retries are tried at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from tests.sync.street import Street, a_street


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with a_street(tmp_path) as made:
        yield made
