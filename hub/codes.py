"""The reason codes in force: those that were loaded last, else the ones that come built in."""

import tomllib
from datetime import datetime
from functools import lru_cache
from typing import Final

from msgspec import MsgspecError
from sqlalchemy import Connection, insert, select

from caseworker.locale import _
from caseworker.model.taxonomy import Taxonomy, built_in, built_in_toml, parse_taxonomy
from caseworker.model.trouble import Trouble
from hub.feed import Codes
from hub.store import reason_codes

VERSION_MAX: Final = 100
"""The longest name of a version, in characters."""


BUILT_IN: Final = Codes(built_in().version, built_in_toml())

_LATEST: Final = (
    select(reason_codes.c.version, reason_codes.c.toml)
    .order_by(reason_codes.c.number.desc())
    .limit(1)
)


def in_force(connection: Connection) -> Codes:
    """What holds now; a server takes up what is loaded beside it with its next request."""
    row = connection.execute(_LATEST).one_or_none()
    return BUILT_IN if row is None else Codes(row.version, row.toml)


def taxonomy_of(codes: Codes) -> Taxonomy:
    """The reason codes as a value."""
    return _parsed(codes.toml)


def load(connection: Connection, toml: str, now: datetime) -> Taxonomy:
    """Put other reason codes in force; every desk gets them with its next sync.

    Raises `Trouble` where they cannot be read, carry a version that other codes had, or leave out
    a code: words that were written with it would lose their meaning, so it is retired instead.
    """
    try:
        loaded = parse_taxonomy(toml)
    except (tomllib.TOMLDecodeError, MsgspecError) as error:
        raise Trouble(
            _("The file holds no reason codes that can be read: {words}").format(words=error)
        ) from error
    if not loaded.version.strip() or len(loaded.version) > VERSION_MAX:
        raise Trouble(
            _("Give the reason codes a version of at most {max} signs.").format(max=VERSION_MAX)
        )
    before = in_force(connection)
    if (before.version, before.toml) == (loaded.version, toml):
        return loaded
    used = connection.execute(
        select(reason_codes.c.number).where(reason_codes.c.version == loaded.version)
    ).first()
    if used is not None or loaded.version in (before.version, BUILT_IN.version):
        raise Trouble(
            _("Other reason codes have the version {version} already: raise it.").format(
                version=loaded.version
            )
        )
    missing = sorted(taxonomy_of(before).codes.keys() - loaded.codes.keys())
    if missing:
        raise Trouble(
            _("These codes are missing, set  retired = true  in them instead: {codes}").format(
                codes=" ".join(missing)
            )
        )
    for name, code in loaded.codes.items():
        heir = loaded.codes.get(code.successor)
        if code.successor and (heir is None or heir.retired or heir.kind != code.kind):
            raise Trouble(
                _(
                    "{successor} cannot take the place of {code}: name a code in force of its kind."
                ).format(successor=code.successor, code=name)
            )
    connection.execute(
        insert(reason_codes).values(version=loaded.version, toml=toml, loaded_at=now)
    )
    return loaded


@lru_cache(maxsize=4)
def _parsed(toml: str) -> Taxonomy:
    return parse_taxonomy(toml)
