"""What a command of the command line answered, as the fixture `caseworker` gives it."""

import json
from collections.abc import Callable
from typing import Any


class Ran:
    """What a command printed, and its exit status."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one line on stderr."""
        (line,) = self.err.splitlines()
        return line


Run = Callable[..., Ran]
