"""One work, killed or starved at each of its steps; what must hold afterwards."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, json

from tests.kill.acts import opened
from tests.kill.homes import state_of, words_of
from tests.kill.warm import How, Job, Ran

HOWS: Final[tuple[How, ...]] = ("kill", "full", "readonly")
"""How a run is interrupted."""

_NO_KEYRING: Final = "keyring.backends.fail.Keyring"


class Warm:
    """The warm process; every run is a fork of it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kill.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"LANGUAGE": "en", "PYTHON_KEYRING_BACKEND": _NO_KEYRING},
        )

    def run(self, job: Job) -> Ran:
        """One run to its end, whatever that is."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.encode(job) + b"\n")
        stdin.flush()
        return json.decode(stdout.readline(), type=Ran)

    def end(self) -> None:
        """Let it go."""
        self._process.communicate(timeout=20)


@contextmanager
def warm() -> Iterator[Warm]:
    """A warm process for as long as it is needed."""
    process = Warm()
    try:
        yield process
    finally:
        process.end()


class Work(Struct):
    """What is done in a home, and what its run tells of."""

    name: str
    prepare: Callable[[Path], None]
    arguments: list[str] = []
    act: str = ""
    stdin: str = ""
    done: Callable[[Path], bool] = lambda _home: False
    """Whether a second run would find nothing to do; it is left out then."""
    tells_words: bool = False
    """Whether each line of its stdout is a draft that was said to be saved by then."""
    begins_anew: bool = False
    """Whether it makes a cache that was not there, so that no word can be asked for."""


class Bench:
    """A work with its untouched home, the end that it should come to, and its steps."""

    def __init__(self, work: Work, process: Warm, place: Path) -> None:
        self.work, self._process, self._place = work, process, place
        self._template = place / "before"
        self._template.mkdir(mode=0o700, parents=True)
        work.prepare(self._template)
        with opened(self._template) if not work.begins_anew else _none() as cache:
            self._words = words_of(cache) if cache is not None else []
        # Opening migrates: what was looked at is made anew.
        shutil.rmtree(self._template)
        self._template.mkdir(mode=0o700)
        work.prepare(self._template)
        home = self._home("undisturbed")
        ran = self.run(home)
        assert ran.status == 0, ran
        self.steps = ran.steps
        self.end = self.state(home)
        assert self.steps > 0

    def interrupt(self, step: int, how: How) -> None:
        """Kill it at that step, or starve it there of room or of leave to write."""
        if how == "kill":
            self.kill(step)
        else:
            self.starve(step, how)

    def kill(self, step: int) -> None:
        """Kill it before that step: nothing saved is lost, and doing it again ends alike."""
        home = self._home("killed")
        ran = self.run(home, "kill", step)
        assert ran.status == -9, ran
        self._look_after(home, ran)

    def starve(self, step: int, how: How) -> None:
        """No write succeeds from that step on: one sentence, status 1, nothing lost, and later
        it works again."""
        home = self._home(how)
        ran = self.run(home, how, step)
        if ran.status == 0:
            assert self.state(home) == self.end, (step, ran)
        else:
            self._told_once(ran)
        self._look_after(home, ran)

    def run(self, home: Path, how: How = "", at: int = -1) -> Ran:
        """The work itself, in `home`."""
        work = self.work
        return self._process.run(
            Job(str(home), work.arguments, how, at, act=work.act, stdin=work.stdin)
        )

    def state(self, home: Path) -> Any:
        with opened(home) as cache:
            return state_of(cache)

    @staticmethod
    def _told_once(ran: Ran) -> None:
        assert ran.status == 1, ran
        assert len(ran.err.splitlines()) == 1, ran
        assert "fault of its own" not in ran.err, ran
        assert "Traceback" not in ran.err, ran

    def _look_after(self, home: Path, ran: Ran) -> None:
        start = self._process.run(Job(str(home), ["outbox", "--all", "--json"]))
        assert start.status == 0, start
        with opened(home) as cache:
            assert cache.rows("PRAGMA integrity_check") == [("ok",)]
            assert cache.rows("PRAGMA cipher_integrity_check") == []
            assert cache.rows("PRAGMA foreign_key_check") == []
            found = words_of(cache)
        if self.work.tells_words and ran.out:
            assert ran.out.splitlines()[-1] in found, (ran, found)
        for words in self._words:
            assert words in found, (words, found, ran)
        if not self.work.done(home):
            again = self.run(home)
            assert again.status == 0, again
        assert self.state(home) == self.end, ran

    def _home(self, name: str) -> Path:
        home = self._place / name
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self._template, home)
        home.chmod(0o700)
        return home


@contextmanager
def _none() -> Iterator[None]:
    yield None
