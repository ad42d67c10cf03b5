"""Small facts that the cache keeps: enrolment, cursor, generation, the taxonomy in force."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from caseworker.cache.connection import Cache

if TYPE_CHECKING:
    from caseworker.model.taxonomy import Taxonomy


def get(cache: Cache, name: str) -> str:
    """The value kept under `name`, or an empty string."""
    value: str | None = cache.value("SELECT value FROM settings WHERE name = ?", (name,))
    return value or ""


def put(cache: Cache, **values: str) -> None:
    """Keep values; only what differs is written. Call inside `writing`."""
    for name, value in values.items():
        if get(cache, name) != value:
            cache.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


def taxonomy(cache: Cache) -> Taxonomy:
    """The reason codes in force: those that the hub delivered, else the built-in ones."""
    # Imported when asked for: the first painted row needs no reason code.
    from caseworker.model.taxonomy import built_in

    delivered = get(cache, "taxonomy")
    return _parsed(delivered) if delivered else built_in()


@lru_cache(maxsize=2)
def _parsed(toml: str) -> Taxonomy:
    from caseworker.model.taxonomy import parse_taxonomy

    return parse_taxonomy(toml)
