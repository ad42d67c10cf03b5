"""The API as an OpenAPI document: `python -m hub.openapi > docs/hotline-api.yaml`."""

import sys
from typing import Any, Final

from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from msgspec import json, yaml
from sqlalchemy import create_engine

from caseworker import __version__
from caseworker.model import wire
from caseworker.model.annotation import Decision
from caseworker.model.order import WorkOrder
from hub.app import AnnotationsIn, create_app
from hub.store import Store

_REF: Final = "#/components/schemas/{name}"

_MESSAGES: Final = (
    wire.Health,
    wire.EnrolmentRequest,
    wire.Enrolment,
    wire.Me,
    wire.FeedPage,
    wire.AnnotationBatch,
    wire.AnnotationResults,
    wire.OrderBatch,
    wire.OrderResults,
    wire.DecisionRequest,
    Decision,
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


if __name__ == "__main__":
    sys.stdout.buffer.write(document())
