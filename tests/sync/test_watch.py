"""`sync --watch`: in step, at once when told, quiet in between, gone when its parent is gone."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from caseworker.cache import settings
from caseworker.cache.connection import Cache
from caseworker.desk.repeats import suggested
from sync import watch
from sync.enrolment import enrol
from sync.lock import only_one
from sync.watch import EVERY, FIRST_BACK_OFF, LONGEST_BACK_OFF, SyncEvent, Watch, back_off
from tests.builders import a_draft, an_order
from tests.conftest import KEY
from tests.sync.loopback import on_loopback
from tests.sync.street import NOW, Desk, Street

ORDER = "440300202611050002"


class Waits:
    """Stands for the event that a watch waits on: notes how long it would wait, and ends it."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.rounds = 1
        self.watch: Watch | None = None

    def wait(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) == self.rounds and self.watch is not None:
            self.watch.stop()

    def set(self) -> None: ...

    def is_set(self) -> bool:
        """Nobody asks for a sync meanwhile."""
        return False

    def clear(self) -> None: ...


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    made = Waits()
    monkeypatch.setattr(watch, "Event", lambda: made)
    return made


def events_of(cache: Cache, waits: Waits, rounds: int = 1) -> list[SyncEvent]:
    """What a watch of so many rounds tells."""
    told: list[SyncEvent] = []

    @contextmanager
    def opened() -> Iterator[Cache]:
        yield cache

    watching = Watch(opened, told.append, lambda: NOW)
    waits.watch, waits.rounds = watching, rounds
    watching.run()
    return told


def kinds(events: list[SyncEvent]) -> list[str]:
    return [event.event for event in events]


def a_desk_of(street: Street, url: str) -> Desk:
    """A desk whose line leads to `url`."""
    desk = street.desk("李敏")
    with desk.cache.writing():
        settings.put(desk.cache, hub=url)
    return desk


def test_what_came_in_is_compared_before_it_waits(street: Street, waits: Waits) -> None:
    places = {"address": "春晖苑6栋", "content": "电梯又停在半道，老人被关在里面。"}
    street.load(*(an_order(f"9000000{n}", revision=0, title="电梯困人", **places) for n in (1, 2)))
    with on_loopback(street.application) as url:
        desk = a_desk_of(street, url)
        events_of(desk.cache, waits, rounds=1)
    assert {one.order_no for one in suggested(desk.cache)} == {"90000001", "90000002"}


def test_it_syncs_at_once_and_then_waits_about_a_minute(street: Street, waits: Waits) -> None:
    street.load(an_order(ORDER, revision=0))
    with on_loopback(street.application) as url:
        desk = a_desk_of(street, url)
        events = events_of(desk.cache, waits, rounds=2)
    assert kinds(events) == ["started", "progress", "progress", "done", "started", "done"]
    assert (events[3].pulled, events[3].pushed, events[3].at) == (1, 0, NOW)
    assert events[5].pulled == 0
    assert all(EVERY * 0.8 <= seconds <= EVERY * 1.2 for seconds in waits.seconds)


def test_out_of_reach_it_comes_back_less_and_less_often(street: Street, waits: Waits) -> None:
    desk = a_desk_of(street, "http://127.0.0.1:9")
    events = events_of(desk.cache, waits, rounds=9)
    assert kinds(events) == ["started", "offline"] * 9
    assert {event.since for event in events if event.event == "offline"} == {NOW}
    assert waits.seconds[0] < FIRST_BACK_OFF * 1.2
    assert LONGEST_BACK_OFF * 0.8 <= waits.seconds[-1] <= LONGEST_BACK_OFF


def test_back_off_is_spread_and_bounded() -> None:
    assert len({back_off(3) for _time in range(20)}) > 10
    assert all(back_off(failures) <= LONGEST_BACK_OFF for failures in range(1, 5_000, 7))


def test_a_token_that_no_longer_holds_is_a_trouble_and_not_a_line_that_is_down(
    street: Street, waits: Waits
) -> None:
    with on_loopback(street.application) as url:
        desk = a_desk_of(street, url)
        with desk.cache.writing():
            settings.put(desk.cache, token="gone")
        events = events_of(desk.cache, waits)
    assert kinds(events) == ["started", "trouble"]
    assert "enrol" in str(events[1].sentence)


def test_while_another_syncs_it_comes_back_soon(
    street: Street, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = a_desk_of(street, "http://127.0.0.1:9")
    monkeypatch.setattr("sync.lock.only_one.__wrapped__.__defaults__", (0.0,))
    with only_one(desk.cache.path):
        events = events_of(desk.cache, waits)
    assert kinds(events) == ["started"]
    assert waits.seconds[0] < FIRST_BACK_OFF * 1.2


@contextmanager
def helper(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """What the desk starts beside itself, with the key on its stdin."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "caseworker", "--home", str(home), "--key-from-stdin"),
            *("sync", "--watch", "--progress"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        write(process, KEY.hex())
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()


def write(process: subprocess.Popen[bytes], *lines: str) -> None:
    assert process.stdin is not None
    process.stdin.write("".join(f"{line}\n" for line in lines).encode())
    process.stdin.flush()


def until(output: IO[bytes] | None, wanted: str) -> dict[str, Any]:
    """Read events up to one of this kind."""
    assert output is not None
    while line := output.readline():
        event: dict[str, Any] = json.loads(line)
        if event["event"] == wanted:
            return event
    raise AssertionError(f"no event {wanted}")


def a_home(street: Street, url: str, place: Path) -> Path:
    """A home whose cache is enrolled at `url`."""
    home = place / "home"
    home.mkdir()
    desk = Desk(street.cache("home/cache"), street.line())
    enrol(desk.cache, url, street.code("李敏"), desk.line)
    return home


def test_the_desks_helper_obeys_lines_and_ends_with_its_parent(
    street: Street, tmp_path: Path
) -> None:
    street.load(an_order(ORDER, revision=0))
    with on_loopback(street.application) as url:
        home = a_home(street, url, tmp_path)
        with helper(home) as process:
            assert until(process.stdout, "done")["pulled"] == 1
            street.load(an_order(f"{ORDER}1", revision=0))
            write(process, "nonsense", "sync")
            done = until(process.stdout, "done")
            assert (done["pulled"], done["pending"], done["refused"]) == (1, 0, 0)
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(20) == 0
            assert process.stderr is not None
            assert process.stderr.read() == b""


def test_it_ends_at_sigterm_without_a_trace(street: Street, tmp_path: Path) -> None:
    home = a_home(street, "http://127.0.0.1:9", tmp_path)
    with helper(home) as process:
        offline = until(process.stdout, "offline")
        assert offline["sentence"]
        process.terminate()
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_two_share_a_cache(street: Street, tmp_path: Path) -> None:
    """The desk writes while its helper syncs."""
    street.load(an_order(ORDER, revision=0))
    with on_loopback(street.application) as url:
        home = a_home(street, url, tmp_path)
        desk = Desk(street.cache("home/cache"), street.line())
        with helper(home) as process:
            until(process.stdout, "done")
            written = desk.write(a_draft(ORDER))
            write(process, "sync")
            assert until(process.stdout, "done")["pushed"] == 1
        assert desk.states() == {written.id: "receipted"}
