"""Annotations, decisions and contests in the cache: the worker's own and those of others."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import json

from caseworker.cache.connection import Cache
from caseworker.model.annotation import Annotation, Contest, Decision
from caseworker.model.evidence import files_of

_annotation = json.Decoder(Annotation)
_decision = json.Decoder(Decision)
_contest = json.Decoder(Contest)

STANDS: Final = (
    "NOT EXISTS (SELECT 1 FROM annotations AS later"
    " WHERE later.target = {id} AND later.target <> '' AND later.kind = 'withdrawal')"
    " AND NOT EXISTS (SELECT 1 FROM annotations AS anew"
    " JOIN annotations AS before ON before.id = anew.supersedes"
    " WHERE anew.supersedes = {id} AND anew.supersedes <> '' AND anew.author = before.author)"
)
"""SQL: an annotation that its author has neither withdrawn nor written anew, whichever of the two
arrived here first. `{id}` is the column with its id; "<> ''" lets the planner use the indexes."""

LINKS: Final = (
    f"{STANDS.format(id='annotation_id')}"
    " AND coalesce((SELECT ruling FROM decisions WHERE decisions.annotation_id ="
    " links.annotation_id ORDER BY decided_at DESC, decisions.id DESC LIMIT 1), '')"
    " NOT IN ('refused', 'reversed')"
)
"""SQL: a row of `links` that joins two orders: one that the centre has turned down joins none."""


def encode(annotation: Annotation) -> bytes:
    """The annotation as cache, wire and hub keep it; equal annotations give equal bytes."""
    return json.encode(annotation, order="deterministic")


def decode(body: bytes) -> Annotation:
    """An annotation from its kept bytes."""
    return _annotation.decode(bytes(body))


def put_annotation(cache: Cache, annotation: Annotation) -> bool:
    """Keep an annotation; False where its id is here already. Call inside `writing`."""
    added = cache.execute(
        "INSERT OR IGNORE INTO annotations (id, order_no, kind, code, target, supersedes, author,"
        " body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            annotation.id,
            annotation.order_no,
            annotation.kind,
            annotation.code,
            annotation.target,
            annotation.supersedes,
            annotation.author,
            encode(annotation),
        ),
    ).rowcount
    if added and annotation.kind == "repeat":
        cache.execute_many(
            "INSERT OR IGNORE INTO links VALUES (?, ?, ?)",
            [(annotation.order_no, earlier, annotation.id) for earlier in annotation.earlier],
        )
    if added and annotation.evidence:
        cache.execute_many(
            "INSERT OR IGNORE INTO evidence_named (annotation_id, sha256) VALUES (?, ?)",
            [(annotation.id, file.sha256) for file in files_of(annotation)],
        )
    return bool(added)


def rewrite_unsent(cache: Cache, annotation: Annotation) -> None:
    """Name the enrolled worker as author of words that no hub has seen. Call inside `writing`."""
    cache.execute(
        "UPDATE annotations SET author = ?, body = ? WHERE id = ?",
        (annotation.author, encode(annotation), annotation.id),
    )


def read_annotation(cache: Cache, annotation_id: str) -> Annotation | None:
    """One annotation, or None."""
    body = cache.value("SELECT body FROM annotations WHERE id = ?", (annotation_id,))
    return None if body is None else decode(body)


def annotations_of(cache: Cache, order_no: str) -> list[Annotation]:
    """Everything said about an order, in the order in which it arrived here."""
    return [
        decode(body)
        for (body,) in cache.rows(
            "SELECT body FROM annotations WHERE order_no = ? ORDER BY n", (order_no,)
        )
    ]


def standing_annotations(cache: Cache, order_no: str) -> list[Annotation]:
    """What is said about an order and was not withdrawn."""
    return [
        decode(body)
        for (body,) in cache.rows(
            f"SELECT body FROM annotations WHERE order_no = ? AND kind <> 'withdrawal'"
            f" AND {STANDS.format(id='annotations.id')} ORDER BY n",
            (order_no,),
        )
    ]


def earlier_of(cache: Cache, order_no: str) -> list[str]:
    """The orders that standing repeat links of `order_no` name."""
    return [
        number
        for (number,) in cache.rows(
            f"SELECT DISTINCT earlier FROM links WHERE order_no = ? AND {LINKS}",
            (order_no,),
        )
    ]


def later_of(cache: Cache, order_no: str) -> list[str]:
    """The orders whose standing repeat links name `order_no`."""
    return [
        number
        for (number,) in cache.rows(
            f"SELECT DISTINCT order_no FROM links WHERE earlier = ? AND {LINKS}",
            (order_no,),
        )
    ]


def put_decision(cache: Cache, decision: Decision) -> bool:
    """Keep a decision; False where it is here already. Call inside `writing`."""
    return bool(
        cache.execute(
            "INSERT OR IGNORE INTO decisions VALUES (?, ?, ?, ?, ?, ?)",
            (
                decision.id,
                decision.annotation_id,
                decision.order_no,
                decision.ruling,
                _seconds(decision.decided_at),
                json.encode(decision, order="deterministic"),
            ),
        ).rowcount
    )


def decisions_of(cache: Cache, order_no: str) -> list[Decision]:
    """The centre's rulings on an order's proposals, in the order in which they were made."""
    return [
        _decision.decode(bytes(body))
        for (body,) in cache.rows(
            "SELECT body FROM decisions WHERE order_no = ? ORDER BY decided_at, id", (order_no,)
        )
    ]


def put_contest(cache: Cache, contest: Contest) -> bool:
    """Keep a citizen's contest; False where it is here already. Call inside `writing`."""
    return bool(
        cache.execute(
            "INSERT OR IGNORE INTO contests VALUES (?, ?, ?, ?)",
            (
                contest.id,
                contest.annotation_id,
                contest.order_no,
                json.encode(contest, order="deterministic"),
            ),
        ).rowcount
    )


def contests_of(cache: Cache, order_no: str) -> list[Contest]:
    """The citizens' contests of an order's marks, in the order in which they were entered."""
    found = [
        _contest.decode(bytes(body))
        for (body,) in cache.rows("SELECT body FROM contests WHERE order_no = ?", (order_no,))
    ]
    return sorted(found, key=lambda contest: (contest.entered_at, contest.id))


def annotations_on(cache: Cache, numbers: Iterable[str]) -> dict[str, list[tuple[str, str, str]]]:
    """For many orders at once: order number → (id, kind, code) of what stands on it."""
    wanted = list(numbers)
    found: dict[str, list[tuple[str, str, str]]] = {}
    marks = ", ".join("?" * len(wanted))
    for number, annotation_id, kind, code in cache.rows(
        f"SELECT order_no, id, kind, code FROM annotations WHERE order_no IN ({marks})"
        f" AND kind <> 'withdrawal' AND {STANDS.format(id='annotations.id')} ORDER BY n",
        wanted,
    ):
        found.setdefault(number, []).append((annotation_id, kind, code))
    return found


def links_of(cache: Cache, numbers: Iterable[str]) -> dict[str, int]:
    """For many orders at once: how many others standing repeat links join with each."""
    wanted = list(numbers)
    marks = ", ".join("?" * len(wanted))
    return dict(
        cache.rows(
            "SELECT mine, count(DISTINCT other) FROM ("
            f" SELECT order_no AS mine, earlier AS other FROM links"
            f" WHERE order_no IN ({marks}) AND {LINKS}"
            f" UNION ALL SELECT earlier, order_no FROM links"
            f" WHERE earlier IN ({marks}) AND {LINKS}) GROUP BY mine",
            wanted * 2,
        )
    )


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def standing_links(cache: Cache) -> list[tuple[str, str]]:
    """Every order with an earlier one that a standing repeat link names."""
    return cache.rows(f"SELECT DISTINCT order_no, earlier FROM links WHERE {LINKS}")
