"""Files of evidence on their way: in pieces, from where the hub says that it has come to.

A file goes after the annotation that names it, which says "on its way" until it is there: a
reviewer sees the words at once, and never a proposal that seems to rest on nothing. What the hub
holds is the hub's to say, so nothing is kept here of how far a file has come.
"""

import hashlib
from datetime import datetime
from functools import partial
from typing import Final, Literal

from caseworker.cache import evidence, settings
from caseworker.cache.connection import Cache
from caseworker.model.evidence import FILE_BYTES_MAX
from sync.hotline import Door, HotlineClient, NotTaken, Upload
from sync.retry import STEADY, patiently

STARTS_MAX: Final = 100
"""How often one file is asked about in one sync: each answer that was lost costs one."""

Sent = Literal["held", "refused", "unsettled"]
"""What became of a file: the hub has it whole, will not have it, or is to be asked again."""

_NOT_NOW: Final = frozenset({"offset_differs", "evidence_unknown", "too_many_requests"})
"""Refusals that another try gets over."""


def send_files(cache: Cache, client: HotlineClient) -> int:
    """Send what own receipted words name and the hub lacks; how many files it refuses.

    Raises what the line or the hub does; the next sync goes on where this one stopped.
    """
    generation = settings.get(cache, "generation")
    return sum(
        send(cache, client, sha256, generation) == "refused"
        for sha256, _size in evidence.to_send(cache, generation)
    )


def fetch_wanted(cache: Cache, client: HotlineClient, now: datetime) -> int:
    """Bring the files that someone at this desk asked to see; how many came."""
    return sum(_fetch(cache, client, sha256, now) for sha256 in evidence.wanted(cache))


def send(
    cache: Cache, client: HotlineClient, sha256: str, generation: str, door: Door = "evidence"
) -> Sent:
    """Send one file to that life of the hub, and write down what became of it.

    Raises what the line or the hub does.
    """
    for _start in range(STARTS_MAX):
        held = patiently(partial(client.evidence_state, sha256, door), STEADY)
        if held is None:
            return "unsettled"
        try:
            held = _send_on(cache, client, sha256, held, door)
        except NotTaken as refusal:
            if refusal.reason not in _NOT_NOW:
                evidence.not_taken(cache, sha256, refusal.reason)
                return "refused"
            continue
        if held is None:
            continue
        if held.complete and held.generation in ("", generation):
            evidence.held_by_hub(cache, sha256, generation)
            return "held"
        return "unsettled"
    return "unsettled"


def _send_on(
    cache: Cache, client: HotlineClient, sha256: str, held: Upload, door: Door
) -> Upload | None:
    """Send what the hub lacks, and how far it has come then; None where it is to be asked again.

    An answer that names another offset than this piece ends at is one to another piece, and came
    late: to go on from there would put pieces into the wrong order.
    """
    for piece in evidence.pieces_from(cache, sha256, held.offset):
        if held.complete:
            break
        ends = held.offset + len(piece)
        held = patiently(partial(client.send_piece, sha256, held.offset, piece, door), STEADY)
        if held.offset != ends:
            return None
    return held


def _fetch(cache: Cache, client: HotlineClient, sha256: str, now: datetime) -> bool:
    """Fetch one file, from where a broken line left off; False where it cannot be had."""
    content = bytearray()
    size = FILE_BYTES_MAX
    try:
        while len(content) < size:
            piece, size = patiently(partial(client.fetch_piece, sha256, len(content)), STEADY)
            content += piece
            if not piece or size > FILE_BYTES_MAX:
                break
    except NotTaken as refusal:
        if refusal.reason == "evidence_unknown":
            # On its way still: it stays wanted.
            return False
        evidence.not_given(cache, sha256, refusal.reason)
        return False
    if hashlib.sha256(content).hexdigest() != sha256:
        evidence.not_given(cache, sha256, "evidence_differs")
        return False
    evidence.put_file(cache, bytes(content), now)
    return True
