"""enrol, sync and outbox as a person or a script runs them: documents and exit statuses."""

import json
import sys
import time
from collections.abc import Iterator

import pytest
from msgspec import structs

from caseworker.cache import annotations, settings
from tests.builders import a_draft, an_order
from tests.sync.commands import Run
from tests.sync.loopback import black_hole, on_loopback
from tests.sync.street import Desk, Street

ORDER = "440300202611050002"


@pytest.fixture
def url(street: Street) -> Iterator[str]:
    """The street's hub on a real socket, with dead proxies in the environment."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            environment.setenv(name, "http://127.0.0.1:1")
        with on_loopback(street.application) as address:
            yield address


def a_desk(street: Street) -> Desk:
    """The desk of the home that the commands work in."""
    return Desk(street.cache("home/cache"), street.line())


def test_enrol_sync_outbox_answer_as_the_design_says(
    street: Street, url: str, caseworker: Run
) -> None:
    street.load(an_order(ORDER, revision=0))
    enrolled = caseworker("enrol", url, "--code", street.code("李敏"), "--json")
    assert (enrolled.status, enrolled.document) == (
        0,
        {"worker": "李敏", "unit": "heping", "hub": url},
    )
    first = caseworker("sync", "--json").document
    cursor = first.pop("cursor")
    assert cursor
    assert first == {"pulled": 1, "pushed": 0, "refused": 0, "pending": 0}
    written = a_desk(street).write(a_draft(ORDER))
    (waiting,) = caseworker("outbox", "--json").document
    assert waiting == {
        "id": written.id,
        "order_no": ORDER,
        "kind": "context",
        "code": "C03",
        "state": "waiting",
        "reason": "",
        "reason_key": "",
    }
    assert caseworker("sync", "--json").document["pushed"] == 1
    assert caseworker("outbox", "--json").document == []
    assert [item["state"] for item in caseworker("outbox", "--all", "--json").document] == [
        "receipted"
    ]
    assert caseworker("sync", "--json").document["pushed"] == 0


def test_without_json_they_speak_in_lines(street: Street, url: str, caseworker: Run) -> None:
    street.load(an_order(ORDER, revision=0))
    assert "李敏" in caseworker("enrol", url, "--code", street.code("李敏")).sentence
    assert caseworker("sync").out == "1 changes pulled, 0 sent, 0 refused, 0 waiting.\n"
    assert caseworker("outbox").out == ""
    a_desk(street).write(a_draft(ORDER))
    line = caseworker("outbox").out
    assert line.startswith(f"Waiting  {ORDER}  Context C03")


def test_a_code_comes_by_stdin(
    street: Street, url: str, caseworker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO(street.code("李敏") + "\n"))
    assert caseworker("enrol", url, "--code", "-", "--json").document["worker"] == "李敏"


def test_something_refused_ends_with_four_and_says_why(
    street: Street, url: str, caseworker: Run
) -> None:
    street.load(an_order(ORDER, revision=0))
    caseworker("enrol", url, "--code", street.code("李敏"))
    caseworker("sync")
    desk = a_desk(street)
    written = desk.write(a_draft(ORDER))
    with desk.cache.writing():
        annotations.rewrite_unsent(desk.cache, structs.replace(written, code="C99"))
    ran = caseworker("sync", "--json")
    assert (ran.status, ran.document["refused"]) == (4, 1)
    assert "outbox" in ran.sentence
    (item,) = caseworker("outbox", "--json").document
    assert (item["state"], item["reason_key"]) == ("refused", "code_unknown")
    assert item["reason"] == "There is no reason code C99: choose one from the list."
    assert "C99" in caseworker("outbox").out
    assert caseworker("sync", "--json").status == 0


def test_not_enrolled_is_one_line_and_no_document(caseworker: Run) -> None:
    ran = caseworker("sync", "--json")
    assert (ran.status, ran.out) == (1, "")
    assert "enrol" in ran.sentence
    ran = caseworker("sync", "--watch")
    assert (ran.status, ran.out) == (1, "")
    assert "enrol" in ran.sentence


def test_a_token_that_no_longer_holds_is_one_line_and_no_document(
    street: Street, url: str, caseworker: Run
) -> None:
    caseworker("enrol", url, "--code", street.code("李敏"))
    desk = a_desk(street)
    with desk.cache.writing():
        settings.put(desk.cache, token="gone")
    ran = caseworker("sync", "--json")
    assert (ran.status, ran.out) == (1, "")
    assert "enrol" in ran.sentence


def test_out_of_reach_ends_with_three_and_still_answers(
    street: Street, url: str, caseworker: Run
) -> None:
    street.load(an_order(ORDER, revision=0))
    caseworker("enrol", url, "--code", street.code("李敏"))
    caseworker("sync")
    desk = a_desk(street)
    desk.write(a_draft(ORDER))
    with desk.cache.writing():
        settings.put(desk.cache, hub="http://127.0.0.1:9")
    ran = caseworker("sync", "--json")
    assert ran.status == 3
    assert (ran.document["pending"], ran.document["pulled"]) == (1, 0)
    assert ran.document["cursor"]
    assert "cannot be reached" in ran.sentence


def test_a_hub_that_never_answers_is_given_up_within_ten_seconds(
    street: Street, url: str, caseworker: Run
) -> None:
    caseworker("enrol", url, "--code", street.code("李敏"))
    desk = a_desk(street)
    with black_hole() as silent:
        with desk.cache.writing():
            settings.put(desk.cache, hub=silent)
        began = time.monotonic()
        ran = caseworker("sync", "--json")
        assert time.monotonic() - began < 9
    assert (ran.status, ran.document["pulled"]) == (3, 0)
    assert "in time" in ran.sentence


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (("http://127.0.0.1:9", "--code", "X"), 3, "cannot be reached"),
        (("http://hub.heping.example", "--code", "X"), 1, "https"),
        (("heping", "--code", "X"), 1, "address"),
    ],
)
def test_enrolling_where_there_is_no_hub(
    caseworker: Run, arguments: tuple[str, ...], status: int, word: str
) -> None:
    ran = caseworker("enrol", *arguments)
    assert (ran.status, ran.out) == (status, "")
    assert word in ran.sentence


def test_a_wrong_code_is_one_line(street: Street, url: str, caseworker: Run) -> None:
    ran = caseworker("enrol", url, "--code", "AAAA-BBBB-CCCC")
    assert (ran.status, ran.out) == (1, "")
    assert "code" in ran.sentence


def test_what_a_hub_sends_reaches_the_terminal_only_made_safe(
    street: Street, url: str, caseworker: Run
) -> None:
    street.load(an_order(ORDER, revision=0))
    caseworker("enrol", url, "--code", street.code("李敏"))
    caseworker("sync")
    desk = a_desk(street)
    written = desk.write(a_draft(ORDER))
    with desk.cache.writing():
        desk.cache.execute(
            "UPDATE outbox SET state = 'refused', reason = ?, params = ?",
            ("\x1b]52;c;eA==\x07", json.dumps({"code": "\x1b[2J"})),
        )
    ran = caseworker("outbox")
    assert written.id in ran.out
    assert "\x1b" not in ran.out + ran.err
    (item,) = caseworker("outbox", "--json").document
    assert "\x1b" not in item["reason"]
