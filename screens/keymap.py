"""Keys remapped by id: what the configuration asks for, checked, and the complaints in words."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec.structs import replace
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from caseworker.desk.macros import Macro
from caseworker.locale import _
from caseworker.text.safe import safe
from screens.keys import BY_ID, PLACES, Key

_MODIFIED: Final = re.compile(r"^(?:(?:ctrl|alt|shift|super|meta)\+)*(.+)$")
_NAMED: Final = frozenset(key.value for key in Keys) | frozenset(KEY_NAME_REPLACEMENTS.values())
_ALIASES: Final = {"esc": "escape", "pgup": "pageup", "pgdn": "pagedown", "del": "delete"}


MACROS_WORK: Final = ("queue", "order")
"""Where a macro's key works."""


def checked(wanted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The remappings that can be used (id → keys of Textual), and a sentence for each other one.

    A remapping that clashes is left out whole: both actions keep working.
    """
    complaints: list[str] = []
    usable: dict[str, str] = {}
    for name, written in wanted.items():
        if name not in BY_ID:
            told = _("keys: there is no action {id}: the help (?) and docs/desk.md name them all.")
            complaints.append(told.format(id=safe(name)))
            continue
        keys = [normal(key) for key in written.split(",") if key.strip()]
        strange = [key for key in keys if not is_key(key)]
        if strange or not keys:
            told = _("keys: {keys} is no key, so {id} keeps its own.")
            complaints.append(told.format(keys=safe(", ".join(strange) or written), id=name))
        elif BY_ID[name] in _TYPED_AMONG and any(_types(key) for key in keys):
            told = _("keys: {id} works while one types: it needs Ctrl or a function key.")
            complaints.append(told.format(id=name))
        else:
            usable[name] = ",".join(keys)
    while clash := _clash(usable):
        left_out, other, key = clash
        del usable[left_out]
        told = _("keys: {key} is wanted by {id} and by {other}: {id} keeps its own key.")
        complaints.append(told.format(key=key, id=left_out, other=other))
    return usable, complaints


def with_keys(macros: Iterable[Macro], keymap: Mapping[str, str]) -> tuple[list[Macro], list[str]]:
    """The macros whose keys are free where they work, and a sentence for each other one."""
    usable: dict[str, Macro] = {}
    complaints: list[str] = []
    for macro in macros:
        key = normal(macro.key)
        owner = _owner(key, keymap)
        if not is_key(key):
            told = _("keys: {keys} is no key, so the macro {name} is left out.")
            complaints.append(told.format(keys=safe(macro.key), name=safe(macro.name)))
        elif owner or key in usable:
            told = _("keys: {key} is wanted by the macro {name} and by {other}: it is left out.")
            other = owner or safe(usable[key].name)
            complaints.append(told.format(key=key, name=safe(macro.name), other=other))
        else:
            usable[key] = replace(macro, key=key)
    return list(usable.values()), complaints


def _owner(key: str, keymap: Mapping[str, str]) -> str:
    if key.isdigit():
        return "queue.view"
    return next((one for place in MACROS_WORK for one in [taken_by(key, keymap, place)] if one), "")


def normal(key: str) -> str:
    """A key as Textual names it: `?` is `question_mark`."""
    key = key.strip()
    if len(key) == 1 and not key.isalnum():
        name = unicodedata.name(key, key).lower().replace("-", "_").replace(" ", "_")
        return KEY_NAME_REPLACEMENTS.get(name, name)
    return _ALIASES.get(key.lower(), key)


def is_key(key: str) -> bool:
    """Whether such a key can be pressed."""
    found = _MODIFIED.match(key)
    last = found[1] if found else ""
    if len(last) == 1 or last in _NAMED or key in _NAMED:
        return True
    try:
        unicodedata.lookup(last.replace("_", " "))
    except KeyError:
        return False
    return True


def taken_by(key: str, keymap: Mapping[str, str], place: str) -> str:
    """The id of the action that a key has in a place, or an empty string."""
    return next(
        (one.id for one in PLACES[place] if key in keymap.get(one.id, one.keys).split(",")), ""
    )


def _clash(keymap: Mapping[str, str]) -> tuple[str, str, str] | None:
    """A remapped action, the one whose key it takes, and the key."""
    for place in PLACES.values():
        owners: dict[str, str] = {}
        for one in sorted(place, key=lambda key: key.id in keymap):
            for key in keymap.get(one.id, one.keys).split(","):
                owner = owners.setdefault(key, one.id)
                if owner != one.id and one.id in keymap:
                    return one.id, owner, key
    return None


def _types(key: str) -> bool:
    return "+" not in key and key not in _NAMED


_TYPED_AMONG: Final[frozenset[Key]] = frozenset(
    key for key in PLACES["dialog"] if key.priority or key not in PLACES["queue"]
)
