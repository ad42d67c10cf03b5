"""Prove everything, or do one run again.

`python -m tests.simulation` proves; `--seed N` lives one random day again, `--fault F --at N` the
written day with one fault, `--bug NAME` plants a bug in it; `--history` prints what happened.
"""

import argparse
import sys
from contextlib import ExitStack

from msgspec import json

from tests.simulation import runs
from tests.simulation.bugs import BUGS
from tests.simulation.checker import check
from tests.simulation.history import Run
from tests.simulation.line import FAULTS
from tests.simulation.prove import DAYS, DAYS_LONG, all_cores, prove, words


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="one random day")
    parser.add_argument("--skew", type=int, help="days by which every device's clock is off")
    parser.add_argument("--fault", choices=("none", *FAULTS), help="one fault in the written day")
    parser.add_argument("--at", type=int, default=-1, help="the request that it meets")
    parser.add_argument("--bug", choices=[bug.name for bug in BUGS], help="a bug to plant")
    parser.add_argument("--history", action="store_true", help="print what happened, as JSON lines")
    parser.add_argument("--days", type=int, help=f"random days to live (usually {DAYS})")
    parser.add_argument(
        "--long", action="store_true", help=f"all faults everywhere, {DAYS_LONG} random days"
    )
    parser.add_argument("--jobs", type=int, default=all_cores(), help="processes at once")
    asked = parser.parse_args()
    if asked.seed is None and asked.fault is None:
        days = asked.days or (DAYS_LONG if asked.long else DAYS)
        return 0 if prove(days, every_fault=asked.long, jobs=asked.jobs) else 1
    with ExitStack() as closing:
        for bug in BUGS:
            if bug.name == asked.bug:
                closing.enter_context(bug.plant())
        run = _run(asked)
    if asked.history:
        for event in run.events:
            sys.stdout.write(json.encode(event).decode() + "\n")
    breaches = check(run)
    for breach in breaches:
        print(words(breach))
    print(f"{len(run.events)} events, {len(breaches)} promises broken", file=sys.stderr)
    return 1 if breaches else 0


def _run(asked: argparse.Namespace) -> Run:
    if asked.seed is not None:
        return runs.random_day(asked.seed, asked.skew)
    return runs.single_fault(asked.at, "" if asked.fault == "none" else asked.fault)


if __name__ == "__main__":
    sys.exit(main())
