"""Options that many commands have."""

from collections.abc import Callable

import click


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """`--json`, for a command that shows something; the command takes `as_json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Answer with one JSON document on stdout."
    )(command)
