"""The sample street: an invented 和平街道 (Heping Street), dated from whenever one asks.

The demo and `local.db.example` are made of it. What it says stands in `street.toml`; the same
moment gives the same orders, and every id is fixed.
"""

import re
import tomllib
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Annotated, Final

from msgspec import Meta, Struct, convert

from caseworker.model.annotation import About, Annotation, Decision, Kind, Ruling, Statement
from caseworker.model.me import Role
from caseworker.model.order import CategoryStep, Level, WorkOrder, own_deadline
from caseworker.model.taxonomy import Words
from caseworker.model.zone import HOTLINE_ZONE

_FROM_NOW = (
    r"(?P<days>[+-]\d+)d (?P<clock>\d\d:\d\d)|(?P<sign>[+-])(?P<hours>\d+)h(?P<minutes>\d\d)"
)

Told = Annotated[str, Meta(pattern=rf"^({_FROM_NOW})$")]
"""A time as the file tells it: "-3d 09:30" or "+4h10"."""

REGION: Final = "990300"
"""Order numbers begin with it; no region's code begins with 99."""


class SampleUnit(Struct, frozen=True, forbid_unknown_fields=True):
    """A unit of the sample street; its id names the units above it: heping/xingfuli."""

    id: str
    level: Level
    name: Words


class SampleWorker(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who works there; `latin` is the name in Latin letters, for the English desk."""

    name: str
    latin: str
    unit: str
    roles: tuple[Role, ...]


def sample_units() -> list[SampleUnit]:
    """The street and its communities, the street first."""
    return list(_street().units)


def sample_workers() -> list[SampleWorker]:
    """The office worker whom the demo starts as, a cadre, the lead, a colleague, the centre."""
    return list(_street().workers)


def sample_orders(now: datetime) -> list[WorkOrder]:
    """The street's orders as they stand at `now`, an aware datetime; all of them revision 1.

    `deadline` is the street's own. The times of day are those of the hotline's zone.
    """
    numbers = _numbers(now)
    return [_order(told, numbers, now) for told in _street().orders]


def sample_annotations(now: datetime) -> list[Annotation]:
    """What the workers have said by `now`, the earliest first, each pinned to revision 1."""
    numbers = _numbers(now)
    annotations = [_annotation(told, numbers, now) for told in _street().annotations]
    return sorted(annotations, key=lambda annotation: annotation.written_at)


def sample_decisions(now: datetime) -> list[Decision]:
    """The centre's rulings by `now`, the earliest first."""
    orders = {annotation.id: annotation.order_no for annotation in sample_annotations(now)}
    decisions = [
        Decision(
            id=told.id,
            annotation_id=told.annotation,
            order_no=orders[told.annotation],
            ruling=told.ruling,
            text=told.text,
            decided_by=told.decided_by,
            decided_at=_moment(told.decided, now),
        )
        for told in _street().decisions
    ]
    return sorted(decisions, key=lambda decision: decision.decided_at)


class _Order(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    unit: str
    received: Told
    dispatched: Told
    closed: Told | None = None
    city: Told
    street: Told
    return_by: Told | None = None
    title: str
    content: str
    type: str
    channel: str
    category: tuple[str, ...]
    address: str = ""
    community: str = ""
    caller_name: str = ""
    caller_phone: str
    urgent: bool = False
    is_secret: bool = False
    first_contact: bool = False
    labels: tuple[str, ...] = ()
    previous: str = ""
    urge: str = ""
    reply: str = ""
    extra: dict[str, str] = {}


class _Annotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    order: str
    kind: Kind
    code: str
    text: str
    about: About = About()
    earlier: tuple[str, ...] = ()
    evidence: tuple[Statement, ...] = ()
    route: str = ""
    suggested_unit: str = ""
    tell_citizen: str = ""
    author: str
    written: Told


class _Decision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    annotation: str
    ruling: Ruling
    text: str
    decided_by: str
    decided: Told


class _Street(Struct, frozen=True, forbid_unknown_fields=True):
    units: tuple[SampleUnit, ...]
    workers: tuple[SampleWorker, ...]
    orders: tuple[_Order, ...]
    annotations: tuple[_Annotation, ...]
    decisions: tuple[_Decision, ...]


@lru_cache(maxsize=1)
def _street() -> _Street:
    file = resources.files("caseworker.sample").joinpath("street.toml")
    return convert(tomllib.loads(file.read_text("utf-8")), _Street)


def _moment(told: str, now: datetime) -> datetime:
    here = now.astimezone(HOTLINE_ZONE).replace(second=0, microsecond=0)
    written = re.fullmatch(_FROM_NOW, told)
    if written is None:
        raise ValueError(told)
    if written["days"]:
        hour, minute = map(int, written["clock"].split(":"))
        return here.replace(hour=hour, minute=minute) + timedelta(days=int(written["days"]))
    away = timedelta(hours=int(written["hours"]), minutes=int(written["minutes"]))
    return here - away if written["sign"] == "-" else here + away


def _numbers(now: datetime) -> dict[str, str]:
    """Key of an order → its number: region, day of the call, place in the file."""
    return {
        told.key: f"{REGION}{_moment(told.received, now):%Y%m%d}{place:04}"
        for place, told in enumerate(_street().orders, start=1)
    }


def _order(told: _Order, numbers: dict[str, str], now: datetime) -> WorkOrder:
    deadlines: dict[Level, datetime] = {
        "city": _moment(told.city, now),
        "street": _moment(told.street, now),
    }
    return WorkOrder(
        order_no=numbers[told.key],
        title=told.title,
        content=told.content.strip(),
        state="closed" if told.closed else "open",
        type=told.type,
        channel=told.channel,
        category=tuple(map(CategoryStep, told.category)),
        received_at=_moment(told.received, now),
        dispatched_at=_moment(told.dispatched, now),
        closed_at=_moment(told.closed, now) if told.closed else None,
        deadline=own_deadline(deadlines, "street"),
        deadlines=deadlines,
        return_by=_moment(told.return_by, now) if told.return_by else None,
        address=told.address,
        street="和平街道",
        community=told.community,
        unit=told.unit,
        urgent=told.urgent,
        labels=told.labels,
        caller_name=told.caller_name,
        caller_phone=told.caller_phone,
        is_secret=told.is_secret,
        first_contact=told.first_contact,
        previous_no=numbers[told.previous] if told.previous else "",
        urge_no=numbers[told.urge] if told.urge else "",
        reply=told.reply,
        revision=1,
        substance_revision=1,
        extra=dict(told.extra),
    )


def _annotation(told: _Annotation, numbers: dict[str, str], now: datetime) -> Annotation:
    about = told.about
    if about.kind == "matter":
        about = About("matter", numbers[about.name])
    return Annotation(
        id=told.id,
        order_no=numbers[told.order],
        order_revision=1,
        kind=told.kind,
        code=told.code,
        text=told.text,
        about=about,
        earlier=tuple(numbers[key] for key in told.earlier),
        evidence=told.evidence,
        route=told.route,
        suggested_unit=told.suggested_unit,
        tell_citizen=told.tell_citizen,
        author=told.author,
        device="sample",
        written_at=_moment(told.written, now),
    )
