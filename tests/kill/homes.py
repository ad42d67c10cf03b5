"""Homes before a run: with words of every kind, at every schema that was ever released."""

from pathlib import Path
from typing import Any, Final

from msgspec import structs
from sqlite_utils import Database

from caseworker.cache import annotations, drafts, key, migrations, outbox, settings
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.cache.schema_version import HEAD
from caseworker.model.annotation import Annotation
from tests.builders import NOW, a_draft, an_order, put, say
from tests.kill.acts import ORDER, opened
from tests.sync.street import Street

SAVED: Final = ("物业承诺二十日前维修", "走访所见：井盖已换")
DRAFTED: Final = "还没写完的话"

_SEARCHED_BY: Final = ((10, "order_text_with_marks"), (11, "order_text_where_scripts_meet"))
"""The migrations of the search index, and the schema that came with each at the latest."""


def plain(home: Path) -> None:
    """An order, two saved notes about it, and the draft of an objection that can be proposed."""
    key.key_beside(home)
    with opened(home) as cache:
        put(cache, an_order(ORDER))
        for words in SAVED:
            say(cache, a_draft(ORDER, text=words))
        begun = a_draft(ORDER, "objection", code="J02", text=DRAFTED, suggested_unit="燃气集团")
        drafts.save_draft(cache, begun, NOW)


def at_schema(home: Path, version: int) -> None:
    """The same words, as the program wrote them that had the schema `version`."""
    secret = key.key_beside(home)
    with Cache(home / "cache.db", secret) as cache:
        names = [one.name for one in migrations.tables._migrations]
        later = names[version] if version < HEAD else None
        cache.execute("PRAGMA journal_mode = WAL")
        cache.execute("BEGIN IMMEDIATE")
        database = Database(cache.raw, execute_plugins=False)
        migrations.tables.apply(database, stop_before=later)
        later = next((name for since, name in _SEARCHED_BY if version < since), None)
        migrations.search.apply(database, stop_before=later)
        cache.execute(f"PRAGMA user_version = {version}")
        _old_rows(cache)
        cache.execute("COMMIT")
    (home / "cache.db").chmod(0o600)


def enrolled(home: Path, street: Street, url: str, name: str) -> None:
    """A desk that is enrolled at a hub and holds nothing yet."""
    from sync.enrolment import enrol

    key.key_beside(home)
    with opened(home) as cache:
        enrol(cache, url, street.code(name))


def with_words(home: Path, order: str) -> None:
    """The same desk, once it has written what the hub does not know."""
    from caseworker.desk.annotate import write
    from caseworker.desk.worker import worker

    with opened(home) as cache:
        for words in SAVED:
            write(cache, a_draft(order, text=words), worker(cache), NOW)


def words_of(cache: Cache) -> list[str]:
    """Every saved word: what is in the outbox, receipted or not, and what is in the drafts."""
    said = [one.annotation.text for one in outbox.items(cache, settled=True)]
    return sorted([*said, *(kept.draft.text for kept in drafts.drafts(cache))])


def state_of(cache: Cache) -> dict[str, Any]:
    """What a cache holds, without ids and hours: equal work ends in equal states."""
    held: dict[str, Any] = {
        name: sorted(cache.rows(query))
        for name, query in {
            "orders": "SELECT order_no, standing, breaks_at, title FROM orders",
            "tally": "SELECT standing, orders FROM tally",
            "unindexed": "SELECT count(*) FROM unindexed",
            "untraced": "SELECT count(*) FROM untraced",
            "touched": "SELECT count(*) FROM touched",
            "sets": "SELECT count(*) FROM members",
            "links": "SELECT order_no, earlier FROM links",
            "schema": "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
            " AND sql IS NOT NULL",
        }.items()
    }
    held["outbox"] = sorted(
        (one.annotation.text, one.state) for one in outbox.items(cache, settled=True)
    )
    held["drafts"] = sorted(kept.draft.text for kept in drafts.drafts(cache))
    held["cursor"] = settings.get(cache, "cursor")
    return held


def _old_rows(cache: Cache) -> None:
    # By hand, with the columns of the first schema: every later one still takes these.
    from caseworker.cache.orders import encode

    order = an_order(ORDER)
    cache.execute(
        "INSERT INTO orders (order_no, standing, breaks_at, revision, from_hub, received_at, title,"
        " address, unit, safety, is_secret, caller_hash, previous_no, urge_no, body)"
        " VALUES (?, 0, 1, 1, 1, 1, ?, ?, '', '', 0, '', '', '', ?)",
        (ORDER, order.title, order.address, encode(order)),
    )
    for number, words in enumerate(SAVED):
        said = Annotation(
            id=f"00000000-0000-7000-8000-00000000010{number}",
            order_no=ORDER,
            order_revision=1,
            kind="context",
            code="C03",
            text=words,
            author="李敏",
            written_at=NOW,
        )
        cache.execute(
            "INSERT INTO annotations (id, order_no, kind, code, target, author, body)"
            " VALUES (?, ?, 'context', 'C03', '', '李敏', ?)",
            (said.id, ORDER, annotations.encode(said)),
        )
        cache.execute(
            "INSERT INTO outbox (annotation_id, state, changed_at) VALUES (?, 'waiting', 1)",
            (said.id,),
        )
    draft: Draft = structs.replace(a_draft(ORDER), id="00000000-0000-7000-8000-000000000200")
    drafts_before = structs.replace(draft, text=DRAFTED)
    from msgspec import json

    cache.execute(
        "INSERT INTO drafts VALUES (?, ?, 'context', 1, ?)",
        (draft.id, ORDER, json.encode(drafts_before)),
    )
