"""The checker is proven: each planted bug is caught, and the promise that it breaks is named."""

import pytest

from tests.simulation.bugs import BUGS, Bug
from tests.simulation.prove import a_bug


@pytest.mark.parametrize("planted", BUGS, ids=lambda planted: planted.name)
def test_a_planted_bug_is_caught_and_the_broken_promise_named(planted: Bug) -> None:
    caught = a_bug(planted.name)
    assert planted.breaks in caught.named, caught
