"""Invariant 11: retries have jitter, honour Retry-After, are bounded; no hub, no long wait."""

import time
from threading import Event

import pytest
import stamina

from caseworker.model.trouble import HubOutOfReach
from sync.hotline import HubSaysNo, HubSilent, NotAHub, NotTaken
from sync.retry import SPREAD, STEADY, Patience, patiently, within


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long would have been waited, for the real waits of the program."""
    waited: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waited.append)
    stamina.set_testing(False)
    return waited


class Failing:
    """A call that fails with these errors in turn, and then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def test_silence_is_tried_again_after_growing_waits_with_jitter(waits: list[float]) -> None:
    several: list[list[float]] = []
    for _time in range(5):
        waits.clear()
        assert patiently(Failing(*[HubSilent("")] * 4), STEADY) == "answer"
        several.append(list(waits))
    assert all(len(some) == 4 and max(some) <= STEADY.longest_wait for some in several)
    assert all(some[0] < some[3] for some in several)
    assert len({some[0] for some in several}) > 1


def test_tries_are_bounded_and_the_last_silence_is_what_is_raised(waits: list[float]) -> None:
    call = Failing(*[HubSilent(str(number)) for number in range(99)])
    with pytest.raises(HubSilent, match="4"):
        patiently(call, STEADY)
    assert (call.calls, len(waits)) == (5, 4)


def test_what_the_hub_asks_to_wait_is_waited_and_a_little_more(waits: list[float]) -> None:
    assert patiently(Failing(HubSilent("", 7.0), HubSilent("", 0.0)), STEADY) == "answer"
    assert 7.0 <= waits[0] <= 7.0 + STEADY.jitter
    assert 0.0 <= waits[1] <= STEADY.jitter


def test_desks_that_a_hub_sent_away_together_do_not_come_back_together(waits: list[float]) -> None:
    for _desk in range(20):
        assert patiently(Failing(HubSilent("", 30.0)), STEADY) == "answer"
    assert all(30.0 <= wait <= 30.0 * (1 + SPREAD) for wait in waits)
    assert len({round(wait, 1) for wait in waits}) > 5


def test_the_wait_on_top_never_ends_the_patience(waits: list[float]) -> None:
    patience = Patience(attempts=2, seconds=5.0)
    assert patiently(Failing(HubSilent("", 4.99)), patience) == "answer"
    assert 4.98 <= waits[0] <= 5.0


def test_a_wait_longer_than_the_patience_is_not_begun(waits: list[float]) -> None:
    call = Failing(HubSilent("", 300.0))
    with pytest.raises(HubSilent):
        patiently(call, STEADY)
    assert (call.calls, waits) == (1, [])


@pytest.mark.parametrize("error", [NotAHub(""), HubSaysNo(""), NotTaken("malformed", 400)])
def test_what_more_tries_do_not_mend_is_not_tried_again(
    waits: list[float], error: Exception
) -> None:
    call = Failing(error)
    with pytest.raises(type(error)):
        patiently(call, STEADY)
    assert (call.calls, waits) == (1, [])


def test_a_call_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    never = Event()
    began = time.monotonic()
    with pytest.raises(HubOutOfReach):
        within(0.05, never.wait)
    assert time.monotonic() - began < 5
    never.set()


def test_within_hands_on_the_answer_and_the_error() -> None:
    assert within(5, lambda: 7) == 7
    with pytest.raises(NotAHub):
        within(5, Failing(NotAHub("")))


def test_stamina_says_nothing_to_stderr(
    waits: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    patiently(Failing(HubSilent("")), Patience(attempts=2, seconds=1))
    assert capfd.readouterr() == ("", "")
