"""The floors of the house hold when it runs (DESIGN §2): `sys.modules` says who loads what."""

import pkgutil
import subprocess
import sys

import pytest

import caseworker

HEAVY = ("textual", "rich", "httpx", "sqlalchemy", "litestar", "sqlite_utils")

IMPORT_ALL = """
import importlib, pkgutil, sys
room = importlib.import_module(sys.argv[1])
for found in pkgutil.walk_packages(getattr(room, "__path__", []), room.__name__ + "."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""

IMPORT_ONE = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def loaded_by(script: str, room: str) -> set[str]:
    """The top-level packages that a fresh Python has loaded after importing `room`."""
    ran = subprocess.run(
        [sys.executable, "-c", script, room], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split())


ROOMS = [
    f"caseworker.{found.name}"
    for found in pkgutil.iter_modules(caseworker.__path__)
    if found.name not in ("cli", "__main__")
]


@pytest.mark.parametrize("room", ROOMS)
def test_below_the_screens_everything_is_plain(room: str) -> None:
    """No terminal, no network, no server; and no database at all below the cache."""
    above = {"textual", "rich", "httpx", "sqlalchemy", "litestar", "screens", "sync", "hub"}
    if room in {f"caseworker.{name}" for name in ("locale", "taxonomy", "text", "model")}:
        above |= {"sqlite_utils", "sqlcipher3"}
    assert loaded_by(IMPORT_ALL, room) & above == set()


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        # httpx itself loads rich, for a command of its own.
        ("sync", {"textual", "sqlalchemy", "litestar", "screens", "hub"}),
        ("hub", {"textual", "rich", "httpx", "screens", "sync"}),
        ("screens", {"httpx", "sqlalchemy", "litestar", "sync", "hub"}),
    ],
)
def test_side_by_side_on_one_floor_nobody_knows_the_other(room: str, forbidden: set[str]) -> None:
    assert loaded_by(IMPORT_ALL, room) & forbidden == set()


def test_the_command_line_loads_nothing_heavy_until_a_command_needs_it() -> None:
    assert loaded_by(IMPORT_ONE, "caseworker.cli") & {*HEAVY, "screens", "sync", "hub"} == set()


def test_the_desk_opens_without_sqlite_utils() -> None:
    """It costs more to import than Textual itself (DESIGN §4)."""
    assert "sqlite_utils" not in loaded_by(IMPORT_ALL, "screens")


NOT_BEFORE_THE_FIRST_ROW = (
    "caseworker.cache.annotations",
    "caseworker.cache.drafts",
    "caseworker.cache.memberships",
    "caseworker.cache.orders",
    "caseworker.cache.outbox",
    "caseworker.cache.search_index",
    "caseworker.desk.annotate",
    "caseworker.desk.sheet",
    "caseworker.model.rules",
    "caseworker.model.taxonomy",
    "caseworker.model.wire",
    "caseworker.repeats",
    "click",
    "hashlib",
    "json",
    "tomllib",
    "uuid6",
    "zoneinfo",
)

IMPORT_THE_DESK = """
import sys
import caseworker.cli.desk, caseworker.cli.sync_process, screens.app, screens.seat
print(*sys.modules)
"""


def test_the_first_row_waits_for_nothing_that_it_does_not_show() -> None:
    """Each of these takes milliseconds of the time to the first painted row (docs/speed.md)."""
    loaded = subprocess.run(
        [sys.executable, "-c", IMPORT_THE_DESK], capture_output=True, text=True, check=True
    )
    assert set(loaded.stdout.split()) & set(NOT_BEFORE_THE_FIRST_ROW) == set()
