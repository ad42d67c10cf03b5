"""Times as tables write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.exchange.columns import Amounts, DateOrder, find_map
from caseworker.exchange.times import Unreadable, read_amount, read_moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-05 09:30:00",
        "2026-11-05T09:30:00",
        "2026/11/5 9:30",
        "2026/11/5 上午 9:30:00",
        "2026.11.05 9:30",
        "2026年11月5日 9时30分",
        "2026年11月5日9时30分00秒",
        "20261105093000",
        "202611050930",
        "２０２６－１１－０５　０９：３０",
        "2026-11-05 09:30:00.000",
        "2026-11-05T01:30:00Z",
        "2026-11-05 02:30:00 +0100",
    ],
)
def test_every_usual_shape_names_the_same_moment(text: str) -> None:
    assert read_moment(text, SHANGHAI, "ymd") == datetime(2026, 11, 5, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "date_order", "iso"),
    [
        ("04/18/2019 09:55:45 PM", "mdy", "2019-04-18T21:55:45-04:00"),
        ("04/18/2019 12:05:00 AM", "mdy", "2019-04-18T00:05:00-04:00"),
        ("04/18/2019 12:05:00 PM", "mdy", "2019-04-18T12:05:00-04:00"),
        ("18/04/2019 21:55", "dmy", "2019-04-18T21:55:00-04:00"),
        ("2019-04-18T21:55:45.000", "mdy", "2019-04-18T21:55:45-04:00"),
        ("2019-01-18 24:00", "ymd", "2019-01-19T00:00:00-05:00"),
    ],
)
def test_the_order_of_a_date_is_the_maps_and_halves_of_the_day_count(
    text: str, date_order: DateOrder, iso: str
) -> None:
    assert read_moment(text, NEW_YORK, date_order).isoformat() == iso


def test_a_date_alone_begins_the_day_and_as_a_deadline_ends_it() -> None:
    assert read_moment("2026-11-05", SHANGHAI, "ymd").isoformat() == "2026-11-05T00:00:00+08:00"
    deadline = read_moment("2026-11-05", SHANGHAI, "ymd", last_minute=True)
    assert deadline.isoformat() == "2026-11-05T23:59:59+08:00"


def test_an_hour_shown_twice_in_autumn_is_its_first_showing() -> None:
    moment = read_moment("2019-11-03 01:30", NEW_YORK, "ymd")
    assert moment.isoformat() == "2019-11-03T01:30:00-04:00"


def test_an_hour_leapt_over_in_spring_is_as_much_after_the_leap() -> None:
    moment = read_moment("2019-03-10 02:30", NEW_YORK, "ymd")
    assert moment.isoformat() == "2019-03-10T03:30:00-04:00"


@pytest.mark.parametrize(
    "text",
    ["尽快", "2026-13-01", "2026-02-30", "2026-11-05 25:00", "2026-11-05 24:01", "05-11", "45963.4",
     "0001-01-01", "9999-12-31", "2026-11-05 10:70", "1/2/22 10:00"],
)  # fmt: skip
def test_what_is_no_time_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        read_moment(text, SHANGHAI, "ymd")


@given(st.text(max_size=30))
def test_any_text_is_a_moment_with_an_offset_or_unreadable(text: str) -> None:
    try:
        moment = read_moment(text, NEW_YORK, "mdy")
    except Unreadable:
        return
    assert moment.utcoffset() is not None


@given(st.integers(min_value=0, max_value=7_000_000_000))
def test_a_moment_read_equals_itself_in_any_zone(seconds: int) -> None:
    local = datetime.fromtimestamp(seconds, UTC)
    moment = read_moment(local.strftime("%Y-%m-%d %H:%M:%S"), NEW_YORK, "ymd")
    assert moment == moment.astimezone(SHANGHAI)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("24小时", timedelta(hours=24)),
        ("2 个小时内", timedelta(hours=2)),
        ("3天", timedelta(days=3)),
        ("３个自然日", timedelta(days=3)),
        ("7日内", timedelta(days=7)),
        ("1.5h", timedelta(hours=1.5)),
        ("5个工作日", None),
        ("5", None),
        ("尽快", None),
        ("", None),
    ],
)
def test_only_hours_and_natural_days_are_amounts(text: str, amount: timedelta | None) -> None:
    assert read_amount(text, find_map("plain-zh").amounts) == amount


def test_a_map_without_words_for_amounts_reads_none() -> None:
    assert read_amount("24 hours", Amounts()) is None
