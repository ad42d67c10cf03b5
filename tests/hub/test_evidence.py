"""Evidence at the hub: only its author sends it, only who may see it gets it, and growth ends."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select

from caseworker.model.annotation import Annotation, FileRef, Statement
from caseworker.model.wire import PIECE_BYTES_MIN, AnnotationChange
from hub import evidence
from hub.store import evidence_file, evidence_piece
from tests.hub.town import OTHER_STREET, Desk, Town, an_id, an_order, problem
from tests.model.marks import a_mark, a_review, a_withdrawal

PIECE = PIECE_BYTES_MIN
CONTENT = b"\xff\xd8\xff\xe0" + bytes(range(250)) * 140
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def a_proposal(number: int = 1, content: bytes = CONTENT, **fields: Any) -> Annotation:
    given: dict[str, Any] = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "media_type": "image/jpeg",
        "name": "现场.jpg",
    }
    file = FileRef(**(given | fields))
    mark = a_mark("U03", id=an_id(number), order_no="1")
    shown = (*mark.evidence, Statement("photo", file=file))
    return a_mark("U03", id=an_id(number), order_no="1", evidence=shown)


def ask(desk: Desk, method: str, sha256: str = SHA256, **request: Any) -> Response:
    headers = {"Authorization": f"Bearer {desk.token}"} | request.pop("headers", {})
    return desk.town.client.request(method, f"/v1/evidence/{sha256}", headers=headers, **request)


def send(desk: Desk, offset: int, piece: bytes, sha256: str = SHA256) -> Response:
    return ask(desk, "PATCH", sha256, headers={"Upload-Offset": str(offset)}, content=piece)


def send_all(desk: Desk, content: bytes = CONTENT) -> Response:
    answer = Response(500)
    for offset in range(0, len(content), PIECE):
        piece = content[offset : offset + PIECE]
        answer = send(desk, offset, piece, hashlib.sha256(content).hexdigest())
        assert answer.status_code == 200, answer.text
    return answer


def rows(town: Town) -> tuple[int, int]:
    """Files and pieces in the store."""
    with town.store.reading() as connection:
        files = connection.execute(select(func.count()).select_from(evidence_file)).scalar_one()
        pieces = connection.execute(select(func.count()).select_from(evidence_piece)).scalar_one()
    return files, pieces


@pytest.fixture
def office(town: Town) -> Desk:
    town.load(an_order("1"), an_order("2"))
    return town.enrol("李敏")


def test_head_tells_the_offset_and_the_last_piece_completes_it(office: Desk) -> None:
    office.store(a_proposal())
    told = ask(office, "HEAD")
    assert (told.status_code, told.headers["Upload-Offset"]) == (204, "0")
    assert told.headers["Upload-Length"] == str(len(CONTENT))
    send(office, 0, CONTENT[:PIECE])
    told = ask(office, "HEAD")
    assert (told.headers["Upload-Offset"], told.headers["Upload-Complete"]) == (str(PIECE), "?0")
    answer = send(office, 0, CONTENT[:PIECE])
    assert problem(answer) == (409, "offset_differs")
    assert answer.headers["Upload-Offset"] == str(PIECE)
    send(office, PIECE, CONTENT[PIECE : 2 * PIECE])
    assert send(office, 2 * PIECE, CONTENT[2 * PIECE :]).json()["complete"]
    assert ask(office, "HEAD").headers["Upload-Complete"] == "?1"
    # A last piece whose answer was lost changes nothing when it comes again.
    assert send(office, 2 * PIECE, CONTENT[2 * PIECE :]).json()["complete"]
    assert ask(office, "GET").content == CONTENT
    assert ask(office, "GET", params={"offset": 30_000}).content == CONTENT[30_000:]
    assert ask(office, "GET", params={"offset": len(CONTENT)}).content == b""


def test_only_who_may_see_the_order_gets_it_and_only_its_author_sends_it(
    town: Town, office: Desk
) -> None:
    colleague, stranger = town.enrol("孙涛"), town.enrol("周芳", OTHER_STREET)
    assert problem(send(office, 0, CONTENT[:PIECE])) == (404, "evidence_unknown")
    office.store(a_proposal())
    assert problem(send(colleague, 0, CONTENT[:PIECE])) == (404, "evidence_unknown")
    assert ask(colleague, "HEAD").status_code == 204
    assert problem(ask(colleague, "GET")) == (404, "evidence_unknown")
    send_all(office)
    assert ask(colleague, "GET").content == CONTENT
    assert ask(town.enrol("刘处", role="centre"), "GET").content == CONTENT
    for method in ("GET", "PATCH"):
        answer = ask(stranger, method, headers={"Upload-Offset": "0"}, content=b"x")
        assert problem(answer) == (404, "evidence_unknown")
    assert ask(stranger, "HEAD").status_code == 404
    assert problem(ask(office, "GET", "0" * 64)) == (404, "evidence_unknown")


def test_what_is_not_the_file_of_that_hash_is_thrown_away(town: Town, office: Desk) -> None:
    office.store(a_proposal())
    other = CONTENT[:-1] + b"?"
    send(office, 0, other[:PIECE])
    send(office, PIECE, other[PIECE : 2 * PIECE])
    assert problem(send(office, 2 * PIECE, other[2 * PIECE :])) == (409, "evidence_differs")
    assert rows(town) == (1, 0)
    too_long = send(office, 0, CONTENT + b"more")
    assert problem(too_long) == (409, "evidence_differs")
    send_all(office)
    assert ask(office, "GET").content == CONTENT


def test_pieces_have_a_size_and_a_type(town: Town, office: Desk) -> None:
    office.store(a_proposal())
    for piece, expected in (
        (b"", (400, "malformed")),
        (CONTENT[: PIECE - 1], (400, "malformed")),
        (b"\xff\xd8\xff" + bytes(evidence.PIECE_BYTES_MAX), (413, "too_large")),
        (b"MZ\x00\x01" + bytes(PIECE), (415, "evidence_not_its_type")),
    ):
        assert problem(send(office, 0, piece)) == expected
    assert problem(ask(office, "PATCH", content=b"x")) == (400, "malformed")
    assert rows(town) == (1, 0)


def awaited(desk: Desk, mark: Annotation) -> tuple[str, ...]:
    """What the feed says is on its way."""
    return next(
        change.awaited
        for change in reversed(desk.pull()[0])
        if isinstance(change, AnnotationChange) and change.annotation.id == mark.id
    )


def test_a_proposal_says_that_evidence_is_on_its_way_and_is_not_granted_before(
    town: Town, office: Desk
) -> None:
    colleague, centre = town.enrol("孙涛"), town.enrol("刘处", role="centre")
    mark = office.store(a_proposal())
    # Nobody endorses what only its author has seen; to decline it needs no file.
    early = colleague.say(a_review(mark, id=an_id(2)))
    assert (early.reason, early.params) == ("review_before_evidence", {"files": "现场.jpg"})
    colleague.store(a_review(mark, id=an_id(3), endorse=False))
    # What needs no review waits for its file all the same.
    photo = mark.evidence[-1:]
    objection = office.store(a_mark("J01", id=an_id(4), order_no="1", evidence=photo))
    assert awaited(colleague, mark) == awaited(colleague, objection) == (SHA256,)
    assert problem(centre.decide(objection)) == (409, "evidence_on_its_way")
    cursor = colleague.pull()[1]
    send_all(office)
    assert len(colleague.pull(cursor)[0]) == 2
    assert awaited(colleague, mark) == ()
    colleague.store(a_review(mark, id=an_id(2)))
    for one in (mark, objection):
        assert centre.decide(one).status_code == 201


def test_a_file_that_is_here_must_be_what_another_annotation_says_of_it(office: Desk) -> None:
    office.store(a_proposal())
    send_all(office)
    claims: list[dict[str, Any]] = [
        {"size": 1},
        {"media_type": "application/pdf", "name": "条款.pdf"},
    ]
    for number, claim in enumerate(claims, start=5):
        result = office.say(a_proposal(number, **claim))
        assert (result.verdict, result.reason) == ("refused", "evidence_not_its_type")
    assert office.say(a_proposal(9, name="另一个名字.jpeg")).verdict == "stored"


def test_half_a_file_and_an_unused_one_go_after_a_while(town: Town, office: Desk) -> None:
    mark = office.store(a_proposal(1))
    send_all(office)
    half = CONTENT + b"x"
    office.store(a_proposal(2, half))
    send(office, 0, half[:PIECE], hashlib.sha256(half).hexdigest())
    assert rows(town) == (2, 4)
    tidied = []
    for wait in (evidence.HALF_SENT_KEPT, evidence.UNUSED_KEPT):
        town.wait(wait + timedelta(days=1))
        with town.store.writing() as connection:
            tidied.append(evidence.tidy(connection, town.time))
    assert tidied == [1, 0]
    office.store(a_withdrawal(mark, id=an_id(3)))
    town.wait(evidence.UNUSED_KEPT + timedelta(days=1))
    # Whoever sends the next file tidies.
    send(office, 0, half[:PIECE], hashlib.sha256(half).hexdigest())
    assert rows(town) == (2, 1)
    assert problem(ask(office, "GET")) == (404, "evidence_unknown")


def test_a_unit_has_room_for_so_much(
    town: Town, office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "UNIT_BYTES_MAX", 2 * len(CONTENT))
    office.store(a_proposal(1))
    send_all(office)
    more = CONTENT + CONTENT
    office.store(a_proposal(2, more))
    answer = send(office, 0, more[:PIECE], hashlib.sha256(more).hexdigest())
    assert problem(answer) == (413, "evidence_full")
