"""What comes back says why, and is gone on from in its own words."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from caseworker.cache import annotations, disclosures
from caseworker.cache.connection import Cache
from caseworker.desk.annotate import new_draft
from caseworker.desk.returned import on_top, reopened, why
from caseworker.desk.reveal import reveal_caller
from caseworker.desk.review import safeguards_on
from caseworker.desk.sheet import Sheet, sheet_of
from caseworker.desk.worker import Worker
from caseworker.model.annotation import Annotation, Contest, Decision
from caseworker.model.trouble import Trouble
from tests.builders import NOW, a_draft, an_order, put, say
from tests.model.marks import an_id


@pytest.fixture
def mark(cache: Cache) -> Annotation:
    put(cache, an_order("1"), an_order("2"))
    return say(cache, a_draft("1", "repeat", code="R01", earlier=("2",))).annotation


def rule(cache: Cache, one: Annotation, ruling: Any, **fields: Any) -> None:
    made = Decision(
        id=an_id(70 + len(annotations.decisions_of(cache, one.order_no))),
        annotation_id=one.id,
        order_no=one.order_no,
        ruling=ruling,
        text="请补充现场照片",
        decided_by="市中心",
        decided_at=NOW + timedelta(hours=len(annotations.decisions_of(cache, one.order_no))),
    )
    with cache.writing():
        annotations.put_decision(cache, structs.replace(made, **fields))


def contest(cache: Cache, one: Annotation) -> None:
    with cache.writing():
        annotations.put_contest(
            cache, Contest(an_id(90), one.id, one.order_no, "我没有说过", "中心", NOW + _DAY)
        )


_DAY = timedelta(days=1)


def sheet(cache: Cache, number: str = "1", later: timedelta = _DAY) -> Sheet:
    found = sheet_of(cache, number, NOW + later)
    assert found is not None
    return found


def reason(cache: Cache, later: timedelta = _DAY) -> str:
    opened = sheet(cache, later=later)
    told = why(opened, opened.entries[0])
    return "" if told is None else told.words


def test_more_asked_reopens_the_draft_with_the_question_on_top(
    cache: Cache, mark: Annotation
) -> None:
    rule(cache, mark, "more_asked")
    draft = reopened(sheet(cache), "repeat", mark.author)
    assert draft is not None
    assert (draft.text, draft.earlier, draft.supersedes) == (mark.text, ("2",), mark.id)
    assert on_top(sheet(cache), draft) == "The centre asks: 请补充现场照片"
    say(cache, structs.replace(draft, text="照片已补"))
    assert [entry.status for entry in sheet(cache).entries] == ["superseded", "awaiting_centre"]
    assert reopened(sheet(cache), "repeat", mark.author) is None


def test_a_declined_one_comes_back_with_the_reviewer_s_words(
    cache: Cache, mark: Annotation
) -> None:
    put(cache, an_order("3"))
    proposal = say(
        cache, a_draft("3", "objection", code="J06", suggested_unit="司法所", text="民事纠纷")
    ).annotation
    review = structs.replace(
        new_draft("3", "review"), target=proposal.id, endorse=False, text="没有调解记录"
    )
    say(cache, review, Worker("赵敏", roles=("office",)))
    opened = sheet(cache, "3")
    draft = reopened(opened, "objection", proposal.author)
    assert draft is not None
    assert on_top(opened, draft) == "赵敏 declined it: 没有调解记录"
    assert reopened(opened, "objection", "赵敏") is None


def test_a_mark_lapses_on_its_date_and_with_the_order_and_says_which(
    cache: Cache, mark: Annotation
) -> None:
    rule(cache, mark, "granted", valid_until=NOW + 90 * _DAY)
    assert reason(cache) == ""
    assert "its time is over" in reason(cache, 91 * _DAY)
    put(cache, an_order("1", content="水漫到配电箱了", revision=2, substance_revision=2))
    assert "the order changed" in reason(cache)


def test_a_contest_suspends_the_mark_in_sight(cache: Cache, mark: Annotation) -> None:
    rule(cache, mark, "granted", valid_until=NOW + 90 * _DAY)
    contest(cache, mark)
    assert sheet(cache, later=2 * _DAY).entries[0].status == "suspended"
    assert "我没有说过" in reason(cache, 2 * _DAY)


def test_a_reversed_link_joins_nothing_and_is_shown_where_it_was_relied_on(
    cache: Cache, mark: Annotation
) -> None:
    rule(cache, mark, "granted")
    assert len(sheet(cache, "2").matter) == 2
    rule(cache, mark, "reversed")
    earlier = sheet(cache, "2")
    assert earlier.matter == []
    assert [(one.order_no, one.ruling.text) for one in earlier.fallen] == [("1", "请补充现场照片")]
    assert "reversed" in reason(cache)


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({}, "another person has endorsed"),
        ({"first_contact": True}, "Only a lead"),
        ({"urgent": True}, "locked now"),
        ({"is_secret": True}, "locked now"),
    ],
)
def test_a_reviewer_sees_the_safeguards(order: dict[str, Any], told: str, cache: Cache) -> None:
    put(cache, an_order("1"))
    proposal = say(cache, a_draft("1", "objection", code="J06", suggested_unit="司法所"))
    u01 = structs.replace(proposal.annotation, kind="unreasonable", code="U01")
    put(cache, an_order("1", **order))
    assert any(told in words for words in safeguards_on(cache, u01))


def test_a_look_at_masked_data_is_recorded_before_it_is_shown(cache: Cache) -> None:
    put(cache, an_order("1"), an_order("2", is_secret=True))
    assert reveal_caller(cache, "1", NOW) == "王小明  13800005521"
    (line,) = disclosures.all_lines(cache)
    assert (line.act, line.order_no, line.what) == ("revealed", "1", "caller")
    with pytest.raises(Trouble, match="secret"):
        reveal_caller(cache, "2", NOW)
    assert len(disclosures.all_lines(cache)) == 1
