"""Saving is checking, keeping and queueing as one act; nothing typed is lost."""

import pytest
from msgspec import structs

from caseworker.cache import drafts, outbox
from caseworker.cache.connection import Cache
from caseworker.desk.annotate import Refused, find_order, new_draft, rewrite, undo
from caseworker.desk.sheet import matter_of, open_sheet
from caseworker.desk.worker import Worker
from caseworker.model.trouble import Trouble
from caseworker.model.wire import AnnotationResult
from tests.builders import NOW, a_draft, an_order, evidence_for, put, say


def test_saving_twice_keeps_one(cache: Cache) -> None:
    put(cache, an_order("1"))
    draft = a_draft("1")
    say(cache, draft)
    say(cache, draft)
    assert len(outbox.items(cache)) == 1


def test_a_refused_draft_stays_a_draft(cache: Cache) -> None:
    put(cache, an_order("1"))
    draft = a_draft("1", "unreasonable", code="U01", text="无理取闹")
    drafts.save_draft(cache, draft, NOW)
    with pytest.raises(Refused) as refused:
        say(cache, draft)
    reasons = {finding.reason for finding in refused.value.findings}
    assert {"text_vague", "evidence_missing"} <= reasons
    assert [saved.draft for saved in drafts.drafts(cache, "1")] == [draft]
    assert outbox.items(cache) == []


def test_undo_turns_unsent_words_back_into_a_draft(cache: Cache) -> None:
    put(cache, an_order("1"))
    written = say(cache, a_draft("1", text="三楼漏水"))
    draft = undo(cache, written.annotation.id, NOW)
    assert draft is not None
    assert draft.text == "三楼漏水"
    assert outbox.items(cache) == []
    assert drafts.drafts(cache)[0].draft == draft


def test_a_refusal_of_the_hub_can_be_mended_and_sent_again(cache: Cache) -> None:
    put(cache, an_order("1"))
    written = say(cache, a_draft("1", text="三楼漏水"))
    one = written.annotation.id
    outbox.freeze(cache, [one], author="李敏", device="", at=NOW)
    refusal = AnnotationResult(id=one, verdict="refused", reason="order_left")
    outbox.settle(cache, [refusal], "g", NOW)
    draft = rewrite(cache, one, NOW)
    assert draft is not None
    say(cache, structs.replace(draft, text="三楼仍漏水"))
    states = [(item.annotation.text, item.state) for item in outbox.items(cache, settled=True)]
    assert states == [("三楼漏水", "kept"), ("三楼仍漏水", "waiting")]


def test_the_safety_lock_holds_at_the_desk(cache: Cache) -> None:
    put(cache, an_order("1", content="楼道里有很浓的煤气味，怀疑燃气泄漏"))
    with pytest.raises(Refused) as refused:
        say(cache, a_draft("1", "unreasonable", code="U04", evidence=evidence_for("U04")))
    assert "locked_safety" in {finding.reason for finding in refused.value.findings}


def test_repeats_join_orders_into_a_matter_and_a_withdrawal_splits_it(cache: Cache) -> None:
    put(cache, an_order("1"), an_order("2"), an_order("3"))
    say(cache, a_draft("2", "repeat", code="R01", earlier=("1",)))
    link = say(cache, a_draft("3", "repeat", code="R03", earlier=("2",)))
    assert {one.order_no for one in matter_of(cache, "1")} == {"1", "2", "3"}
    say(cache, a_draft("3", "withdrawal", code="", target=link.annotation.id))
    assert {one.order_no for one in matter_of(cache, "1")} == {"1", "2"}
    assert matter_of(cache, "3") == []


def test_nobody_reviews_their_own_proposal(cache: Cache) -> None:
    put(cache, an_order("1"))
    proposal = say(cache, a_draft("1", "unreasonable", code="U01", evidence=evidence_for("U01")))
    review = a_draft("1", "review", code="", target=proposal.annotation.id, endorse=True)
    with pytest.raises(Refused):
        say(cache, review)
    say(cache, review, Worker("赵敏", roles=("office",)))
    sheet = open_sheet(cache, find_order(cache, "1"), NOW)
    assert sheet.entries[0].status == "awaiting_centre"


def test_people_are_masked_and_secret_callers_left_out(cache: Cache) -> None:
    put(cache, an_order("1"), an_order("2", is_secret=True, caller_hash="h"))
    shown = open_sheet(cache, find_order(cache, "1"), NOW).order
    assert (shown.caller_name, shown.caller_phone) == ("王**", "138****5521")
    secret = open_sheet(cache, find_order(cache, "2"), NOW).order
    assert (secret.caller_name, secret.caller_phone, secret.caller_hash) == ("", "", "")


def test_an_order_is_found_by_its_last_digits_where_they_are_enough(cache: Cache) -> None:
    put(cache, an_order("440300202611050002"), an_order("440300202611060002"))
    assert find_order(cache, "050002").order_no == "440300202611050002"
    with pytest.raises(Trouble, match="Several"):
        find_order(cache, "0002")
    with pytest.raises(Trouble, match="No order"):
        find_order(cache, "999999")


def test_text_that_no_terminal_can_show_is_refused_with_words(cache: Cache) -> None:
    put(cache, an_order("1"))
    for text in ("a\x00b", "a\ud800b", "长" * 8_001):
        with pytest.raises(Trouble):
            say(cache, a_draft("1", text=text))
    assert new_draft("1", "context").id != new_draft("1", "context").id
