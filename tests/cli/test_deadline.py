"""`caseworker deadline` for people and for scripts."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from caseworker.cli.commands import cli
from caseworker.cli.deadline import deadline
from caseworker.cli.station import Station
from caseworker.model.clock import now
from caseworker.model.trouble import Trouble
from tests.builders import an_order, put


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setenv("CASEWORKER_PASSPHRASE", "seven words")
    made = Station(tmp_path / "home", None, False)
    with made.cache() as cache:
        put(
            cache,
            an_order(
                "440300202611050002",
                deadline=None,
                deadlines={"street": now() + timedelta(hours=8, seconds=30)},
                dispatched_at=now(),
            ),
        )
    return made


def test_the_command_is_offered() -> None:
    assert cli.get_command(cli.make_context("caseworker", ["doctor"]), "deadline") is deadline


def test_a_line_for_each_deadline_and_reasons_only_on_request(station: Station) -> None:
    brief = CliRunner().invoke(deadline, ["0002"], obj=station)
    assert brief.exit_code == 0
    number, street, window = brief.stdout.splitlines()
    assert number == "440300202611050002"
    assert street.startswith("street: ")
    assert "  8:00 left  [ours]  [set by the centre]" in street
    assert window.startswith("object by: ")
    assert window.endswith("[computed here]")
    full = CliRunner().invoke(deadline, ["0002", "--explain"], obj=station)
    assert "\n  The centre set it: it stands above every rule.\n" in full.stdout
    assert "\n  Rule: returning a wrong dispatch, 2 working days from dispatch" in full.stdout


def test_one_document_says_all_of_it(station: Station) -> None:
    answer = CliRunner().invoke(deadline, ["0002", "--json"], obj=station)
    document = json.loads(answer.stdout)
    street, window = document["deadlines"]
    assert (street["level"], street["own"], street["source"]) == ("street", True, "centre")
    assert street["rule"] is None
    assert street["left"] == "8:00 left"
    assert window["purpose"] == "return"
    assert window["source"] == "computed"
    assert (window["rule"]["amount"], window["rule"]["unit"]) == (2, "workday")
    assert len(window["rule"]["days"]) == 2
    assert window["how"]
    assert document["notes"] == []


def test_an_unknown_number_is_one_clear_sentence(station: Station) -> None:
    answer = CliRunner().invoke(deadline, ["77777"], obj=station)
    assert isinstance(answer.exception, Trouble)
    assert answer.stdout == ""
