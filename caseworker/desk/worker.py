"""Who sits at the desk: the enrolled worker, or a name until then."""

import getpass

from msgspec import MsgspecError, Struct, json

from caseworker.cache import settings
from caseworker.cache.connection import Cache
from caseworker.locale import _
from caseworker.model.me import Me
from caseworker.model.order import Level
from caseworker.model.trouble import Trouble


class Worker(Struct, frozen=True):
    """The person whose words the desk keeps. `roles` is empty until enrolled."""

    name: str
    unit: str = ""
    unit_name: str = ""
    roles: tuple[str, ...] = ()
    device: str = ""
    enrolled: bool = False
    level: Level = "street"
    """Whose deadline binds the worker; until enrolled the street's (DESIGN §10)."""


def worker(cache: Cache, named: str = "") -> Worker:
    """The enrolled worker; else `named` (`--as`), the configured name, or the system's user.

    Raises `Trouble` where `named` is not the enrolled worker: a desk signs for one person.
    """
    device = settings.get(cache, "device")
    try:
        me = json.decode(settings.get(cache, "me") or "null", type=Me | None)
    except MsgspecError:
        me = None
    enrolled = settings.get(cache, "worker")
    if enrolled:
        if named and named != enrolled:
            raise Trouble(
                _(
                    "This desk is enrolled for {name}: leave out --as, or use another --home."
                ).format(name=enrolled)
            )
        if me is None:
            return Worker(enrolled, settings.get(cache, "unit"), device=device, enrolled=True)
        return Worker(
            enrolled, me.unit, me.unit_name, me.roles, device, enrolled=True, level=me.level
        )
    return Worker(named or settings.get(cache, "name") or _system_user(), device=device)


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "worker"
