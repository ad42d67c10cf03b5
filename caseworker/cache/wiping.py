"""What is left of a device that the hub has revoked: nothing but the day on which that was."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from caseworker.cache import key
from caseworker.cache.connection import Busy, Cache
from caseworker.locale import _
from caseworker.model.trouble import Trouble

_MARK: Final = "revoked"


def wipe(cache: Cache, at: datetime, is_held: Callable[[], bool]) -> str:
    """Take every row out of the cache, destroy the key of its home, and remove the files.

    Answers the sentence for the worker; an empty one, and nothing is touched, where `is_held` says
    that not all of it is in other hands yet. It is asked where no other process can save a word
    any more. The rows before the files: another process that still has the file open sees none of
    them either. A file that the system does not let go of is empty then, and cannot be opened
    without its key. The mark comes before all: whatever stops this, the next start finishes it. A
    full disk does not stop it, for removing needs no room. Raises `Busy`, and nothing is touched,
    while another process writes; `Trouble` where the key cannot be removed.
    """
    # Not at the top: every start asks `told`, and zones take long to import.
    from caseworker.model.zone import HOTLINE_ZONE

    day = at.astimezone(HOTLINE_ZONE).date().isoformat()
    home = cache.path.parent
    try:
        with cache.writing():
            if not is_held():
                return ""
            _leave_mark(home, day)
            _take_all_out(cache)
    except Busy:
        # What it writes may be words that nobody else has yet.
        raise
    except Trouble:
        # A full or read-only disk: nobody else can save a word there either.
        if not is_held():
            return ""
    with contextlib.suppress(Trouble):
        cache.execute("VACUUM")
        cache.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _leave_mark(home, day)
    finish(cache.path)
    _leave_mark(home, day)
    return _words(day)


def _take_all_out(cache: Cache) -> None:
    triggers = [name for (name,) in cache.rows(_OF_KIND, ("trigger",))]
    tables = [name for (name,) in cache.rows(_OF_KIND, ("table",))]
    cache.execute("PRAGMA defer_foreign_keys = ON")
    for name in triggers:
        cache.execute(f'DROP TRIGGER "{name}"')
    if "order_text" in tables:
        cache.execute("INSERT INTO order_text(order_text) VALUES ('delete-all')")
    for name in tables:
        if not name.startswith(("order_text", "sqlite_")):
            cache.execute(f'DELETE FROM "{name}"')


def finish(path: Path) -> None:
    """Destroy the key beside the cache at `path` and remove its files, as far as they are there.

    Raises `Trouble` where the key cannot be removed.
    """
    try:
        key.destroy(path.parent)
    except OSError as error:
        raise Trouble(
            _(
                "This revoked device cannot be wiped: make {folder} writable, and start caseworker"
                " again."
            ).format(folder=path.parent)
        ) from error
    for file in path.parent.glob(f"{path.name}*"):
        # Windows keeps a file that another process has open.
        with contextlib.suppress(OSError):
            file.unlink()


def told(home: Path) -> str:
    """The sentence for whoever starts a wiped desk; empty where it was not wiped."""
    try:
        day = (home / _MARK).read_text(encoding="ascii").strip()
    except OSError:
        return ""
    return _words(day)


def _words(day: str) -> str:
    return _(
        "The hub revoked this device on {day}. What you had not sent was handed to the hub, for"
        " your lead to look at; orders and keys were wiped here. Ask for a new code to enrol again."
    ).format(day=day)


def forget(path: Path) -> None:
    """The device is enrolled anew: what was to be wiped at `path` is, and nobody is told of it."""
    mark = path.parent / _MARK
    if mark.exists():
        finish(path)
        mark.unlink(missing_ok=True)


def _leave_mark(home: Path, day: str) -> None:
    """Write the mark as a whole, where there is room: half a day would be no reason to wipe."""
    made = home / f".{_MARK}"
    with contextlib.suppress(OSError):
        if not (home / _MARK).exists():
            made.write_text(day, encoding="ascii")
            made.replace(home / _MARK)


_OF_KIND: Final = "SELECT name FROM sqlite_master WHERE type = ?"
