"""A part of `make prove` in each run of the tests: what fails here prints how to see it again."""

import subprocess
import sys

import pytest

from tests.simulation import runs
from tests.simulation.line import FAULTS
from tests.simulation.prove import a_day, a_fault


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_random_day_breaks_no_promise(seed: int) -> None:
    verdict = a_day(seed)
    assert verdict.breaches == [], verdict.replay


@pytest.mark.parametrize(("place", "fault"), enumerate(FAULTS))
def test_a_fault_in_the_written_day_breaks_no_promise(place: int, fault: str) -> None:
    # The line's faults, each at a step that it has something to do with.
    steps = [
        at for at, call in enumerate(runs.steps_of_the_written_day()) if fault in runs.telling(call)
    ]
    at = steps[place % len(steps)] if steps else place
    verdict = a_fault((at, fault))
    assert verdict.breaches == [], verdict.replay


def test_the_written_day_makes_every_call_of_the_protocol() -> None:
    assert set(runs.steps_of_the_written_day()) == {
        "GET /v1/health",
        "POST /v1/enrolments",
        "GET /v1/me",
        "GET /v1/feed",
        "POST /v1/annotations",
    }


def test_a_seed_tells_the_whole_run() -> None:
    assert runs.random_day(3).digest() == runs.random_day(3).digest()


def test_the_command_that_replays_a_day_says_what_was_broken() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--fault", "none"]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout) == (0, ""), good.stderr
    command += ["--bug", "second_sync_writes"]
    bad = subprocess.run(command, capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "invariant 12" in bad.stdout
