"""Trying again: with jitter, as long as the hub asks to wait, and never without an end."""

from collections.abc import Callable
from concurrent.futures import Future
from random import uniform
from threading import Thread
from time import monotonic
from typing import Final, TypeVar

import stamina
from msgspec import Struct

from caseworker.locale import _
from sync.hotline import HubSilent

stamina.instrumentation.set_on_retry_hooks(())
"""Its own hooks write a warning for each retry to stderr, where people read."""

Answer = TypeVar("Answer")


class Patience(Struct, frozen=True):
    """How often a call is tried, and for how many seconds in all, waits included."""

    attempts: int
    seconds: float
    first_wait: float = 0.3
    longest_wait: float = 8.0
    jitter: float = 1.0


SPREAD: Final = 0.1
"""Which part of the wait that a hub asked for is waited on top, at the most: a thousand desks that
it sent away together must not come back together."""

CONTACT: Final = Patience(attempts=2, seconds=3.0, jitter=0.4)
"""Until a hub has answered at all: whoever waits for `caseworker sync` sees the end of it."""

STEADY: Final = Patience(attempts=5, seconds=45.0)
"""Once it has answered: a poor line drops now and then."""

ONCE: Final = Patience(attempts=1, seconds=20.0)
"""For what has just been tried with patience."""

CONTACT_SECONDS: Final = 6.0
"""How long the first contact may take altogether; a one-shot sync answers within ten (§5.11)."""


def patiently(call: Callable[[], Answer], patience: Patience) -> Answer:
    """What `call` answers, tried again while the hub is silent.

    For reads, and for pushes, which change nothing when they are repeated. Where the hub asks
    for a longer wait than there is patience left, the silence is raised at once.
    """
    ends = monotonic() + patience.seconds

    def wait(error: Exception) -> bool | float:
        if not isinstance(error, HubSilent):
            return False
        left = ends - monotonic()
        if error.retry_after is None:
            return left > 0
        if error.retry_after >= left:
            return False
        return min(error.retry_after + _on_top(error.retry_after, patience), left)

    answers = stamina.retry_context(
        on=wait,
        attempts=patience.attempts,
        timeout=patience.seconds,
        wait_initial=patience.first_wait,
        wait_max=patience.longest_wait,
        wait_jitter=patience.jitter,
    )
    for attempt in answers:
        with attempt:
            return call()
    raise AssertionError("stamina raises the last error")


def _on_top(asked: float, patience: Patience) -> float:
    """Seconds beyond those that the hub asked for."""
    return uniform(0, max(patience.jitter, asked * SPREAD))  # noqa: S311 - no secret


def within(seconds: float, call: Callable[[], Answer]) -> Answer:
    """What `call` answers if it does so in time; raises `HubSilent` otherwise.

    Time-outs of a socket do not cover the look-up of a name, nor a peer that sends a byte now
    and then. The call runs on in its thread; nothing may be left for it to change.
    """
    future: Future[Answer] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=work, name="first-contact", daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError as error:
        raise HubSilent(
            _("The hub did not answer in time: your work is kept and goes out later.")
        ) from error
