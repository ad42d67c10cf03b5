"""`evidence add` and `--evidence KIND=@FILE`: one clear answer, and nothing half done."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from caseworker.cache import disclosures
from caseworker.cache.drafts import drafts
from caseworker.cli.annotating import objection, unreasonable
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


@pytest.fixture
def with_files(station: Station, tmp_path: Path) -> Station:
    """The order with a proposal that rests on two files."""
    given = [f"--evidence=photo=@{tmp_path / name}" for name in ("a.png", "b.png")]
    words = ["0002", "--code", "J01", "--unit", "区城管局", "--text", "不在辖区", *given]
    assert CliRunner().invoke(objection, words, obj=station).exit_code == 0
    return station


def test_files_are_listed_and_a_copy_is_saved_and_recorded(
    with_files: Station, tmp_path: Path
) -> None:
    listed = CliRunner().invoke(evidence, ["list", "0002", "--json"], obj=with_files)
    files = json.loads(listed.stdout)
    assert [(one["name"], one["kind"], one["here"]) for one in files] == [
        ("a.png", "photo", True),
        ("b.png", "photo", True),
    ]
    (tmp_path / "out").mkdir()
    given = ["save", "0002", str(tmp_path / "out"), "--file", files[1]["sha256"][:8], "--json"]
    saved = json.loads(CliRunner().invoke(evidence, given, obj=with_files).stdout)
    assert Path(saved["saved"]).read_bytes() == PNG + b"b"
    with with_files.cache() as cache:
        assert [line.act for line in disclosures.all_lines(cache)] == ["exported"]


@pytest.mark.parametrize(
    ("folder", "which", "told"),
    [
        ("out", "", "Several files stand here"),
        ("out", "c.png", "There is no such file here; there are: a.png"),
        ("gone", "a.png", "There is no folder"),
    ],
)
def test_what_cannot_be_saved_has_one_answer(
    folder: str, which: str, told: str, with_files: Station, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    given = ["save", "0002", str(tmp_path / folder), "--file", which]
    answer = CliRunner().invoke(evidence, given, obj=with_files)
    assert isinstance(answer.exception, Trouble)
    assert told in str(answer.exception)
    assert list((tmp_path / "out").iterdir()) == []
