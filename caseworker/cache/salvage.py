"""A damaged cache: set aside and kept, a new one made, the worker's own words taken over.

What came from a hub comes from there again; what only this desk holds is read from whatever of the
file can still be read, row by row. The steps stand in an order in which a kill at any of them
leaves either the damaged file in its place, or the new one whole and ready.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from errno import ENOSPC
from pathlib import Path
from typing import Any, Final

from msgspec import MsgspecError, Struct, json

from caseworker.cache import annotations, drafts, orders, outbox, settings, write_ahead
from caseworker.cache.connection import (
    Cache,
    Damaged,
    explain,
    new_beside,
    open_cache,
    suspect,
    torn,
)
from caseworker.locale import _
from caseworker.model.annotation import Annotation
from caseworker.model.order import WorkOrder
from caseworker.model.trouble import Trouble

PROBES_MAX: Final = 20_000
"""Rows that are asked for one by one between two that cannot be read."""

FAILURES_MAX: Final = 300
"""Of these; a page of the tree above would let all below it fail."""

_AS_THEY_ARE: Final = (
    "evidence_files",
    "evidence_pieces",
    "disclosures",
    "not_same",
    "shelf",
    "shortlist",
    "next_looks",
    "departed",
)
"""Tables that no hub gives again, copied row by row."""

_FROM_THE_HUB: Final = ("cursor", "generation")


class Mended(Struct, frozen=True):
    """What became of a damaged cache; kept in the new one."""

    at: str
    file: str
    """The name of the damaged file, which is kept beside the new one."""
    words: int
    """Own annotations that were taken over."""
    drafts: int
    orders: int
    """Orders that no hub gives again."""
    holes: bool
    """Whether something of the worker's own could not be read."""
    log: bool = False
    """Whether it was the log of the last writes that was damaged."""

    def sentence(self) -> str:
        """For the worker: what was kept, what not, where the old file lies."""
        told = _(
            "The cache was damaged and has been made anew. Kept: {words} notes and proposals,"
            " {drafts} drafts, {orders} imported orders; the rest comes with the next sync. The"
            " damaged file is {file}: keep it."
        ).format(words=self.words, drafts=self.drafts, orders=self.orders, file=self.file)
        if self.log:
            # A page that is older than it should be can be read all the same.
            told += " " + _("The log of your last writes was damaged: look through your words.")
        elif self.holes:
            told += " " + _(
                "Some of what you wrote last could not be read: look through your words."
            )
        return told

    def briefly(self) -> str:
        """The same in one line of a desk."""
        if self.holes:
            return _("Was damaged: look through your words. More:  caseworker doctor")
        return _("Was damaged; your words are kept. More:  caseworker doctor")


def told(cache: Cache) -> str:
    """The sentence about the last mending of this cache, empty where it never was damaged."""
    kept = settings.get(cache, "mended")
    return json.decode(kept, type=Mended).sentence() if kept else ""


def untold(cache: Cache) -> str:
    """In one line what no desk has told yet of the last mending, whoever mended; told from now on.

    A sync by itself mends too, and nobody reads what it says.
    """
    kept = settings.get(cache, "mended")
    if not kept:
        return ""
    mended = json.decode(kept, type=Mended)
    if settings.get(cache, "mended_told") == mended.at:
        return ""
    # On a disk that is full it is told again the next time.
    with suppress(Trouble), cache.writing():
        settings.put(cache, mended_told=mended.at)
    return mended.briefly()


def finish(path: Path) -> None:
    """Put a new cache that is whole in the place of the damaged one."""
    made = new_beside(path)
    if not made.exists():
        return
    aside = _aside(path)
    if torn(path).exists():
        torn(path).rename(aside.with_name(f"{aside.name}-log"))
    # The log first: beside another file it would be taken for that file's.
    for ending in ("-wal", "-shm", ""):
        old = path.with_name(path.name + ending)
        if old.exists():
            old.rename(aside.with_name(aside.name + ending))
    made.rename(path)
    suspect(path).unlink(missing_ok=True)


def is_sound(path: Path, key: bytes) -> bool:
    """Whether every page of a cache can be read and fits the others."""
    try:
        with Cache(path, key) as cache:
            return not damage(cache)
    except Trouble:
        return False


def damage(cache: Cache) -> list[str]:
    """What SQLite and the encryption find wrong, each as a line."""
    found = [str(row[0]) for row in cache.rows("PRAGMA integrity_check") if row[0] != "ok"]
    if not cache.plain:
        found += [str(row[0]) for row in cache.rows("PRAGMA cipher_integrity_check")]
    return found


def mend(path: Path, key: bytes, at: datetime) -> Mended:
    """Make the new cache out of what the damaged one still tells, and put it in its place."""
    building, copy = (path.with_name(f"{path.name}.{name}") for name in ("building", "reading"))
    _remove(building)
    _remove(copy)
    log = torn(path).exists()
    if log:
        try:
            write_ahead.readable_copy(path, copy)
        except OSError as error:
            raise _no_room(error, path) from error
    reader = _Reader(copy if log else path, key)
    try:
        with open_cache(building, key) as fresh:
            mended = _take_over(reader, fresh, _aside(path).name, at, log=log)
            fresh.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        reader.close()
    _remove(copy)
    building.rename(new_beside(path))
    finish(path)
    return mended


def _no_room(error: OSError, path: Path) -> Trouble:
    return explain(sqlite3.OperationalError("full" if error.errno == ENOSPC else "readonly"), path)


def _remove(file: Path) -> None:
    for one in (file, suspect(file), *(Path(f"{file}{ending}") for ending in ("-wal", "-shm"))):
        one.unlink(missing_ok=True)


def _take_over(reader: "_Reader", fresh: Cache, aside: str, at: datetime, *, log: bool) -> Mended:
    kept = {row["name"]: row["value"] for row in reader.table("settings")}
    said = [word for row in reader.table("annotations") if (word := _annotation(row["body"]))]
    sent = list(reader.table("outbox"))
    begun = list(reader.table("drafts"))
    holes = reader.holes or log
    imported = [one for row in reader.table("orders") if (one := _imported(row))]
    with fresh.writing():
        settings.put(
            fresh,
            **{name: text for name, text in kept.items() if name not in _FROM_THE_HUB},
        )
        words, lost = _words(fresh, said, sent, kept, holes, at)
        for row in begun:
            _copy(fresh, "drafts", row)
        orders.put_orders(fresh, imported, settings.taxonomy(fresh), from_hub=False)
        for table in _AS_THEY_ARE:
            for row in reader.table(table):
                _copy(fresh, table, row)
        mended = Mended(
            at.isoformat(timespec="seconds"),
            aside,
            words,
            len(drafts.drafts(fresh)),
            len(imported),
            holes or lost,
            log,
        )
        settings.put(fresh, mended=json.encode(mended).decode())
    return mended


def _words(
    fresh: Cache,
    said: Sequence[Annotation],
    sent: Sequence[dict[str, Any]],
    kept: dict[str, str],
    holes: bool,
    at: datetime,
) -> tuple[int, bool]:
    """Own words and where they are on their way: how many, and whether one is beyond reading."""
    by_id = {one.id: one for one in said}
    lost = False
    own = {kept.get("worker", ""), kept.get("name", "")} - {""}
    devices = {"", kept.get("device", "")}
    for row in sent:
        annotation = by_id.pop(row["annotation_id"], None) or _annotation(row["payload"])
        if annotation is None:
            lost = True
            continue
        annotations.put_annotation(fresh, annotation)
        _copy(fresh, "outbox", {name: value for name, value in row.items() if name != "seq"})
        if not kept:
            own.add(annotation.author)
            devices.add(annotation.device)
    if holes:
        # Own words whose way is not known any more are offered again: the hub knows them by id.
        # Where nothing says any more who sits here, whoever's they are: none may be lost, and of
        # those that it knows from others the hub takes none.
        for annotation in by_id.values():
            if not own or (annotation.author in own and annotation.device in devices):
                outbox.put_in_outbox(fresh, annotation, at)
    return len(outbox.items(fresh, settled=True)), lost


def _annotation(body: Any) -> Annotation | None:
    try:
        return annotations.decode(body) if body else None
    except (MsgspecError, TypeError):
        return None


def _imported(row: dict[str, Any]) -> WorkOrder | None:
    if row["from_hub"]:
        return None
    try:
        return orders.decode(row["body"])
    except (MsgspecError, TypeError):
        return None


def _copy(fresh: Cache, table: str, row: dict[str, Any]) -> None:
    """One row, as far as the new table has such columns; one that does not fit is left out."""
    known = [name for _n, name, *_rest in fresh.rows(f"PRAGMA table_info({table})")]
    given = {name: row[name] for name in known if name in row}
    names = ", ".join(given)
    marks = ", ".join(f":{name}" for name in given)
    try:
        fresh.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", given)
    except Damaged:
        raise
    except Trouble:
        return


class _Reader:
    """Reads tables of a damaged file: forwards until it breaks, backwards, then one by one."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._key = path, key
        self._cache: Cache | None = None
        self.holes = False

    def close(self) -> None:
        """Let the file go."""
        if self._cache is not None:
            self._cache.close()
            self._cache = None

    def table(self, name: str) -> Iterator[dict[str, Any]]:
        """Every row that can be read, in the rowid's order; none where the table is not there."""
        described, unreadable = self._read(f"PRAGMA table_info({name})")
        names = [row[1] for row in described]
        if not names:
            # Either it never was, or the schema itself cannot be read.
            self.holes |= unreadable
            return
        columns = ", ".join(names)
        rows, broken = self._read(f"SELECT rowid, {columns} FROM {name} ORDER BY rowid")
        if broken and not rows:
            rows, broken = self._read(f"SELECT 0, {columns} FROM {name}")
        if broken:
            self.holes = True
            rows += self._behind(name, columns, rows[-1][0] if rows else 0)
        for _rowid, *values in rows:
            yield dict(zip(names, values, strict=True))

    def _behind(self, name: str, columns: str, last: int) -> list[Any]:
        """What stands behind the first row that cannot be read."""
        behind, _broken = self._read(
            f"SELECT rowid, {columns} FROM {name} WHERE rowid > {last} ORDER BY rowid DESC"
        )
        first = behind[-1][0] if behind else last + PROBES_MAX
        found: list[Any] = []
        failures = 0
        for rowid in range(last + 1, min(first, last + PROBES_MAX)):
            query = f"SELECT rowid, {columns} FROM {name} WHERE rowid = {rowid}"
            row, failed = self._read(query)
            found += row
            failures += failed
            if failures > FAILURES_MAX:
                break
        return [*found, *reversed(behind)]

    def _read(self, query: str) -> tuple[list[Any], bool]:
        """Rows until the first fault, and whether there was one."""
        found: list[Any] = []
        try:
            if self._cache is None:
                self._cache = Cache(self._path, self._key)
            for row in self._cache.each(query):
                found.append(row)
        except Trouble:
            # A page that failed may spoil what the connection says afterwards.
            self.close()
            return found, True
        return found, False


def _aside(path: Path) -> Path:
    number = 1
    while (name := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return name
