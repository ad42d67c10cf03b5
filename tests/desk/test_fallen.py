"""A reversed mark is shown wherever it was relied on: in its matter, and where it is cited."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from caseworker.cache import annotations
from caseworker.cache.connection import Cache
from caseworker.cli.reading import sheet_document
from caseworker.cli.repeats import memory_document
from caseworker.desk.annotate import examine
from caseworker.desk.memory import memory
from caseworker.desk.review import safeguards_on
from caseworker.desk.sheet import Sheet, sheet_of
from caseworker.model.annotation import Annotation, Decision, Statement
from tests.builders import LI_MIN, NOW, a_draft, an_order, put, say
from tests.model.marks import an_id


@pytest.fixture
def street(cache: Cache) -> Cache:
    """Five orders: 3 repeats 2, 2 repeats 1, 4 repeats 3; 5 stands alone."""
    put(cache, *(an_order(str(number)) for number in range(1, 6)))
    link(cache, "2", "1")
    link(cache, "3", "2")
    link(cache, "4", "3")
    return cache


def link(cache: Cache, later: str, earlier: str, **fields: Any) -> Annotation:
    draft = a_draft(later, "repeat", code="R05", earlier=(earlier,), text="同一处又漏", **fields)
    return say(cache, draft).annotation


def mark_on(cache: Cache, number: str) -> Annotation:
    return annotations.annotations_of(cache, number)[0]


def reverse(cache: Cache, one: Annotation, *, at: int = 1, **fields: Any) -> None:
    made = Decision(
        id=an_id(700 + at),
        annotation_id=one.id,
        order_no=one.order_no,
        ruling="reversed",
        text="不是同一处",
        decided_by="市中心",
        decided_at=NOW + timedelta(hours=at),
    )
    with cache.writing():
        annotations.put_decision(cache, structs.replace(made, **fields))


def sheet(cache: Cache, number: str) -> Sheet:
    found = sheet_of(cache, number, NOW + timedelta(days=1))
    assert found is not None
    return found


def fallen(cache: Cache, number: str) -> list[str]:
    return [f"{one.code} on {one.order_no}" for one in sheet(cache, number).fallen]


def test_every_order_of_the_matter_shows_it_those_that_it_parted_too(street: Cache) -> None:
    reverse(street, mark_on(street, "2"))
    # The link of 2 with 1 is gone, and both sides of what was one matter say so.
    assert [one.order_no for one in sheet(street, "1").matter] == []
    for number in ("1", "3", "4"):
        assert fallen(street, number) == ["R05 on 2"]
    assert fallen(street, "2") == []
    assert sheet(street, "2").entries[0].status == "reversed"
    assert fallen(street, "5") == []


def test_a_reversal_that_is_overruled_or_of_a_mark_taken_back_is_shown_no_more(
    street: Cache,
) -> None:
    reverse(street, mark_on(street, "2"))
    reverse(street, mark_on(street, "2"), at=2, ruling="granted")
    assert fallen(street, "4") == []
    reverse(street, mark_on(street, "2"), at=3)
    assert fallen(street, "4") == ["R05 on 2"]
    withdrawn = a_draft("2", "withdrawal", target=mark_on(street, "2").id, text="写错了")
    say(street, withdrawn)
    assert fallen(street, "4") == []


def test_a_proposal_that_cites_an_order_with_a_reversed_mark_says_so(street: Cache) -> None:
    reverse(street, mark_on(street, "2"))
    cited = sheet(street, "3").entries[0]
    assert [one.order_no for one in cited.rests_on] == ["2"]
    assert any("It rests on R05 of 2" in words for words in safeguards_on(street, cited.annotation))
    # 4 names 3, whose own mark stands.
    assert sheet(street, "4").entries[0].rests_on == []
    # Whoever cites it from now on is told while they write.
    draft = a_draft("5", "repeat", code="R05", earlier=("2",), text="又漏了")
    warned = [one for one in examine(street, draft, LI_MIN, NOW) if one.severity == "warn"]
    assert ("rests_on_reversed", "2") in {(one.reason, one.params.get("order")) for one in warned}


def test_what_was_written_in_place_of_a_reversed_mark_says_so(street: Cache) -> None:
    first = mark_on(street, "2")
    second = link(street, "2", "1", supersedes=first.id)
    third = link(street, "2", "1", supersedes=second.id)
    reverse(street, first)
    entries = {entry.annotation.id: entry for entry in sheet(street, "2").entries}
    assert [one.ruling.annotation_id for one in entries[third.id].rests_on] == [first.id]


def test_what_a_reversed_mark_brought_as_done_holds_no_longer(street: Cache) -> None:
    mark = link(street, "5", "4", evidence=(Statement("explained", "2026-11-20 电话说明"),))
    assert [told.holds for told in memory(street, "4", NOW).done] == [True]
    reverse(street, mark)
    assert [told.holds for told in memory(street, "5", NOW).done] == [False]


def test_a_mark_of_another_unit_is_told_without_its_words(street: Cache) -> None:
    link(street, "5", "99")
    elsewhere = structs.replace(mark_on(street, "2"), id=an_id(5), order_no="99")
    reverse(street, elsewhere, text="")
    assert fallen(street, "5") == [" on 99"]


def test_the_documents_tell_it_too(street: Cache) -> None:
    reverse(street, mark_on(street, "2"))
    mark = mark_on(street, "2").id
    shown = sheet_document(sheet(street, "3"))
    assert [one["annotation_id"] for one in shown["fallen"]] == [mark]
    assert [one["rests_on_reversed"] for one in shown["annotations"]] == [[mark]]
    for number in ("1", "4"):
        remembered = memory_document(memory(street, number, NOW + timedelta(days=1)))
        assert [(one["code"], one["order_no"]) for one in remembered["fallen"]] == [("R05", "2")]
