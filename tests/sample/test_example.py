"""local.db.example is up to date, opens anywhere, and reading it changes nothing."""

import hashlib
import shutil
import sqlite3
from pathlib import Path

from caseworker.cache.connection import open_plain
from caseworker.desk.annotate import find_order
from caseworker.desk.queue import Window
from caseworker.desk.search import find
from caseworker.desk.sheet import open_sheet
from caseworker.desk.signs import marks_on
from caseworker.desk.views import VIEWS
from caseworker.sample.example import MADE_FOR, build

EXAMPLE = Path(__file__).parents[2] / "local.db.example"


def contents(path: Path) -> list[str]:
    with sqlite3.connect(path) as db:
        found = list(db.iterdump())
    db.close()
    return found


def test_the_example_is_up_to_date(tmp_path: Path) -> None:
    build(tmp_path / "fresh")
    assert contents(EXAMPLE) == contents(tmp_path / "fresh"), "run  make example"


def test_any_sqlite_tool_opens_it() -> None:
    with sqlite3.connect(f"{EXAMPLE.as_uri()}?mode=ro", uri=True) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        count, closed = db.execute("SELECT count(*), sum(standing) FROM orders").fetchone()
        assert 55 <= count <= 75
        assert 0 < closed < count
        assert db.execute("SELECT count(*) FROM orders WHERE safety <> ''").fetchone()[0] >= 1
        assert db.execute("SELECT count(*) FROM orders WHERE is_secret").fetchone()[0] >= 1
    db.close()


def test_reading_it_changes_no_byte(tmp_path: Path) -> None:
    copy = tmp_path / "local.db.example"
    shutil.copy(EXAMPLE, copy)
    before = hashlib.sha256(copy.read_bytes()).hexdigest()
    with open_plain(copy) as cache:
        window = Window(cache, VIEWS["today"], MADE_FOR)
        rows = [row for row in map(window.row, range(window.length)) if row is not None]
        marks_on(cache, rows, MADE_FOR)
        assert find(cache, "停车", MADE_FOR).rows
        assert find(cache, "lamp", MADE_FOR).rows
        for row in rows:
            open_sheet(cache, find_order(cache, row.order_no), MADE_FOR)
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == before
    assert [file.name for file in tmp_path.iterdir()] == ["local.db.example"]
