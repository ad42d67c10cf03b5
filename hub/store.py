"""The hub's store: its tables, and one way in for reading and one for writing."""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    bindparam,
    create_engine,
    event,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from caseworker.locale import _
from caseworker.model.trouble import Trouble

SCHEMA: Final = 2
"""Raised with each change of the tables."""

BUSY_SECONDS: Final = 30.0
"""How long a writer waits for another one on SQLite."""

WRITE_ATTEMPTS: Final = 5
"""How often a write is begun that other writers come between."""

_CAME_BETWEEN: Final = frozenset({"40001", "40P01", "23505", "42P07", "42710"})
"""SQLSTATEs: serialization failure, deadlock, and a row, a table or another object that another
writer made meanwhile."""

Done = TypeVar("Done")

Number = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts by itself only in a column of the type INTEGER."""


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, on engines that keep offsets and on those that drop them."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC)


tables: Final = MetaData()

setting = Table(
    "setting",
    tables,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

unit = Table(
    "unit",
    tables,
    Column("number", Number, primary_key=True),
    Column("id", String(200), nullable=False, unique=True),
    Column("parent", ForeignKey("unit.number"), index=True),
    Column("name", String(200), nullable=False),
    Column("level", String(16), nullable=False),
)

counter = Table(
    "counter",
    tables,
    Column("unit", ForeignKey("unit.number"), primary_key=True, autoincrement=False),
    Column("feed", BigInteger, nullable=False, default=0),
    Column("audit", BigInteger, nullable=False, default=0),
    Column("audit_head", String(64), nullable=False, default=""),
)

feed = Table(
    "feed",
    tables,
    Column("unit", ForeignKey("unit.number"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("ref", String(64), nullable=False),
    UniqueConstraint("unit", "kind", "ref"),
)

work_order = Table(
    "work_order",
    tables,
    Column("order_no", String(64), primary_key=True),
    # No index: SQLite would go through all orders of a unit to find the fifty of a page.
    Column("unit", ForeignKey("unit.number"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("substance_revision", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

worker = Table(
    "worker",
    tables,
    Column("number", Number, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("unit", ForeignKey("unit.number"), nullable=False),
    Column("role", String(16), nullable=False),
    UniqueConstraint("name", "unit"),
)

enrolment_code = Table(
    "enrolment_code",
    tables,
    Column("code_hash", String(64), primary_key=True),
    Column("worker", ForeignKey("worker.number"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

device = Table(
    "device",
    tables,
    Column("id", String(32), primary_key=True),
    Column("worker", ForeignKey("worker.number"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("enrolled_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

quarantine = Table(
    "quarantine",
    tables,
    Column("number", Number, primary_key=True),
    Column("device", ForeignKey("device.id"), nullable=False),
    Column("id", String(36), nullable=False),
    Column("state", String(200), nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("device", "id"),
)

annotation = Table(
    "annotation",
    tables,
    Column("number", Number, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("order_no", ForeignKey("work_order.order_no"), nullable=False, index=True),
    Column("order_revision", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("target", String(200), nullable=False, index=True),
    Column("supersedes", String(200), nullable=False, index=True),
    Column("worker", ForeignKey("worker.number"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("payload_hash", String(64), nullable=False),
    Column("receipt", String(64), nullable=False),
    Column("stored_at", Instant, nullable=False),
)

link = Table(
    "link",
    tables,
    Column("annotation_id", ForeignKey("annotation.id"), primary_key=True),
    Column("earlier", String(64), primary_key=True),
    Column("order_no", String(64), nullable=False, index=True),
)

decision = Table(
    "decision",
    tables,
    Column("number", Number, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("annotation_id", ForeignKey("annotation.id"), nullable=False, index=True),
    Column("order_no", ForeignKey("work_order.order_no"), nullable=False, index=True),
    Column("ruling", String(16), nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

contest = Table(
    "contest",
    tables,
    Column("number", Number, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("annotation_id", ForeignKey("annotation.id"), nullable=False, index=True),
    Column("order_no", ForeignKey("work_order.order_no"), nullable=False, index=True),
    Column("payload", LargeBinary, nullable=False),
)

evidence_file = Table(
    "evidence_file",
    tables,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False),
    # How many bytes are here without a gap.
    Column("held", BigInteger, nullable=False),
    Column("complete_at", Instant),
    Column("touched_at", Instant, nullable=False),
)

evidence_piece = Table(
    "evidence_piece",
    tables,
    Column("sha256", ForeignKey("evidence_file.sha256"), primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

evidence_named = Table(
    "evidence_named",
    tables,
    Column("annotation_id", ForeignKey("annotation.id"), primary_key=True),
    Column("sha256", ForeignKey("evidence_file.sha256"), primary_key=True),
    Index("evidence_named_file", "sha256"),
)

quarantine_named = Table(
    "quarantine_named",
    tables,
    Column("leftover", ForeignKey("quarantine.number"), primary_key=True),
    Column("sha256", ForeignKey("evidence_file.sha256"), primary_key=True),
    Index("quarantine_named_file", "sha256"),
)

reason_codes = Table(
    "reason_codes",
    tables,
    Column("number", Number, primary_key=True),
    Column("version", String(100), nullable=False, unique=True),
    Column("toml", Text, nullable=False),
    Column("loaded_at", Instant, nullable=False),
)

given = Table(
    "given",
    tables,
    Column("id", String(36), primary_key=True),
    Column("device", ForeignKey("device.id"), nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("listed", LargeBinary, nullable=False),
)
"""What a page of the feed or a file gave to a device; the audit keeps the hash of each list."""

disclosure = Table(
    "disclosure",
    tables,
    Column("id", String(36), primary_key=True),
    Column("device", ForeignKey("device.id"), nullable=False),
)

recheck = Table(
    "recheck",
    tables,
    Column("number", Number, primary_key=True),
    Column("annotation_id", ForeignKey("annotation.id"), nullable=False, unique=True),
    Column("drawn_at", Instant, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("answered_by", String(200), nullable=False),
    Column("answered_at", Instant),
)
"""Granted marks that someone else looks at once more; `outcome` is empty until then."""

recheck_draw = Table(
    "recheck_draw",
    tables,
    Column("number", Number, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("found", Boolean, nullable=False),
)
"""Each draw, and how far it came in the open block: how many marks `remaining` in it, and whether
the one that is drawn of it was `found`."""

audit = Table(
    "audit",
    tables,
    Column("unit", ForeignKey("unit.number"), primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(250), nullable=False),
    Column("act", String(32), nullable=False),
    Column("ref", String(100), nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_by_ref", "ref"),
)


_SETTING: Final = select(setting.c.value).where(setting.c.name == bindparam("the_name"))


@dataclass(frozen=True)
class Store:
    """An open store. Every read is one snapshot, every write one transaction."""

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the store as it was at its first question."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose work is kept as a whole, or not at all."""
        with self.engine.connect() as connection:
            connection.execution_options(writing=True)
            with connection.begin():
                yield connection

    def write(self, work: Callable[[Connection], Done]) -> Done:
        """Do `work` in one transaction, anew where another writer came between.

        PostgreSQL and its kin tell one of two writers to start again; SQLite lets them queue.
        """
        for _attempt in range(WRITE_ATTEMPTS - 1):
            try:
                with self.writing() as connection:
                    return work(connection)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _CAME_BETWEEN:
                    raise
        with self.writing() as connection:
            return work(connection)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@contextmanager
def opened(place: str, key: Callable[[], bytes]) -> Iterator[Store]:
    """The store at `place` for the length of one command; see `open_store`.

    Raises `Trouble` also where the store fails later on.
    """
    store = open_store(place, key)
    try:
        yield store
    except DBAPIError as error:
        raise explain(error, place) from error
    finally:
        store.close()


def open_store(place: str, key: Callable[[], bytes]) -> Store:
    """Open the store at `place`, making its tables where they are missing.

    `place` is a path, `sqlite:///PATH` or the URL of a PostgreSQL; a file is encrypted with the
    32 bytes of `key`, which is not asked for otherwise. Raises `Trouble` where it cannot be
    opened.
    """
    url = place if "://" in place else f"sqlite:///{place}"
    try:
        store = Store(_sqlite(url, key()) if url.startswith("sqlite:") else _server(url))
    except ImportError as error:
        raise Trouble(
            _(
                "The driver of the store {store} is missing: install psycopg beside caseworker."
            ).format(store=without_password(place))
        ) from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise Trouble(
            _(
                "The store {store} is of no known kind: name a file, or postgresql+psycopg://…"
            ).format(store=without_password(place))
        ) from error
    except OSError as error:
        raise explain(error, place) from error
    try:
        store.write(_make_tables)
    except BaseException as error:
        store.close()
        if isinstance(error, DBAPIError | OSError):
            raise explain(error, place) from error
        raise
    return store


def explain(error: Exception, place: str) -> Trouble:
    """What a store's error means, as one sentence; it shows no value of a row."""
    words = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    if "not a database" in words:
        sentence = _("The store {store} cannot be opened with this key: check the passphrase.")
    elif "locked" in words:
        sentence = _("Another program is writing to the store {store}: try again in a moment.")
    elif "full" in words:
        sentence = _("The disk of the store {store} is full: free some space, then do it again.")
    elif "malformed" in words:
        sentence = _("The store {store} is damaged: stop the hub, and restore a backup.")
    else:
        sentence = _("The store {store} cannot be opened: check the address and its permissions.")
    return Trouble(sentence.format(store=without_password(place)))


def holds_password(place: str) -> bool:
    """Whether the address of a store has a password in it, before the host or behind it."""
    try:
        url = make_url(place)
    except ArgumentError:
        # A path, or of no known kind, which is told when it is opened.
        return False
    return bool(url.password) or any(name.endswith("password") for name in url.query)


def without_password(place: str) -> str:
    """The address of a store as it may be shown."""
    return re.sub(r"(?<=:)[^:@/]+(?=@)", "…", place)


def read_setting(connection: Connection, name: str) -> str:
    """A value that was made with the store."""
    value: str = connection.execute(_SETTING, {"the_name": name}).scalar_one()
    return value


def generation(connection: Connection) -> str:
    """The random name of this store's life; a desk that sees another one pulls all again."""
    return read_setting(connection, "generation")


def secret_key(connection: Connection) -> bytes:
    """The key of the keyed hashes (caller, enrolment codes); it never leaves the store."""
    return bytes.fromhex(read_setting(connection, "secret_key"))


def begin_generation(connection: Connection) -> str:
    """Name a new generation: for a store that was restored from a backup (DESIGN §5.7)."""
    name = secrets.token_hex(8)
    connection.execute(update(setting).where(setting.c.name == "generation").values(value=name))
    return name


def _sqlite(url: str, key: bytes) -> Engine:
    from sqlcipher3 import dbapi2

    path = Path(url.removeprefix("sqlite:///"))
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The file before SQLite makes it, so that it never stands open to others.
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    engine = create_engine(
        url,
        module=dbapi2,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
        pool_size=8,
        max_overflow=32,
        hide_parameters=True,
    )

    def connected(raw: Any, _record: object) -> None:
        raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA journal_mode = WAL")
        # A receipt means that the annotation is on the disk.
        raw.execute("PRAGMA synchronous = FULL")

    def begun(connection: Connection) -> None:
        # A deferred transaction that turns to writing can fail at once; this one waits its turn.
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _server(url: str) -> Engine:
    return create_engine(
        url, pool_size=8, max_overflow=32, pool_pre_ping=True, hide_parameters=True
    )


def _make_tables(connection: Connection) -> None:
    tables.create_all(connection)
    known = dict(connection.execute(select(setting.c.name, setting.c.value)).all())
    if not known:
        made = {
            "schema": str(SCHEMA),
            "generation": secrets.token_hex(8),
            "secret_key": secrets.token_hex(32),
        }
        connection.execute(insert(setting), [{"name": name, "value": made[name]} for name in made])
    elif int(known["schema"]) > SCHEMA:
        raise Trouble(_("This store was written by a newer caseworker: update the program."))
    elif int(known["schema"]) < SCHEMA:
        # All that a newer schema has had to add so far are tables, made above.
        connection.execute(
            update(setting).where(setting.c.name == "schema").values(value=str(SCHEMA))
        )
