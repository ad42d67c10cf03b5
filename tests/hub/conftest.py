"""A store and a town of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store import Store, open_store
from tests.conftest import KEY
from tests.hub.town import Town, a_town


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "hub.db"), lambda: KEY)
    yield opened
    opened.close()


@pytest.fixture
def town(store: Store) -> Iterator[Town]:
    with a_town(store) as made:
        yield made
