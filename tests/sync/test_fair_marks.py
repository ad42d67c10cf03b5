"""Marks on the way: what became of the order meanwhile, contests, and the log of disclosures."""

from datetime import datetime, timedelta

import pytest
from msgspec import structs
from sqlalchemy import func, select

from caseworker.cache import annotations, disclosures, orders, outbox, settings
from caseworker.cache.drafts import Draft
from caseworker.desk.annotate import draft_of, new_draft, rewrite
from caseworker.desk.sheet import sheet_of
from caseworker.desk.wording import sentence
from caseworker.model.annotation import Annotation
from caseworker.model.trouble import HubOutOfReach
from caseworker.model.wire import ContestRequest, Disclosure, DisclosuresNoted
from hub import contests
from hub.store import audit
from sync.hotline import HotlineClient
from tests.builders import an_order
from tests.model.marks import a_mark, a_review, an_id
from tests.sync.street import FAULTS, NOW, Desk, Street

ORDER = "440300202611050002"


def a_proposal() -> Draft:
    """A draft of a mark that can hurt, with all that its code asks for."""
    whole = a_mark("U03", order_no=ORDER, tell_citizen="我们两人到现场看过，没有发现渗水。")
    return draft_of(whole, new_draft(ORDER, "unreasonable").id)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"content": "地下车库渗水，配电箱漏电"}, "locked_safety"),
        ({"urgent": True}, "locked_urgent"),
        ({"is_secret": True}, "locked_secret"),
    ],
)
def test_a_mark_on_an_order_that_meanwhile_became_one_of_safety_comes_back_with_all_its_words(
    street: Street, change: dict[str, object], reason: str
) -> None:
    street.load(an_order(ORDER))
    desk = street.desk("李敏")
    desk.synced()
    written = desk.write(a_proposal())
    # While the desk was offline:
    street.load(an_order(ORDER, **change))
    assert desk.synced().refused == 1
    (item,) = outbox.items(desk.cache)
    assert (item.state, item.reason) == ("refused", reason)
    assert "U03" in sentence(item.reason, item.params)
    assert structs.replace(item.annotation, author="", device="") == structs.replace(
        written, author="", device=""
    )
    assert street.desk("孙涛").synced().trouble is None
    again = rewrite(desk.cache, written.id, NOW)
    assert again is not None
    assert (again.text, again.evidence, again.tell_citizen) == (
        written.text,
        written.evidence,
        written.tell_citizen,
    )


def stands(desk: Desk, mark: Annotation, at: datetime = NOW) -> str:
    """Where a mark stands on the desk's sheet of its order."""
    sheet = sheet_of(desk.cache, ORDER, at)
    assert sheet is not None
    return next(one.status for one in sheet.entries if one.annotation.id == mark.id)


def test_a_contest_reaches_the_desk_and_leaves_it_with_the_order(street: Street) -> None:
    street.load(an_order(ORDER))
    desk, colleague = street.desk("李敏"), street.desk("孙涛")
    desk.synced()
    mark = desk.write(a_proposal())
    desk.synced()
    colleague.synced()
    endorsed = a_review(mark, id=an_id(2), order_no=ORDER)
    outbox.put_in_outbox(colleague.cache, endorsed, NOW)
    colleague.synced()
    street.decide(mark.id)
    with street.store.writing() as connection:
        entered = contests.enter(
            connection, ContestRequest(mark.id, "他们没有来过"), "刘处", "test", NOW
        )
    desk.synced()
    assert annotations.contests_of(desk.cache, ORDER) == [entered]
    assert stands(desk, mark) == "suspended"
    street.decide(mark.id, text="重新核对，仍属实")
    desk.synced()
    assert stands(desk, mark) == "granted"
    # On its date it lapses by itself, at the desk as at the hub (tests/hub/test_decisions.py).
    assert stands(desk, mark, NOW + timedelta(days=91)) == "lapsed"
    assert desk.synced().pulled == 0
    street.load(an_order(ORDER, unit="dongfeng"), unit="dongfeng")
    desk.synced()
    assert annotations.contests_of(desk.cache, ORDER) == []


def test_a_restored_hub_takes_back_a_contest_that_it_never_had(street: Street) -> None:
    street.load(an_order(ORDER))
    desk = street.desk("李敏")
    desk.synced()
    mark = desk.write(
        structs.replace(a_proposal(), kind="objection", code="J01", route="原派单单位")
    )
    desk.synced()
    street.decide(mark.id)
    backup = street.backup()
    with street.store.writing() as connection:
        contests.enter(connection, ContestRequest(mark.id, "不服"), "刘处", "test", NOW)
    desk.synced()
    assert len(annotations.contests_of(desk.cache, ORDER)) == 1
    street.restore(backup)
    desk.synced()
    assert annotations.contests_of(desk.cache, ORDER) == []


def test_a_mark_written_before_its_order_was_here_lapses_with_it_all_the_same(
    street: Street,
) -> None:
    desk = street.desk("李敏")
    desk.synced()
    here = [an_order(ORDER, revision=0)]
    with desk.cache.writing():
        orders.put_orders(desk.cache, here, settings.taxonomy(desk.cache), from_hub=False)
    mark = desk.write(a_proposal())
    assert mark.order_revision == 0
    street.load(an_order(ORDER))
    desk.synced()
    desk.synced()
    assert stands(desk, mark) == "awaiting_review"
    street.load(an_order(ORDER, content="又出了新情况"))
    desk.synced()
    assert stands(desk, mark) == "lapsed"
    assert street.desk("孙涛").synced().trouble is None


def noted(street: Street) -> int:
    """How many reveals and exports the hub's log holds."""
    with street.store.reading() as connection:
        query = select(func.count()).where(audit.c.act.in_(("revealed", "exported")))
        return int(connection.execute(query).scalar_one())


def disclose(desk: Desk, count: int) -> None:
    for number in range(count):
        disclosures.note(
            desk.cache, Disclosure(an_id(500 + number), "revealed", NOW, ORDER, "caller_phone")
        )


@pytest.mark.parametrize("fault", FAULTS)
def test_each_disclosure_is_told_once_whatever_the_line_does(street: Street, fault: str) -> None:
    street.load(an_order(ORDER))
    desk = street.desk("李敏")
    desk.synced()
    disclose(desk, 3)
    desk.sync("", "", fault)
    desk.synced()
    assert noted(street) == 3
    assert desk.synced().trouble is None
    assert "POST /v1/disclosures" not in desk.line.asked
    assert len(disclosures.all_lines(desk.cache)) == 3


def test_7_an_answer_of_another_life_of_the_log_is_worth_nothing(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.load(an_order(ORDER))
    desk = street.desk("李敏")
    desk.synced()
    disclose(desk, 1)
    late = DisclosuresNoted([one.id for one in disclosures.all_lines(desk.cache)], "another life")
    with monkeypatch.context() as on_the_way:
        on_the_way.setattr(HotlineClient, "tell", lambda _self, _told: late)
        assert isinstance(desk.sync().trouble, HubOutOfReach)
    assert noted(street) == 0
    desk.synced()
    assert noted(street) == 1
