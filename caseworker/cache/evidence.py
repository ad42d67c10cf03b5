"""Files of evidence: kept by their content in pieces, so that the cache's own key guards them.

Drafts, own annotations and those of others name them by hash; a file that nothing names goes.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, Literal

from caseworker.cache.connection import Cache
from caseworker.cache.drafts import drafts
from caseworker.model.annotation import Annotation
from caseworker.model.evidence import PIECE_BYTES, files_of

Whereabouts = Literal["here", "awaited", "elsewhere"]
"""Of a file that an annotation names: on this desk; on its way to the hub; at the hub alone."""

UNNAMED_KEPT_SECONDS: Final = 24 * 3600
"""How long a file stays that nothing names: its draft may not have been saved yet."""


def put_file(cache: Cache, content: bytes, at: datetime) -> str:
    """Keep a file; its SHA-256 in hexadecimal. One transaction; a file that is here stays."""
    sha256 = hashlib.sha256(content).hexdigest()
    with cache.writing():
        added = cache.execute(
            "INSERT OR IGNORE INTO evidence_files (sha256, size, added_at) VALUES (?, ?, ?)",
            (sha256, len(content), int(at.timestamp())),
        ).rowcount
        if added:
            cache.execute_many(
                "INSERT INTO evidence_pieces (sha256, start, body) VALUES (?, ?, ?)",
                [
                    (sha256, start, content[start : start + PIECE_BYTES])
                    for start in range(0, len(content), PIECE_BYTES)
                ],
            )
        cache.execute("DELETE FROM evidence_wanted WHERE sha256 = ?", (sha256,))
    return sha256


def holds_file(cache: Cache, sha256: str) -> bool:
    """Whether the file is on this desk."""
    return bool(
        cache.value("SELECT EXISTS (SELECT 1 FROM evidence_files WHERE sha256 = ?)", (sha256,))
    )


def read_file(cache: Cache, sha256: str) -> bytes | None:
    """The whole file, or None where it is not on this desk."""
    return b"".join(pieces_from(cache, sha256, 0)) if holds_file(cache, sha256) else None


def pieces_from(cache: Cache, sha256: str, offset: int) -> Iterator[bytes]:
    """What follows `offset` bytes of a file that is here, in pieces of at most `PIECE_BYTES`."""
    starts = cache.rows(
        "SELECT start FROM evidence_pieces WHERE sha256 = ? AND start + length(body) > ?"
        " ORDER BY start",
        (sha256, offset),
    )
    for (start,) in starts:
        body = cache.value(
            "SELECT body FROM evidence_pieces WHERE sha256 = ? AND start = ?", (sha256, start)
        )
        yield bytes(body)[max(0, offset - start) :]


def whereabouts(cache: Cache, annotation: Annotation) -> dict[str, Whereabouts]:
    """Where each file of an annotation's evidence is, by its hash."""
    awaited = {
        sha256
        for (sha256,) in cache.rows(
            "SELECT sha256 FROM evidence_named WHERE annotation_id = ? AND awaited = 1",
            (annotation.id,),
        )
    }
    found: dict[str, Whereabouts] = {}
    for file in files_of(annotation):
        away: Whereabouts = "awaited" if file.sha256 in awaited else "elsewhere"
        found[file.sha256] = "here" if holds_file(cache, file.sha256) else away
    return found


def put_awaited(cache: Cache, annotation_id: str, awaited: Iterable[str]) -> bool:
    """The files of an annotation that the hub waits for; whether that changed. In `writing`."""
    before = {
        sha256
        for (sha256,) in cache.rows(
            "SELECT sha256 FROM evidence_named WHERE annotation_id = ? AND awaited = 1",
            (annotation_id,),
        )
    }
    after = set(awaited)
    if before == after:
        return False
    cache.execute_many(
        "UPDATE evidence_named SET awaited = ? WHERE annotation_id = ? AND sha256 = ?",
        [(int(sha256 in after), annotation_id, sha256) for sha256 in before ^ after],
    )
    return True


def to_send(cache: Cache, generation: str) -> list[tuple[str, int]]:
    """(hash, size) of each file here that own receipted words name and this hub lacks."""
    return cache.rows(
        "SELECT DISTINCT sha256, size FROM evidence_files JOIN evidence_named USING (sha256)"
        " JOIN outbox USING (annotation_id)"
        " WHERE state = 'receipted' AND (held_by <> ? OR awaited = 1) AND trouble = ''"
        " ORDER BY seq",
        (generation,),
    )


def to_hand_over(cache: Cache, generation: str) -> list[str]:
    """The hashes of all files here that own words or drafts name and this hub neither has nor
    refused: what a revoked device gives away before it is wiped."""
    lacking = cache.rows(
        "SELECT sha256, EXISTS (SELECT 1 FROM evidence_named AS named JOIN outbox"
        " USING (annotation_id) WHERE named.sha256 = file.sha256 AND state <> 'kept')"
        " FROM evidence_files AS file"
        " WHERE trouble = '' AND (held_by <> ? OR EXISTS (SELECT 1 FROM evidence_named AS named"
        " JOIN outbox USING (annotation_id) WHERE named.sha256 = file.sha256 AND awaited = 1))"
        " ORDER BY added_at, sha256",
        (generation,),
    )
    if not lacking:
        return []
    typed = _in_drafts(cache)
    return [sha256 for sha256, said in lacking if said or sha256 in typed]


def held_by_hub(cache: Cache, sha256: str, generation: str) -> None:
    """That generation of the hub holds the file whole. One transaction; only news are written.

    Own words need not hear it from the feed: of an order that has left it tells nothing more.
    """
    with cache.writing():
        cache.execute(
            "UPDATE evidence_named SET awaited = 0 WHERE sha256 = ? AND awaited = 1"
            " AND annotation_id IN (SELECT annotation_id FROM outbox)",
            (sha256,),
        )
        cache.execute(
            "UPDATE evidence_files SET held_by = :by, trouble = ''"
            " WHERE sha256 = :sha256 AND (held_by, trouble) <> (:by, '')",
            {"by": generation, "sha256": sha256},
        )


def not_taken(cache: Cache, sha256: str, reason: str) -> None:
    """The hub will not take the file, for a reason that is a key of wording. One transaction."""
    with cache.writing():
        cache.execute("UPDATE evidence_files SET trouble = ? WHERE sha256 = ?", (reason, sha256))


def troubles(cache: Cache) -> dict[str, str]:
    """The files that a hub would not take, and those that it would not give: hash → reason."""
    return dict(
        cache.rows(
            "SELECT sha256, trouble FROM evidence_files WHERE trouble <> ''"
            " UNION SELECT sha256, trouble FROM evidence_wanted WHERE trouble <> ''"
        )
    )


def want(cache: Cache, sha256: str) -> None:
    """Ask for a file of someone else's: the next sync brings it. One transaction."""
    if holds_file(cache, sha256):
        return
    with cache.writing():
        cache.execute("INSERT OR REPLACE INTO evidence_wanted VALUES (?, '')", (sha256,))


def wanted(cache: Cache) -> list[str]:
    """What was asked for and is not here yet, the hashes."""
    return [
        sha256 for (sha256,) in cache.rows("SELECT sha256 FROM evidence_wanted WHERE trouble = ''")
    ]


def not_given(cache: Cache, sha256: str, reason: str) -> None:
    """The hub does not give a file that was wanted. One transaction."""
    with cache.writing():
        cache.execute("UPDATE evidence_wanted SET trouble = ? WHERE sha256 = ?", (reason, sha256))


def drop_unnamed(cache: Cache, at: datetime) -> int:
    """Remove the files that no annotation and no draft names any more; how many.

    Call inside `writing`. A new file has a day to be named.
    """
    old = cache.rows(
        "SELECT sha256 FROM evidence_files WHERE added_at < ?"
        " AND sha256 NOT IN (SELECT sha256 FROM evidence_named)",
        (int(at.timestamp()) - UNNAMED_KEPT_SECONDS,),
    )
    if not old:
        return 0
    typed = _in_drafts(cache)
    gone = [row for row in old if row[0] not in typed]
    cache.execute_many("DELETE FROM evidence_files WHERE sha256 = ?", gone)
    return len(gone)


def _in_drafts(cache: Cache) -> set[str]:
    return {
        statement.file.sha256
        for saved in drafts(cache)
        for statement in saved.draft.evidence
        if statement.file is not None
    }
