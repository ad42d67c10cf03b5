"""Kill, starve and lock out caseworker at every step of every work: `python -m tests.kill`.

`--work NAME` takes one work, `--step N` one step of it, as a failure names them.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.kill.prove import prove
from tests.kill.works import NAMES
from tests.simulation.prove import all_cores


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill", description=__doc__)
    parser.add_argument("--work", choices=NAMES, help="one work alone")
    parser.add_argument("--step", type=int, help="one step alone")
    parser.add_argument("--jobs", type=int, default=all_cores(), help="processes at once")
    asked = parser.parse_args()
    names = [asked.work] if asked.work else list(NAMES)
    began = time.monotonic()
    spawn = get_context("spawn")
    with ProcessPoolExecutor(asked.jobs, mp_context=spawn) as pool:
        found = list(pool.map(prove, names, [asked.step] * len(names)))
    runs, lost = sum(one[0] for one in found), [line for one in found for line in one[1]]
    for line in lost:
        print(line)
    print(
        f"{len(names)} works, {runs} runs killed, without room or read-only:"
        f" {len(lost)} broke a promise; {time.monotonic() - began:.0f} s"
    )
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
