"""How long nobody has touched the desk."""

import time
from collections.abc import Callable


def stopwatch() -> float:
    """Seconds by a clock that nobody sets and that, where there is such a one, goes on while the
    computer sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


class Idle:
    """Counts from the last touch. Asking costs one look at a clock: it needs no timer."""

    def __init__(self, seconds: float, clock: Callable[[], float] = stopwatch) -> None:
        """`seconds` until it is over; 0: never."""
        self._seconds = seconds
        self._clock = clock
        self._since = clock()

    def touch(self) -> None:
        """Somebody is here."""
        self._since = self._clock()

    def is_over(self) -> bool:
        """Whether nobody has been here for so long."""
        return bool(self._seconds) and self._clock() - self._since >= self._seconds
