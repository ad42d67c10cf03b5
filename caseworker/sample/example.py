"""local.db.example: the sample street as a plain SQLite file; `make example` rebuilds it.

It carries no search index and no WAL, so that any SQLite tool opens it, and always the same
contents, so that a test can tell when it is out of date.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Final

from caseworker.cache import annotations, orders
from caseworker.cache.connection import Cache
from caseworker.cache.migrations import migrate
from caseworker.desk.carried import place_pending
from caseworker.model.taxonomy import built_in
from caseworker.model.zone import HOTLINE_ZONE
from caseworker.sample import sample_annotations, sample_decisions, sample_orders

MADE_FOR: Final = datetime(2026, 11, 24, 8, 30, tzinfo=HOTLINE_ZONE)
"""The morning that the example stands at."""


def build(path: Path) -> None:
    """Write the example to `path`, which must not exist yet."""
    path.touch(exist_ok=False)
    with Cache(path, None, plain=True) as cache:
        migrate(cache, with_search=False)
        with cache.writing():
            # When a migration ran is the one thing that would differ from build to build.
            cache.execute("UPDATE _sqlite_migrations SET applied_at = ?", (MADE_FOR.isoformat(),))
            orders.put_orders(cache, sample_orders(MADE_FOR), built_in(), from_hub=True)
            for said in sample_annotations(MADE_FOR):
                annotations.put_annotation(cache, said)
            while place_pending(cache):
                pass
            for ruled in sample_decisions(MADE_FOR):
                annotations.put_decision(cache, ruled)
        cache.execute("VACUUM")


def main() -> None:
    """Rebuild the file named on the command line."""
    path = Path(sys.argv[1])
    path.unlink(missing_ok=True)
    build(path)


if __name__ == "__main__":
    main()
