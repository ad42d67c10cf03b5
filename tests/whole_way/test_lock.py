"""The lock on a real terminal: nothing of an order on it, nor in its title, until one is back."""

from pathlib import Path

from tests.terminal import Terminal
from tests.whole_way.street import Desk
from tests.whole_way.test_on_a_terminal import COMMAND, kept
from tests.whole_way.test_whole_way import nyc_like

LOCK, TAB, ENTER, QUIT = "\x0c", "\t", "\r", "\x11"


def test_a_locked_desk_shows_nothing_and_gives_every_word_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    desk.ask("import", nyc_like(tmp_path / "rows.csv", 3))
    environment = desk.environment()
    passphrase = environment["CASEWORKER_PASSPHRASE"]
    with Terminal(COMMAND, environment) as terminal:
        terminal.until("Lamp 0 out")
        terminal.press("c")
        terminal.until("promise made")
        terminal.press("3" + TAB + "the lamp was mended once before")
        terminal.until("mended once before")
        terminal.press("\x1b[D" * len("before") + LOCK)
        shown = terminal.until(lambda text: "Locked" in text and "Lamp" not in text)
        assert "mended once before" not in shown
        numbers = [order["order_no"] for order in desk.ask("list")]
        assert not any(number[-6:] in shown for number in numbers)
        kept(desk, numbers[0], "the lamp was mended once before")
        terminal.press("nonsense" + ENTER)
        shown = terminal.until("The passphrase is wrong: try again.")
        assert "Lamp" not in shown
        terminal.press(passphrase + ENTER)
        terminal.until("mended once before")
        terminal.press("X")
        terminal.until("mended once Xbefore")
        terminal.press(LOCK)
        terminal.until(lambda text: "Locked" in text and "Lamp" not in text)
        terminal.press(QUIT)
        assert terminal.ended() == 0
        # No page ever gives the window a title: other windows and the task bar would show it.
        assert b"\x1b]0;" not in terminal.seen
        assert b"\x1b]2;" not in terminal.seen
        assert passphrase.encode() not in terminal.seen
    kept(desk, numbers[0], "the lamp was mended once Xbefore")
