"""A file of evidence on the screen: its picture or its text, or in words why neither."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from PIL import Image, ImageDraw
from textual.pilot import Pilot

from caseworker import locale
from caseworker.cache import disclosures, evidence
from caseworker.cache.annotations import put_annotation
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import drafts
from caseworker.desk import evidence as desk_evidence
from caseworker.desk.picture import photograph
from caseworker.model.annotation import Annotation, FileRef, Statement
from caseworker.model.trouble import Trouble
from screens.app import Desk
from tests.screens.shown import settled, shown
from tests.screens.street import JOB, NOW
from tests.screens.test_pictures import Snap

SIZE = (140, 40)
TO_JOB = ("j", "j", "j", "j", "j")
VISIT = (
    "11月23日 15:00 走访记录\n到场：李敏、陈芳\n" + "车库东墙渗水，地面有积水约两平方米。\n" * 30
)
PDF = b"%PDF-1.7\n" + b"\0" * 90_000


def a_photograph(width: int = 320, height: int = 200) -> bytes:
    """A garage wall with a wet patch, drawn by us."""
    image = Image.new("RGB", (width, height), (196, 190, 178))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, height * 3 // 4, width, height), fill=(92, 92, 98))
    pen.ellipse((width // 4, height // 5, width * 3 // 4, height * 4 // 5), fill=(84, 104, 122))
    pen.rectangle((width // 10, height // 3, width // 5, height * 3 // 4), fill=(150, 60, 50))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def rests_on(cache: Cache, name: str, media_type: str, content: bytes, *, here: bool = True) -> str:
    """A colleague's proposal on the order about a job that names a file; the file's hash."""
    sha256 = "f" * 64
    if here:
        sha256 = evidence.put_file(cache, content, NOW)
    said = Annotation(
        id="019aaaaa-1111-7000-8000-00000000000a",
        order_no=JOB,
        order_revision=1,
        kind="unreasonable",
        code="U01",
        text="依法不属于街道职权，已当面说明。",
        evidence=(
            Statement("clause", "劳动争议调解仲裁法第二十七条"),
            Statement("explained", "车库东墙", FileRef(sha256, len(content), media_type, name)),
        ),
        tell_citizen="请走劳动仲裁。",
        author="赵强",
        written_at=NOW - timedelta(hours=2),
    )
    with cache.writing():
        put_annotation(cache, said)
    return sha256


async def test_a_photograph_stands_in_half_cells_with_its_size_and_its_author(
    desk: Desk, cache: Cache
) -> None:
    rests_on(cache, "wall.png", "image/png", a_photograph())
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "F")
        await settled(pilot)
        page = shown(desk)
        assert "320 × 200" in page
        assert "赵强" in page
        assert "▀" * 40 in page


async def test_a_text_is_cut_and_says_so(desk: Desk, cache: Cache) -> None:
    rests_on(cache, "note.txt", "text/plain", ("两人到场。\x1b[31m" + "墙" * 5_000).encode())
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "F")
        await settled(pilot)
        assert "两人到场" in shown(desk)
        assert "\x1b" not in shown(desk)
        await _press(pilot, "G")
        assert "the first 4000 characters" in shown(desk)


@pytest.mark.parametrize(
    ("name", "media_type", "content", "told"),
    [
        ("a.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "The picture is broken"),
        ("a.png", "image/png", a_photograph()[:200], "The picture is broken"),
        ("a.pdf", "application/pdf", PDF, "S  saves a copy"),
    ],
)
async def test_what_cannot_be_shown_says_so_in_a_sentence(
    name: str, media_type: str, content: bytes, told: str, desk: Desk, cache: Cache
) -> None:
    rests_on(cache, name, media_type, content)
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "F")
        await settled(pilot)
        assert told in shown(desk)


async def test_a_file_that_is_at_the_hub_alone_is_asked_for(desk: Desk, cache: Cache) -> None:
    sha256 = rests_on(cache, "wall.png", "image/png", b"", here=False)
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "F")
        assert "the next sync brings it" in shown(desk)
        assert evidence.wanted(cache) == [sha256]


async def test_a_copy_is_saved_into_a_folder_that_one_names(
    desk: Desk, cache: Cache, tmp_path: Path
) -> None:
    rests_on(cache, "visit.pdf", "application/pdf", PDF)
    folder = tmp_path / "out"
    folder.mkdir()
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "F", "S", *str(tmp_path / "gone"), "enter")
        assert "There is no folder" in shown(desk)
        for _sign in "gone":
            await pilot.press("backspace")
        await _press(pilot, *"out", "enter")
        await settled(pilot)
        assert "Saved for you alone, and recorded" in shown(desk)
    assert (folder / "visit.pdf").read_bytes() == PDF
    assert [line.act for line in disclosures.all_lines(cache)] == ["exported"]


async def test_the_reviewer_looks_at_a_file_from_the_form(desk: Desk, cache: Cache) -> None:
    rests_on(cache, "wall.png", "image/png", a_photograph())
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "v", "2", "ctrl+o")
        await settled(pilot)
        assert "320 × 200" in shown(desk)
        await _press(pilot, "escape")
        assert "verdict" in shown(desk)


async def test_one_goes_on_typing_while_twenty_megabytes_are_taken_in(
    desk: Desk, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "big.pdf").write_bytes(b"%PDF-1.7\n" + b"\1" * (20 * 2**20 - 9))
    disk, take_in = Event(), desk_evidence.take_in

    def slowly(own: Cache, path: Path, now: datetime) -> FileRef:
        assert disk.wait(30)
        return take_in(own, path, now)

    monkeypatch.setattr(desk_evidence, "take_in", slowly)
    async with desk.run_test(size=SIZE) as pilot:
        await _press(pilot, *TO_JOB, "u", "3", "ctrl+o", *str(tmp_path / "big.pdf"), "enter")
        assert "taking in big.pdf" in shown(desk)
        await _press(pilot, "tab", *"grounds", "ctrl+s")
        assert "still being taken in" in shown(desk)
        disk.set()
        await settled(pilot)
        assert "big.pdf, 20480 KB" in shown(desk)
    (kept,) = drafts(cache, JOB)
    assert kept.draft.text == "grounds"
    assert [said.file.size for said in kept.draft.evidence if said.file] == [20 * 2**20]


def test_a_photograph_with_too_many_points_is_not_decoded() -> None:
    written = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(written, "PNG")
    with pytest.raises(Trouble, match="50 million points"):
        photograph(written.getvalue(), "image/png")


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("what", ["photograph", "text", "outside", "saving"])
def test_the_page_of_a_file_looks_as_it_did(
    what: str, language: str, size: tuple[int, int], desk: Desk, cache: Cache, snap_compare: Snap
) -> None:
    locale.set_language(language)
    if what == "photograph":
        rests_on(cache, "车库东墙.png", "image/png", a_photograph())
    elif what == "text":
        rests_on(cache, "走访记录.txt", "text/plain", VISIT.encode())
    else:
        rests_on(cache, "现场记录.pdf", "application/pdf", PDF)

    async def go(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await _press(pilot, *TO_JOB, "F", *(("S", *"/tmp") if what == "saving" else ()))
        await settled(pilot)

    assert snap_compare(desk, terminal_size=size, run_before=go)
    assert not desk.return_code


async def _press(pilot: Pilot[Any], *keys: str) -> None:
    names = {"/": "slash", ".": "full_stop", "_": "underscore", "-": "minus"}
    for key in keys:
        await pilot.press(names.get(key, key))
    await pilot.pause()
