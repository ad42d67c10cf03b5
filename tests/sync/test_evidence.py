"""Evidence reaches the hub whole and once, over a line that breaks, and comes back whole."""

import hashlib
import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from caseworker.cache import evidence, outbox
from caseworker.model.annotation import Annotation, FileRef, Statement
from caseworker.model.evidence import PIECE_BYTES
from hub.store import evidence_file, evidence_piece
from sync.hotline import Door, HotlineClient, Upload
from tests.builders import an_order
from tests.model.marks import a_mark, an_id
from tests.sync.street import FAULTS, NOW, Desk, Street

ORDER = "440300202611050002"
MEGABYTE = 1024 * 1024


def a_photograph(size: int, seed: int = 1) -> bytes:
    return b"\xff\xd8\xff\xe0" + random.Random(seed).randbytes(size - 4)


def propose(desk: Desk, *contents: bytes, number: int = 1, name: str = "现场.jpg") -> Annotation:
    """A proposal of the desk's worker with files, in its outbox."""
    shown = [
        Statement(
            "photo",
            file=FileRef(evidence.put_file(desk.cache, one, NOW), len(one), "image/jpeg", name),
        )
        for one in contents
    ]
    mark = a_mark("U03", id=an_id(number), order_no=ORDER)
    mark = a_mark("U03", id=an_id(number), order_no=ORDER, evidence=(*mark.evidence, *shown))
    outbox.put_in_outbox(desk.cache, mark, NOW)
    return mark


def held(street: Street) -> dict[str, bytes]:
    """The whole files at the hub."""
    with street.store.reading() as connection:
        whole = connection.execute(
            select(evidence_file.c.sha256).where(evidence_file.c.complete_at.is_not(None))
        ).scalars()
        return {
            sha256: b"".join(
                connection.execute(
                    select(evidence_piece.c.body)
                    .where(evidence_piece.c.sha256 == sha256)
                    .order_by(evidence_piece.c.start)
                ).scalars()
            )
            for sha256 in list(whole)
        }


@pytest.fixture
def desk(street: Street) -> Desk:
    street.load(an_order(ORDER))
    made = street.desk("李敏")
    made.synced()
    return made


def test_twenty_megabytes_arrive_whole_once_over_a_line_that_breaks_ten_times(
    street: Street, desk: Desk
) -> None:
    photograph = a_photograph(20 * MEGABYTE)
    propose(desk, photograph)
    breaks = ["reset_after", "timeout_before", "reset_before", "cut_off", "500_after"] * 2
    faults = ["", "", "", ""]
    for fault in breaks:
        faults += ["", "", "", "", fault]
    report = desk.sync(*faults)
    assert report.trouble is None
    sha256 = hashlib.sha256(photograph).hexdigest()
    assert held(street) == {sha256: photograph}
    sent = [line for line in desk.line.asked if line.startswith("PATCH")]
    # Each break repeats one piece at the most, never the file.
    assert len(sent) <= 20 * MEGABYTE / PIECE_BYTES + len(breaks)
    desk.synced()
    desk.synced()
    assert not [line for line in desk.line.asked if "evidence" in line]


def test_a_line_that_breaks_for_good_is_taken_up_where_it_broke(street: Street, desk: Desk) -> None:
    photograph = a_photograph(3 * MEGABYTE)
    propose(desk, photograph)
    report = desk.sync("", "", "", "", "", "", "", *["refused"] * 20)
    assert report.trouble is not None
    assert held(street) == {}
    assert list(desk.states().values()) == ["receipted"]
    before = len([line for line in desk.line.asked if line.startswith("PATCH")])
    desk.synced()
    after = len([line for line in desk.line.asked if line.startswith("PATCH")])
    assert list(held(street).values()) == [photograph]
    assert after <= 12 - (before - 5)


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_happens_to_a_piece_the_file_arrives_whole(
    street: Street, desk: Desk, fault: str
) -> None:
    photograph = a_photograph(PIECE_BYTES + 1_000)
    propose(desk, photograph)
    for place in (3, 4, 5):
        desk.sync(*[""] * place, fault)
    desk.synced()
    assert list(held(street).values()) == [photograph]


def test_a_late_answer_to_an_earlier_piece_puts_none_into_the_wrong_order(
    street: Street, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    photograph = a_photograph(3 * PIECE_BYTES)
    propose(desk, photograph)
    send, answers = HotlineClient.send_piece, [Upload(PIECE_BYTES, False)]

    def late(self: HotlineClient, sha256: str, offset: int, piece: bytes, door: Door) -> Upload:
        if offset == PIECE_BYTES and answers:
            return answers.pop()
        return send(self, sha256, offset, piece, door)

    monkeypatch.setattr(HotlineClient, "send_piece", late)
    desk.synced()
    assert not answers
    assert list(held(street).values()) == [photograph]


def test_12_a_file_of_an_order_that_left_is_sent_and_then_nothing_is_written(
    street: Street,
) -> None:
    street.load(an_order(ORDER), unit="heping/xingfuli")
    desk = street.desk("赵刚", unit="heping/xingfuli")
    desk.synced()
    photograph = a_photograph(2_000)
    propose(desk, photograph)
    desk.sync("", "", "", *["refused"] * 20)
    street.load(an_order(ORDER, revision=2), unit="heping/laojie")
    desk.synced()
    assert list(held(street).values()) == [photograph]
    before = desk.cache.raw.total_changes
    desk.synced()
    assert desk.cache.raw.total_changes == before
    assert not [line for line in desk.line.asked if "evidence" in line]


def test_7_a_file_that_another_life_of_the_hub_held_is_sent_to_this_one(
    street: Street, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    photograph = a_photograph(2_000)
    propose(desk, photograph)
    late = Upload(2_000, True, "another life")
    with monkeypatch.context() as on_the_way:
        on_the_way.setattr(HotlineClient, "evidence_state", lambda *_asked: late)
        desk.synced()
    assert held(street) == {}
    desk.synced()
    assert list(held(street).values()) == [photograph]


def test_a_reviewer_is_told_that_evidence_is_on_its_way_and_then_sees_it(
    street: Street, desk: Desk
) -> None:
    photograph = a_photograph(2_000)
    mark = propose(desk, photograph)
    sha256 = hashlib.sha256(photograph).hexdigest()
    reviewer = street.desk("孙涛")
    desk.sync("", "", "", *["refused"] * 20)
    reviewer.synced()
    assert reviewer.said(ORDER) == [mark] or reviewer.said(ORDER)[0].id == mark.id
    assert evidence.whereabouts(reviewer.cache, mark) == {sha256: "awaited"}
    evidence.want(reviewer.cache, sha256)
    reviewer.synced()
    assert evidence.wanted(reviewer.cache) == [sha256]
    desk.synced()
    reviewer.synced()
    assert evidence.whereabouts(reviewer.cache, mark) == {sha256: "here"}
    assert evidence.read_file(reviewer.cache, sha256) == photograph
    reviewer.synced()
    assert reviewer.synced().pulled == 0


def test_a_fetch_goes_on_where_the_line_broke(street: Street, desk: Desk) -> None:
    photograph = a_photograph(5 * MEGABYTE)
    propose(desk, photograph)
    desk.synced()
    reviewer = street.desk("孙涛")
    reviewer.synced()
    sha256 = hashlib.sha256(photograph).hexdigest()
    evidence.want(reviewer.cache, sha256)
    report = reviewer.sync("", "", "", "reset_after", "", "cut_off", "", "503_before")
    assert report.trouble is None
    assert evidence.read_file(reviewer.cache, sha256) == photograph
    assert sum("GET /v1/evidence" in line for line in reviewer.line.asked) == 5 + 3


def test_a_file_that_is_not_what_its_name_says_is_refused_and_nothing_is_kept(
    street: Street, desk: Desk
) -> None:
    program = b"MZ\x00\x01" + bytes(2_000)
    propose(desk, program)
    report = desk.synced()
    assert report.refused == 1
    sha256 = hashlib.sha256(program).hexdigest()
    assert evidence.troubles(desk.cache) == {sha256: "evidence_not_its_type"}
    assert evidence.read_file(desk.cache, sha256) == program
    assert held(street) == {}
    desk.synced()
    assert not [line for line in desk.line.asked if "evidence" in line]


def test_words_that_the_hub_refuses_send_no_file(street: Street, desk: Desk) -> None:
    street.load(an_order(ORDER, urgent=True))
    propose(desk, a_photograph(2_000))
    assert desk.synced().refused == 1
    assert not [line for line in desk.line.asked if "evidence" in line]
    with street.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(evidence_file)).scalar() == 0


def test_a_restored_hub_is_sent_the_files_again(street: Street, desk: Desk) -> None:
    backup = street.backup()
    photograph = a_photograph(2_000)
    propose(desk, photograph)
    desk.synced()
    street.restore(backup)
    assert held(street) == {}
    desk.synced()
    assert list(held(street).values()) == [photograph]


def test_the_same_file_on_two_proposals_is_sent_once(street: Street, desk: Desk) -> None:
    photograph = a_photograph(2_000)
    propose(desk, photograph, number=1)
    desk.synced()
    propose(desk, photograph, number=2, name="另一张.jpg")
    desk.synced()
    assert not [line for line in desk.line.asked if line.startswith("PATCH")]
    reviewer = street.desk("孙涛")
    reviewer.synced()
    for said in reviewer.said(ORDER):
        assert list(evidence.whereabouts(reviewer.cache, said).values()) == ["elsewhere"]


def test_fetched_files_leave_the_desk_with_the_order(street: Street, desk: Desk) -> None:
    photograph = a_photograph(2_000)
    propose(desk, photograph)
    desk.synced()
    reviewer = street.desk("孙涛")
    reviewer.synced()
    sha256 = hashlib.sha256(photograph).hexdigest()
    evidence.want(reviewer.cache, sha256)
    reviewer.synced()
    assert evidence.holds_file(reviewer.cache, sha256)
    street.load(an_order(ORDER, unit="dongfeng"), unit="dongfeng")
    reviewer.synced()
    with reviewer.cache.writing():
        evidence.drop_unnamed(reviewer.cache, NOW + timedelta(days=2))
    assert not evidence.holds_file(reviewer.cache, sha256)
