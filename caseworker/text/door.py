"""The door: what text may come in. Inside, text is kept as it came and is never normalised."""

import re
from typing import Final, Literal

Reason = Literal["nul", "surrogate", "too_long"]

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


class NotAdmitted(Exception):
    """Text that no store takes; `reason` says why. The message holds none of the text."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Final[Reason] = reason


def admit(text: str, *, most: int) -> str:
    """`text`, unchanged, at every door where a person or a file can still mend it.

    Raises `NotAdmitted` where it is longer than `most` characters, or holds NUL (which ends a
    string for C code) or a lone surrogate (which is no text: it cannot be written as UTF-8).
    """
    if len(text) > most:
        raise NotAdmitted("too_long")
    if "\0" in text:
        raise NotAdmitted("nul")
    if not text.isascii() and _SURROGATE.search(text):
        raise NotAdmitted("surrogate")
    return text


def mend(text: str) -> str:
    """`text` with U+FFFD for each NUL and lone surrogate.

    For rows of a feed: nobody can mend them there, and one bad row must not stop a sync.
    """
    return _UNSTORABLE.sub("\ufffd", text)
