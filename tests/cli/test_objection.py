"""`objection` without --text: put together from what is known, shown, and one's own to change."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caseworker.cli.annotating import objection
from caseworker.cli.station import Station
from caseworker.desk.annotate import write
from tests.builders import LI_MIN, NOW, a_draft, an_order, put

GIVEN = ("0002", "--code", "J02", "--unit", "区城管局", "--as", "李敏")
DUTY = ("--evidence", "duty_item=城市管理清单第12项")


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setenv("CASEWORKER_PASSPHRASE", "seven words")
    made = Station(tmp_path / "home", None, False)
    with made.cache() as cache:
        put(cache, an_order("440300202611050002"))
        write(cache, a_draft("440300202611050002", text="路面归区城管局养护"), LI_MIN, NOW)
    return made


def object_to(station: Station, *more: str) -> Result:
    return CliRunner().invoke(objection, [*GIVEN, *more], obj=station)


def test_the_text_is_put_together_and_printed(station: Station) -> None:
    answer = object_to(station, *DUTY)
    assert answer.exit_code == 0, answer.output
    for known in ("440300202611050002", "地下车库渗水", "区城管局", "路面归区城管局养护", "第12项"):
        assert known in answer.stdout


def test_as_json_it_stands_in_the_one_document(station: Station) -> None:
    document = json.loads(object_to(station, *DUTY, "--json").stdout)
    assert "路面归区城管局养护" in document["text"]
    assert document["state"] == "waiting"


def test_own_words_are_kept_as_they_are(station: Station) -> None:
    document = json.loads(object_to(station, "--text", "路面不归街道管", "--json").stdout)
    assert document["text"] == "路面不归街道管"
