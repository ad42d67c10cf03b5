"""A program on a pty of 140×40, and how long it takes until a text stands on it."""

import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pexpect

PASSPHRASE = "bench"

_PLACE = re.compile(rb"(\d+) / \d")


def environment(**more: str) -> dict[str, str]:
    """What a program starts from: a colourful terminal, and compiled modules kept as pip does."""
    kept = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | more


def desk_command(home: Path) -> list[str]:
    """The desk on a home."""
    return [sys.executable, "-m", "caseworker", "--home", str(home)]


class Terminal:
    """One running program. It is ended when the block is left."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self.started = time.perf_counter()
        self._child = pexpect.spawn(
            command[0],
            list(command[1:]),
            env=dict(env or environment()),
            dimensions=(40, 140),
            timeout=120,
        )
        self._child.delaybeforesend = None
        self.place = 1
        """Where in a list the cursor stands, as `3 / 37` says."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: object, _trace: TracebackType | None
    ) -> None:
        self._child.close(force=True)

    @property
    def pid(self) -> int:
        """The program's process."""
        return int(self._child.pid or 0)

    def seconds_to(self, text: str) -> float:
        """Wait for a text; seconds since the start. Asked where the cursor is, it answers."""
        while self._child.expect_exact([text.encode(), b"\x1b[6n"]):
            self._child.send(b"\x1b[1;2R")
        return time.perf_counter() - self.started

    def seconds_to_bytes(self, several: int, patience: float) -> float | None:
        """Wait for so many bytes; seconds since the start, None where they do not come in time."""
        got = 0
        with suppress(pexpect.EOF):
            while time.perf_counter() - self.started < patience:
                with suppress(pexpect.TIMEOUT):
                    piece: Any = self._child.read_nonblocking(65_536, 0.1)
                    got += len(piece)
                    if b"\x1b[6n" in piece:
                        self._child.send(b"\x1b[1;2R")
                if got >= several:
                    return time.perf_counter() - self.started
        return None

    def key_to_place(self, key: str) -> float:
        """Press a key and wait until another place in the list stands there; seconds between."""
        before = self.place
        self.quiet()
        began = time.perf_counter()
        self._child.send(key)
        while self.place == before:
            # A key that moves nothing is a fault of the benchmark, told rather than waited for.
            self._child.expect(_PLACE, timeout=20)
            found = self._child.match
            assert isinstance(found, re.Match)
            self.place = int(found[1])
        return time.perf_counter() - began

    def key_to(self, text: str, key: str) -> float:
        """Press a key and wait for a text; seconds between."""
        began = time.perf_counter()
        self._child.send(key)
        self._child.expect_exact(text.encode())
        return time.perf_counter() - began

    def quiet(self, seconds: float = 0.02) -> None:
        """Read on until nothing has come for a while."""
        with suppress(pexpect.TIMEOUT):
            while True:
                self._child.read_nonblocking(65_536, seconds)

    def quiet_for(self, seconds: float) -> None:
        """Take what comes for so long, and press nothing."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self.quiet(left)

    def resident(self) -> int:
        """Megabytes of memory that the program holds."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def cpu_seconds(pid: int) -> float:
    """CPU time that a process and its children have used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return own + sum(cpu_seconds(int(child)) for child in children)
