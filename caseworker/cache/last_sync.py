"""When this cache was last in step with its hub: the time of a file beside it, not a row in it.

A sync that brings nothing new writes nothing into the cache (DESIGN §5.12), and still the desk
shows when it was.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from caseworker.cache.connection import Cache


def mark(cache: Cache, at: datetime) -> None:
    """A sync has come to its end at `at`; on a full disk that is not written down."""
    place = _place(cache)
    # All that the sync brought is in the cache by now: an older time is no reason to fail.
    with suppress(OSError):
        place.touch(mode=0o600)
        os.utime(place, (at.timestamp(), at.timestamp()))


def last_sync(cache: Cache) -> datetime | None:
    """When a sync last came to its end, None where none ever did."""
    try:
        seconds = _place(cache).stat().st_mtime
    except OSError:
        return None
    return datetime.fromtimestamp(seconds, UTC).astimezone()


def _place(cache: Cache) -> Path:
    return cache.path.with_name(f"{cache.path.name}.synced")
