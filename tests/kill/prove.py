"""Steps of one work, in a process of its own."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct

from tests.kill import wiping
from tests.kill.proof import HOWS, Bench, Warm, warm
from tests.kill.warm import How
from tests.kill.works import NAMES, works

_MEMORY: Final = Path("/dev/shm")
_PLACE: Final = _MEMORY if _MEMORY.is_dir() else None
"""A kill loses nothing that the system has taken: thousands of homes need no slow disk."""

WHOLE: Final = ("compose", "propose", "context")
"""Works of which each step is always taken: what one types is never drawn by lot."""


ALL: Final = (*NAMES, wiping.NAME)
"""Every work."""


class Portion(Struct, frozen=True):
    """Which steps of a work are taken: all, one, or so many drawn by a seed; of those each
    `parts`-th, from `part` on."""

    work: str
    step: int | None = None
    drawn: int | None = None
    seed: int = 0
    part: int = 0
    parts: int = 1

    def of(self, steps: int) -> list[int]:
        """The steps, of so many that there are."""
        if self.step is not None:
            return [self.step]
        taken = range(steps)
        if self.drawn is None or self.work in WHOLE:
            return list(taken)[self.part :: self.parts]
        drawn = Random(f"{self.work} {self.seed}").sample(taken, min(self.drawn, steps))
        return sorted(drawn)[self.part :: self.parts]


class Proven(Struct, frozen=True):
    """What came of a portion: how many steps and runs, and a line for each that went wrong."""

    work: str
    steps: int
    runs: int
    broken: list[str]


def prove(portion: Portion) -> Proven:
    """Kill and starve one work at each step of the portion."""
    runs, broken = 0, []
    with (
        tempfile.TemporaryDirectory(dir=_PLACE) as folder,
        warm() as ready,
        _steps(portion.work, Path(folder), ready) as (steps, interrupt),
    ):
        taken = portion.of(steps)
        for step in taken:
            for how in HOWS:
                runs += 1
                try:
                    interrupt(step, how)
                except AssertionError as error:
                    told = str(error)[:600]
                    broken.append(f"--work {portion.work!r} --step {step}: {how}: {told}")
    return Proven(portion.work, len(taken), runs, broken)


@contextmanager
def _steps(name: str, place: Path, ready: Warm) -> Iterator[tuple[int, Callable[[int, How], None]]]:
    """How many steps a work has, and how to interrupt it at one of them."""
    if name == wiping.NAME:
        with wiping.a_wiping(place, ready) as parting:
            yield parting.steps, parting.interrupt
        return
    with works(place) as all_works:
        (work,) = (one for one in all_works if one.name == name)
        bench = Bench(work, ready, place / "work")
        yield bench.steps, bench.interrupt
