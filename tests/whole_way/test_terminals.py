"""Terminals as they come: small, without colour, resized under the hands, flooded by a paste."""

from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.whole_way.street import Desk
from tests.whole_way.test_on_a_terminal import COMMAND, TAB
from tests.whole_way.test_whole_way import nyc_like


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "home")
    desk.ask("import", nyc_like(tmp_path / "rows.csv", 9))
    return desk


def composing(terminal: Terminal, words: str) -> None:
    """Open the form for a context and type into its text."""
    terminal.until("Lamp 1 out")
    terminal.press("c")
    terminal.until("promise made")
    terminal.press("3" + TAB + words)
    terminal.until(words[-6:])


def test_a_small_terminal_shows_the_queue_and_takes_words(desk: Desk) -> None:
    with Terminal(COMMAND, desk.environment(), rows=10, columns=40) as terminal:
        terminal.until("Lamp 1")
        terminal.press("c")
        terminal.until("Context")
        terminal.press("3" + TAB + "promised")
        terminal.until("promised")
        terminal.press("\x13")
        terminal.until("Saved")


@pytest.mark.parametrize(
    "more", [{"NO_COLOR": "1"}, {"TERM": "vt100"}, {"TERM": "xterm-mono"}], ids=str
)
def test_without_colours_no_colour_is_sent_and_the_cursor_is_seen(
    more: dict[str, str], desk: Desk
) -> None:
    with Terminal(COMMAND, desk.environment() | more) as terminal:
        terminal.until("Lamp 1 out")
        styles = terminal.styles()
        assert {colour for fore, back, _reverse in styles for colour in (fore, back)} == {"default"}
        assert any(reverse for _fore, _back, reverse in styles)


def test_a_terminal_that_places_nothing_is_told_of_the_plain_commands(desk: Desk) -> None:
    with Terminal(COMMAND, desk.environment() | {"TERM": "dumb"}) as terminal:
        assert terminal.ended() == 1
        assert "caseworker list" in " ".join("".join(terminal.lines()).split())


def test_a_resize_while_composing_keeps_every_word_and_the_caret(desk: Desk) -> None:
    with Terminal(COMMAND, desk.environment()) as terminal:
        composing(terminal, "promised for the twentieth")
        for rows, columns in ((10, 40), (24, 80), (40, 140)):
            terminal.resize(rows, columns)
            terminal.until("twentieth")
            terminal.press("!")
            terminal.until("twentieth" + "!" * (1 + [10, 24, 40].index(rows)))
        terminal.until(lambda _shown: terminal.before_caret().endswith("twentieth!!!"))


def test_a_flood_in_a_paste_is_answered_with_words_and_loses_nothing(desk: Desk) -> None:
    with Terminal(COMMAND, desk.environment()) as terminal:
        composing(terminal, "kept words")
        terminal.press("\x1b[200~" + "x" * 1_000_000 + "\x1b[201~")
        terminal.until("are too many")
        terminal.press(" and more")
        shown = terminal.until("kept words and more")
        assert "xxxx" not in shown


@pytest.mark.parametrize("field", ["area", "line", "search"])
def test_the_terminal_s_own_cursor_stands_at_the_caret_after_chinese(
    field: str, desk: Desk
) -> None:
    with Terminal(COMMAND, desk.environment()) as terminal:
        terminal.until("Lamp 1 out")
        if field == "search":
            terminal.press("/")
            terminal.until("─ Find ")
        elif field == "line":
            terminal.press("o")
            terminal.until("whose duty")
            terminal.press("2")
            terminal.until("J02 a department")
            terminal.press(TAB)
            terminal.until(lambda _shown: "whose duty" in terminal.before_caret())
        else:
            terminal.press("c")
            terminal.until("promise made")
            terminal.press("3" + TAB)
        for typed in ("物业", "a", "承诺二十日"):
            terminal.press(typed)
            terminal.until(typed)
        terminal.until(lambda _shown: terminal.before_caret().endswith("物业a承诺二十日"))


def test_the_doctor_names_what_of_the_configuration_cannot_be_used(desk: Desk) -> None:
    (desk.home / "desk.toml").write_text(
        'look = "light"\n[keys]\n"order.context" = "r"\n"desk.sync" = "f5"\n', "utf-8"
    )
    found = desk.ask("doctor")
    assert found["look"] == "light"
    assert found["signs"] == "Unicode"
    assert ["order.context keeps its own key" in told for told in found["configuration"]] == [True]

    with Terminal(COMMAND, desk.environment()) as terminal:
        terminal.until("r is wanted by order.context and by order.repeat")
        terminal.press("c")
        terminal.until("promise made")
