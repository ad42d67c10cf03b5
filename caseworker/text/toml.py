"""TOML that people write and hand on: read, or refused with a reason, and never a fault."""

import tomllib
from typing import Any


def read_toml(text: str) -> dict[str, Any]:
    """A document as a table. Raises `tomllib.TOMLDecodeError`, also where it is nested without
    end: the reader of the standard library gives up in its own way there."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deeply") from None
