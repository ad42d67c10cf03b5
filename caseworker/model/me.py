"""Who a token belongs to, as the hub says it and the desk keeps it."""

from typing import Literal

from msgspec import Struct

from caseworker.model.order import Level, Line

Role = Literal["cadre", "office", "lead", "centre"]


class Limits(Struct, frozen=True):
    """What the hub takes: changes in a page, annotations in a batch, bytes in a body."""

    page: int
    batch: int
    body_bytes: int


class Me(Struct, frozen=True, kw_only=True):
    """Who the token belongs to, and what they may see."""

    worker: Line
    unit: Line
    unit_name: Line
    level: Level
    roles: tuple[Role, ...]
    scope: tuple[Line, ...]
    limits: Limits
    taxonomy_version: str
