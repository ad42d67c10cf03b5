"""Whatever kills caseworker or takes its disk, at whichever step: no saved word is lost.

A few steps of each work, drawn by a seed; `python -m tests.kill` takes them all.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from tests.kill import homes
from tests.kill.acts import ORDER, opened
from tests.kill.proof import HOWS, Bench, Warm, Work, warm
from tests.kill.warm import Job, Ran
from tests.kill.works import NAMES, works

DRAWN = 1
"""Steps of each work; three runs each."""


@pytest.fixture(scope="module")
def ready() -> Iterator[Warm]:
    with warm() as process:
        yield process


@pytest.fixture(scope="module")
def all_works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Work]]:
    with works(tmp_path_factory.mktemp("hub")) as made:
        yield {work.name: work for work in made}


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_or_starved_caseworker_has_lost_nothing(
    name: str, ready: Warm, all_works: dict[str, Work], tmp_path: Path
) -> None:
    bench = Bench(all_works[name], ready, tmp_path / "work")
    for step in Random(name).sample(range(bench.steps), DRAWN):
        for how in HOWS:
            bench.interrupt(step, how)


def test_the_harness_sees_a_word_that_was_never_saved(
    ready: Warm, all_works: dict[str, Work], tmp_path: Path
) -> None:
    """Killed before its COMMIT a draft is gone: were that told as saved, the proof would fail."""
    bench = Bench(all_works["compose"], ready, tmp_path / "work")
    killed = ready.run(Job(str(tmp_path / "work" / "before"), [], "kill", 3, act="compose"))
    assert (killed.status, killed.out) == (-9, "")
    with opened(tmp_path / "work" / "before") as cache:
        assert homes.words_of(cache) == sorted([*homes.SAVED, homes.DRAFTED])
    assert bench.steps > 3


def test_a_disk_that_is_really_full_is_said_plainly_and_loses_nothing(
    ready: Warm, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    real = _mounted(disk)
    try:
        home = disk / "home"
        home.mkdir(mode=0o700)
        homes.plain(home)
        saved, last = _write_until_full(ready, home, real)
        assert last.status == 1
        assert last.out == ""
        assert last.err.splitlines() == [
            "The disk is full: free some space, then do it again. What was saved is kept."
        ]
        (home / "ballast").unlink()
        assert ready.run(_note(home, "够了")).status == 0
        with opened(home) as cache:
            assert cache.rows("PRAGMA integrity_check") == [("ok",)]
            assert {*saved, *homes.SAVED, homes.DRAFTED, "够了"} == set(homes.words_of(cache))
    finally:
        if real:
            subprocess.run(["umount", str(disk)], check=True)


def _mounted(disk: Path) -> bool:
    """Whether a disk of 3 MiB could be put there; else the fault is forced in the driver."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m,mode=0700", "none", str(disk)],
        check=False,
        capture_output=True,
    )
    return made.returncode == 0


def _write_until_full(ready: Warm, home: Path, real: bool) -> tuple[list[str], Ran]:
    saved: list[str] = []
    ballast = home / "ballast"
    with ballast.open("wb") as file, suppress(OSError):
        while real:
            os.write(file.fileno(), bytes(4096))
    if real:
        # Some room, so that it ends in the middle of the work and not before it.
        os.truncate(ballast, ballast.stat().st_size - 300_000)
    for number in range(200):
        words = f"第{number}次" + "满" * 1500
        job = _note(home, words)
        if not real and number == 5:
            job.how, job.at = "full", 2
        ran = ready.run(job)
        if ran.status != 0:
            return saved, ran
        saved.append(words)
    raise AssertionError("never full")


def _note(home: Path, words: str) -> Job:
    return Job(str(home), ["context", ORDER, "--code", "C03", "--text", words])
