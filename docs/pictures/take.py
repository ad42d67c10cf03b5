"""Takes the pictures of the README, in both languages: `make picture`."""

import asyncio
import re
import shutil
import tempfile
from html import escape, unescape
from itertools import groupby
from pathlib import Path

from caseworker import locale
from caseworker.cache import settings
from caseworker.cache.connection import open_plain
from caseworker.sample.example import MADE_FOR
from caseworker.text.width import cells
from screens.app import Desk
from screens.queue.page import RESTS_AFTER
from screens.seat import Seat

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "local.db.example"
SIZE = (140, 40)

PICTURES = {
    "queue": ("j", "j", "j", "j", "j", "j"),
    "repeats": ("j", "j", "j", "j", "j", "j", "r"),
    "unreasonable": ("slash", *"十年工资", "enter", "u", "1"),
}


CELL = 12.2
"""Width of a cell in Rich's pictures, in their units."""


def with_true_widths(picture: str) -> str:
    """Rich counts one cell for each character; Chinese ones take two. No font is fetched.

    A stretch of wide characters and one of narrow ones each get their place and their length: a
    browser spreads what a font lacks or has too much over a whole text, and columns would shift.
    """

    def widened(text: re.Match[str]) -> str:
        at, pieces = float(text["x"]), []
        for _is_wide, stretch in groupby(unescape(text["words"]), lambda char: cells(char) == 2):
            words = "".join(stretch)
            length = cells(words) * CELL
            if words.strip():
                place = f'{text["before"]}x="{at:g}"{text["between"]}textLength="{length:g}"'
                pieces.append(f"{place}{text['after']}{_written(words)}</text>")
            at += length
        return "".join(pieces)

    return _TEXT.sub(widened, _FONT.sub("", picture))


def _written(words: str) -> str:
    return escape(words, quote=False).replace("\xa0", "&#160;")


_FONT = re.compile("@font-face [{].*?[}]", re.DOTALL)

_TEXT = re.compile(
    '(?P<before><text [^>]*?)x="(?P<x>[^"]*)"(?P<between>[^>]*?)textLength="[^"]*"'
    "(?P<after>[^>]*>)(?P<words>[^<]*)</text>"
)


async def take(name: str, keys: tuple[str, ...], language: str) -> None:
    """Save one picture as NAME.LANGUAGE.svg."""
    locale.set_language(language)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(EXAMPLE, folder))
        with open_plain(copy) as cache:
            with cache.writing():
                settings.put(cache, name="李敏")
            desk = Desk(Seat(cache, clock=lambda: MADE_FOR))
            async with desk.run_test(size=SIZE) as pilot:
                await pilot.press(*keys)
                # The preview waits until the cursor rests.
                await pilot.pause(2 * RESTS_AFTER)
                await pilot.app.workers.wait_for_complete()
                await pilot.pause()
                picture = desk.export_screenshot(title="caseworker")
    (HERE / f"{name}.{language}.svg").write_text(with_true_widths(picture), "utf-8")


async def main() -> None:
    """Take every picture in every language."""
    for language in locale.LANGUAGES:
        for name, keys in PICTURES.items():
            await take(name, keys, language)


asyncio.run(main())
