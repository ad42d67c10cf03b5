"""What comes back from a line is one of four troubles, and never a token or a body."""

import gzip
import ssl
import zlib
from collections.abc import Callable, Iterator

import httpx
import pytest

from caseworker.model.trouble import HubOutOfReach, Trouble
from sync import hotline
from sync.hotline import (
    AnswerTooLarge,
    HotlineClient,
    HubSaysNo,
    HubSilent,
    NotAHub,
    NotTaken,
    retry_after,
)
from tests.sync.street import Whole, an_answer

TOKEN = "d1.canary-token"
WORDS = "王小明的手机号13800005521"
JSON = {"Content-Type": "application/json"}
PROBLEM = {"Content-Type": "application/problem+json"}


def client(answer: Callable[[httpx.Request], httpx.Response], url: str = "") -> HotlineClient:
    """A client whose every request is answered by `answer`."""
    return HotlineClient(url or "http://127.0.0.1:1", TOKEN, httpx.MockTransport(answer))


def answering(
    status: int, body: bytes = b"", headers: dict[str, str] | None = None
) -> HotlineClient:
    """A client that always gets this answer."""
    return client(lambda _request: an_answer(status, body, headers or {}))


def raising(error: Exception) -> HotlineClient:
    """A client whose line always fails in this way."""

    def fail(_request: httpx.Request) -> httpx.Response:
        raise error

    return client(fail)


def problem(reason: str, status: int) -> HotlineClient:
    """A client that always gets this problem document."""
    body = f'{{"type":"/problems/{reason}","title":"{WORDS}","status":{status}}}'.encode()
    return answering(status, body, PROBLEM)


@pytest.mark.parametrize(
    ("asked", "raised"),
    [
        (raising(httpx.ConnectError(WORDS)), HubSilent),
        (raising(httpx.ConnectTimeout(WORDS)), HubSilent),
        (raising(httpx.ReadTimeout(WORDS)), HubSilent),
        (raising(httpx.RemoteProtocolError(WORDS)), HubSilent),
        (raising(httpx.ProxyError(WORDS)), HubSilent),
        (raising(OSError(WORDS)), HubSilent),
        (answering(429, WORDS.encode()), HubSilent),
        (answering(500, WORDS.encode()), HubSilent),
        (answering(502, WORDS.encode()), HubSilent),
        (answering(503, WORDS.encode()), HubSilent),
        (answering(504, WORDS.encode()), HubSilent),
        (answering(200, WORDS.encode(), {"Content-Type": "text/html"}), NotAHub),
        (answering(200, WORDS.encode(), JSON), NotAHub),
        (answering(200, b'{"ok": true}', JSON), NotAHub),
        (answering(200, b"\xff\xfe", JSON), NotAHub),
        (answering(200, b"[" * 100_000, JSON), NotAHub),
        (answering(204), NotAHub),
        (answering(302, b"", {"Location": "https://login.example/"}), NotAHub),
        (answering(404, WORDS.encode(), {"Content-Type": "text/html"}), NotAHub),
        (answering(403, WORDS.encode(), {"Content-Type": "text/html"}), NotAHub),
        (answering(200, b"not gzip", JSON | {"Content-Encoding": "gzip"}), NotAHub),
        (answering(200, b"x", JSON | {"Content-Encoding": "br"}), NotAHub),
        (answering(401, WORDS.encode()), HubSaysNo),
        (problem("token_revoked", 401), HubSaysNo),
        (problem("role_missing", 403), NotTaken),
        (problem("malformed", 400), NotTaken),
    ],
)
def test_every_trouble_is_one_of_four_and_tells_nothing(
    asked: HotlineClient, raised: type[Trouble]
) -> None:
    with asked, pytest.raises(raised) as caught:
        asked.me()
    words = str(caught.value)
    assert words
    assert TOKEN not in words
    assert WORDS not in words
    silent = raised in (HubSilent, NotAHub)
    assert isinstance(caught.value, HubOutOfReach) is silent
    assert caught.value.exit_status == (3 if silent else 1)


def test_a_token_that_no_longer_holds_says_to_enrol_again() -> None:
    with problem("token_expired", 401) as asked, pytest.raises(HubSaysNo, match="enrol"):
        asked.me()
    with answering(401) as asked, pytest.raises(HubSaysNo, match="enrol"):
        asked.feed("", 1)


def test_a_certificate_that_is_not_trusted_is_told_as_such() -> None:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error = httpx.ConnectError("tls")
    error.__cause__ = cause
    with raising(error) as asked, pytest.raises(NotAHub, match="certificate"):
        asked.me()


def test_the_token_goes_in_the_header_alone() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return an_answer(200, b'{"generation":"g","cursor":"c","more":false,"changes":[]}', JSON)

    with client(answer, "https://city.example/hotline/") as asked:
        asked.feed("a b&c=ü", 7)
    assert seen[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in str(seen[0].url)
    assert seen[0].url.path == "/hotline/v1/feed"
    assert dict(seen[0].url.params) == {"cursor": "a b&c=ü", "limit": "7"}


@pytest.mark.parametrize(
    "url",
    [
        "http://hub.heping.example",
        "http://192.168.1.20:8000",
        "http://127.0.0.1.example",
        "http://localhost.example",
    ],
)
def test_plain_http_is_refused_beyond_loopback(url: str) -> None:
    with pytest.raises(Trouble, match="https"):
        HotlineClient(url)


@pytest.mark.parametrize(
    "url",
    ["", "hub.example", "hub.example:8000", "ftp://hub.example", "https://", "https://u:p@h/"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Trouble, match=r"https://hub\.example"):
        HotlineClient(url)


class Bomb(httpx.SyncByteStream):
    """A gigabyte of zeros in a megabyte of gzip."""

    def __iter__(self) -> Iterator[bytes]:
        squeezed = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        for _block in range(1024):
            yield squeezed.compress(bytes(1024 * 1024))
        yield squeezed.flush()


def test_an_answer_is_never_unpacked_beyond_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hotline, "ANSWER_MAX", 1024 * 1024)
    headers = JSON | {"Content-Encoding": "gzip"}
    with (
        client(lambda _request: httpx.Response(200, headers=headers, stream=Bomb())) as asked,
        pytest.raises(AnswerTooLarge),
    ):
        asked.me()


def test_a_compressed_answer_is_read_and_a_cut_one_is_silence() -> None:
    squeezed = gzip.compress(b'{"generation":"g","cursor":"c","more":true,"changes":[]}')
    headers = JSON | {"Content-Encoding": "gzip"}
    with answering(200, squeezed, headers) as asked:
        assert asked.feed("", 1).more
    with answering(200, squeezed[:-4], headers) as asked, pytest.raises(HubSilent):
        asked.feed("", 1)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "99999999999999999999"}, 300),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "1e9"}, None),
        ({"Retry-After": "٣"}, None),
        (
            {
                "Retry-After": "Tue, 24 Nov 2026 02:00:30 GMT",
                "Date": "Tue, 24 Nov 2026 02:00:00 GMT",
            },
            30,
        ),
        (
            {
                "Retry-After": "Tue, 24 Nov 2026 01:00:00 GMT",
                "Date": "Tue, 24 Nov 2026 02:00:00 GMT",
            },
            0,
        ),
        (
            {
                "Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT",
                "Date": "Tue, 24 Nov 2026 02:00:00 GMT",
            },
            300,
        ),
        ({"Retry-After": "Tue, 99 Nov 2026 02:00:30 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date_and_capped(
    asked: dict[str, str], seconds: float | None
) -> None:
    headers = {name.encode(): value.encode() for name, value in asked.items()}
    assert retry_after(httpx.Response(503, headers=headers)) == seconds


@pytest.mark.parametrize("told", ["", "-1", "1.5", "٣", "9" * 16, "9" * 5_000])
def test_a_number_of_bytes_that_no_file_has_is_no_hubs(told: str) -> None:
    given = [(b"Upload-Offset", told.encode()), (b"Upload-Length", told.encode())]

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=given, stream=Whole(b"x"))

    with client(answer) as asked:
        with pytest.raises(NotAHub):
            asked.evidence_state("0" * 64)
        with pytest.raises(NotAHub):
            asked.fetch_piece("0" * 64, 0)


def test_a_reason_without_end_is_cut() -> None:
    with problem("x" * 100_000, 403) as asked, pytest.raises(NotTaken) as caught:
        asked.me()
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("cursor", ["a" * 60_001, "诉" * 10_000])
def test_a_cursor_that_could_never_be_asked_with_is_not_taken(cursor: str) -> None:
    body = f'{{"generation":"g","cursor":"{cursor}","more":false,"changes":[]}}'.encode()
    with answering(200, body, JSON) as asked:
        with pytest.raises(NotAHub):
            asked.feed("", 1)
        with pytest.raises(NotAHub):
            asked.feed("a" * 100_000, 1)
    longest = body.replace(cursor.encode(), b"a" * 60_000)
    with answering(200, longest, JSON) as asked:
        page = asked.feed("", 1)
        assert asked.feed(page.cursor, 1).cursor == page.cursor
