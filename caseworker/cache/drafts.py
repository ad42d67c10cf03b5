"""Drafts: what a worker is still typing. Local only, durable at every keystroke's save."""

from datetime import datetime
from typing import Any

from msgspec import Struct, json

from caseworker.cache.connection import Cache
from caseworker.model.annotation import About, Kind, Statement


class Draft(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An annotation in the making; nothing in it is checked."""

    id: str
    order_no: str
    kind: Kind
    code: str = ""
    text: str = ""
    about: About = About()
    observed: str = ""
    """When it was seen, as it was typed: half a date is kept like half a word."""
    observed_at: datetime | None = None
    """What that was understood as when it was typed, so that "2h ago" stays what it was."""
    openings: tuple[str, ...] = ()
    """The fill-ins of a template as they stand in the words while nobody has filled them in."""
    earlier: tuple[str, ...] = ()
    evidence: tuple[Statement, ...] = ()
    route: str = ""
    suggested_unit: str = ""
    tell_citizen: str = ""
    target: str = ""
    endorse: bool | None = None
    supersedes: str = ""


class SavedDraft(Struct, frozen=True):
    """A draft, and when it was last saved (seconds since 1970)."""

    draft: Draft
    saved_at: int


def save_draft(cache: Cache, draft: Draft, at: datetime) -> None:
    """Save a draft under its id. One transaction."""
    with cache.writing():
        cache.execute(
            "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?, ?)",
            (draft.id, draft.order_no, draft.kind, int(at.timestamp()), json.encode(draft)),
        )


def drop_draft(cache: Cache, draft_id: str) -> None:
    """Forget a draft: it was saved as an annotation, or its author threw it away."""
    with cache.writing():
        cache.execute("DELETE FROM drafts WHERE id = ?", (draft_id,))


def drafts(cache: Cache, order_no: str | None = None) -> list[SavedDraft]:
    """Drafts of one order, or of all, the latest first."""
    where, parameters = ("WHERE order_no = ?", [order_no]) if order_no is not None else ("", [])
    return [
        _saved(row)
        for row in cache.rows(
            f"SELECT body, saved_at FROM drafts {where} ORDER BY saved_at DESC, id DESC", parameters
        )
    ]


def _saved(row: Any) -> SavedDraft:
    return SavedDraft(json.decode(bytes(row[0]), type=Draft), row[1])
