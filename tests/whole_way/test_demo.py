"""`caseworker demo` asks nothing, answers by itself, keeps its state, and leaves nothing behind."""

import sys
from pathlib import Path

from caseworker.cache.key import key_beside
from tests.terminal import Terminal
from tests.whole_way.street import Desk

COMMAND = (sys.executable, "-m", "caseworker", "demo")


def environment(home: Path) -> dict[str, str]:
    given = Desk(home).environment()
    del given["CASEWORKER_PASSPHRASE"]
    return given


def test_the_demo_opens_on_a_street_and_keeps_what_was_done(tmp_path: Path) -> None:
    with Terminal(COMMAND, environment(tmp_path)) as terminal:
        terminal.until("online")
        terminal.until("地下车库又渗水了")
        terminal.press("jjjj")
        terminal.press("c")
        terminal.until("promise made")
        terminal.press("3\tcome back on Friday")
        terminal.until("Friday")
        terminal.press("\x13")
        terminal.until("Saved, and waiting")
        terminal.press("b")
        terminal.until("Receipted")
        terminal.press("q")
        terminal.until("Today")
        terminal.press("q")
        assert terminal.ended() == 0
    home = tmp_path / "demo" / "li-min"
    key_beside(home)
    with Terminal([*COMMAND, "--offline"], environment(tmp_path), rows=24, columns=80) as terminal:
        terminal.until("OFFLINE")
        terminal.press("b")
        terminal.until("Outbox")
        terminal.press("q")
        terminal.until("Today")
        terminal.press("P")
        terminal.until("Who sits here next")
        terminal.press("j\r")
        terminal.until("幸福里社区 陈静")
        terminal.press("q")
        assert terminal.ended() == 0
