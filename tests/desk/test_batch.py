"""An act on many orders is foreseen, done and taken back as one; none that can hurt is among it."""

from collections.abc import Iterable
from pathlib import Path

from msgspec import structs

from caseworker.cache import batches, drafts, orders, outbox
from caseworker.cache.annotations import annotations_of, put_annotation
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.drafts import Draft
from caseworker.desk import batch
from caseworker.desk.batch import PIECE, Outcome, TakenBack
from caseworker.desk.worker import Worker
from caseworker.model.annotation import Annotation
from tests.builders import NOW, a_draft, an_order, put, say
from tests.conftest import KEY

ME = Worker("李敏")
NOTE = "物业承诺二十日前修好"


def foreseen(cache: Cache, act: Draft, numbers: Iterable[str]) -> dict[str, list[str]]:
    """Order → the reasons that refuse it."""
    outcomes = [one for piece in batch.foresee(cache, [act], numbers, ME, NOW) for one in piece]
    return {
        one.order_no: [found.reason for found in one.findings if found.severity == "refuse"]
        for one in outcomes
    }


def applied(cache: Cache, act: Draft, numbers: Iterable[str]) -> list[Outcome]:
    return [one for piece in batch.apply(cache, [act], numbers, ME, NOW) for one in piece]


def undone(cache: Cache) -> TakenBack:
    number = batch.to_undo(cache, None)
    assert number is not None
    *_earlier, last = batch.undo(cache, number, NOW)
    return last


def a_street(cache: Cache, count: int) -> list[str]:
    numbers = [f"N{at:03}" for at in range(count)]
    put(cache, *(an_order(number) for number in numbers))
    return numbers


def test_a_dry_run_writes_nothing_and_says_why_not(cache: Cache) -> None:
    numbers = a_street(cache, 3)
    say(cache, a_draft("N001"))
    with cache.writing():
        orders.take_out(cache, "N001", NOW)
    before = len(outbox.items(cache))

    act = a_draft("N000", text=NOTE)
    assert foreseen(cache, act, [*numbers, "N999"]) == {
        "N000": [],
        "N001": ["order_left"],
        "N002": [],
        "N999": ["order_left"],
    }
    assert len(outbox.items(cache)) == before


def test_what_is_done_is_what_was_foreseen(cache: Cache) -> None:
    numbers = a_street(cache, 2 * PIECE + 3)
    act = a_draft("N000", "repeat", code="R03", text=NOTE, earlier=("N005",))
    before = foreseen(cache, act, numbers)
    done = applied(cache, act, numbers)

    assert {one.order_no: one.refused for one in done} == {
        number: bool(reasons) for number, reasons in before.items()
    }
    assert before["N005"] == ["earlier_is_itself"]
    assert [one.code for one in annotations_of(cache, "N007")] == ["R03"]
    assert annotations_of(cache, "N005") == []


def test_undoing_takes_the_whole_batch_back_and_keeps_its_words_once(cache: Cache) -> None:
    numbers = a_street(cache, 2 * PIECE + 3)
    act = a_draft("N000", text=NOTE)
    drafts.save_draft(cache, act, NOW)
    applied(cache, act, numbers)
    assert drafts.drafts(cache) == []

    taken = undone(cache)
    assert (taken.undone, taken.sent) == (len(numbers), [])
    assert outbox.items(cache) == []
    assert [kept.draft.text for kept in drafts.drafts(cache)] == [NOTE]
    assert batch.to_undo(cache, "N000") is None


def test_a_batch_is_undone_after_a_restart(cache: Cache, tmp_path: Path) -> None:
    applied(cache, a_draft("N000", text=NOTE), a_street(cache, 5))
    cache.close()
    with open_cache(tmp_path / "cache.db", KEY) as again:
        assert undone(again).undone == 5


def test_what_was_sent_already_is_named_and_withdrawn_as_one(cache: Cache) -> None:
    numbers = a_street(cache, 5)
    applied(cache, a_draft("N000", text=NOTE), numbers)
    ids = [item.annotation.id for item in outbox.items(cache)]
    outbox.freeze(cache, ids[:2], author="李敏", device="", at=NOW)

    taken = undone(cache)
    assert (taken.undone, sorted(taken.sent)) == (3, ["N000", "N001"])

    first = annotations_of(cache, "N000")[0]
    act = a_draft("N000", "withdrawal", code="", text="写错了", target=first.id)
    done = applied(cache, act, taken.sent)
    assert not any(one.refused for one in done)
    assert [one.kind for one in annotations_of(cache, "N001")] == ["context", "withdrawal"]
    assert annotations_of(cache, "N001")[1].target == annotations_of(cache, "N001")[0].id


def test_undoing_means_the_last_act_and_reaches_back_to_a_batch_by_its_orders(
    cache: Cache,
) -> None:
    numbers = a_street(cache, 4)
    applied(cache, a_draft("N000", text=NOTE), numbers[:3])
    say(cache, a_draft("N003", text="另一件"))

    assert batch.to_undo(cache, "N003") is None
    assert batch.to_undo(cache, "N001") is not None


def test_what_can_hurt_a_citizen_is_refused_one_by_one(cache: Cache) -> None:
    numbers = a_street(cache, 2)
    for act in (
        a_draft("N000", "repeat", code="R02", earlier=("N009",)),
        a_draft("N000", "objection", code="J06", route="法院"),
        a_draft("N000", "objection", code="J08", route="法院"),
        a_draft("N000", "unreasonable", code="U01"),
    ):
        assert foreseen(cache, act, numbers) == {number: ["one_by_one"] for number in numbers}
        assert all(one.refused for one in applied(cache, act, numbers))
    assert outbox.items(cache) == []


def test_colleagues_marks_are_reviewed_together_only_where_they_hurt_nobody(cache: Cache) -> None:
    numbers = a_street(cache, 3)
    with cache.writing():
        for at, number in enumerate(numbers):
            put_annotation(cache, proposal(at, number, "R01" if at < 2 else "R02"))

    act = a_draft("N000", "review", code="", text="看过", target=an_id(0), endorse=True)
    assert foreseen(cache, act, numbers) == {"N000": [], "N001": [], "N002": ["nothing_alike"]}

    hurting = structs.replace(act, order_no="N002", target=an_id(2))
    assert foreseen(cache, hurting, ["N002"]) == {"N002": ["one_by_one"]}


def an_id(at: int) -> str:
    return f"019aaaaa-1111-7000-8000-{at:012}"


def proposal(at: int, number: str, code: str) -> Annotation:
    return Annotation(
        id=an_id(at),
        order_no=number,
        kind="repeat",
        code=code,
        text="同一件事",
        earlier=("N009",),
        author="赵强",
        written_at=NOW,
    )


def test_only_the_latest_batches_are_kept_in_mind(cache: Cache) -> None:
    a_street(cache, 1)
    for _at in range(batches.BATCHES_KEPT + 5):
        applied(cache, a_draft("N000", text=NOTE), ["N000"])
    assert cache.value("SELECT count(*) FROM batches") == batches.BATCHES_KEPT
