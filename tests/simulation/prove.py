"""Prove it: every single fault at every step, many random days, and every planted bug caught."""

import gc
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import Struct, json

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
    """Plant one bug, and live days until the checker names the promise that it breaks."""
    runs.ready()
    planted = next(bug for bug in BUGS if bug.name == name)
    named: list[int] = []
    for replay, breaches in _days_with(planted):
        named = sorted({breach.number for breach in breaches})
        if planted.breaks in named:
            return Caught(name, planted.breaks, named, f"{replay} --bug {name}")
    return Caught(name, planted.breaks, named, "")


def _days_with(planted: Bug) -> Iterable[tuple[str, list[Breach]]]:
    """The written day, undisturbed and with the fault that the bug waits for; then random days."""
    for at, fault in [(-1, ""), *_where_it_shows(planted)]:
        with planted.plant():
            breaches = check(runs.single_fault(at, fault, whole=True))
        yield replay_fault(at, fault), breaches
    for seed in range(TRIES_MAX):
        with planted.plant():
            breaches = check(runs.random_day(seed, weather=planted.weather))
            if planted.breaks == 10 and not breaches:
                breaches = _with_other_clocks(seed)
        yield replay_day(seed), breaches


def _where_it_shows(planted: Bug) -> list[tuple[int, str]]:
    if planted.meets is None:
        return []
    call, fault = planted.meets
    steps = enumerate(runs.steps_of_the_written_day())
    return [(at, fault) for at, asked in steps if asked.startswith(call)]


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


def prove(days: range, *, every_fault: bool, jobs: int, record: Path | None) -> bool:
    """Run it all, print the figures, and say whether every promise held.

    With `record` the random days are lived in pieces that are written down there, and a run that
    was stopped goes on behind the last piece, as long as the program is the same.
    """
    began, processor = time.monotonic(), _processor_seconds()
    runs.ready()
    # What stands here by now is shared by all processes, and never looked at for rubbish again;
    # what a run makes goes with it.
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    bad: list[Verdict] = []
    with ProcessPoolExecutor(jobs) as pool:
        caught = list(pool.map(a_bug, [bug.name for bug in BUGS]))
        right = sum(one.right for one in caught)
        print(f"planted bugs: {right} of {len(caught)} caught, {_since(began)}", flush=True)
        between = time.monotonic()
        steps = runs.single_faults(every=every_fault)
        faults = list(pool.map(a_fault, steps, chunksize=4))
        told("every single fault at every step of a written day", faults, between)
        bad += [verdict for verdict in faults if verdict.breaches]
        between = time.monotonic()
        if record is None:
            lived = list(pool.map(a_day, days, chunksize=4))
            told("random days", lived, between)
            bad += [verdict for verdict in lived if verdict.breaches]
            several = len(lived)
        else:
            several = sum(_piece(pool, piece, record, bad) for piece in pieces_left(days, record))
    for one in caught:
        if not one.right:
            named = ", ".join(str(number) for number in one.named) or "nothing"
            print(f"  {one.name}: MISSED (breaks {one.breaks}), named {named}; {one.replay}")
    for verdict in bad[:20]:
        print(f"  {verdict.replay}")
        for breach in verdict.breaches[:5]:
            print(f"    {words(breach)}")
    lost, doubled, leaked, other = figures(bad)
    print(
        f"all: {len(faults) + several} runs, {lost} lost, {doubled} doubled, {leaked} leaked,"
        f" {other} other; {right} of {len(caught)} planted bugs caught; {_since(began)},"
        f" {_processor_seconds() - processor:.0f} s of processors on {jobs}"
    )
    return not bad and right == len(caught)


PIECE: Final = 200
"""Random days that are lived, and written down, at once."""


class Lived(Struct, frozen=True):
    """A line of the record: days `first` to `past` of the program `of`, and what broke in them."""

    of: str
    first: int
    past: int
    broken: list[str]


def _piece(pool: ProcessPoolExecutor, piece: range, record: Path, bad: list[Verdict]) -> int:
    began = time.monotonic()
    lived = list(pool.map(a_day, piece, chunksize=4))
    told(f"random days {piece.start} to {piece.stop}", lived, began)
    broken = [verdict for verdict in lived if verdict.breaches]
    bad += broken
    line = Lived(program(), piece.start, piece.stop, [verdict.replay for verdict in broken])
    with record.open("ab") as file:
        file.write(json.encode(line) + b"\n")
    return len(lived)


def pieces_left(days: range, record: Path) -> Iterator[range]:
    """The pieces that this program has not lived yet; what it has is told."""
    done = [one for one in recorded(record) if one.of == program()]
    if done:
        several, broken = (
            sum(one.past - one.first for one in done),
            sum(len(one.broken) for one in done),
        )
        print(f"lived before: {several} random days, {broken} with a broken promise", flush=True)
    known = {one.first for one in done}
    for first in range(days.start, days.stop, PIECE):
        if first not in known:
            yield range(first, min(first + PIECE, days.stop))


def recorded(record: Path) -> list[Lived]:
    """What a record says."""
    lines = record.read_bytes().splitlines() if record.exists() else []
    return [json.decode(line, type=Lived) for line in lines]


@cache
def program() -> str:
    """Names what is proven: other sources, another name."""
    digest = sha256()
    root = Path(__file__).parents[2]
    for folder in ("caseworker", "sync", "hub", "tests/simulation"):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in (".py", ".toml"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _processor_seconds() -> float:
    """What this process and those that it has ended have used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


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
