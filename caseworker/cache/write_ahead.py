"""SQLite's write-ahead log after an unclean end: whether all of it was taken; what to do if not.

SQLite takes such a log up to the first frame that does not fit, and says nothing of the rest:
what was told as saved would be gone, untold. Pages in the log are encrypted; the headers and
checksums of its frames are not (sqlite.org/fileformat2.html, "The Write-Ahead Log"). How far it
ought to reach is known from its index (`-shm`), which counts a frame once that is durable; where
no index is left, from frames of the same log behind the place where SQLite stopped.

Only headers are read, and only where there is a log: a usual start pays for two questions of
whether a file exists.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from struct import Struct as Packed
from struct import unpack
from typing import BinaryIO, Final

from msgspec import Struct

from caseworker.cache.connection import Cache, torn
from caseworker.model.trouble import Trouble

_HEADER: Final = Packed(">IIII8sII")
"""Magic, format, bytes of a page, number of the checkpoint, salts, checksum."""

_FRAME: Final = Packed(">II8sII")
"""Page, size of the file in pages where a commit ends (else 0), salts, checksum."""

_MAGIC: Final = 0x377F0682
"""With words of the checksums in little-endian order; one more where they are in big-endian."""

_FORMAT: Final = 3_007_000
_PAGE: Final = 4096

_INDEX_HEADER: Final = 48
"""Bytes; it stands there twice, so that a torn one is known."""

_IN_USE: Final = 128
"""The byte of the index that whoever has it open locks (SQLite's "dead man switch")."""

_FAR: Final = 4096
"""Frames that are looked at behind the place where SQLite stopped: some 16 MiB."""


class Noted(Struct, frozen=True):
    """What the files said before SQLite opened them."""

    salts: bytes
    """Those of the frames that belong to this log; the rest is from an earlier one."""
    frames: int
    """So many are durable, 0 where the index does not say."""
    whole: bool
    """Whether the header of the log can be read."""


class _Frame(Struct, frozen=True):
    page: int
    commits: int
    salts: bytes
    checksum: tuple[int, int]


def log_of(path: Path) -> Path:
    """The write-ahead log of a cache."""
    return path.with_name(f"{path.name}-wal")


def noted(path: Path) -> Noted | None:
    """What to hold against SQLite's reading of the log; None where there is none to read.

    To be called before the first connection of this process: closing a file gives up every lock
    that the process has on it.
    """
    if _in_use(path):
        return None
    size = _size(log_of(path))
    salts, frames = _index(path)
    if size <= _HEADER.size:
        return Noted(salts, frames, size == 0) if frames else None
    try:
        with log_of(path).open("rb") as log:
            header = log.read(_HEADER.size)
            if _is_header(header):
                own = _HEADER.unpack(header)[4]
                return Noted(own, frames if own == salts else 0, True)
            return Noted(salts if frames else _salts(log), frames, False)
    except FileNotFoundError:
        # Another process has just closed it in order.
        return None


def is_short(cache: Cache, before: Noted) -> bool:
    """Whether SQLite took less of the log than there is."""
    if not _lacks(cache, before):
        return False
    # Another process may have come meanwhile. While nobody writes, it is looked at again.
    try:
        cache.execute("BEGIN IMMEDIATE")
    except Trouble:
        return False
    try:
        # A connection is not told of the log while it writes itself.
        with Cache(cache.path, cache.key) as other:
            return _unchanged(cache.path, before) and _lacks(other, before)
    finally:
        cache.execute("ROLLBACK")


def keep(path: Path) -> None:
    """Keep the log as it is: closing the last connection would remove it."""
    kept = torn(path)
    if kept.exists():
        return
    if not _size(log_of(path)):
        kept.touch(mode=0o600)
        return
    try:
        os.link(log_of(path), kept)
    except OSError:
        made = kept.with_name(f"{kept.name}.part")
        with made.open("wb") as out, log_of(path).open("rb") as log:
            made.chmod(0o600)
            shutil.copyfileobj(log, out)
        made.replace(kept)


def readable_copy(path: Path, copy: Path) -> None:
    """Copy a cache and its kept log, with every frame of it, so that SQLite takes them all.

    A page that is spoilt stays so: the encryption finds it when it is read.
    """
    shutil.copyfile(path, copy)
    copy.chmod(0o600)
    with torn(path).open("rb") as log, log_of(copy).open("wb") as out:
        log_of(copy).chmod(0o600)
        _chain_again(log, out)


def _chain_again(log: BinaryIO, out: BinaryIO) -> None:
    header = log.read(_HEADER.size)
    whole = _is_header(header)
    salts = _HEADER.unpack(header)[4] if whole else _salts(log)
    size = _HEADER.unpack(header)[2] if whole else _PAGE
    order = "<" if not whole or _HEADER.unpack(header)[0] == _MAGIC else ">"
    ends = [at for at, one in _frames(log, 0) if one.salts == salts and one.commits]
    if not ends:
        return
    magic = _MAGIC if order == "<" else _MAGIC + 1
    begin = _HEADER.pack(magic, _FORMAT, size, 0, salts, 0, 0)[:24]
    chain = _checksum(begin, order)
    out.write(begin + Packed(">II").pack(*chain))
    pages = 0
    """As far as the cache reaches by what can be believed."""
    told = chain if not whole else _HEADER.unpack(header)[5:]
    for at, one in islice(_frames(log, 0, size), ends[-1] + 1):
        log.seek(_HEADER.size + at * (_FRAME.size + size) + _FRAME.size)
        page = log.read(size)
        plain = Packed(">II").pack(one.page, one.commits) + page
        sound = one.salts == salts and _checksum(plain, order, told) == one.checksum
        told = one.checksum
        commits = one.commits
        if sound:
            pages = max(pages, commits, one.page)
        elif commits:
            commits = max(pages, 1)
        if not one.page:
            continue
        fields = Packed(">II").pack(one.page, commits)
        chain = _checksum(fields + page, order, chain)
        out.write(fields + salts + Packed(">II").pack(*chain) + page)


def _lacks(cache: Cache, before: Noted) -> bool:
    # Counts the frames and does nothing to them.
    taken = max(int(cache.row("PRAGMA wal_checkpoint(NOOP)")[1]), 0)
    if taken < before.frames:
        return True
    path = log_of(cache.path)
    if _size(path) <= _HEADER.size:
        return False
    with path.open("rb") as log:
        behind = islice(_frames(log, taken), _FAR)
        commits = sum(1 for _at, one in behind if one.salts == before.salts and one.commits)
    # By the index, what was durable was taken: a commit behind it was under way when all ended.
    # Two are no such thing: the second one began after the first was durable.
    return commits > (1 if before.frames else 0)


def _unchanged(path: Path, before: Noted) -> bool:
    if _size(log_of(path)) <= _HEADER.size:
        return True
    with log_of(path).open("rb") as log:
        header = log.read(_HEADER.size)
    return not before.whole or not _is_header(header) or _HEADER.unpack(header)[4] == before.salts


def _in_use(path: Path) -> bool:
    """Whether another process has the cache open: then the log was read when that one opened it.

    Every process that is at work on a log holds a lock on this byte of its index.
    """
    try:
        import fcntl
    except ImportError:
        # On Windows it cannot be told, and a log in use must not be taken for a damaged one.
        return True
    try:
        with _index_of(path).open("r+b") as index:
            fcntl.lockf(index, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _IN_USE)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _index_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-shm")


def _index(path: Path) -> tuple[bytes, int]:
    """The salts and the number of durable frames by the log's index; 0 where it does not say."""
    try:
        with _index_of(path).open("rb") as index:
            one, other = index.read(_INDEX_HEADER), index.read(_INDEX_HEADER)
    except OSError:
        return b"", 0
    if one != other or len(one) < _INDEX_HEADER or not one[12]:
        return b"", 0
    version, frames = unpack("=I", one[:4])[0], unpack("=I", one[16:20])[0]
    return (one[32:40], frames) if version == _FORMAT else (b"", 0)


def _is_header(header: bytes) -> bool:
    if len(header) < _HEADER.size:
        return False
    magic, version, _page, _number, _salts, *checksum = _HEADER.unpack(header)
    if magic not in (_MAGIC, _MAGIC + 1) or version != _FORMAT:
        return False
    order = "<" if magic == _MAGIC else ">"
    return _checksum(header[:24], order) == tuple(checksum)


def _salts(log: BinaryIO) -> bytes:
    """The salts of a log whose header cannot be read: what its first frames say."""
    first = [one.salts for _at, one in islice(_frames(log, 0), 3)]
    return Counter(first).most_common(1)[0][0] if first else b""


def _frames(log: BinaryIO, first: int, size: int = _PAGE) -> Iterator[tuple[int, _Frame]]:
    """The headers of the whole frames from `first` on, whatever log they are of."""
    step = _FRAME.size + size
    end = log.seek(0, os.SEEK_END)
    for at in range(first, (end - _HEADER.size) // step):
        log.seek(_HEADER.size + at * step)
        page, commits, salts, *checksum = _FRAME.unpack(log.read(_FRAME.size))
        yield at, _Frame(page, commits, salts, (checksum[0], checksum[1]))


def _checksum(content: bytes, order: str, begin: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    first, second = begin
    words = unpack(f"{order}{len(content) // 4}I", content)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFF_FFFF
        second = (second + other + first) & 0xFFFF_FFFF
    return first, second


def _size(file: Path) -> int:
    with suppress(OSError):
        return file.stat().st_size
    return 0
