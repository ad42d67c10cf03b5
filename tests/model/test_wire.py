"""What a desk and a hub send each other arrives as it left, and nothing ill-formed gets in."""

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.model.annotation import (
    TEXT_MAX,
    About,
    Annotation,
    Contest,
    Decision,
    FileRef,
    Kind,
    Statement,
)
from caseworker.model.wire import (
    AnnotationBatch,
    AnnotationChange,
    AnnotationResult,
    Change,
    ContestChange,
    DecisionChange,
    FeedPage,
    LeftChange,
    OrderChange,
    TaxonomyChange,
    Verdict,
)
from tests.model.marks import NOW, ORDER_NO, a_mark, a_review, a_withdrawal, an_id
from tests.model.test_order import MOMENTS

LINES = st.text(max_size=30)
NUMBERS = st.text(min_size=1, max_size=64)
IDS = st.uuids().map(str)

ABOUT = st.builds(About, kind=st.sampled_from(["order", "place", "matter"]), name=LINES)
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
AWAITED = st.lists(HASHES, max_size=2).map(tuple)
FILES = st.builds(FileRef, sha256=HASHES, size=st.integers(0, 2**40), media_type=LINES, name=LINES)
A_FILE = {"sha256": "ab" * 32, "size": 3, "media_type": "image/png", "name": "现场.png"}
ANNOTATIONS = st.builds(
    Annotation,
    id=IDS,
    order_no=NUMBERS,
    order_revision=st.integers(0, 2**40),
    kind=st.sampled_from(get_args(Kind)),
    code=LINES,
    text=st.text(max_size=200),
    about=ABOUT,
    earlier=st.lists(NUMBERS, max_size=3).map(tuple),
    evidence=st.lists(
        st.builds(Statement, kind=LINES, text=LINES, file=st.none() | FILES), max_size=3
    ).map(tuple),
    route=LINES,
    suggested_unit=LINES,
    tell_citizen=LINES,
    target=IDS,
    endorse=st.none() | st.booleans(),
    supersedes=LINES,
    author=LINES,
    device=LINES,
    written_at=MOMENTS,
    observed_at=st.none() | MOMENTS,
)
DECISIONS = st.builds(
    Decision,
    id=IDS,
    annotation_id=IDS,
    order_no=NUMBERS,
    ruling=st.sampled_from(["granted", "refused", "more_asked", "reversed"]),
    text=LINES,
    decided_by=LINES,
    decided_at=MOMENTS,
    valid_until=st.none() | MOMENTS,
)
CONTESTS = st.builds(
    Contest,
    id=IDS,
    annotation_id=IDS,
    order_no=NUMBERS,
    text=LINES,
    entered_by=LINES,
    entered_at=MOMENTS,
)
CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(OrderChange, order=st.dictionaries(LINES, st.none() | st.booleans() | LINES)),
    st.builds(LeftChange, order_no=NUMBERS, reason=st.sampled_from(["reassigned", "removed"])),
    st.builds(AnnotationChange, annotation=ANNOTATIONS, receipt=LINES, awaited=AWAITED),
    st.builds(DecisionChange, decision=DECISIONS),
    st.builds(ContestChange, contest=CONTESTS),
    st.builds(TaxonomyChange, version=LINES, toml=LINES),
)


@given(ANNOTATIONS)
def test_an_annotation_comes_back_from_json_as_it_went(annotation: Annotation) -> None:
    body = msgspec.json.encode(annotation)
    again = msgspec.json.decode(body, type=Annotation)
    assert again == annotation
    assert msgspec.json.encode(again) == body
    assert again.written_at.utcoffset() == annotation.written_at.utcoffset()


@given(st.lists(CHANGES, max_size=4))
def test_a_page_of_the_feed_comes_back_as_it_went(changes: list[Change]) -> None:
    page = FeedPage(generation="g1", cursor="c9", more=True, changes=changes)
    assert msgspec.json.decode(msgspec.json.encode(page), type=FeedPage) == page


@pytest.mark.parametrize(
    "annotation",
    [a_mark("C03"), a_mark("U01"), a_review(a_mark("U01")), a_withdrawal(a_mark("U01"))],
    ids=lambda annotation: annotation.kind,
)
def test_a_batch_takes_every_kind(annotation: Annotation) -> None:
    batch = AnnotationBatch([annotation])
    assert msgspec.json.decode(msgspec.json.encode(batch), type=AnnotationBatch) == batch


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_result_carries_its_reason_and_its_fill_ins(verdict: Verdict) -> None:
    result = AnnotationResult(
        id=an_id(1), verdict=verdict, receipt="88213", reason="code_retired", params={"code": "U01"}
    )
    assert msgspec.json.decode(msgspec.json.encode(result), type=AnnotationResult) == result


NAIVE = "2026-11-24T09:43:00"


@pytest.mark.parametrize(
    "change",
    [
        {"written_at": NAIVE},
        {"observed_at": NAIVE},
        {"id": "1"},
        {"id": an_id(0xABC).upper()},
        {"order_no": ""},
        {"kind": "score"},
        {"text": "长" * (TEXT_MAX + 1)},
        {"evidence": [{"text": "没有说是哪一种"}]},
        {"evidence": [{"kind": "photo", "file": A_FILE | {"sha256": "AB" * 32}}]},
        {"evidence": [{"kind": "photo", "file": A_FILE | {"size": -1}}]},
        {"evidence": [{"kind": "clause", "text": "长" * (TEXT_MAX + 1)}]},
        {"earlier": [""]},
        {"endorse": "yes"},
        {"about": {"kind": "person", "name": "王小明"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_ill_formed_annotation_is_refused(change: dict[str, Any]) -> None:
    whole = msgspec.to_builtins(a_mark("U01"))
    assert msgspec.convert(whole, Annotation) == a_mark("U01")
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(whole | change, Annotation)


@pytest.mark.parametrize("name", ["decided_at", "valid_until"])
def test_a_decision_without_an_offset_is_refused(name: str) -> None:
    decision = msgspec.to_builtins(
        Decision(
            id=an_id(5),
            annotation_id=an_id(1),
            order_no=ORDER_NO,
            ruling="granted",
            text="同意",
            decided_by="市中心",
            decided_at=NOW,
        )
    )
    msgspec.convert(decision, Decision)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(decision | {name: NAIVE}, Decision)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Please log in</html>",
        b"[]",
        b"{}",
        b'{"generation":"g","cursor":"c","more":false}',
        b'{"generation":"g","cursor":"c","more":false,"changes":[{"type":"score"}]}',
        b'{"generation":"g","cursor":"c","more":false,"changes":[{"type":"left"}]}',
        b'{"generation":"g","cursor":"c","more":false,"changes":[{"type":"left","order_no":"1"}]',
    ],
)
def test_what_is_no_page_is_never_taken_for_one(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(body, type=FeedPage)
