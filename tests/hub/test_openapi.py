"""The committed description of the API is the one that the hub would give."""

from pathlib import Path

from msgspec import yaml

import hub
from hub.app import HANDLERS
from hub.openapi import document

COMMITTED = Path(hub.__file__).parent.parent / "docs/hotline-api.yaml"


def test_the_committed_api_is_up_to_date() -> None:
    assert COMMITTED.read_bytes() == document(), "run  make api  and commit the result"


def test_every_call_says_what_goes_wrong_in_the_form_of_rfc_9457() -> None:
    described = yaml.decode(COMMITTED.read_bytes())
    paths = {path.replace(":str}", "}") for handler in HANDLERS for path in handler.paths}
    assert described["paths"].keys() == paths
    for path in described["paths"].values():
        for operation in path.values():
            failures = [one for one in operation["responses"] if int(one) >= 400]
            assert {"500", "503"} <= set(failures)
            for status in failures:
                assert list(operation["responses"][status]["content"]) == [
                    "application/problem+json"
                ]


def test_whatever_a_schema_points_to_is_there() -> None:
    text = COMMITTED.read_text("utf-8")
    described = yaml.decode(text)["components"]["schemas"]
    for line in text.splitlines():
        if "$ref" in line:
            assert line.rpartition("/")[2].strip("'\" ") in described
