"""A damaged write-ahead log: SQLite drops it from the bad frame on and says nothing; we say it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from caseworker.cache import key, salvage
from caseworker.cache.connection import Cache, Damaged, explain, open_cache, torn
from caseworker.cli.station import Station
from caseworker.model.trouble import Trouble
from tests.builders import a_draft, say
from tests.kill import homes
from tests.kill.acts import ORDER, opened
from tests.kill.proof import warm
from tests.kill.test_damage import PAGE, a_full_home, one_by_one, spoil
from tests.kill.warm import Job
from tests.terminal import Terminal

STEP = 24 + PAGE
SINCE = [f"断电前第{n}句" for n in range(40)]
"""Written since the cache was last closed in order: they stand in the log alone."""


def an_interrupted_home(place: Path) -> tuple[Path, list[str]]:
    """A home whose program was killed: its files as they stood at that moment, and its words."""
    live, home = place / "live", place / "home"
    a_full_home(live)
    with opened(live) as cache:
        for one in SINCE:
            say(cache, a_draft(ORDER, text=one + "，" + "详" * 300))
        words = homes.words_of(cache)
        shutil.copytree(live, home)
    shutil.rmtree(live)
    return home, words


def flip(at: Callable[[int], int]) -> Callable[[Path], None]:
    """Turn some bits of the log: `at` says where, from the number of its frames."""

    def spoil(log: Path) -> None:
        content = bytearray(log.read_bytes())
        content[at((len(content) - 32) // STEP)] ^= 0x5A
        log.write_bytes(content)

    return spoil


def frame(number: int, inside: int) -> int:
    return 32 + number * STEP + inside


HEADERS = {
    "the magic of the log": flip(lambda _frames: 1),
    "the salts of the log": flip(lambda _frames: 17),
    "the checksum of the log": flip(lambda _frames: 25),
    "the salts of the first frame": flip(lambda _frames: frame(0, 9)),
    "the salts of a frame": flip(lambda frames: frame(frames // 2, 12)),
    "the checksum of a frame": flip(lambda frames: frame(frames // 2, 18)),
    "the checksum of the last frame": flip(lambda frames: frame(frames - 1, 18)),
    "where a commit ends": flip(lambda frames: frame(frames - 1, 6)),
}
"""None of these touches a page: every word is read."""

PAGES: dict[str, tuple[Callable[[int], int], int]] = {
    "a page at the beginning": (lambda _frames: 1, 24 + 700),
    "a page in the middle": (lambda frames: frames // 2, 24 + 700),
    "a page near the end": (lambda frames: frames - 3, 24 + 2000),
    "the last page": (lambda frames: frames - 1, 24 + 4000),
    "which page it is": (lambda frames: frames // 2, 3),
    "which page the last one is": (lambda frames: frames - 1, 3),
}


@pytest.mark.parametrize("index", [True, False], ids=["with its index", "without"])
@pytest.mark.parametrize("place", list(HEADERS))
def test_a_log_whose_pages_are_whole_is_read_to_its_end(
    place: str, index: bool, tmp_path: Path
) -> None:
    home, words = an_interrupted_home(tmp_path)
    log = home / "cache.db-wal"
    HEADERS[place](log)
    if not index:
        (home / "cache.db-shm").unlink()
    spoilt = log.read_bytes()
    station = Station(home, None, False)
    with station.cache() as cache:
        assert homes.words_of(cache) == words
        assert salvage.told(cache) == station.mended
        assert salvage.damage(cache) == []
    assert "The log of your last writes was damaged" in station.mended
    kept = home / "cache.db.damaged-1-log"
    assert kept.read_bytes() == spoilt
    assert kept.stat().st_mode & 0o077 == 0
    assert not torn(home / "cache.db").exists()
    assert not list(home.glob("cache.db.reading*"))
    again = Station(home, None, False)
    again.open_cache().close()
    assert again.mended == ""


@pytest.mark.parametrize("index", [True, False], ids=["with its index", "without"])
@pytest.mark.parametrize("place", list(PAGES))
def test_only_what_stood_on_a_spoilt_page_of_the_log_is_lost_and_that_is_told(
    place: str, index: bool, tmp_path: Path
) -> None:
    home, words = an_interrupted_home(tmp_path)
    log = home / "cache.db-wal"
    number, inside = PAGES[place]
    at = number((log.stat().st_size - 32) // STEP)
    readable = read_with_that_page_spoilt(home, at)
    flip(lambda _frames: frame(at, inside))(log)
    if not index:
        (home / "cache.db-shm").unlink()
    station = Station(home, None, False)
    with station.cache() as cache:
        found = homes.words_of(cache)
        assert set(found) <= set(words)
        assert set(found) >= readable
        assert len(readable) > len(words) - len(SINCE) // 2
        assert salvage.damage(cache) == []
    assert "The log of your last writes was damaged" in station.mended


def read_with_that_page_spoilt(home: Path, at: int) -> set[str]:
    """What could be read had the page of that frame been spoilt in the file itself, where SQLite
    reads the rest by its own means."""
    copy = home.with_name("whole")
    shutil.copytree(home, copy)
    log = (copy / "cache.db-wal").read_bytes()
    page = int.from_bytes(log[frame(at, 0) : frame(at, 4)])
    opened(copy).close()
    assert not (copy / "cache.db-wal").exists()
    content = bytearray((copy / "cache.db").read_bytes())
    content[(page - 1) * PAGE + 500] ^= 0x5A
    (copy / "cache.db").write_bytes(content)
    readable, _holes = one_by_one(copy)
    shutil.rmtree(copy)
    return readable


@pytest.mark.parametrize("how", ["cut off", "emptied", "gone"])
def test_a_log_that_is_shorter_than_its_index_knows_is_told(how: str, tmp_path: Path) -> None:
    home, words = an_interrupted_home(tmp_path)
    log = home / "cache.db-wal"
    if how == "gone":
        log.unlink()
    else:
        keep = frame((log.stat().st_size - 32) // STEP // 2, 100) if how == "cut off" else 0
        with log.open("r+b") as file:
            file.truncate(keep)
    station = Station(home, None, False)
    with station.cache() as cache:
        found = homes.words_of(cache)
        assert set(found) < set(words)
        assert {one for one in words if "断电前" not in one} <= set(found)
        assert salvage.damage(cache) == []
    assert "The log of your last writes was damaged" in station.mended


def test_a_program_that_was_merely_killed_is_no_damage(tmp_path: Path) -> None:
    home, words = an_interrupted_home(tmp_path)
    station = Station(home, None, False)
    with station.cache() as cache:
        assert homes.words_of(cache) == words
    assert station.mended == ""
    assert not list(home.glob("*damaged*"))


@pytest.mark.parametrize("written", [24, 24 + 100, STEP])
def test_a_frame_that_was_under_way_when_all_ended_is_no_damage(
    written: int, tmp_path: Path
) -> None:
    home, words = an_interrupted_home(tmp_path)
    log = home / "cache.db-wal"
    content = log.read_bytes()
    last = content[-STEP:]
    # A commit whose head was written, and of whose page anything may have come to the disk.
    begun = last[:16] + Random(1).randbytes(STEP - 16)
    log.write_bytes(content + begun[:written])
    station = Station(home, None, False)
    with station.cache() as cache:
        assert homes.words_of(cache) == words
    assert station.mended == ""


def test_what_an_earlier_log_left_behind_is_no_damage(tmp_path: Path) -> None:
    live, home = tmp_path / "live", tmp_path / "home"
    a_full_home(live)
    with opened(live) as cache:
        for one in SINCE:
            say(cache, a_draft(ORDER, text=one + "，" + "详" * 300))
        cache.execute("PRAGMA wal_checkpoint(RESTART)")
        say(cache, a_draft(ORDER, text="新日志里的一句"))
        words = homes.words_of(cache)
        shutil.copytree(live, home)
    for index in (home / "cache.db-shm", None):
        copy = tmp_path / f"copy{index is None}"
        shutil.copytree(home, copy)
        if index is None:
            (copy / "cache.db-shm").unlink()
        station = Station(copy, None, False)
        with station.cache() as cache:
            assert homes.words_of(cache) == words
        assert station.mended == ""


WRITER = """
import sys
from pathlib import Path
from tests.builders import a_draft, say
from tests.kill.acts import ORDER, opened
with opened(Path(sys.argv[1])) as cache:
    print("open", flush=True)
    for number in range(150):
        say(cache, a_draft(ORDER, text=f"同时写的第{number}句"))
        if number % 40 == 39:
            cache.execute("PRAGMA wal_checkpoint(RESTART)")
"""


def test_a_log_that_another_process_is_writing_is_no_damage(tmp_path: Path) -> None:
    home = tmp_path / "home"
    a_full_home(home)
    secret = key.key_beside(home)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        looked = 0
        while writer.poll() is None or not looked:
            open_cache(home / "cache.db", secret).close()
            looked += 1
    assert writer.returncode == 0
    assert not list(home.glob("*torn*"))
    with opened(home) as cache:
        assert sum("同时写的" in one for one in homes.words_of(cache)) == 150


def test_a_cache_that_is_not_the_homes_own_is_refused_each_time_and_its_log_kept(
    tmp_path: Path,
) -> None:
    home, _words = an_interrupted_home(tmp_path)
    HEADERS["the checksum of a frame"](home / "cache.db-wal")
    spoilt = (home / "cache.db-wal").read_bytes()
    copy = home / "copy.db"
    for ending in ("", "-wal", "-shm"):
        (home / f"cache.db{ending}").rename(home / f"copy.db{ending}")
    for _again in range(2):
        with pytest.raises(Damaged):
            Station(home, copy, False).open_cache()
    assert torn(copy).read_bytes() == spoilt


def test_doctor_says_it_too_and_later_still(tmp_path: Path) -> None:
    home, _words = an_interrupted_home(tmp_path)
    HEADERS["the checksum of a frame"](home / "cache.db-wal")
    with warm() as ready:
        told = ready.run(Job(str(home), ["doctor", "--json"]))
        after = ready.run(Job(str(home), ["doctor", "--json"]))
    assert told.status == 0, told
    assert "The log of your last writes was damaged" in told.err
    assert "The log of your last writes was damaged" in after.out
    assert after.err == ""


@pytest.mark.parametrize("what", ["the log", "a page"])
def test_the_desk_tells_on_its_screen_what_was_damaged(what: str, tmp_path: Path) -> None:
    if what == "the log":
        home, _words = an_interrupted_home(tmp_path)
        HEADERS["the checksum of a frame"](home / "cache.db-wal")
    else:
        home = tmp_path / "home"
        a_full_home(home)
        spoil(home / "cache.db", 3, pages=1)
        (home / "cache.db.damaged").touch()
    with the_desk(home) as terminal:
        shown = terminal.until(lambda text: "Was damaged" in text.splitlines()[-1])
    assert "look through your words. More:  caseworker doctor" in shown.splitlines()[-1]


def the_desk(home: Path) -> Terminal:
    environment = os.environ | {
        "CASEWORKER_HOME": str(home),
        "LANGUAGE": "en",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
    return Terminal((sys.executable, "-m", "caseworker"), environment, rows=24, columns=80)


def test_what_another_command_mended_is_told_once_by_the_next_desk(tmp_path: Path) -> None:
    home, _words = an_interrupted_home(tmp_path)
    HEADERS["the checksum of a frame"](home / "cache.db-wal")
    with warm() as ready:
        assert ready.run(Job(str(home), ["list"])).status == 0
    with the_desk(home) as terminal:
        terminal.until(lambda text: "Was damaged" in text.splitlines()[-1])
    with opened(home) as cache:
        assert salvage.untold(cache) == ""
        assert salvage.told(cache)


def test_mending_from_a_log_killed_at_any_step_loses_nothing(tmp_path: Path) -> None:
    home, words = an_interrupted_home(tmp_path)
    HEADERS["the salts of a frame"](home / "cache.db-wal")
    with warm() as ready:
        whole = tmp_path / "whole"
        shutil.copytree(home, whole)
        steps = ready.run(Job(str(whole), ["list"])).steps
        first, last = range(6), range(steps - 14, steps)
        for step in (*first, *Random(3).sample(range(6, steps - 14), 4), *last):
            copy = tmp_path / f"step{step}"
            shutil.copytree(home, copy)
            assert ready.run(Job(str(copy), ["list"], "kill", step)).status == -9
            assert ready.run(Job(str(copy), ["list"])).status == 0
            with opened(copy) as cache:
                assert homes.words_of(cache) == words, step
                assert salvage.told(cache), step
            assert len(list(copy.glob("cache.db.damaged-*-log"))) == 1, step
            shutil.rmtree(copy)


def test_a_disk_that_cannot_be_read_is_not_told_as_damage(tmp_path: Path) -> None:
    from sqlcipher3 import dbapi2 as sqlcipher

    told = explain(sqlcipher.OperationalError("disk I/O error"), tmp_path / "cache.db")
    assert isinstance(told, Trouble)
    assert not isinstance(told, Damaged)
    assert "nothing says that the file is damaged" in str(told)


def test_a_read_error_leaves_no_sign_of_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    a_full_home(home)
    with opened(home) as cache:
        failing = cache._connection

        class Failing:
            def execute(self, *_given: object) -> None:
                from sqlcipher3 import dbapi2 as sqlcipher

                raise sqlcipher.OperationalError("disk I/O error")

        cache._connection = Failing()
        with pytest.raises(Trouble, match="nothing says that the file is damaged"):
            cache.value("SELECT 1")
        cache._connection = failing
    assert not list(home.glob("*damaged*"))
    assert isinstance(cache, Cache)
