"""The lock of a desk that was left alone: after how long, and what opens it again."""

from pathlib import Path
from typing import Final

from msgspec import Struct

from caseworker.cache import key
from caseworker.desk.configuration import FILE, Configuration
from caseworker.locale import _

USUAL_MINUTES: Final = 10


class Lock(Struct, frozen=True):
    """What a desk needs to lock itself and to be opened again. It holds no passphrase."""

    home: Path
    seconds: float = USUAL_MINUTES * 60
    """Without a key, a click or a paste, until it locks by itself; 0: only when asked to."""

    def is_opened_by(self, passphrase: str) -> bool:
        """Whether it is the passphrase of this home: some 100 ms of work, so ask in a thread.

        Raises `Trouble` where key.json cannot be read.
        """
        return key.is_passphrase(self.home, passphrase)


def lock_of(home: Path | None, configuration: Configuration) -> Lock | None:
    """The lock of a home, None where it has no passphrase that could be asked for."""
    if home is None or not key.has_passphrase(home):
        return None
    minutes = configuration.idle_lock_minutes
    return Lock(home, 60 * (USUAL_MINUTES if minutes is None else minutes))


def complaints(home: Path | None, configuration: Configuration) -> list[str]:
    """A sentence where desk.toml asks for a lock that cannot be."""
    if not configuration.idle_lock_minutes or lock_of(home, configuration) is not None:
        return []
    told = _("{file}: idle_lock_minutes is left out: this home has no passphrase to ask for.")
    return [told.format(file=FILE)]
