"""Files of evidence are kept whole under their hash, and go when nothing names them."""

import hashlib
from datetime import timedelta

from caseworker.cache import annotations, drafts, evidence, outbox
from caseworker.cache.connection import Cache
from caseworker.model.annotation import FileRef, Statement
from caseworker.model.evidence import PIECE_BYTES
from tests.builders import NOW, a_draft
from tests.model.marks import a_mark, an_id

LATER = NOW + timedelta(days=2)


def a_content(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def naming(content: bytes, number: int = 1) -> tuple[Statement, ...]:
    sha256 = hashlib.sha256(content).hexdigest()
    return (Statement("photo", file=FileRef(sha256, len(content), "image/png", f"{number}.png")),)


def test_a_file_is_read_as_it_was_put_from_any_offset(cache: Cache) -> None:
    content = a_content(2 * PIECE_BYTES + 1_000)
    sha256 = evidence.put_file(cache, content, NOW)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert evidence.put_file(cache, content, NOW) == sha256
    assert evidence.read_file(cache, sha256) == content
    for offset in (0, 1, PIECE_BYTES, 2 * PIECE_BYTES + 999, len(content)):
        pieces = list(evidence.pieces_from(cache, sha256, offset))
        assert b"".join(pieces) == content[offset:]
        assert max(map(len, pieces), default=0) <= PIECE_BYTES
    assert evidence.read_file(cache, "0" * 64) is None


def test_only_files_of_receipted_words_are_sent_and_only_once_to_each_hub(cache: Cache) -> None:
    content = a_content(100)
    mark = a_mark("U03", evidence=naming(content))
    sha256 = evidence.put_file(cache, content, NOW)
    outbox.put_in_outbox(cache, mark, NOW)
    assert evidence.to_send(cache, "g1") == []
    cache.execute("UPDATE outbox SET state = 'receipted'")
    assert evidence.to_send(cache, "g1") == [(sha256, 100)]
    evidence.held_by_hub(cache, sha256, "g1")
    assert evidence.to_send(cache, "g1") == []
    assert evidence.to_send(cache, "g2") == [(sha256, 100)]
    evidence.not_taken(cache, sha256, "evidence_not_its_type")
    assert evidence.to_send(cache, "g2") == []
    assert evidence.troubles(cache) == {sha256: "evidence_not_its_type"}


def test_a_file_is_on_its_way_elsewhere_or_here(cache: Cache) -> None:
    content = a_content(100)
    mark = a_mark("U03", evidence=naming(content))
    ((sha256, _statement),) = [(one.file.sha256, one) for one in mark.evidence if one.file]
    with cache.writing():
        annotations.put_annotation(cache, mark)
        assert evidence.put_awaited(cache, mark.id, [sha256])
        assert not evidence.put_awaited(cache, mark.id, [sha256])
    assert evidence.whereabouts(cache, mark) == {sha256: "awaited"}
    with cache.writing():
        assert evidence.put_awaited(cache, mark.id, [])
    assert evidence.whereabouts(cache, mark) == {sha256: "elsewhere"}
    evidence.want(cache, sha256)
    assert evidence.wanted(cache) == [sha256]
    evidence.put_file(cache, content, NOW)
    assert evidence.wanted(cache) == []
    assert evidence.whereabouts(cache, mark) == {sha256: "here"}


def test_a_file_that_nothing_names_goes_after_a_day(cache: Cache) -> None:
    contents = [a_content(size) for size in (10, 20, 30)]
    said, drafted, unnamed = [evidence.put_file(cache, one, NOW) for one in contents]
    drafts.save_draft(cache, a_draft("1", evidence=naming(contents[1])), NOW)
    with cache.writing():
        annotations.put_annotation(cache, a_mark("U03", id=an_id(7), evidence=naming(contents[0])))
        assert evidence.drop_unnamed(cache, NOW) == 0
        assert evidence.drop_unnamed(cache, LATER) == 1
    assert [evidence.holds_file(cache, one) for one in (said, drafted, unnamed)] == [1, 1, 0]
    assert cache.value("SELECT count(*) FROM evidence_pieces") == 2
