"""A copy of evidence leaves the desk: for one reader, named harmlessly, and never unrecorded."""

import os
from pathlib import Path

import pytest

from caseworker.cache import disclosures, evidence
from caseworker.cache.connection import Cache
from caseworker.desk import taking_out
from caseworker.desk.taking_out import save_copy
from caseworker.model.annotation import FileRef
from caseworker.model.trouble import Trouble
from tests.builders import NOW, an_order, put

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 2_000


@pytest.fixture
def file(cache: Cache) -> FileRef:
    put(cache, an_order("1"), an_order("2", is_secret=True))
    return a_file(cache)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "取出"
    made.mkdir()
    return made


def a_file(
    cache: Cache, name: str = "现场记录.pdf", media_type: str = "application/pdf"
) -> FileRef:
    return FileRef(evidence.put_file(cache, PDF, NOW), len(PDF), media_type, name)


def test_the_copy_is_whole_and_its_readers_alone_and_recorded(
    cache: Cache, file: FileRef, folder: Path
) -> None:
    before = os.umask(0)
    try:
        copy = save_copy(cache, "1", file, folder, NOW)
    finally:
        os.umask(before)
    assert copy == folder / "现场记录.pdf"
    assert copy.read_bytes() == PDF
    assert copy.stat().st_mode & 0o777 == 0o600
    (line,) = disclosures.all_lines(cache)
    assert (line.act, line.order_no, line.what) == ("exported", "1", f"evidence {file.sha256}")


def test_nothing_is_overwritten(cache: Cache, file: FileRef, folder: Path) -> None:
    (folder / "现场记录.pdf").write_text("mine")
    (folder / "现场记录 (2).pdf").symlink_to(folder / "elsewhere")
    assert save_copy(cache, "1", file, folder, NOW).name == "现场记录 (3).pdf"
    assert (folder / "现场记录.pdf").read_text() == "mine"
    assert not (folder / "elsewhere").exists()


@pytest.mark.parametrize(
    ("sent", "saved"),
    [
        ("../../etc/cron.pdf", "_.._etc_cron.pdf"),
        ("a\u202efdp.exe", "afdp.exe.pdf"),
        ("写\x1b[31m红.pdf", "写[31m红.pdf"),
        ("C:\\temp\\a.pdf", "C__temp_a.pdf"),
        (".bashrc", "bashrc.pdf"),
        ("...", f"{'{sha}'}.pdf"),
        ("长" * 300 + ".pdf", "长" * taking_out.NAME_MAX + ".pdf"),
        ("photo.jpg", "photo.jpg.pdf"),
    ],
)
def test_whatever_it_was_called_the_copy_has_a_harmless_name(
    sent: str, saved: str, cache: Cache, file: FileRef, folder: Path
) -> None:
    copy = save_copy(cache, "1", a_file(cache, sent), folder, NOW)
    assert copy.parent == folder
    assert copy.name == saved.format(sha=file.sha256[:12])


def test_a_secret_orders_files_stay(cache: Cache, file: FileRef, folder: Path) -> None:
    with pytest.raises(Trouble, match="secret"):
        save_copy(cache, "2", file, folder, NOW)
    assert (list(folder.iterdir()), disclosures.all_lines(cache)) == ([], [])


def test_what_is_not_here_or_cannot_be_written_says_so_and_leaves_nothing(
    cache: Cache, file: FileRef, folder: Path
) -> None:
    with pytest.raises(Trouble, match="no folder"):
        save_copy(cache, "1", file, folder / "gone", NOW)
    (folder / "a").write_text("a file")
    with pytest.raises(Trouble, match="is no folder"):
        save_copy(cache, "1", file, folder / "a", NOW)
    elsewhere = FileRef("f" * 64, 9, "application/pdf", "b.pdf")
    with pytest.raises(Trouble, match="not on this desk yet"):
        save_copy(cache, "1", elsewhere, folder, NOW)
    assert [one.name for one in folder.iterdir()] == ["a"]
    assert disclosures.all_lines(cache) == []


def test_without_a_line_in_the_log_there_is_no_copy(
    cache: Cache, file: FileRef, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_all: object) -> None:
        raise Trouble("The disk is full")

    monkeypatch.setattr(disclosures, "note", full)
    with pytest.raises(Trouble, match="full"):
        save_copy(cache, "1", file, folder, NOW)
    assert list(folder.iterdir()) == []
