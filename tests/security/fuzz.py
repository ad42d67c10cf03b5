"""`make fuzz`: every door, for as long as one likes."""

import argparse
from itertools import count
from time import monotonic

from hypothesis import HealthCheck, given, seed, settings

from tests.security.doors import DOORS, bytes_for

EXAMPLES = 200
"""Things tried in a row at one door."""


def main() -> None:
    """Try every door in turn until the time is up; print how many things were tried."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    ends = monotonic() + asked.seconds
    tried = dict.fromkeys(DOORS, 0)
    for turn in count(asked.seed):
        for name in DOORS:
            if monotonic() > ends:
                print("\n".join(f"{name:<16}{number:>10,}" for name, number in tried.items()))
                return
            tried[name] += _try(name, turn)


def _try(name: str, turn: int) -> int:
    """Try a door; how many things were tried."""
    tried = 0

    @seed(turn)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(content=bytes_for(DOORS[name]))
    def enter(content: bytes) -> None:
        nonlocal tried
        tried += 1
        DOORS[name].enter(content)

    enter()
    return tried


if __name__ == "__main__":
    main()
