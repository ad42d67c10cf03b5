"""A world under glass: virtual time, seeded ids and seeded jitter: a seed tells a whole run.

Nothing below looks at the wall clock, at the system's randomness or at a second thread.
"""

import random
import string
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, TypeVar
from unittest.mock import patch
from uuid import UUID

import stamina

from caseworker import locale
from caseworker.model.taxonomy import parse_taxonomy
from sync.hotline import HubSilent

START: Final = datetime(2026, 11, 24, 1, 43, tzinfo=UTC)

PIECE_BYTES: Final = 2_048
"""How much of a file of evidence goes over the line at once, under glass."""

Answer = TypeVar("Answer")


class Overdue(BaseException):
    """The time that a call may take altogether is over."""


class Clock:
    """Seconds since `START`, moved by whoever waits."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.ends: float | None = None
        """When the call that is under way has to be over; see `within`."""
        self.naps: Callable[[float], None] = lambda _seconds: None
        """Told of every wait between two tries."""

    def hub_time(self) -> datetime:
        """The hub's time, which is the right one."""
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        """Let time pass; raises `Overdue` where a call's time is over."""
        if self.ends is not None and self.seconds + seconds > self.ends:
            self.seconds = self.ends
            raise Overdue
        self.seconds += seconds

    def sleep(self, seconds: float) -> None:
        """What `time.sleep` is under glass."""
        self.naps(float(seconds))
        self.pass_by(seconds)

    def within(self, seconds: float, call: Callable[[], Answer]) -> Answer:
        """What `sync.retry.within` is under glass: without a thread."""
        self.ends = self.seconds + seconds
        try:
            return call()
        except Overdue:
            raise HubSilent("no answer in time") from None
        finally:
            self.ends = None

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        """What happens in here happens elsewhere at the same time; no time has passed after it."""
        seconds, ends, naps = self.seconds, self.ends, self.naps
        self.ends = None
        try:
            yield
        finally:
            self.seconds, self.ends, self.naps = seconds, ends, naps


class Chance:
    """What the program draws by chance, from a seed: ids, tokens, receipts, jitter."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    # As `secrets` and `random` have them.

    def token_hex(self, size: int) -> str:
        return self._random.randbytes(size).hex()

    def token_urlsafe(self, size: int) -> str:
        letters = string.ascii_letters + string.digits
        return "".join(self._random.choice(letters) for _ in range(size))

    def choice(self, several: str) -> str:
        return self._random.choice(several)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)

    def uuid(self) -> UUID:
        """An id in no order at all: nothing may rest on the time in an id (DESIGN §5.10)."""
        return UUID(int=self._random.getrandbits(128), version=4)


async def at_once(call: Callable[..., Answer], *arguments: Any, **named: Any) -> Answer:
    """What Litestar's `sync_to_thread` is under glass."""
    return call(*arguments, **named)


_parsed: Final = lru_cache(maxsize=8)(parse_taxonomy)


@contextmanager
def under_glass(clock: Clock, chance: Chance) -> Iterator[None]:
    """Put the clock and the chance in the place of the machine's own."""
    places: dict[str, Any] = {
        "tenacity.time": clock,
        "tenacity.nap.time": clock,
        "stamina._core.random": chance,
        "sync.retry.monotonic": clock.monotonic,
        "sync.retry.uniform": chance.uniform,
        "sync.hotline.monotonic": clock.monotonic,
        "sync.engine.within": clock.within,
        "sync.enrolment.within": clock.within,
        "sync.enrolment.uuid4": chance.uuid,
        "uuid6.uuid7": chance.uuid,
        "hub.decisions.uuid7": chance.uuid,
        "hub.store.secrets": chance,
        "hub.ledger.secrets": chance,
        "hub.enrolment.secrets": chance,
        "hub.access.sync_to_thread": at_once,
        "hub.app.sync_to_thread": at_once,
        # The same text each time; reading it takes a fifth of a run.
        "sync.engine.parse_taxonomy": _parsed,
        # Files of a few kilobytes come in pieces too.
        "caseworker.cache.evidence.PIECE_BYTES": PIECE_BYTES,
        "hub.evidence.PIECE_BYTES_MIN": 1,
        "litestar.utils.sync.sync_to_thread": at_once,
    }
    with ExitStack() as closing:
        for place, what in places.items():
            closing.enter_context(patch(place, what))
        closing.enter_context(stamina.set_testing(False))
        # The sentences are part of the history, whatever language the machine speaks.
        locale.set_language("en")
        yield
