"""How much an engine works for what it is asked: the same on a busy computer and on an idle one."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from hub.store import Store


class Work:
    """What was done in a block: steps of SQLite's machine, or rows that PostgreSQL read."""

    done = 0


@contextmanager
def work_of(connection: Connection) -> Iterator[Work]:
    """Count the work of the block; the connection's transaction began with it."""
    work = Work()
    if connection.dialect.name == "postgresql":
        before = _rows_read(connection)
        yield work
        work.done = _rows_read(connection) - before
        return
    machine = connection.connection.dbapi_connection
    assert machine is not None

    def step() -> int:
        work.done += 1
        return 0

    machine.set_progress_handler(step, 10)
    yield work
    machine.set_progress_handler(None, 0)


def settle_in(store: Store) -> None:
    """Let the engine look at its tables, as PostgreSQL does by itself within a minute."""
    if store.engine.dialect.name == "postgresql":
        with store.writing() as connection:
            connection.execute(text("ANALYZE"))


def _rows_read(connection: Connection) -> int:
    """Rows that this transaction has read so far, by whichever way."""
    read = connection.execute(
        text(
            "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))"
            " FROM pg_stat_xact_user_tables"
        )
    )
    return int(read.scalar_one())
