"""The device's clock: read in one place, so that a test or a demo can set it."""

from datetime import datetime


def now() -> datetime:
    """The present moment with the local offset; no ordering may rest on it (DESIGN §5.10)."""
    return datetime.now().astimezone()
