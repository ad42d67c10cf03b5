"""How wide this terminal draws signs of ambiguous width (SCREENS, "Width traps")."""

import os
import re
import select
import sys
import time
from typing import Any, Final

VARIABLE: Final = "CASEWORKER_WIDTH"
"""`wide` or `narrow` says it; otherwise the terminal is asked."""

PATIENCE: Final = 0.15
"""Seconds to wait for an answer; no answer means narrow."""

_ASK: Final = "\r…\x1b[6n\r\x1b[K"
"""Draw such a sign, ask where the cursor is now, wipe it away."""

_ANSWER: Final = re.compile(rb"\x1b\[\d+;(\d+)R")


def has_colours() -> bool:
    """Whether this terminal shows colours, and its user wants them (no-color.org)."""
    kind = os.environ.get("TERM", "")
    return not os.environ.get("NO_COLOR") and not _COLOURLESS.search(kind)


def can_place() -> bool:
    """Whether words can be placed on this terminal's screen at all."""
    return os.environ.get("TERM", "") not in ("dumb", "unknown")


_COLOURLESS: Final = re.compile(r"^vt\d|-mono$|-m$")
"""Kinds of terminal that have no colour."""


class Question:
    """How wide are such signs here? Asked at once; the answer is taken when it is needed.

    The keyboard is not echoed between, so `answer` or `withdraw` must follow. What somebody types
    meanwhile is kept in `typed`.
    """

    def __init__(self) -> None:
        self.typed = ""
        self._keyboard = sys.stdin.fileno()
        self._before: list[Any] | None = None
        self._until = time.monotonic() + PATIENCE
        forced = os.environ.get(VARIABLE)
        self._wide = forced == "wide"
        if forced not in ("wide", "narrow") and sys.stdin.isatty() and sys.stdout.isatty():
            self._ask()

    def answer(self) -> bool:
        """Whether box lines, `…` and their like take two cells here; silence means one."""
        if self._before is not None:
            got = self._got()
            answered = _ANSWER.search(got)
            self._wide = answered is not None and int(answered[1]) == 3
            self.typed = _ANSWER.sub(b"", got).decode("utf-8", "ignore")
            self.withdraw()
        return self._wide

    def withdraw(self) -> None:
        """Give the terminal back as it was."""
        if self._before is not None:
            import termios

            termios.tcsetattr(self._keyboard, termios.TCSANOW, self._before)
            self._before = None

    def _ask(self) -> None:
        try:
            import termios
            import tty
        except ImportError:  # Windows has no such question
            return
        self._before = termios.tcgetattr(self._keyboard)
        tty.setcbreak(self._keyboard, termios.TCSANOW)
        sys.stdout.write(_ASK)
        sys.stdout.flush()

    def _got(self) -> bytes:
        got = b""
        while not _ANSWER.search(got):
            left = max(self._until - time.monotonic(), 0)
            if not select.select([self._keyboard], [], [], left)[0]:
                break
            got += os.read(self._keyboard, 1_024)
        return got
