"""What a worker types as the time of seeing something is read as they mean it, or not at all."""

from datetime import datetime, timedelta

import pytest

from caseworker.desk.observed import is_ahead, understood
from caseworker.model.zone import HOTLINE_ZONE

NOW = datetime(2026, 11, 24, 9, 43, tzinfo=HOTLINE_ZONE)
"""A Tuesday."""


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ("昨天 15:00", "2026-11-23 15:00"),
        ("昨天下午3点", "2026-11-23 15:00"),
        ("昨天下午三点半", "2026-11-23 15:30"),
        ("昨晚8点", "2026-11-23 20:00"),
        ("昨晚", "2026-11-23 20:00"),
        ("今早", "2026-11-24 08:00"),
        ("前天", "2026-11-22 12:00"),
        ("周三", "2026-11-18 12:00"),
        ("上周五", "2026-11-20 12:00"),
        ("星期一上午", "2026-11-23 10:00"),
        ("半小时前", "2026-11-24 09:13"),
        ("两个半小时前", "2026-11-24 07:13"),
        ("10分钟前", "2026-11-24 09:33"),
        ("三天前", "2026-11-21 09:43"),
        ("11月23日下午3点20分", "2026-11-23 15:20"),
        ("11-23", "2026-11-23 12:00"),
        ("１１－２３", "2026-11-23 12:00"),
        ("11/23 15:00", "2026-11-23 15:00"),
        ("9点", "2026-11-24 09:00"),
        ("九点一刻", "2026-11-24 09:15"),
        ("刚才", "2026-11-24 09:43"),
        ("今天", "2026-11-24 09:43"),
        ("2h ago", "2026-11-24 07:43"),
        ("an hour ago", "2026-11-24 08:43"),
        ("half an hour ago", "2026-11-24 09:13"),
        ("1 and a half hours ago", "2026-11-24 08:13"),
        ("yesterday 3pm", "2026-11-23 15:00"),
        ("3pm yesterday", "2026-11-23 15:00"),
        ("last friday", "2026-11-20 12:00"),
        ("Friday 3pm", "2026-11-20 15:00"),
        ("last night", "2026-11-23 21:00"),
        ("2026-11-20T08:00", "2026-11-20 08:00"),
        ("2026-11-20T08:00Z", "2026-11-20 16:00"),
        ("2026-11-20 08:05:30+09:00", "2026-11-20 07:05"),
        ("2026-11-20", "2026-11-20 12:00"),
    ],
)
def test_a_time_is_read_as_it_is_meant(words: str, means: str) -> None:
    moment = understood(words, NOW)

    assert moment is not None
    assert moment.astimezone(HOTLINE_ZONE).strftime("%Y-%m-%d %H:%M") == means


@pytest.mark.parametrize(
    "words",
    ["", " ", "soon", "5", "25:00", "昨天 25:00", "2-30", "13-45", "昨天也许", "99999h ago", "十",
     "2026-11-23T99:00", "11-23 11-22", "\x1b[31m昨天"],
)  # fmt: skip
def test_what_is_no_time_is_not_guessed(words: str) -> None:
    assert understood(words, NOW) is None


def test_a_day_without_a_year_is_past_unless_it_is_a_slip() -> None:
    new_year = datetime(2027, 1, 2, 9, tzinfo=HOTLINE_ZONE)

    assert understood("12-31", new_year) == datetime(2026, 12, 31, 12, tzinfo=HOTLINE_ZONE)
    assert understood("02-29", NOW) == datetime(2024, 2, 29, 12, tzinfo=HOTLINE_ZONE)
    slip = understood("11-25", NOW)
    assert slip is not None
    assert is_ahead(slip, NOW)


def test_what_is_to_come_is_ahead_and_a_clock_s_difference_is_not() -> None:
    assert is_ahead(NOW + timedelta(hours=1), NOW)
    assert not is_ahead(NOW + timedelta(minutes=2), NOW)
