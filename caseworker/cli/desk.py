"""The desk, wired together: key, cache, screens, and the process that syncs beside them."""

import gc
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from msgspec import structs

from caseworker.cache import settings
from caseworker.cache.connection import Cache
from caseworker.cli.station import Station
from caseworker.cli.terminal import Question, can_place, has_colours
from caseworker.desk import locking
from caseworker.desk.configuration import read_configuration
from caseworker.locale import _
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe

GARBAGE_AFTER: Final = 20_000
"""Objects made beyond those dropped, after which garbage is looked for: some pages of rows."""


def open_desk(station: Station, people: dict[str, Path] | None = None) -> int:
    """Run the desk until it is left; its exit status.

    In the demo `people` are those who may sit here: name → home, each with a key beside it. The
    key that changes the person closes this desk and opens theirs.
    """
    while True:
        status, home = _one_sitting(station, people)
        if home is None:
            return status
        station = Station(home, None, False)


def _one_sitting(station: Station, people: dict[str, Path] | None) -> tuple[int, Path | None]:
    if not can_place():
        raise Trouble(
            _(
                "This terminal cannot show the desk (TERM={kind}): use the plain commands, such as"
                "  caseworker list , or another terminal."
            ).format(kind=safe(os.environ.get("TERM", "")))
        )
    configuration = read_configuration(station.home)
    # Deriving a key takes as long as importing Textual: they go side by side. A passphrase is
    # asked for before anything is painted.
    with ThreadPoolExecutor(1) as beside:
        importing = beside.submit(_import_screens)
        cache, question = _opened(station)
        if mended := _mended(cache):
            told = (mended, *configuration.complaints)
            configuration = structs.replace(configuration, complaints=told)
        # Only now: a first start has just made the key.
        if complaints := locking.complaints(station.home, configuration):
            told = (*configuration.complaints, *complaints)
            configuration = structs.replace(configuration, complaints=told)
        wide = question.answer()
        importing.result()
    from caseworker.cli.sync_process import SyncProcess
    from screens.app import Desk
    from screens.seat import Seat

    try:
        line = None if station.db is not None else SyncProcess(station.home, station.key())
        desk = Desk(
            Seat(cache, home=station.home),
            line=line,
            people=people,
            narrow_signs=wide,
            colours=has_colours(),
            configuration=configuration,
            lock=None if cache.plain else locking.lock_of(station.home, configuration),
            typed_ahead=question.typed,
        )
        home = desk.run()
        return desk.return_code or 0, home
    finally:
        cache.close()


def _opened(station: Station) -> tuple[Cache, Question]:
    # The terminal answers while the key is derived; where a passphrase is to be typed, after it.
    if station.will_ask():
        return station.open_cache(), Question()
    question = Question()
    try:
        return station.open_cache(), question
    except BaseException:
        question.withdraw()
        raise


def _mended(cache: Cache) -> str:
    """What no desk has told yet of a damaged cache that was made anew."""
    if cache.plain or not settings.get(cache, "mended"):
        return ""
    # Only those whose cache was damaged pay for it.
    from caseworker.cache import salvage

    return salvage.untold(cache)


def _import_screens() -> None:
    # What an import makes stays: looking through it for garbage takes a tenth of its time.
    gc.disable()
    try:
        import screens.app  # noqa: F401 - for its own sake, while the key is made
    finally:
        gc.freeze()
        # Nor does it look while the first rows are painted, or a page of them after a key.
        gc.set_threshold(GARBAGE_AFTER)
        gc.enable()
