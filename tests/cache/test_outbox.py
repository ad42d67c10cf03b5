"""The outbox keeps every own word until the hub's receipt or the worker settles it."""

from datetime import timedelta

from caseworker.cache import annotations, drafts, orders, outbox
from caseworker.cache.connection import Cache
from caseworker.cache.standing import LEFT
from caseworker.model.annotation import Decision, Ruling
from caseworker.model.wire import AnnotationResult
from tests.builders import NOW, a_draft, an_order, put, say
from tests.model.marks import an_id


def answer(annotation_id: str, verdict: str, reason: str = "") -> AnnotationResult:
    return AnnotationResult(id=annotation_id, verdict=verdict, receipt="88213", reason=reason)  # type: ignore[arg-type]


def test_saved_means_in_the_outbox(cache: Cache) -> None:
    put(cache, an_order())
    written = say(cache, a_draft("440300202611050002"))
    assert [item.annotation for item in outbox.items(cache)] == [written.annotation]


def test_a_payload_is_frozen_when_it_is_first_sent(cache: Cache) -> None:
    put(cache, an_order())
    written = say(cache, a_draft("440300202611050002"))
    first = outbox.freeze(cache, [written.annotation.id], author="李敏", device="d1", at=NOW)
    again = outbox.freeze(cache, [written.annotation.id], author="赵敏", device="d2", at=NOW)
    assert first == again
    assert first[0].author == "李敏"


def test_words_written_before_enrolment_are_signed_by_the_enrolled_worker(cache: Cache) -> None:
    put(cache, an_order())
    written = say(cache, a_draft("440300202611050002"))
    outbox.freeze(cache, [written.annotation.id], author="陈静", device="d1", at=NOW)
    kept = annotations.read_annotation(cache, written.annotation.id)
    assert kept is not None
    assert kept.author == "陈静"


def test_what_was_sent_is_never_undone_silently(cache: Cache) -> None:
    put(cache, an_order())
    written = say(cache, a_draft("440300202611050002"))
    outbox.freeze(cache, [written.annotation.id], author="李敏", device="d1", at=NOW)
    assert not outbox.drop_unsent(cache, written.annotation.id)
    assert outbox.items(cache)[0].state == "sending"


def test_refused_waits_for_the_worker_with_its_reason(cache: Cache) -> None:
    put(cache, an_order())
    written = say(cache, a_draft("440300202611050002"))
    outbox.freeze(cache, [written.annotation.id], author="李敏", device="d1", at=NOW)
    outbox.settle(cache, [answer(written.annotation.id, "refused", "order_left")], "g1", NOW)
    item = outbox.items(cache)[0]
    assert (item.state, item.reason) == ("refused", "order_left")
    assert outbox.keep(cache, written.annotation.id, NOW)
    assert outbox.items(cache) == []
    assert outbox.items(cache, settled=True)[0].state == "kept"


def test_a_receipt_is_never_taken_back_by_a_late_answer(cache: Cache) -> None:
    put(cache, an_order())
    written = say(cache, a_draft("440300202611050002"))
    outbox.freeze(cache, [written.annotation.id], author="李敏", device="d1", at=NOW)
    outbox.settle(cache, [answer(written.annotation.id, "stored")], "g1", NOW)
    outbox.settle(cache, [answer(written.annotation.id, "later", "order_unknown")], "g1", NOW)
    assert outbox.items(cache, settled=True)[0].state == "receipted"


def test_a_restored_hub_is_offered_what_it_has_no_receipt_for(cache: Cache) -> None:
    put(cache, an_order())
    written = say(cache, a_draft("440300202611050002"))
    sent = outbox.freeze(cache, [written.annotation.id], author="李敏", device="d1", at=NOW)
    outbox.settle(cache, [answer(written.annotation.id, "stored")], "g1", NOW)
    with cache.writing():
        assert outbox.offer_again(cache, "g2", NOW) == 1
        assert outbox.offer_again(cache, "g2", NOW) == 0
    assert outbox.freeze(cache, [written.annotation.id], author="x", device="y", at=NOW) == sent


def test_an_order_that_left_stays_readable_until_its_words_are_settled(cache: Cache) -> None:
    put(cache, an_order())
    written = say(cache, a_draft("440300202611050002"))
    with cache.writing():
        orders.take_out(cache, "440300202611050002", NOW)
    assert orders.standing_of(cache, "440300202611050002") == LEFT
    outbox.freeze(cache, [written.annotation.id], author="李敏", device="d1", at=NOW)
    outbox.settle(cache, [answer(written.annotation.id, "stored")], "g1", NOW)
    with cache.writing():
        assert orders.purge_settled(cache) == 1
    assert not orders.holds(cache, "440300202611050002")
    assert outbox.items(cache, settled=True)[0].annotation == written.annotation.__class__(
        **{name: getattr(written.annotation, name) for name in written.annotation.__struct_fields__}
        | {"device": "d1"}
    )


def test_a_reversal_stays_where_the_order_that_it_is_about_is_purged(cache: Cache) -> None:
    rulings: tuple[Ruling, ...] = ("granted", "reversed")
    put(cache, an_order())
    with cache.writing():
        for number, ruling in enumerate(rulings):
            annotations.put_decision(
                cache,
                Decision(
                    id=an_id(number),
                    annotation_id=an_id(9),
                    order_no="440300202611050002",
                    ruling=ruling,
                    text="重新核对",
                    decided_by="刘处",
                    decided_at=NOW,
                ),
            )
        orders.take_out(cache, "440300202611050002", NOW)
    kept = annotations.decisions_of(cache, "440300202611050002")
    assert [one.ruling for one in kept] == ["reversed"]


def test_payloads_outlive_a_departed_order_by_90_days(cache: Cache) -> None:
    put(cache, an_order())
    written = say(cache, a_draft("440300202611050002"))
    outbox.freeze(cache, [written.annotation.id], author="李敏", device="d1", at=NOW)
    outbox.settle(cache, [answer(written.annotation.id, "stored")], "g1", NOW)
    with cache.writing():
        orders.take_out(cache, "440300202611050002", NOW)
        assert outbox.forget_old_payloads(cache, NOW + timedelta(days=89)) == 0
        assert outbox.forget_old_payloads(cache, NOW + timedelta(days=91)) == 1


def test_a_draft_holds_an_order_back_from_the_purge(cache: Cache) -> None:
    put(cache, an_order())
    drafts.save_draft(cache, a_draft("440300202611050002"), NOW)
    with cache.writing():
        orders.take_out(cache, "440300202611050002", NOW)
    assert orders.holds(cache, "440300202611050002")


def test_an_import_never_overwrites_what_the_hub_sent(cache: Cache) -> None:
    put(cache, an_order(title="来自中心"))
    put(cache, an_order(title="来自表格", revision=0), from_hub=False)
    order = orders.read_order(cache, "440300202611050002")
    assert order is not None
    assert order.title == "来自中心"
