"""The store is encrypted, opens for its key alone, and lets several programs work at once."""

import stat
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import OperationalError

from caseworker.model.trouble import Trouble
from hub import units
from hub.store import (
    Store,
    begin_generation,
    generation,
    open_store,
    opened,
    setting,
    unit,
    without_password,
)
from tests.conftest import KEY
from tests.hub.town import STREET, Town, an_order

IN_A_FILE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@IN_A_FILE
def test_nothing_in_the_file_can_be_read_without_the_key(town: Town, tmp_path: Path) -> None:
    town.load(an_order("440300202611050002", content="地下车库渗水 canary-Q7f3"))
    for file in tmp_path.glob("hub.db*"):
        held = file.read_bytes()
        assert b"canary-Q7f3" not in held
        assert b"SQLite format 3" not in held
        assert b"work_order" not in held
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@IN_A_FILE
def test_another_key_opens_nothing_and_says_so(store: Store, place: str) -> None:
    with pytest.raises(Trouble, match="passphrase"):
        open_store(place, lambda: bytes(32))


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear Sir or Madam, " * 500)
    before = other.read_bytes()
    with pytest.raises(Trouble):
        open_store(str(other), lambda: KEY)
    assert other.read_bytes() == before


@pytest.mark.parametrize(
    "place", ["nope://x", "postgresql+nope://u:secret@h/x", "mysql://u:secret@h/x"]
)
def test_a_store_of_no_known_kind_gets_one_sentence_without_the_password(place: str) -> None:
    with pytest.raises(Trouble) as trouble:
        open_store(place, lambda: KEY)
    assert "secret" not in str(trouble.value)


def test_a_password_is_never_shown() -> None:
    shown = without_password("postgresql+psycopg://hub:secret@db.example:5432/hub")
    assert shown == "postgresql+psycopg://hub:…@db.example:5432/hub"


def test_a_store_of_a_newer_program_is_not_touched(store: Store, place: str) -> None:
    with store.writing() as connection:
        connection.execute(update(setting).where(setting.c.name == "schema").values(value="99"))
    with pytest.raises(Trouble, match="newer"):
        open_store(place, lambda: KEY)


def test_the_generation_stays_until_a_new_one_is_begun(store: Store, place: str) -> None:
    with store.reading() as connection:
        first = generation(connection)
    with (
        opened(place, lambda: KEY) as again,
        again.writing() as connection,
    ):
        assert generation(connection) == first
        second = begin_generation(connection)
    with store.reading() as connection:
        assert generation(connection) == second != first


def test_what_fails_half_way_is_not_kept(store: Store) -> None:
    def fail() -> None:
        with store.writing() as connection:
            units.ensure(connection, STREET)
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        fail()
    with store.reading() as connection:
        assert connection.execute(select(unit)).all() == []


def test_two_programs_that_open_a_new_store_at_once_make_one(place: str) -> None:
    made: list[Store] = []
    threads = [
        Thread(target=lambda: made.append(open_store(place, lambda: KEY))) for _i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = set()
    for one in made:
        with one.reading() as connection:
            names.add(generation(connection))
        one.close()
    assert (len(made), len(names)) == (4, 1)


def test_a_reader_keeps_its_moment_while_others_write(store: Store) -> None:
    with store.reading() as reader:
        assert reader.execute(select(unit)).all() == []
        with store.writing() as writer:
            units.ensure(writer, STREET)
        assert reader.execute(select(unit)).all() == []
    with store.reading() as reader:
        assert len(reader.execute(select(unit)).all()) == 1


def test_a_write_that_another_writer_came_between_is_done_again(store: Store) -> None:
    class CameBetween(Exception):
        sqlstate = "40001"

    tried: list[int] = []

    def work(connection: Connection) -> str:
        units.ensure(connection, f"try {len(tried)}")
        tried.append(1)
        if len(tried) < 3:
            raise OperationalError("UPDATE", {}, CameBetween())
        return "done"

    assert store.write(work) == "done"
    with store.reading() as connection:
        assert connection.execute(select(unit.c.id)).scalars().all() == ["try 2"]

    def fail(_connection: Connection) -> None:
        tried.append(1)
        raise OperationalError("UPDATE", {}, Exception("disk is full"))

    with pytest.raises(OperationalError, match="full"):
        store.write(fail)
    assert len(tried) == 4
