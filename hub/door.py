"""The hub's door: what no store could keep or give back is refused before it comes in."""

from collections.abc import Mapping
from typing import Any, Final

from caseworker.text.door import NotAdmitted, admit

DEPTH_MAX: Final = 16
"""How deep a value may be nested: what is stored must also be readable, with stack to spare."""


class TooDeep(ValueError):
    """A value is nested deeper than `DEPTH_MAX`."""


def admit_value(value: Any, depth: int = DEPTH_MAX) -> None:
    """Look through a decoded JSON value.

    Raises `NotAdmitted` where a text holds NUL or a lone surrogate, `TooDeep` where it is nested
    too deep. Lengths are for the type that the value is converted to.
    """
    if isinstance(value, str):
        admit(value, most=len(value))
    elif isinstance(value, Mapping):
        for name in value:
            admit_value(name, depth)
        _admit_items(value.values(), depth)
    elif isinstance(value, list | tuple):
        _admit_items(value, depth)


def _admit_items(items: Any, depth: int) -> None:
    if depth == 0:
        raise TooDeep
    for item in items:
        admit_value(item, depth - 1)


__all__ = ["DEPTH_MAX", "NotAdmitted", "TooDeep", "admit_value"]
