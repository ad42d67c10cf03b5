"""The key comes from a passphrase, a keyring or beside a demo, and is never told."""

import os
import stat
from pathlib import Path

import pytest

from caseworker.cache.key import (
    change,
    destroy,
    has_passphrase,
    is_passphrase,
    key_beside,
    unlock,
)
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


def test_whatever_becomes_of_the_key_file_its_folder_is_on_the_disk_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    file = home / "key.json"
    synced: list[bytes | None] = []
    fsync = os.fsync

    def watched(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            synced.append(file.read_bytes() if file.exists() else None)
        fsync(number)

    monkeypatch.setattr(os, "fsync", watched)
    unlock(home, lambda first: "alt")
    assert synced == [file.read_bytes()]
    change(home, "alt", "neu")
    assert synced[1:] == [file.read_bytes()]
    destroy(home)
    assert synced[2:] == [None]


def test_a_passphrase_can_be_asked_for_again_and_a_changed_one_holds_at_once(
    tmp_path: Path,
) -> None:
    unlock(tmp_path, lambda first: "alt")
    assert has_passphrase(tmp_path)
    assert is_passphrase(tmp_path, "alt")
    assert not is_passphrase(tmp_path, "neu")
    assert not is_passphrase(tmp_path, "")
    change(tmp_path, "alt", "neu")
    assert is_passphrase(tmp_path, "neu")
    assert not is_passphrase(tmp_path, "alt")


def test_a_home_without_a_passphrase_has_none_to_ask_for(tmp_path: Path) -> None:
    assert not has_passphrase(tmp_path)
    key_beside(tmp_path)
    assert not has_passphrase(tmp_path)
    assert not is_passphrase(tmp_path, "")
