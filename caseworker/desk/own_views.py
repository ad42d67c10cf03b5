"""Own views: a name and a query in the search language, one TOML file each, in the home's views.

    name = "幸福里片区"
    query = "place:幸福里 state:open"
    order = "arrived"
    group = "place"

The last two may be left out: a view stands with what breaks first on top, each order on a line.
A file can be handed to a colleague as it is. One that cannot be read is told in a sentence, with
its line and what would be right; the others work.
"""

import json
import re
import tomllib
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from msgspec import Struct

from caseworker.cache.lists import Listing
from caseworker.desk.query import read_query
from caseworker.desk.views import EVERY, VIEWS, Gathering, Sorting, View
from caseworker.locale import _
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe
from caseworker.text.toml import read_toml

FOLDER: Final = "views"

BYTES_MAX: Final = 20_000
"""A longer file is no view."""

NAME_MAX: Final = 40


class OwnViews(Struct, frozen=True):
    """The own views of a home by their names, and a sentence for each file that is not one."""

    views: dict[str, View]
    troubles: list[str]


def read_views(home: Path | None, now: datetime) -> OwnViews:
    """Every own view of a home, in the order of its file names. Never raises."""
    views: dict[str, View] = {}
    troubles: list[str] = []
    files = [] if home is None else sorted((home / FOLDER).glob("*.toml"))
    for file in files:
        try:
            view = _read(file, now)
            if view.name in views or view.name in VIEWS:
                raise _Wrong(_("there is another view of that name: {name}"), name=view.name)
            views[view.name] = view
        except _Wrong as wrong:
            troubles.append(wrong.sentence(file))
    return OwnViews(views, troubles)


def save_view(
    home: Path,
    name: str,
    query: str,
    now: datetime,
    order: Sorting = "due",
    group: Gathering = "",
) -> Path:
    """Write an own view; the file that it stands in.

    Raises `Trouble` where the name or the query will not do, or the name is taken.
    """
    name = " ".join(name.split())
    if not name or len(name) > NAME_MAX or not name.isprintable():
        raise Trouble(_("Name the view in up to {most} characters.").format(most=NAME_MAX))
    troubles = read_query(query, now).troubles
    if not query.strip() or troubles:
        raise Trouble(troubles[0] if troubles else _("Type what to look for, then save it."))
    if name in VIEWS or name in read_views(home, now).views:
        raise Trouble(_("There is a view of that name already: choose another."))
    file = home / FOLDER / f"{_file_name(name)}.toml"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(f"name = {_quoted(name)}\nquery = {_quoted(query.strip())}\n")
            out.write(f'order = "{order}"\n' if order != "due" else "")
            out.write(f'group = "{group}"\n' if group else "")
    except FileExistsError as error:
        raise Trouble(_("There is a view of that name already: choose another.")) from error
    except OSError as error:
        raise Trouble(
            _("{file} cannot be written: check its permissions, or copy it elsewhere.").format(
                file=file.name
            )
        ) from error
    return file


def own_view(name: str, query: str, order: Sorting = "due", group: Gathering = "") -> View:
    """A query as a view."""
    return View(
        name, name, lambda now, _me: Listing("0", standings=EVERY),
        query=query, order=order, group=group,
    )  # fmt: skip


class _Wrong(Exception):
    def __init__(self, words: str, line: int = 1, **fill: object) -> None:
        super().__init__(words)
        self._told = words.format(**fill)
        self._line = line

    def sentence(self, file: Path) -> str:
        return _("{file}, line {line}: {what}").format(
            file=safe(file.name), line=self._line, what=self._told
        )


def _read(file: Path, now: datetime) -> View:
    try:
        raw = file.read_bytes()
        if len(raw) > BYTES_MAX:
            raise _Wrong(_("this is too long for a view"))
        text = raw.decode()
        fields = read_toml(text)
    except OSError as error:
        raise _Wrong(_("the file cannot be read")) from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _Wrong(_("the file is not UTF-8: save it as UTF-8"), line) from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise _Wrong(_('write  name = "…"  and  query = "…" , each on a line'), line) from error
    for key in fields:
        if key not in _KNOWN:
            near = (get_close_matches(key, _KNOWN, 1, 0.5) or [", ".join(_KNOWN)])[0]
            raise _Wrong(
                _("{key} is nothing that a view has: write {known}"),
                _line_of(text, key),
                key=safe(key)[:40],
                known=near,
            )
    for key in _KEYS:
        if not isinstance(fields.get(key), str) or not fields[key].strip():
            raise _Wrong(_('write  {key} = "…"'), _line_of(text, key), key=key)
    name = " ".join(fields["name"].split())
    if not name.isprintable():
        raise _Wrong(_("the name holds signs that cannot be shown"), _line_of(text, "name"))
    troubles = read_query(fields["query"], now).troubles
    if troubles:
        raise _Wrong("{why}", _line_of(text, "query"), why=troubles[0])
    order = _one_of("order", _ORDERS, fields.get("order", "due"), text)
    group = _one_of("group", _GROUPS, fields.get("group", ""), text)
    return own_view(name[:NAME_MAX].strip(), fields["query"], order, group)


_KEYS: Final = ("name", "query")
_KNOWN: Final = (*_KEYS, "order", "group")
_ORDERS: Final[tuple[Sorting, ...]] = get_args(Sorting)
_GROUPS: Final[tuple[Gathering, ...]] = get_args(Gathering)


_Word = TypeVar("_Word", bound=str)


def _one_of(key: str, known: tuple[_Word, ...], written: Any, text: str) -> _Word:
    for word in known:
        if word == written:
            return word
    raise _Wrong(
        _("a view has no {key} {written}: write {known}"),
        _line_of(text, key),
        key=key,
        written=safe(str(written))[:40] or '""',
        known=", ".join(f'{key} = "{word}"' for word in known if word),
    )


def _line_of(text: str, key: str) -> int:
    """The line on which a key stands, the first where it stands on none."""
    found = re.search(rf'^\s*"?{re.escape(key)}"?\s*=', text, re.MULTILINE)
    return 1 if found is None else text[: found.end()].count("\n") + 1


def _file_name(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name).strip("-") or "view"


def _quoted(text: str) -> str:
    # What JSON escapes in a string, TOML reads alike.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
