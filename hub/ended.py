"""Tokens that were ended, on a list apart from the store: no backup of the store brings one back.

The list holds the numbers of devices, and nothing that a token could be made from.
"""

import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select, update

from hub import audit
from hub.store import begin_generation, device, enrolment_code, worker

_FILE: Final = "ended-tokens"
_AT_ONCE: Final = 500


def remember(home: Path, connection: Connection) -> None:
    """Put every device that the store knows as revoked on the list of this home.

    To be called before the transaction that revokes is committed: a list that lacks one would let
    it in again some day.
    """
    known = connection.execute(select(device.c.id).where(device.c.revoked_at.is_not(None)))
    listed = sorted(set(remembered(home)) | set(known.scalars()))
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = home / f".{_FILE}-{secrets.token_hex(4)}"
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(f"{one}\n" for one in listed)
        out.flush()
        os.fsync(out.fileno())
    made.replace(home / _FILE)


def remembered(home: Path) -> list[str]:
    """The devices on the list of this home; none where there is no list."""
    try:
        return (home / _FILE).read_text("ascii").split()
    except FileNotFoundError:
        return []


def begin_anew(
    connection: Connection, devices: Iterable[str], actor: str, now: datetime
) -> tuple[str, int, int]:
    """Begin a new life of a store that was put back from a backup.

    `devices` are ended again, and so is every open code, since it may have been used after the
    backup. Answers the name of the new life, and how many devices and codes were ended.
    """
    listed = sorted(set(devices))
    back: list[tuple[int, int, str]] = []
    for start in range(0, len(listed), _AT_ONCE):
        some = device.c.id.in_(listed[start : start + _AT_ONCE])
        found = connection.execute(
            select(worker.c.unit, worker.c.number, device.c.id)
            .join(worker, worker.c.number == device.c.worker)
            .where(some, device.c.revoked_at.is_(None))
        )
        back += [(row.unit, row.number, row.id) for row in found]
        connection.execute(
            update(device).where(some, device.c.revoked_at.is_(None)).values(revoked_at=now)
        )
    for place, rows in groupby(sorted(back), key=lambda row: row[0]):
        acts = [
            audit.Act(actor=actor, act="device_revoked", ref=f"worker {number}", detail=one)
            for _place, number, one in rows
        ]
        audit.record(connection, place, acts, now)
    codes = connection.execute(
        update(enrolment_code).where(enrolment_code.c.used_at.is_(None)).values(used_at=now)
    ).rowcount
    return begin_generation(connection), len(back), codes
