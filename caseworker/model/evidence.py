"""What a file of evidence may be: size, type, and whether it is what its name says."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final

from msgspec import ValidationError, convert

from caseworker.model.annotation import Annotation, FileRef, Statement

FILE_BYTES_MAX: Final = 20 * 1024 * 1024
"""The largest file of evidence."""

FILES_MAX: Final = 12
"""The most files on one annotation."""

PIECE_BYTES: Final = 256 * 1024
"""How much of a file goes over the line at once, and stands in one row of a store."""

HEAD_BYTES: Final = 4_096
"""How much of a file's beginning tells its type."""

_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

ENDINGS: Final[Mapping[str, str]] = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".docx": _WORD,
    ".xlsx": _SHEET,
    ".txt": "text/plain",
}
"""Ending of a name, in lower case → the media type of such a file; no other files are taken."""


def files_of(annotation: Annotation) -> list[FileRef]:
    """The files that an annotation's evidence names, each once."""
    named = {one.file.sha256: one.file for one in annotation.evidence if one.file is not None}
    return list(named.values())


def files_in(words: Mapping[str, Any]) -> list[FileRef]:
    """The files that the words of an annotation or a draft name, each once.

    The words may be another version's, or a stranger's: what cannot be a file of evidence is
    passed over.
    """
    shown = words.get("evidence", [])
    named: dict[str, FileRef] = {}
    for one in shown if isinstance(shown, list) else []:
        with suppress(ValidationError):
            file = convert(one, Statement).file
            if file is not None and may_be_kept(file):
                named[file.sha256] = file
    return list(named.values())


def may_be_kept(file: FileRef) -> bool:
    """Whether a file has a size and a type that are taken."""
    return 0 < file.size <= FILE_BYTES_MAX and file.media_type in ENDINGS.values()


def type_of_name(name: str) -> str:
    """The media type that a file's name promises, or an empty string where none is taken."""
    return ENDINGS.get(PurePosixPath(name.strip()).suffix.lower(), "")


def has_folder(name: str) -> bool:
    """Whether a name is more than a file's own name: a path, or nothing at all."""
    return not name.strip() or PureWindowsPath(name).name != name or name in (".", "..")


def is_of_type(media_type: str, head: bytes) -> bool:
    """Whether a file that begins with `head` (`HEAD_BYTES` of it) can be of that type."""
    match media_type:
        case "image/jpeg":
            return head.startswith(b"\xff\xd8\xff")
        case "image/png":
            return head.startswith(b"\x89PNG\r\n\x1a\n")
        case "image/webp":
            return head[:4] == b"RIFF" and head[8:12] == b"WEBP"
        case "application/pdf":
            return b"%PDF-" in head[:1024]
        case "text/plain":
            return _is_text(head)
        case _:
            # What is inside of the archive is for whoever opens it.
            return media_type in (_WORD, _SHEET) and head.startswith(b"PK\x03\x04")


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    # A character may be cut in two at the end of the head: at most three bytes of it.
    return any(_decodes(head[: len(head) - cut], name) for name in _TEXT for cut in range(4))


_TEXT: Final = ("utf-8", "gb18030")


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        head.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
