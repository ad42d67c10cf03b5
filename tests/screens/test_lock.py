"""A desk that was left alone covers everything until its passphrase is typed; nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from caseworker import locale
from caseworker.cache import key
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import drafts
from caseworker.desk.configuration import Configuration, read_configuration
from caseworker.desk.locking import Lock, complaints, lock_of
from screens import app as desk_app
from screens.app import Desk
from screens.lock.page import LockPage
from screens.seat import Seat
from screens.sync_line import SyncEvent
from screens.themes import LOOKS
from tests.builders import an_order, put
from tests.screens.shown import settled, shown
from tests.screens.street import NOW, fill

MINUTES = 10
PASSPHRASE = "梨 and pears"
CANARY = "金丝雀诉求"
TO_GARAGE = ("j", "j", "j")

Snap = Callable[..., bool]


class Clock:
    """How long the computer has been running; a test moves it."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("home")
    key.unlock(made, lambda _first: PASSPHRASE)
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def locking(cache: Cache, home: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The street's desk with a passphrase; what looks every two seconds looks all the time."""
    locale.set_language("en")
    monkeypatch.setattr(desk_app, "LOOK_EVERY", 0.01)
    fill(cache)
    put(cache, *(an_order(f"9909002026110500{n:02}", title=f"{CANARY}{n}") for n in range(30)))
    desk = Desk(Seat(cache, clock=lambda: NOW), lock=Lock(home, MINUTES * 60), clock=clock)
    desk.seat.line.state = "online"
    return desk


def covered(desk: Desk) -> bool:
    """Whether the lock is all that can be seen: no word of an order, in no layer of the picture."""
    assert desk.locked == isinstance(desk.screen, LockPage)
    if not desk.locked:
        return False
    pictures = shown(desk), desk.export_screenshot()
    titles = {row[0] for row in desk.seat.cache.rows("SELECT title FROM orders")}
    numbers = {row[0][-6:] for row in desk.seat.cache.rows("SELECT order_no FROM orders")}
    assert len(titles) > 30
    for word in {CANARY, *titles}:
        assert not any(word in picture for picture in pictures), word
    assert not any(number in pictures[0] for number in numbers)
    return True


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what the desk does by itself."""
    turn = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look() -> None:
        if holds():
            turn.set()
        else:
            loop.call_later(0.005, look)

    look()
    async with asyncio.timeout(20):
        await turn.wait()


def mouse(kind: type[events.MouseEvent]) -> events.MouseEvent:
    """What the terminal says of a mouse; the pilot would go round the desk's own door."""
    return kind(None, 30, 8, 0, 0, 0, False, False, False)


async def unlock(pilot: Pilot[Any], passphrase: str = PASSPHRASE) -> None:
    """Type a passphrase and wait for the answer."""
    for sign in passphrase:
        await pilot.press("space" if sign == " " else sign)
    await pilot.press("enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_a_desk_left_alone_locks_after_its_minutes_and_not_before(
    locking: Desk, clock: Clock
) -> None:
    async with locking.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert CANARY in shown(locking)
        clock.seconds += MINUTES * 60 - 1
        await asyncio.sleep(0.05)
        await pilot.pause()
        assert not covered(locking)
        clock.seconds += 1
        await until(lambda: locking.locked)
        await pilot.pause()
        assert covered(locking)


@pytest.mark.parametrize("how", ["key", "paste", "click", "move", "wheel"])
async def test_whatever_a_person_does_counts_as_being_there(
    how: str, locking: Desk, clock: Clock
) -> None:
    async with locking.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        clock.seconds += MINUTES * 60 - 1
        match how:
            case "key":
                await pilot.press("j")
            case "paste":
                locking.post_message(events.Paste("x"))
            case "click":
                locking.post_message(mouse(events.MouseDown))
            case "move":
                locking.post_message(mouse(events.MouseMove))
            case "wheel":
                locking.post_message(mouse(events.MouseScrollDown))
        await pilot.pause()
        clock.seconds += MINUTES * 60 - 1
        await asyncio.sleep(0.05)
        assert not covered(locking)
        clock.seconds += 1
        await until(lambda: locking.locked)


async def test_what_the_desk_does_by_itself_does_not_count(locking: Desk, clock: Clock) -> None:
    async with locking.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        clock.seconds += MINUTES * 60 - 1
        locking._hear(SyncEvent(event="progress", pulled=7))
        locking._hear(SyncEvent(event="done"))
        locking._reload()
        locking._minute()
        await pilot.pause()
        clock.seconds += 1
        await until(lambda: locking.locked)


async def test_the_first_key_after_a_sleep_of_the_computer_only_locks(
    locking: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_app, "LOOK_EVERY", 3600)
    async with locking.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        clock.seconds += MINUTES * 60
        await pilot.press("b")
        assert covered(locking)
        assert [type(page).__name__ for page in locking.pages] == ["QueuePage"]
        assert locking.screen.query_one(Input).value == ""
        clock.seconds += MINUTES * 60
        await unlock(pilot)
        assert not locking.locked


async def test_nothing_shows_through_whatever_happens_below(locking: Desk, home: Path) -> None:
    async with locking.run_test(size=(100, 30)) as pilot:
        for keys in ((), ("enter",), ("c",), ("slash", "h"), ("colon",), ("f",), ("h",)):
            await pilot.press(*TO_GARAGE, *keys)
            await settled(pilot)
            await pilot.press("ctrl+l")
            assert covered(locking), keys
            put(locking.seat.cache, an_order("990900202611059999", title=f"{CANARY}新"))
            locking._reload()
            locking._minute()
            locking._hear(SyncEvent(event="trouble", sentence=CANARY))
            locking.pages[-1].say(CANARY, "danger")
            locking.action_language()
            locking.action_language()
            await pilot.resize_terminal(90, 28)
            await settled(pilot)
            assert covered(locking), keys
            await unlock(pilot)
            assert not locking.locked
            await pilot.press("escape", "escape", "q")
            await pilot.pause()


@pytest.mark.parametrize("look", list(LOOKS))
async def test_no_look_is_transparent(look: str, locking: Desk) -> None:
    locking.theme = f"desk-{look}"
    async with locking.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert covered(locking)


async def test_no_key_of_the_desk_works_through_the_lock(locking: Desk) -> None:
    async with locking.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+l")
        for pressed in ("ctrl+p", "f1", "escape", "tab", "shift+tab", "ctrl+s", "ctrl+l", "q", "L"):
            await pilot.press(pressed)
            assert covered(locking), pressed
            assert isinstance(locking.focused, Input), pressed
        await pilot.click(offset=(3, 29))
        await pilot.click(offset=(3, 3), times=2)
        assert covered(locking)
        assert [type(page).__name__ for page in locking.pages] == ["QueuePage"]


async def test_a_wrong_passphrase_is_one_sentence_and_the_right_one_opens(locking: Desk) -> None:
    async with locking.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        before = shown(locking)
        await pilot.press("ctrl+l")
        await pilot.press("enter")
        assert "wrong" not in shown(locking)
        for wrong in ("x", PASSPHRASE + "x", PASSPHRASE[:-1]):
            await unlock(pilot, wrong)
            assert covered(locking)
            assert "The passphrase is wrong: try again." in shown(locking)
            assert locking.screen.query_one(Input).value == ""
        await unlock(pilot)
        assert not locking.locked
        assert shown(locking) == before


async def test_the_passphrase_is_derived_beside_the_keys_and_never_shown(
    locking: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived = asyncio.Event()
    loop = asyncio.get_running_loop()
    is_passphrase = key.is_passphrase

    def slow(home: Path, passphrase: str) -> bool:
        # On the loop itself this would wait for itself.
        asyncio.run_coroutine_threadsafe(derived.wait(), loop).result(20)
        return is_passphrase(home, passphrase)

    monkeypatch.setattr(key, "is_passphrase", slow)
    async with locking.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+l")
        await pilot.press(*"pears")
        assert "pears" not in shown(locking)
        await pilot.press("enter")
        await pilot.press(*"more")
        assert locking.screen.query_one(Input).value == "more"
        assert "One moment" in shown(locking)
        assert covered(locking)
        derived.set()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "wrong" in shown(locking)


async def test_what_is_half_typed_is_saved_and_comes_back_with_its_caret(locking: Desk) -> None:
    async with locking.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press(*TO_GARAGE, "c", "3", "enter", *"promised", "left", "left", "left")
        area = locking.focused
        assert isinstance(area, TextArea)
        place, caret = area.cursor_location, locking.cursor_position
        await pilot.press("ctrl+l")
        assert covered(locking)
        assert [one.draft.text for one in drafts(locking.seat.cache)] == ["promised"]
        await unlock(pilot)
        await settled(pilot)
        assert locking.focused is area
        assert (area.text, area.cursor_location) == ("promised", place)
        assert locking.cursor_position == caret
        await pilot.press("X")
        assert area.text == "promiXsed"


async def test_a_line_that_is_half_typed_in_a_dialog_comes_back_too(locking: Desk) -> None:
    async with locking.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press(*TO_GARAGE, "h", *"next mon", "left")
        line = locking.focused
        assert isinstance(line, Input)
        caret = line.cursor_position
        await pilot.press("ctrl+l")
        assert covered(locking)
        await unlock(pilot)
        assert locking.focused is line
        assert (line.value, line.cursor_position) == ("next mon", caret)


async def test_what_cannot_be_saved_is_told_on_the_lock_and_stays(
    locking: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from caseworker.desk import annotate
    from caseworker.model.trouble import Trouble

    def full(*_given: object) -> bool:
        raise Trouble("The disk is full.")

    async with locking.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press(*TO_GARAGE, "c", "3", "enter", *"promised")
        area = locking.focused
        with monkeypatch.context() as patched:
            patched.setattr(annotate, "keep_draft", full)
            await pilot.press("ctrl+l")
            assert covered(locking)
            assert "The disk is full." in shown(locking)
        await unlock(pilot)
        assert isinstance(area, TextArea)
        assert area.text == "promised"


async def test_an_act_that_ends_meanwhile_does_not_open_the_lock(locking: Desk) -> None:
    async with locking.run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("asterisk", "plus")
        await settled(pilot)
        locking.call_later(locking.screen.action_apply)  # type: ignore[attr-defined]
        locking.call_later(locking.action_lock)
        await until(lambda: locking.locked)
        count = "SELECT count(*) FROM shortlist"
        await until(lambda: locking.seat.cache.value(count) > 30)
        for _turn in range(20):
            await pilot.pause()
        assert covered(locking)
        for sign in PASSPHRASE:
            await pilot.press("space" if sign == " " else sign)
        await pilot.press("enter")
        await until(lambda: not locking.locked)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert [type(page).__name__ for page in locking.pages] == ["QueuePage"]
        assert "Done:" in shown(locking)


async def test_lock_now_stands_in_the_palette(locking: Desk) -> None:
    async with locking.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("colon", *"lock now")
        await settled(pilot)
        await pilot.press("down", "enter")
        await until(lambda: locking.locked)
        await pilot.pause()
        assert covered(locking)


async def test_a_home_without_a_passphrase_says_why_it_cannot_lock(desk: Desk) -> None:
    locale.set_language("en")
    async with desk.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+l")
        assert not desk.locked
        assert "This home has no passphrase to ask for" in shown(desk)


async def test_zero_minutes_never_lock_by_themselves(
    cache: Cache, home: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_app, "LOOK_EVERY", 0.01)
    desk = Desk(Seat(cache, clock=lambda: NOW), lock=Lock(home, 0), clock=clock)
    async with desk.run_test() as pilot:
        clock.seconds += 1e6
        await asyncio.sleep(0.05)
        await pilot.pause()
        assert not desk.locked
        await pilot.press("ctrl+l")
        assert desk.locked


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("", 600), ("idle_lock_minutes = 3", 180), ("idle_lock_minutes = 0", 0)],
)
def test_the_file_says_after_how_many_minutes(
    written: str, seconds: int, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "key.json").write_bytes((home / "key.json").read_bytes())
    (tmp_path / "desk.toml").write_text(written)
    configuration = read_configuration(tmp_path)
    assert configuration.complaints == ()
    assert complaints(tmp_path, configuration) == []
    assert lock_of(tmp_path, configuration) == Lock(tmp_path, seconds)


@pytest.mark.parametrize("written", ["true", "-1", '"ten"', "2.5"])
def test_minutes_that_are_none_are_told_and_the_usual_ones_hold(
    written: str, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "key.json").write_bytes((home / "key.json").read_bytes())
    (tmp_path / "desk.toml").write_text(f"idle_lock_minutes = {written}")
    configuration = read_configuration(tmp_path)
    (told,) = configuration.complaints
    assert "idle_lock_minutes" in told
    assert lock_of(tmp_path, configuration) == Lock(tmp_path, 600)


def test_a_home_without_a_passphrase_is_told_that_it_has_no_lock(tmp_path: Path) -> None:
    key.key_beside(tmp_path)
    asked = Configuration(idle_lock_minutes=5)
    assert lock_of(tmp_path, asked) is None
    (told,) = complaints(tmp_path, asked)
    assert "no passphrase" in told
    assert complaints(tmp_path, Configuration()) == []
    assert complaints(tmp_path, Configuration(idle_lock_minutes=0)) == []


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("what", ["locked", "wrong"])
def test_the_lock_looks_as_it_did(
    what: str, language: str, size: tuple[int, int], locking: Desk, snap_compare: Snap
) -> None:
    locale.set_language(language)

    async def go(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await pilot.press("ctrl+l")
        if what == "wrong":
            await unlock(pilot, "wrong")
            await pilot.press(*"again")
        await settled(pilot)

    act: Callable[[Pilot[Any]], Awaitable[None]] = go
    assert snap_compare(locking, terminal_size=size, run_before=act)
