"""A desk on the invented street, at a clock that stands still, without a line to a hub."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from caseworker.cache import last_sync, settings
from caseworker.cache.connection import Cache, open_cache
from screens.app import Desk
from screens.queue import page
from screens.seat import Seat
from tests.conftest import KEY
from tests.screens.street import NOW, fill


@pytest.fixture(autouse=True)
def _one_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def _rests_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor rests as soon as it has moved: a picture need not wait for the preview."""
    monkeypatch.setattr(page, "RESTS_AFTER", 0.001)


@pytest.fixture
def empty_desk(cache: Cache) -> Desk:
    """A desk that holds no order and is not enrolled."""
    with cache.writing():
        settings.put(cache, name="李敏")
    return Desk(Seat(cache, clock=lambda: NOW))


@pytest.fixture
def desk(cache: Cache) -> Desk:
    """The street's desk, online."""
    fill(cache)
    last_sync.mark(cache, NOW)
    desk = Desk(Seat(cache, clock=lambda: NOW))
    desk.seat.line.state = "online"
    return desk


@pytest.fixture
def other_cache(tmp_path: Path) -> Iterator[Cache]:
    """A second cache, to compare two desks."""
    with open_cache(tmp_path / "other.db", KEY) as opened:
        yield opened
