"""hub contest, recheck, figures, audit and taxonomy, as a person runs them on the store."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from caseworker.cli.commands import cli
from caseworker.model.taxonomy import built_in, built_in_toml
from caseworker.model.trouble import Trouble
from hub.store import Store, audit, open_store
from tests.hub.town import Town, a_town, an_id, an_order
from tests.model.marks import a_mark, a_review


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASEWORKER_PASSPHRASE", "a passphrase")
    return tmp_path / "home"


class Seat:
    """A home with a hub's store in it, and the program run in it."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self.monkeypatch = monkeypatch
        self.run("hub", "worker", "add", "李敏", "--unit", "heping", "--role", "office")

    def run(self, *words: str) -> Result:
        self.monkeypatch.setenv("CASEWORKER_PASSPHRASE", "a passphrase")
        return CliRunner().invoke(cli, ["--home", str(self.home), *words])

    def document(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.exit_code == 0, (done.output, done.exception)
        return json.loads(done.stdout)

    def trouble(self, *words: str) -> str:
        done = self.run(*words)
        assert isinstance(done.exception, Trouble), done.output
        assert done.stdout == ""
        return str(done.exception)

    def store(self) -> Store:
        from caseworker.cache.key import unlock

        self.monkeypatch.setenv("CASEWORKER_PASSPHRASE", "a passphrase")
        return open_store(str(self.home / "hub.db"), lambda: unlock(self.home, None))


@pytest.fixture
def seat(home: Path, monkeypatch: pytest.MonkeyPatch) -> Seat:
    return Seat(home, monkeypatch)


def granted(town: Town, count: int) -> list[str]:
    """So many objections that the centre granted."""
    office, colleague = town.enrol("李敏"), town.enrol("孙涛")
    centre = town.enrol("刘处", role="centre")
    ids = []
    for number in range(count):
        town.load(an_order(f"{number}"))
        mark = office.store(a_mark("J08", id=an_id(2 * number), order_no=f"{number}"))
        colleague.store(a_review(mark, id=an_id(2 * number + 1)))
        assert centre.decide(mark).status_code == 201
        ids.append(mark.id)
    return ids


def test_the_whole_way_of_a_mark_that_did_harm(seat: Seat, tmp_path: Path) -> None:
    store = seat.store()
    with a_town(store) as town:
        ids = granted(town, 15)
    for name in ("李敏", "孙 涛"):
        own = seat.trouble("hub", "decide", ids[0], "--reverse", "--text", "x", "--as", name)
        assert "Nobody rules on what they proposed or reviewed" in own
    # A contest suspends; the centre upholds it.
    contest = seat.document("hub", "contest", ids[0], "--text", "不服", "--as", "刘处")
    assert (contest["annotation_id"], contest["entered_by"]) == (ids[0], "刘处")
    assert "suspended by a contest" in seat.trouble(
        "hub", "decide", ids[0], "--refuse", "--text", "x"
    )
    upheld = seat.document("hub", "decide", ids[0], "--grant", "--text", "核对无误")
    assert upheld["ruling"] == "granted"
    # A second look finds harm; the centre reverses.
    assert seat.document("hub", "recheck", "draw") == {"drawn": 1}
    assert seat.document("hub", "recheck", "list", "--as", "李敏") == []
    (look,) = seat.document("hub", "recheck", "list", "--as", "钱进")
    assert look["code"] == "J08"
    assert "took part" in seat.trouble(
        "hub", "recheck", "answer", str(look["id"]), "--harm", "--text", "有", "--as", "孙涛"
    )
    answered = ("hub", "recheck", "answer", str(look["id"]), "--harm", "--text", "有", "--as", "钱")
    assert seat.document(*answered) == {"id": look["id"], "outcome": "harm"}
    (harm,) = seat.document("hub", "recheck", "list", "--harm")
    seat.document("hub", "decide", harm["annotation_id"], "--reverse", "--text", "复查有误")
    assert seat.document("hub", "recheck", "list", "--harm") == []
    figures = seat.document("hub", "figures")
    assert figures["total"] == {
        "name": "",
        "granted": 15,
        "refused": 0,
        "reversed": None,
        "missed_harm": None,
    }
    assert "·" in seat.run("hub", "figures").stdout
    # The log is whole, until someone changes it.
    (chain,) = seat.document("hub", "audit", "verify", "--unit", "heping")
    assert chain["broken_at"] is None
    assert chain["entries"] > 30
    with store.writing() as connection:
        connection.execute(update(audit).where(audit.c.seq == 7).values(actor="nobody"))
    broken = seat.run("hub", "audit", "verify", "--json")
    assert broken.exit_code == 1
    assert json.loads(broken.stdout)[0]["broken_at"] == 7
    assert "no such unit" in seat.trouble("hub", "audit", "verify", "--unit", "nowhere")
    store.close()


def test_who_was_given_an_order(seat: Seat) -> None:
    store = seat.store()
    with a_town(store) as town:
        town.load(an_order("1"))
        town.enrol("孙涛").pull()
    store.close()
    (seen,) = seat.document("hub", "audit", "saw", "1")
    assert seen["worker"] == "孙涛"
    assert seat.document("hub", "audit", "saw", "2") == []


def test_reason_codes_are_replaced_by_a_file(seat: Seat, tmp_path: Path) -> None:
    version = f'version = "{built_in().version}"'
    toml = built_in_toml().replace(version, 'version = "heping-1"')
    file = tmp_path / "codes.toml"
    file.write_text(toml.replace("[codes.U07]\n", "[codes.U07]\nretired = true\n"), "utf-8")
    loaded = seat.document("hub", "taxonomy", "load", str(file))
    assert loaded == {"version": "heping-1", "codes": len(built_in().codes), "retired": ["U07"]}
    assert "no file" in seat.trouble("hub", "taxonomy", "load", str(tmp_path / "none.toml"))
    file.write_bytes(b"\xff\xfe\x00")
    assert "no text" in seat.trouble("hub", "taxonomy", "load", str(file))
    file.write_text("codes = 1", "utf-8")
    assert "no reason codes" in seat.trouble("hub", "taxonomy", "load", str(file))
