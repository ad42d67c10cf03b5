"""The API of DESIGN §5: one thin handler for each call."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final

from litestar import Litestar, Request, Response, get, head, patch, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import SerializationException
from litestar.middleware import DefineMiddleware
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter, RawBody
from msgspec import Struct, structs
from sqlalchemy import Connection

from caseworker import __version__
from caseworker.model.annotation import Contest, Decision
from caseworker.model.clock import now as clock_now
from caseworker.model.me import Limits, Me
from caseworker.model.taxonomy import Taxonomy
from caseworker.model.wire import (
    BATCH_MAX,
    PAGE_MAX,
    AnnotationResults,
    ContestRequest,
    DecisionRequest,
    Disclosure,
    DisclosureBatch,
    DisclosuresNoted,
    Enrolment,
    EnrolmentRequest,
    EvidenceState,
    FeedPage,
    Health,
    LeftoverBatch,
    LeftoversKept,
    MarkFigures,
    OrderBatch,
    OrderResults,
    Problem,
)
from hub import (
    codes,
    contests,
    decisions,
    enrolment,
    evidence,
    feed,
    figures,
    ledger,
    orders,
    quarantine,
    sight,
    units,
)
from hub.access import PARTING, Hub, TokenCheck, opens
from hub.answer import PROBLEM_JSON, answer_problem
from hub.door import NotAdmitted, admit_value
from hub.enrolment import Bearer
from hub.feed import Reader
from hub.limits import BODY_BYTES, ENROLMENTS, REQUESTS, Allowance, Bucket
from hub.problems import Refusal
from hub.store import Store, generation

PAGE_USUAL: Final = 500
"""Changes in a page where the reader does not say."""


TheHub = NamedDependency[Hub]
TheBearer = NamedDependency[Bearer]

OPEN: Final[list[dict[str, list[str]]]] = [{}]
"""How the OpenAPI says that a call needs no token."""


class AnnotationsIn(Struct, frozen=True):
    """A batch of annotations as it came: one that cannot be read must not stop the others."""

    annotations: list[dict[str, Any]]


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The problem documents that a call may answer, for the OpenAPI."""
    return {
        status: ResponseSpec(
            Problem,
            generate_examples=False,
            description="A problem; `type` says which",
            media_type=PROBLEM_JSON,
        )
        for status in statuses
    }


async def whole_body(request: Request[Any, Any, Any]) -> None:
    """Read a body as JSON before anything else does; the request keeps it for the handler."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refusal("encoding_unsupported")
    if request.method == "POST":
        try:
            await request.json()
        except (SerializationException, RecursionError, UnicodeError) as error:
            raise Refusal("malformed") from error


def the_bearer(request: Request[Bearer, Any, Any]) -> Bearer:
    """The worker whose token came with the request."""
    return request.user


@get(
    "/v1/health",
    exclude_from_auth=True,
    security=OPEN,
    sync_to_thread=True,
    responses=problems(500, 503),
)
def health(hub: TheHub) -> Health:
    """Whether the hub and its store answer."""
    with hub.store.reading() as connection:
        return Health("ok", generation(connection), __version__)


@post(
    "/v1/enrolments",
    exclude_from_auth=True,
    security=OPEN,
    sync_to_thread=True,
    responses=problems(400, 403, 413, 415, 429, 500, 503),
)
def enrol(
    hub: TheHub, data: JSONBody[EnrolmentRequest], request: Request[Any, Any, Any]
) -> Enrolment:
    """A one-time code in exchange for a token for this device."""
    hub.enrolments.take(request.client.host if request.client else "")
    _admit(data.code, data.device)
    return hub.store.write(lambda connection: enrolment.enrol(connection, data, hub.clock()))


@get(
    "/v1/me",
    guards=[opens("read")],
    sync_to_thread=True,
    responses=problems(401, 403, 429, 500, 503),
)
def me(hub: TheHub, bearer: TheBearer) -> Me:
    """Who the token belongs to, what they may see, and what the hub takes."""
    with hub.store.reading() as connection:
        scope = units.ids_below(connection, bearer.unit)
        version = codes.in_force(connection).version
    return Me(
        worker=bearer.worker,
        unit=bearer.unit_id,
        unit_name=bearer.unit_name,
        level=bearer.level,
        roles=(bearer.role,),
        scope=tuple(scope),
        limits=Limits(page=PAGE_MAX, batch=BATCH_MAX, body_bytes=BODY_BYTES),
        taxonomy_version=version,
    )


@get(
    "/v1/feed",
    guards=[opens("read")],
    sync_to_thread=True,
    responses=problems(400, 401, 403, 429, 500, 503),
)
def read_feed(
    hub: TheHub,
    bearer: TheBearer,
    cursor: FromQuery[str] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=PAGE_MAX)] = PAGE_USUAL,
) -> FeedPage:
    """What changed in the worker's scope since the cursor, as it stands now."""
    came_to = feed.read_cursor(cursor)
    reader = Reader(bearer.unit, bearer.level)
    with hub.store.reading() as connection:
        page = feed.page(
            connection,
            reader,
            came_to,
            limit,
            codes.in_force(connection),
            generation(connection),
        )
    if listed := sight.listed_in(page.changes):
        # Before it is given: what was seen and not logged would be worse than the opposite.
        hub.store.write(lambda connection: sight.log_page(connection, bearer, listed, hub.clock()))
    return structs.replace(page, after=cursor)


@post(
    "/v1/annotations",
    status_code=200,
    guards=[opens("annotate")],
    sync_to_thread=True,
    responses=problems(400, 401, 403, 413, 415, 429, 500, 503),
)
def take_annotations(
    hub: TheHub, bearer: TheBearer, data: JSONBody[AnnotationsIn]
) -> AnnotationResults:
    """A batch of annotations, in the order of their writing; one result for each."""
    _check_length(data.annotations)
    taxonomy = _taxonomy(hub)
    # One transaction each: what is stored stays stored, whatever becomes of the next.
    results = [
        hub.store.write(
            partial(ledger.take, bearer=bearer, fields=fields, taxonomy=taxonomy, now=hub.clock())
        )
        for fields in data.annotations
    ]
    with hub.store.reading() as connection:
        return AnnotationResults(generation(connection), results)


@post(
    "/v1/orders",
    status_code=200,
    guards=[opens("dispatch")],
    sync_to_thread=True,
    responses=problems(400, 401, 403, 413, 415, 429, 500, 503),
)
def take_orders(hub: TheHub, bearer: TheBearer, data: JSONBody[OrderBatch]) -> OrderResults:
    """Orders from the dispatching system; sending one again changes nothing."""
    _check_length(data.orders)
    return OrderResults(
        hub.store.write(
            lambda connection: orders.dispatch(connection, data.orders, bearer, hub.clock())
        )
    )


@post(
    "/v1/decisions",
    guards=[opens("decide")],
    sync_to_thread=True,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
def decide(hub: TheHub, bearer: TheBearer, data: JSONBody[DecisionRequest]) -> Decision:
    """The centre rules on a proposal."""
    _admit(data.annotation_id, data.text)
    return hub.store.write(
        lambda connection: decisions.rule(
            connection,
            data,
            decided_by=bearer.worker,
            actor=bearer.actor,
            taxonomy=codes.taxonomy_of(codes.in_force(connection)),
            now=hub.clock(),
            scope=bearer.unit,
            decider=bearer.number,
        )
    )


@post(
    "/v1/contests",
    guards=[opens("contest")],
    sync_to_thread=True,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
def contest(hub: TheHub, bearer: TheBearer, data: JSONBody[ContestRequest]) -> Contest:
    """A citizen contests a granted mark: it is suspended until the centre rules again."""
    _admit(data.annotation_id, data.text)
    return hub.store.write(
        lambda connection: contests.enter(
            connection,
            data,
            entered_by=bearer.worker,
            actor=bearer.actor,
            now=hub.clock(),
            scope=bearer.unit,
        )
    )


@post(
    "/v1/disclosures",
    status_code=200,
    guards=[opens("read")],
    sync_to_thread=True,
    responses=problems(400, 401, 403, 413, 415, 429, 500, 503),
)
def note_disclosures(
    hub: TheHub, bearer: TheBearer, data: JSONBody[DisclosureBatch]
) -> DisclosuresNoted:
    """What a desk uncovered or exported, for the log; telling it again changes nothing."""
    if len(data.disclosures) > BATCH_MAX:
        raise Refusal("too_large")
    _admit_disclosures(data.disclosures)

    def note(connection: Connection) -> DisclosuresNoted:
        noted = sight.note(connection, bearer, data.disclosures, hub.clock())
        return DisclosuresNoted(noted, generation(connection))

    return hub.store.write(note)


@get(
    "/v1/insight/marks",
    guards=[opens("figures")],
    sync_to_thread=True,
    responses=problems(401, 403, 429, 500, 503),
)
def mark_figures(hub: TheHub, bearer: TheBearer) -> MarkFigures:
    """How many marks were granted, refused, reversed, and found to have done harm."""
    with hub.store.reading() as connection:
        return figures.marks(connection, bearer.unit)


@head(
    "/v1/evidence/{sha256:str}",
    status_code=204,
    guards=[opens("read")],
    responses=problems(400, 401, 403, 404, 429, 500, 503),
)
async def evidence_state(hub: TheHub, bearer: TheBearer, sha256: FromPath[str]) -> Response[None]:
    """How far a file of evidence has come, in `Upload-Offset` and `Upload-Complete`, and at which
    life of the hub, in `Hub-Generation`."""
    # Where several handlers share a path the framework puts them into threads of threads; these
    # three go into one by themselves.
    held = await sync_to_thread(_evidence_state, hub, bearer, sha256)
    return Response(None, headers=_upload_headers(held))


@patch(
    "/v1/evidence/{sha256:str}",
    guards=[opens("annotate")],
    responses=problems(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
async def take_evidence(
    hub: TheHub,
    bearer: TheBearer,
    sha256: FromPath[str],
    body: RawBody,
    offset: Annotated[int, HeaderParameter(name="Upload-Offset", ge=0)],
) -> Response[EvidenceState]:
    """A piece of a file that an annotation of one's own names, from `Upload-Offset` on."""
    return await _append(hub, bearer, sha256, offset, body)


@get(
    "/v1/evidence/{sha256:str}",
    guards=[opens("read")],
    media_type="application/octet-stream",
    responses=problems(400, 401, 403, 404, 429, 500, 503),
)
async def give_evidence(
    hub: TheHub,
    bearer: TheBearer,
    sha256: FromPath[str],
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
) -> Response[bytes]:
    """A piece of a file of evidence, from `offset` on; `Upload-Length` says how long the whole is.

    The last piece ends with the file; one at its end is empty.
    """
    piece, size = await sync_to_thread(_evidence_piece, hub, bearer, sha256, offset)
    return Response(
        piece,
        media_type="application/octet-stream",
        headers={
            "Upload-Length": str(size),
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": "attachment",
            "Cache-Control": "no-store",
        },
    )


@head(
    "/v1/quarantine/{sha256:str}",
    status_code=204,
    opt={PARTING: True},
    responses=problems(400, 401, 403, 404, 429, 500, 503),
)
async def left_evidence_state(
    hub: TheHub, bearer: TheBearer, sha256: FromPath[str]
) -> Response[None]:
    """How far a file has come that words of a revoked device name, as for any evidence."""
    held = await sync_to_thread(_evidence_state, hub, bearer, sha256, parting=True)
    return Response(None, headers=_upload_headers(held))


@patch(
    "/v1/quarantine/{sha256:str}",
    opt={PARTING: True},
    responses=problems(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
async def take_left_evidence(
    hub: TheHub,
    bearer: TheBearer,
    sha256: FromPath[str],
    body: RawBody,
    offset: Annotated[int, HeaderParameter(name="Upload-Offset", ge=0)],
) -> Response[EvidenceState]:
    """A piece of a file that words of a revoked device name, from `Upload-Offset` on."""
    return await _append(hub, bearer, sha256, offset, body)


@post(
    "/v1/quarantine",
    status_code=200,
    opt={PARTING: True},
    sync_to_thread=True,
    responses=problems(400, 401, 403, 413, 415, 429, 500, 503),
)
def take_leftovers(hub: TheHub, bearer: TheBearer, data: JSONBody[LeftoverBatch]) -> LeftoversKept:
    """What a revoked device hands over before it wipes itself; its token opens nothing beyond."""
    if len(data.leftovers) + len(data.disclosures) > BATCH_MAX:
        raise Refusal("too_large")
    _admit_disclosures(data.disclosures)

    def keep(connection: Connection) -> list[str]:
        now = hub.clock()
        kept = quarantine.keep(connection, bearer, data.leftovers, now)
        return kept + sight.note(connection, bearer, data.disclosures, now)

    return LeftoversKept(hub.store.write(keep))


HANDLERS: Final = (
    health,
    enrol,
    me,
    read_feed,
    take_annotations,
    take_orders,
    decide,
    contest,
    note_disclosures,
    mark_figures,
    evidence_state,
    take_evidence,
    give_evidence,
    take_leftovers,
    left_evidence_state,
    take_left_evidence,
)


def create_app(
    store: Store,
    *,
    clock: Callable[[], datetime] = clock_now,
    requests: Allowance = REQUESTS,
    enrolments: Allowance = ENROLMENTS,
    openapi: OpenAPIConfig | None = None,
) -> Litestar:
    """The hub on a store, as an ASGI application."""
    hub = Hub(
        store=store,
        clock=clock,
        requests=Bucket(requests),
        enrolments=Bucket(enrolments),
    )
    return Litestar(
        route_handlers=HANDLERS,
        dependencies={
            "hub": Provide(lambda: hub, sync_to_thread=False),
            "bearer": Provide(the_bearer, sync_to_thread=False),
        },
        middleware=[DefineMiddleware(TokenCheck, hub=hub)],
        before_request=whole_body,
        exception_handlers={Exception: answer_problem},
        request_max_body_size=BODY_BYTES,
        openapi_config=openapi,
        logging_config=None,
        state=State({"hub": hub}),
    )


def _evidence_state(
    hub: Hub, bearer: Bearer, sha256: str, *, parting: bool = False
) -> EvidenceState:
    with hub.store.reading() as connection:
        return evidence.state(connection, bearer, sha256, parting=parting)


async def _append(
    hub: Hub, bearer: Bearer, sha256: str, offset: int, piece: bytes
) -> Response[EvidenceState]:
    append = partial(
        evidence.append, bearer=bearer, sha256=sha256, offset=offset, piece=piece, now=hub.clock()
    )
    answer = await sync_to_thread(hub.store.write, append)
    if isinstance(answer, Refusal):
        raise answer
    return Response(answer, headers=_upload_headers(answer))


def _evidence_piece(hub: Hub, bearer: Bearer, sha256: str, offset: int) -> tuple[bytes, int]:
    with hub.store.reading() as connection:
        held = evidence.state(connection, bearer, sha256)
        end = offset + evidence.PIECE_BYTES_MAX
        piece = evidence.read(connection, bearer, sha256, offset, end)
    if offset == 0:
        hub.store.write(partial(sight.log_file, bearer=bearer, sha256=sha256, now=hub.clock()))
    return piece, held.size


def _taxonomy(hub: Hub) -> Taxonomy:
    with hub.store.reading() as connection:
        return codes.taxonomy_of(codes.in_force(connection))


def _upload_headers(held: EvidenceState) -> dict[str, str]:
    """What the resumable uploads of HTTP call how far a file has come."""
    return {
        "Upload-Offset": str(held.offset),
        "Upload-Complete": "?1" if held.complete else "?0",
        "Upload-Length": str(held.size),
        "Hub-Generation": held.generation,
        "Cache-Control": "no-store",
    }


def _check_length(items: list[dict[str, Any]]) -> None:
    if len(items) > BATCH_MAX:
        raise Refusal("too_large")


def _admit_disclosures(told: Sequence[Disclosure]) -> None:
    for one in told:
        _admit(one.order_no, one.what)


def _admit(*texts: str) -> None:
    try:
        admit_value(texts)
    except NotAdmitted as error:
        raise Refusal("malformed") from error
