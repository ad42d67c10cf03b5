"""One syncs at a time: two processes may share a cache (DESIGN §5)."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from caseworker.cache.connection import explain
from caseworker.locale import _
from caseworker.model.trouble import Trouble

WAIT_SECONDS: Final = 2.5
"""Short enough that a sync which then finds no hub still answers within ten seconds (§5.11)."""


class AnotherSyncs(Trouble):
    """Another process is syncing this cache right now."""


@contextmanager
def only_one(cache_path: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock of a cache; raises `AnotherSyncs` where another has it for `wait` seconds.

    An empty SQLite file beside the cache is the lock: SQLite asks each system in its own way,
    waits by itself, and a lock dies with its process, so that a stale one never blocks.
    """
    place = cache_path.with_name(f"{cache_path.name}.lock")
    try:
        lock = sqlite3.connect(place, timeout=wait, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise explain(error, place) from error
    with closing(lock):
        _take(lock, place)
        yield


def _take(lock: sqlite3.Connection, place: Path) -> None:
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise explain(error, place) from error
        raise AnotherSyncs(
            _("Another caseworker is syncing this desk already: look again in a moment.")
        ) from error
