"""Steps of one work, in a process of its own."""

import tempfile
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct

from tests.kill.proof import Bench, every, warm
from tests.kill.works import works

_MEMORY: Final = Path("/dev/shm")
_PLACE: Final = _MEMORY if _MEMORY.is_dir() else None
"""A kill loses nothing that the system has taken: thousands of homes need no slow disk."""

WHOLE: Final = ("compose", "propose", "context")
"""Works of which each step is always taken: what one types is never drawn by lot."""


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
        works(Path(folder)) as all_works,
        warm() as ready,
    ):
        (work,) = (one for one in all_works if one.name == portion.work)
        bench = Bench(work, ready, Path(folder) / "work")
        steps = portion.of(bench.steps)
        for one in steps:
            try:
                runs += every(bench, [one])
            except AssertionError as error:
                broken.append(f"--work {portion.work!r} --step {one}: {str(error)[:600]}")
    return Proven(portion.work, len(steps), runs, broken)
