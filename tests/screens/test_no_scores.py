"""Every page of the desk is walked: none tells a caller's score or a ranking of workers.

In words, and in what the words hide: who called, and who among the colleagues wrote, is changed for
all orders at once, and no page may read otherwise. A row that stood higher, a sign or a figure that
came of a person's other orders, would.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import json, structs
from textual.screen import Screen

import screens
from caseworker import locale
from caseworker.cache import last_sync
from caseworker.cache.connection import Cache
from caseworker.cache.orders import put_orders, read_order
from caseworker.desk.locking import Lock
from caseworker.model.annotation import Annotation
from caseworker.model.taxonomy import built_in
from screens.app import Desk
from screens.keys import BY_ID, GROUPS
from screens.lines import Line, piece
from screens.order.writing import head_lines
from screens.page import Page
from screens.palette import commands
from screens.seat import Seat
from tests.about_people import in_words
from tests.screens.shown import settled, shown
from tests.screens.street import NOW, fill, orders, said_by_others
from tests.screens.test_evidence import a_photograph, rests_on

PEOPLE = ("李敏", "陈芳", "赵强", "王小明", "孙涛", "周")
SIZE = (140, 40)
TO_GARAGE = ("j", "j", "j")
TO_JOB = (*TO_GARAGE, "j", "j")
RANGE = (*TO_GARAGE, "V", "j", "j")

ROUTES: dict[str, tuple[str, ...]] = {
    **{f"view {digit}": (digit,) for digit in "158"},
    "preview": TO_GARAGE,
    "order": (*TO_GARAGE, "enter"),
    "history": (*TO_JOB, "t"),
    "deadline": (*TO_GARAGE, "d"),
    "side": (*TO_GARAGE, "r"),
    "repeat": (*TO_GARAGE, "r", "j", "e"),
    "matter": (*TO_GARAGE, "m"),
    "next look": (*TO_GARAGE, "m", "a"),
    "context": (*TO_GARAGE, "c"),
    "template": (*TO_GARAGE, "c", "ctrl+t"),
    "unreasonable": (*TO_JOB, "u", "1", "enter"),
    "objection": (*TO_GARAGE, "o", "2", "enter"),
    "review": (*TO_JOB, "v"),
    "withdrawal": (*TO_GARAGE, "w"),
    "file": (*TO_JOB, "F"),
    "dry run": (*RANGE, "o", "2", "enter", *"unit", "tab", "tab", *"why", "ctrl+s"),
    "outbox": ("b",),
    "drafts": ("D",),
    "search": ("slash", *"hep"),
    "help": ("question_mark",),
    "shelve": (*TO_GARAGE, "h"),
    "jump": ("f",),
    "palette": ("colon",),
    "person": ("P",),
    "lock": ("ctrl+l",),
}  # fmt: skip

COMPARED = ("view 1", "view 5", "view 8", "preview", "order", "history", "review", "search")
"""Where orders stand in rows or beside figures. Not the repeats and the matter: they may tell that
two orders have one caller, which is of the orders, and says why."""

Street = Callable[[Cache], None]


def one_caller(cache: Cache) -> None:
    """Everyone's appeals come from one person, everyone's words from one colleague."""
    _fill(cache, lambda _place: "小", lambda _place: "强")


def many_callers(cache: Cache) -> None:
    """Each appeal comes from another person, each proposal from another colleague."""
    signs = "一二三四五六七八九十百千万上下左右"
    _fill(cache, lambda place: signs[place], lambda place: signs[place])


def _fill(cache: Cache, caller: Callable[[int], str], colleague: Callable[[int], str]) -> None:
    fill(cache)
    rests_on(cache, "现场.png", "image/png", a_photograph())
    with cache.writing():
        for place, order in enumerate(orders()):
            sign = caller(place)
            known = read_order(cache, order.order_no)
            assert known is not None
            # Masked they are alike, whoever it is.
            same = structs.replace(
                known,
                caller_name=f"王{sign}明",
                caller_phone=f"138{ord(sign):05}521"[:7] + "5521",
                caller_hash=sign,
            )
            put_orders(cache, [same], built_in(), from_hub=True)
        for place, said in enumerate(said_by_others()):
            _rewrite(cache, structs.replace(said, author=f"赵{colleague(place)}"))


def _rewrite(cache: Cache, said: Annotation) -> None:
    cache.execute(
        "UPDATE annotations SET author = ?, body = ? WHERE id = ?",
        (said.author, json.encode(said), said.id),
    )


async def walked(
    cache: Cache, language: str, routes: dict[str, tuple[str, ...]] = ROUTES
) -> tuple[dict[str, str], set[type[Screen[Any]]]]:
    """Route → what stands on the screen at its end; and every kind of page that was met."""
    locale.set_language(language)
    last_sync.mark(cache, NOW)
    homes = {name: Path(name) for name in PEOPLE[:3]}
    desk = Desk(Seat(cache, clock=lambda: NOW), people=homes, lock=Lock(Path("home"), 0))
    desk.seat.line.state = "online"
    texts: dict[str, str] = {}
    met: set[type[Screen[Any]]] = set()
    async with desk.run_test(size=SIZE) as pilot:
        for name, keys in routes.items():
            await pilot.press("1", "g")
            for key in keys:
                await pilot.press(key)
            await settled(pilot)
            met |= {type(page) for page in desk.screen_stack}
            texts[name] = re.sub("赵.", "赵强", shown(desk))
            told = [f"{label}  {help_text}" for label, _act, help_text in commands(desk)]
            texts[f"palette on {name}"] = "\n".join(told)
            if desk.locked:
                break
            while len(desk.screen_stack) > 1:
                await desk.pop_screen()
            await pilot.press("escape")
    return texts, met


def every_kind_of_page(package: str = "screens.") -> set[type[Screen[Any]]]:
    """All screens that a package defines."""
    for module in pkgutil.walk_packages(screens.__path__, "screens."):
        importlib.import_module(module.name)
    found: set[type[Screen[Any]]] = set()
    ahead: list[type[Screen[Any]]] = [Screen]
    while ahead:
        for kind in ahead.pop().__subclasses__():
            ahead.append(kind)
            if kind.__module__.startswith(package) and kind is not Page:
                found.add(kind)
    return found


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_no_page_tells_one(language: str, cache: Cache) -> None:
    one_caller(cache)
    texts, met = await walked(cache, language)
    assert every_kind_of_page() - met == set(), "a page that nobody walks is not known to be fair"
    assert {name: told for name, text in texts.items() if (told := in_words(text, PEOPLE))} == {}


async def test_no_page_reads_otherwise_for_another_caller_or_colleague(
    cache: Cache, other_cache: Cache
) -> None:
    one_caller(cache)
    many_callers(other_cache)
    routes = {name: ROUTES[name] for name in COMPARED}
    here, _met = await walked(cache, "en", routes)
    there, _met = await walked(other_cache, "en", routes)
    assert _differing(here, there) == {}


def _differing(here: dict[str, str], there: dict[str, str]) -> dict[str, list[str]]:
    """The pages that read otherwise, with the rows that do."""
    counted = re.compile(r"  \d+ callers?")
    assert here.keys() == there.keys()
    return {
        name: rows
        for name in here
        if (
            rows := [
                row
                for row, other in zip(
                    counted.sub("", here[name]).splitlines(),
                    counted.sub("", there[name]).splitlines(),
                    strict=True,
                )
                if row.rstrip("─╮ ") != other.rstrip("─╮ ")
            ]
        )
    }


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_key_and_no_hint_tells_one(language: str) -> None:
    locale.set_language(language)
    told = [
        f"{locale._(key.label)}  {locale._(key.tooltip)}" for key in BY_ID.values() if key.label
    ]
    told += [locale._(label) for label, _keys in GROUPS]
    assert len(told) > 80
    assert in_words("\n".join(told), PEOPLE) == []


PLANTED_WORDS = (
    "来电人评分 87",
    "Ranking of workers",
    "李敏  12 件",
    "赵强 98%",
    "12 orders  陈芳",
)


@pytest.mark.parametrize("words", PLANTED_WORDS)
async def test_words_that_are_planted_on_a_page_are_found(
    words: str, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cache)
    planted: Callable[..., list[Line]] = lambda *_given, **_named: [[piece(words)]]  # noqa: E731
    monkeypatch.setattr("screens.order.page.head_lines", planted)
    texts, _met = await walked(cache, "en", {"order": ROUTES["order"]})
    assert in_words(texts["order"], PEOPLE) != []


async def test_a_figure_and_an_order_of_rows_that_come_of_a_person_are_found(
    cache: Cache, other_cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_caller(cache)
    many_callers(other_cache)
    routes = {"order": ROUTES["order"]}

    async def differing() -> dict[str, list[str]]:
        here, _met = await walked(cache, "en", routes)
        there, _met = await walked(other_cache, "en", routes)
        return _differing(here, there)

    assert await differing() == {}

    def counted(sheet: Any, *given: Any) -> list[Line]:
        # What a score is made of: the other orders of the caller, from wherever they are known.
        store = cache if sheet.order.caller_hash == "小" else other_cache
        count = store.value(
            "SELECT count(*) FROM orders WHERE caller_hash = ?", (sheet.order.caller_hash,)
        )
        return [*head_lines(sheet, *given), [piece("*" * int(count))]]

    monkeypatch.setattr("screens.order.page.head_lines", counted)
    assert list(await differing()) == ["order"]


def test_a_page_that_is_planted_and_not_walked_is_found() -> None:
    planted = type("Leaderboard", (Page,), {"__module__": "planted.leaderboard"})
    assert every_kind_of_page("planted.") == {planted}
