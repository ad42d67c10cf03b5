"""The key comes from a passphrase, a keyring or beside a demo, and is never told."""

import os
from pathlib import Path

import pytest

from caseworker.cache.key import key_beside, unlock
from caseworker.model.trouble import Trouble


def test_the_same_passphrase_gives_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEWORKER_PASSPHRASE", "苹果 and pears")
    first = unlock(tmp_path, None)
    monkeypatch.setenv("CASEWORKER_PASSPHRASE", "苹果 and pears")
    assert unlock(tmp_path, None) == first
    assert first.hex() not in (tmp_path / "key.json").read_text("utf-8")


def test_the_passphrase_is_not_handed_on_to_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEWORKER_PASSPHRASE", "pears")
    unlock(tmp_path, None)
    assert "CASEWORKER_PASSPHRASE" not in os.environ


def test_a_wrong_passphrase_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(tmp_path, lambda first: "right")
    with pytest.raises(Trouble, match="passphrase is wrong"):
        unlock(tmp_path, lambda first: "wrong")


def test_without_keyring_passphrase_and_terminal_it_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="CASEWORKER_PASSPHRASE"):
        unlock(tmp_path, None)


def test_the_first_run_asks_twice_and_an_empty_answer_makes_no_key(tmp_path: Path) -> None:
    asked: list[bool] = []

    def ask(first: bool) -> str:
        asked.append(first)
        return ""

    with pytest.raises(Trouble, match="empty"):
        unlock(tmp_path, ask)
    assert asked == [True]
    assert not (tmp_path / "key.json").exists()


def test_a_demo_keeps_its_key_beside_it_for_its_worker_alone(tmp_path: Path) -> None:
    assert key_beside(tmp_path) == key_beside(tmp_path) == unlock(tmp_path, None)
    assert (tmp_path / "key.json").stat().st_mode & 0o077 == 0
