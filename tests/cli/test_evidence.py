"""`evidence add` and `--evidence KIND=@FILE`: one clear answer, and nothing half done."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from caseworker.cache.drafts import drafts
from caseworker.cli.annotating import unreasonable
from caseworker.cli.evidence import evidence
from caseworker.cli.station import Station
from caseworker.model.trouble import Trouble
from tests.builders import an_order, put

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setenv("CASEWORKER_PASSPHRASE", "seven words")
    made = Station(tmp_path / "home", None, False)
    with made.cache() as cache:
        put(cache, an_order("440300202611050002"))
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "b.png").write_bytes(PNG + b"b")
    (tmp_path / "empty.png").write_bytes(b"")
    return made


def test_files_go_into_the_draft_of_the_order_and_then_of_that_draft(
    station: Station, tmp_path: Path
) -> None:
    first = CliRunner().invoke(
        evidence, ["add", "0002", str(tmp_path / "a.png"), "--json"], obj=station
    )
    document = json.loads(first.stdout)
    assert document["evidence"][0]["file"]["name"] == "a.png"
    again = CliRunner().invoke(
        evidence, ["add", document["draft"], str(tmp_path / "b.png"), "--json"], obj=station
    )
    assert len(json.loads(again.stdout)["evidence"]) == 2
    with station.cache() as cache:
        assert len(drafts(cache)) == 1


@pytest.mark.parametrize("wrong", ["empty.png", "gone.png"])
def test_all_files_or_none(wrong: str, station: Station, tmp_path: Path) -> None:
    given = ["add", "0002", str(tmp_path / "a.png"), str(tmp_path / wrong)]
    answer = CliRunner().invoke(evidence, given, obj=station)
    assert isinstance(answer.exception, Trouble)
    with station.cache() as cache:
        assert drafts(cache) == []
        assert cache.value("SELECT count(*) FROM evidence_files") == 0


def test_a_kind_that_there_is_not_is_named(station: Station, tmp_path: Path) -> None:
    given = ["add", "0002", str(tmp_path / "a.png"), "--kind", "gossip"]
    answer = CliRunner().invoke(evidence, given, obj=station)
    assert "gossip" in str(answer.exception)


def test_a_proposal_takes_files_with_its_words(station: Station, tmp_path: Path) -> None:
    given = ["0002", "--code", "U01", "--text", "其要求违反劳动合同法第十条", "--json"]
    given += ["--evidence", f"clause=@{tmp_path / 'a.png'}"]
    given += ["--evidence", "explained=2026-11-20 当面解释"]
    answer = CliRunner().invoke(unreasonable, given, obj=station)
    assert answer.exit_code == 0, answer.exception
    document = json.loads(answer.stdout)
    assert document["evidence"][0]["file"]["size"] == len(PNG)
    assert document["tell_citizen"]


def test_ten_thousand_characters_of_grounds_are_one_clear_answer(station: Station) -> None:
    given = ["0002", "--code", "U01", "--text", "据" * 10_000]
    given += ["--evidence", "clause=第十条", "--evidence", "explained=当面"]
    answer = CliRunner().invoke(unreasonable, given, obj=station)
    assert isinstance(answer.exception, Trouble)
    assert "too long" in str(answer.exception)
