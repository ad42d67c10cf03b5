"""A file goes into the form by its path, is refused with a sentence, and is taken away again."""

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft, drafts
from screens.app import Desk
from tests.screens.shown import shown
from tests.screens.street import JOB

SIZE = (140, 40)
TO_FORM = ("j", "j", "j", "j", "j", "u", "3")
NAMES = {"/": "slash", ".": "full_stop", "_": "underscore", "-": "minus"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 5_000


async def test_a_file_is_added_by_its_path_and_taken_away_again(
    desk: Desk, cache: Cache, tmp_path: Path
) -> None:
    (tmp_path / "visit.png").write_bytes(PNG)
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_FORM, "ctrl+o", *str(tmp_path / "vis"), "tab")
        assert "visit.png, 4 KB" in shown(desk)
        await _press(pilot, "enter")
        assert "visit.png, 4 KB" in shown(desk)
        assert [said.file.name for said in _draft(cache).evidence if said.file] == ["visit.png"]
        await _press(pilot, "ctrl+o", "2")
        assert "visit.png" not in shown(desk)
        assert drafts(cache, JOB) == []


async def test_what_is_no_evidence_is_refused_with_a_sentence(
    desk: Desk, cache: Cache, tmp_path: Path
) -> None:
    (tmp_path / "not.png").write_bytes(b"no picture")
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_FORM, "ctrl+o", *str(tmp_path / "gone.png"), "enter")
        assert "There is no file" in shown(desk)
        for _sign in "gone.png":
            await pilot.press("backspace")
        await _press(pilot, *"not.png", "enter")
        assert "not.png is not what its name says" in shown(desk)
        await _press(pilot, "escape")
        assert drafts(cache, JOB) == []


async def test_without_a_reason_it_is_not_known_what_a_file_would_show(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_FORM[:-1], "ctrl+o")
        assert "Choose the reason first" in shown(desk)


def _draft(cache: Cache) -> Draft:
    return drafts(cache, JOB)[0].draft


async def _press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(
            {"/": "slash", ".": "full_stop", "_": "underscore", "-": "minus"}.get(key, key)
        )
    await pilot.pause()
