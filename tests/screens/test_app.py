"""What befalls every page: keys, language, the line, leaving, faults."""

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.segment import Segment
from textual.color import Color

from caseworker import locale
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.orders import put_orders
from caseworker.model.taxonomy import built_in
from caseworker.model.trouble import Trouble
from screens.app import Desk
from screens.compose.page import open_form
from screens.keys import BY_ID, GROUPS
from screens.line_filter import NarrowSigns, NoControls
from screens.order.page import OrderPage
from screens.outbox.page import OutboxPage
from screens.page import Page
from screens.palette import commands
from screens.queue.page import QueuePage
from screens.seat import Seat
from screens.sync_line import SyncEvent
from tests.conftest import KEY
from tests.screens.line import FakeLine
from tests.screens.shown import settled, shown
from tests.screens.street import GARAGE, NOW, orders

SIZE = (140, 40)


async def test_one_key_switches_the_language_of_everything(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "j", "enter", "L")
        await pilot.pause()
        page = shown(desk)
        assert all(words in page for words in ("经过", "在线", "帮助", "撤销", "待发"))
        assert "What happened" not in page

        await pilot.press("q")
        await pilot.pause()
        assert all(words in shown(desk) for words in ("今日", "剩余", "街道了解的情况", "打开"))
        await pilot.press("L")
        await pilot.pause()
        assert "Today" in shown(desk)


async def test_control_c_never_quits(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+c", "ctrl+c")
        assert desk.is_running
        assert "q  goes back" in shown(desk)


async def test_q_tells_what_still_waits_before_it_leaves(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert desk.is_running
        assert "Kept: to send 3.  q  again leaves." in shown(desk)

        await pilot.press("j", "q")
        assert desk.is_running
        await pilot.press("q")
    assert desk.return_code == 0


async def test_q_tells_of_drafts_where_there_are_some(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("c", "4", "enter", *"half", "escape", "q")
        await pilot.pause()
        assert "Kept: drafts 1, to send 3." in shown(desk)

        desk.seat.line.waiting = 0
        await pilot.press("j", "q")
        await pilot.pause()
        assert "Kept: drafts 1.  q" in shown(desk)


async def test_the_foot_says_where_q_leads(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "q quit" in shown(desk)
        assert "q back" not in shown(desk)

        await pilot.press("enter")
        await settled(pilot)
        assert "q back" in shown(desk)
        assert "q quit" not in shown(desk)


async def test_in_the_search_the_keys_are_those_that_work_where_one_stands(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"hep")
        await settled(pilot)
        assert "↓ to the list  Ctrl+S save as a view  Esc back" in shown(desk)
        assert "c context" not in shown(desk)
        assert "s sync" not in shown(desk)

        await pilot.press("down")
        await settled(pilot)
        assert "Enter open  c context  r repeat  Esc back" in shown(desk)
        assert "s sync" in shown(desk)


async def test_an_empty_outbox_offers_nothing_to_open(empty_desk: Desk) -> None:
    async with empty_desk.run_test(size=SIZE) as pilot:
        await pilot.press("b")
        await settled(pilot)
        assert isinstance(empty_desk.screen, OutboxPage)
        assert "Enter open" not in shown(empty_desk)


@pytest.mark.parametrize("key", ["b", "D"])
async def test_in_a_small_terminal_a_list_keeps_its_rows(desk: Desk, key: str) -> None:
    async with desk.run_test(size=(40, 10)) as pilot:
        await pilot.press(*("j",) * 3, "c", "4", "enter", *"half", "escape", key)
        await settled(pilot)
        assert "…050002" in shown(desk)


async def test_q_leaves_at_once_where_nothing_waits(empty_desk: Desk) -> None:
    async with empty_desk.run_test(size=SIZE) as pilot:
        await pilot.press("q")
    assert empty_desk.return_code == 0


async def test_what_is_written_is_sent_soon(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.app.SEND_AFTER", 0.01)
    line = FakeLine()
    desk = Desk(desk.seat, line=line)
    async with desk.run_test(size=SIZE) as pilot:
        await line.started.wait()
        await pilot.press("c", "4", "enter", *"words", "ctrl+s")
        await pilot.pause(0.05)
        assert line.asked == 1
    assert line.stopped


async def test_the_status_line_tells_the_truth_about_the_line(desk: Desk) -> None:
    line = FakeLine()
    desk = Desk(desk.seat, line=line)
    async with desk.run_test(size=SIZE) as pilot:
        await line.started.wait()
        line.tell(SyncEvent(event="offline", since=NOW, sentence="No answer."))
        await pilot.pause()
        assert "OFFLINE since 09:43" in shown(desk)

        line.tell(SyncEvent(event="started"))
        await pilot.pause()
        assert "OFFLINE" in shown(desk)

        line.tell(SyncEvent(event="done", at=NOW))
        await pilot.pause()
        assert "online" in shown(desk)
        await pilot.press("s")
        assert line.asked == 1


async def test_without_an_enrolment_no_line_is_started(empty_desk: Desk) -> None:
    line = FakeLine()
    desk = Desk(empty_desk.seat, line=line)
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("s")
        await pilot.pause()
        assert not line.started.is_set()
        assert "Not enrolled" in shown(desk)
        assert "not enrolled" in shown(desk)


async def test_the_demo_s_person_changes_by_a_key(desk: Desk, tmp_path: Path) -> None:
    desk = Desk(desk.seat, people={"李敏  street": tmp_path / "a", "陈芳  cadre": tmp_path / "b"})
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("P", "j", "enter")
        await pilot.pause()
    assert desk.return_value == tmp_path / "b"


async def test_keys_typed_before_the_desk_was_open_act_once_it_is(desk: Desk) -> None:
    desk = Desk(desk.seat, typed_ahead="jjjy")
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.pause()
        assert desk.clipboard == GARAGE


async def test_a_trouble_is_told_and_ends_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise Trouble("The file is damaged.")

    monkeypatch.setattr("caseworker.desk.annotate.undo_last", broken)
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("z")
        await pilot.pause()
        assert "The file is damaged." in shown(desk)


async def test_a_fault_leaves_a_report_without_citizens_words(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fault(*_: object) -> None:
        citizen = "secret words of a citizen"
        raise RuntimeError(citizen)

    desk = Desk(Seat(cache, home=tmp_path, clock=lambda: NOW))
    monkeypatch.setattr("screens.page.Page.action_copy", fault)
    with pytest.raises(RuntimeError):
        await _copied(desk)
    report = _only_report(tmp_path)
    said = capfd.readouterr()
    assert "RuntimeError" in report
    assert "secret words" not in report + said.err + said.out
    assert "What you wrote is kept" in said.err.replace("\n", " ")


async def _copied(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("y")
        await pilot.pause()


def _only_report(home: Path) -> str:
    (report,) = home.glob("crash-*.txt")
    return report.read_text("utf-8")


def test_every_key_has_an_id_of_its_own_a_label_and_a_tooltip() -> None:
    keys = [key for _label, group in GROUPS for key in group]
    assert len(BY_ID) == len(keys)
    assert all(key.label and key.tooltip for key in keys)


@pytest.mark.parametrize("page", [QueuePage, OrderPage, OutboxPage])
def test_every_binding_of_a_page_does_something(page: type[QueuePage]) -> None:
    for binding in page.BINDINGS:
        action = binding[1] if isinstance(binding, tuple) else binding.action
        owner, name = (
            (Desk, action.removeprefix("app.")) if action.startswith("app.") else (page, action)
        )
        assert inspect.isfunction(getattr(owner, f"action_{name.split('(')[0]}"))


async def test_the_palette_offers_keys_views_and_colours(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        names = [name for name, _act, _help in commands(desk)]
        assert "context  (c)" in names
        assert "view: Overdue" in names
        assert "colours: high contrast" in names

        await pilot.press("colon", *"contrast", "enter")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause()
        assert desk.theme == "desk-contrast"


async def test_the_palette_acts_on_the_order_under_the_cursor(desk: Desk) -> None:
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "j", "colon", *"copy", "enter")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause()
        assert desk.clipboard == GARAGE


async def test_keys_can_be_remapped_by_their_id(desk: Desk) -> None:
    desk.set_keymap({"order.copy": "Y"})
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "j", "Y")
        assert desk.clipboard == GARAGE


def test_the_second_wall_lets_no_control_pass() -> None:
    segments = [Segment("a\x1b[31mb\x9b\u202e\x07\udc9b"), Segment("plain")]
    out = NoControls().apply(segments, Color(0, 0, 0))
    assert "".join(segment.text for segment in out) == "a�[31mb����plain"


def test_signs_of_ambiguous_width_keep_their_cells() -> None:
    segments = [Segment("╭─ “今日” … ·Ω ─╮")]
    (out,) = NarrowSigns().apply(segments, Color(0, 0, 0))
    assert out.text == '+- "今日" . .? -+'
    assert out.cell_length == segments[0].cell_length


async def test_a_minute_later_the_clock_has_moved(cache: Cache) -> None:
    locale.set_language("en")
    moments = iter([NOW] * 1)
    desk = Desk(Seat(cache, clock=lambda: next(moments, NOW.replace(minute=44))))
    async with desk.run_test(size=SIZE) as pilot:
        desk._minute()
        await pilot.pause()
        assert "09:44" in shown(desk)


@pytest.mark.parametrize(
    "opened",
    [lambda seat: OrderPage(seat, GARAGE), lambda seat: open_form(seat, "context", GARAGE)],
    ids=["order", "form"],
)
async def test_what_changes_while_a_page_is_being_built_is_shown_on_it(
    opened: Callable[[Seat], Page], desk: Desk, tmp_path: Path
) -> None:
    (garage,) = (order for order in orders() if order.order_no == GARAGE)
    async with desk.run_test(size=SIZE) as pilot:
        desk.push_screen(opened(desk.seat))
        with open_cache(tmp_path / "cache.db", KEY) as other, other.writing():
            changed = replace(garage, title="新的标题", revision=garage.revision + 1)
            put_orders(other, [changed], built_in(), from_hub=True)
        desk._look()
        await pilot.pause()
        desk._look()
        await settled(pilot)
        assert "新的标题" in shown(desk)
