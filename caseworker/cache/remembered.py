"""Which contexts are about a place or a matter, found by key however many orders there are.

A key is one of `caseworker.repeats.keys`: a place, or the number of an order of a matter. What
came in waits in `unplaced` until its keys are read, for reading places is not this floor's work.
"""

from collections.abc import Iterable
from typing import Any, Final

from caseworker.cache.annotations import decode
from caseworker.cache.connection import Cache
from caseworker.cache.signs import STANDS
from caseworker.model.annotation import Annotation

_ABOUT: Final = "json_extract(CAST({body} AS TEXT), '$.about.kind') IN ('place', 'matter')"

SCHEMA: Final = (
    """
    CREATE TABLE remembered (
        key INTEGER NOT NULL,
        n INTEGER NOT NULL REFERENCES annotations (n) ON DELETE CASCADE,
        PRIMARY KEY (key, n)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX remembered_of ON remembered (n)",
    """
    CREATE TABLE unplaced (
        n INTEGER PRIMARY KEY REFERENCES annotations (n) ON DELETE CASCADE
    )
    """,
    f"""
    CREATE TRIGGER contexts_to_place AFTER INSERT ON annotations
    WHEN new.kind = 'context' AND {_ABOUT.format(body="new.body")} BEGIN
        INSERT INTO unplaced VALUES (new.n);
    END
    """,
    f"""
    INSERT INTO unplaced
    SELECT n FROM annotations WHERE kind = 'context' AND {_ABOUT.format(body="body")}
    """,
)

_HOLDS: Final = (
    f"{STANDS.format(id='a.id')} AND NOT EXISTS (SELECT 1 FROM annotations AS ending"
    " WHERE ending.supersedes = a.id AND ending.supersedes <> '' AND ending.kind = 'context'"
    f" AND {STANDS.format(id='ending.id')})"
)
"""Neither withdrawn, nor said by a standing context to hold no longer."""

WITH_KEY: Final = 50
"""The newest contexts that one key brings up."""


def anything(cache: Cache) -> bool:
    """Whether any context is about a place or a matter: mostly there is nothing to look up."""
    return bool(
        cache.value("SELECT EXISTS (SELECT 1 FROM remembered) OR EXISTS (SELECT 1 FROM unplaced)")
    )


def to_place(cache: Cache, limit: int, *, holding: bool = False) -> list[tuple[int, Annotation]]:
    """Up to `limit` contexts whose keys are to be read, all or only those that still hold."""
    where = f"WHERE {_HOLDS}" if holding else ""
    rows = cache.rows(
        "SELECT a.n, a.body FROM unplaced AS u CROSS JOIN annotations AS a ON a.n = u.n"
        f" {where} ORDER BY u.n LIMIT ?",
        (limit,),
    )
    return [(n, decode(body)) for n, body in rows]


def put(cache: Cache, keys: Iterable[tuple[int, int]], placed: Iterable[int]) -> None:
    """Keep the keys of contexts, (key, n) each. Call inside `writing`."""
    cache.execute_many("INSERT OR IGNORE INTO remembered VALUES (?, ?)", list(keys))
    cache.execute_many("DELETE FROM unplaced WHERE n = ?", [(n,) for n in placed])


def with_key(cache: Cache, key: int) -> list[tuple[int, Annotation]]:
    """The newest contexts under a key that still hold, by their number here."""
    rows: list[Any] = cache.rows(
        "SELECT a.n, a.body FROM remembered AS r CROSS JOIN annotations AS a ON a.n = r.n"
        f" WHERE r.key = ? AND {_HOLDS} ORDER BY r.n DESC LIMIT ?",
        (key, WITH_KEY),
    )
    return [(n, decode(body)) for n, body in rows]


def ended_by(cache: Cache, annotation_id: str) -> Annotation | None:
    """The newest standing context that says of another one that it holds no longer."""
    body = cache.value(
        "SELECT a.body FROM annotations AS a WHERE a.supersedes = ? AND a.supersedes <> ''"
        f" AND a.kind = 'context' AND {STANDS.format(id='a.id')} ORDER BY a.n DESC LIMIT 1",
        (annotation_id,),
    )
    return None if body is None else decode(body)
