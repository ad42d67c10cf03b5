"""The thirteen invariants of DESIGN §5, each kept by a real desk and the real hub."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import structs

from caseworker.cache import annotations, orders, outbox, settings
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.standing import CLOSED, LEFT
from caseworker.desk.annotate import write
from caseworker.desk.wording import sentence
from caseworker.desk.worker import worker
from caseworker.model.trouble import HubOutOfReach
from sync.engine import run
from sync.enrolment import client_of
from tests.builders import a_draft, an_order
from tests.conftest import KEY
from tests.sync.street import (
    FAULTS,
    NOW,
    Desk,
    Line,
    Street,
    a_street,
    an_answer,
    stored,
)

ORDER = "440300202611050002"
OTHER_ORDER = "440300202611050003"


def a_street_with_two_desks(street: Street) -> tuple[Desk, Desk]:
    """李敏 of the office and 陈静 the lead, who have both pulled two orders."""
    street.load(an_order(ORDER, revision=0), an_order(OTHER_ORDER, revision=0))
    office, lead = street.desk("李敏"), street.desk("陈静", "lead")
    office.synced()
    lead.synced()
    return office, lead


def everything(cache: Cache) -> dict[str, Any]:
    """What a desk shows, by what it is about."""
    return {
        number: (
            body,
            {structs.replace(one, device="") for one in annotations.annotations_of(cache, number)},
            annotations.decisions_of(cache, number),
        )
        for number, body in cache.rows("SELECT order_no, body FROM orders")
    }


# 1. Local state = what the hub acknowledged + the outbox replayed over it.


def test_1_desks_that_have_synced_show_the_same(street: Street) -> None:
    office, lead = a_street_with_two_desks(street)
    office.write(a_draft(ORDER))
    lead.write(a_draft(ORDER, text="楼上住户已搬走"))
    mark = office.write(a_draft(ORDER, "repeat", code="R01", earlier=(OTHER_ORDER,)))
    office.synced()
    lead.synced()
    street.decide(mark.id)
    street.load(an_order(ORDER, title="地下车库渗水加重", revision=0))
    office.synced()
    lead.synced()
    assert everything(office.cache) == everything(lead.cache)
    assert len(office.said(ORDER)) == 3
    assert [decision.ruling for decision in lead.ruled(ORDER)] == ["granted"]


def test_1_what_a_restored_hub_no_longer_holds_is_no_longer_shown(street: Street) -> None:
    office, lead = a_street_with_two_desks(street)
    mark = office.write(a_draft(ORDER, "repeat", code="R01", earlier=(OTHER_ORDER,)))
    office.synced()
    backup = street.backup()
    lead.write(a_draft(ORDER, text="楼上住户已搬走"))
    lead.synced()
    street.decide(mark.id)
    office.synced()
    assert (len(office.said(ORDER)), len(office.ruled(ORDER))) == (2, 1)
    street.restore(backup)
    office.synced()
    assert [one.id for one in office.said(ORDER)] == [mark.id]
    assert office.ruled(ORDER) == []
    # Its author still has it, and offers it again.
    lead.synced()
    office.synced()
    assert len(office.said(ORDER)) == 2


# 2. An annotation reported saved is in the outbox or acknowledged, whatever crashes.


class Crash(BaseException):
    """The process is gone at this point."""


class Brittle(Cache):
    """A cache whose process dies at the statement with the number `dies_at`."""

    dies_at = 10**9

    def execute(self, *arguments: Any, **named: Any) -> Any:
        self.dies_at -= 1
        if self.dies_at < 0:
            raise Crash
        return super().execute(*arguments, **named)


def test_2_and_5_a_crash_at_any_step_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    with a_street(tmp_path) as street:
        street.load(an_order(ORDER, revision=0))
        desk = street.desk("李敏")
        desk.synced()
        path = desk.cache.path
        crashes = 0
        for step in range(200):
            street.load(an_order(f"{ORDER}{step:03}", title=f"井盖破损{step}", revision=0))
            written = desk.write(a_draft(ORDER, text=f"第{step}次走访的情况"))
            brittle = Brittle(path, KEY)
            brittle.dies_at = step
            with client_of(desk.cache, desk.line) as client:
                try:
                    run(brittle, client, now=NOW)
                    crashed = False
                except Crash:
                    crashed = True
                    crashes += 1
                finally:
                    brittle.close()
            assert desk.states()[written.id] in ("waiting", "sending", "receipted")
            desk.synced()
            assert desk.states()[written.id] == "receipted"
            assert stored(street, [written.id]) == [written.id]
            assert desk.holds(f"{ORDER}{step:03}")
            if not crashed:
                break
    assert crashes > 20
    assert not crashed


# 3. Sending again changes nothing.


def test_3_sending_again_after_a_lost_answer_changes_nothing(street: Street) -> None:
    office, lead = a_street_with_two_desks(street)
    written = office.write(a_draft(ORDER))
    report = office.sync("", "timeout_after", "timeout_after", "duplicate")
    assert (report.pushed, report.trouble) == (1, None)
    assert stored(street, [written.id]) == [written.id]
    lead.synced()
    assert len(lead.said(ORDER)) == 1


# 4. A payload is frozen when it is first sent. A time-out is "unknown", never "failed".


def test_4_a_time_out_is_unknown_and_the_words_stay_as_they_were_sent(street: Street) -> None:
    office, _lead = a_street_with_two_desks(street)
    written = office.write(a_draft(ORDER))
    report = office.sync("", *["timeout_before"] * 5)
    assert isinstance(report.trouble, HubOutOfReach)
    assert (report.pushed, report.pending) == (0, 1)
    assert office.states() == {written.id: "sending"}
    # No way back into the text now: the hub may have it.
    assert not outbox.drop_unsent(office.cache, written.id)
    with office.cache.writing():
        settings.put(office.cache, device="another")
    office.synced()
    kept = annotations.read_annotation(office.cache, written.id)
    assert kept is not None
    assert kept.device != "another"


# 5. The cursor commits in the same transaction as the rows that it covers.


def test_5_the_cursor_never_moves_without_its_rows(street: Street) -> None:
    office, _lead = a_street_with_two_desks(street)
    before = settings.get(office.cache, "cursor")
    street.load(*(an_order(f"{ORDER}{n:04}", revision=0) for n in range(600)))
    # The first page arrives, the second one does not.
    report = office.sync("", "", *["reset_after"] * 5)
    assert isinstance(report.trouble, HubOutOfReach)
    between = settings.get(office.cache, "cursor")
    held = sum(office.holds(f"{ORDER}{n:04}") for n in range(600))
    assert before != between
    assert 0 < held < 600
    office.synced()
    assert all(office.holds(f"{ORDER}{n:04}") for n in range(600))


# 6. A page that is empty, truncated, or not ours changes nothing.


def empty_page(page: bytes) -> tuple[bytes, str]:
    return b'{"generation":"g","cursor":"zzz","more":false,"changes":[]}', "application/json"


def truncated(page: bytes) -> tuple[bytes, str]:
    return page[:-20], "application/json"


def a_portal(page: bytes) -> tuple[bytes, str]:
    return b"<html><title>Guest network</title></html>", "text/html"


def a_portal_that_says_json(page: bytes) -> tuple[bytes, str]:
    return b"<html><title>Guest network</title></html>", "application/json"


def someone_elses_json(page: bytes) -> tuple[bytes, str]:
    return b'{"status":"ok"}', "application/json"


def no_bytes(page: bytes) -> tuple[bytes, str]:
    return b"", "application/json"


def a_list(page: bytes) -> tuple[bytes, str]:
    return b"[1, 2, 3]", "application/json"


class Instead(httpx.BaseTransport):
    """Answers every page of the feed with something else."""

    def __init__(self, line: Line, other: Callable[[bytes], tuple[bytes, str]]) -> None:
        self._line = line
        self._other = other

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._line.handle_request(request)
        if not request.url.path.endswith("/feed"):
            return answer
        body, kind = self._other(answer.read())
        return an_answer(200, body, {"Content-Type": kind})


@pytest.mark.parametrize(
    "other",
    [
        empty_page,
        truncated,
        a_portal,
        a_portal_that_says_json,
        someone_elses_json,
        no_bytes,
        a_list,
    ],
)
def test_6_a_page_that_is_not_ours_changes_nothing(
    street: Street, other: Callable[[bytes], tuple[bytes, str]]
) -> None:
    office, _lead = a_street_with_two_desks(street)
    street.load(an_order(ORDER, title="另一个标题", revision=0))
    before = office.cache.raw.total_changes
    with client_of(office.cache, Instead(office.line, other)) as client:
        report = run(office.cache, client, now=NOW)
    assert office.cache.raw.total_changes == before
    if other is not empty_page:
        assert isinstance(report.trouble, HubOutOfReach)
    office.synced()
    order = orders.read_order(office.cache, ORDER)
    assert order is not None
    assert order.title == "另一个标题"


def test_6_orders_leave_only_by_an_explicit_entry(street: Street) -> None:
    street.load(an_order(ORDER, revision=0), unit="heping/xingfuli")
    cadre = street.desk("赵刚", "cadre", "heping/xingfuli")
    cadre.synced()
    assert cadre.holds(ORDER)
    street.load(an_order(ORDER, title="已转办", revision=0), unit="heping/laojie")
    assert cadre.synced().pulled == 1
    assert not cadre.holds(ORDER)


def test_6_a_page_that_answers_another_question_changes_nothing(street: Street) -> None:
    office, _lead = a_street_with_two_desks(street)
    kept: list[bytes] = []

    def keep(page: bytes) -> tuple[bytes, str]:
        kept.append(page)
        return page, "application/json"

    def changed(title: str) -> None:
        street.load(an_order(ORDER, title=title, revision=0))

    for title in ("第一次", "第二次", "第三次"):
        changed(title)
        with client_of(office.cache, Instead(office.line, keep)) as client:
            assert run(office.cache, client, now=NOW).trouble is None
    # Something on the way answers with what it has kept, the oldest first, leaving one out.
    several = [kept[0], kept[2]]

    def out_of_turn(_page: bytes) -> tuple[bytes, str]:
        return several.pop(0), "application/json"

    while several:
        before = office.cache.raw.total_changes
        with client_of(office.cache, Instead(office.line, out_of_turn)) as client:
            assert isinstance(run(office.cache, client, now=NOW).trouble, HubOutOfReach)
        assert office.cache.raw.total_changes == before
    office.synced()
    order = orders.read_order(office.cache, ORDER)
    assert order is not None
    assert order.title == "第三次"


# 7. A hub restored from a backup is offered everything that it has no receipt for.


def test_7_a_restored_hub_gets_every_word_again_and_only_once(street: Street) -> None:
    office, lead = a_street_with_two_desks(street)
    early = office.write(a_draft(ORDER))
    office.synced()
    backup = street.backup()
    late = [office.write(a_draft(ORDER, text=f"第{n}次走访的情况")) for n in range(3)]
    mark = office.write(a_draft(ORDER, "repeat", code="R01", earlier=(OTHER_ORDER,)))
    office.synced()
    lead.synced()
    review = lead.write(a_draft(ORDER, "review", target=mark.id, endorse=True, text="属实"))
    lead.synced()
    ids = [early.id, *(one.id for one in late), mark.id, review.id]
    street.restore(backup)
    assert stored(street, ids) == [early.id]
    # The lead comes first: the review waits for what it reviews.
    assert lead.synced().pending == 1
    # What was in the backup is seen in the feed, and needs no sending.
    report = office.synced()
    assert (report.pushed, report.pending) == (4, 0)
    lead.synced()
    office.synced()
    assert sorted(stored(street, ids)) == sorted(ids)
    assert {*office.states().values(), *lead.states().values()} == {"receipted"}
    assert everything(office.cache) == everything(lead.cache)


def test_7_a_hub_that_answers_as_two_is_out_of_order_and_no_endless_loop(street: Street) -> None:
    office, _lead = a_street_with_two_desks(street)
    times = 0

    def another_generation(page: bytes) -> tuple[bytes, str]:
        nonlocal times
        times += 1
        changed = page.replace(b'"more":false', b'"more":true')
        return changed.replace(b'"generation":"', f'"generation":"{times}'.encode()), (
            "application/json"
        )

    with client_of(office.cache, Instead(office.line, another_generation)) as client:
        report = run(office.cache, client, now=NOW)
    assert isinstance(report.trouble, HubOutOfReach)
    assert times < 10


def test_7_a_receipt_of_an_earlier_life_that_comes_late_is_worth_nothing(street: Street) -> None:
    office, _lead = a_street_with_two_desks(street)
    backup = street.backup()
    written = office.write(a_draft(ORDER))
    kept: list[bytes] = []

    class Keeps(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST" and kept:
                return an_answer(200, kept.pop(), {"Content-Type": "application/json"})
            answer = office.line.handle_request(request)
            if request.method == "POST":
                kept.append(answer.read())
                return an_answer(200, kept[0], {"Content-Type": "application/json"})
            return answer

    line = Keeps()
    with client_of(office.cache, line) as client:
        assert run(office.cache, client, now=NOW).pushed == 1
        street.restore(backup)
        # The answer of before the restoring comes again in place of the right one.
        run(office.cache, client, now=NOW)
        run(office.cache, client, now=NOW)
    assert stored(street, [written.id]) == [written.id]
    assert office.synced().pending == 0


# 8. An order reassigned or closed while annotated stays readable until its words are settled.


def test_8_an_order_that_left_stays_readable_until_its_words_are_settled(street: Street) -> None:
    street.load(an_order(ORDER, revision=0), unit="heping/xingfuli")
    cadre = street.desk("赵刚", "cadre", "heping/xingfuli")
    cadre.synced()
    written = cadre.write(a_draft(ORDER))
    street.load(an_order(ORDER, title="已转办", revision=0), unit="heping/laojie")
    report = cadre.synced()
    assert (report.refused, cadre.states()[written.id]) == (1, "refused")
    assert orders.standing_of(cadre.cache, ORDER) == LEFT
    assert outbox.keep(cadre.cache, written.id, NOW)
    cadre.synced()
    assert not cadre.holds(ORDER)
    assert cadre.states() == {written.id: "kept"}


def test_8_an_order_closed_while_annotated_stays(street: Street) -> None:
    office, _lead = a_street_with_two_desks(street)
    written = office.write(a_draft(ORDER))
    street.load(an_order(ORDER, state="closed", revision=0))
    office.synced()
    assert office.states() == {written.id: "receipted"}
    assert orders.standing_of(office.cache, ORDER) == CLOSED


# 9. One refused annotation never blocks the others; causal order per order is kept.


def spoil(desk: Desk, annotation_id: str) -> None:
    """Change words that were never sent into what the hub's rules refuse."""
    said = annotations.read_annotation(desk.cache, annotation_id)
    assert said is not None
    with desk.cache.writing():
        annotations.rewrite_unsent(desk.cache, structs.replace(said, code="C99"))


def test_9_one_refused_annotation_never_blocks_the_others(street: Street) -> None:
    office, _lead = a_street_with_two_desks(street)
    written = [office.write(a_draft(ORDER, text=f"第{n}次走访的情况")) for n in range(5)]
    spoil(office, written[2].id)
    report = office.synced()
    assert (report.pushed, report.refused, report.pending) == (4, 1, 0)
    assert office.states()[written[2].id] == "refused"
    assert office.synced().refused == 0


def test_9_what_rests_on_refused_words_is_refused_with_them(street: Street) -> None:
    office, _lead = a_street_with_two_desks(street)
    written = office.write(a_draft(ORDER))
    spoil(office, written.id)
    gone = office.write(a_draft(ORDER, "withdrawal", code="", target=written.id, text="写错了"))
    other = office.write(a_draft(OTHER_ORDER))
    report = office.synced()
    assert (report.pushed, report.refused, report.pending) == (1, 2, 0)
    assert office.states() == {written.id: "refused", gone.id: "refused", other.id: "receipted"}
    item = outbox.item(office.cache, gone.id)
    assert item is not None
    assert "settle both" in sentence(item.reason, item.params)


def test_9_a_review_waits_for_what_it_reviews(street: Street) -> None:
    office, lead = a_street_with_two_desks(street)
    mark = office.write(a_draft(ORDER, "repeat", code="R01", earlier=(OTHER_ORDER,)))
    with lead.cache.writing():
        annotations.put_annotation(lead.cache, mark)
    review = lead.write(a_draft(ORDER, "review", target=mark.id, endorse=True, text="属实"))
    report = lead.synced()
    assert (report.pushed, report.refused, report.pending) == (0, 0, 1)
    assert lead.states() == {review.id: "later"}
    office.synced()
    assert lead.synced().pushed == 1


def test_9_words_over_which_the_hub_stumbles_do_not_block_the_others(street: Street) -> None:
    office, _lead = a_street_with_two_desks(street)
    written = [office.write(a_draft(ORDER, text=f"第{n}次走访的情况")) for n in range(40)]
    poison = written[17].id.encode()

    class Stumbles(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if poison in request.read():
                return an_answer(500, b"", {})
            return office.line.handle_request(request)

    with client_of(office.cache, Stumbles()) as client:
        report = run(office.cache, client, now=NOW)
    assert (report.pushed, report.pending) == (39, 1)
    assert isinstance(report.trouble, HubOutOfReach)
    assert office.states()[written[17].id] == "sending"


# 10. No transaction is open across a network await. No ordering rests on the device's clock.


def test_10_no_transaction_is_open_while_the_hub_is_asked(street: Street) -> None:
    office, _lead = a_street_with_two_desks(street)
    street.load(*(an_order(f"{ORDER}{n:04}", revision=0) for n in range(600)))
    for n in range(3):
        office.write(a_draft(ORDER, text=f"第{n}次走访的情况"))
    open_ones: list[bool] = []

    class Looks(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            open_ones.append(office.cache.raw.in_transaction)
            return office.line.handle_request(request)

    with client_of(office.cache, Looks()) as client:
        assert run(office.cache, client, now=NOW).trouble is None
    assert len(open_ones) >= 4
    assert not any(open_ones)


@pytest.mark.parametrize("days", [-1, 1])
def test_10_a_clock_a_day_off_changes_no_order(street: Street, days: int) -> None:
    office, lead = a_street_with_two_desks(street)
    skewed = NOW + timedelta(days=days)
    first = write(office.cache, a_draft(ORDER), worker(office.cache), NOW).annotation
    second = write(office.cache, a_draft(ORDER), worker(office.cache), skewed).annotation
    with client_of(office.cache, office.line) as client:
        assert run(office.cache, client, now=skewed).pushed == 2
    lead.synced()
    assert [one.id for one in lead.said(ORDER)] == [first.id, second.id]
    assert office.synced().pulled == 0


# 11. Retries have jitter, honour Retry-After, are bounded: test_retry.py and test_watch.py.


@pytest.mark.parametrize("fault", FAULTS)
def test_11_one_fault_at_any_request_is_overcome_or_told(street: Street, fault: str) -> None:
    office, _lead = a_street_with_two_desks(street)
    street.load(an_order(ORDER, title="另一个标题", revision=0))
    written = office.write(a_draft(ORDER))
    for place in range(3):
        report = office.sync(*[""] * place, fault)
        assert report.trouble is None or isinstance(report.trouble, HubOutOfReach)
    office.synced()
    assert stored(street, [written.id]) == [written.id]
    assert office.states() == {written.id: "receipted"}


def test_11_a_hub_that_asks_to_wait_is_left_alone_for_the_rest_of_the_sync(
    street: Street,
) -> None:
    office, _lead = a_street_with_two_desks(street)
    written = office.write(a_draft(ORDER))

    class Asks(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST":
                office.line.asked.append("POST")
                return an_answer(429, b"", {"Retry-After": "299"})
            return office.line.handle_request(request)

    office.line.asked = []
    with client_of(office.cache, Asks()) as client:
        report = run(office.cache, client, now=NOW)
    assert office.line.asked == ["GET /v1/me", "POST"]
    assert isinstance(report.trouble, HubOutOfReach)
    assert office.states() == {written.id: "sending"}


# 12. A second sync with nothing new writes nothing.


def test_12_a_second_sync_with_nothing_new_writes_nothing(street: Street) -> None:
    office, lead = a_street_with_two_desks(street)
    mark = office.write(a_draft(ORDER, "repeat", code="R01", earlier=(OTHER_ORDER,)))
    office.synced()
    lead.synced()
    lead.write(a_draft(ORDER, "review", target=mark.id, endorse=True, text="属实"))
    lead.synced()
    street.decide(mark.id)
    office.synced()
    place = office.cache.path
    office.cache.close()
    before = place.read_bytes()
    with open_cache(place, KEY) as cache, client_of(cache, office.line) as client:
        report = run(cache, client, now=NOW + timedelta(minutes=1))
        assert (report.pulled, report.pushed, report.refused, report.pending) == (0, 0, 0, 0)
        assert cache.raw.total_changes == 0
    assert place.read_bytes() == before


# 13. An annotation on an order that the hub does not know waits for it, with the reason.


def test_13_words_about_an_order_that_the_hub_does_not_know_wait_for_it(street: Street) -> None:
    office, _lead = a_street_with_two_desks(street)
    with office.cache.writing():
        orders.put_orders(
            office.cache,
            [an_order("440300202611059999")],
            settings.taxonomy(office.cache),
            from_hub=False,
        )
    written = office.write(a_draft("440300202611059999"))
    report = office.synced()
    assert (report.pushed, report.refused, report.pending) == (0, 0, 1)
    item = outbox.item(office.cache, written.id)
    assert item is not None
    assert (item.state, item.reason) == ("later", "order_unknown")
    assert office.synced().pending == 1
    street.load(an_order("440300202611059999", revision=0))
    assert office.synced().pushed == 1
