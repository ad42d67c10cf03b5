"""Small facts that the cache keeps: enrolment, cursor, generation, the taxonomy in force."""

from functools import lru_cache

from caseworker.cache.connection import Cache
from caseworker.model.taxonomy import Taxonomy, built_in, parse_taxonomy


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
    delivered = get(cache, "taxonomy")
    return _parsed(delivered) if delivered else built_in()


@lru_cache(maxsize=2)
def _parsed(toml: str) -> Taxonomy:
    return parse_taxonomy(toml)
