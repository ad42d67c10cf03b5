"""A line to a hub that remembers what it was asked, and says what a test lets it say."""

import asyncio
from collections.abc import Callable

from screens.sync_line import SyncEvent


class FakeLine:
    """Stands where a process would: faults and moments are the test's."""

    def __init__(self) -> None:
        self.asked = 0
        self.started = asyncio.Event()
        self.stopped = False
        self.tell: Callable[[SyncEvent], None] = lambda event: None

    async def run(self, tell: Callable[[SyncEvent], None]) -> None:
        """Wait until cancelled."""
        self.tell = tell
        self.started.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped = True

    def sync_now(self) -> None:
        """Count."""
        self.asked += 1
