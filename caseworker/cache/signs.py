"""What stands beside orders in a list: read for all rows in sight at once, and without the model.

Apart from `annotations`, `drafts` and `outbox`, since the first painted row needs these counts and
not what an annotation is made of.
"""

from collections.abc import Iterable
from typing import Final

from caseworker.cache.connection import Cache

STANDS: Final = (
    "NOT EXISTS (SELECT 1 FROM annotations AS later"
    " WHERE later.target = {id} AND later.target <> '' AND later.kind = 'withdrawal')"
    " AND NOT EXISTS (SELECT 1 FROM annotations AS anew"
    " JOIN annotations AS before ON before.id = anew.supersedes"
    " WHERE anew.supersedes = {id} AND anew.supersedes <> '' AND anew.author = before.author)"
)
"""SQL: an annotation that its author has neither withdrawn nor written anew, whichever of the two
arrived here first. `{id}` is the column with its id; "<> ''" lets the planner use the indexes."""

LINKS: Final = (
    f"{STANDS.format(id='annotation_id')}"
    " AND coalesce((SELECT ruling FROM decisions WHERE decisions.annotation_id ="
    " links.annotation_id ORDER BY decided_at DESC, decisions.id DESC LIMIT 1), '')"
    " NOT IN ('refused', 'reversed')"
)
"""SQL: a row of `links` that joins two orders: one that the centre has turned down joins none."""


def annotations_on(cache: Cache, numbers: Iterable[str]) -> dict[str, list[tuple[str, str, str]]]:
    """For many orders at once: order number → (id, kind, code) of what stands on it."""
    wanted = list(numbers)
    found: dict[str, list[tuple[str, str, str]]] = {}
    marks = ", ".join("?" * len(wanted))
    for number, annotation_id, kind, code in cache.rows(
        f"SELECT order_no, id, kind, code FROM annotations WHERE order_no IN ({marks})"
        f" AND kind <> 'withdrawal' AND {STANDS.format(id='annotations.id')} ORDER BY n",
        wanted,
    ):
        found.setdefault(number, []).append((annotation_id, kind, code))
    return found


def links_of(cache: Cache, numbers: Iterable[str]) -> dict[str, int]:
    """For many orders at once: how many others standing repeat links join with each."""
    wanted = list(numbers)
    marks = ", ".join("?" * len(wanted))
    return dict(
        cache.rows(
            "SELECT mine, count(DISTINCT other) FROM ("
            f" SELECT order_no AS mine, earlier AS other FROM links"
            f" WHERE order_no IN ({marks}) AND {LINKS}"
            f" UNION ALL SELECT earlier, order_no FROM links"
            f" WHERE earlier IN ({marks}) AND {LINKS}) GROUP BY mine",
            wanted * 2,
        )
    )


def joined_with(cache: Cache, numbers: Iterable[str]) -> list[tuple[str, str]]:
    """For many orders at once: each with every order that a standing repeat link joins it with."""
    wanted = list(numbers)
    found: list[tuple[str, str]] = []
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        found += cache.rows(
            f"SELECT order_no, earlier FROM links WHERE order_no IN ({marks}) AND {LINKS}"
            f" UNION SELECT earlier, order_no FROM links WHERE earlier IN ({marks}) AND {LINKS}",
            some * 2,
        )
    return found


def drafts_on(cache: Cache, numbers: Iterable[str]) -> dict[str, int]:
    """For many orders at once: how many drafts each has."""
    wanted = list(numbers)
    marks = ", ".join("?" * len(wanted))
    return dict(
        cache.rows(
            f"SELECT order_no, count(*) FROM drafts WHERE order_no IN ({marks}) GROUP BY order_no",
            wanted,
        )
    )


def count_by_state(cache: Cache) -> dict[str, int]:
    """How many own annotations are in each state."""
    return dict(cache.rows("SELECT state, count(*) FROM outbox GROUP BY state"))


_AT_ONCE: Final = 500
"""Numbers in one question."""
