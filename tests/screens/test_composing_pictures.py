"""Each state of composing, in both languages and at two sizes."""

from typing import Any

import pytest
from textual.pilot import Pilot

from caseworker import locale
from caseworker.cache.connection import Cache
from screens.app import Desk
from tests.screens.shown import settled
from tests.screens.test_composing import TO_GARAGE, known_before
from tests.screens.test_pictures import Snap

STATES = {
    "templates": ("c", "ctrl+t"),
    "filling_in": ("c", "ctrl+t", "1", *"Wang", "tab"),
    "about_a_place": ("c", "3", "enter", "x", "tab", *"2h ago", "tab", "2", "tab"),
    "drafts": ("c", "tab", *"first", "ctrl+n", "3", "enter", *"second", "escape", "D"),
    "known_before": ("enter",),
    "ended": ("E", "tab"),
}


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("state", list(STATES))
def test_a_state_of_composing_looks_as_it_did(
    state: str, language: str, size: tuple[int, int], desk: Desk, cache: Cache, snap_compare: Snap
) -> None:
    locale.set_language(language)
    known_before(cache)

    async def go(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for key in (*TO_GARAGE, *STATES[state]):
            await pilot.press(key)
        await settled(pilot)

    assert snap_compare(desk, terminal_size=size, run_before=go)
    assert not desk.return_code
