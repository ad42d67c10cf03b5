"""Files of evidence: named by annotations, sent in pieces, kept whole or not at all.

An annotation comes first and names its files; only then are they taken, from its author. So are
those that words in quarantine name, from the device that left them. Whoever may see an order may
see the files that its annotations name. A file that stops on its way goes after a while, and so
does one whose every annotation was withdrawn or written anew long ago.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from caseworker.model.annotation import Annotation, FileRef
from caseworker.model.evidence import FILE_BYTES_MAX, HEAD_BYTES, files_of, is_of_type
from caseworker.model.wire import PIECE_BYTES_MIN, EvidenceState
from hub import audit, feed, units
from hub.enrolment import Bearer
from hub.problems import Refusal
from hub.store import (
    annotation,
    evidence_file,
    evidence_named,
    evidence_piece,
    generation,
    quarantine,
    quarantine_named,
    work_order,
)

PIECE_BYTES_MAX: Final = 1024 * 1024
"""The most bytes of a file that one request brings."""

UNIT_BYTES_MAX: Final = 20 * 1024**3
"""How much evidence the orders of one unit may have in all."""

DEVICE_BYTES_MAX: Final = 1024**3
"""How much evidence one revoked device may leave."""

HALF_SENT_KEPT: Final = timedelta(days=30)
"""How long the pieces of a file are kept that nobody sends on."""

UNUSED_KEPT: Final = timedelta(days=90)
"""How long a file is kept after its last annotation was withdrawn or written anew."""

TIDIED_AT_ONCE: Final = 20
"""Files that one tidying removes at the most: whoever waits for it waits no longer."""


def name(connection: Connection, said: Annotation, now: datetime) -> None:
    """Expect the files that a stored annotation names."""
    for file in files_of(said):
        _expect(connection, file, now)
        connection.execute(insert(evidence_named).values(annotation_id=said.id, sha256=file.sha256))


def name_left(connection: Connection, leftover: int, files: list[FileRef], now: datetime) -> None:
    """Expect the files that the words in quarantine under a number name, beside earlier ones."""
    named = set(
        connection.execute(
            select(quarantine_named.c.sha256).where(quarantine_named.c.leftover == leftover)
        ).scalars()
    )
    for file in files:
        if file.sha256 not in named:
            _expect(connection, file, now)
            connection.execute(
                insert(quarantine_named).values(leftover=leftover, sha256=file.sha256)
            )


def _expect(connection: Connection, file: FileRef, now: datetime) -> None:
    known = _locked(connection, file.sha256)
    if known is None:
        connection.execute(
            insert(evidence_file).values(
                sha256=file.sha256,
                size=file.size,
                media_type=file.media_type,
                held=0,
                touched_at=now,
            )
        )
    elif known.complete_at is None and (known.size, known.media_type) != (
        file.size,
        file.media_type,
    ):
        # Only one of two claims about the same content can be true: the new one is tried.
        _empty(connection, file.sha256, size=file.size, media_type=file.media_type)


def unfit(connection: Connection, said: Annotation) -> str | None:
    """The name of a file that is here already and is not what the annotation says of it."""
    for file in files_of(said):
        known = connection.execute(
            select(evidence_file).where(
                evidence_file.c.sha256 == file.sha256, evidence_file.c.complete_at.is_not(None)
            )
        ).one_or_none()
        if known is not None and not (
            known.size == file.size and is_of_type(file.media_type, _head(connection, file.sha256))
        ):
            return file.name
    return None


def state(
    connection: Connection, bearer: Bearer, sha256: str, *, parting: bool = False
) -> EvidenceState:
    """How far a file has come; raises `Refusal` where the bearer may not know of it.

    Whose device is revoked (`parting`) knows of no files but their own.
    """
    known = _is_own(bearer) if parting else or_(_is_own(bearer), _is_in_scope(bearer))
    row = connection.execute(
        select(evidence_file).where(evidence_file.c.sha256 == sha256, known)
    ).one_or_none()
    if row is None:
        raise Refusal("evidence_unknown")
    return _state(connection, sha256, row.held, row.size, row.complete_at is not None)


def append(
    connection: Connection, bearer: Bearer, sha256: str, offset: int, piece: bytes, now: datetime
) -> EvidenceState | Refusal:
    """Add a piece to a file that the bearer has named, at the offset that the file has reached.

    The last one completes the file where its content has the hash that it is named by, and is of
    its type. A `Refusal` is answered, not raised, where the pieces are thrown away, which is
    to be kept; it is raised where nothing changes.
    """
    row = connection.execute(
        select(evidence_file)
        .where(evidence_file.c.sha256 == sha256, _is_own(bearer))
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise Refusal("evidence_unknown")
    if row.complete_at is not None:
        return _state(connection, sha256, row.size, row.size, complete=True)
    if offset != row.held:
        raise OffsetDiffers(row.held)
    held = offset + len(piece)
    whole = held == row.size
    if len(piece) > PIECE_BYTES_MAX:
        raise Refusal("too_large")
    if not piece or (len(piece) < PIECE_BYTES_MIN and held < row.size):
        raise Refusal("malformed")
    if held > row.size:
        return _thrown_away(connection, sha256, "evidence_differs")
    if offset == 0:
        if not is_of_type(row.media_type, piece[:HEAD_BYTES]):
            raise Refusal("evidence_not_its_type")
        _check_room(connection, bearer, sha256, row.size)
        tidy(connection, now)
    connection.execute(insert(evidence_piece).values(sha256=sha256, start=offset, body=piece))
    if whole and _digest(connection, sha256) != sha256:
        return _thrown_away(connection, sha256, "evidence_differs")
    connection.execute(
        update(evidence_file)
        .where(evidence_file.c.sha256 == sha256)
        .values(held=held, touched_at=now, complete_at=now if whole else None)
    )
    if whole:
        _tell(connection, bearer, sha256, now)
    return _state(connection, sha256, held, row.size, whole)


class OffsetDiffers(Refusal):
    """The file goes on at `offset`."""

    def __init__(self, offset: int) -> None:
        super().__init__("offset_differs")
        self.headers["Upload-Offset"] = str(offset)


def read(connection: Connection, bearer: Bearer, sha256: str, start: int, end: int) -> bytes:
    """The bytes of a whole file from `start` up to `end`; raises `Refusal` as `state` does."""
    if not state(connection, bearer, sha256).complete:
        raise Refusal("evidence_unknown")
    return content(connection, sha256, start, end)


def content(
    connection: Connection, sha256: str, start: int = 0, end: int = FILE_BYTES_MAX
) -> bytes:
    """The bytes of a file from `start` up to `end`, as far as they are here, whoever asks."""
    rows = connection.execute(
        select(evidence_piece.c.start, evidence_piece.c.body)
        .where(
            evidence_piece.c.sha256 == sha256,
            evidence_piece.c.start < end,
            # No piece is longer than this.
            evidence_piece.c.start > start - PIECE_BYTES_MAX,
        )
        .order_by(evidence_piece.c.start)
    )
    return b"".join(row.body[max(0, start - row.start) : end - row.start] for row in rows)


def tidy(connection: Connection, now: datetime) -> int:
    """Remove a few files that stopped on their way, or that nothing standing names; how many.

    What a stopped file was named by stays, and it can be sent again from its beginning.
    """
    stopped = connection.execute(
        select(evidence_file.c.sha256)
        .where(
            evidence_file.c.complete_at.is_(None),
            evidence_file.c.held > 0,
            evidence_file.c.touched_at < now - HALF_SENT_KEPT,
        )
        .limit(TIDIED_AT_ONCE)
    ).scalars()
    gone = list(stopped) + _unused(connection, now)
    for sha256 in gone:
        _empty(connection, sha256, complete_at=None)
    return len(gone)


def _unused(connection: Connection, now: datetime) -> list[str]:
    """Whole files of which every annotation was taken back `UNUSED_KEPT` ago."""
    later = annotation.alias()
    taken_back = exists().where(
        later.c.worker == annotation.c.worker,
        later.c.stored_at < now - UNUSED_KEPT,
        or_(
            (later.c.kind == "withdrawal") & (later.c.target == annotation.c.id),
            (later.c.supersedes == annotation.c.id) & (later.c.id != annotation.c.id),
        ),
    )
    standing = (
        exists()
        .where(
            evidence_named.c.sha256 == evidence_file.c.sha256,
            annotation.c.id == evidence_named.c.annotation_id,
            ~taken_back,
        )
        .correlate(evidence_file)
    )
    found = connection.execute(
        select(evidence_file.c.sha256)
        .where(
            evidence_file.c.complete_at < now - UNUSED_KEPT,
            evidence_file.c.held > 0,
            ~standing,
            ~_is_left(),
        )
        .limit(TIDIED_AT_ONCE)
    )
    return list(found.scalars())


def _is_own(bearer: Bearer) -> ColumnElement[bool]:
    """Whether an annotation of the bearer's own names the file, or words their device left."""
    return or_(
        _is_named(annotation.c.worker == bearer.number),
        _is_left(quarantine.c.device == bearer.device),
    )


def _is_left(*by: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether words in quarantine name the file."""
    return (
        exists()
        .where(
            quarantine_named.c.sha256 == evidence_file.c.sha256,
            quarantine.c.number == quarantine_named.c.leftover,
            *by,
        )
        .correlate(evidence_file)
    )


def _is_in_scope(bearer: Bearer) -> ColumnElement[bool]:
    """Whether an order that the bearer may see has an annotation that names the file."""
    return _is_named(work_order.c.unit.in_(select(units.scope(bearer.unit))))


def _is_named(by: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            evidence_named.c.sha256 == evidence_file.c.sha256,
            annotation.c.id == evidence_named.c.annotation_id,
            work_order.c.order_no == annotation.c.order_no,
            by,
        )
        .correlate(evidence_file)
    )


def _check_room(connection: Connection, bearer: Bearer, sha256: str, size: int) -> None:
    """Raises `Refusal` where the unit of an order that names the file has no room left, or the
    device has left as much as it may."""
    here = (
        select(work_order.c.unit)
        .join(annotation, annotation.c.order_no == work_order.c.order_no)
        .join(evidence_named, evidence_named.c.annotation_id == annotation.c.id)
    )
    of_file = here.where(evidence_named.c.sha256 == sha256)
    hashes = (
        select(evidence_named.c.sha256)
        .join(annotation, annotation.c.id == evidence_named.c.annotation_id)
        .join(work_order, work_order.c.order_no == annotation.c.order_no)
        .where(work_order.c.unit.in_(of_file))
    )
    left = (
        select(quarantine_named.c.sha256)
        .join(quarantine, quarantine.c.number == quarantine_named.c.leftover)
        .where(quarantine.c.device == bearer.device)
    )
    for several, most in ((hashes, UNIT_BYTES_MAX), (left, DEVICE_BYTES_MAX)):
        held = connection.execute(
            select(func.coalesce(func.sum(evidence_file.c.held), 0)).where(
                evidence_file.c.sha256.in_(several)
            )
        ).scalar_one()
        if int(held) + size > most:
            raise Refusal("evidence_full")


def _tell(connection: Connection, bearer: Bearer, sha256: str, now: datetime) -> None:
    """The file is here: whoever may see what it is evidence for hears of it."""
    rows = connection.execute(
        select(annotation.c.id, work_order.c.unit)
        .join(evidence_named, evidence_named.c.annotation_id == annotation.c.id)
        .join(work_order, work_order.c.order_no == annotation.c.order_no)
        .where(evidence_named.c.sha256 == sha256)
        .order_by(work_order.c.unit, annotation.c.number)
    )
    entries: dict[int, list[feed.Entry]] = defaultdict(list)
    for row in rows:
        entries[row.unit].append(feed.Entry("annotation", row.id))
    feed.append(connection, entries)
    # Words in quarantine stand with no order: the unit of who left them remembers.
    for unit in sorted(entries) or [bearer.unit]:
        act = audit.Act(actor=bearer.actor, act="evidence_stored", ref=sha256)
        audit.record(connection, unit, [act], now)


def _thrown_away(connection: Connection, sha256: str, reason: str) -> Refusal:
    _empty(connection, sha256)
    return Refusal(reason)


def _empty(connection: Connection, sha256: str, **values: Any) -> None:
    connection.execute(delete(evidence_piece).where(evidence_piece.c.sha256 == sha256))
    connection.execute(
        update(evidence_file)
        .where(evidence_file.c.sha256 == sha256)
        .values(**({"held": 0} | values))
    )


def _locked(connection: Connection, sha256: str) -> Row[Any] | None:
    return connection.execute(
        select(evidence_file).where(evidence_file.c.sha256 == sha256).with_for_update()
    ).one_or_none()


def _head(connection: Connection, sha256: str) -> bytes:
    """The beginning of a whole file, `HEAD_BYTES` of it where there are as many."""
    return b"".join(_pieces(connection, sha256, before=1))[:HEAD_BYTES]


def _digest(connection: Connection, sha256: str) -> str:
    digest = hashlib.sha256()
    for body in _pieces(connection, sha256, FILE_BYTES_MAX):
        digest.update(body)
    return digest.hexdigest()


def _pieces(connection: Connection, sha256: str, before: int) -> Iterator[bytes]:
    """The pieces that start before an offset, one at a time: a file may be large."""
    starts = connection.execute(
        select(evidence_piece.c.start)
        .where(evidence_piece.c.sha256 == sha256, evidence_piece.c.start < before)
        .order_by(evidence_piece.c.start)
    ).scalars()
    for start in list(starts):
        yield connection.execute(
            select(evidence_piece.c.body).where(
                evidence_piece.c.sha256 == sha256, evidence_piece.c.start == start
            )
        ).scalar_one()


def _state(
    connection: Connection, sha256: str, held: int, size: int, complete: bool
) -> EvidenceState:
    return EvidenceState(
        sha256=sha256, offset=held, size=size, complete=complete, generation=generation(connection)
    )
