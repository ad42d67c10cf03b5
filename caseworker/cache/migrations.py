"""Every schema that was ever released, as migrations to the next one.

Migrations never drop an annotation or an outbox row: those are the worker's own words.
"""

from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from caseworker.cache import next_looks, remembered, sets, traits
from caseworker.cache.connection import Cache, explain
from caseworker.cache.schema_version import HEAD
from caseworker.cache.search_index import TABLE as SEARCH_TABLE

tables = Migrations("cache")
search = Migrations("search")
"""Apart from the tables, since older tools cannot open a file with this index (DESIGN §4)."""


@tables()
def orders_annotations_outbox(db: Any) -> None:
    for statement in _FIRST_SCHEMA:
        db.execute(statement)


@tables()
def traits_and_suggestions(db: Any) -> None:
    for statement in (*traits.FOUND_ANEW, *traits.SAID, *traits.TRIGGERS):
        db.execute(statement)
    db.execute("INSERT INTO untraced SELECT id FROM orders")


@tables()
def what_a_restored_hub_has_not_shown(db: Any) -> None:
    db.execute("CREATE TABLE unconfirmed (id TEXT PRIMARY KEY) WITHOUT ROWID")


@tables()
def words_written_anew(db: Any) -> None:
    db.execute("ALTER TABLE annotations ADD COLUMN supersedes TEXT NOT NULL DEFAULT ''")
    db.execute(
        "UPDATE annotations SET supersedes ="
        " coalesce(json_extract(CAST(body AS TEXT), '$.supersedes'), '')"
    )
    db.execute("CREATE INDEX annotations_anew ON annotations (supersedes) WHERE supersedes <> ''")


@tables()
def contests_evidence_disclosures(db: Any) -> None:
    for statement in _FAIR_MARKS:
        db.execute(statement)


@tables()
def sets_of_orders(db: Any) -> None:
    for statement in (*sets.TABLES, *sets.FILLED, *sets.TRIGGERS):
        db.execute(statement)


@tables()
def acts_on_many_orders(db: Any) -> None:
    db.execute(
        "CREATE TABLE batches (n INTEGER PRIMARY KEY, made_at INTEGER NOT NULL,"
        " last_seq INTEGER NOT NULL)"
    )
    db.execute(
        "CREATE TABLE batch_items ("
        " batch INTEGER NOT NULL REFERENCES batches (n) ON DELETE CASCADE,"
        " act TEXT NOT NULL, subject TEXT NOT NULL,"
        " PRIMARY KEY (batch, act, subject)) WITHOUT ROWID"
    )
    db.execute("CREATE INDEX batch_items_of_subject ON batch_items (subject)")


@tables()
def contexts_by_place_and_matter(db: Any) -> None:
    for statement in remembered.SCHEMA:
        db.execute(statement)


@tables()
def codes_asked_for(db: Any) -> None:
    db.execute("CREATE INDEX annotations_of_code ON annotations (code, n) WHERE code <> ''")


@tables()
def when_to_look_again(db: Any) -> None:
    db.execute(next_looks.TABLE)


@tables()
def orders_to_index_anew(db: Any) -> None:
    # For `order_text_where_scripts_meet`, which comes in the same transaction.
    db.execute("INSERT INTO unindexed SELECT id FROM orders WHERE true ON CONFLICT DO NOTHING")


@search()
def order_text(db: Any) -> None:
    # Contentless: the text stands in orders.body already, and is cut before it is indexed.
    db.execute(
        "CREATE VIRTUAL TABLE order_text USING fts5("
        "text, place, number, content='', contentless_delete=1, tokenize='ascii')"
    )


@search()
def order_text_with_marks(db: Any) -> None:
    # Cut anew and filled behind, the newest first: whoever searches meanwhile is told.
    db.execute("DROP TABLE order_text")
    db.execute(SEARCH_TABLE.format(schema="main"))
    db.execute("INSERT INTO unindexed SELECT id FROM orders WHERE true ON CONFLICT DO NOTHING")


@search()
def order_text_where_scripts_meet(db: Any) -> None:
    # What was cut before lacks the terms that 3号 and A座 are now asked for by.
    db.execute("DROP TABLE order_text")
    db.execute(SEARCH_TABLE.format(schema="main"))


def migrate(cache: Cache, *, with_search: bool = True) -> None:
    """Bring a cache to the schema of this program in one transaction.

    Raises `Trouble` where the disk is full or read-only; the cache is as it was then.
    """
    try:
        with cache.writing():
            database = Database(cache.raw, execute_plugins=False)
            tables.apply(database)
            if with_search:
                search.apply(database)
            cache.execute(f"PRAGMA user_version = {HEAD}")
    except sqlcipher.DatabaseError as error:
        # sqlite-utils asks the driver itself.
        raise explain(error, cache.path) from error


_FIRST_SCHEMA = (
    # breaks_at is the key of every list: see orders.breaks_at.
    """
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY,
        order_no TEXT NOT NULL UNIQUE,
        standing INTEGER NOT NULL CHECK (standing IN (0, 1, 2)),
        breaks_at INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        from_hub INTEGER NOT NULL,
        received_at INTEGER,
        title TEXT NOT NULL,
        address TEXT NOT NULL,
        unit TEXT NOT NULL,
        safety TEXT NOT NULL,
        is_secret INTEGER NOT NULL,
        caller_hash TEXT NOT NULL,
        previous_no TEXT NOT NULL,
        urge_no TEXT NOT NULL,
        body BLOB NOT NULL
    )
    """,
    "CREATE INDEX orders_queue ON orders (standing, breaks_at, id)",
    """
    CREATE INDEX orders_safety ON orders (standing, breaks_at, id)
        WHERE safety <> ''
    """,
    """
    CREATE INDEX orders_received ON orders (standing, received_at, id)
    """,
    "CREATE TABLE unindexed (id INTEGER PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE)",
    # How many orders have each standing: a list knows its length without counting.
    """
    CREATE TABLE tally (
        standing INTEGER PRIMARY KEY,
        orders INTEGER NOT NULL
    )
    """,
    "INSERT INTO tally VALUES (0, 0), (1, 0), (2, 0)",
    """
    CREATE TRIGGER orders_added AFTER INSERT ON orders BEGIN
        UPDATE tally SET orders = orders + 1 WHERE standing = new.standing;
    END
    """,
    """
    CREATE TRIGGER orders_removed AFTER DELETE ON orders BEGIN
        UPDATE tally SET orders = orders - 1 WHERE standing = old.standing;
    END
    """,
    """
    CREATE TRIGGER orders_moved AFTER UPDATE OF standing ON orders
    WHEN old.standing <> new.standing BEGIN
        UPDATE tally SET orders = orders - 1 WHERE standing = old.standing;
        UPDATE tally SET orders = orders + 1 WHERE standing = new.standing;
    END
    """,
    """
    CREATE TABLE annotations (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        order_no TEXT NOT NULL,
        kind TEXT NOT NULL,
        code TEXT NOT NULL,
        target TEXT NOT NULL,
        author TEXT NOT NULL,
        body BLOB NOT NULL
    )
    """,
    "CREATE INDEX annotations_of_order ON annotations (order_no)",
    "CREATE INDEX annotations_of_target ON annotations (target) WHERE target <> ''",
    # The links that repeat annotations make, both ways; withdrawn ones stay and are filtered.
    """
    CREATE TABLE links (
        order_no TEXT NOT NULL,
        earlier TEXT NOT NULL,
        annotation_id TEXT NOT NULL REFERENCES annotations (id) ON DELETE CASCADE,
        PRIMARY KEY (order_no, earlier, annotation_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX links_back ON links (earlier)",
    "CREATE INDEX links_of_annotation ON links (annotation_id)",
    """
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY,
        annotation_id TEXT NOT NULL UNIQUE REFERENCES annotations (id),
        state TEXT NOT NULL
            CHECK (state IN ('waiting', 'sending', 'later', 'receipted', 'refused', 'kept')),
        payload BLOB,
        generation TEXT NOT NULL DEFAULT '',
        receipt TEXT NOT NULL DEFAULT '',
        reason TEXT NOT NULL DEFAULT '',
        params TEXT NOT NULL DEFAULT '{}',
        changed_at INTEGER NOT NULL
    )
    """,
    "CREATE INDEX outbox_state ON outbox (state, seq)",
    """
    CREATE TABLE decisions (
        id TEXT PRIMARY KEY,
        annotation_id TEXT NOT NULL,
        order_no TEXT NOT NULL,
        ruling TEXT NOT NULL,
        decided_at INTEGER NOT NULL,
        body BLOB NOT NULL
    )
    """,
    "CREATE INDEX decisions_of_order ON decisions (order_no)",
    "CREATE INDEX decisions_of_annotation ON decisions (annotation_id)",
    """
    CREATE TABLE drafts (
        id TEXT PRIMARY KEY,
        order_no TEXT NOT NULL,
        kind TEXT NOT NULL,
        saved_at INTEGER NOT NULL,
        body BLOB NOT NULL
    )
    """,
    "CREATE INDEX drafts_of_order ON drafts (order_no)",
    # When an order left this worker's scope: own payloads are kept 90 days after it (DESIGN §5.7).
    "CREATE TABLE departed (order_no TEXT PRIMARY KEY, left_at INTEGER NOT NULL)",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)

_FAIR_MARKS = (
    """
    CREATE TABLE contests (
        id TEXT PRIMARY KEY,
        annotation_id TEXT NOT NULL,
        order_no TEXT NOT NULL,
        body BLOB NOT NULL
    )
    """,
    "CREATE INDEX contests_of_order ON contests (order_no)",
    # Files by their content; held_by is the generation of the hub that has said it holds it whole.
    """
    CREATE TABLE evidence_files (
        sha256 TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        added_at INTEGER NOT NULL,
        held_by TEXT NOT NULL DEFAULT '',
        trouble TEXT NOT NULL DEFAULT ''
    )
    """,
    """
    CREATE TABLE evidence_pieces (
        id INTEGER PRIMARY KEY,
        sha256 TEXT NOT NULL REFERENCES evidence_files (sha256) ON DELETE CASCADE,
        start INTEGER NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (sha256, start)
    )
    """,
    # Which annotation names which file, and whether the hub still waits for it.
    """
    CREATE TABLE evidence_named (
        annotation_id TEXT NOT NULL REFERENCES annotations (id) ON DELETE CASCADE,
        sha256 TEXT NOT NULL,
        awaited INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (annotation_id, sha256)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX evidence_named_file ON evidence_named (sha256)",
    # Files of others that someone at this desk asked to see.
    "CREATE TABLE evidence_wanted (sha256 TEXT PRIMARY KEY, trouble TEXT NOT NULL DEFAULT '')",
    """
    CREATE TABLE disclosures (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        noted_by TEXT NOT NULL DEFAULT '',
        noted_at INTEGER NOT NULL DEFAULT 0,
        body BLOB NOT NULL
    )
    """,
    "CREATE INDEX disclosures_to_send ON disclosures (noted_by, seq)",
)
