"""The cache is encrypted, opens with its key alone, and a plain file is left as it is."""

import os
import sqlite3
from errno import ENOSPC, EROFS
from pathlib import Path

import pytest

from caseworker.cache import connection, migrations
from caseworker.cache.connection import Cache, is_plain, open_cache, open_plain
from caseworker.cache.schema_version import HEAD
from caseworker.model.trouble import Trouble
from tests.builders import an_order, put

KEY = bytes(range(32))


def test_no_citizen_text_stands_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with open_cache(path, KEY) as cache:
        put(cache, an_order(title="canary-tsuru-4711"))
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"canary-tsuru-4711" not in stored
    assert not is_plain(path)


def test_another_key_opens_nothing_and_harms_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with open_cache(path, KEY) as cache:
        put(cache, an_order())
    with pytest.raises(Trouble, match="passphrase"):
        open_cache(path, bytes(32))
    with open_cache(path, KEY) as cache:
        assert cache.value("SELECT count(*) FROM orders") == 1


def test_the_file_belongs_to_its_worker_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "cache.db"
    open_cache(path, KEY).close()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_head_is_the_number_of_migrations() -> None:
    assert len(migrations.tables._migrations) == HEAD


def test_a_migration_that_takes_long_is_told_of_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cache.db"
    told: list[str] = []
    with open_cache(path, KEY, told.append) as cache:
        put(cache, an_order())
    for many, sentences in ((2, 0), (1, 1)):
        monkeypatch.setattr(connection, "MANY", many)
        with open_cache(path, KEY) as cache:
            cache.execute(f"PRAGMA user_version = {HEAD - 1}")
        open_cache(path, KEY, told.append).close()
        assert len(told) == sentences
    open_cache(path, KEY, told.append).close()
    assert told == ["The cache is fitted to this version of caseworker: some seconds."]


def test_a_newer_schema_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with open_cache(path, KEY) as cache:
        cache.execute(f"PRAGMA user_version = {HEAD + 1}")
    with pytest.raises(Trouble, match="newer"):
        open_cache(path, KEY)


def test_a_failed_write_keeps_nothing_of_its_block(cache: Cache) -> None:
    def write_half() -> None:
        with cache.writing():
            put(cache, an_order())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert cache.value("SELECT count(*) FROM orders") == 0


def test_a_full_disk_is_said_plainly_and_keeps_what_was_saved(cache: Cache) -> None:
    put(cache, an_order("1"))
    pages = cache.value("PRAGMA page_count")
    cache.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Trouble, match="disk is full"):
        put(cache, *(an_order(str(n), content="满" * 50_000) for n in range(2, 9)))
    assert cache.value("SELECT count(*) FROM orders") == 1


def test_a_plain_file_of_another_kind_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (a)")
    other.close()
    with pytest.raises(Trouble, match="not a caseworker cache"):
        open_plain(path)


def test_counting_by_tally_equals_counting_rows(cache: Cache) -> None:
    put(cache, *(an_order(str(n)) for n in range(5)), an_order("c", state="closed"))
    put(cache, an_order("1", state="closed", revision=2))
    tallied = dict(cache.rows("SELECT standing, orders FROM tally WHERE orders > 0"))
    counted = dict(cache.rows("SELECT standing, count(*) FROM orders GROUP BY standing"))
    assert tallied == counted == {0: 4, 1: 2}


@pytest.mark.parametrize(("number", "told"), [(ENOSPC, "The disk is full"), (EROFS, "permissions")])
def test_a_first_start_without_room_or_leave_to_write_says_so(
    number: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, mode: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(Trouble, match=told):
        open_cache(tmp_path / "cache.db", bytes(32))
