"""One run from one seed: the same history each time, on any machine."""

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Final

from tests.simulation.history import Run
from tests.simulation.line import FAULTS
from tests.simulation.schedule import OneFault, RandomDay, written_day
from tests.simulation.world import SEATS, Morning, World, a_morning, a_world

_MEMORY: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where there is such a place: this is not about the disk."""


SEATED: Final = 3
"""Who lives the written day: the office, the cadre and the lead."""


def random_day(seed: int, skew: int | None = None) -> Run:
    """The day of that seed; with `skew` every device's clock is that many days off."""
    desks = 2 + random.Random(seed).randrange(len(SEATS) - 1)
    with _world(f"day {seed}", desks) as world:
        RandomDay(world, f"day {seed}", skew).run()
        return world.run()


def single_fault(at: int, fault: str) -> Run:
    """The written day, whose request with the number `at` meets `fault`."""
    with _world(f"fault {at} {fault}", SEATED) as world:
        written_day(world, OneFault(at, fault))
        return world.run()


def steps_of_the_written_day() -> list[str]:
    """The requests that the written day makes when nothing goes wrong."""
    with _world("steps", SEATED) as world:
        asked = OneFault(-1, "")
        written_day(world, asked, rest=False)
        return asked.asked


def single_faults(*, every: bool = False) -> list[tuple[int, str]]:
    """Every single fault at every step of the written day: those that differ in what they do
    there, or with `every` all of them everywhere."""
    return [
        (at, fault)
        for at, call in enumerate(steps_of_the_written_day())
        for fault in (FAULTS if every else telling(call))
    ]


def telling(call: str) -> tuple[str, ...]:
    """The faults that do something of their own to a call."""
    match call:
        case "GET /v1/feed":
            return (*_ANYWHERE, "late", "empty_feed", "overlap", "reordered")
        case "POST /v1/annotations":
            return (*_ANYWHERE, "late", "duplicate", "again_later", "dies_midway", "busy_midway")
        case "POST /v1/enrolments":
            return (*_ANYWHERE, "duplicate")
    return _ANYWHERE


_ANYWHERE: Final = (
    "reset_before", "reset_after", "timeout_after", "500_after", "503_before", "429_absurd",
    "half_json", "html_as_json",
)  # fmt: skip


@contextmanager
def _world(seed: str, desks: int) -> Iterator[World]:
    place = _folder("run", os.getpid())
    for left in place.iterdir():
        left.unlink()
    with a_world(_morning(os.getpid()), place, seed, desks) as world:
        yield world


@cache
def _morning(process: int) -> Morning:
    return a_morning(_folder("morning", process))


@cache
def _folder(name: str, process: int) -> Path:
    """A folder of that process alone, which a forked one does not share."""
    kept = tempfile.TemporaryDirectory(dir=_MEMORY, prefix=f"caseworker-{name}-")
    # A worker of a pool leaves without what `tempfile` does at the end of a program.
    Finalize(None, kept.cleanup, exitpriority=1)
    return Path(kept.name)
