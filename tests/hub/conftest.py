"""A store and a town of its own for each test, on every engine that the hub runs on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store import Store, open_store
from tests.conftest import KEY
from tests.hub.town import Town, a_town
from tests.postgres import Server, a_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with a_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the hub keeps its store: one behaviour, whichever engine it is.

    A test of the encrypted file alone marks itself with `IN_A_FILE` (test_store.py).
    """
    if request.param == "sqlite":
        yield str(tmp_path / "hub.db")
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    opened = open_store(place, lambda: KEY)
    yield opened
    opened.close()


@pytest.fixture
def town(store: Store) -> Iterator[Town]:
    with a_town(store) as made:
        yield made
