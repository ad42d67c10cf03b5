"""Prove everything, or do one run again.

`python -m tests.simulation` proves; `--seed N` lives one random day again, `--fault F --at N` the
written day with one fault, `--bug NAME` plants a bug in it; `--history` prints what happened.
"""

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path

from msgspec import json

from tests.simulation import runs
from tests.simulation.bugs import BUGS
from tests.simulation.checker import check
from tests.simulation.history import Run
from tests.simulation.line import FAULTS
from tests.simulation.prove import DAYS, DAYS_LONG, all_cores, prove, words
from tests.simulation.schedule import Weather


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
    parser.add_argument(
        "--record", type=Path, help="write the days down there, and go on where it was stopped"
    )
    parser.add_argument("--jobs", type=int, default=all_cores(), help="processes at once")
    asked = parser.parse_args()
    if asked.seed is None and asked.fault is None:
        days = range(asked.days or (DAYS_LONG if asked.long else DAYS))
        held = prove(days, every_fault=asked.long, jobs=asked.jobs, record=asked.record)
        return 0 if held else 1
    runs.ready()
    planted = next((bug for bug in BUGS if bug.name == asked.bug), None)
    with planted.plant() if planted else nullcontext():
        run = _run(asked, planted.weather if planted else runs.ANY)
    if asked.history:
        for event in run.events:
            sys.stdout.write(json.encode(event).decode() + "\n")
    breaches = check(run)
    for breach in breaches:
        print(words(breach))
    print(f"{len(run.events)} events, {len(breaches)} promises broken", file=sys.stderr)
    return 1 if breaches else 0


def _run(asked: argparse.Namespace, weather: Weather) -> Run:
    if asked.seed is not None:
        return runs.random_day(asked.seed, asked.skew, weather)
    fault = "" if asked.fault == "none" else asked.fault
    return runs.single_fault(asked.at, fault, whole=asked.bug is not None)


if __name__ == "__main__":
    sys.exit(main())
