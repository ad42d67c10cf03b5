"""A store that was put back from a backup: who was shut out since stays out."""

import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import update

from caseworker.cache.key import unlock
from caseworker.model.wire import EnrolmentRequest
from hub import audit, ended, enrolment, units
from hub.problems import Refusal
from hub.store import Store, device, enrolment_code, generation, opened
from tests.hub.test_commands import Seat
from tests.hub.town import START, STREET, Town, problem


def revoke(town: Town, name: str, home: Path) -> None:
    with town.store.writing() as connection:
        place = units.ensure(connection, STREET)
        enrolment.revoke(connection, name, place, "store test", town.time)
        ended.remember(home, connection)


def as_in_the_backup(store: Store) -> None:
    """The store forgets who was revoked, and which codes were used."""
    with store.writing() as connection:
        connection.execute(update(device).values(revoked_at=None))
        connection.execute(update(enrolment_code).values(used_at=None))


def test_a_device_that_was_revoked_after_the_backup_stays_out(town: Town, tmp_path: Path) -> None:
    lost, kept = town.enrol("李敏"), town.enrol("王芳")
    revoke(town, "李敏", tmp_path)
    as_in_the_backup(town.store)
    assert lost.get("/v1/me").status_code == 200
    before = kept.page().generation
    with town.store.writing() as connection:
        name, devices, _codes = ended.begin_anew(
            connection, ended.remembered(tmp_path), "store test", town.time
        )
        assert generation(connection) == name
    assert (devices, name != before) == (1, True)
    assert problem(lost.get("/v1/me")) == (401, "token_revoked")
    assert kept.page().generation == name
    with town.store.reading() as connection:
        assert all(chain.broken_at is None for chain in audit.verify(connection))


def test_a_code_that_was_used_after_the_backup_lets_nobody_in_again(town: Town) -> None:
    code = town.code("李敏")
    body = {"code": code, "device": "d"}
    assert town.client.post("/v1/enrolments", json=body).status_code == 201
    as_in_the_backup(town.store)
    with town.store.writing() as connection:
        _name, devices, codes = ended.begin_anew(connection, [], "store test", town.time)
    assert (devices, codes) == (0, 1)
    again = town.client.post("/v1/enrolments", json=body)
    assert problem(again) == (403, "enrolment_used")


def test_the_list_keeps_what_a_backup_forgot_and_is_its_owners_alone(
    town: Town, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    lost = town.enrol("李敏")
    other = town.enrol("王芳")
    revoke(town, "李敏", home)
    as_in_the_backup(town.store)
    revoke(town, "王芳", home)
    numbers = {desk.token.partition(".")[0] for desk in (lost, other)}
    assert set(ended.remembered(home)) == numbers
    (file,) = home.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any(desk.token.partition(".")[2] in file.read_text() for desk in (lost, other))


def test_the_commands_keep_the_list_and_use_it(tmp_path: Path) -> None:
    seat = Seat(tmp_path)
    home, backup = tmp_path / "home", tmp_path / "backup.db"
    code = seat.ask("hub", "worker", "add", "li", "--unit", "heping", "--role", "office")["code"]
    key = unlock(home, lambda _first: "a passphrase")
    with opened(str(home / "hub.db"), lambda: key) as store, store.writing() as connection:
        token = enrolment.enrol(connection, EnrolmentRequest(code, "d"), START).token
    shutil.copy(home / "hub.db", backup)
    assert seat.ask("hub", "worker", "revoke", "li", "--unit", "heping")["revoked"] == 1
    shutil.copy(backup, home / "hub.db")
    told = seat.ask("hub", "restored")
    assert (told["revoked"], told["codes"], told["listed"]) == (1, 0, 1)
    with opened(str(home / "hub.db"), lambda: key) as store, store.reading() as connection:
        assert generation(connection) == told["generation"]
        with pytest.raises(Refusal) as refused:
            enrolment.authenticate(connection, token, START)
    assert refused.value.reason == "token_revoked"


def test_without_a_list_the_command_says_what_to_do(tmp_path: Path) -> None:
    seat = Seat(tmp_path)
    seat.ask("hub", "worker", "add", "li", "--unit", "heping", "--role", "office")
    said = seat.run("hub", "restored")
    assert said.returncode == 0
    assert "A new life has begun" in said.stderr
    assert "revoke again whoever was revoked" in said.stderr
