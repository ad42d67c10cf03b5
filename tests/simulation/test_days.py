"""A part of `make prove` in each run of the tests: what fails here prints how to see it again."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import json

from tests.simulation import runs
from tests.simulation.history import Asked
from tests.simulation.line import FAULTS
from tests.simulation.prove import PIECE, Lived, a_day, a_fault, pieces_left, program


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
    kinds = {
        call.replace("quarantine/", "evidence/").partition("/evidence/")[0]
        for call in runs.steps_of_the_written_day()
    }
    assert kinds == {
        "GET /v1/health",
        "POST /v1/enrolments",
        "GET /v1/me",
        "GET /v1/feed",
        "POST /v1/annotations",
        "POST /v1/disclosures",
        "POST /v1/quarantine",
        "HEAD /v1",
        "PATCH /v1",
        "GET /v1",
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


def test_a_fault_is_the_same_from_its_scene_and_from_the_morning() -> None:
    """What is taken up at a scene leaves out nothing that the checker would look at."""
    steps = len(runs.steps_of_the_written_day())
    for at in (0, steps // 2, steps - 1):
        scene = runs.single_fault(at, "timeout_after")
        whole = runs.single_fault(at, "timeout_after", whole=True)
        asked = [
            [one.call for one in run.events if isinstance(one, Asked)] for run in (scene, whole)
        ]
        assert asked[0] == asked[1]


def test_a_run_that_was_stopped_goes_on_behind_what_it_has_written_down(tmp_path: Path) -> None:
    record = tmp_path / "record"
    pieces = [Lived(program(), 0, PIECE, []), Lived("another", PIECE, 2 * PIECE, [])]
    record.write_bytes(b"".join(json.encode(one) + b"\n" for one in pieces))
    assert list(pieces_left(range(2 * PIECE + 1), record)) == [
        range(PIECE, 2 * PIECE),
        range(2 * PIECE, 2 * PIECE + 1),
    ]
