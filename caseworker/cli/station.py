"""What every command starts from: the home, its key, the cache, and how to answer."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from caseworker.cache import key, wiping
from caseworker.cache.connection import (
    Cache,
    Damaged,
    is_plain,
    new_beside,
    open_cache,
    open_plain,
    suspect,
    torn,
)
from caseworker.locale import _
from caseworker.model.trouble import Trouble
from caseworker.text.safe import escaped, safe


class Station:
    """One run of the program. The key and the cache are opened when first asked for."""

    def __init__(self, home: Path, db: Path | None, key_from_stdin: bool) -> None:
        self.home = home
        self.db = db
        self.mended = ""
        """What to tell of a damaged cache that this run has made anew."""
        self._key: bytes | None = bytes.fromhex(_first_line()) if key_from_stdin else None

    def key(self) -> bytes:
        """The 32-byte key of this home; asks for the passphrase where it must."""
        if self._key is None:
            self._key = key.unlock(self.home, _ask if _at_terminal() else None)
        return self._key

    def will_ask(self) -> bool:
        """Whether opening the cache may have to ask for a passphrase."""
        return self._key is None and not is_plain(self.cache_path()) and key.will_ask(self.home)

    def cache_path(self) -> Path:
        """The cache file: `--db`, else the home's own."""
        return self.db or self.home / "cache.db"

    @contextmanager
    def cache(self) -> Iterator[Cache]:
        """The open cache, closed afterwards."""
        cache = self.open_cache()
        try:
            yield cache
        finally:
            cache.close()

    def open_cache(self) -> Cache:
        """The open cache; the caller closes it."""
        path = self.cache_path()
        if self.db is None and (wiped := wiping.told(self.home)):
            # Something may have stopped the wiping before its end.
            wiping.finish(path)
            raise Trouble(wiped)
        if self.db is not None and not path.is_file():
            raise Trouble(
                _("There is no file {file}: check the path.").format(file=safe(str(path)))
            )
        if is_plain(path):
            return open_plain(path)
        if self.db is not None:
            return open_cache(path, self.key(), say)
        return self._own_cache(path)

    def _own_cache(self, path: Path) -> Cache:
        """The home's own cache; a damaged one is mended and told of. The key has been proven."""
        if any(sign.exists() for sign in (suspect(path), new_beside(path), torn(path))):
            from caseworker.cache import salvage

            salvage.finish(path)
            if torn(path).exists():
                return self.mend(path)
            if suspect(path).exists():
                if not salvage.is_sound(path, self.key()):
                    return self.mend(path)
                suspect(path).unlink()
        try:
            return open_cache(path, self.key(), say)
        except Damaged:
            return self.mend(path)

    def mend(self, path: Path) -> Cache:
        """Save what a damaged cache still holds into a new one, and say so."""
        from caseworker.cache import salvage
        from caseworker.model.clock import now

        self.mended = salvage.mend(path, self.key(), now()).sentence()
        say(self.mended)
        return open_cache(path, self.key())


def answer(document: Any) -> None:
    """Write one JSON document to stdout, whatever language it holds."""
    from msgspec import json

    text = json.format(json.encode(document, enc_hook=str), indent=2).decode()
    sys.stdout.buffer.write(escaped(text).encode() + b"\n")
    sys.stdout.buffer.flush()


def say(sentence: str) -> None:
    """A line for people, on stderr; scripts read stdout. Safe text comes out as it is."""
    print(safe(sentence, newlines=True), file=sys.stderr)


def _first_line() -> str:
    # Byte by byte: what follows on stdin is for whoever reads it next.
    line = b""
    while (sign := os.read(sys.stdin.fileno(), 1)) not in (b"", b"\n"):
        line += sign
    return line.decode("ascii").strip()


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _ask(first: bool) -> str:
    import click

    question = _("New passphrase for this desk") if first else _("Passphrase")
    answered: str = click.prompt(
        question,
        hide_input=True,
        confirmation_prompt=first,
        err=True,
        default="",
        show_default=False,
    )
    return answered
