"""A revoked device hands over what its worker had not sent, and then wipes orders and keys."""

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import structs
from sqlalchemy import select

from caseworker.cache import disclosures, drafts, evidence, key, lists, wiping
from caseworker.cache.connection import Busy, open_cache
from caseworker.cli import hub as hub_commands
from caseworker.desk.annotate import new_draft
from caseworker.desk.reveal import reveal_caller
from caseworker.model.annotation import FileRef, Statement
from caseworker.model.evidence import PIECE_BYTES
from caseworker.model.trouble import HubOutOfReach
from hub import enrolment, quarantine, units
from hub import evidence as hub_evidence
from hub.store import annotation, audit
from sync.revocation import Wiped
from tests.builders import a_draft, an_order
from tests.conftest import KEY, NOW
from tests.sync.commands import Run
from tests.sync.street import STREET, Desk, Street
from tests.sync.test_evidence import a_photograph, held, propose

ORDER = "440300202611050002"


def a_desk_with_words(street: Street) -> tuple[Desk, set[str]]:
    """A desk that has one annotation sent, one waiting, and one draft; the ids of the last two."""
    street.load(an_order(ORDER))
    office = street.desk("李敏")
    office.synced()
    office.write(a_draft(ORDER, text="已经送到中心的话"))
    office.synced()
    waiting = office.write(a_draft(ORDER, text="还没有送出去的话"))
    draft = structs.replace(new_draft(ORDER, "context"), text="写了一半的话")
    drafts.save_draft(office.cache, draft, NOW)
    return office, {waiting.id, draft.id}


def revoke(street: Street, name: str = "李敏") -> None:
    with street.store.writing() as connection:
        place = units.ensure(connection, STREET)
        enrolment.revoke(connection, name, place, "test", NOW)


def in_quarantine(street: Street) -> list[quarantine.Held]:
    with street.store.reading() as connection:
        return quarantine.held(connection)


def test_a_revoked_device_hands_over_its_words_and_holds_nothing_any_more(
    street: Street, tmp_path: Path
) -> None:
    office, unsent = a_desk_with_words(street)
    revoke(street)
    report = office.sync()
    assert isinstance(report.trouble, Wiped)
    held = in_quarantine(street)
    assert {one.id for one in held} == unsent
    assert {one.words["text"] for one in held} == {"还没有送出去的话", "写了一半的话"}
    assert {(one.worker, one.unit) for one in held} == {("李敏", STREET)}
    assert lists.newest_id(office.cache) == 0
    assert drafts.drafts(office.cache) == []
    assert not (tmp_path / "李敏.db").exists()
    assert "revoked" in wiping.told(tmp_path)


def test_7_words_that_a_hub_which_was_set_back_lacks_are_handed_over_too(street: Street) -> None:
    office, unsent = a_desk_with_words(street)
    backup = street.backup()
    office.synced()
    street.restore(backup)
    revoke(street)
    assert isinstance(office.sync().trouble, Wiped)
    assert {one.id for one in in_quarantine(street)} >= unsent
    with street.store.reading() as connection:
        said = set(connection.execute(select(annotation.c.id)).scalars())
    assert not unsent & said


@pytest.mark.parametrize("last", ["POST", "PATCH"])
def test_7_a_hub_that_is_set_back_while_words_are_handed_over_gets_them_again(
    street: Street, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    office, unsent = a_desk_with_words(street)
    photographs = with_photographs(office) if last == "PATCH" else ()
    revoke(street)
    backup = street.backup()
    answered, left = office.line.handle_request, [4 if last == "PATCH" else 1]

    def and_is_set_back(request: httpx.Request) -> httpx.Response:
        answer = answered(request)
        if request.method == last:
            left[0] -= 1
            if left[0] == 0:
                street.restore(backup)
        return answer

    monkeypatch.setattr(office.line, "handle_request", and_is_set_back)
    while not isinstance(office.sync().trouble, Wiped):
        assert office.holds(ORDER)
    assert left[0] < 0
    assert {one.id for one in in_quarantine(street)} >= unsent
    assert sorted(held(street).values()) == sorted(photographs)


def test_words_in_quarantine_do_not_count_as_said(street: Street) -> None:
    office, unsent = a_desk_with_words(street)
    revoke(street)
    office.sync()
    with street.store.reading() as connection:
        said = set(connection.execute(select(annotation.c.id)).scalars())
    assert not unsent & said


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "503_before", "html"])
def test_nothing_is_wiped_before_the_hub_has_every_word(street: Street, fault: str) -> None:
    office, unsent = a_desk_with_words(street)
    revoke(street)
    report = office.sync("", *[fault] * 8)
    assert isinstance(report.trouble, HubOutOfReach)
    assert office.holds(ORDER)
    assert len(drafts.drafts(office.cache)) == 1
    assert isinstance(office.sync().trouble, Wiped)
    assert sorted(one.id for one in in_quarantine(street)) == sorted(unsent)


def with_photographs(office: Desk) -> tuple[bytes, bytes]:
    """The photograph of a proposal that waits, and one of a draft."""
    said, typed = a_photograph(2 * PIECE_BYTES + 1_000), a_photograph(2_000, seed=2)
    propose(office, said)
    file = FileRef(
        evidence.put_file(office.cache, typed, NOW), len(typed), "image/jpeg", "门牌.jpg"
    )
    draft = structs.replace(new_draft(ORDER, "context"), evidence=(Statement("photo", file=file),))
    drafts.save_draft(office.cache, draft, NOW)
    return said, typed


def test_photographs_are_handed_over_with_the_words_that_name_them(street: Street) -> None:
    office, _unsent = a_desk_with_words(street)
    photographs = with_photographs(office)
    revoke(street)
    assert isinstance(office.sync().trouble, Wiped)
    assert sorted(held(street).values()) == sorted(photographs)


def test_a_photograph_of_words_that_the_hub_has_is_handed_over_too(street: Street) -> None:
    office, _unsent = a_desk_with_words(street)
    photograph = a_photograph(2_000)
    propose(office, photograph)
    office.sync("", "", "", *["refused"] * 20)
    assert held(street) == {}
    revoke(street)
    assert isinstance(office.sync().trouble, Wiped)
    assert list(held(street).values()) == [photograph]


def test_a_lead_takes_photographs_out_of_quarantine_and_the_audit_says_so(
    street: Street, caseworker: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _unsent = a_desk_with_words(street)
    photographs = with_photographs(office)
    revoke(street)
    office.sync()
    monkeypatch.setattr(hub_commands, "opened_store", lambda *_: nullcontext(street.store))
    shown = caseworker("hub", "quarantine").out
    assert f"门牌.jpg  {len(photographs[1])} / {len(photographs[1])} B" in shown
    copies = tmp_path / "copies"
    copies.mkdir()
    told = caseworker("hub", "quarantine", "--save", str(copies), "--as", "王芳", "--json").document
    saved = [file for one in told for file in one["files"]]
    assert sorted(Path(file["copy"]).read_bytes() for file in saved) == sorted(photographs)
    assert {file.stat().st_mode & 0o777 for file in copies.iterdir()} == {0o600}
    with street.store.reading() as connection:
        acts = connection.execute(
            select(audit.c.detail).where(audit.c.act == "exported", audit.c.actor == "store 王芳")
        ).scalars()
        assert sorted(acts) == sorted(file["sha256"] for file in saved)


def test_no_file_of_a_secret_order_leaves_the_quarantine(
    street: Street, caseworker: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _unsent = a_desk_with_words(street)
    with_photographs(office)
    street.load(an_order(ORDER, revision=2, is_secret=True))
    revoke(street)
    office.sync()
    monkeypatch.setattr(hub_commands, "opened_store", lambda *_: nullcontext(street.store))
    ran = caseworker("hub", "quarantine", "--save", str(tmp_path))
    assert ran.out.count("none of its files leaves the desk") == 2
    assert not [one for one in tmp_path.iterdir() if one.suffix == ".jpg"]


def test_a_folder_that_is_not_there_is_told_and_nothing_is_recorded(
    street: Street, caseworker: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _unsent = a_desk_with_words(street)
    with_photographs(office)
    revoke(street)
    office.sync()
    monkeypatch.setattr(hub_commands, "opened_store", lambda *_: nullcontext(street.store))
    ran = caseworker("hub", "quarantine", "--save", str(tmp_path / "nowhere"))
    assert ran.status == 1
    assert "There is no folder" in ran.sentence
    with street.store.reading() as connection:
        assert not list(connection.execute(select(audit).where(audit.c.act == "exported")))


def test_nothing_is_wiped_before_the_hub_has_every_photograph(street: Street) -> None:
    office, _unsent = a_desk_with_words(street)
    photographs = with_photographs(office)
    revoke(street)
    for answers in (3, 4, 5, 5):
        report = office.sync(*[""] * answers, *["refused"] * 20)
        assert isinstance(report.trouble, HubOutOfReach)
        assert office.holds(ORDER)
    assert isinstance(office.sync().trouble, Wiped)
    assert sorted(held(street).values()) == sorted(photographs)


def test_a_photograph_that_the_hub_will_not_have_holds_no_wiping_up(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, unsent = a_desk_with_words(street)
    with_photographs(office)
    monkeypatch.setattr(hub_evidence, "DEVICE_BYTES_MAX", 10_000)
    revoke(street)
    assert isinstance(office.sync().trouble, Wiped)
    assert [len(content) for content in held(street).values()] == [2_000]
    assert {one.id for one in in_quarantine(street)} >= unsent


def test_what_a_revoked_device_left_is_kept_as_long_as_its_words(street: Street) -> None:
    office, _unsent = a_desk_with_words(street)
    photographs = with_photographs(office)
    revoke(street)
    office.sync()
    with street.store.writing() as connection:
        assert hub_evidence.tidy(connection, NOW + timedelta(days=1_000)) == 0
    assert sorted(held(street).values()) == sorted(photographs)


def test_nothing_is_wiped_while_another_program_writes(street: Street, tmp_path: Path) -> None:
    office, _unsent = a_desk_with_words(street)
    with open_cache(tmp_path / "李敏.db", KEY) as beside:
        office.cache.execute("PRAGMA busy_timeout = 1")
        revoke(street)
        with beside.writing():
            late = new_draft(ORDER, "context")
            drafts.save_draft(beside, structs.replace(late, text="此刻才写下的话"), NOW)
            assert isinstance(office.sync().trouble, Busy)
        assert office.holds(ORDER)
    assert isinstance(office.sync().trouble, Wiped)
    assert late.id in {one.id for one in in_quarantine(street)}


def test_what_is_typed_while_words_are_handed_over_is_handed_over_too(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, unsent = a_desk_with_words(street)
    revoke(street)
    meanwhile: list[str] = []
    answered = office.line.handle_request

    def and_one_types_on(request: httpx.Request) -> httpx.Response:
        answer = answered(request)
        if request.url.path == "/v1/quarantine" and not meanwhile:
            meanwhile.append(office.write(a_draft(ORDER, text="交出的时候才说的话")).id)
            (half,) = drafts.drafts(office.cache)
            longer = structs.replace(half.draft, text="写了一半的话，又往下写")
            drafts.save_draft(office.cache, longer, NOW)
        return answer

    monkeypatch.setattr(office.line, "handle_request", and_one_types_on)
    assert isinstance(office.sync().trouble, Wiped)
    held = {one.id: one.words for one in in_quarantine(street)}
    assert held.keys() == unsent | set(meanwhile)
    (typed_on,) = (words for words in held.values() if "before" in words)
    assert typed_on["text"] == "写了一半的话，又往下写"
    assert [words["text"] for words in typed_on["before"]] == ["写了一半的话"]


def test_what_was_uncovered_reaches_the_log_once_before_the_wiping(street: Street) -> None:
    office, _unsent = a_desk_with_words(street)
    reveal_caller(office.cache, ORDER, NOW)
    office.synced()
    office.write(a_draft(ORDER, text="还没有送出去的话"))
    reveal_caller(office.cache, ORDER, NOW)
    told = [one.id for one in disclosures.all_lines(office.cache)]
    revoke(street)
    # The hub takes the words and then the line of the log, and each of its answers is lost once.
    report = office.sync("", "reset_after", "", "timeout_after", "")
    assert isinstance(report.trouble, Wiped)
    with street.store.reading() as connection:
        logged = connection.execute(
            select(audit.c.detail).where(audit.c.act == "revealed").order_by(audit.c.seq)
        ).scalars()
        assert [detail.partition(" ")[0] for detail in logged] == told
    assert not {one.id for one in in_quarantine(street)} & set(told)


def test_a_wiping_that_was_stopped_is_finished_by_the_next_start(
    caseworker: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "home"
    with (
        open_cache(home / "cache.db", key.key_beside(home)) as cache,
        monkeypatch.context() as stop,
    ):
        stop.setattr(wiping, "finish", lambda _path: None)
        wiping.wipe(cache, NOW, lambda: True)
    assert (home / "cache.db").exists()
    ran = caseworker("list", "--json")
    assert (ran.status, ran.out) == (1, "")
    assert "revoked this device on 2026-11-24" in ran.sentence
    assert [file.name for file in home.iterdir()] == ["revoked"]


def test_an_open_desk_in_another_process_sees_nothing_either(
    street: Street, tmp_path: Path
) -> None:
    office, _unsent = a_desk_with_words(street)
    with open_cache(tmp_path / "李敏.db", KEY) as beside:
        assert lists.newest_id(beside)
        revoke(street)
        office.sync()
        assert lists.newest_id(beside) == 0


def test_the_key_of_the_home_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(key.VARIABLE, "open sesame")
    home = tmp_path / "home"
    with open_cache(home / "cache.db", key.unlock(home, None)) as cache:
        wiping.wipe(cache, NOW, lambda: True)
    assert [file.name for file in home.iterdir()] == ["revoked"]


def test_a_token_opens_the_quarantine_only_once_it_is_revoked(street: Street) -> None:
    office, _unsent = a_desk_with_words(street)
    body: dict[str, Any] = {"leftovers": []}
    from sync.enrolment import client_of

    with client_of(office.cache, office.line) as client:
        assert client.ask("POST", "v1/quarantine", body).status == 403
        revoke(street)
        assert client.ask("POST", "v1/quarantine", body).status == 200
        for path in ("v1/me", "v1/feed"):
            assert client.ask("GET", path).status == 401


def test_a_device_cannot_fill_the_store_with_what_it_leaves(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "LEFTOVERS_MAX", 1)
    office, _unsent = a_desk_with_words(street)
    revoke(street)
    report = office.sync()
    assert not isinstance(report.trouble, Wiped)
    assert office.holds(ORDER)
    assert in_quarantine(street) == []


def test_a_wiped_desk_says_so_until_it_is_enrolled_again(
    caseworker: Run,
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    with open_cache(home / "cache.db", KEY) as cache:
        wiping.wipe(cache, NOW, lambda: True)
    for command in (["list"], ["sync"], ["show", ORDER]):
        ran = caseworker(*command, "--json")
        assert (ran.status, ran.out) == (1, "")
        assert "revoked this device on 2026-11-24" in ran.sentence
    caseworker("enrol", "http://127.0.0.1:1", "--code", "ABCD-EFGH")
    assert caseworker("list", "--json").document == []
