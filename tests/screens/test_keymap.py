"""Keys are remapped by id; what clashes or is unknown is told in words, and the rest works."""

from pathlib import Path

import pytest

from caseworker.cache.connection import Cache
from caseworker.desk.configuration import FILE, Configuration, read_configuration
from screens.app import Desk
from screens.help import HelpPage
from screens.keymap import checked, is_key, normal
from screens.keys import PLACES
from screens.seat import Seat
from tests.screens.shown import shown
from tests.screens.street import NOW

SIZE = (140, 40)


def a_desk(desk: Desk, **keys: str) -> Desk:
    wanted = {name.replace("__", "."): key for name, key in keys.items()}
    return Desk(desk.seat, configuration=Configuration(keys=wanted))


def test_no_place_gives_one_key_to_two_actions() -> None:
    for place, keys in PLACES.items():
        taken = [key for one in keys for key in one.keys.split(",")]
        assert sorted(taken) == sorted(set(taken)), place


def test_two_keys_may_be_swapped() -> None:
    wanted = {"order.context": "u", "order.unreasonable": "c"}
    assert checked(wanted) == (wanted, [])


def test_a_clash_is_told_with_both_names_and_left_out() -> None:
    usable, complaints = checked({"order.context": "r", "desk.sync": "f5"})
    assert usable == {"desk.sync": "f5"}
    (told,) = complaints
    assert "r is wanted by order.context and by order.repeat" in told


@pytest.mark.parametrize(
    ("name", "key", "other"),
    [
        ("side.link", "n", "side.not_same"),
        ("side.words", "c", "order.context"),
        ("side.not_same", "4", "side.kind_4"),
        ("matter.split", "y", "order.copy"),
        ("matter.next_look", "j", "list.down"),
    ],
)
def test_clashes_beside_candidates_and_on_a_matter_are_told(
    name: str, key: str, other: str
) -> None:
    usable, (told,) = checked({name: key})
    assert usable == {}
    assert f"{key} is wanted by {name} and by {other}" in told


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("order.kontext", "k", "there is no action order.kontext"),
        ("order.context", "ctrl+", "is no key"),
        ("order.context", "hyper", "is no key"),
        ("order.context", "", "is no key"),
        ("order.context", "\x1b]0;x\x07", "is no key"),
        ("dialog.save", "s", "needs Ctrl"),
    ],
)
def test_what_is_no_key_or_no_action_is_told(name: str, key: str, words: str) -> None:
    usable, complaints = checked({name: key})
    assert usable == {}
    assert words in complaints[0]
    assert complaints[0].isprintable()


@pytest.mark.parametrize(
    ("written", "named"),
    [("?", "question_mark"), ("/", "slash"), ("-", "minus"), ("a", "a"), (" f5 ", "f5")],
)
def test_a_key_is_written_as_it_is_typed(written: str, named: str) -> None:
    assert normal(written) == named
    assert is_key(named)


async def test_a_remapped_key_works_and_stands_in_hints_help_and_palette(desk: Desk) -> None:
    desk = a_desk(desk, order__context="f6", desk__help="f2")
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "F6 context" in shown(desk)
        await pilot.press("c")
        await pilot.pause()
        assert desk.screen is desk.pages[0]

        await pilot.press("f2")
        await pilot.pause()
        assert isinstance(desk.screen, HelpPage)
        assert "F6        Write down what the street knows" in shown(desk)
        await pilot.press("escape", "f6")
        await pilot.pause()
        assert "Context" in shown(desk)


async def test_what_cannot_be_used_is_told_at_the_start(cache: Cache, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[keys]\n"order.context" = "r"\n"x.y" = "q"\n', "utf-8")
    desk = Desk(Seat(cache, clock=lambda: NOW), configuration=read_configuration(tmp_path))
    async with desk.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "there is no action x.y" in shown(desk)
        assert "and 1 more: run  caseworker doctor" in shown(desk)
