"""What the search for repeats keeps: traits of orders, traces to find them by, and its findings.

Traits are opaque bytes here. A trace is a key that an order has (a caller, a place, a subject)
with the time of the order, so that the nearest in time of all that share a key are one look-up.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from caseworker.cache.connection import Cache

FOUND_ANEW: Final = (
    "CREATE TABLE traits (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    """
    CREATE TABLE traces (
        key INTEGER NOT NULL,
        at INTEGER NOT NULL,
        id INTEGER NOT NULL,
        PRIMARY KEY (key, at, id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX traces_of_order ON traces (id)",
    # Orders whose traits are to be read, and orders that no morning pass has looked at yet.
    "CREATE TABLE untraced (id INTEGER PRIMARY KEY)",
    "CREATE TABLE unpassed (id INTEGER PRIMARY KEY)",
    # How many orders of a sample hold a term of their texts.
    "CREATE TABLE term_counts (term INTEGER PRIMARY KEY, orders INTEGER NOT NULL)",
    """
    CREATE TABLE suggestions (
        id INTEGER NOT NULL,
        other TEXT NOT NULL,
        score REAL NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (id, other)
    ) WITHOUT ROWID
    """,
)
"""Tables that can be filled anew from the orders; beside a plain file they are made in memory."""

SAID: Final = (
    # Local only, and the worker's own: never sent, never dropped by a resync.
    """
    CREATE TABLE not_same (
        first TEXT NOT NULL,
        second TEXT NOT NULL,
        said_at INTEGER NOT NULL,
        PRIMARY KEY (first, second)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX not_same_back ON not_same (second)",
)

# No OR IGNORE: the conflict clause of a statement overrules those of the triggers that it fires.
TRIGGERS: Final = (
    """
    CREATE TRIGGER orders_to_trace AFTER INSERT ON orders BEGIN
        INSERT INTO untraced SELECT new.id WHERE new.id NOT IN (SELECT id FROM untraced);
    END
    """,
    """
    CREATE TRIGGER orders_to_trace_anew AFTER UPDATE OF body ON orders BEGIN
        INSERT INTO untraced SELECT new.id WHERE new.id NOT IN (SELECT id FROM untraced);
    END
    """,
    """
    CREATE TRIGGER orders_untraced AFTER DELETE ON orders BEGIN
        DELETE FROM traits WHERE id = old.id;
        DELETE FROM traces WHERE id = old.id;
        DELETE FROM untraced WHERE id = old.id;
        DELETE FROM unpassed WHERE id = old.id;
        DELETE FROM suggestions WHERE id = old.id;
    END
    """,
)


def make_room(cache: Cache) -> None:
    """Make the tables in memory beside a plain file, which itself is never written."""
    if not cache.plain or cache.value("SELECT 1 FROM temp.sqlite_schema WHERE name = 'traits'"):
        return
    for statement in FOUND_ANEW:
        cache.execute(re.sub(r"CREATE (TABLE|INDEX) ", r"CREATE \1 temp.", statement))
    cache.execute("INSERT INTO temp.untraced SELECT id FROM orders")


def forget(cache: Cache) -> None:
    """Drop all traits, so that they are read anew. Call inside `writing`."""
    cache.execute("DELETE FROM traits")
    cache.execute("DELETE FROM traces")
    cache.execute("INSERT OR IGNORE INTO untraced SELECT id FROM orders")


def to_trace(cache: Cache, limit: int) -> list[tuple[int, int, Any]]:
    """Up to `limit` orders whose traits are to be read: id, standing, body."""
    return cache.rows(
        "SELECT id, standing, body FROM untraced CROSS JOIN orders USING (id) ORDER BY id LIMIT ?",
        (limit,),
    )


def count_to_trace(cache: Cache) -> int:
    """How many orders' traits are to be read; beside a plain file, whose room is made when it is
    first asked, those that it holds."""
    if cache.plain and not cache.value("SELECT 1 FROM temp.sqlite_schema WHERE name = 'traits'"):
        return int(cache.value("SELECT count(*) FROM orders"))
    return int(cache.value("SELECT count(*) FROM untraced"))


def put(
    cache: Cache,
    ids: Iterable[int],
    bodies: Iterable[tuple[int, bytes]],
    traces: Iterable[tuple[int, int, int]],
    fresh: Iterable[int],
) -> None:
    """Keep the traits of orders in place of what was kept of them. Call inside `writing`.

    `traces` are (key, seconds, id), `fresh` the orders that the morning pass is to look at.
    """
    one = [(found,) for found in ids]
    cache.execute_many("DELETE FROM traces WHERE id = ?", one)
    cache.execute_many("INSERT OR REPLACE INTO traits VALUES (?, ?)", list(bodies))
    cache.execute_many("INSERT OR IGNORE INTO traces VALUES (?, ?, ?)", list(traces))
    cache.execute_many("INSERT OR IGNORE INTO unpassed VALUES (?)", [(id_,) for id_ in fresh])
    cache.execute_many("DELETE FROM untraced WHERE id = ?", one)


def read(cache: Cache, id_: int) -> bytes | None:
    """The traits of one order, or None where they were not read yet."""
    body: bytes | None = cache.value("SELECT body FROM traits WHERE id = ?", (id_,))
    return body


def read_all(cache: Cache, ids: Iterable[int]) -> list[tuple[int, bytes]]:
    """The traits of many orders; ids that are gone are left out."""
    listed = ",".join(map(str, ids))
    return cache.rows(f"SELECT id, body FROM traits WHERE id IN ({listed})")


def newest(cache: Cache, limit: int) -> list[int]:
    """The orders that came in last."""
    rows = cache.rows("SELECT id FROM traits ORDER BY id DESC LIMIT ?", (limit,))
    return [found for (found,) in rows]


def every(cache: Cache) -> Iterator[tuple[int, bytes]]:
    """The traits of every order, by id, one at a time."""
    yield from cache.execute("SELECT id, body FROM traits ORDER BY id")


def sample(cache: Cache, most: int) -> list[bytes]:
    """The traits of up to `most` orders, evenly spread over all."""
    last = int(cache.value("SELECT coalesce(max(id), 0) FROM traits"))
    step = max(last // most, 1)
    return [
        body
        for (body,) in cache.rows("SELECT body FROM traits WHERE id % ? = 0 LIMIT ?", (step, most))
    ]


def nearest(cache: Cache, key: int, at: int, limit: int) -> list[tuple[int, int]]:
    """The orders with a key that are nearest in time, up to `limit` on each side: id, seconds."""
    return cache.rows(
        "SELECT * FROM (SELECT id, at FROM traces WHERE key = ?1 AND at <= ?2"
        "  ORDER BY at DESC LIMIT ?3)"
        " UNION ALL SELECT * FROM (SELECT id, at FROM traces WHERE key = ?1 AND at > ?2"
        "  ORDER BY at LIMIT ?3)",
        (key, at, limit),
    )


def count(cache: Cache, key: int, most: int) -> int:
    """How many orders have a key, counted up to `most`."""
    return int(
        cache.value(
            "SELECT count(*) FROM (SELECT 1 FROM traces WHERE key = ? LIMIT ?)", (key, most)
        )
    )


def newest_with_word(cache: Cache, column: str, word: str, limit: int) -> list[int]:
    """The newest orders that hold a term of the search index in its column `text` or `place`."""
    return [
        found
        for (found,) in cache.rows(
            "SELECT rowid FROM order_text WHERE order_text MATCH ? ORDER BY rowid DESC LIMIT ?",
            (f'{column}:"{word}"', limit),
        )
    ]


def term_counts(cache: Cache) -> dict[int, int]:
    """Term → how many orders of the sample hold it; terms held by few are left out."""
    return dict(cache.rows("SELECT term, orders FROM term_counts"))


def put_term_counts(cache: Cache, counts: Iterable[tuple[int, int]]) -> None:
    """Keep the counts of a new sample. Call inside `writing`."""
    cache.execute("DELETE FROM term_counts")
    cache.execute_many("INSERT INTO term_counts VALUES (?, ?)", list(counts))
