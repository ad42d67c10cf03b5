"""The one connection class: encrypted by default, plain files opened as they are."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from errno import ENOSPC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast

from sqlcipher3 import dbapi2 as sqlcipher

from caseworker.cache.schema_version import HEAD
from caseworker.locale import _
from caseworker.model.trouble import Trouble

if TYPE_CHECKING:
    from caseworker.cache.write_ahead import Noted

PLAIN_HEADER: Final = b"SQLite format 3\x00"

WAL_SAFE_SINCE: Final = (3, 51, 3)
"""SQLite 3.7.0–3.51.2 can corrupt a WAL database at a reset (DESIGN §4)."""

BUSY_SECONDS: Final = 10.0


PAGES_KEPT: Final = 16_384
"""Kibibytes of decrypted pages that are kept: a search among a million orders reads its terms from
them. They fill as they are needed, so that opening costs none."""

MANY: Final = 100_000
"""From how many orders on a migration takes a second or more, and is told of beforehand."""


_held: Final[Counter[str]] = Counter()
"""Connections that this process has to each file."""


class Damaged(Trouble):
    """The file is damaged, or cannot be opened with its key: see `caseworker.cache.salvage`."""


class Busy(Trouble):
    """Another process has been writing for longer than one waits."""


class Cache:
    """One open cache file.

    Reads go through `rows` and `row`; every write stands inside `with cache.writing():`, which is
    one immediate transaction. A plain file (local.db.example) is never migrated, its journal is
    never switched, and nothing is written to it unless the worker writes.
    """

    def __init__(self, path: Path, key: bytes | None, *, plain: bool = False) -> None:
        self.path = path
        self.key = key
        self.plain = plain
        self._file = _file_of(path)
        self._place = str(path.resolve())
        _held[self._place] += 1
        uri = f"{path.resolve().as_uri()}?mode=rw" if plain else str(path)
        self._connection = sqlcipher.connect(
            uri, timeout=BUSY_SECONDS, isolation_level=None, uri=plain, check_same_thread=False
        )
        if key is not None and not plain:
            # It would write of damaged pages on stderr, which is for sentences.
            self.execute("PRAGMA cipher_log_level = NONE")
            self.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        self.execute("PRAGMA foreign_keys = ON")
        self.execute("PRAGMA temp_store = MEMORY")

    @property
    def raw(self) -> sqlite3.Connection:
        """The driver's connection, for sqlite-utils and floods."""
        return cast(sqlite3.Connection, self._connection)

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Cursor:
        """Run one statement; SQLite's troubles come out as `Trouble` with a sentence."""
        try:
            return cast(sqlite3.Cursor, self._connection.execute(sql, parameters))
        except sqlcipher.DatabaseError as error:
            raise self._told(error) from error

    def execute_many(self, sql: str, rows: Iterator[Any] | Sequence[Any]) -> None:
        """Run one statement for each of `rows`."""
        try:
            self._connection.executemany(sql, rows)
        except sqlcipher.DatabaseError as error:
            raise self._told(error) from error

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[Any]:
        """All rows of a query, as tuples."""
        try:
            return list(self._connection.execute(sql, parameters))
        except sqlcipher.DatabaseError as error:
            raise self._told(error) from error

    def each(self, sql: str) -> Iterator[Any]:
        """The rows of a query one by one, those before a damaged page too."""
        try:
            yield from self._connection.execute(sql)
        except sqlcipher.DatabaseError as error:
            raise self._told(error) from error

    def _told(self, error: Exception) -> Trouble:
        trouble = explain(error, self.path)
        if isinstance(trouble, Damaged) and not self.plain:
            # The next start looks at every page, and mends.
            with suppress(OSError):
                suspect(self.path).touch(mode=0o600)
        return trouble

    def row(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Any:
        """The first row of a query as a tuple, or None."""
        return self.execute(sql, parameters).fetchone()

    def value(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, parameters)
        return None if row is None else row[0]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One write transaction; inside another one it joins that one.

        Before it ends, the orders that it touched go into the sets where they now belong.

        Raises `Trouble` where the disk is full or the file cannot be written; nothing of the
        block is kept then.
        """
        if self._connection.in_transaction:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        try:
            if self._file is not None and self._file != _file_of(self.path):
                raise Trouble(
                    _(
                        "{file} has been made anew or wiped meanwhile: start caseworker again."
                    ).format(file=self.path.name)
                )
            yield
            if self.value("SELECT EXISTS (SELECT 1 FROM touched)"):
                from caseworker.cache.memberships import settle

                settle(self)
            self.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.rollback()
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One snapshot for several reads."""
        if self._connection.in_transaction:
            yield
            return
        self.execute("BEGIN")
        try:
            yield
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()

    def forget(self) -> None:
        """Let go of the decrypted pages that are kept for speed."""
        self.execute("PRAGMA shrink_memory")

    def changed_elsewhere(self) -> int:
        """A number that differs once another connection has committed to this file."""
        return int(self.value("PRAGMA data_version"))

    def close(self) -> None:
        """Close the file; open transactions are rolled back."""
        self._connection.close()
        if self._place:
            _held[self._place] -= 1
            self._place = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def _file_of(path: Path) -> tuple[int, int] | None:
    """Which file stands there, None where there is none: a damaged one is set aside."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def suspect(path: Path) -> Path:
    """Stands beside a cache in which a damaged page was met."""
    return path.with_name(f"{path.name}.damaged")


def torn(path: Path) -> Path:
    """Where a damaged write-ahead log is kept until its cache is mended; it is the sign, too."""
    return path.with_name(f"{path.name}.torn-log")


def new_beside(path: Path) -> Path:
    """Stands beside a damaged cache once the new one is whole and ready to take its place."""
    return path.with_name(f"{path.name}.salvaged")


def is_plain(path: Path) -> bool:
    """Whether the file is an unencrypted SQLite database."""
    try:
        with path.open("rb") as file:
            return file.read(len(PLAIN_HEADER)) == PLAIN_HEADER
    except OSError:
        return False


def open_cache(path: Path, key: bytes | None, tell: Callable[[str], None] | None = None) -> Cache:
    """Open the encrypted cache at `path`, making and migrating it as needed.

    `tell` is given a sentence where one waits for a migration. Raises `Trouble` where the key does
    not fit or the file is newer than this program, and `Damaged` where its write-ahead log was not
    read to the end.
    """
    made = not path.exists()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if made:
            path.touch(mode=0o600)
    except OSError as error:
        raise explain(error, path) from error
    if torn(path).exists():
        # Without what its log holds it looks whole, and is not.
        raise _damaged(path)
    before = None if made else _log_before(path)
    cache = Cache(path, key)
    try:
        version = int(cache.value("PRAGMA user_version"))
        if before is not None:
            _compare_log(cache, before)
        cache.execute(f"PRAGMA cache_size = -{PAGES_KEPT}")
        if sqlcipher.sqlite_version_info >= WAL_SAFE_SINCE:
            cache.execute("PRAGMA journal_mode = WAL")
            # In WAL, NORMAL may lose the last commits at a power cut: "saved" means durable.
            cache.execute("PRAGMA synchronous = FULL")
        if version > HEAD:
            raise Trouble(_("This cache was written by a newer caseworker: update the program."))
        if version < HEAD:
            from caseworker.cache.migrations import migrate

            if tell is not None and version and _last_order(cache) >= MANY:
                tell(_("The cache is fitted to this version of caseworker: some seconds."))
            migrate(cache)
    except BaseException:
        cache.close()
        raise
    return cache


def _last_order(cache: Cache) -> int:
    return int(cache.value("SELECT coalesce(max(id), 0) FROM orders"))


def _log_before(path: Path) -> Noted | None:
    """What the write-ahead log says before it is opened; None where there is none, or where this
    process works with it already."""
    endings = ("-wal", "-shm")
    if _held[str(path.resolve())] or not any(Path(f"{path}{one}").exists() for one in endings):
        return None
    from caseworker.cache.write_ahead import noted

    return noted(path)


def _compare_log(cache: Cache, before: Noted) -> None:
    """Raises `Damaged` where SQLite did not take all of the log, which is kept then."""
    from caseworker.cache import write_ahead

    if write_ahead.is_short(cache, before):
        write_ahead.keep(cache.path)
        raise _damaged(cache.path)


def open_plain(path: Path) -> Cache:
    """Open an unencrypted cache such as local.db.example, changing nothing in it."""
    cache = Cache(path, None, plain=True)
    try:
        version = int(cache.value("PRAGMA user_version"))
    except BaseException:
        cache.close()
        raise
    if version != HEAD:
        cache.close()
        raise Trouble(_("{file} is not a caseworker cache of this version.").format(file=path.name))
    return cache


def _damaged(path: Path) -> Damaged:
    told = _("{file} is damaged: start again, so that what can be read is saved anew.")
    return Damaged(told.format(file=path.name))


def explain(error: Exception, path: Path) -> Trouble:
    """SQLite's words, or the system's, as one sentence that says what to do."""
    text = str(error)
    if "full" in text or (isinstance(error, OSError) and error.errno == ENOSPC):
        sentence = _("The disk is full: free some space, then do it again. What was saved is kept.")
    elif "readonly" in text or isinstance(error, OSError):
        sentence = _("{file} cannot be written: check its permissions, or copy it elsewhere.")
    elif "locked" in text or "busy" in text:
        told = _("Another caseworker is writing to {file}: try again in a moment.")
        return Busy(told.format(file=path.name))
    elif "not a database" in text:
        told = _("{file} cannot be opened with this key: check the passphrase.")
        return Damaged(told.format(file=path.name))
    elif (
        # Of a damaged search index the words say nothing like it, and the code does.
        "malformed" in text
        or getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT
    ):
        return _damaged(path)
    elif "disk I/O" in text:
        sentence = _(
            "The disk did not read or write {file}: nothing says that the file is damaged. Try"
            " again; if it stays so, copy the folder elsewhere and have the disk looked at."
        )
    elif "unable to open" in text:
        sentence = _("{file} cannot be opened: check that the folder exists and is yours.")
    else:
        sentence = _("{file} could not be read or written ({words}).")
    return Trouble(sentence.format(file=path.name, words=text))
