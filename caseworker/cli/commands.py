"""The commands by name, and the options that stand before them."""

import importlib
import sys
from pathlib import Path
from typing import Final, cast

import click

from caseworker import __version__
from caseworker.cli.entry import default_home
from caseworker.locale import _

# Command → module of caseworker.cli and the name of its click command there.
COMMANDS: Final = {
    "context": ("annotating", "context"),
    "deadline": ("deadline", "deadline"),
    "demo": ("demo", "demo"),
    "doctor": ("doctor", "doctor"),
    "enrol": ("syncing", "enrol"),
    "evidence": ("evidence", "evidence"),
    "hub": ("hub", "hub"),
    "import": ("taking_in", "import_"),
    "list": ("reading", "list_"),
    "matter": ("repeats", "matter"),
    "matters": ("repeats", "matters"),
    "objection": ("annotating", "objection"),
    "outbox": ("syncing", "outbox"),
    "passphrase": ("passphrase", "passphrase"),
    "repeat": ("annotating", "repeat"),
    "repeats": ("repeats", "repeats"),
    "review": ("annotating", "review"),
    "search": ("reading", "search"),
    "shelve": ("shelving", "shelve"),
    "shortlist": ("shelving", "shortlist"),
    "show": ("reading", "show"),
    "sync": ("syncing", "sync"),
    "templates": ("annotating", "templates_"),
    "unreasonable": ("annotating", "unreasonable"),
    "withdraw": ("annotating", "withdraw"),
}


class LazyGroup(click.Group):
    """Imports a command's module when the command is asked for, so that the rest start fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        return cast(
            click.Command, getattr(importlib.import_module(f"caseworker.cli.{module}"), name)
        )


@click.group(cls=LazyGroup, invoke_without_command=True)
@click.option("--home", type=click.Path(path_type=Path), help="Configuration, key and cache.")
@click.option("--db", type=click.Path(path_type=Path), help="Open another cache file.")
@click.option("--key-from-stdin", is_flag=True, hidden=True)
@click.version_option(__version__, prog_name="caseworker")
@click.pass_context
def cli(ctx: click.Context, home: Path | None, db: Path | None, key_from_stdin: bool) -> None:
    """A street office's desk for the 12345 hotline. Without a command: the desk itself."""
    from caseworker.cli.station import Station

    ctx.obj = Station(home or default_home(), db, key_from_stdin)
    if ctx.invoked_subcommand is None:
        from caseworker.cli.desk import open_desk

        sys.exit(open_desk(ctx.obj))


def run() -> int:
    """Run the command that the command line names; its exit status. Raises `Trouble`."""
    try:
        status = cli.main(prog_name="caseworker", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo(_("Stopped."), err=True)
        return 1
    return status if isinstance(status, int) else 0
