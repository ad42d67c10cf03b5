"""A file of evidence leaves the desk, or the hub: a copy for its reader alone, recorded
beforehand."""

import os
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final

from caseworker.cache import disclosures, evidence, orders
from caseworker.cache.connection import Cache
from caseworker.locale import _
from caseworker.model.annotation import FileRef
from caseworker.model.evidence import ENDINGS, type_of_name
from caseworker.model.trouble import Trouble
from caseworker.model.wire import Disclosure
from caseworker.text.safe import safe

NAME_MAX: Final = 80
"""Characters of a copy's name before its ending: short enough for every file system in Chinese."""


def folder_for(path: Path) -> Path:
    """The folder into which a copy may go. Raises `Trouble` where it is none."""
    try:
        if path.is_dir():
            return path
        there = path.exists()
    except (OSError, ValueError):
        there = False
    told = (
        _("{folder} is no folder: name the folder for the copy.")
        if there
        else _("There is no folder {folder}: check the path, or make it first.")
    )
    raise Trouble(told.format(folder=safe(str(path))))


def save_copy(cache: Cache, order_no: str, file: FileRef, folder: Path, now: datetime) -> Path:
    """Write a file of an order's evidence into a folder, and give the copy's path.

    It is readable to its owner alone, overwrites nothing, and the line in the log, which the hub is
    told, is durable before the first byte. Raises `Trouble` where the file is not on this desk,
    where the order is secret, and where nothing can be written there.
    """
    order = orders.read_order(cache, order_no)
    if order is not None and order.is_secret:
        raise Trouble(_("This order is secret: none of its files leaves the desk."))
    content = evidence.read_file(cache, file.sha256)
    if content is None:
        raise Trouble(
            _("{file} is not on this desk yet: the next sync brings it, then save it.").format(
                file=safe(file.name)
            )
        )
    line = _line(order_no, file, now)
    return write_copy(file, content, folder, lambda: disclosures.note(cache, line))


def write_copy(file: FileRef, content: bytes, folder: Path, record: Callable[[], None]) -> Path:
    """Write a file into a folder once `record` has put that on record, and give the copy's path.

    Raises `Trouble` where nothing can be written there.
    """
    try:
        copy, descriptor = _made(folder_for(folder).absolute(), _name(file))
    except OSError as error:
        told = _("Nothing can be written into {folder}: check its permissions.")
        raise Trouble(told.format(folder=safe(str(folder)))) from error
    try:
        with os.fdopen(descriptor, "wb") as written:
            record()
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
    except OSError as error:
        _take_away(copy)
        told = _("The copy could not be written: free some space, or name another folder.")
        raise Trouble(told) from error
    except BaseException:
        _take_away(copy)
        raise
    return copy


def _line(order_no: str, file: FileRef, now: datetime) -> Disclosure:
    from uuid6 import uuid7

    what = f"evidence {file.sha256}"
    return Disclosure(id=str(uuid7()), act="exported", at=now, order_no=order_no, what=what)


def _name(file: FileRef) -> str:
    """A name that no file system and no reader takes for anything else.

    Whoever sent the file named it: nothing invisible, no folder, no ending but its own type's.
    """
    shown = "".join(
        sign
        for sign in unicodedata.normalize("NFC", file.name)
        if unicodedata.category(sign)[0] not in "CZ" or sign == " "
    )
    stem, dot, ending = shown.rpartition(".")
    if not dot or type_of_name(shown) != file.media_type:
        of_type = [one for one, media_type in ENDINGS.items() if media_type == file.media_type]
        stem, ending = shown, of_type[0].removeprefix(".") if of_type else "bin"
    stem = "".join("_" if sign in _NO_NAME else sign for sign in stem).strip(". ")
    return f"{stem[:NAME_MAX].rstrip('. ') or file.sha256[:12]}.{ending}"


_NO_NAME: Final = frozenset('/\\:*?"<>|')


def _made(folder: Path, name: str) -> tuple[Path, int]:
    """A new file of that name, or of that name with a number, and its descriptor."""
    plain = Path(name)
    for number in count(1):
        copy = folder / (name if number == 1 else f"{plain.stem} ({number}){plain.suffix}")
        with suppress(FileExistsError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            return copy, os.open(copy, flags, 0o600)
    raise AssertionError


def _take_away(copy: Path) -> None:
    with suppress(OSError):
        copy.unlink()
