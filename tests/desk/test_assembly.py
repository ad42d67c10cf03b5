"""A text is put together from what is known; it is its author's once they change a word."""

from datetime import UTC, datetime

import pytest
from msgspec import structs

from caseworker import locale
from caseworker.cache import drafts
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.desk import assembly
from caseworker.desk.annotate import keep_draft, new_draft
from caseworker.model.annotation import Statement
from caseworker.model.taxonomy import built_in
from tests.builders import NOW, a_draft, an_order, put, say

NUMBER = "440300202611050002"
CODES = built_in().codes
TOLD = [name for name, code in CODES.items() if code.kind == "unreasonable"]
OBJECTED = [name for name, code in CODES.items() if code.kind == "objection"]


@pytest.fixture
def order(cache: Cache) -> str:
    put(
        cache,
        an_order(NUMBER, unit="和平街道", dispatched_at=datetime(2026, 11, 23, tzinfo=UTC)),
    )
    return NUMBER


def whole(code: str) -> Draft:
    """A draft with a word for each kind of evidence that its code names."""
    kinds = (*CODES[code].demands, *CODES[code].likes)
    return structs.replace(
        new_draft(NUMBER, "unreasonable" if code in TOLD else "objection"),
        code=code,
        evidence=tuple(Statement(kind, f"<{kind}>") for kind in kinds),
        suggested_unit="区城管局",
        route="行政复议",
    )


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("code", TOLD)
def test_the_citizen_is_told_what_was_found_and_which_route_stays_open(
    code: str, language: str, cache: Cache, order: str
) -> None:
    locale.set_language(language)
    told = assembly.assembled(cache, whole(code))
    stays_open = CODES[code].stays_open
    assert stays_open is not None
    assert stays_open.in_language(language) in told
    assert "地下车库渗水" in told
    assert "<clause>" in told
    assert "{" not in told
    assert ("异议" if language == "zh_CN" else "object") in told


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("code", OBJECTED)
def test_the_centre_is_told_whose_it_is_who_was_asked_and_on_what_basis(
    code: str, language: str, cache: Cache, order: str
) -> None:
    locale.set_language(language)
    say(cache, a_draft(order, text="现场已看过，立杆属于高速公司。"))
    text = assembly.assembled(cache, whole(code))
    for known in (order, "区城管局", "行政复议", "立杆属于高速公司", "和平街道"):
        assert known in text
    assert CODES[code].basis.in_language(language) in text
    assert ("<asked>" in text) == ("asked" in CODES[code].likes)
    assert "{" not in text
    assert "。。" not in text


def test_a_sentence_whose_fill_in_is_not_known_is_left_out(cache: Cache, order: str) -> None:
    bare = structs.replace(new_draft(order, "objection"), code="J02")
    assert "Suggested unit" not in assembly.assembled(cache, bare)
    assert "duty list" not in assembly.assembled(cache, bare)


def test_people_are_masked_in_it(cache: Cache) -> None:
    put(cache, an_order(NUMBER, title="请打13800005521找我"))
    assert "138****5521" in assembly.assembled(cache, whole("U01"))


def test_the_text_follows_the_form_until_a_word_of_it_is_changed(cache: Cache, order: str) -> None:
    empty = new_draft(order, "objection")
    chosen = assembly.followed(cache, empty, structs.replace(empty, code="J02"))
    assert chosen.text == assembly.assembled(cache, chosen) != ""
    with_unit = assembly.followed(cache, chosen, structs.replace(chosen, suggested_unit="交警"))
    assert "交警" in with_unit.text
    own = assembly.followed(cache, with_unit, structs.replace(with_unit, text="不归我们管，理由…"))
    assert own.text == "不归我们管，理由…"
    later = assembly.followed(cache, own, structs.replace(own, suggested_unit="城管", code="J01"))
    assert later.text == "不归我们管，理由…"


def test_a_text_that_was_cleared_stays_away_until_another_code_is_chosen(
    cache: Cache, order: str
) -> None:
    chosen = structs.replace(new_draft(order, "objection"), code="J02")
    cleared = assembly.followed(cache, chosen, structs.replace(chosen, suggested_unit="交警"))
    assert cleared.text == ""
    assert assembly.followed(cache, cleared, structs.replace(cleared, code="J01")).text


def test_a_form_in_which_nobody_typed_leaves_no_draft(cache: Cache, order: str) -> None:
    empty = new_draft(order, "unreasonable")
    chosen = assembly.followed(cache, empty, structs.replace(empty, code="U01"))
    assert not keep_draft(cache, chosen, NOW)
    assert keep_draft(cache, structs.replace(chosen, tell_citizen="您好，"), NOW)
    assert len(drafts.drafts(cache)) == 1


def test_for_another_order_the_text_speaks_of_that_one(cache: Cache, order: str) -> None:
    put(cache, an_order("440300202611050077", title="乱停车"))
    draft = structs.replace(new_draft(order, "objection"), code="J02")
    draft = structs.replace(draft, text=assembly.assembled(cache, draft))
    moved = assembly.for_another(cache, draft, "440300202611050077")
    assert "乱停车" in moved.text
    assert order not in moved.text


def test_braces_in_what_was_typed_stay_as_they_are(cache: Cache, order: str) -> None:
    draft = structs.replace(whole("U01"), evidence=(Statement("clause", "{number.__class__}"),))
    assert "{number.__class__}" in assembly.assembled(cache, draft)
