"""Prove it: every single fault at every step, many random days, and every planted bug caught."""

import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from msgspec import Struct

from tests.simulation import runs
from tests.simulation.bugs import BUGS, Bug
from tests.simulation.checker import LEAK, Breach, check, differs_with_the_clock

LOST: Final = frozenset({2, 5, 7, 8, 13})
"""The promises whose breach loses something: words, orders or answers."""

DOUBLED: Final = 3

CLOCKS_EVERY: Final = 25
"""Of so many random days one is lived three times: with every device's clock right, and a day off
either way."""

TRIES_MAX: Final = 100
"""Days in which a planted bug has to be caught."""

DAYS: Final = 300
DAYS_LONG: Final = 20_000


class Verdict(Struct, frozen=True):
    """What became of one run; `replay` is the command that does it again."""

    replay: str
    breaches: list[Breach]


class Caught(Struct, frozen=True):
    """What became of one planted bug: the promises that the checker named, and after which run."""

    name: str
    breaks: int
    named: list[int]
    replay: str

    @property
    def right(self) -> bool:
        return self.breaks in self.named


def a_day(seed: int) -> Verdict:
    """One random day."""
    breaches = check(runs.random_day(seed))
    if seed % CLOCKS_EVERY == 0:
        breaches += _with_other_clocks(seed)
    return Verdict(replay_day(seed), breaches)


def a_fault(step: tuple[int, str]) -> Verdict:
    """One fault at one step of the written day."""
    at, fault = step
    return Verdict(replay_fault(at, fault), check(runs.single_fault(at, fault)))


def a_bug(name: str) -> Caught:
    """Plant one bug, and live days until the checker says something."""
    planted = next(bug for bug in BUGS if bug.name == name)
    for replay, breaches in _days_with(planted):
        if breaches:
            named = sorted({breach.number for breach in breaches})
            return Caught(name, planted.breaks, named, f"{replay} --bug {name}")
    return Caught(name, planted.breaks, [], "")


def _days_with(planted: Bug) -> Iterable[tuple[str, list[Breach]]]:
    with planted.plant():
        yield replay_fault(-1, ""), check(runs.single_fault(-1, ""))
    for seed in range(planted.day, planted.day + TRIES_MAX):
        with planted.plant():
            breaches = check(runs.random_day(seed))
            if planted.breaks == 10 and not breaches:
                breaches = _with_other_clocks(seed)
        yield replay_day(seed), breaches


def _with_other_clocks(seed: int) -> list[Breach]:
    right = runs.random_day(seed, 0)
    return [
        breach
        for days in (-1, 1)
        for breach in differs_with_the_clock(right, runs.random_day(seed, days))
    ]


def replay_day(seed: int) -> str:
    return f"python -m tests.simulation --seed {seed}"


def replay_fault(at: int, fault: str) -> str:
    return f"python -m tests.simulation --fault {fault or 'none'} --at {at}"


def prove(days: int, *, every_fault: bool, jobs: int) -> bool:
    """Run it all, print the figures, and say whether every promise held."""
    began = time.monotonic()
    with ProcessPoolExecutor(jobs) as pool:
        steps = runs.single_faults(every=every_fault)
        faults = list(pool.map(a_fault, steps, chunksize=4))
        told("every single fault at every step of a written day", faults, began)
        between = time.monotonic()
        random_days = list(pool.map(a_day, range(days), chunksize=4))
        told("random days", random_days, between)
        between = time.monotonic()
        caught = list(pool.map(a_bug, [bug.name for bug in BUGS]))
        right = sum(one.right for one in caught)
        print(f"planted bugs: {right} of {len(caught)} caught, {_since(between)}")
    for one in caught:
        named = ", ".join(str(number) for number in one.named) or "nothing"
        how = "caught" if one.right else f"MISSED (breaks {one.breaks})"
        print(f"  {one.name}: {how}, named {named}; {one.replay}")
    bad = [verdict for verdict in (*faults, *random_days) if verdict.breaches]
    for verdict in bad[:20]:
        print(f"  {verdict.replay}")
        for breach in verdict.breaches[:5]:
            print(f"    {words(breach)}")
    print(f"all: {len(faults) + len(random_days)} runs, {_since(began)}")
    return not bad and right == len(caught)


def told(what: str, verdicts: Sequence[Verdict], began: float) -> None:
    """One line of figures."""
    lost, doubled, leaked, other = figures(verdicts)
    print(
        f"{what}: {len(verdicts)} runs, {_since(began)}:"
        f" {lost} lost, {doubled} doubled, {leaked} leaked, {other} other",
        flush=True,
    )


def figures(verdicts: Iterable[Verdict]) -> tuple[int, int, int, int]:
    """Breaches that lose, double, leak, and others."""
    kinds: Counter[str] = Counter(_kind(one) for verdict in verdicts for one in verdict.breaches)
    return kinds["lost"], kinds["doubled"], kinds["leaked"], kinds["other"]


def _kind(breach: Breach) -> str:
    if breach.number in LOST:
        return "lost"
    return {DOUBLED: "doubled", LEAK: "leaked"}.get(breach.number, "other")


def words(breach: Breach) -> str:
    """A breach as a person reads it."""
    promise = f"invariant {breach.number}" if breach.number != LEAK else "leak"
    return f"{promise}: {breach.words}"


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.0f} s"


def all_cores() -> int:
    return os.cpu_count() or 1
