"""The sets of orders that are kept with every write (see `memberships`), and their schema."""

from typing import Final, Literal

Set = Literal[
    "safety",
    "repeats",
    "review",
    "centre",
    "returned",
    "noted",
    "drafts",
    "shelved",
    "shortlist",
]

ALWAYS: Final = 2**62
"""The end of a membership that no date ends."""

TIMED: Final[frozenset[Set]] = frozenset({"returned", "shelved"})
"""Sets in which a membership may begin or end on a date: they are counted row by row."""

DAY: Final = 86_400
"""Orders are tallied by the day on which they break, so that no list counts what stands before."""

TABLES: Final = (
    "CREATE TABLE touched (id INTEGER PRIMARY KEY)",
    """
    CREATE TABLE members (
        name TEXT NOT NULL,
        standing INTEGER NOT NULL,
        breaks_at INTEGER NOT NULL,
        id INTEGER NOT NULL,
        who TEXT NOT NULL,
        from_at INTEGER NOT NULL,
        until_at INTEGER NOT NULL,
        PRIMARY KEY (name, standing, breaks_at, id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX members_of_order ON members (id, name)",
    # How many orders break on each day: of all (an empty name) and of each set.
    """
    CREATE TABLE tally_days (
        name TEXT NOT NULL,
        standing INTEGER NOT NULL,
        day INTEGER NOT NULL,
        orders INTEGER NOT NULL,
        PRIMARY KEY (name, standing, day)
    ) WITHOUT ROWID
    """,
    # What came in since a list was made, without reading the orders themselves.
    "CREATE INDEX orders_arrived ON orders (id, standing, breaks_at)",
    # What changed since the worker last looked: shown in bold.
    "CREATE TABLE news (id INTEGER PRIMARY KEY)",
    # Local only, and the worker's own: never sent, never dropped by a resync. `until` is in
    # seconds since 1970; `reason` says why an order came back before that.
    """
    CREATE TABLE shelf (
        order_no TEXT PRIMARY KEY,
        until INTEGER NOT NULL,
        shelved_at INTEGER NOT NULL,
        reason TEXT NOT NULL DEFAULT ''
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE shortlist (
        order_no TEXT PRIMARY KEY,
        listed_at INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX suggestions_back ON suggestions (other)",
    # Every safety order stands in a set now.
    "DROP INDEX orders_safety",
    # With all that the list of the newest is sorted by.
    "DROP INDEX orders_received",
    "CREATE INDEX orders_received ON orders (standing, received_at, breaks_at, id)",
)

_TOUCH: Final = (
    "INSERT INTO touched SELECT id FROM orders"
    " WHERE order_no IN ({numbers}) AND id NOT IN (SELECT id FROM touched)"
)

_TOUCH_ID: Final = "INSERT INTO touched SELECT {id} WHERE {id} NOT IN (SELECT id FROM touched)"

_LINKED: Final = (
    "SELECT order_no FROM links WHERE annotation_id IN ({ids})"
    " UNION ALL SELECT earlier FROM links WHERE annotation_id IN ({ids})"
)

_NEWS: Final = (
    "INSERT INTO news SELECT id FROM orders WHERE order_no = new.order_no"
    " AND id <= (SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'seen_up_to')"
    " AND id NOT IN (SELECT id FROM news)"
)

_COUNT: Final = (
    "INSERT INTO tally_days VALUES ({name}, {row}.standing, {row}.breaks_at / 86400, {by})"
    " ON CONFLICT DO UPDATE SET orders = orders + excluded.orders"
)


def _trigger(name: str, event: str, *statements: str) -> str:
    return f"CREATE TRIGGER {name} AFTER {event} BEGIN {'; '.join(statements)}; END"


def _of_row(table: str, numbers: str) -> list[str]:
    """Triggers that touch the orders which a row of `table` names."""
    touch = _TOUCH.format(numbers=numbers)
    return [
        _trigger(f"{table}_touch_added", f"INSERT ON {table}", touch.format(row="new")),
        _trigger(f"{table}_touch_removed", f"DELETE ON {table}", touch.format(row="old")),
    ]


# No OR IGNORE: the conflict clause of a statement overrules those of the triggers that it fires.
TRIGGERS: Final = (
    _trigger(
        "orders_days_added",
        "INSERT ON orders",
        _COUNT.format(name="''", row="new", by=1),
    ),
    _trigger(
        "orders_days_removed",
        "DELETE ON orders",
        _COUNT.format(name="''", row="old", by=-1),
    ),
    _trigger(
        "orders_days_moved",
        "UPDATE OF standing, breaks_at ON orders"
        " WHEN (old.standing, old.breaks_at) <> (new.standing, new.breaks_at)",
        _COUNT.format(name="''", row="old", by=-1),
        _COUNT.format(name="''", row="new", by=1),
    ),
    _trigger("members_added", "INSERT ON members", _COUNT.format(name="new.name", row="new", by=1)),
    _trigger(
        "members_removed", "DELETE ON members", _COUNT.format(name="old.name", row="old", by=-1)
    ),
    # A flood of new orders touches those few about which there is something to know already.
    _trigger(
        "orders_touch_added",
        "INSERT ON orders WHEN new.safety <> ''"
        " OR EXISTS (SELECT 1 FROM annotations WHERE order_no = new.order_no)"
        " OR EXISTS (SELECT 1 FROM drafts WHERE order_no = new.order_no)"
        " OR EXISTS (SELECT 1 FROM shelf WHERE order_no = new.order_no)"
        " OR EXISTS (SELECT 1 FROM shortlist WHERE order_no = new.order_no)",
        _TOUCH_ID.format(id="new.id"),
    ),
    _trigger(
        "orders_touch_changed",
        "UPDATE OF standing, breaks_at, safety, body ON orders",
        _TOUCH_ID.format(id="new.id"),
    ),
    _trigger(
        "orders_changed_on_the_shelf",
        "UPDATE OF body ON orders WHEN old.body <> new.body",
        "UPDATE shelf SET reason = 'changed' WHERE order_no = new.order_no AND reason = ''",
    ),
    _trigger(
        "orders_in_no_set",
        "DELETE ON orders",
        "INSERT INTO touched SELECT id FROM suggestions WHERE other = old.order_no"
        " AND id NOT IN (SELECT id FROM touched)",
        "DELETE FROM members WHERE id = old.id",
        "DELETE FROM touched WHERE id = old.id",
        "DELETE FROM news WHERE id = old.id",
    ),
    *_of_row("annotations", "{row}.order_no"),
    _trigger(
        "annotations_touch_signed",
        "UPDATE OF author ON annotations",
        _TOUCH.format(numbers="new.order_no"),
    ),
    # Taking a repeat back sets free what it linked.
    _trigger(
        "annotations_touch_linked",
        "INSERT ON annotations WHEN new.target <> '' OR new.supersedes <> ''",
        _TOUCH.format(numbers=_LINKED.format(ids="new.target, new.supersedes")),
    ),
    _trigger(
        "decisions_touch_linked",
        "INSERT ON decisions",
        _TOUCH.format(numbers=_LINKED.format(ids="new.annotation_id")),
    ),
    *_of_row("links", "{row}.order_no, {row}.earlier"),
    *_of_row("decisions", "{row}.order_no"),
    *_of_row("contests", "{row}.order_no"),
    *_of_row("drafts", "{row}.order_no"),
    *_of_row("not_same", "{row}.first, {row}.second"),
    *_of_row("shelf", "{row}.order_no"),
    *_of_row("shortlist", "{row}.order_no"),
    _trigger(
        "shelf_touch_changed", "UPDATE OF until ON shelf", _TOUCH.format(numbers="new.order_no")
    ),
    _trigger("suggestions_touch_added", "INSERT ON suggestions", _TOUCH_ID.format(id="new.id")),
    _trigger("suggestions_touch_removed", "DELETE ON suggestions", _TOUCH_ID.format(id="old.id")),
    _trigger(
        "outbox_touch_added",
        "INSERT ON outbox",
        _TOUCH.format(numbers="SELECT order_no FROM annotations WHERE id = new.annotation_id"),
        # Who writes about an order has looked at it.
        "DELETE FROM news WHERE id IN (SELECT orders.id FROM orders JOIN annotations"
        " USING (order_no) WHERE annotations.id = new.annotation_id)",
    ),
    _trigger(
        "outbox_touch_changed",
        "UPDATE OF state ON outbox WHEN 'refused' IN (old.state, new.state)",
        _TOUCH.format(numbers="SELECT order_no FROM annotations WHERE id = new.annotation_id"),
    ),
    # Other reason codes may ask for other reviews; another worker has other own words.
    *(
        _trigger(
            f"settings_touch_{name}",
            f"{event} ON settings WHEN new.name IN ('taxonomy', 'worker')",
            "INSERT INTO touched SELECT id FROM orders"
            " WHERE order_no IN (SELECT order_no FROM annotations)"
            " AND id NOT IN (SELECT id FROM touched)",
        )
        for name, event in (("added", "INSERT"), ("changed", "UPDATE"))
    ),
    _trigger(
        "orders_news", "UPDATE OF revision ON orders WHEN old.revision <> new.revision", _NEWS
    ),
    _trigger("annotations_news", "INSERT ON annotations", _NEWS),
    _trigger("decisions_news", "INSERT ON decisions", _NEWS),
    _trigger("contests_news", "INSERT ON contests", _NEWS),
)

FILLED: Final = (
    "INSERT INTO tally_days SELECT '', standing, breaks_at / 86400, count(*) FROM orders"
    " GROUP BY 1, 2, 3",
    "INSERT INTO touched SELECT id FROM orders WHERE safety <> ''"
    " OR order_no IN (SELECT order_no FROM annotations)"
    " OR order_no IN (SELECT order_no FROM drafts)"
    " OR id IN (SELECT id FROM suggestions)",
)
"""What a cache of before brings with it."""
