"""What every test starts from: a home of its own, English sentences, no keyring."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from caseworker import locale
from caseworker.cache.connection import Cache, open_cache

NOW = datetime(2026, 11, 24, 1, 43, tzinfo=UTC)
KEY = bytes(range(32))


def pytest_report_header() -> str | None:
    """Say plainly when the real files do not lie beside the project."""
    if (Path(__file__).parents[2] / "shared" / "data").is_dir():
        return None
    return "shared/data is not beside the project: only invented files are imported in this run"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("CASEWORKER_PASSPHRASE", raising=False)
    monkeypatch.setenv("LANGUAGE", "en")
    locale.set_language("en")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with open_cache(tmp_path / "cache.db", KEY) as opened:
        yield opened


def pytest_xdist_auto_num_workers() -> int:
    """Two processes a core: tests wait for terminals and idle screens as long as they work."""
    return 2 * (os.cpu_count() or 1)
