"""Files of evidence: looked at before they come in, kept by their content under the cache's key."""

from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import structs

from caseworker.cache import evidence
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.desk.wording import sentence
from caseworker.locale import _
from caseworker.model.annotation import FileRef, Statement
from caseworker.model.evidence import FILE_BYTES_MAX, HEAD_BYTES, is_of_type, type_of_name
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe

EXTRACT_MAX: Final = 2_000
"""Characters of a text file that are shown beside its name."""


def take_in(cache: Cache, path: Path, now: datetime) -> FileRef:
    """Keep a file that is what its name says.

    Raises `Trouble` where there is none, where it cannot be read, is empty or too large, is of no
    type that is taken, or is not what its name says. Nothing is kept then.
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
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise Trouble(
            _("There is no file {file}: check the path.").format(file=safe(str(path)))
        ) from error
    except OSError as error:
        raise Trouble(
            _("{file} cannot be read: check its permissions.").format(file=safe(name))
        ) from error
    if not is_of_type(media_type, content[:HEAD_BYTES]):
        raise _refused("evidence_not_its_type", name)
    sha256 = evidence.put_file(cache, content, now)
    return FileRef(sha256, len(content), media_type, name)


def with_file(draft: Draft, kind: str, file: FileRef) -> Draft:
    """The draft with a file as evidence of a kind; what was typed for that kind stays."""
    typed = next((said for said in draft.evidence if said.kind == kind and not said.file), None)
    if typed is None:
        return structs.replace(draft, evidence=(*draft.evidence, Statement(kind, file=file)))
    joined = structs.replace(typed, file=file)
    others = tuple(joined if said is typed else said for said in draft.evidence)
    return structs.replace(draft, evidence=others)


def extract_of(cache: Cache, file: FileRef) -> str:
    """The beginning of a text file that is here; empty for any other. Pass it through `safe`."""
    if file.media_type != "text/plain":
        return ""
    content = evidence.read_file(cache, file.sha256)
    if content is None:
        return ""
    head = content[: EXTRACT_MAX * 4]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = head.decode("gb18030", "replace")
    return text[:EXTRACT_MAX]


def _refused(reason: str, name: str) -> Trouble:
    megabytes = str(FILE_BYTES_MAX // 2**20)
    return Trouble(sentence(reason, {"file": name, "max": megabytes}))
