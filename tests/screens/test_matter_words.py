"""The memory of a matter, in words."""

from caseworker.cache.annotations import put_annotation
from caseworker.cache.connection import Cache
from caseworker.desk.memory import memory
from caseworker.desk.worker import Worker
from caseworker.model.annotation import About, Annotation
from caseworker.model.taxonomy import built_in
from screens.matter.words import memory_lines
from tests.builders import NOW, a_draft, an_order, put, say


def test_a_matters_page_tells_what_is_known_of_its_places(cache: Cache) -> None:
    place = "幸福里3号楼"
    for number in ("1", "2", "3"):
        put(cache, an_order(number, address=place, content=""))
    say(cache, a_draft("3", "repeat", code="R03", earlier=("2",), text="同一处"))
    say(cache, a_draft("1", text="防水层二十日前修", about=About("place", place)))

    def told(*, whole: bool) -> str:
        lines = memory_lines(memory(cache, "2", NOW), built_in(), NOW, 60, whole=whole)
        return "".join(piece.text for line in lines for piece in line)

    assert "防水层二十日前修" in told(whole=True)
    assert "防水层二十日前修" not in told(whole=False)


def test_what_says_that_a_promise_holds_no_longer_is_no_promise(cache: Cache) -> None:
    put(cache, an_order("1"))
    promise = say(cache, a_draft("1", code="C03", text="物业二十日前来修"), Worker("陈芳"))
    ending = a_draft("1", code="C03", text="没有人来", supersedes=promise.annotation.id)
    say(cache, ending)

    remembered = memory(cache, "1", NOW)
    lines = memory_lines(remembered, built_in(), NOW, 60)
    told = ["".join(piece.text for piece in line).strip() for line in lines]

    assert [(one.text, one.holds) for one in remembered.promised] == [("物业二十日前来修", False)]
    assert "holds no longer" in told[told.index("Promised") + 1]
    assert "ends what 陈芳 wrote" in told[told.index("没有人来") - 1]


def test_another_wording_of_ones_own_promise_is_the_promise(cache: Cache) -> None:
    put(cache, an_order("1"))
    first = say(cache, a_draft("1", code="C03", text="二十日前来修"))
    say(cache, a_draft("1", code="C03", text="三十日前来修", supersedes=first.annotation.id))

    promised = memory(cache, "1", NOW).promised

    assert [(one.text, one.holds) for one in promised] == [("三十日前来修", True)]


def test_a_head_that_is_too_long_is_followed_by_its_words(cache: Cache) -> None:
    put(cache, an_order("1"))
    said = Annotation(
        id="019aaaaa-3333-7000-8000-000000000001",
        order_no="1",
        kind="context",
        code="C05",
        text="已报维修资金。",
        author="陈芳",
        written_at=NOW,
    )
    with cache.writing():
        put_annotation(cache, said)

    lines = memory_lines(memory(cache, "1", NOW), built_in(), NOW, 30)
    told = ["".join(piece.text for piece in line).strip() for line in lines]

    assert "C05 waiting for funds" in told[told.index("已报维修资金。") - 1]
