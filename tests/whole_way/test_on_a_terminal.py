"""The whole way on the screens alone, on a real pty: read, write, mark, quit, come back."""

import sys
import time
from pathlib import Path

from tests.terminal import WAIT_SECONDS, Terminal
from tests.whole_way.street import Desk, serving
from tests.whole_way.test_whole_way import nyc_like

COMMAND = (sys.executable, "-m", "caseworker")
ENTER, ESCAPE, TAB, SAVE = "\r", "\x1b", "\t", "\x13"


def opened(terminal: Terminal, number: str) -> None:
    """Find an order by its number and open it."""
    terminal.press("/")
    terminal.until("─ Find ")
    terminal.press(number)
    terminal.until("1 found")
    terminal.press(ENTER)
    terminal.until("The appeal")


def left(terminal: Terminal) -> None:
    """Go back from wherever one is, and leave the desk."""
    while True:
        # The row of titles alone tells the page: the rest may be of the frame before.
        title = terminal.lines()[1]
        if "Today" in title:
            terminal.press("q")
            return
        terminal.press(ESCAPE if "─ Find ─" in title else "q")
        terminal.until(lambda shown, before=title: shown.splitlines()[1] != before)  # type: ignore[misc]


def test_the_whole_way_on_the_screens_alone(tmp_path: Path) -> None:
    hub, office = Desk(tmp_path / "hub"), Desk(tmp_path / "office")
    hub.ask("hub", "load", nyc_like(tmp_path / "rows.csv", 30), "--unit", "heping")
    code = hub.ask("hub", "worker", "add", "li", "--unit", "heping", "--role", "office")["code"]
    with serving(hub) as address:
        office.ask("enrol", address, "--code", code)
        with Terminal(COMMAND, office.environment()) as terminal:
            terminal.until("Lamp 0 out")
            opened(terminal, "90000007")
            terminal.press("c")
            terminal.until("promise made")
            terminal.press("3" + TAB + "repair promised for the twentieth")
            terminal.until("twentieth")
            terminal.press(SAVE)
            terminal.until("Saved, and waiting")
            terminal.press("r")
            terminal.until("own words")
            terminal.press("e")
            terminal.until("R06 progress chase")
            terminal.press("1" + TAB + "\x15" + "90000003" + TAB)
            terminal.until("Lamp 3 out")
            terminal.press("same caller, same lamp")
            terminal.until("same lamp")
            terminal.press(SAVE)
            terminal.until("R01")
            terminal.press("b")
            terminal.until(lambda text: text.count("Receipted") == 2)
            left(terminal)
            assert terminal.ended() == 0
        (proposal,) = [item for item in office.ask("outbox", "--all") if item["kind"] == "repeat"]
        hub.ask("hub", "decide", proposal["id"], "--grant", "--text", "merged with the first")
        with Terminal(COMMAND, office.environment(), rows=24, columns=80) as terminal:
            terminal.until("Lamp 0 out")
            opened(terminal, "90000007")
            terminal.until("merged with the first")


def kept(desk: Desk, number: str, *texts: str) -> None:
    """Wait until a desk that goes on running has put these drafts on the disk, and no others."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (found := {draft["text"] for draft in desk.ask("show", number)["drafts"]}) != set(texts):
        assert time.monotonic() < deadline, found


def test_a_killed_desk_gives_every_typed_word_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    desk.ask("import", nyc_like(tmp_path / "rows.csv", 3))
    with Terminal(COMMAND, desk.environment()) as terminal:
        opened(terminal, "90000001")
        terminal.press("c")
        terminal.until("promise made")
        terminal.press("3" + TAB + "the lamp was mended once before")
        terminal.until("mended once before")
        kept(desk, "90000001", "the lamp was mended once before")
        # Another draft of the same kind on the same order, and no key that would save it.
        terminal.press("\x0e")
        terminal.until("Choose a reason code.")
        terminal.press("1" + TAB + "and another word")
        terminal.until("another word")
        kept(desk, "90000001", "the lamp was mended once before", "and another word")
        terminal.kill()
    with Terminal(COMMAND, desk.environment(), rows=24, columns=80) as terminal:
        terminal.until("Lamp 1 out")
        terminal.press("D")
        terminal.until(lambda text: "the lamp was mended" in text and "and another word" in text)


def test_ctrl_c_never_quits(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    desk.ask("import", nyc_like(tmp_path / "rows.csv", 3))
    with Terminal(COMMAND, desk.environment()) as terminal:
        terminal.until("Lamp 1 out")
        terminal.press("\x03")
        opened(terminal, "90000001")
        terminal.press("\x03\x03")
        left(terminal)
        assert terminal.ended() == 0
