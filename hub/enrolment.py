"""Who may come in: workers, one-time codes for their devices, and the devices' tokens."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct
from sqlalchemy import Connection, bindparam, insert, select, update

from caseworker.locale import _
from caseworker.model.me import Role
from caseworker.model.order import Level
from caseworker.model.trouble import Trouble
from caseworker.model.wire import Enrolment, EnrolmentRequest
from hub import audit
from hub.problems import Refusal
from hub.store import device, enrolment_code, generation, secret_key, unit, worker
from hub.units import Unit

CODE_LIFE: Final = timedelta(days=7)
TOKEN_LIFE: Final = timedelta(days=365)

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No sign that is mistaken for another when it is read out over the telephone."""

_CODE_GROUPS: Final = (4, 4, 4)

NAME_MAX: Final = 100

Right = Literal["read", "annotate", "decide", "contest", "dispatch", "figures"]

RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    "cadre": frozenset({"read", "annotate"}),
    "office": frozenset({"read", "annotate"}),
    "lead": frozenset({"read", "annotate"}),
    "centre": frozenset({"read", "decide", "contest", "dispatch", "figures"}),
}
"""What the token of a role opens. The kinds of annotation are weighed one by one in the ledger."""


class Bearer(Struct, frozen=True, kw_only=True):
    """The worker and the device that a token belongs to."""

    number: int
    worker: str
    role: Role
    unit: int
    unit_id: str
    unit_name: str
    level: Level
    device: str

    @property
    def actor(self) -> str:
        """How the audit names them; the tables say who that is."""
        return f"worker {self.number} device {self.device}"


def add_worker(
    connection: Connection, name: str, place: Unit, role: Role, actor: str, now: datetime
) -> str:
    """Enter a worker of a unit and answer a one-time code for a device of theirs.

    A worker who is there already gets another code, and the role given. Raises `Trouble` where
    the name is none.
    """
    name = name.strip()
    if not name or len(name) > NAME_MAX or not name.isprintable():
        raise Trouble(_("Give the worker a name of at most {max} signs.").format(max=NAME_MAX))
    known = connection.execute(
        select(worker).where(worker.c.name == name, worker.c.unit == place.number)
    ).one_or_none()
    acts: list[audit.Act] = []
    if known is None:
        made = insert(worker).values(name=name, unit=place.number, role=role)
        number = connection.execute(made.returning(worker.c.number)).scalar_one()
        acts.append(_act(actor, "worker_added", number, role))
    else:
        number = known.number
        if known.role != role:
            connection.execute(update(worker).where(worker.c.number == number).values(role=role))
            acts.append(_act(actor, "role_changed", number, role))
    acts.append(_act(actor, "code_issued", number))
    audit.record(connection, place.number, acts, now)
    return _issue_code(connection, number, now)


def enrol(connection: Connection, request: EnrolmentRequest, now: datetime) -> Enrolment:
    """Exchange a one-time code for a token; the code is spent then.

    Raises `Refusal` where the code is unknown, used or too old.
    """
    code_hash = _code_hash(connection, request.code)
    code = connection.execute(
        select(enrolment_code).where(enrolment_code.c.code_hash == code_hash)
    ).one_or_none()
    if code is None:
        raise Refusal("enrolment_unknown")
    if code.expires_at <= now:
        raise Refusal("enrolment_expired")
    spent = connection.execute(
        update(enrolment_code)
        .where(enrolment_code.c.code_hash == code_hash, enrolment_code.c.used_at.is_(None))
        .values(used_at=now)
    )
    if spent.rowcount != 1:
        raise Refusal("enrolment_used")
    device_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    connection.execute(
        insert(device).values(
            id=device_id,
            worker=code.worker,
            name=request.device[:NAME_MAX],
            token_hash=_token_hash(secret),
            enrolled_at=now,
            expires_at=now + TOKEN_LIFE,
        )
    )
    who = connection.execute(
        select(worker.c.name, worker.c.unit, unit.c.id)
        .join(unit, unit.c.number == worker.c.unit)
        .where(worker.c.number == code.worker)
    ).one()
    actor = f"worker {code.worker} device {device_id}"
    audit.record(connection, who.unit, [_act(actor, "enrolled", code.worker, device_id)], now)
    return Enrolment(
        token=f"{device_id}.{secret}",
        worker=who.name,
        unit=who.id,
        generation=generation(connection),
    )


_WHOSE: Final = (
    select(
        device.c.token_hash,
        device.c.expires_at,
        device.c.revoked_at,
        worker.c.number,
        worker.c.name.label("worker"),
        worker.c.role,
        worker.c.unit,
        unit.c.id.label("unit_id"),
        unit.c.name.label("unit_name"),
        unit.c.level,
    )
    .join(worker, worker.c.number == device.c.worker)
    .join(unit, unit.c.number == worker.c.unit)
    .where(device.c.id == bindparam("device"))
)
"""Asked with every call: put together once."""


def authenticate(
    connection: Connection, token: str, now: datetime, *, parting: bool = False
) -> Bearer:
    """Whose token it is; raises `Refusal` where it is unknown, revoked or has expired.

    With `parting` only a revoked one is let in, to hand over what it had not sent.
    """
    device_id, _dot, secret = token.partition(".")
    row = connection.execute(_WHOSE, {"device": device_id}).one_or_none()
    held = row.token_hash if row is not None else ""
    if not hmac.compare_digest(held, _token_hash(secret)) or row is None:
        raise Refusal("token_unknown")
    if parting and row.revoked_at is None:
        raise Refusal("role_missing")
    if not parting and row.revoked_at is not None:
        raise Refusal("token_revoked")
    if not parting and row.expires_at <= now:
        raise Refusal("token_expired")
    return Bearer(
        number=row.number,
        worker=row.worker,
        role=row.role,
        unit=row.unit,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        level=row.level,
        device=device_id,
    )


def revoke(connection: Connection, name: str, place: Unit, actor: str, now: datetime) -> int:
    """End every token and open code of a worker; answers how many devices that were."""
    known = connection.execute(
        select(worker.c.number).where(worker.c.name == name, worker.c.unit == place.number)
    ).scalar_one_or_none()
    if known is None:
        raise Trouble(_("There is no such worker in that unit: check the name and the unit."))
    connection.execute(
        update(enrolment_code)
        .where(enrolment_code.c.worker == known, enrolment_code.c.used_at.is_(None))
        .values(used_at=now)
    )
    ended = connection.execute(
        update(device)
        .where(device.c.worker == known, device.c.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(device.c.id)
    ).scalars()
    acts = [_act(actor, "device_revoked", known, device_id) for device_id in sorted(ended)]
    audit.record(connection, place.number, acts, now)
    return len(acts)


def _issue_code(connection: Connection, number: int, now: datetime) -> str:
    groups = ["".join(secrets.choice(_LETTERS) for _i in range(size)) for size in _CODE_GROUPS]
    code = "-".join(groups)
    connection.execute(
        insert(enrolment_code).values(
            code_hash=_code_hash(connection, code), worker=number, expires_at=now + CODE_LIFE
        )
    )
    return code


def _code_hash(connection: Connection, code: str) -> str:
    """A keyed hash: a code is short enough to be guessed from a hash of it alone."""
    typed = "".join(sign for sign in code.upper() if sign.isalnum())
    return hmac.digest(secret_key(connection), f"code:{typed}".encode(), "sha256").hex()


def _token_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _act(actor: str, act: str, number: int, detail: str = "") -> audit.Act:
    return audit.Act(actor=actor, act=act, ref=f"worker {number}", detail=detail)
