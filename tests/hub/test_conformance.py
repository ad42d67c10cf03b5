"""`hub check`: our own hub keeps every promise on both stores, and a broken one is found out."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from msgspec import json

from caseworker.model.me import Role
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe
from hub import decisions, feed, ledger
from hub.app import create_app
from hub.store import Store
from sync import conformance
from tests.hub.people import code_of
from tests.sync.loopback import on_loopback
from tests.sync.street import an_answer


@contextmanager
def trial(store: Store, transport: Any = None) -> Iterator[list[conformance.Outcome]]:
    """Every check against the hub on a store, over a real line."""
    with on_loopback(create_app(store)) as url:
        codes = {role: code_of(store, role) for role in conformance.PEOPLE}
        with conformance.on_trial(url, codes, transport) as on_trial:
            yield list(conformance.run(on_trial, codes))


def test_the_hub_keeps_every_promise_of_its_api(store: Store) -> None:
    with trial(store) as outcomes:
        assert [one for one in outcomes if not one.passed] == []
        assert len(outcomes) == len(conformance.CHECKS) + 1


class _Answers(httpx.HTTPTransport):
    """A line on which something changes what the hub answers."""

    def __init__(self, change: Callable[[httpx.Request, httpx.Response], httpx.Response]) -> None:
        super().__init__()
        self._change = change

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        answer.read()
        changed = self._change(request, answer)
        media_type = changed.headers.get("Content-Type", "")
        return an_answer(changed.status_code, changed.content, {"Content-Type": media_type})


def _plain_errors(_request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    if answer.status_code < 400:
        return answer
    return httpx.Response(answer.status_code, text="no")


def _says_all_is_stored(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    if request.url.path != "/v1/annotations" or answer.status_code != 200:
        return answer
    body = json.decode(answer.content)
    for result in body["results"]:
        result.update(verdict="stored", receipt="r", reason="")
    return httpx.Response(200, json=body)


def _tells_nothing_new(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    if request.url.path != "/v1/feed" or answer.status_code != 200:
        return answer
    body = json.decode(answer.content) | {"changes": []}
    return httpx.Response(200, json=body)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (_plain_errors, {"Nothing else opens without a token.", "A one-time code enrols once."}),
        (
            _says_all_is_stored,
            {
                "Vague words are no grounds.",
                "Other content under the same id is refused.",
                "An order under the safety lock takes no mark that can hurt.",
                "Nobody reviews their own proposal.",
                "Repeat links make no circle.",
                "A review waits for what it reviews.",
                "One that cannot be read stops no other.",
            },
        ),
        (_tells_nothing_new, {"The feed brings an order once, and not again."}),
    ],
)
def test_a_hub_that_breaks_its_promises_is_found_out(
    store: Store, change: Any, broken: set[str]
) -> None:
    with trial(store, _Answers(change)) as outcomes:
        assert broken <= {one.check for one in outcomes if not one.passed}


class _InOtherWords(_Answers):
    """The line to a hub of another make: other headers, other fields, another order of keys."""

    def __init__(self) -> None:
        super().__init__(self._said_otherwise)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if media_type := answer.headers["Content-Type"]:
            answer.headers["Content-Type"] = f"{media_type}; charset=utf-8"
        return answer

    def _said_otherwise(self, _request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if "json" not in answer.headers.get("Content-Type", ""):
            return answer
        body = json.decode(answer.content)
        body = dict(reversed([*body.items(), ("x-city", {"made": "elsewhere"})]))
        media_type = {"Content-Type": answer.headers["Content-Type"]}
        return httpx.Response(
            answer.status_code, content=json.format(json.encode(body)), headers=media_type
        )


class _EvidenceAsItIs(_InOtherWords):
    """Files have headers of their own, which pass."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if "/evidence/" in request.url.path:
            return httpx.HTTPTransport.handle_request(self, request)
        return super().handle_request(request)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_hub_of_another_make_that_keeps_the_promises_passes(store: Store) -> None:
    with trial(store, _EvidenceAsItIs()) as outcomes:
        assert [one for one in outcomes if not one.passed] == []


_STRANGE = "\x1b]52;c;eA==\x07" * 1_000


class _Stranger(httpx.BaseTransport):
    """Not a hub, though it enrols: what it answers to anything else has any shape."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self._asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._asked += 1
        body = self._body
        if request.url.path == "/v1/enrolments" and self._asked <= len(conformance.PEOPLE):
            body = {"token": "t.t", "worker": "李敏", "unit": "heping", "generation": "g"}
        if body == "feed":
            body = {"generation": "g", "cursor": str(self._asked), "more": True, "changes": []}
        return an_answer(200, json.encode(body), {"Content-Type": "application/json"})


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        None,
        "feed",
        {"results": [], "status": _STRANGE, "unit": 7, "generation": "g"},
        {"results": [7], "status": [], "unit": "u"},
        {"results": [{"verdict": _STRANGE}], "unit": "u", "status": {}},
        {"results": {}, "unit": None, "generation": 1, "cursor": 1, "changes": {}},
    ],
)
def test_whatever_a_strangers_hub_answers_it_is_told_in_words(
    body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conformance, "PAGES_MAX", 50)
    codes: dict[Role, str] = dict.fromkeys(conformance.PEOPLE, "ABCD-EFGH")
    with conformance.on_trial("http://127.0.0.1:1", codes, _Stranger(body)) as on_trial:
        outcomes = list(conformance.run(on_trial, codes))
    assert len(outcomes) == len(conformance.CHECKS) + 1
    for one in outcomes:
        assert not one.passed
        assert one.detail == safe(one.detail)
        assert 0 < len(one.detail) < 200


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_hub_whose_rules_were_taken_out_is_found_out(store: Store) -> None:
    with ExitStack() as stack:
        stack.enter_context(patch.object(ledger, "_stopped", lambda *_all: None))
        stack.enter_context(patch.object(decisions, "_weigh", lambda *_all: None))
        stack.enter_context(patch.object(feed, "_rows_after", _rows_after_with_a_gap))
        outcomes = stack.enter_context(trial(store))
    assert {
        "Vague words are no grounds.",
        "A code's evidence is demanded.",
        "No ruling before the second person, and the ruling reaches the author.",
        "Pages of one hold the same as one large page.",
    } <= {one.check for one in outcomes if not one.passed}


_real_rows_after = feed._rows_after


def _rows_after_with_a_gap(*given: Any) -> Any:
    """A feed that skips a change where pages are short."""
    return _real_rows_after(*given)[1:] if given[-1] == 1 else _real_rows_after(*given)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_missing_code_is_one_sentence(store: Store) -> None:
    with (
        on_loopback(create_app(store)) as url,
        pytest.raises(Trouble, match="lead, centre"),
        conformance.on_trial(url, {"office": "ABCD-EFGH"}),
    ):
        pass
