"""import: orders from a file."""

from pathlib import Path
from typing import Final

import click
from msgspec import to_builtins

from caseworker.cli.options import json_option
from caseworker.cli.station import Station, answer, say
from caseworker.desk.repeats import MANY_TO_READ
from caseworker.desk.take_in import TakenIn, take_in
from caseworker.locale import _


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "map_name", help="A column map: its name, or a TOML file.")
@click.option("--dry-run", is_flag=True, help="Read and answer, but keep nothing.")
@json_option
@click.pass_obj
def import_(
    station: Station, file: Path, map_name: str | None, dry_run: bool, as_json: bool
) -> None:
    """Take in orders from a spreadsheet's CSV; nothing that is here already is lost."""
    with station.cache() as cache:
        taken = take_in(cache, file, map_name, dry_run=dry_run, tell=_say_how_far)
    if as_json:
        answer(to_builtins(taken))
    else:
        tell(taken)


def _say_how_far(read: int, many: int) -> None:
    """Every so many orders, so that nobody waits and does not know for what."""
    if many >= MANY_TO_READ and (read % _SAID_EVERY == 0 or read == many):
        say(_("Made ready to be compared: {read} of {many}.").format(read=read, many=many))


_SAID_EVERY: Final = 20_000


def tell(taken: TakenIn) -> None:
    """The same for people: what went in, and each row that did not with its reason."""
    say(
        _("{read} rows read: {added} new, {updated} changed, {unchanged} as they were.").format(
            read=taken.read,
            added=taken.added,
            updated=taken.updated,
            unchanged=taken.unchanged,
        )
    )
    for refused in taken.refused:
        say(_("Row {row}: {reason}").format(row=refused.row, reason=refused.reason))
