"""A day is taken as people type it, and what is no day is answered in words."""

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.desk.day import begin_of, day_of
from caseworker.model.trouble import Trouble
from caseworker.model.zone import HOTLINE_ZONE

NOW = datetime(2026, 11, 24, 9, 43, tzinfo=HOTLINE_ZONE)
"""A Tuesday."""


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("3", (11, 27)),
        ("3d", (11, 27)),
        ("3 days", (11, 27)),
        ("3天", (11, 27)),
        ("3天后", (11, 27)),
        ("2w", (12, 8)),
        ("2周", (12, 8)),
        ("1个星期", (12, 1)),
        ("12-01", (12, 1)),
        ("12/1", (12, 1)),
        ("12月1日", (12, 1)),
        ("12月1号", (12, 1)),
        ("2026-12-01", (12, 1)),
        ("2026年12月1日", (12, 1)),
        ("tomorrow", (11, 25)),
        (" Tomorrow ", (11, 25)),
        ("明天", (11, 25)),
        ("后天", (11, 26)),
        ("大后天", (11, 27)),
        ("friday", (11, 27)),
        ("fri", (11, 27)),
        ("周五", (11, 27)),
        ("星期五", (11, 27)),
        ("monday", (11, 30)),
        ("周一", (11, 30)),
        ("tuesday", (12, 1)),
        ("next monday", (11, 30)),
        ("下周一", (11, 30)),
        ("下周五", (12, 4)),
        ("下星期天", (12, 6)),
        ("下个周日", (12, 6)),
    ],
)
def test_a_day_is_read_as_people_write_it(written: str, day: tuple[int, int]) -> None:
    assert begin_of(written, NOW) == datetime(2026, *day, tzinfo=HOTLINE_ZONE)


def test_a_day_that_is_gone_this_year_is_next_years() -> None:
    assert day_of("01-05", NOW.date()) == date(2027, 1, 5)


@pytest.mark.parametrize("written", ["", "soon", "13-40", "2026-02-30", "-1", "下周八", "9" * 30])
def test_what_is_no_day_is_answered_in_words(written: str) -> None:
    with pytest.raises(Trouble, match="Write a day as"):
        begin_of(written, NOW)


@pytest.mark.parametrize("written", ["today", "0", "2026-11-24", "2025-01-01", "今天"])
def test_a_day_must_be_to_come(written: str) -> None:
    with pytest.raises(Trouble, match="not after today"):
        begin_of(written, NOW)


def test_a_day_beyond_a_year_is_a_slip() -> None:
    with pytest.raises(Trouble, match="more than a year"):
        begin_of("2030-01-01", NOW)


@given(st.text(max_size=20))
def test_any_words_are_a_day_to_come_or_a_sentence(written: str) -> None:
    with suppress(Trouble):
        assert begin_of(written, NOW) > NOW
