"""A damaged cache is set aside and kept, what is one's own is taken over, and one is told."""

import shutil
from pathlib import Path
from random import Random

import pytest
from msgspec import json

from caseworker.cache import key, salvage, settings
from caseworker.cache.connection import Cache, new_beside
from caseworker.cli.station import Station
from caseworker.model.trouble import Trouble
from tests.builders import a_draft, an_order, put, say
from tests.kill import homes
from tests.kill.acts import ORDER, opened
from tests.kill.proof import warm
from tests.kill.warm import Job

PAGE = 4096
MANY = [f"第{n}次走访" for n in range(60)]


def a_full_home(home: Path) -> list[str]:
    """A home with many words; all of them."""
    home.mkdir(mode=0o700)
    homes.plain(home)
    with opened(home) as cache:
        put(cache, *(an_order(f"9903002026110500{n:02}") for n in range(40)), from_hub=False)
        for words in MANY:
            say(cache, a_draft(ORDER, text=words + "，" + "详" * 300))
        with cache.writing():
            settings.put(cache, cursor="40", name="李敏")
        return homes.words_of(cache)


def spoil(file: Path, seed: int, pages: int, first: int = 1) -> None:
    """Bytes of random pages are others than they were."""
    random = Random(seed)
    content = bytearray(file.read_bytes())
    for page in random.sample(range(first, len(content) // PAGE), pages):
        at = page * PAGE + random.randrange(PAGE - 64)
        content[at : at + 64] = random.randbytes(64)
    file.write_bytes(content)


def one_by_one(home: Path) -> tuple[set[str], bool]:
    """The own words whose row can be read by its number, each with a connection of its own, and
    whether a row of them cannot. Asked of a copy, so that nothing is changed."""
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    secret = key.key_beside(copy)
    found: set[str] = set()
    failed = False
    for table, last in (("annotations", 2 * len(MANY)), ("drafts", 4)):
        for rowid in range(1, last):
            try:
                with Cache(copy / "cache.db", secret) as cache:
                    body = cache.value(f"SELECT body FROM {table} WHERE rowid = {rowid}")
            except Trouble:
                failed = True
                continue
            if body is not None:
                found.add(json.decode(body)["text"])
    shutil.rmtree(copy)
    return found, failed


def test_a_spoilt_first_page_is_told_and_the_file_is_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    a_full_home(home)
    file = home / "cache.db"
    file.write_bytes(bytes(200) + file.read_bytes()[200:])
    spoilt = file.read_bytes()
    station = Station(home, None, False)
    with station.cache() as cache:
        assert homes.words_of(cache) == []
        assert salvage.told(cache) == station.mended
    assert "cache.db.damaged-1" in station.mended
    assert "could not be read" in station.mended
    assert (home / "cache.db.damaged-1").read_bytes() == spoilt
    again = Station(home, None, False)
    again.open_cache().close()
    assert again.mended == ""


@pytest.mark.parametrize("seed", range(6))
def test_whatever_pages_are_spoilt_every_word_that_can_be_read_is_kept(
    seed: int, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    words = a_full_home(home)
    spoil(home / "cache.db", seed, pages=1 + seed % 4)
    readable, holes = one_by_one(home)
    assert holes or len(readable) == len(words)
    station = Station(home, None, False)
    with station.mend(home / "cache.db") as cache:
        found = homes.words_of(cache)
        assert set(found) <= set(words)
        assert set(found) >= readable
        assert readable
        if holes or found != words:
            assert "could not be read" in station.mended
        assert settings.get(cache, "cursor") == ""
        assert salvage.damage(cache) == []


def test_a_page_that_is_met_later_is_mended_at_the_next_start(tmp_path: Path) -> None:
    home = tmp_path / "home"
    words = a_full_home(home)
    file = home / "cache.db"
    with opened(home) as cache:
        (leaf,) = cache.row("SELECT rootpage FROM sqlite_master WHERE name = 'orders_queue'")
    content = bytearray(file.read_bytes())
    content[(leaf - 1) * PAGE + 100] ^= 1
    file.write_bytes(content)
    with warm() as ready:
        first = ready.run(Job(str(home), ["list"]))
        second = ready.run(Job(str(home), ["list", "--json"]))
        third = ready.run(Job(str(home), ["doctor", "--json"]))
    assert (first.status, len(first.err.splitlines())) == (1, 1), first
    assert second.status == 0, second
    assert "made anew" in second.err, second
    assert third.status == 0, third
    assert "cache.db.damaged-1" in third.out
    with opened(home) as cache:
        assert homes.words_of(cache) == words
        assert cache.value("SELECT count(*) FROM orders WHERE from_hub = 0") == 40


def test_doctor_finds_a_damaged_page_and_mends_at_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    a_full_home(home)
    spoil(home / "cache.db", 5, pages=2)
    with warm() as ready:
        told = ready.run(Job(str(home), ["doctor", "--json"]))
        after = ready.run(Job(str(home), ["doctor", "--json"]))
    assert told.status == 1, told
    assert "made anew" in told.err
    assert after.status == 0, after


@pytest.mark.parametrize("table", ["order_text_config", "order_text_data", "order_text_idx"])
def test_doctor_mends_a_cache_whose_search_index_is_damaged(table: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    words = a_full_home(home)
    with opened(home) as cache:
        (page,) = cache.row("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
    content = bytearray((home / "cache.db").read_bytes())
    content[(page - 1) * PAGE + 100] ^= 1
    (home / "cache.db").write_bytes(content)
    with warm() as ready:
        told = ready.run(Job(str(home), ["doctor", "--json"]))
        after = ready.run(Job(str(home), ["search", "车库", "--json"]))
    assert told.status == 1, told
    assert "made anew" in told.err, told
    assert after.status == 0, after
    with opened(home) as cache:
        assert homes.words_of(cache) == words


def test_mending_killed_at_any_step_loses_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    words = a_full_home(home)
    file = home / "cache.db"
    (home / "cache.db.damaged").touch()
    with opened(home) as cache:
        (leaf,) = cache.row("SELECT rootpage FROM sqlite_master WHERE name = 'orders_queue'")
    content = bytearray(file.read_bytes())
    content[(leaf - 1) * PAGE + 100] ^= 1
    file.write_bytes(content)
    with warm() as ready:
        whole = tmp_path / "whole"
        shutil.copytree(home, whole)
        steps = ready.run(Job(str(whole), ["list"])).steps
        last = range(steps - 12, steps)
        for step in (*Random(3).sample(range(steps - 12), 6), *last):
            copy = tmp_path / f"step{step}"
            shutil.copytree(home, copy)
            assert ready.run(Job(str(copy), ["list"], "kill", step)).status == -9
            assert ready.run(Job(str(copy), ["list"])).status == 0
            assert not new_beside(copy / "cache.db").exists()
            with opened(copy) as cache:
                assert homes.words_of(cache) == words, step
                assert salvage.told(cache)
            shutil.rmtree(copy)


def test_who_still_has_the_damaged_file_open_writes_nothing_into_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    a_full_home(home)
    with opened(home) as other:
        Station(home, None, False).mend(home / "cache.db").close()
        with pytest.raises(Trouble, match="start caseworker again"):
            say(other, a_draft(ORDER, text="zu spät"))
