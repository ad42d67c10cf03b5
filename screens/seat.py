"""What every page starts from: the open cache, who sits here, the clock, the line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from caseworker.cache import settings
from caseworker.cache.connection import Cache
from caseworker.desk.worker import Worker, worker
from caseworker.model.clock import now
from screens.sync_line import LineState

if TYPE_CHECKING:
    from caseworker.model.taxonomy import Taxonomy


class Seat:
    """One worker's desk while it is open. Pages hand `cache` to the use cases of the desk."""

    def __init__(
        self,
        cache: Cache,
        *,
        home: Path | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.cache = cache
        self.home = home
        self.now = clock
        self.line = LineState()

    @property
    def worker(self) -> Worker:
        """Who writes here; an enrolment in another window counts at once."""
        return worker(self.cache)

    @property
    def taxonomy(self) -> Taxonomy:
        """The reason codes in force."""
        return settings.taxonomy(self.cache)
