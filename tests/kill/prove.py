"""All steps of one work, in a process of its own."""

import tempfile
from pathlib import Path
from typing import Final

from tests.kill.proof import Bench, every, warm
from tests.kill.works import works

_MEMORY: Final = Path("/dev/shm")
_PLACE: Final = _MEMORY if _MEMORY.is_dir() else None
"""A kill loses nothing that the system has taken: thousands of homes need no slow disk."""


def prove(name: str, step: int | None) -> tuple[int, list[str]]:
    """Every step of one work, or one: how many runs, and a line for each that went wrong."""
    runs, lost = 0, []
    with (
        tempfile.TemporaryDirectory(dir=_PLACE) as folder,
        works(Path(folder)) as all_works,
        warm() as ready,
    ):
        (work,) = (one for one in all_works if one.name == name)
        bench = Bench(work, ready, Path(folder) / "work")
        for one in range(bench.steps) if step is None else [step]:
            try:
                runs += every(bench, [one])
            except AssertionError as error:
                lost.append(f"--work {name!r} --step {one}: {str(error)[:600]}")
    return runs, lost
