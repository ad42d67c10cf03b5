"""docs/commands.md names every command with its options, and none that is not there."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from caseworker.cli.commands import cli

DOCUMENT = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
ROWS = re.findall(r"^\| `caseworker([^|\n]*(?:\\\|[^|\n]*)*)\|(.*)$", DOCUMENT, re.MULTILINE)
COMMON = {"--json", "--help", "--store", "--as"}
"""Told once for all, above the tables."""


def leaves(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        whole = f"{path} {name}".strip()
        if isinstance(command, click.Group):
            yield from leaves(command, whole)
        elif not command.hidden:
            yield whole, command


COMMANDS = dict(leaves(cli))


def rows_of(name: str) -> str:
    return "\n".join(
        f"{head}|{rest}" for head, rest in ROWS if re.match(rf" {re.escape(name)}\b", head)
    )


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_stands_in_the_document_with_its_options(name: str) -> None:
    assert rows_of(name), f"caseworker {name} is not told"
    for option in COMMANDS[name].params:
        if not isinstance(option, click.Option) or option.hidden:
            continue
        names = [one for one in option.opts if one.startswith("--")]
        told = [one for one in names if one in rows_of(name) or one in COMMON]
        shared = [one for one in names if one in PROPOSALS]
        assert told or shared, f"caseworker {name}: {names} is not told"


PROPOSALS = {"--evidence", "--tell"}
"""What the three proposals share, told below their table."""


def test_the_document_names_no_command_that_is_not_there() -> None:
    for head, _rest in ROWS:
        words = head.strip(" `").split()
        if words and not words[0].startswith("`"):
            assert any(head.strip().startswith(name) for name in COMMANDS), head
