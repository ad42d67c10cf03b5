"""What a sync does beside the invariants: pages of any length, codes, what cannot be read."""

import httpx
import pytest

import sync.engine
from caseworker.cache import orders, outbox, search_index, settings
from caseworker.cache.last_sync import last_sync
from caseworker.model.taxonomy import built_in_toml
from caseworker.model.trouble import HubOutOfReach
from sync import hotline
from sync.engine import run
from sync.enrolment import client_of
from sync.hotline import HubSaysNo
from tests.builders import a_draft, an_order
from tests.sync.street import NOW, Line, Street, an_answer

ORDER = "440300202611050002"


class Changed(httpx.BaseTransport):
    """Hands on every page of the feed with `old` replaced by `new`."""

    def __init__(self, line: Line, old: str, new: str) -> None:
        self._line = line
        self._old = old.encode()
        self._new = new.encode()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._line.handle_request(request)
        if not request.url.path.endswith("/feed"):
            return answer
        body = answer.read()
        return an_answer(
            200, body.replace(self._old, self._new), {"Content-Type": "application/json"}
        )


def limits_of(line: Line) -> list[int]:
    """The limits with which pages were asked for, in turn."""
    return [int(url.params["limit"]) for url in line.urls if url.path.endswith("/feed")]


def test_pages_begin_short_and_grow(street: Street) -> None:
    street.load(*(an_order(f"{ORDER}{n:04}", revision=0) for n in range(1_500)))
    desk = street.desk("李敏")
    assert desk.synced().pulled == 1_500
    assert limits_of(desk.line)[:3] == [250, 1_000, 2_000]
    assert [one.pulled for one in desk.progress if not one.indexed][-1] == 1_501
    assert desk.progress[-1].indexed == 1_500
    assert len(search_index.newest(desk.cache, '"车库"', 9)) == 9


def test_a_page_that_is_too_large_is_asked_for_in_parts(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = [an_order(f"{ORDER}{n}", content="渗水" * 3_000, revision=0) for n in range(9)]
    street.load(*several)
    desk = street.desk("李敏")
    monkeypatch.setattr(hotline, "ANSWER_MAX", 60_000)
    assert desk.synced().pulled == 9
    assert limits_of(desk.line)[:4] == [250, 62, 15, 3]


def test_an_order_too_large_for_any_page_is_told(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.load(an_order(ORDER, content="渗水" * 30_000, revision=0))
    desk = street.desk("李敏")
    monkeypatch.setattr(hotline, "ANSWER_MAX", 60_000)
    report = desk.sync()
    assert isinstance(report.trouble, HubOutOfReach)


def test_what_cannot_be_read_is_told_and_pulled_again_by_another_version(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.load(an_order(ORDER, revision=0), an_order(f"{ORDER}1", revision=0))
    desk = street.desk("李敏")
    newer = Changed(desk.line, f'"order_no":"{ORDER}1"', f'"number":"{ORDER}1"')
    with client_of(desk.cache, newer) as client:
        report = run(desk.cache, client, now=NOW)
    assert (report.pulled, report.unreadable, report.trouble) == (1, 1, None)
    assert desk.synced().unreadable == 0
    assert not desk.holds(f"{ORDER}1")
    monkeypatch.setattr(sync.engine, "__version__", "99")
    assert desk.synced().pulled == 1
    assert desk.holds(f"{ORDER}1")
    assert settings.get(desk.cache, "left_out_by") == ""


def test_new_reason_codes_are_kept_and_the_safety_lock_is_looked_at_anew(street: Street) -> None:
    street.load(an_order(ORDER, title="空调滴水", content="空调滴水", revision=0))
    desk = street.desk("李敏")
    desk.synced()
    assert desk.cache.value("SELECT safety FROM orders") == ""
    toml = built_in_toml()
    assert settings.get(desk.cache, "taxonomy") == toml
    with desk.cache.writing():
        old = toml.replace("[safety_words]", '[safety_words]\nwater = ["空调滴水"]', 1)
        assert old != toml
        settings.put(desk.cache, taxonomy=old)
    # The hub delivers its own codes again, which differ from these.
    with desk.cache.writing():
        settings.put(desk.cache, cursor="")
        orders.relock(desk.cache, settings.taxonomy(desk.cache), 0)
    assert desk.cache.value("SELECT safety FROM orders") == "空调滴水"
    desk.synced()
    assert settings.get(desk.cache, "taxonomy") == toml
    assert desk.cache.value("SELECT safety FROM orders") == ""


def test_reason_codes_that_cannot_be_read_change_nothing(street: Street) -> None:
    desk = street.desk("李敏")
    with client_of(desk.cache, Changed(desk.line, "[codes.C01]", "[codes")) as client:
        report = run(desk.cache, client, now=NOW)
    assert (report.unreadable, report.trouble) == (1, None)
    assert settings.get(desk.cache, "taxonomy") == ""


def test_a_cursor_that_the_hub_does_not_know_starts_anew(street: Street) -> None:
    street.load(an_order(ORDER, revision=0))
    desk = street.desk("李敏")
    desk.synced()
    street.load(an_order(f"{ORDER}1", revision=0))
    with desk.cache.writing():
        settings.put(desk.cache, cursor="not-one-of-yours")
    assert desk.synced().pulled == 1


def test_a_feed_that_never_ends_is_out_of_order(street: Street) -> None:
    street.load(an_order(ORDER, revision=0))
    desk = street.desk("李敏")
    endless = Changed(desk.line, '"more":false', '"more":true')
    with client_of(desk.cache, endless) as client:
        report = run(desk.cache, client, now=NOW)
    assert isinstance(report.trouble, HubOutOfReach)
    assert desk.holds(ORDER)


def test_a_token_of_another_worker_sends_nothing(street: Street) -> None:
    street.load(an_order(ORDER, revision=0))
    desk, other = street.desk("李敏"), street.desk("陈静", "lead")
    desk.synced()
    desk.write(a_draft(ORDER))
    with desk.cache.writing():
        settings.put(desk.cache, token=settings.get(other.cache, "token"))
    report = desk.sync()
    assert isinstance(report.trouble, HubSaysNo)
    assert desk.line.asked == ["GET /v1/me"]
    assert report.pending == 1


def test_batches_keep_to_what_the_hub_takes(street: Street) -> None:
    street.load(an_order(ORDER, revision=0))
    desk = street.desk("李敏")
    desk.synced()
    for number in range(7):
        desk.write(a_draft(ORDER, text=f"第{number}次走访的情况" * 40))

    sizes: list[int] = []

    class Small(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = desk.line.handle_request(request)
            if request.url.path.endswith("/annotations"):
                sizes.append(len(request.read()))
            if not request.url.path.endswith("/me"):
                return answer
            body = answer.read().replace(b'"batch":500', b'"batch":3')
            body = body.replace(b'"body_bytes":4194304', b'"body_bytes":6000')
            return an_answer(200, body, {"Content-Type": "application/json"})

    with client_of(desk.cache, Small()) as client:
        assert run(desk.cache, client, now=NOW).pushed == 7
    assert len(sizes) >= 4
    assert max(sizes) <= 6_000


def test_words_undone_just_now_are_not_sent(street: Street) -> None:
    street.load(an_order(ORDER, revision=0))
    desk = street.desk("李敏")
    desk.synced()
    written = desk.write(a_draft(ORDER))
    assert outbox.drop_unsent(desk.cache, written.id)
    assert outbox.freeze(desk.cache, [written.id], author="李敏", device="d", at=NOW) == []


def test_only_a_sync_that_came_to_its_end_is_the_last_sync(street: Street) -> None:
    desk = street.desk("李敏")
    desk.sync(*["503_before"] * 9)
    assert last_sync(desk.cache) is None
    desk.synced()
    assert last_sync(desk.cache) == NOW
