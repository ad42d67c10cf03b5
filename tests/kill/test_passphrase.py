"""A passphrase is changed whole or not at all, whatever kills it, and all stays readable."""

import shutil
from pathlib import Path

import pytest

from caseworker.cache.connection import open_cache
from caseworker.cache.key import KEY_BYTES, unlock
from caseworker.model.trouble import Trouble
from tests.builders import an_order, put
from tests.kill.proof import HOWS, Warm, warm
from tests.kill.warm import How, Job, Ran


def a_home(home: Path) -> bytes:
    key = unlock(home, lambda _first: "alt")
    assert len(key) == KEY_BYTES
    with open_cache(home / "cache.db", key) as cache:
        put(cache, an_order())
    return key


def change(ready: Warm, home: Path, how: How = "", at: int = -1, stdin: str = "alt\nneu\n") -> Ran:
    return ready.run(Job(str(home), ["passphrase"], how, at, stdin=stdin))


def opens_with(home: Path, passphrase: str) -> bool:
    try:
        key = unlock(home, lambda _first: passphrase)
    except Trouble:
        return False
    with open_cache(home / "cache.db", key) as cache:
        return bool(cache.value("SELECT count(*) FROM orders") == 1)


def test_at_every_step_one_of_the_two_passphrases_opens_everything(tmp_path: Path) -> None:
    before = tmp_path / "before"
    a_home(before)
    with warm() as ready:
        whole = tmp_path / "whole"
        shutil.copytree(before, whole)
        done = change(ready, whole)
        assert done.status == 0, done
        assert opens_with(whole, "neu")
        assert not opens_with(whole, "alt")
        assert done.steps >= 2
        for step in range(done.steps):
            for how in HOWS:
                home = tmp_path / f"{how}{step}"
                shutil.copytree(before, home)
                ran = change(ready, home, how, step)
                assert ran.status == (-9 if how == "kill" else 1), ran
                assert how == "kill" or len(ran.err.splitlines()) == 1, ran
                assert opens_with(home, "alt") != opens_with(home, "neu")
                if opens_with(home, "alt"):
                    assert change(ready, home).status == 0
                assert opens_with(home, "neu")


@pytest.mark.parametrize("stdin", ["falsch\nneu\n", "alt\n\n", ""])
def test_a_wrong_or_empty_passphrase_changes_nothing(stdin: str, tmp_path: Path) -> None:
    a_home(tmp_path)
    with warm() as ready:
        ran = change(ready, tmp_path, stdin=stdin)
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert opens_with(tmp_path, "alt")


def test_a_home_without_a_passphrase_says_so(tmp_path: Path) -> None:
    from caseworker.cache.key import key_beside

    key_beside(tmp_path)
    with warm() as ready:
        ran = change(ready, tmp_path)
    assert (ran.status, ran.err) == (1, "This home has no passphrase that could be changed.\n")
