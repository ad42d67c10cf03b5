"""`caseworker repeats` and `caseworker matters`, for people and for scripts."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from caseworker.cli.repeats import matters, repeats
from caseworker.cli.station import Station
from caseworker.cli.taking_in import import_
from tests.builders import a_draft, an_order, put, say


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setenv("CASEWORKER_PASSPHRASE", "seven words")
    made = Station(tmp_path / "home", None, False)
    with made.cache() as cache:
        put(cache, *(an_order(str(n)) for n in range(3)), an_order("x", title="\x1b[2J噪音"))
        say(cache, a_draft("1", "repeat", code="R03", earlier=("0",)))
    return made


def test_repeats_answers_with_the_promised_keys(station: Station) -> None:
    ran = CliRunner().invoke(repeats, ["0", "--limit", "2", "--json"], obj=station)
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.output)
    assert len(found) == 2
    assert {"order_no", "score", "kind", "likely", "reasons"} <= found[0].keys()
    assert "weights" not in found[0]
    assert found[0]["score"] >= found[1]["score"]


def test_explain_shows_the_weights(station: Station) -> None:
    ran = CliRunner().invoke(repeats, ["0", "--explain", "--json"], obj=station)
    assert json.loads(ran.output)[0]["weights"]["total"] > 0


def test_people_read_the_reasons_and_no_escape_passes(station: Station) -> None:
    ran = CliRunner().invoke(repeats, ["0"], obj=station)
    assert "Same place" in ran.output
    assert "\x1b" not in ran.output


def test_new_orders_are_compared_and_listed(station: Station) -> None:
    ran = CliRunner().invoke(repeats, ["--new", "--json"], obj=station)
    found = json.loads(ran.output)
    assert found[0]["repeats"][0]["likely"]
    again = CliRunner().invoke(repeats, ["--new", "--json"], obj=station)
    assert json.loads(again.output) == found


@pytest.mark.parametrize("arguments", [[], ["0", "--new"]])
def test_one_order_or_all_that_is_new(station: Station, arguments: list[str]) -> None:
    ran = CliRunner().invoke(repeats, arguments, obj=station)
    assert ran.exit_code == 2


def test_matters_tells_the_largest_first(station: Station) -> None:
    ran = CliRunner().invoke(matters, ["--json"], obj=station)
    assert [(line["size"], line["orders"]) for line in json.loads(ran.output)] == [(2, ["0", "1"])]


def test_matters_can_be_guessed(station: Station) -> None:
    ran = CliRunner().invoke(matters, ["--likely", "--json"], obj=station)
    assert json.loads(ran.output)[0]["size"] >= 3


def test_a_flood_of_new_orders_is_compared_in_runs(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caseworker.cli.repeats.AT_ONCE", 3)
    ran = CliRunner().invoke(repeats, ["--new"], obj=station)
    assert "1 more wait" in ran.output
    ran = CliRunner().invoke(repeats, ["--new"], obj=station)
    assert "1 new orders compared." in ran.output


def test_who_waits_for_orders_to_be_read_is_told_and_told_once(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caseworker.desk.repeats.MANY_TO_READ", 4)
    ran = CliRunner().invoke(repeats, ["0", "--json"], obj=station)
    assert "4 orders are read for the first time" in ran.stderr
    assert json.loads(ran.stdout)
    again = CliRunner().invoke(repeats, ["0"], obj=station)
    assert "first time" not in again.stderr


def test_an_import_says_how_far_it_is_with_what_comes_behind(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caseworker.cli.taking_in.MANY_TO_READ", 2)
    file = tmp_path / "orders.csv"
    file.write_text("工单编号,标题\n71,漏水\n72,积水\n", "utf-8")
    ran = CliRunner().invoke(import_, [str(file)], obj=station)
    assert "of 6." in ran.stderr
    ran = CliRunner().invoke(repeats, ["71", "--json"], obj=station)
    assert "first time" not in ran.stderr
