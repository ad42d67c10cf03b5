"""Kill, starve and lock out caseworker at every step of every work: `python -m tests.kill`.

`--drawn N` takes so many steps of each work, drawn by a seed that is printed, and every step of
typing and proposing. `--work NAME` takes one work, `--step N` one step of it, as a failure names
them.
"""

import argparse
import secrets
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.kill.prove import ALL, Portion, Proven, prove
from tests.simulation.prove import all_cores

PARTS = 2
"""Into how many parts a work is cut where all of its steps are taken: the last one to end is not
to be waited for alone."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill", description=__doc__)
    parser.add_argument("--work", choices=ALL, help="one work alone")
    parser.add_argument("--step", type=int, help="one step alone")
    parser.add_argument("--drawn", type=int, help="so many steps of each work")
    parser.add_argument("--seed", type=int, help="what they are drawn by")
    parser.add_argument("--jobs", type=int, default=all_cores(), help="processes at once")
    asked = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    names = [asked.work] if asked.work else list(ALL)
    parts = PARTS if asked.step is None and asked.drawn is None else 1
    portions = [
        Portion(name, asked.step, asked.drawn, seed, part, parts)
        for name in names
        for part in range(parts)
    ]
    began = time.monotonic()
    found: list[Proven] = []
    with ProcessPoolExecutor(asked.jobs, mp_context=get_context("spawn")) as pool:
        for proven in pool.map(prove, portions):
            found.append(proven)
            print(f"  {proven.work}: {proven.steps} steps, {proven.runs} runs", flush=True)
            for line in proven.broken:
                print(f"    {line}", flush=True)
    broken = sum(len(one.broken) for one in found)
    drawn = "" if asked.drawn is None else f" (drawn by {seed})"
    print(
        f"{len(names)} works, {sum(one.steps for one in found)} steps{drawn},"
        f" {sum(one.runs for one in found)} runs killed, without room or read-only:"
        f" {broken} broke a promise; {time.monotonic() - began:.0f} s"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
