"""shelve and shortlist as commands: one document on stdout, one sentence where it cannot be."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from caseworker.cli.reading import list_
from caseworker.cli.shelving import shelve, shortlist
from caseworker.cli.station import Station
from caseworker.desk.own_views import save_view
from caseworker.desk.search import index_all
from caseworker.model.clock import now
from caseworker.model.trouble import Trouble
from tests.builders import an_order, put

COMMANDS = {"list": list_, "shelve": shelve, "shortlist": shortlist}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setenv("CASEWORKER_PASSPHRASE", "seven words")
    made = Station(tmp_path / "home", None, False)
    with made.cache() as cache:
        put(
            cache,
            an_order("A000001", deadline=now() + timedelta(days=20)),
            an_order("A000002", deadline=now() + timedelta(days=1)),
        )
    return made


def run(home: Station, command: str, *arguments: str) -> str:
    result = CliRunner().invoke(COMMANDS[command], arguments, obj=home, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def listed(home: Station, view: str) -> list[str]:
    return [row["order_no"] for row in json.loads(run(home, "list", "--view", view, "--json"))]


def test_an_order_is_shelved_and_listed_and_taken_back(home: Station) -> None:
    answered = json.loads(run(home, "shelve", "000001", "--until", "3d", "--json"))
    assert answered["order_no"] == "A000001"
    assert answered["until"].startswith(f"{now() + timedelta(days=3):%Y-%m-%d}")
    assert listed(home, "shelved") == ["A000001"]
    assert listed(home, "today") == ["A000002"]
    assert json.loads(run(home, "shelve", "A000001", "--back", "--json"))["until"] is None
    assert listed(home, "shelved") == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("A000002", "--until", "9d"), "deadline"),
        (("A000001", "--until", "soon"), "Write a day as"),
        (("A000009", "--until", "3d"), "No order"),
    ],
)
def test_what_cannot_be_shelved_is_answered_in_one_sentence(
    home: Station, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(Trouble, match=words):
        run(home, "shelve", *arguments)
    assert listed(home, "shelved") == []


def test_a_day_or_back_must_be_said(home: Station) -> None:
    result = CliRunner().invoke(shelve, ["A000001"], obj=home)
    assert result.exit_code == 2


def test_the_shortlist_is_kept_by_a_command(home: Station) -> None:
    assert json.loads(run(home, "shortlist", "000002", "--json")) == {
        "order_no": "A000002",
        "shortlist": True,
    }
    assert listed(home, "shortlist") == ["A000002"]
    run(home, "shortlist", "000002", "--remove")
    assert listed(home, "shortlist") == []


def test_an_own_view_is_listed_by_its_name(home: Station) -> None:
    with home.cache() as cache:
        index_all(cache)
    save_view(home.home, "garage", "渗水", now())
    assert listed(home, "garage") == ["A000002", "A000001"]
    file = home.home / "views" / "garage.toml"
    file.write_text(file.read_text(encoding="utf-8") + 'order = "number"\n', encoding="utf-8")
    assert listed(home, "garage") == ["A000001", "A000002"]
    with pytest.raises(Trouble, match="garage"):
        run(home, "list", "--view", "nothing")
