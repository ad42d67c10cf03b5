"""The desk's configuration: `desk.toml` in the home, and the look that was chosen last.

What cannot be used is told in words and left out; the rest works.
"""

import os
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from caseworker.locale import _
from caseworker.text.safe import safe

FILE: Final = "desk.toml"
LOOK_FILE: Final = "look"

LOOKS: Final = ("dark", "light", "contrast", "terminal", "plain")


class Configuration(Struct, frozen=True):
    """What the file says, as far as it can be used."""

    look: str = ""
    """One of `LOOKS`, or empty where the file names none."""
    reduced_motion: bool = False
    idle_lock_minutes: int | None = None
    """Without a key or a click until the desk locks itself, 0 for never; None where the file does
    not say."""
    keys: dict[str, str] = {}
    """Id of an action → the keys that it has instead, with commas between."""
    macros: tuple[dict[str, Any], ...] = ()
    """The recipes as they are written: `caseworker.desk.macros` reads them."""
    complaints: tuple[str, ...] = ()
    """A sentence for each thing that is left out."""


def read_configuration(home: Path | None) -> Configuration:
    """The configuration of a home; an empty one where there is no file."""
    if home is None or not (home / FILE).is_file():
        return Configuration()
    # Only those who have such a file pay for reading it.
    import tomllib

    from caseworker.text.toml import read_toml

    try:
        written = read_toml((home / FILE).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        told = _("{file} cannot be read, so nothing of it is used: {words}")
        return Configuration(complaints=(told.format(file=FILE, words=safe(str(error))),))
    return _checked(written)


def kept_look(home: Path | None) -> str:
    """The look that was chosen last, one of `LOOKS`, or an empty string."""
    if home is None:
        return ""
    try:
        name = (home / LOOK_FILE).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return name if name in LOOKS else ""


def keep_look(home: Path | None, name: str) -> None:
    """Keep a look for the next time. A home that cannot be written keeps none."""
    if home is not None:
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            (home / LOOK_FILE).write_text(f"{name}\n", "ascii")
        except OSError:
            return


def motion_reduced(configuration: Configuration) -> bool:
    """Whether nothing is to move by itself: the file or the system's setting says so."""
    return configuration.reduced_motion or bool(os.environ.get("CASEWORKER_REDUCED_MOTION"))


def _checked(written: dict[str, Any]) -> Configuration:
    complaints: list[str] = []

    def taken(name: str, shape: type | tuple[type, ...], empty: Any, wanted: str) -> Any:
        if name not in written:
            return empty
        value = written.pop(name)
        if isinstance(value, shape) and not (shape is int and isinstance(value, bool)):
            return value
        told = _("{file}: {name} must be {wanted}; it is left out.")
        complaints.append(told.format(file=FILE, name=name, wanted=wanted))
        return empty

    look = taken("look", str, "", _("a name"))
    if look and look not in LOOKS:
        told = _("{file}: there is no look {name}: choose one of {names}.")
        complaints.append(told.format(file=FILE, name=safe(look), names=", ".join(LOOKS)))
        look = ""
    reduced = taken("reduced_motion", bool, False, "true / false")
    minutes = taken("idle_lock_minutes", int, None, _("a whole number of minutes, 0 for never"))
    if minutes is not None and minutes < 0:
        told = _("{file}: {name} must be {wanted}; it is left out.")
        wanted = _("a whole number of minutes, 0 for never")
        complaints.append(told.format(file=FILE, name="idle_lock_minutes", wanted=wanted))
        minutes = None
    keys = taken("keys", dict, {}, _("a table of ids and keys"))
    for name in [name for name, value in keys.items() if not isinstance(value, str)]:
        told = _("{file}: the keys of {name} must stand in quotes; they are left out.")
        complaints.append(told.format(file=FILE, name=safe(name)))
        del keys[name]
    macros = taken("macro", list, [], _("a list of [[macro]] tables"))
    if not all(isinstance(one, dict) for one in macros):
        told = _("{file}: {name} must be {wanted}; it is left out.")
        wanted = _("a list of [[macro]] tables")
        complaints.append(told.format(file=FILE, name="macro", wanted=wanted))
    for name in written:
        told = _("{file}: {name} is not known here: check its spelling.")
        complaints.append(told.format(file=FILE, name=safe(name)))
    return Configuration(
        look=look,
        reduced_motion=reduced,
        idle_lock_minutes=minutes,
        keys=keys,
        macros=tuple(one for one in macros if isinstance(one, dict)),
        complaints=tuple(complaints),
    )
