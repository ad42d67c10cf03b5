"""A street with its hub, commands in a home; no test waits, for retries are tried at once."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from caseworker.cli import main
from tests.conftest import KEY
from tests.sync.commands import Ran, Run
from tests.sync.street import Street, a_street


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with a_street(tmp_path) as made:
        yield made


@pytest.fixture
def caseworker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command in a home whose key is known."""
    home = tmp_path / "home"
    monkeypatch.setattr("caseworker.cache.key.unlock", lambda _home, _ask: KEY)

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["caseworker", "--home", str(home), *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        status = left.value.code
        assert isinstance(status, int)
        return Ran(status, printed.out, printed.err)

    return run
