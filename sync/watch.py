"""`sync --watch`: in step with the hub for as long as someone sits at the desk (DESIGN §5).

It syncs at once, then every minute, less often while the hub is out of reach, and at once when it
is told to. Between two syncs it waits on one event and does nothing at all; the lock of the cache
is held only while it syncs.
"""

import os
import random
import signal
import stat
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from threading import Event, Thread
from time import monotonic
from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType

from caseworker.cache import last_sync
from caseworker.cache.connection import Cache
from caseworker.desk.repeats import morning_pass
from caseworker.model.trouble import HubOutOfReach, Trouble
from sync.engine import Progress, SyncReport, run
from sync.enrolment import client_of
from sync.hotline import HubSilent
from sync.lock import AnotherSyncs, only_one
from sync.revocation import Wiped

EVERY: Final = 60.0
"""Seconds between two syncs while the hub answers."""

FIRST_BACK_OFF: Final = 5.0
LONGEST_BACK_OFF: Final = 300.0
"""Seconds between two tries while it does not; doubled each time, up to the longest."""

COMPARED_A_PIECE: Final = 20
COMPARED_AT_ONCE: Final = 2_000
"""New orders that are compared between two syncs; the newest come first."""

JITTER: Final = 0.2
"""A thousand desks that lost the same hub must not come back in the same second."""


class SyncEvent(Struct, kw_only=True, omit_defaults=True):
    """One line of JSON for whoever started this: `caseworker.cli`, or a service."""

    event: Literal["started", "progress", "done", "offline", "trouble", "revoked"]
    pulled: int | UnsetType = UNSET
    indexed: int | UnsetType = UNSET
    pushed: int | UnsetType = UNSET
    refused: int | UnsetType = UNSET
    pending: int | UnsetType = UNSET
    at: datetime | UnsetType = UNSET
    since: datetime | UnsetType = UNSET
    """Since when the hub is out of reach: the last sync, or else the first try that failed."""
    sentence: str | UnsetType = UNSET


class Watch:
    """Syncs until `stop`. `open_cache` opens the cache anew for each sync."""

    def __init__(
        self,
        open_cache: Callable[[], AbstractContextManager[Cache]],
        tell: Callable[[SyncEvent], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._open_cache = open_cache
        self._tell = tell
        self._clock = clock
        self._wake = Event()
        self._stopping = False
        self._failures = 0
        self._since: datetime | None = None

    def sync_now(self) -> None:
        """Sync at once, or once more where a sync is under way. From any thread."""
        self._wake.set()

    def stop(self) -> None:
        """Come to an end after what is being written down. From any thread."""
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        """Sync, wait, and so on, until stopped."""
        while not self._stopping:
            self._wake.clear()
            seconds = self._sync()
            started = monotonic()
            self._compare()
            self._wake.wait(max(seconds - (monotonic() - started), 0.0))

    def _compare(self) -> None:
        """The morning pass: what came in is compared, whether the hub answers or not.

        In small pieces, nothing locked between them, so that the desk writes when it wants to and
        a sync that is asked for waits for one piece at most.
        """
        if self._stopping:
            return
        try:
            with self._open_cache() as cache:
                compared = 0
                while compared < COMPARED_AT_ONCE and not self._wake.is_set():
                    passed = morning_pass(cache, COMPARED_A_PIECE)
                    if not passed:
                        return
                    compared += passed
        except Trouble as trouble:
            self._tell(SyncEvent(event="trouble", sentence=str(trouble)))

    def _sync(self) -> float:
        """One sync, told; how many seconds to wait until the next."""
        self._tell(SyncEvent(event="started"))
        try:
            with self._open_cache() as cache, only_one(cache.path):
                if self._since is None:
                    self._since = last_sync.last_sync(cache)
                with client_of(cache) as client:
                    report = run(cache, client, now=self._clock(), progress=self._say)
        except AnotherSyncs:
            # What it brings is in the same cache; this one has its turn soon.
            return spread(FIRST_BACK_OFF)
        except Trouble as trouble:
            return self._failed(trouble)
        if report.trouble is not None:
            return self._failed(report.trouble)
        return self._done(report)

    def _say(self, progress: Progress) -> None:
        self._tell(
            SyncEvent(
                event="progress",
                pulled=progress.pulled,
                indexed=progress.indexed,
                pushed=progress.pushed,
            )
        )

    def _done(self, report: SyncReport) -> float:
        self._failures = 0
        at = self._since = self._clock()
        self._tell(
            SyncEvent(
                event="done",
                at=at,
                pulled=report.pulled,
                pushed=report.pushed,
                refused=report.refused,
                pending=report.pending,
            )
        )
        return spread(EVERY)

    def _failed(self, trouble: Trouble) -> float:
        self._failures += 1
        words = str(trouble)
        if isinstance(trouble, Wiped):
            self._tell(SyncEvent(event="revoked", sentence=words))
            self._stopping = True
        elif isinstance(trouble, HubOutOfReach):
            self._since = self._since or self._clock()
            self._tell(SyncEvent(event="offline", since=self._since, sentence=words))
        else:
            self._tell(SyncEvent(event="trouble", sentence=words))
        asked = trouble.retry_after if isinstance(trouble, HubSilent) else None
        return max(back_off(self._failures), asked or 0.0)


def back_off(failures: int) -> float:
    """Seconds until the next try after so many failures in a row, spread by `JITTER`."""
    # Beyond 2**10 the longest is reached anyway.
    return spread(min(FIRST_BACK_OFF * 2 ** min(failures - 1, 10), LONGEST_BACK_OFF))


def spread(seconds: float) -> float:
    """`seconds`, give or take `JITTER` of it, never beyond the longest back-off."""
    spread_out = seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
    return min(spread_out, LONGEST_BACK_OFF)


def obey(watch: Watch) -> None:
    """Stop at SIGTERM; where stdin is a pipe, obey its lines, and stop when it ends."""
    signal.signal(signal.SIGTERM, _leave)
    if sys.stdin is not None and _is_pipe(sys.stdin.fileno()):
        Thread(target=_listen, args=(watch, sys.stdin.fileno()), daemon=True).start()


def _leave(_number: int, _frame: object) -> None:
    sys.exit(0)


def _is_pipe(file: int) -> bool:
    mode = os.fstat(file).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _listen(watch: Watch, file: int) -> None:
    # Not through sys.stdin: a thread that waits in there for a line stands in the way of the end.
    rest = b""
    while piece := os.read(file, 4096):
        *lines, rest = (rest + piece).split(b"\n")
        if any(line.strip() == b"sync" for line in lines):
            watch.sync_now()
    watch.stop()
    # Whoever started this is gone: a call that is under way need not be waited for.
    os.kill(os.getpid(), signal.SIGTERM)
