"""One syncs at a time, and a lock dies with whoever held it."""

import subprocess
import sys
from pathlib import Path

import pytest

from caseworker.model.trouble import Trouble
from sync.lock import AnotherSyncs, only_one

HOLD = """
import sys
from pathlib import Path
from sync.lock import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_never_hold_it_at_once(tmp_path: Path) -> None:
    place = tmp_path / "cache.db"
    with only_one(place), pytest.raises(AnotherSyncs), only_one(place, wait=0):
        pass
    with only_one(place, wait=0):
        pass


def test_another_process_is_told_and_a_killed_one_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "cache.db"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(AnotherSyncs), only_one(place, wait=0):
        pass
    holder.kill()
    holder.communicate()
    with only_one(place, wait=0):
        pass


def test_a_place_that_cannot_be_written_is_told_as_that(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as caught, only_one(tmp_path / "no folder" / "cache.db"):
        pass
    assert not isinstance(caught.value, AnotherSyncs)
