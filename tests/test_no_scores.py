"""No table, call, command or export holds a caller's score, a blacklist, or a ranking of workers.

Marks are on matters, never on people (DESIGN §1.3). Looked at where each is defined: the columns
of both stores, every field and path of the API, every command and option; and in what comes out:
the document and the lines of every command that shows something (screens: tests/screens).
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from msgspec import yaml

from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.key import unlock
from caseworker.cli.commands import cli
from caseworker.model.wire import MarkCounts, MarkFigures
from hub import recheck
from hub.openapi import document
from hub.store import open_store, tables
from tests.about_people import FORBIDDEN, in_document, in_words
from tests.hub.town import a_town, an_id, an_order
from tests.model.marks import a_mark, a_review
from tests.screens.street import GARAGE, JOB, fill

SIMILARITY = {"score", "mark_scores"}
"""How alike two orders are, which is of orders and of no person."""

ABOUT_PEOPLE = {
    "worker": {"number", "name", "unit", "role"},
    "enrolment_code": {"code_hash", "worker", "expires_at", "used_at"},
    "device": {"id", "worker", "name", "token_hash", "enrolled_at", "expires_at", "revoked_at"},
}
"""All that the hub keeps of its workers: who they are and how they come in."""


def words_of_commands(group: click.Command, path: str = "") -> Iterator[str]:
    """Every command with its options, as `hub recheck draw --as`."""
    yield path
    for parameter in group.params:
        for word in (*parameter.opts, *parameter.secondary_opts):
            yield f"{path} {word}"
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from words_of_commands(command, f"{path} {name}".strip())


def cache_columns(cache: Cache) -> dict[str, set[str]]:
    """Table → its columns."""
    names = [name for (name,) in cache.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {
        name: {column for (column,) in cache.rows("SELECT name FROM pragma_table_info(?)", (name,))}
        for name in names
    }


def test_the_pattern_would_find_one() -> None:
    for word in ("caller_score", "worker_rank", "blacklist", "leaderboard", "caller_count"):
        assert FORBIDDEN.search(word)


def test_no_column_of_the_cache_holds_one(cache: Cache) -> None:
    columns = cache_columns(cache)
    assert len(columns) > 15
    found = {
        f"{table}.{column}"
        for table, names in columns.items()
        for column in (table, *names)
        if FORBIDDEN.search(column)
    }
    assert found <= {f"suggestions.{name}" for name in SIMILARITY}
    # A caller's hash stands on the order that it came with, and in no table of its own.
    with_caller = {table for table, names in columns.items() if "caller_hash" in names}
    assert "orders" in with_caller
    for table in with_caller:
        assert columns[table] & {"order_no", "order_id"}, table


def test_no_column_of_the_hub_holds_one_and_workers_have_no_figures() -> None:
    columns = {table.name: set(table.columns.keys()) for table in tables.sorted_tables}
    assert not {
        f"{table}.{column}"
        for table, names in columns.items()
        for column in (table, *names)
        if FORBIDDEN.search(column)
    }
    assert {name: columns[name] for name in ABOUT_PEOPLE} == ABOUT_PEOPLE
    assert not [name for names in columns.values() for name in names if name.startswith("caller")]


def test_no_call_of_the_api_takes_or_gives_one() -> None:
    described = yaml.decode(document())
    fields = {
        f"{name}.{field}"
        for name, schema in described["components"]["schemas"].items()
        for field in schema.get("properties", {})
    }
    assert len(fields) > 80
    assert not [one for one in (*fields, *described["paths"]) if FORBIDDEN.search(one.lower())]


def test_figures_are_by_code_category_and_unit_and_by_no_person() -> None:
    assert MarkFigures.__struct_fields__ == (
        "hidden_below",
        "total",
        "by_code",
        "by_category",
        "by_unit",
    )
    assert set(MarkCounts.__struct_fields__) == {
        "name",
        "granted",
        "refused",
        "reversed",
        "missed_harm",
    }


def test_no_command_shows_one() -> None:
    words = list(words_of_commands(cli))
    assert "hub recheck draw" in words
    assert not [word for word in words if FORBIDDEN.search(word)]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_sentence_of_the_program_speaks_of_one(language: str) -> None:
    catalogue = Path("caseworker/locale/zh_CN/LC_MESSAGES/caseworker.po")
    text = (Path(__file__).parent.parent / catalogue).read_text("utf-8")
    forbidden = {
        "zh_CN": r"黑名单|排行榜|排名|信用分|老户|惯投|评分",
        "en": r"blacklist|leaderboard|caller score|ranking|credit score|known caller",
    }
    assert not re.findall(forbidden[language], text, re.IGNORECASE)


PASSPHRASE = "a passphrase"
PEOPLE = ("李敏", "陈芳", "赵强", "王小明", "孙涛", "刘处", "市中心 周")

SHOWN: dict[str, tuple[tuple[str, ...], ...]] = {
    "list": ((), ("--view", "repeats")),
    "show": ((GARAGE,),),
    "search": (("幸福里",),),
    "matter": ((GARAGE,),),
    "matters": ((), ("--likely",)),
    "repeats": ((GARAGE,), (GARAGE, "--explain")),
    "deadline": ((GARAGE, "--explain"),),
    "outbox": (("--all",),),
    "evidence list": ((JOB,),),
    "templates": ((),),
    "doctor": ((),),
    "hub figures": ((),),
    "hub recheck list": ((), ("--harm",)),
    "hub audit verify": ((),),
    "hub audit saw": (("0",),),
    "hub quarantine": ((),),
}
"""Every command that shows what is kept, with the words to run it by."""

TELLS_WHAT_IT_DID = {
    *("context", "repeat", "unreasonable", "objection", "review", "withdraw"),
    *("evidence add", "evidence save"),
    *("shelve", "shortlist", "import", "enrol", "sync", "hub load", "hub taxonomy load"),
    *(
        "hub worker add",
        "hub worker revoke",
        "hub decide",
        "hub contest",
        "hub check",
        "hub restored",
    ),
    *("hub recheck draw", "hub recheck answer"),
}
"""Every other command with a document: it repeats the one thing that was just said or done."""


def commands_with_a_document(group: click.Command, path: str = "") -> Iterator[str]:
    """Every command that takes `--json`."""
    if any("--json" in parameter.opts for parameter in group.params):
        yield path
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from commands_with_a_document(command, f"{path} {name}".strip())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a street's cache, and with a hub on which a worker has many marks."""
    place = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        patch.setenv("CASEWORKER_PASSPHRASE", PASSPHRASE)
        key = unlock(place, None)
    with open_cache(place / "cache.db", key) as cache:
        fill(cache)
    store = open_store(str(place / "hub.db"), lambda: key)
    with a_town(store) as town:
        office, colleague = town.enrol("李敏"), town.enrol("孙涛")
        centre = town.enrol("刘处", role="centre")
        for number in range(15):
            town.load(an_order(f"{number}", caller_name="王小明", caller_hash="h"))
            mark = office.store(a_mark("J08", id=an_id(2 * number), order_no=f"{number}"))
            colleague.store(a_review(mark, id=an_id(2 * number + 1)))
            assert centre.decide(mark).status_code == 201
        colleague.pull()
        with store.writing() as connection:
            recheck.draw(connection, "store test", town.time)
    store.close()
    return place


@pytest.mark.parametrize("command", list(SHOWN))
def test_no_document_and_no_line_of_a_command_tells_one(
    command: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in SHOWN[command]:
        monkeypatch.setenv("CASEWORKER_PASSPHRASE", PASSPHRASE)
        told = json.loads(_output(home, *command.split(), *words, "--json"))
        found = set(in_document(told, PEOPLE))
        assert found <= {"$[].score"} if command == "repeats" else not found
        monkeypatch.setenv("CASEWORKER_PASSPHRASE", PASSPHRASE)
        assert in_words(_output(home, *command.split(), *words), PEOPLE) == []


def _output(home: Path, *words: str) -> str:
    if words[0] == "doctor":
        # It asks the terminal what it can do, so it is run as a program of its own.
        run = [sys.executable, "-m", "caseworker", "--home", str(home), *words]
        return subprocess.run(run, check=True, capture_output=True, text=True).stdout
    done = CliRunner().invoke(cli, ["--home", str(home), *words])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def test_every_command_with_a_document_is_looked_at() -> None:
    # An export that comes later stands here too, or this fails.
    assert set(commands_with_a_document(cli)) == SHOWN.keys() | TELLS_WHAT_IT_DID


@pytest.mark.parametrize(
    "planted",
    [
        {"caller_score": 3},
        [{"author": "李敏", "granted": 12}],
        {"by_worker": [{"name": "李敏", "marks": 12}]},
        {"by_worker": {"李敏": 12}},
        {"orders": [{"order_no": "1", "caller_name": "王小明", "calls": 7}]},
        [{"order": {"caller_hash": "h", "weight": 0.7}}],
    ],
    ids=str,
)
def test_a_document_with_one_planted_is_found(planted: Any) -> None:
    assert list(in_document(planted, PEOPLE))


@pytest.mark.parametrize(
    "line", ["李敏  12", "孙涛 98 %", "排名", "王小明 来电 7 次", "12 marks 李敏"]
)
def test_a_line_with_one_planted_is_found(line: str) -> None:
    assert in_words(line, PEOPLE)


@pytest.mark.parametrize(
    "line",
    [
        "11-24 09:43  李敏  U01 于法无据  待复核",
        "2026-11-24 09:43  陈芳  Context C03",
        "caller 王**  138****5521",
        "李敏、陈芳到现场核查 2 次",
    ],
)
def test_a_line_that_names_who_said_one_thing_is_none(line: str) -> None:
    assert in_words(line, PEOPLE) == []
