"""What the desk knows about the line to the hub, and the protocol of who keeps it."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from caseworker.cache import settings, signs
from caseworker.cache.connection import Cache
from caseworker.cache.last_sync import last_sync


class SyncEvent(Struct, frozen=True, kw_only=True):
    """One line of JSON that the syncing process prints."""

    event: Literal["started", "progress", "done", "offline", "trouble", "revoked"]
    pulled: int = 0
    pushed: int = 0
    refused: int = 0
    pending: int = 0
    at: datetime | None = None
    since: datetime | None = None
    """Since when the hub is out of reach."""
    sentence: str = ""


class SyncLine(Protocol):
    """Keeps the cache and the hub in step, in a process of its own."""

    async def run(self, tell: Callable[[SyncEvent], None]) -> None:
        """Work until cancelled, and tell what happens."""

    def sync_now(self) -> None:
        """Ask for a sync at once."""


class LineState(Struct):
    """What the status line says of the line. Sent means receipted."""

    enrolled: bool = False
    state: Literal["unknown", "syncing", "online", "offline", "trouble"] = "unknown"
    synced_at: datetime | None = None
    offline_since: datetime | None = None
    pulled: int = 0
    sentence: str = ""
    waiting: int = 0
    """Own annotations without a receipt."""
    needs_worker: int = 0
    """Those that the hub refused."""

    def count(self, cache: Cache) -> None:
        """Read anew what waits."""
        self.enrolled = bool(settings.get(cache, "hub"))
        self.synced_at = last_sync(cache)
        states = signs.count_by_state(cache)
        self.waiting = sum(states.get(state, 0) for state in ("waiting", "sending", "later"))
        self.needs_worker = states.get("refused", 0)

    def hear(self, event: SyncEvent, now: datetime) -> None:
        """Take in what the syncing process says."""
        match event.event:
            case "started" | "progress":
                # A try while the hub is out of reach does not make the line better.
                if self.state not in ("offline", "trouble"):
                    self.state = "syncing"
                self.pulled = event.pulled
            case "done":
                self.state, self.synced_at, self.offline_since = "online", event.at or now, None
                self.sentence = ""
            case "offline":
                self.state = "offline"
                self.offline_since = event.since or self.offline_since or event.at or now
                self.sentence = event.sentence
            case "trouble":
                self.state, self.sentence = "trouble", event.sentence
