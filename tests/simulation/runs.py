"""One run from one seed: the same history each time, on any machine."""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Final

from msgspec import Struct

from tests.simulation.history import Run
from tests.simulation.line import FAULTS
from tests.simulation.schedule import SCENES, OneFault, RandomDay, Weather, play, until_noon
from tests.simulation.world import SEATS, Morning, World, a_morning, a_world, later

_MEMORY: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where there is such a place: this is not about the disk."""


ANY: Final = Weather()

SEATED: Final = 3
"""Who lives the written day: the office, the cadre and the lead."""


def ready() -> None:
    """Make what every run begins with: before a bug is planted, and before processes part."""
    the_written_day()
    noon()


def random_day(seed: int, skew: int | None = None, weather: Weather = ANY) -> Run:
    """The day of that seed; with `skew` every device's clock is that many days off."""
    desks = 2 + random.Random(seed).randrange(len(SEATS) - 1)
    morning = the_written_day()[0].before
    with _world(f"day {seed}", noon() if seed % 3 else morning, desks) as world:
        RandomDay(world, f"day {seed}", skew, weather).run()
        return world.run()


def single_fault(at: int, fault: str, *, whole: bool = False) -> Run:
    """The written day, whose request with the number `at` meets `fault`.

    It is taken up at the scene of that request, since nothing has differed until then; from the
    morning on with `whole`, as a planted bug needs it.
    """
    day = the_written_day()
    first = 0
    while not whole and first < len(day) and at >= len(day[first].asked):
        at -= len(day[first].asked)
        first += 1
    if first == len(day):
        raise ValueError("the written day has no such request")
    with _world(f"fault {at} {fault}", day[first].before, SEATED) as world:
        play(world, SCENES[first:], OneFault(at, fault))
        world.settle()
        return world.run()


@cache
def noon() -> Morning:
    """A later beginning of a random day. Call it before a bug is planted."""
    morning = the_written_day()[0].before
    return later(morning, _folder("noon"), "noon", len(SEATS), until_noon)


class Scene(Struct, frozen=True):
    """A scene of the written day: the moment before it, and the requests that are made in it."""

    before: Morning
    asked: list[str]


@cache
def the_written_day() -> list[Scene]:
    """The scenes as they go when nothing goes wrong. Call it before a bug is planted."""
    before = a_morning(_folder("morning"))
    scenes: list[Scene] = []
    for number, scene in enumerate(SCENES):
        asked = OneFault(-1, "")
        after = later(
            before,
            _folder(f"scene-{number}"),
            f"scene {number}",
            SEATED,
            partial(play, scenes=[scene], fault=asked),
        )
        scenes.append(Scene(before, asked.asked))
        before = after
    return scenes


def steps_of_the_written_day() -> list[str]:
    """The requests that the written day makes when nothing goes wrong."""
    return [call for scene in the_written_day() for call in scene.asked]


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
            return (*_READING, "late", "empty_feed", "overlap", "reordered")
        case "POST /v1/annotations":
            return (*_ANYWHERE, "late", "duplicate", "again_later", "dies_midway", "busy_midway")
        case "POST /v1/enrolments":
            return (*_ANYWHERE, "duplicate")
        case "POST /v1/disclosures" | "POST /v1/quarantine":
            return (*_ANYWHERE, "late", "duplicate", "again_later")
    if call.startswith(("HEAD ", "GET /v1/evidence/", "PATCH ")):
        return (*(_ANYWHERE if call.startswith("PATCH") else _READING), "late", "duplicate")
    return _READING


_READING: Final = (
    "reset_before", "timeout_after", "503_before", "429_absurd", "half_json", "html_as_json",
)  # fmt: skip
"""What a call changes nothing by, whether the hub heard of it or not."""

_ANYWHERE: Final = (*_READING, "reset_after", "500_after")


@contextmanager
def _world(seed: str, morning: Morning, desks: int) -> Iterator[World]:
    place = _folder("run", os.getpid())
    for left in place.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    with a_world(morning, place, seed, desks) as world:
        yield world


@cache
def _folder(name: str, process: int = 0) -> Path:
    """A folder; with `process` of that process alone, which a forked one does not share."""
    made = tempfile.mkdtemp(dir=_MEMORY, prefix=f"caseworker-{name}-")
    # A worker of a pool leaves without what `tempfile` does at the end of a program, and must not
    # remove what it has inherited.
    Finalize(None, shutil.rmtree, args=(made,), kwargs={"ignore_errors": True}, exitpriority=1)
    return Path(made)
