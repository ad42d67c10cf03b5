"""Files of evidence: looked at before they come in, kept by their content under the cache's key."""

import os
from collections.abc import Iterable
from datetime import datetime
from itertools import islice, takewhile
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from caseworker.cache import evidence
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.desk.wording import sentence
from caseworker.locale import _
from caseworker.model.annotation import Annotation, FileRef, Statement
from caseworker.model.evidence import FILE_BYTES_MAX, HEAD_BYTES, is_of_type, type_of_name
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe

EXTRACT_MAX: Final = 4_000
"""Characters of a text file that are shown: its beginning."""


class Found(Struct, frozen=True):
    """A file that may become evidence, as its name and its beginning tell."""

    name: str
    media_type: str
    size: int


def look_at(path: Path) -> Found:
    """What a file is; nothing is kept and little is read.

    Raises `Trouble` where there is none, where it cannot be read, is empty or too large, is of no
    type that is taken, or is not what its name says.
    """
    name = path.name
    media_type = type_of_name(name)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise Trouble(_("{file} is no file: choose one file.").format(file=safe(name)))
        if not media_type:
            raise _refused("evidence_type_unknown", name)
        if size == 0:
            raise _refused("evidence_empty", name)
        if size > FILE_BYTES_MAX:
            raise _refused("evidence_too_large", name)
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not is_of_type(media_type, head):
        raise _refused("evidence_not_its_type", name)
    return Found(name, media_type, size)


def take_in(cache: Cache, path: Path, now: datetime) -> FileRef:
    """Keep a file that is what its name says. Raises `Trouble` as `look_at` does."""
    found = look_at(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    # It may have been written to since it was looked at.
    if not 0 < len(content) <= FILE_BYTES_MAX:
        raise _refused("evidence_too_large" if content else "evidence_empty", found.name)
    if not is_of_type(found.media_type, content[:HEAD_BYTES]):
        raise _refused("evidence_not_its_type", found.name)
    sha256 = evidence.put_file(cache, content, now)
    return FileRef(sha256, len(content), found.media_type, found.name)


def typed_path(written: str) -> Path:
    """The path that was typed or dropped: quotes around it do not count, `~` is one's home."""
    words = written.strip()
    if len(words) > 1 and words[0] == words[-1] and words[0] in "\"'":
        words = words[1:-1]
    try:
        return Path(words).expanduser()
    except RuntimeError:
        return Path(words)


def completed(written: str) -> tuple[str, list[str]]:
    """As much of a path as only one way leads on, and the names that could follow.

    Folders, which end in a slash, and files of the types that are taken; of those in a folder
    with very many entries the first that the system tells.
    """
    path = typed_path(written)
    folder, begun = (path, "") if written.endswith(("/", os.sep)) else (path.parent, path.name)
    try:
        with os.scandir(folder) as entries:
            names = sorted(
                f"{entry.name}/" if entry.is_dir() else entry.name
                for entry in islice(entries, _ENTRIES_MAX)
                if entry.name.startswith(begun)
                and (begun.startswith(".") or not entry.name.startswith("."))
                and (entry.is_dir() or type_of_name(entry.name))
            )
    except (OSError, ValueError):
        return written, []
    if not names:
        return written, []
    # In their order, what the first and the last one share all of them do.
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(names[0], names[-1], strict=False))
    common = "".join(first for first, _last in shared)
    return f"{folder / common}{'/' if common.endswith('/') else ''}", names


_ENTRIES_MAX: Final = 5_000


def without_file(draft: Draft, sha256: str) -> Draft:
    """The draft without a file; what was typed beside it stays."""
    bare = (
        structs.replace(said, file=None)
        if said.file is not None and said.file.sha256 == sha256
        else said
        for said in draft.evidence
    )
    kept = tuple(said for said in bare if said.text.strip() or said.file is not None)
    return structs.replace(draft, evidence=kept)


def with_file(draft: Draft, kind: str, file: FileRef) -> Draft:
    """The draft with a file as evidence of a kind; what was typed for that kind stays."""
    typed = next((said for said in draft.evidence if said.kind == kind and not said.file), None)
    if typed is None:
        return structs.replace(draft, evidence=(*draft.evidence, Statement(kind, file=file)))
    joined = structs.replace(typed, file=file)
    others = tuple(joined if said is typed else said for said in draft.evidence)
    return structs.replace(draft, evidence=others)


def extract_of(cache: Cache, file: FileRef) -> str:
    """The beginning of a text file that is here; empty for any other. Pass it through `safe`.

    One character more than `EXTRACT_MAX` says that more follows.
    """
    if file.media_type != "text/plain":
        return ""
    content = evidence.read_file(cache, file.sha256)
    if content is None:
        return ""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content[: (EXTRACT_MAX + 1) * 4].decode("gb18030", "replace")
    return text[: EXTRACT_MAX + 1]


class Named(Struct, frozen=True):
    """A file of an order's evidence: what it is to show, whose it is, and since when."""

    said: Statement
    file: FileRef
    author: str
    at: datetime
    in_draft: bool = False


def files_on(annotations: Iterable[Annotation]) -> list[Named]:
    """The files that these annotations name, in their order."""
    return [
        Named(said, said.file, one.author, one.written_at)
        for one in annotations
        for said in one.evidence
        if said.file is not None
    ]


def beside(cache: Cache) -> Cache:
    """The same cache for a thread: a transaction of its own never mixes with the desk's."""
    return Cache(cache.path, cache.key, plain=cache.plain)


def _refused(reason: str, name: str) -> Trouble:
    megabytes = str(FILE_BYTES_MAX // 2**20)
    return Trouble(sentence(reason, {"file": name, "max": megabytes}))


def _unreadable(path: Path, error: OSError | ValueError) -> Trouble:
    if isinstance(error, FileNotFoundError):
        return Trouble(
            _("There is no file {file}: check the path.").format(file=_shortly(str(path)))
        )
    told = _("{file} cannot be read: check its permissions.")
    return Trouble(told.format(file=_shortly(path.name)))


def _shortly(path: str) -> str:
    """A path of which what was typed last can be seen, however much was pasted."""
    written = safe(path)
    return written if len(written) <= _SHOWN_MAX else f"…{written[-_SHOWN_MAX:]}"


_SHOWN_MAX: Final = 120
