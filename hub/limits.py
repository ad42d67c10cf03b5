"""How much the hub takes from one sender, so that one desk cannot starve the others."""

from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock
from time import monotonic
from typing import Final

from msgspec import Struct

from hub.problems import TooSoon

BODY_BYTES: Final = 4 * 1024 * 1024
"""The largest request body."""

SENDERS_MAX: Final = 10_000
"""Senders that are remembered; whoever has been quiet the longest is forgotten first."""


class Allowance(Struct, frozen=True):
    """`burst` requests at once, then `per_second`."""

    burst: float
    per_second: float


REQUESTS: Final = Allowance(burst=600, per_second=20)
"""For one token. A first pull of a hundred thousand orders takes fifty pages."""

ENROLMENTS: Final = Allowance(burst=20, per_second=0.2)
"""For one address: an office's desks may share it, and nobody guesses codes at this pace."""


class Bucket:
    """Counts the requests of each sender; safe to use from several threads."""

    def __init__(self, allowance: Allowance, clock: Callable[[], float] = monotonic) -> None:
        self._allowance = allowance
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, sender: str) -> None:
        """Count one request; raises `TooSoon` where the sender has none left."""
        with self._lock:
            now = self._clock()
            left, since = self._left.get(sender, (self._allowance.burst, now))
            left = min(self._allowance.burst, left + (now - since) * self._allowance.per_second)
            if left < 1:
                raise TooSoon(ceil((1 - left) / self._allowance.per_second))
            self._left[sender] = (left - 1, now)
            self._left.move_to_end(sender)
            if len(self._left) > SENDERS_MAX:
                self._left.popitem(last=False)
