"""A revoked desk is wiped to its end, and not before the hub holds every word."""

from pathlib import Path
from random import Random

import pytest

from tests.kill.proof import warm
from tests.kill.warm import How
from tests.kill.wiping import a_wiping

LAST = 6
"""Steps at the end that are all taken: from the mark on nothing may stay behind."""

DRAWN = 4


@pytest.mark.parametrize("how", ["kill", "full", "readonly"])
def test_whatever_stops_a_wiping_each_word_is_here_or_in_quarantine(
    how: How, tmp_path: Path
) -> None:
    with warm() as ready, a_wiping(tmp_path, ready) as wiping:
        early = Random(how).sample(range(wiping.steps - LAST), DRAWN)
        for step in [*early, *range(wiping.steps - LAST, wiping.steps)]:
            wiping.interrupt(step, how)
