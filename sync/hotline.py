"""The hotline client: the calls of DESIGN §5, and the only module that imports httpx.

Whatever can go wrong on the way comes out as one of four: `HubSilent` (try again), `NotAHub`
(something else answered), `NotTaken` (the hub refuses what was sent) and `HubSaysNo` (the hub
refuses who asks). None of them ever shows a token or a body.
"""

import ipaddress
import ssl
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from types import TracebackType
from typing import Final, Literal, Self, TypeVar
from urllib.parse import quote

import certifi
import httpx
from msgspec import MsgspecError, Struct, json

from caseworker import __version__
from caseworker.desk.wording import sentence
from caseworker.locale import _
from caseworker.model.annotation import Annotation
from caseworker.model.me import Me
from caseworker.model.trouble import HubOutOfReach, Trouble
from caseworker.model.wire import (
    AnnotationBatch,
    AnnotationResults,
    Disclosure,
    DisclosureBatch,
    DisclosuresNoted,
    Enrolment,
    EnrolmentRequest,
    EvidenceState,
    Health,
    LeftoverBatch,
    LeftoversKept,
    Problem,
)
from sync.reading import Page, UnreadablePage, read_page

CONNECT_SECONDS: Final = 3.0
SILENCE_SECONDS: Final = 15.0
"""How long a hub may say nothing in the middle of a call."""

CALL_SECONDS: Final = 180.0
"""How long one answer may take altogether, on the poorest line."""

ANSWER_MAX: Final = 64 * 1024 * 1024
"""The largest answer that is taken, in bytes after decompression."""

CURSOR_MAX: Final = 60_000
"""The longest cursor that is taken, in characters of an address: an address has an end."""

RETRY_AFTER_MAX: Final = 300.0
"""The longest wait that a hub may ask for, in seconds."""

Answer = TypeVar("Answer")

Door = Literal["evidence", "quarantine"]
"""Where a file goes: the second is for a revoked device, to which the first is closed."""


class HubSilent(HubOutOfReach):
    """No line, no answer in time, half an answer, 429 or 5xx: what was asked may have been done.

    `retry_after` is how many seconds the hub asks to wait, None where it does not say. `failed`
    tells that the hub stumbled over what it was asked (500), rather than being out of reach.
    """

    def __init__(
        self, words: str, retry_after: float | None = None, *, failed: bool = False
    ) -> None:
        super().__init__(words)
        self.retry_after = retry_after
        self.failed = failed


class NotAHub(HubOutOfReach):
    """Something answered, and it does not speak like a hub: a captive portal, a wrong address."""


class AnswerTooLarge(NotAHub):
    """The answer grew past `ANSWER_MAX`; a shorter page may fit."""


class NotTaken(Trouble):
    """The hub understood the call and refuses what was sent; `reason` is a key of wording."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(sentence(reason, {}))
        self.reason = reason
        self.of_content: Final = status in _ABOUT_CONTENT


class HubSaysNo(Trouble):
    """The hub refuses who asks: the token holds no longer, or does not allow the call."""


class Revoked(HubSaysNo):
    """The hub has revoked this device: see `sync.revocation`."""


class RawAnswer(Struct, frozen=True):
    """An answer as it came: its status, its media type, its bytes after decompression."""

    status: int
    media_type: str
    body: bytes


class Upload(Struct, frozen=True):
    """How far a file of evidence has come at the hub."""

    offset: int
    complete: bool
    generation: str = ""
    """The life of the hub that says so; empty where it does not tell."""


class HotlineClient:
    """One desk's line to its hub. Use it in one thread at a time, and close it."""

    def __init__(
        self, base_url: str, token: str = "", transport: httpx.BaseTransport | None = None
    ) -> None:
        """Raises `Trouble` where `base_url` is no address, or plain http beyond loopback."""
        url = checked(base_url)
        self.base_url: Final = str(url).rstrip("/")
        loopback = is_loopback(url)
        headers = {
            "User-Agent": f"caseworker/{__version__}",
            "Accept": "application/json",
            # The decompression below is bounded; httpx's own is not.
            "Accept-Encoding": "gzip",
            "Cache-Control": "no-store",
        }
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(
            base_url=self.base_url,
            headers=headers,
            transport=transport,
            verify=_trusted(url),
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
            # No proxy is asked for loopback (DESIGN §6).
            trust_env=not loopback,
        )

    def health(self) -> Health:
        """Whether this is a hub, and which life of it; asked without a token."""
        return self._call(Health, "GET", "v1/health")

    def enrol(self, code: str, device: str) -> Enrolment:
        """Exchange a one-time code for a token. Never send it twice: the code is spent."""
        return self._call(Enrolment, "POST", "v1/enrolments", EnrolmentRequest(code, device))

    def me(self) -> Me:
        """Who the token belongs to."""
        return self._call(Me, "GET", "v1/me")

    def feed(self, cursor: str, limit: int) -> Page:
        """The changes after `cursor`, at most `limit`."""
        body = self._answer("GET", "v1/feed", params={"cursor": cursor, "limit": str(limit)})
        try:
            page = read_page(body)
        except UnreadablePage as error:
            raise self._not_a_hub() from error
        if len(quote(page.cursor, safe="")) > CURSOR_MAX:
            # Once kept, it could never be asked with again.
            raise self._not_a_hub()
        return page

    def push(self, annotations: Sequence[Annotation]) -> AnnotationResults:
        """Send annotations; sending them again changes nothing at the hub (DESIGN §5.3)."""
        batch = AnnotationBatch(list(annotations))
        return self._call(AnnotationResults, "POST", "v1/annotations", batch)

    def hand_over(self, batch: LeftoverBatch) -> LeftoversKept:
        """Give a revoked device's unsent words to the hub's quarantine."""
        return self._call(LeftoversKept, "POST", "v1/quarantine", batch)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        params: dict[str, str] | None = None,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> RawAnswer:
        """One call as it is answered, whatever the status, for `sync.conformance`."""
        if body is not None:
            content = json.encode(body)
        response, raw = self._ask(method, path, params=params, content=content, headers=headers)
        return RawAnswer(response.status_code, response.headers.get("Content-Type", ""), raw)

    def tell(self, disclosures: Sequence[Disclosure]) -> DisclosuresNoted:
        """Tell what was uncovered or exported; telling it again changes nothing at the hub."""
        batch = DisclosureBatch(list(disclosures))
        return self._call(DisclosuresNoted, "POST", "v1/disclosures", batch)

    def evidence_state(self, sha256: str, door: Door = "evidence") -> Upload | None:
        """How far the hub has come with a file; None where it knows of none."""
        response, _body = self._ask("HEAD", f"v1/{door}/{sha256}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.is_success:
            offset = self._bytes_told(response, "Upload-Offset")
            complete = response.headers.get("Upload-Complete") == "?1"
            return Upload(offset, complete, response.headers.get("Hub-Generation", ""))
        raise self._refusal(response, b"")

    def send_piece(self, sha256: str, offset: int, piece: bytes, door: Door = "evidence") -> Upload:
        """Send a piece of a file from `offset` on; `NotTaken` says "offset_differs" where the hub
        has another one, as after a piece whose answer was lost."""
        headers = {"Content-Type": "application/partial-upload", "Upload-Offset": str(offset)}
        raw = self._answer("PATCH", f"v1/{door}/{sha256}", content=piece, headers=headers)
        state = self._read(EvidenceState, raw)
        return Upload(state.offset, state.complete, state.generation)

    def fetch_piece(self, sha256: str, offset: int) -> tuple[bytes, int]:
        """A piece of a file from `offset` on, and how many bytes the whole has."""
        response, body = self._ask("GET", f"v1/evidence/{sha256}", params={"offset": str(offset)})
        if response.status_code != httpx.codes.OK:
            raise self._refusal(response, body)
        return body, self._bytes_told(response, "Upload-Length")

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _place: TracebackType | None,
    ) -> None:
        self.close()

    def _call(self, answer: type[Answer], method: str, path: str, body: object = None) -> Answer:
        raw = self._answer(method, path, content=None if body is None else json.encode(body))
        return self._read(answer, raw)

    def _read(self, answer: type[Answer], raw: bytes) -> Answer:
        try:
            return json.decode(raw, type=answer)
        except (MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise self._not_a_hub() from error

    def _answer(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        response, body = self._ask(method, path, params=params, content=content, headers=headers)
        if response.status_code in (httpx.codes.OK, httpx.codes.CREATED):
            if "json" not in response.headers.get("Content-Type", ""):
                raise self._not_a_hub()
            return body
        raise self._refusal(response, body)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[httpx.Response, bytes]:
        """One request, and its answer with the whole body, whatever the answer says."""
        sent = {} if content is None else {"Content-Type": "application/json"}
        try:
            with self._http.stream(
                method, path, params=params, content=content, headers=sent | (headers or {})
            ) as response:
                return response, b"".join(self._bounded(response))
        except httpx.TimeoutException as error:
            raise HubSilent(
                _("The hub did not answer in time: your work is kept and goes out later.")
            ) from error
        except httpx.InvalidURL as error:
            raise self._not_a_hub() from error
        except (httpx.HTTPError, OSError) as error:
            if _is_untrusted(error):
                raise NotAHub(
                    _("The certificate of {hub} is not trusted here: ask who runs the hub.").format(
                        hub=self.base_url
                    )
                ) from error
            raise HubSilent(
                _("The hub {hub} cannot be reached: your work is kept and goes out later.").format(
                    hub=self.base_url
                )
            ) from error

    def _bounded(self, response: httpx.Response) -> Iterator[bytes]:
        """The answer's bytes, decompressed, never more than `ANSWER_MAX` nor for longer than
        `CALL_SECONDS`."""
        ends = monotonic() + CALL_SECONDS
        encoding = response.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ("identity", "gzip"):
            raise self._not_a_hub()
        unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if encoding == "gzip" else None
        taken = 0
        for piece in response.iter_raw():
            try:
                plain = unzip.decompress(piece, ANSWER_MAX - taken + 1) if unzip else piece
            except zlib.error as error:
                raise self._not_a_hub() from error
            taken += len(plain)
            if taken > ANSWER_MAX:
                raise AnswerTooLarge(
                    _("{hub} answers more than a desk can take.").format(hub=self.base_url)
                )
            if monotonic() > ends:
                raise httpx.ReadTimeout("the whole answer took too long", request=response.request)
            yield plain
        if unzip is not None and not unzip.eof:
            raise httpx.RemoteProtocolError("the compressed answer was cut off")

    def _bytes_told(self, response: httpx.Response, name: str) -> int:
        """A number of bytes in a header; one that no file could have is no hub's."""
        told = response.headers.get(name, "")
        if told.isascii() and told.isdigit() and len(told) <= _DIGITS_MAX:
            return int(told)
        raise self._not_a_hub()

    def _refusal(self, response: httpx.Response, body: bytes) -> Trouble:
        status = response.status_code
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
            words = _(
                "The hub is busy or out of order ({status}): your work is kept and goes out later."
            )
            return HubSilent(
                words.format(status=status),
                retry_after(response),
                failed=status == httpx.codes.INTERNAL_SERVER_ERROR,
            )
        reason = _reason(response, body)
        if status == httpx.codes.UNAUTHORIZED:
            # Any other door may say 401 too, so the sentence does not blame the hub.
            known = reason if reason.startswith("token_") else "token_unknown"
            kind = Revoked if known == "token_revoked" else HubSaysNo
            return kind(sentence(known, {}))
        if not reason:
            return self._not_a_hub()
        return NotTaken(reason, status)

    def _not_a_hub(self) -> NotAHub:
        return NotAHub(
            _(
                "{hub} is not a hub, or something on the way answers for it:"
                " check the address and the network."
            ).format(hub=self.base_url)
        )


_DIGITS_MAX: Final = 15
_REASON_MAX: Final = 64
"""Characters of a reason that are believed: one that is not known is shown as it came."""

_ABOUT_CONTENT: Final = (400, 413, 415, 422)


def checked(base_url: str) -> httpx.URL:
    """The address of a hub; raises `Trouble` where it is none, or would show words to others."""
    try:
        url = httpx.URL(base_url.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise Trouble(_no_address()) from error
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query:
        raise Trouble(_no_address())
    if url.scheme == "http" and not is_loopback(url):
        raise Trouble(
            _(
                "Plain http shows citizens' data to everyone on the way:"
                " use the hub's https address."
            )
        )
    return url


def is_loopback(url: httpx.URL) -> bool:
    """Whether the address is this machine itself."""
    if url.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(url.host).is_loopback
    except ValueError:
        return False


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that the hub asks to wait, within `RETRY_AFTER_MAX`; None where it does not say.

    A date is measured against the hub's own clock, where it tells the time: the device's may be
    a day off.
    """
    asked = response.headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(float(asked[:9]), RETRY_AFTER_MAX)
    until = _http_date(asked)
    if until is None:
        return None
    since = _http_date(response.headers.get("Date", "")) or datetime.now(UTC)
    return min(max((until - since).total_seconds(), 0.0), RETRY_AFTER_MAX)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _reason(response: httpx.Response, body: bytes) -> str:
    """The key at the end of a problem document's type, or an empty string where it is none."""
    if not response.headers.get("Content-Type", "").startswith("application/problem+json"):
        return ""
    try:
        problem = json.decode(body, type=Problem)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    return problem.type.rpartition("/")[2][:_REASON_MAX]


def _trusted(url: httpx.URL) -> ssl.SSLContext:
    """Whom to believe: the system's own authorities (a city's among them) and the public ones."""
    if url.scheme != "https":
        # Never asked; loading the authorities costs more than a whole call on loopback.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _is_untrusted(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def _no_address() -> str:
    return _("That is not the address of a hub: write it like https://hub.example.")
