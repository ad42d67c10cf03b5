"""doctor: what this desk stands on, and whether it is sound."""

import platform
import sys
from typing import Any, NoReturn

import click

from caseworker import __version__, locale
from caseworker.cache import salvage, settings, signs
from caseworker.cache.connection import Cache, Damaged
from caseworker.cli.options import json_option
from caseworker.cli.station import Station, answer
from caseworker.cli.terminal import Question, has_colours
from caseworker.desk import locking, macros
from caseworker.desk.configuration import LOOKS, Configuration, kept_look, read_configuration
from caseworker.locale import _
from caseworker.model.clock import now
from caseworker.model.taxonomy import Taxonomy
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe


@click.command()
@json_option
@click.pass_obj
def doctor(station: Station, as_json: bool) -> None:
    """Say what this desk stands on, and check the cache from end to end."""
    try:
        with station.cache() as cache:
            found = examination(station, cache)
    except Damaged:
        if station.db is not None:
            raise
        _mend(station)
    if as_json:
        answer(found)
    else:
        for name, value in found.items():
            click.echo(safe(f"{name}: {value}", newlines=True))
    if found["damage"] and station.db is None:
        _mend(station)
    if found["damage"]:
        raise Trouble(
            _("The cache is damaged: keep {file}, and restore the latest backup.").format(
                file=station.cache_path()
            )
        )


def _mend(station: Station) -> NoReturn:
    # What was kept is told by the station itself.
    station.mend(station.cache_path()).close()
    click.get_current_context().exit(1)


def complaints(configuration: Configuration, taxonomy: Taxonomy) -> list[str]:
    """What of the configuration cannot be used, in words."""
    # Only now, since importing the screens' keys imports Textual.
    from screens.keymap import checked, with_keys

    keymap, clashes = checked(configuration.keys)
    read, troubles = macros.checked(configuration.macros, taxonomy, now())
    return [*configuration.complaints, *clashes, *troubles, *with_keys(read, keymap)[1]]


def examination(station: Station, cache: Cache) -> dict[str, Any]:
    """Facts for a person who helps from afar: no citizen text, no name, no token."""
    configuration = read_configuration(station.home)
    wide = Question().answer()
    return {
        "version": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "sqlite": cache.value("SELECT sqlite_version()"),
        "encrypted": not cache.plain,
        "journal": cache.value("PRAGMA journal_mode"),
        "home": str(station.home),
        "cache": str(station.cache_path()),
        "language": locale.language(),
        "encoding": sys.stdout.encoding,
        "hub": settings.get(cache, "hub"),
        "enrolled": bool(settings.get(cache, "worker")),
        "orders": cache.value("SELECT sum(orders) FROM tally"),
        "unindexed": cache.value("SELECT count(*) FROM unindexed"),
        "outbox": signs.count_by_state(cache),
        "taxonomy": settings.taxonomy(cache).version,
        "look": configuration.look or kept_look(station.home) or LOOKS[0],
        "colours": has_colours(),
        "signs": "ASCII" if wide else "Unicode",
        "configuration": [
            *complaints(configuration, settings.taxonomy(cache)),
            *locking.complaints(station.home, configuration),
        ],
        "mended": salvage.told(cache),
        "damage": salvage.damage(cache),
    }
