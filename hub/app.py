"""The API of DESIGN §5: one thin handler for each call."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final

from litestar import Litestar, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import SerializationException
from litestar.middleware import DefineMiddleware
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from caseworker import __version__
from caseworker.model.annotation import Decision
from caseworker.model.clock import now as clock_now
from caseworker.model.taxonomy import built_in, built_in_toml
from caseworker.model.wire import (
    BATCH_MAX,
    PAGE_MAX,
    AnnotationResults,
    DecisionRequest,
    Enrolment,
    EnrolmentRequest,
    FeedPage,
    Health,
    Limits,
    Me,
    OrderBatch,
    OrderResults,
    Problem,
)
from hub import decisions, enrolment, feed, ledger, orders, units
from hub.access import Hub, TokenCheck, opens
from hub.answer import PROBLEM_JSON, answer_problem
from hub.door import NotAdmitted, admit_value
from hub.enrolment import Bearer
from hub.feed import Codes, Reader
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
    return Me(
        worker=bearer.worker,
        unit=bearer.unit_id,
        unit_name=bearer.unit_name,
        level=bearer.level,
        roles=(bearer.role,),
        scope=tuple(scope),
        limits=Limits(page=PAGE_MAX, batch=BATCH_MAX, body_bytes=BODY_BYTES),
        taxonomy_version=hub.codes.version,
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
        return feed.page(connection, reader, came_to, limit, hub.codes, generation(connection))


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
    # One transaction each: what is stored stays stored, whatever becomes of the next.
    results = [
        hub.store.write(
            partial(
                ledger.take, bearer=bearer, fields=fields, taxonomy=hub.taxonomy, now=hub.clock()
            )
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
            taxonomy=hub.taxonomy,
            now=hub.clock(),
            scope=bearer.unit,
        )
    )


HANDLERS: Final = (health, enrol, me, read_feed, take_annotations, take_orders, decide)


def create_app(
    store: Store,
    *,
    clock: Callable[[], datetime] = clock_now,
    requests: Allowance = REQUESTS,
    enrolments: Allowance = ENROLMENTS,
    openapi: OpenAPIConfig | None = None,
) -> Litestar:
    """The hub on a store, as an ASGI application."""
    taxonomy = built_in()
    hub = Hub(
        store=store,
        taxonomy=taxonomy,
        codes=Codes(taxonomy.version, built_in_toml()),
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


def _check_length(items: list[dict[str, Any]]) -> None:
    if len(items) > BATCH_MAX:
        raise Refusal("too_large")


def _admit(*texts: str) -> None:
    try:
        admit_value(texts)
    except NotAdmitted as error:
        raise Refusal("malformed") from error
