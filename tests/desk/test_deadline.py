"""The centre's deadline always wins; a computed one is shown as computed, with its rule."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import json, structs

from caseworker import locale
from caseworker.cache import settings
from caseworker.cache.annotations import put_decision
from caseworker.cache.connection import Cache
from caseworker.cache.orders import read_order
from caseworker.desk.deadline import Explanation, explain
from caseworker.desk.deadline_words import clock_line, how, left_in_words, notes
from caseworker.model.annotation import Decision, Statement
from caseworker.model.me import Limits, Me
from caseworker.model.order import Level, Pause
from caseworker.model.taxonomy import built_in_toml
from tests.builders import a_draft, an_order, put, say
from tests.model.test_deadlines import days_one_by_one

HERE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 9, 43, tzinfo=HERE)


def explained(cache: Cache, now: datetime = NOW, **fields: Any) -> Explanation:
    """The explanation of an order that the cache holds, with a deadline only where one is given."""
    put(cache, an_order("1", **({"deadline": None, "received_at": None} | fields)))
    order = read_order(cache, "1")
    assert order is not None
    return explain(cache, order, now)


def enrol(cache: Cache, level: Level) -> None:
    me = Me(
        worker="李敏",
        unit="heping",
        unit_name="和平街道",
        level=level,
        roles=("office",),
        scope=("heping",),
        limits=Limits(1, 1, 1),
        taxonomy_version="1",
    )
    with cache.writing():
        settings.put(cache, worker="李敏", me=json.encode(me).decode())


def deliver(cache: Cache, deadlines: str) -> None:
    with cache.writing():
        settings.put(cache, taxonomy=f"{built_in_toml()}\n{deadlines}")


def said(explanation: Explanation) -> str:
    lines: list[str] = []
    for clock in explanation.clocks:
        lines += [clock_line(clock, explanation), *how(clock, explanation)]
    return "\n".join([*lines, *notes(explanation)])


def hours(number: float) -> datetime:
    return NOW + timedelta(hours=number)


def test_the_centres_own_deadline_always_wins(cache: Cache) -> None:
    explanation = explained(cache, deadline=hours(900), dispatched_at=NOW, return_by=hours(1))
    assert explanation.own is not None
    assert (explanation.own.due, explanation.own.source) == (hours(900), "centre")
    assert explanation.own.reckoning is None
    assert explanation.return_window is not None
    assert explanation.return_window.source == "centre"
    assert len(explanation.clocks) == 2
    assert "computed" not in said(explanation).lower()


def test_without_one_it_is_computed_and_says_so_and_by_which_rule(cache: Cache) -> None:
    explanation = explained(cache, dispatched_at=hours(-24))
    own, window = explanation.own, explanation.return_window
    assert own is not None
    assert window is not None
    assert own.source == window.source == "computed"
    assert own.due == datetime(2026, 11, 30, 18, tzinfo=HERE)
    assert window.due == datetime(2026, 11, 25, 18, tzinfo=HERE)
    assert clock_line(own, explanation) == (
        "deadline: 2026-11-30 18:00  6 d left  working days after today: 4  [ours]  [computed here]"
    )
    words = how(own, explanation)
    assert "Rule: an ordinary appeal, 5 working days from dispatch, 2026-11-23 09:43." in words
    assert any("11-24, 11-25, 11-26, 11-27, 11-30" in sentence for sentence in words)
    assert any("by 10 working days at most" in sentence for sentence in words)
    assert any(sentence.startswith("Basis: Shandong") for sentence in words)


def test_a_draft_is_called_a_draft(cache: Cache) -> None:
    explanation = explained(cache, dispatched_at=NOW, urgent=True)
    assert explanation.own is not None
    assert explanation.own.due == hours(2)
    assert "draft" in "".join(how(explanation.own, explanation))


def test_every_level_is_shown_and_the_workers_own_is_marked(cache: Cache) -> None:
    levels: dict[Level, datetime] = {"city": hours(72), "street": hours(8), "community": hours(4)}
    marked: dict[Level, Level] = {
        "city": "city",
        "district": "city",
        "street": "street",
        "community": "community",
    }
    for level, expected in marked.items():
        enrol(cache, level)
        handling = explained(cache, deadlines=levels, dispatched_at=NOW).clocks[:-1]
        assert [clock.level for clock in handling] == ["city", "street", "community"]
        assert [clock.level for clock in handling if clock.own] == [expected]
        assert {clock.source for clock in handling} == {"centre"}


def test_two_levels_with_one_deadline_mark_the_nearest_only(cache: Cache) -> None:
    explanation = explained(
        cache, deadline=hours(8), deadlines={"city": hours(8), "street": hours(8)}
    )
    assert [clock.level for clock in explanation.clocks if clock.own] == ["street"]


def test_a_deadline_of_no_named_level_is_the_workers_own(cache: Cache) -> None:
    explanation = explained(cache, deadline=hours(8), deadlines={"city": hours(72)})
    assert [(clock.level, clock.own) for clock in explanation.clocks] == [
        ("city", False),
        (None, True),
    ]


def test_a_lower_levels_deadline_does_not_bind_the_street(cache: Cache) -> None:
    explanation = explained(cache, deadlines={"community": hours(8)}, dispatched_at=NOW)
    assert [(clock.level, clock.source) for clock in explanation.clocks if clock.own] == [
        (None, "computed")
    ]


def test_receipt_stands_in_for_dispatch_and_is_named(cache: Cache) -> None:
    explanation = explained(cache, received_at=hours(-1))
    words = said(explanation)
    assert "5 working days from receipt" in words
    assert "The time of dispatch is not known" in words


def test_what_cannot_be_computed_is_said(cache: Cache) -> None:
    for fields in ({}, {"dispatched_at": datetime(9999, 12, 30, tzinfo=UTC)}):
        explanation = explained(cache, **fields)
        assert explanation.clocks == ()
        assert len(notes(explanation)) == 2


def test_a_deadline_at_the_end_of_all_years_is_shown(cache: Cache) -> None:
    explanation = explained(cache, deadline=datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
    assert "9999-12-31 23:59" in said(explanation)


def test_on_a_closed_order_no_clock_runs(cache: Cache) -> None:
    explanation = explained(cache, deadline=hours(8), dispatched_at=NOW, state="closed")
    assert [clock.seconds_left for clock in explanation.clocks] == [None]
    assert said(explanation).endswith("no clock runs.")


@pytest.mark.parametrize("deadline", [None, datetime(2099, 2, 1, tzinfo=HERE)])
def test_a_year_without_a_calendar_is_named(cache: Cache, deadline: datetime | None) -> None:
    now = datetime(2098, 12, 30, 9, tzinfo=HERE)
    explanation = explained(cache, now, deadline=deadline, dispatched_at=now)
    assert explanation.own is not None
    sentence = "The calendar of 2099 is not known yet: counted Monday to Friday."
    assert sentence in how(explanation.own, explanation)
    locale.set_language("zh_CN")
    assert "2099年放假安排尚未公布：暂按周一至周五计。" in how(explanation.own, explanation)


def test_a_make_up_day_is_named_one(cache: Cache) -> None:
    explanation = explained(cache, dispatched_at=datetime(2026, 9, 29, 15, tzinfo=HERE))
    assert "10-08, 10-09, 10-10 (make-up day), 10-12" in said(explanation)


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "0:00 left", "还剩 0:00"),
        (7 * 3600 + 52 * 60 + 59, "7:52 left", "还剩 7:52"),
        (24 * 3600 - 1, "23:59 left", "还剩 23:59"),
        (24 * 3600, "1 d left", "还剩 1天"),
        (-600, "late 0:10", "超期0:10"),
        (-2 * 24 * 3600, "late 2 d", "超期2天"),
    ],
)
def test_the_time_left_is_told_in_words(seconds: int, english: str, chinese: str) -> None:
    assert left_in_words(seconds) == english
    locale.set_language("zh_CN")
    assert left_in_words(seconds) == chinese


CITY = """
[deadlines]
version = "boston"
zone = "America/New_York"
calendar = "weekdays"
day_ends = 17:00:00

[[deadlines.rules]]
purpose = "handle"
label = { zh = "坑洼", en = "pothole\\u001b[2J" }
start = "received"
amount = 20
unit = "workday"
basis = { zh = "本市规定", en = "the city's own" }
[deadlines.rules.pauses]
frost = { zh = "冰冻", en = "frost" }
"""


def test_a_city_replaces_the_rules_by_its_taxonomy(cache: Cache) -> None:
    deliver(cache, CITY)
    explanation = explained(cache, received_at=datetime(2026, 9, 30, 12, tzinfo=UTC))
    assert [clock.purpose for clock in explanation.clocks] == ["handle"]
    own = explanation.clocks[0]
    assert own.due == datetime(2026, 10, 28, 17, tzinfo=ZoneInfo("America/New_York"))
    words = said(explanation)
    assert "10-01, …, 10-28" in words
    assert "Days and times of day are those of America/New_York." in words
    assert "The clock stands still, when the centre says so, for: frost." in words
    assert "\x1b" not in words
    assert notes(explanation) == [
        "Until when the dispatch may be objected to is not known: ask the centre."
    ]


def frozen(*spans: tuple[int, int | None]) -> tuple[Pause, ...]:
    """Pauses from and to so many days before or after `NOW`."""
    return tuple(
        Pause("frost", hours(24 * begins), None if ends is None else hours(24 * ends))
        for begins, ends in spans
    )


def test_what_the_centre_says_of_pauses_and_extensions_is_counted_and_said(cache: Cache) -> None:
    deliver(cache, CITY)
    plain = explained(cache, received_at=hours(-48))
    longer = explained(
        cache, received_at=hours(-48), pauses=frozen((0, 8)), extended_by=3, extensions=1
    )
    assert plain.own is not None
    assert longer.own is not None
    slow = days_one_by_one("workday", 23, hours(-48), longer.rules, list(frozen((0, 8))))
    assert longer.own.due == slow
    assert longer.own.due > plain.own.due
    words = how(longer.own, longer)
    assert "The centre has extended it by 3 working days." in words
    assert "The clock stood still from 2026-11-24 09:43 to 2026-12-02 09:43: frost." in words
    assert "[extended]" in clock_line(longer.own, longer)
    silent = explained(cache, received_at=hours(-48), extensions=1)
    assert silent.own is not None
    assert silent.own.due == plain.own.due
    assert any("not said by how much" in sentence for sentence in how(silent.own, silent))


def test_a_clock_that_stands_still_is_not_called_a_missing_deadline(cache: Cache) -> None:
    deliver(cache, CITY)
    still = explained(cache, received_at=hours(-48), pauses=frozen((-1, None)))
    assert still.own is None
    assert "stands still since 2026-11-23 09:43: frost." in said(still)
    assert "No deadline is known" not in said(still)
    named = explained(cache, deadline=hours(8), pauses=frozen((-1, None)))
    assert named.own is not None
    assert named.stands_still is None
    assert "extensions" not in said(named)


def test_the_centres_extended_deadline_says_how_often(cache: Cache) -> None:
    explanation = explained(cache, deadline=hours(900), extensions=2)
    assert explanation.own is not None
    assert "The centre has extended it: 2 times so far." in how(explanation.own, explanation)


def test_a_granted_shelving_shows_its_next_date_and_stops_no_clock(cache: Cache) -> None:
    put(cache, an_order("1"))
    shelved = say(
        cache,
        a_draft(
            "1",
            "objection",
            code="J08",
            suggested_unit="区住建局",
            evidence=(
                Statement("history", "1998年房改遗留"),
                Statement("obstacle", "缺产权档案"),
                Statement("next_date", "下次 2026-12-20 复查"),
            ),
        ),
    ).annotation
    order = read_order(cache, "1")
    assert order is not None
    assert "put off" not in said(explain(cache, order, NOW))
    ruling = Decision(
        id=shelved.id,
        annotation_id=shelved.id,
        order_no="1",
        ruling="granted",
        text="同意挂账",
        decided_by="市中心 周",
        decided_at=NOW,
    )
    with cache.writing():
        put_decision(cache, ruling)
    explanation = explain(cache, order, NOW)
    assert "put off by the centre until: 2026-12-20 00:00" in said(explanation)
    assert explanation.own is not None
    assert explanation.own.seconds_left is not None


def test_rules_that_cannot_be_read_are_not_passed_over_in_silence(cache: Cache) -> None:
    deliver(cache, CITY.replace('"weekdays"', '"moon"'))
    explanation = explained(cache, dispatched_at=NOW)
    assert explanation.own is not None
    assert "built-in ones are used" in notes(explanation)[0]
    assert settings.taxonomy(cache).codes


def test_asking_changes_nothing(cache: Cache) -> None:
    put(cache, an_order("1", deadline=None, dispatched_at=NOW))
    before = read_order(cache, "1")
    assert before is not None
    explain(cache, before, NOW)
    assert read_order(cache, "1") == before
    assert structs.asdict(before)["deadline"] is None
