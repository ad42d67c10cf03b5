"""Hostile requests: one plain problem document each, nothing stored, nothing echoed, no 500."""

import gzip
import json as stdlib_json
import logging
from pathlib import Path

import pytest
from httpx import Response
from msgspec import json, to_builtins, yaml

import hub
from caseworker.model.me import Role
from caseworker.model.wire import BATCH_MAX
from hub import enrolment, units
from hub.app import create_app
from hub.problems import STATUSES, document
from hub.store import Store
from tests.hostile import STORABLE
from tests.hub.town import STREET, Desk, Town, an_id, an_order, context, problem

CANARY = "canary-Q7f3"
POSTS = [
    "/v1/enrolments",
    "/v1/annotations",
    "/v1/orders",
    "/v1/decisions",
    "/v1/contests",
    "/v1/disclosures",
    "/v1/quarantine",
]
CENTRE = ("/v1/orders", "/v1/decisions", "/v1/contests")

BODIES = {
    "nothing": b"",
    "null": b"null",
    "number": b"1e999",
    "not json": f"{{{CANARY}".encode(),
    "truncated": f'{{"annotations": [{{"id": "{CANARY}'.encode(),
    "html": f"<html><body>{CANARY}</body></html>".encode(),
    "deep": b"[" * 200_000,
    "deep and closed": b'{"annotations":' + b"[" * 900 + b"]" * 900 + b"}",
    "deep objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "lone surrogate": b'{"code":"\\ud800","device":"d"}',
    "not utf-8": b'{"code":"\xff\xfe","device":"d"}',
    "utf-16": f'{{"code":"{CANARY}"}}'.encode("utf-16"),
    "escaped nul": b'{"code":"a\\u0000b","device":"d","annotation_id":"\\u0000","ruling":"granted",'
    b'"text":"x","annotations":7,"orders":{}}',
    "wrong types": b'{"code":["%b"],"annotations":"%b","orders":[1],"text":{}}'
    % (CANARY.encode(), CANARY.encode()),
    "huge number": b'{"orders":[{"order_no":' + b"9" * 5_000 + b"}]}",
    "list": f'["{CANARY}"]'.encode(),
}


def post(town: Town, path: str, content: bytes, **headers: str) -> Response:
    role: Role = "centre" if path in CENTRE else "office"
    desk = town.enrol("李敏", role=role)
    if path == "/v1/quarantine":
        with town.store.writing() as connection:
            place = units.ensure(connection, STREET)
            enrolment.revoke(connection, "李敏", place, "store test", town.time)
    headers |= {"Authorization": f"Bearer {desk.token}"}
    return town.client.post(path, content=content, headers=headers)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", list(BODIES))
def test_a_body_that_no_call_takes_is_refused_in_one_form(
    town: Town, path: str, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = post(town, path, BODIES[body])
    assert problem(answer) == (400, "malformed")
    assert CANARY not in answer.text + str(answer.headers) + caplog.text


def test_every_call_with_a_body_is_tried() -> None:
    described = yaml.decode((Path(hub.__file__).parents[1] / "docs/hotline-api.yaml").read_bytes())
    taking = {path for path, verbs in described["paths"].items() if "post" in verbs}
    assert taking == set(POSTS)


@pytest.mark.parametrize("path", POSTS)
def test_a_body_that_is_too_large_is_refused_before_it_is_read(town: Town, path: str) -> None:
    assert problem(post(town, path, b" " * (5 * 1024 * 1024))) == (413, "too_large")


@pytest.mark.parametrize("path", POSTS)
def test_a_packed_body_is_not_unpacked(town: Town, path: str) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    answer = post(town, path, bomb, **{"Content-Encoding": "gzip"})
    assert problem(answer) == (415, "encoding_unsupported")


def test_a_piece_of_a_file_is_bounded_and_not_unpacked_either(town: Town) -> None:
    desk = town.enrol("李敏")
    given = {"Authorization": f"Bearer {desk.token}", "Upload-Offset": "0"}
    path = f"/v1/evidence/{'0' * 64}"
    large = town.client.patch(path, content=b" " * (5 * 1024 * 1024), headers=given)
    assert problem(large) == (413, "too_large")
    bomb = gzip.compress(b" " * 10_000_000)
    packed = town.client.patch(path, content=bomb, headers=given | {"Content-Encoding": "gzip"})
    assert problem(packed) == (415, "encoding_unsupported")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/annotations", "annotations"),
        ("/v1/orders", "orders"),
        ("/v1/disclosures", "disclosures"),
        ("/v1/quarantine", "leftovers"),
    ],
)
def test_a_batch_has_an_end(town: Town, path: str, field: str) -> None:
    one: dict[str, object] = {"id": an_id(1), "order_no": "1", "title": "t"}
    if field == "disclosures":
        one = {"id": an_id(1), "act": "revealed", "at": "2026-11-24T01:43:00Z"}
    if field == "leftovers":
        one = {"id": an_id(1), "state": "waiting", "words": {}}
    whole = post(town, path, json.encode({field: [one] * BATCH_MAX}))
    assert whole.status_code == 200, whole.text
    more = post(town, path, json.encode({field: [one] * (BATCH_MAX + 1)}))
    assert problem(more) == (413, "too_large")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", f"/v1/{CANARY}", (404, "not_found")),
        ("GET", f"/{CANARY}%00%0d%0a", (404, "not_found")),
        ("GET", "/", (404, "not_found")),
        ("GET", "/schema", (404, "not_found")),
        ("DELETE", f"/v1/feed?x={CANARY}", (405, "method_not_allowed")),
        ("PUT", "/v1/annotations", (405, "method_not_allowed")),
        ("HEAD", "/v1/me", (405, "method_not_allowed")),
        ("POST", "/v1/me", (405, "method_not_allowed")),
    ],
)
def test_what_is_not_there_is_a_problem_document_too(
    town: Town, method: str, path: str, expected: tuple[int, str]
) -> None:
    answer = town.client.request(method, path)
    assert answer.status_code == expected[0]
    assert answer.headers["content-type"] == "application/problem+json"
    assert CANARY not in answer.text
    if method != "HEAD":
        assert problem(answer) == expected
    if expected[0] == 405:
        assert "OPTIONS" in answer.headers["allow"]


@pytest.mark.parametrize("name", list(STORABLE))
def test_hostile_words_come_back_as_they_came(town: Town, name: str) -> None:
    words = STORABLE[name]
    desk = town.enrol("李敏")
    town.load(an_order("1", title=words[:2000], content=words, extra={"备注": words}))
    said = desk.store(context(1, "1", text=f"依据 {words}"[:8000], device=words[:2000]))
    page = desk.page()
    order = json.decode(json.encode(page.changes[1]))["order"]
    assert (order["title"], order["content"]) == (words[:2000], words)
    assert order["extra"] == {"备注": words}
    assert json.decode(json.encode(page.changes[2]))["annotation"]["text"] == said.text


def test_every_problem_has_a_title_and_never_a_detail_of_what_was_sent() -> None:
    for reason, status in STATUSES.items():
        made = document(reason)
        assert made.status == status
        assert made.title
        assert made.type == f"/problems/{reason}"
        assert not made.detail


def test_a_failure_inside_tells_neither_caller_nor_log_what_was_sent(
    store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from litestar.testing import TestClient

    from hub import enrolment

    def fail(*_args: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(enrolment, "enrol", fail)
    with TestClient(create_app(store), raise_server_exceptions=False) as client:
        answer = client.post("/v1/enrolments", json={"code": CANARY, "device": CANARY})
    assert problem(answer) == (500, "hub_failed")
    assert "ValueError" in caplog.text
    assert CANARY not in answer.text + caplog.text


def test_a_store_that_is_busy_is_a_503_with_a_time_to_come_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from litestar.testing import TestClient
    from sqlalchemy.exc import OperationalError

    from hub import enrolment

    def fail(*_args: object) -> None:
        raise OperationalError("INSERT", {"code": CANARY}, Exception("database is locked"))

    monkeypatch.setattr(enrolment, "enrol", fail)
    with TestClient(create_app(store), raise_server_exceptions=False) as client:
        answer = client.post("/v1/enrolments", json={"code": CANARY, "device": "d"})
    assert problem(answer) == (503, "hub_busy")
    assert answer.headers["retry-after"] == "5"


def test_a_result_repeats_an_id_only_where_it_is_one(town: Town) -> None:
    desk: Desk = town.enrol("李敏")
    items = [{"id": CANARY}, {"id": {"a": 1}}, {"id": an_id(7)}]
    results = desk.post("/v1/annotations", {"annotations": items}).json()["results"]
    assert [one["id"] for one in results] == ["", "", an_id(7)]


STRANGE: dict[str, dict[str, object]] = {
    "revision beyond a column": {"order_revision": 2**31},
    "revision beyond any number": {"order_revision": 2**70},
    "revision below zero": {"order_revision": -1},
    "a line's end in the id": {"id": f"{an_id(8)}\n"},
    "a long id": {"supersedes": "".join(f"{number:x}" for number in range(5_000))},
    "before any calendar": {"written_at": "0001-01-01T00:00:00+14:00"},
    "after any calendar": {"observed_at": "9999-12-31T23:59:59-12:00"},
    "a line's end in a hash": {
        "evidence": [
            {
                "kind": "photo",
                "file": {
                    "sha256": f"{'a' * 64}\n",
                    "size": 9,
                    "media_type": "image/jpeg",
                    "name": "a.jpg",
                },
            }
        ]
    },
}


@pytest.mark.parametrize("name", sorted(STRANGE))
def test_an_annotation_that_no_store_or_desk_could_keep_stops_none_beside_it(
    town: Town, name: str
) -> None:
    desk = town.enrol("李敏")
    town.load(an_order("1"))
    several = [to_builtins(context(number, "1", author="李敏")) for number in (7, 8, 9)]
    # Not through msgspec: it writes no number of more than 64 bits.
    body = stdlib_json.dumps({"annotations": [several[0], several[1] | STRANGE[name], several[2]]})
    headers = {"Authorization": f"Bearer {desk.token}", "Content-Type": "application/json"}
    answer = town.client.post("/v1/annotations", content=body, headers=headers)
    results = answer.json()["results"]
    assert [one["verdict"] for one in results] == ["stored", "refused", "stored"]
    assert results[1]["reason"] == "malformed"


def test_a_line_of_the_log_under_no_id_is_refused(town: Town) -> None:
    one = {"id": f"{an_id(1)}\n", "act": "revealed", "at": "2026-11-24T01:43:00Z"}
    answer = town.enrol("李敏").post("/v1/disclosures", {"disclosures": [one]})
    assert problem(answer) == (400, "malformed")


def test_an_order_with_a_time_that_not_every_zone_can_tell_is_refused_alone(town: Town) -> None:
    centre = town.enrol("周科", role="centre")
    none = {"order_no": "2", "unit": STREET, "closed_at": "0001-01-01T00:00:00+08:00"}
    good = {"order_no": "1", "unit": STREET}
    assert centre.dispatch(none, good) == [("refused", "malformed"), ("added", "")]
