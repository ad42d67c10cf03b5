"""The API as an OpenAPI document: `python -m hub.openapi > docs/hotline-api.yaml`."""

import sys
from typing import Any, Final

from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from msgspec import json, yaml
from sqlalchemy import create_engine

from caseworker import __version__
from caseworker.model import wire
from caseworker.model.annotation import Contest, Decision
from caseworker.model.me import Me
from caseworker.model.order import WorkOrder
from hub.app import AnnotationsIn, create_app
from hub.store import Store

_REF: Final = "#/components/schemas/{name}"

_MESSAGES: Final = (
    wire.Health,
    wire.EnrolmentRequest,
    wire.Enrolment,
    Me,
    wire.FeedPage,
    wire.AnnotationBatch,
    wire.AnnotationResults,
    wire.OrderBatch,
    wire.OrderResults,
    wire.DecisionRequest,
    Decision,
    wire.ContestRequest,
    Contest,
    wire.DisclosureBatch,
    wire.DisclosuresNoted,
    wire.EvidenceState,
    wire.MarkFigures,
    wire.LeftoverBatch,
    wire.LeftoversKept,
    wire.Problem,
    WorkOrder,
)


def document() -> bytes:
    """The OpenAPI of the hub as YAML in UTF-8, the same on every machine."""
    app = create_app(
        Store(create_engine("sqlite://")),
        openapi=OpenAPIConfig(
            title="12345 hotline hub",
            version=__version__,
            description="What a desk and a hub of the 12345 hotline say to each other.",
            use_handler_docstrings=True,
            components=Components(
                security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}
            ),
            security=[{"token": []}],
        ),
    )
    schema = app.openapi_schema.to_schema()
    _describe_messages(schema)
    _describe_pieces(schema)
    return yaml.encode(schema, order="sorted")


def _describe_messages(schema: dict[str, Any]) -> None:
    """Describe each message by the struct that both ends read and write it with.

    The handlers take mappings where one bad item must not stop the others, or where no unknown
    field may be lost; what belongs into them is said here.
    """
    _refs, described = json.schema_components(_MESSAGES, ref_template=_REF)
    order = {"$ref": _REF.format(name="WorkOrder")}
    described["OrderBatch"]["properties"]["orders"]["items"] = order
    described["OrderChange"]["properties"]["order"] = order
    described[AnnotationsIn.__name__] = described.pop("AnnotationBatch")
    described["WorkOrder"]["additionalProperties"] = True
    schema["components"]["schemas"] = described


def _describe_pieces(schema: dict[str, Any]) -> None:
    """Say what the framework cannot see: a body taken as it is, and what the headers mean."""
    path = schema["paths"]["/v1/evidence/{sha256}"]
    raw = {"schema": {"type": "string", "format": "binary"}}
    path["patch"]["requestBody"] = {
        "required": True,
        "description": "The bytes from `Upload-Offset` on: 16 KiB to 1 MiB, the last piece any",
        "content": {"application/partial-upload": raw},
    }
    told = {
        "Upload-Offset": ("integer", "How many bytes are held without a gap"),
        "Upload-Complete": ("string", "?1 where the file is whole and has its hash, else ?0"),
        "Upload-Length": ("integer", "How many bytes the whole file has"),
    }
    headers = {
        name: {"schema": {"type": kind}, "description": words}
        for name, (kind, words) in told.items()
    }
    path["head"]["responses"]["204"]["headers"] = headers
    path["patch"]["responses"]["200"]["headers"] = headers
    path["patch"]["responses"]["409"]["headers"] = {"Upload-Offset": headers["Upload-Offset"]}
    path["get"]["responses"]["200"]["headers"] = {"Upload-Length": headers["Upload-Length"]}
    path["get"]["responses"]["200"]["content"] = {"application/octet-stream": raw}


if __name__ == "__main__":
    sys.stdout.buffer.write(document())
