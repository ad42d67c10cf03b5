"""A file of evidence is what its name says, of a kind that is taken, and neither empty nor huge."""

import pytest

from caseworker.model.annotation import FileRef, Statement
from caseworker.model.evidence import (
    ENDINGS,
    FILE_BYTES_MAX,
    FILES_MAX,
    files_of,
    is_of_type,
    type_of_name,
)
from tests.model.marks import a_mark, refused

BEGINNINGS = {
    ".jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    ".jpeg": b"\xff\xd8\xff\xe1",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".webp": b"RIFF\x24\x00\x00\x00WEBP",
    ".pdf": b"%PDF-1.7",
    ".docx": b"PK\x03\x04",
    ".xlsx": b"PK\x03\x04",
    ".txt": "两人到现场查看".encode(),
}
HTML = b"<!DOCTYPE html>"


def a_file(name: str = "现场.jpg", number: int = 1, **fields: object) -> FileRef:
    given = {
        "sha256": f"{number:064x}",
        "size": 1_000,
        "media_type": type_of_name(name) or "application/octet-stream",
        "name": name,
    }
    return FileRef(**(given | fields))  # type: ignore[arg-type]


def reasons(*files: FileRef) -> set[str]:
    shown = tuple(Statement("photo", file=file) for file in files)
    mark = a_mark("U03")
    return refused(a_mark("U03", evidence=(*mark.evidence, *shown)))


def test_every_kind_of_file_that_is_taken_has_a_beginning_here() -> None:
    assert BEGINNINGS.keys() == ENDINGS.keys()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_is_known_by_its_beginning(ending: str) -> None:
    assert is_of_type(ENDINGS[ending], BEGINNINGS[ending])
    others = [
        begins
        for other, begins in BEGINNINGS.items()
        if begins[:4] != BEGINNINGS[ending][:4] and ENDINGS[other] != ENDINGS[ending]
    ]
    # An older encoding makes characters of nearly anything that holds no NUL.
    if ending != ".txt":
        assert not any(is_of_type(ENDINGS[ending], other) for other in (*others, HTML, b""))
    assert reasons(a_file(f"照片{ending.upper()}")) == set()


def test_a_text_may_be_cut_in_the_middle_of_a_character_and_holds_no_nul() -> None:
    for encoding in ("utf-8", "gb18030"):
        for cut in range(1, 5):
            assert is_of_type("text/plain", "走访记录".encode(encoding)[:-cut])
    assert not is_of_type("text/plain", b"MZ\x00\x01")


@pytest.mark.parametrize(
    "name", ["病毒.exe", "照片", "", " ", ".", "folder/照片.jpg", "c:\\照片.jpg"]
)
def test_a_name_is_a_files_own_name_with_an_ending_that_is_taken(name: str) -> None:
    assert reasons(a_file(name)) == {"evidence_type_unknown"}


def test_a_media_type_that_the_name_does_not_promise_is_refused() -> None:
    assert reasons(a_file("照片.jpg", media_type="application/pdf")) == {"evidence_not_its_type"}


def test_an_empty_file_and_a_huge_one_are_refused() -> None:
    assert reasons(a_file(size=0)) == {"evidence_empty"}
    assert reasons(a_file(size=FILE_BYTES_MAX)) == set()
    assert reasons(a_file(size=FILE_BYTES_MAX + 1)) == {"evidence_too_large"}


def test_no_more_files_than_a_reviewer_can_look_at() -> None:
    files = [a_file(number=number) for number in range(FILES_MAX + 1)]
    assert reasons(*files[:-1]) == set()
    assert reasons(*files) == {"evidence_too_many"}


def test_a_file_is_evidence_without_words_and_counts_once() -> None:
    file = a_file("条款.pdf")
    shown = (Statement("clause", file=file), Statement("explained", file=file))
    assert refused(a_mark("U01", evidence=shown)) == set()
    assert files_of(a_mark("U01", evidence=shown)) == [file]
