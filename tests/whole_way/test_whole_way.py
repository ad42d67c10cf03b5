"""The whole way, once: an order reaches the desk, gets its situation back, and is ruled on."""

import csv
import json
from pathlib import Path

import pytest

from tests.whole_way.street import Desk, serving

REAL_FILES = sorted((Path(__file__).parents[3] / "shared" / "data").glob("*311-100.csv"))
"""Two cities' open data, where they lie beside the project; tests/conftest.py says if not."""

NYC_HEADER = (
    "Unique Key", "Created Date", "Closed Date", "Agency", "Agency Name", "Complaint Type",
    "Descriptor", "Location Type", "Incident Zip", "Incident Address", "Street Name", "City",
    "Status", "Due Date", "Resolution Description", "Borough", "Latitude", "Longitude",
)  # fmt: skip


def nyc_like(path: Path, rows: int) -> Path:
    """A file with New York's headers and invented rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, NYC_HEADER)
        writer.writeheader()
        for n in range(rows):
            writer.writerow(
                {
                    "Unique Key": f"9000{n:04}",
                    "Created Date": f"11/{n % 20 + 1:02}/2026 09:{n % 60:02}:00 AM",
                    "Agency": "DXX",
                    "Complaint Type": "Street Light",
                    "Descriptor": f"Lamp {n} out",
                    "Incident Address": f"{n} INVENTED STREET",
                    "City": "NOWHERE",
                    "Status": "Open",
                    "Due Date": f"12/{n % 20 + 1:02}/2026 05:00:00 PM",
                }
            )
    return path


@pytest.mark.parametrize(
    "real", [None, *REAL_FILES], ids=lambda real: real.stem if real else "invented"
)
def test_an_order_is_annotated_sent_once_and_ruled_on(tmp_path: Path, real: Path | None) -> None:
    file = real or nyc_like(tmp_path / "rows.csv", 100)
    hub, office, lead = (Desk(tmp_path / name) for name in ("hub", "office", "lead"))

    taken = office.ask("import", file)
    assert (taken["read"], taken["added"], taken["refused"]) == (100, 100, [])
    again = office.ask("import", file)
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 100)

    orders = office.ask("list")
    assert len(orders) == 100
    first, second = (order["order_no"] for order in orders[:2])
    assert office.ask("search", first)[0]["order_no"] == first
    early = office.ask("context", first, "--code", "C03", "--text", "before any enrolment")

    loaded = hub.ask("hub", "load", file, "--unit", "heping")
    assert (loaded["read"], loaded["added"], loaded["refused"]) == (100, 100, [])
    office_code = hub.ask("hub", "worker", "add", "li", "--unit", "heping", "--role", "office")
    lead_code = hub.ask("hub", "worker", "add", "wang", "--unit", "heping", "--role", "lead")
    with serving(hub) as address:
        office.ask("enrol", address, "--code", "-", typed=office_code["code"] + "\n")
        lead.ask("enrol", address, "--code", lead_code["code"])
        synced = office.ask("sync")
        assert (synced["pushed"], synced["refused"], synced["pending"]) == (1, 0, 0)
        assert len(office.ask("list")) == 100
        repeat = office.ask(
            "repeat", second, "--of", first, "--code", "R01", "--text", "same lamp, same caller"
        )
        grounds = ("--evidence", "clause=Invented Act 3", "--evidence", "explained=told on 11-20")
        unreasonable = office.ask(
            *("unreasonable", first, "--code", "U01", "--text", "asks to break Act 3", *grounds)
        )
        assert office.ask("sync")["pushed"] == 2
        assert office.ask("sync")["pushed"] == 0

        too_soon = hub.refuses("hub", "decide", unreasonable["id"], "--grant", "--text", "yes")
        assert "endorse" in too_soon
        lead.ask("sync")
        lead.ask("review", unreasonable["id"], "--endorse", "--text", "read, agreed")
        assert lead.ask("sync")["pushed"] == 1

        for proposal in (repeat, unreasonable):
            decision = hub.ask("hub", "decide", proposal["id"], "--grant", "--text", "merged")
            assert decision["ruling"] == "granted"
        office.ask("sync")

    shown = office.ask("show", first)
    said = {entry["id"]: entry for entry in shown["annotations"]}
    assert len(said) == len(shown["annotations"]) == 3
    assert said[early["id"]]["author"] == "li"
    assert said[unreasonable["id"]]["status"] == "granted"
    assert [decision["text"] for decision in shown["decisions"]] == ["merged"]
    assert {entry["order_no"] for entry in shown["matter"]} == {first, second}
    assert office.ask("outbox") == []
    assert [item["state"] for item in office.ask("outbox", "--all")] == ["receipted"] * 3


def test_work_goes_on_without_a_line(tmp_path: Path) -> None:
    hub, office = Desk(tmp_path / "hub"), Desk(tmp_path / "office")
    hub.ask("hub", "load", nyc_like(tmp_path / "rows.csv", 3), "--unit", "heping")
    code = hub.ask("hub", "worker", "add", "li", "--unit", "heping", "--role", "office")["code"]
    with serving(hub) as address:
        office.ask("enrol", address, "--code", code)
        office.ask("sync")
    office.ask("context", "90000001", "--code", "C05", "--text", "waits for the repair fund")
    done = office.run("sync", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["pending"] == 1
    assert [item["state"] for item in office.ask("outbox")] in (["waiting"], ["sending"])
    port = address.rsplit(":", 1)[1]
    with serving(hub, "--port", port):
        assert office.ask("sync")["pushed"] == 1


def test_bad_input_gets_one_clear_line(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    desk.ask("import", nyc_like(tmp_path / "rows.csv", 2))
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert "No order" in desk.refuses("show", "777777")
    assert "C99" in desk.refuses("context", "90000001", "--code", "C99", "--text", "x")
    assert desk.refuses("import", picture)
    assert desk.refuses("import", tmp_path / "nothing.csv")
    assert desk.refuses("sync")
    assert desk.refuses("list", "--view", "nonsense")
    assert desk.refuses("enrol", "http://127.0.0.1:9", "--code", "X", status=3)
    assert desk.refuses("enrol", "http://hub.example", "--code", "X")
    assert len(desk.ask("list")) == 2

    stranger = Desk(desk.home)
    environment = stranger.environment() | {"CASEWORKER_PASSPHRASE": "wrong"}
    stranger.environment = lambda: environment  # type: ignore[method-assign]
    assert "passphrase" in stranger.refuses("list")
    assert len(desk.ask("list")) == 2


def test_usage_that_is_wrong_exits_with_two(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    for arguments in (("nonsense",), ("show",), ("review", "x", "--text", "y")):
        assert desk.run(*arguments).returncode == 2
