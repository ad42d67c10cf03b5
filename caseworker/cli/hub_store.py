"""What the hub's commands share: `--store`, the open store, and who the audit says did it."""

from collections.abc import Callable
from getpass import getuser
from typing import TYPE_CHECKING

import click

from caseworker.cli.station import Station
from caseworker.locale import _
from caseworker.model.trouble import Trouble

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from hub.store import Store


def on_store(command: Callable[..., None]) -> Callable[..., None]:
    """`--store`, for every command on a store; the command takes `station` and `store`."""
    option = click.option(
        "--store",
        metavar="URL",
        help="A file, or postgresql+psycopg://…; hub.db in the home unless said otherwise.",
    )
    return option(click.pass_obj(command))


def opened_store(station: Station, store: str | None) -> "AbstractContextManager[Store]":
    """The store that is named, else the home's own, closed afterwards.

    Raises `Trouble` where the address holds a password: every program of this computer may read
    the command line of every other.
    """
    from hub.store import holds_password, opened

    if store and holds_password(store):
        raise Trouble(
            _(
                "Leave the password out of --store, where others can read it: write it into the"
                " file ~/.pgpass, or into one that PGPASSFILE names."
            )
        )
    return opened(store or str(station.home / "hub.db"), station.key)


def actor_of(named: str) -> str:
    """How the audit names whoever works on the store itself."""
    return f"store {name_of(named)}"


def name_of(named: str) -> str:
    """Who works on the store: as they say, else the system's user."""
    try:
        return named or getuser()
    except (KeyError, OSError):
        return "hub"
