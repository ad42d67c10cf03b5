"""Templates: words to begin a context with, whose fill-ins a worker goes through one by one.

The built-in ones are data (`caseworker/taxonomy/templates.toml`), a city's or a worker's own stand
beside them as TOML files in the folder `templates` of the home. What cannot be read is told, and
the others work.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, ValidationError, convert, structs

from caseworker.cache.drafts import Draft
from caseworker.locale import _, language
from caseworker.model.annotation import TEXT_MAX
from caseworker.model.taxonomy import Taxonomy, Words
from caseworker.model.trouble import Trouble
from caseworker.text.door import NotAdmitted, admit
from caseworker.text.safe import safe
from caseworker.text.toml import read_toml

FOLDER: Final = "templates"

FILE_BYTES_MAX: Final = 200_000

_BUILT_IN: Final = Path(__file__).parents[1] / "taxonomy" / "templates.toml"


class Template(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One template. Words without a language are the same in both."""

    label: Words | str
    text: Words | str
    code: str = ""
    fill: dict[str, Words | str] = {}
    """Fill-in → what to write there; one that is not named here is called as in the text."""

    def name_of(self, fill_in: str) -> str:
        """What a fill-in is called in the language of the desk."""
        return _in_language(self.fill.get(fill_in, fill_in))

    def opening(self, fill_in: str) -> str:
        """How a fill-in stands in the words while it is open."""
        return "{" + self.name_of(fill_in) + "}"

    def words(self) -> str:
        """The text with its fill-ins standing open, as {what to write there}."""
        opened = {name: self.opening(name) for name in self.fill_ins()}
        return _put_in(_in_language(self.text), opened)

    def fill_ins(self) -> list[str]:
        """The names of the fill-ins, in the order in which they stand in the text."""
        return list(dict.fromkeys(_FILL_IN.findall(_in_language(self.text))))

    @property
    def title(self) -> str:
        """What the template is called in the language of the desk."""
        return _in_language(self.label)


class Templates(Struct, frozen=True):
    """What may be chosen from, and what could not be read, in words."""

    named: dict[str, Template]
    troubles: list[str]


def templates(home: Path | None, taxonomy: Taxonomy) -> Templates:
    """The built-in templates and the home's own; one of one's own replaces a built-in name."""
    found: dict[str, Template] = {}
    troubles: list[str] = []
    folder = home / FOLDER if home is not None else None
    own = sorted(folder.glob("*.toml")) if folder is not None else []
    for path in (_BUILT_IN, *own):
        try:
            told = _read(path)
        except _Unreadable as unreadable:
            troubles.append(_of_file(path, str(unreadable)))
            continue
        for name, body in told.items():
            try:
                found[name] = _template(body, taxonomy)
            except _Unreadable as unreadable:
                troubles.append(_of_one(path, name, str(unreadable)))
    return Templates(found, troubles)


def begin(draft: Draft, template: Template) -> Draft:
    """The draft with a template's words; what was written stays before them."""
    before = draft.text.rstrip()
    words = template.words()
    openings = (*draft.openings, *map(template.opening, template.fill_ins()))
    return structs.replace(
        draft,
        code=template.code or draft.code,
        text=f"{before}\n{words}" if before else words,
        openings=tuple(dict.fromkeys(openings)),
    )


def filled(template: Template, name: str, given: Mapping[str, str]) -> str:
    """A template's text with all of its fill-ins, for those who write without a form.

    Raises `Trouble` that names what is missing, or what the template does not have.
    """
    wanted = template.fill_ins()
    strange = [one for one in given if one not in wanted]
    if strange:
        raise Trouble(
            _("The template {name} has no fill-in {fill_in}: it has {all}.").format(
                name=safe(name), fill_in=safe(strange[0]), all=", ".join(map(safe, wanted)) or "—"
            )
        )
    missing = [one for one in wanted if not given.get(one, "").strip()]
    if missing:
        raise Trouble(
            _("Fill in {names}, each as  --fill NAME=WORDS.").format(
                names=", ".join(f"{safe(one)} ({safe(template.name_of(one))})" for one in missing)
            )
        )
    return _put_in(_in_language(template.text), given)


def _all_fill_ins(template: Template) -> list[str]:
    both = "\n".join(_in_both(template.text))
    return list(dict.fromkeys(_FILL_IN.findall(both)))


def _in_both(words: Words | str) -> tuple[str, ...]:
    return (words.zh, words.en) if isinstance(words, Words) else (words,)


def _put_in(text: str, given: Mapping[str, str]) -> str:
    return _FILL_IN.sub(lambda match: given[match[1]], text)


def _in_language(words: Words | str) -> str:
    return words if isinstance(words, str) else words.in_language(language())


class _Unreadable(Exception):
    """Why a file or one template in it cannot be used, as a sentence."""


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise _Unreadable(_("it is too long for a file of templates"))
        told = read_toml(path.read_text("utf-8"))
    except OSError as error:
        raise _Unreadable(_("it cannot be opened")) from error
    except UnicodeDecodeError as error:
        raise _Unreadable(_("it is not written in UTF-8")) from error
    except tomllib.TOMLDecodeError as error:
        raise _Unreadable(_("it is not TOML: {words}").format(words=error)) from error
    named = told.get("templates")
    if not isinstance(named, dict) or len(told) > 1:
        raise _Unreadable(_("every template in it begins with  [templates.NAME]"))
    return named


def _template(body: Any, taxonomy: Taxonomy) -> Template:
    try:
        template = convert(body, Template)
    except ValidationError as error:
        raise _Unreadable(
            _("it is not built as it should be ({words})").format(words=error)
        ) from error
    texts = [template.label, template.text, *template.fill.values()]
    for text in texts:
        for words in _in_both(text):
            _check_words(words)
    for words in _in_both(template.text):
        if _STRAY_BRACE.search(_FILL_IN.sub("", words)):
            raise _Unreadable(_("a brace stands alone in its text: fill-ins are written {name}"))
    unused = [one for one in template.fill if one not in _all_fill_ins(template)]
    if unused:
        raise _Unreadable(_("its text has no fill-in {name}").format(name=unused[0]))
    code = taxonomy.codes.get(template.code)
    if template.code and (code is None or code.kind != "context" or code.retired):
        raise _Unreadable(_("there is no context code {code}").format(code=template.code))
    return template


def _check_words(words: str) -> None:
    if not words.strip():
        raise _Unreadable(_("a text in it is empty"))
    try:
        admit(words, most=TEXT_MAX)
    except NotAdmitted as refused:
        raise _Unreadable(_("a text in it is too long or holds what no one can read")) from refused


def _of_file(path: Path, why: str) -> str:
    return _("Templates in {file} are left out: {why}.").format(file=safe(path.name), why=safe(why))


def _of_one(path: Path, name: str, why: str) -> str:
    return _("The template {name} in {file} is left out: {why}.").format(
        name=safe(name), file=safe(path.name), why=safe(why)
    )


_FILL_IN: Final = re.compile(r"\{([^{}\n]{1,60})\}")
_STRAY_BRACE: Final = re.compile(r"[{}]")
