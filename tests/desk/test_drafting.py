"""Many drafts at once: each kept, each told from its neighbour, each with what it misses."""

from datetime import timedelta

from msgspec import structs

from caseworker.cache.connection import Cache
from caseworker.desk import annotate, drafting
from caseworker.desk.annotate import keep_draft, new_draft
from caseworker.desk.observed import understood
from caseworker.model.annotation import About, Kind
from tests.builders import LI_MIN, NOW, an_order, put

FIRST, NEXT = "90000001", "90000002"


def begin(cache: Cache, number: str, kind: Kind = "context", **fields: object) -> str:
    draft = structs.replace(new_draft(number, kind), **fields)
    assert keep_draft(cache, draft, NOW)
    return draft.id


def test_drafts_of_one_kind_on_one_order_are_told_apart_by_their_first_words(cache: Cache) -> None:
    put(cache, an_order(FIRST))
    begin(cache, FIRST, code="C03", text="物业答应\n二十日前")
    begin(cache, FIRST, code="C01", text="老人独居")

    listed = drafting.begun(cache, LI_MIN, NOW, order_no=FIRST, kind="context")

    assert {drafting.first_words(one.draft) for one in listed} == {"物业答应 二十日前", "老人独居"}


def test_every_draft_says_what_it_misses(cache: Cache) -> None:
    put(cache, an_order(FIRST), an_order(NEXT))
    whole = begin(cache, FIRST, code="C03", text="物业答应了")
    bare = begin(cache, FIRST, observed="昨天", observed_at=understood("昨天", NOW))
    vague = begin(cache, NEXT, code="C03", text="x", observed="soon", about=About("place"))

    misses = {one.draft.id: one.misses for one in drafting.begun(cache, LI_MIN, NOW)}

    assert misses[whole] == []
    assert misses[bare] == ["Choose a reason code."]
    assert [words.split(":")[0] for words in misses[vague]] == [
        "This is no time that the desk understands",
        "Name the place, or choose this order alone.",
    ]


def test_one_kind_on_one_order_can_be_asked_for(cache: Cache) -> None:
    put(cache, an_order(FIRST), an_order(NEXT))
    begin(cache, FIRST, text="a")
    begin(cache, FIRST, "objection", text="b")
    begin(cache, NEXT, text="c")

    def words(**narrow: object) -> set[str]:
        found = drafting.begun(cache, LI_MIN, NOW, **narrow)  # type: ignore[arg-type]
        return {one.draft.text for one in found}

    assert words() == {"a", "b", "c"}
    assert words(order_no=FIRST) == {"a", "b"}
    assert words(order_no=FIRST, kind="context") == {"a"}


def test_what_is_thrown_away_can_be_kept_again(cache: Cache) -> None:
    put(cache, an_order(FIRST))
    begin(cache, FIRST, text="a")
    (one,) = drafting.begun(cache, LI_MIN, NOW)

    drafting.throw_away(cache, one.draft)
    assert drafting.begun(cache, LI_MIN, NOW) == []

    keep_draft(cache, one.draft, NOW)
    assert [again.draft for again in drafting.begun(cache, LI_MIN, NOW)] == [one.draft]


def test_a_moment_typed_yesterday_means_today_what_it_meant_then(cache: Cache) -> None:
    put(cache, an_order(FIRST))
    seen = understood("2h ago", NOW)
    begin(cache, FIRST, code="C03", text="a", observed="2h ago", observed_at=seen)
    (one,) = drafting.begun(cache, LI_MIN, NOW + timedelta(days=1))

    written = annotate.write(cache, one.draft, LI_MIN, NOW + timedelta(days=1)).annotation

    assert written.observed_at == NOW - timedelta(hours=2)
    assert written.written_at == NOW + timedelta(days=1)


def test_what_is_still_to_come_was_not_seen(cache: Cache) -> None:
    put(cache, an_order(FIRST))
    ahead = NOW + timedelta(days=2)
    begin(cache, FIRST, code="C03", text="a", observed="11-26", observed_at=ahead)

    (one,) = drafting.begun(cache, LI_MIN, NOW)

    assert "still to come" in one.misses[0]
