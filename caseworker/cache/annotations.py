"""Annotations, decisions and contests in the cache: the worker's own and those of others."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import json, structs

from caseworker.cache.connection import Cache
from caseworker.cache.signs import LINKS, STANDS
from caseworker.model.annotation import Annotation, Contest, Decision
from caseworker.model.evidence import files_of

_annotation = json.Decoder(Annotation)
_decision = json.Decoder(Decision)
_contest = json.Decoder(Contest)


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


def put_pinned(cache: Cache, annotation: Annotation) -> None:
    """Pin words that were written before their order was here to the revision that the hub gave
    them, so that they lapse with it. Call inside `writing`."""
    held = read_annotation(cache, annotation.id)
    if held is not None and held.order_revision == 0 < annotation.order_revision:
        pinned = structs.replace(held, order_revision=annotation.order_revision)
        cache.execute(
            "UPDATE annotations SET body = ? WHERE id = ?", (encode(pinned), annotation.id)
        )


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


def reversed_on(
    cache: Cache, numbers: Iterable[str]
) -> list[tuple[Decision, Annotation | None, list[str]]]:
    """The centre's reversals of marks on these orders, of marks that their authors let stand.

    Each with the mark, None where another unit said it, and the orders that it named as earlier.
    """
    wanted = list(numbers)
    rows = cache.rows(
        "SELECT decisions.body, annotations.body, (SELECT group_concat(earlier, char(10))"
        "  FROM links WHERE links.annotation_id = decisions.annotation_id)"
        " FROM decisions LEFT JOIN annotations ON annotations.id = decisions.annotation_id"
        f" WHERE decisions.order_no IN ({', '.join('?' * len(wanted))}) AND {_REVERSED}"
        f" AND {STANDS.format(id='decisions.annotation_id')} ORDER BY decided_at, decisions.id",
        wanted,
    )
    return [
        (
            _decision.decode(bytes(ruling)),
            None if said is None else decode(said),
            (named or "").splitlines(),
        )
        for ruling, said, named in rows
    ]


def reversal_of(cache: Cache, annotation_id: str) -> Decision | None:
    """The centre's reversal of a mark, None where its last ruling is another one."""
    body = cache.value(
        f"SELECT body FROM decisions WHERE annotation_id = ? AND {_REVERSED}", (annotation_id,)
    )
    return None if body is None else _decision.decode(bytes(body))


def parted_from(cache: Cache, numbers: Iterable[str]) -> set[str]:
    """The orders that a link joined with any of these until the centre reversed it."""
    wanted = list(numbers)
    marks = ", ".join("?" * len(wanted))
    fallen = (
        f"{STANDS.format(id='links.annotation_id')} AND EXISTS (SELECT 1 FROM decisions"
        f" WHERE decisions.annotation_id = links.annotation_id AND {_REVERSED})"
    )
    rows = cache.rows(
        f"SELECT earlier FROM links WHERE order_no IN ({marks}) AND {fallen}"
        f" UNION SELECT order_no FROM links WHERE earlier IN ({marks}) AND {fallen}",
        wanted * 2,
    )
    return {number for (number,) in rows}


_REVERSED: Final = (
    "decisions.ruling = 'reversed' AND decisions.id = (SELECT last.id FROM decisions AS last"
    " WHERE last.annotation_id = decisions.annotation_id"
    " ORDER BY last.decided_at DESC, last.id DESC LIMIT 1)"
)
"""SQL: a row of `decisions` that is the last ruling on its mark, and takes it back."""


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


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def standing_links(cache: Cache) -> list[tuple[str, str]]:
    """Every order with an earlier one that a standing repeat link names."""
    return cache.rows(f"SELECT DISTINCT order_no, earlier FROM links WHERE {LINKS}")
