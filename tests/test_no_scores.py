"""No table, call or command holds a caller's score, a blacklist, or a ranking of workers.

Marks are on matters, never on people (DESIGN §1.3). Looked at where each is defined: the columns
of both stores, every field and path of the API, every command and option.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from msgspec import yaml

from caseworker.cache.connection import Cache
from caseworker.cli.commands import cli
from caseworker.model.wire import MarkCounts, MarkFigures
from hub.openapi import document
from hub.store import tables

FORBIDDEN = re.compile(
    r"scor|rank|rating|leader_?board|black_?list|grey_?list|watch_?list|reputation|offend|strike"
    r"|nuisance|trust|karma|points|productiv|performance|online_time|check_?in|habitual"
    r"|known_caller|repeat_caller|caller_(count|total|level|class|type|tag|mark|risk)"
    r"|worker_(count|total|level|class|mark|figure)"
)

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
