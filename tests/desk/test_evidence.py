"""A file of evidence is what its name says, or one sentence says why not and nothing is lost."""

from pathlib import Path

import pytest
from msgspec import structs

from caseworker.cache import evidence as files
from caseworker.cache.connection import Cache
from caseworker.desk.evidence import completed, extract_of, take_in, typed_path, with_file
from caseworker.model.annotation import Statement
from caseworker.model.trouble import Trouble
from tests.builders import NOW, a_draft, an_order, put, say

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("visit.png", b"not a picture", "not what its name says"),
        ("visit.png", b"", "is empty"),
        ("visit.exe", b"MZ", "cannot be evidence"),
        ("minutes.pdf", PNG, "not what its name says"),
    ],
)
def test_what_is_no_evidence_is_told_in_one_sentence_and_not_kept(
    name: str, content: bytes, told: str, cache: Cache, tmp_path: Path
) -> None:
    with pytest.raises(Trouble, match=told):
        take_in(cache, file(tmp_path, name, content), NOW)
    assert cache.value("SELECT count(*) FROM evidence_files") == 0


def test_a_path_that_does_not_exist_is_named(cache: Cache, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="There is no file"):
        take_in(cache, tmp_path / "gone.png", NOW)


def test_a_folder_is_no_file(cache: Cache, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="is no file"):
        take_in(cache, tmp_path, NOW)


def test_a_file_is_kept_by_its_content_once(cache: Cache, tmp_path: Path) -> None:
    first = take_in(cache, file(tmp_path, "a.png", PNG), NOW)
    second = take_in(cache, file(tmp_path, "b.png", PNG), NOW)
    assert first.sha256 == second.sha256
    assert (first.size, first.media_type, first.name) == (len(PNG), "image/png", "a.png")
    assert files.read_file(cache, first.sha256) == PNG
    assert cache.value("SELECT count(*) FROM evidence_files") == 1


def test_a_file_stands_beside_the_words_and_goes_with_the_annotation(
    cache: Cache, tmp_path: Path
) -> None:
    put(cache, an_order("1"))
    kept = take_in(cache, file(tmp_path, "clause.png", PNG), NOW)
    draft = structs.replace(
        a_draft("1", "unreasonable", code="U01"),
        evidence=(Statement("clause", "第十条"), Statement("explained", "2026-11-20 当面")),
        text="其要求违反劳动合同法第十条",
    )
    written = say(cache, with_file(draft, "clause", kept)).annotation
    assert written.evidence[0] == Statement("clause", "第十条", kept)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig"])
def test_the_words_of_a_text_file_are_read(encoding: str, cache: Cache, tmp_path: Path) -> None:
    kept = take_in(cache, file(tmp_path, "走访.txt", "两人到场".encode(encoding)), NOW)
    assert extract_of(cache, kept) == "两人到场"


def test_a_path_is_completed_as_far_as_only_one_way_leads(tmp_path: Path) -> None:
    for name in ("visit-1.png", "visit-2.png", "visit.exe", ".visit.png"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "photos").mkdir()
    assert completed(f"{tmp_path}/v") == (
        f"{tmp_path}/visit-",
        ["visit-1.png", "visit-2.png"],
    )
    assert completed(f"{tmp_path}/visit-2") == (f"{tmp_path}/visit-2.png", ["visit-2.png"])
    assert completed(f"{tmp_path}/p") == (f"{tmp_path}/photos/", ["photos/"])
    assert completed(f"{tmp_path}/gone/x") == (f"{tmp_path}/gone/x", [])
    assert completed("a\0b") == ("a\0b", [])


def test_quotes_that_a_terminal_puts_around_a_dropped_file_do_not_count() -> None:
    assert typed_path(" '/a b/c.png' ") == Path("/a b/c.png")
    assert typed_path("/a/it's.png") == Path("/a/it's.png")
