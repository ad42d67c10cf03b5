"""A revoked desk that is interrupted while it hands over and wipes itself."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import stamina
from sqlalchemy import delete

from caseworker.cache import wiping
from hub import enrolment, quarantine, units
from hub.store import quarantine as left
from tests.builders import NOW, a_draft, an_order
from tests.kill import homes
from tests.kill.acts import opened
from tests.kill.proof import Warm
from tests.kill.warm import How, Job, Ran
from tests.sync.loopback import on_loopback
from tests.sync.street import STREET, Street, a_street

NAME: Final = "wipe"
ORDER: Final = "440300202611051000"
WORKER: Final = "李敏"

NOTHING: Final = frozenset({"revoked", ".revoked"})
"""What may stand in a wiped home: the day, and what it was written into first."""


class Wiping:
    """A home whose device is revoked, and the hub that it parts from."""

    def __init__(self, street: Street, url: str, process: Warm, place: Path) -> None:
        self._street, self._process, self._place = street, process, place
        self._template = place / "before"
        homes.enrolled(self._template, street, url, WORKER)
        homes.with_words(self._template, ORDER)
        with opened(self._template) as cache:
            from caseworker.cache.drafts import save_draft

            save_draft(cache, a_draft(ORDER, text=homes.DRAFTED), NOW)
            self._words = homes.words_of(cache)
        with street.store.writing() as connection:
            unit = units.ensure(connection, STREET)
            enrolment.revoke(connection, WORKER, unit, "test", NOW)
        whole = self._home("whole")
        ran = self._sync(whole)
        self.steps = ran.steps
        self._is_wiped(whole, ran)

    def interrupt(self, step: int, how: How) -> None:
        """At that step: each word is here or in quarantine; later all of them are there, once, and
        nothing is here."""
        home = self._home(how)
        ran = self._sync(home, how, step)
        assert ran.status == (-9 if how == "kill" else 1), ran
        assert how == "kill" or len(ran.err.splitlines()) == 1, ran
        assert "fault of its own" not in ran.err, ran
        assert {*self._here(home), *self._there()} >= {*self._words}, (step, how)
        self._is_wiped(home, self._sync(home))

    def _is_wiped(self, home: Path, ran: Ran) -> None:
        assert ran.status == 1, ran
        assert "revoked this device" in ran.err, ran
        assert sorted(self._there()) == self._words
        assert {file.name for file in home.iterdir()} <= NOTHING

    def _sync(self, home: Path, how: How = "", at: int = -1) -> Ran:
        return self._process.run(Job(str(home), ["sync"], how, at))

    def _here(self, home: Path) -> list[str]:
        if wiping.told(home) or not (home / "cache.db").exists():
            return []
        with opened(home) as cache:
            return homes.words_of(cache)

    def _there(self) -> list[str]:
        with self._street.store.reading() as connection:
            return [str(one.words["text"]) for one in quarantine.held(connection)]

    def _home(self, name: str) -> Path:
        with self._street.store.writing() as connection:
            connection.execute(delete(left))
        home = self._place / name
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self._template, home)
        home.chmod(0o700)
        return home


@contextmanager
def a_wiping(place: Path, process: Warm) -> Iterator[Wiping]:
    """A revoked desk whose files, and whose hub's, stand in `place`."""
    with (
        stamina.set_testing(True, attempts=2, cap=True),
        a_street(place) as street,
        on_loopback(street.application) as url,
    ):
        street.load(an_order(ORDER))
        yield Wiping(street, url, process, place / "homes")
