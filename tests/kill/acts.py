"""What a worker does at the desk itself, as a run of its own; what is saved is told at once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from msgspec import structs

from caseworker.cache import drafts, key
from caseworker.cache.connection import Cache, open_cache
from caseworker.desk import annotate
from caseworker.desk.worker import Worker
from tests.builders import NOW

ORDER: Final = "440300202611050002"
TYPED: Final = ("物", "物业说", "物业说二十日前修好")


def opened(home: Path) -> Cache:
    """The cache of a home whose key lies beside it."""
    return open_cache(home / "cache.db", key.key_beside(home))


def compose(home: Path) -> int:
    """Type a note; the desk saves it three times meanwhile."""
    with opened(home) as cache:
        begun = annotate.new_draft(ORDER, "context")
        draft = structs.replace(begun, id="00000000-0000-7000-8000-000000000001", code="C03")
        for words in TYPED:
            draft = structs.replace(draft, text=words)
            annotate.keep_draft(cache, draft, NOW)
            print(words, flush=True)
    return 0


def propose(home: Path) -> int:
    """Save the draft of an objection as a proposal: it leaves the drafts for the outbox."""
    with opened(home) as cache:
        (kept,) = drafts.drafts(cache, ORDER)
        annotate.write(cache, kept.draft, Worker("李敏", roles=("office",)), NOW)
        print(kept.draft.id, flush=True)
    return 0


ACTS: Final[Mapping[str, Callable[[Path], int]]] = {"compose": compose, "propose": propose}
