"""No text of a citizen changes anything on a terminal but the cells it stands in (DESIGN §8)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from caseworker.cache import settings
from caseworker.cache.annotations import put_annotation
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft, save_draft
from caseworker.cache.orders import put_orders
from caseworker.cache.outbox import put_in_outbox
from caseworker.model.annotation import About, Annotation, Statement
from caseworker.model.order import CategoryStep, WorkOrder
from caseworker.model.taxonomy import built_in
from screens.app import Desk
from screens.seat import Seat
from tests.hostile import STORABLE, raw_bytes_in
from tests.screens.shown import shown
from tests.screens.street import NOW

PAGES = {
    "queue": ("j",),
    "order": ("enter",),
    "context": ("c",),
    "side_by_side": ("r",),
    "repeat": ("r", "e"),
    "matter": ("m",),
    "review": ("v",),
    "withdrawal": ("w",),
    "outbox": ("b",),
    "search": ("slash", *"440"),
}

RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


TOGETHER = 6
"""Texts in one order: opening every page takes longer than showing them."""

NAMES = list(STORABLE)


@pytest.mark.parametrize("first", range(0, len(NAMES), TOGETHER), ids=lambda first: NAMES[first])
async def test_every_page_shows_hostile_text_as_cells(
    first: int, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [STORABLE[name] for name in NAMES[first : first + TOGETHER]]
    _store(cache, texts)
    desk = Desk(Seat(cache, clock=lambda: NOW))
    # The first wall alone must hold.
    monkeypatch.setattr(desk, "_walls", [])
    async with desk.run_test(size=(140, 30)) as pilot:
        for page, keys in PAGES.items():
            for key in keys:
                await pilot.press(key)
            await pilot.pause(0.1 if page == "search" else None)

            text = shown(desk)
            assert not RAW.search(text), page
            assert not [hit for one in texts for hit in raw_bytes_in(text.encode(), one)], page
            assert {cell_len(line) for line in text.splitlines()} == {140}, page
            while len(desk.screen_stack) > 1:
                await pilot.press("escape")
                await pilot.pause()


def _store(cache: Cache, texts: list[str]) -> None:
    line = "".join(text[: 1_500 // TOGETHER] for text in texts)
    order = WorkOrder(
        order_no="440300202611050002",
        title=line,
        content="\n".join(texts)[:150_000],
        address=line,
        type=line,
        channel=line,
        category=(CategoryStep(line),),
        community=line,
        unit=line,
        labels=(line,),
        caller_name=line,
        caller_phone=line,
        reply=line,
        previous_no=line,
        received_at=NOW,
        deadline=NOW + timedelta(hours=2),
        revision=1,
    )
    common: dict[str, Any] = {"order_no": order.order_no, "order_revision": 1, "written_at": NOW}
    said = Annotation(
        id="019aaaaa-1111-7000-8000-000000000002",
        kind="objection",
        code=line[:100],
        text=line,
        about=About("place", line),
        evidence=(Statement(line, line),),
        route=line,
        suggested_unit=line,
        tell_citizen=line,
        author=line,
        **common,
    )
    mine = Annotation(
        id="019aaaaa-1111-7000-8000-000000000003",
        kind="context",
        code="C03",
        text=line,
        author="李敏",
        **common,
    )
    draft = Draft(
        id="019aaaaa-1111-7000-8000-000000000004",
        order_no=order.order_no,
        kind="repeat",
        text=line,
        earlier=(line[:500],),
    )
    with cache.writing():
        put_orders(cache, [order], built_in(), from_hub=True)
        put_annotation(cache, said)
        put_in_outbox(cache, mine, NOW)
        cache.execute("UPDATE outbox SET state = 'refused', reason = ?", (line,))
        settings.put(cache, name="李敏")
        save_draft(cache, draft, NOW)
