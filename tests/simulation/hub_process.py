"""The real hub in this process, without sockets or threads; it can die between two writes."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from litestar import Litestar
from msgspec import Struct
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from hub.app import create_app
from hub.limits import Allowance
from hub.store import Store, begin_generation, open_store
from tests.conftest import KEY
from tests.simulation.glass import Clock

Done = TypeVar("Done")

UNLIMITED: Final = Allowance(burst=1e9, per_second=1e9)


class Died(BaseException):
    """A process is gone at this point."""


class Fuse:
    """What goes wrong at a write of the hub: `left` writes still pass."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.busy = False
        self.burnt = 0
        """Writes so far."""

    def burn(self) -> None:
        """Count a write; raises where it is the one that goes wrong."""
        self.burnt += 1
        if self.left is None:
            return
        self.left -= 1
        if self.left >= 0:
            return
        self.left = None
        if self.busy:
            raise OperationalError("", {}, Exception("database is locked"))
        raise Died


class BrittleStore(Store):
    """A store whose process can die inside a write: nothing of that write is kept."""

    fuse: Fuse

    def write(self, work: Callable[[Connection], Done]) -> Done:
        def then_perhaps_die(connection: Connection) -> Done:
            done = work(connection)
            self.fuse.burn()
            return done

        return super().write(then_perhaps_die)


class Said(Struct, frozen=True):
    """An answer of the hub."""

    status: int
    headers: dict[str, str]
    body: bytes


class _Machine:
    """Engine and application on one file, built once for many runs: they take most of the time."""

    def __init__(self, place: Path) -> None:
        self.store = BrittleStore(open_store(str(place), lambda: KEY).engine)
        self.clock = Clock()
        self.application = self.started()

    def _hub_time(self) -> datetime:
        return self.clock.hub_time()

    def started(self) -> Litestar:
        return create_app(
            self.store,
            clock=self._hub_time,
            requests=UNLIMITED,
            enrolments=UNLIMITED,
        )


_machine = cache(_Machine)


class HubProcess:
    """A hub on the store in the file `place`."""

    def __init__(self, place: Path, clock: Clock) -> None:
        self._place = place
        self._machine = _machine(place)
        self._machine.clock = clock
        self.fuse = Fuse()
        self.store = self._machine.store
        object.__setattr__(self.store, "fuse", self.fuse)
        self._application = self._machine.application
        self._loop = asyncio.new_event_loop()

    @property
    def writes(self) -> int:
        """How often the store was written by calls."""
        return self.fuse.burnt

    def restart(self) -> None:
        """The process comes up again: no connection, and nothing that it remembered."""
        self.store.close()
        self._application = self._machine.started()

    def backup(self) -> bytes:
        """The whole store as it is now."""
        with self.store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.store.close()
        return self._place.read_bytes()

    def restore(self, backup: bytes) -> str:
        """Set the store back to a copy; the name of its new generation."""
        self.store.close()
        for ending in ("-wal", "-shm"):
            self._place.with_name(f"{self._place.name}{ending}").unlink(missing_ok=True)
        self._place.write_bytes(backup)
        with self.store.writing() as connection:
            return begin_generation(connection)

    def close(self) -> None:
        self._loop.close()
        self.store.close()

    def answer(
        self, method: str, path: str, query: bytes, headers: dict[str, str], body: bytes
    ) -> Said | None:
        """What the hub answers; None where it died over the request."""
        said: dict[str, Any] = {"body": b""}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                said["status"] = message["status"]
                said["headers"] = {
                    name.decode("latin-1"): value.decode("latin-1")
                    for name, value in message["headers"]
                }
            else:
                said["body"] += message.get("body", b"")

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 12345),
        }
        try:
            self._loop.run_until_complete(self._application(scope, receive, send))  # type: ignore[arg-type]
        except Died:
            self.restart()
            return None
        return Said(said["status"], said["headers"], said["body"])


@contextmanager
def a_hub(place: Path, clock: Clock) -> Iterator[HubProcess]:
    """A hub that is closed at the end."""
    process = HubProcess(place, clock)
    try:
        yield process
    finally:
        process.close()
