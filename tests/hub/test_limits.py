"""One sender's haste is no other sender's wait."""

import pytest

from hub.limits import SENDERS_MAX, Allowance, Bucket
from hub.problems import TooSoon


class Clock:
    """Seconds that a test moves."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_passes_then_the_pace_holds() -> None:
    clock = Clock()
    bucket = Bucket(Allowance(burst=3, per_second=0.5), clock)
    for _i in range(3):
        bucket.take("desk")
    with pytest.raises(TooSoon) as refused:
        bucket.take("desk")
    assert refused.value.headers == {"Retry-After": "2"}
    bucket.take("another desk")
    clock.seconds = 2
    bucket.take("desk")
    with pytest.raises(TooSoon):
        bucket.take("desk")


def test_a_crowd_of_senders_does_not_fill_the_memory() -> None:
    bucket = Bucket(Allowance(burst=1, per_second=0.001))
    for number in range(SENDERS_MAX + 50):
        bucket.take(str(number))
    bucket.take("0")
    with pytest.raises(TooSoon):
        bucket.take(str(SENDERS_MAX + 49))
