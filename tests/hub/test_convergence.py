"""However writers and readers overlap, every desk ends with what the hub holds for it."""

import pytest

from hub.store import Store
from tests.hub.storm import storm

TURNS = 25


@pytest.mark.parametrize("seed", range(2))
def test_every_desk_ends_with_what_the_hub_holds_for_it(store: Store, seed: int) -> None:
    outcome = storm(store, seed, writers=4, readers=6, goes_on=lambda turn: turn < TURNS)
    assert (outcome.skipped, outcome.failures) == (0, [])
    assert outcome.writes == 4 * TURNS
