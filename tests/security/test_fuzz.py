"""Whatever comes through a door, it is taken or answered in words; see also `make fuzz`."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.security.doors import DOORS, bytes_for


@pytest.mark.parametrize("name", sorted(DOORS))
def test_a_door_takes_what_comes_or_says_what_is_wrong(name: str) -> None:
    door = DOORS[name]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(content=bytes_for(door))
    def enter(content: bytes) -> None:
        door.enter(content)

    enter()
