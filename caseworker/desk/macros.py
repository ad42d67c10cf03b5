"""Macros: recipes of acts that a worker names in `desk.toml`, each with a key of its own."""

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from caseworker.desk.annotate import new_draft
from caseworker.desk.batch import Act, Shelving, Shortlisting
from caseworker.desk.configuration import FILE
from caseworker.desk.day import begin_of
from caseworker.locale import _
from caseworker.model.taxonomy import Taxonomy
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe

Verb = Literal["context", "shelve", "shortlist", "next"]

VERBS: Final[tuple[Verb, ...]] = ("context", "shelve", "shortlist", "next")
"""What a step can do. Proposals are none of them: each is weighed on its own order."""


class Step(Struct, frozen=True):
    """One act of a recipe; `day` is as it was written, and is counted from when the macro runs."""

    verb: Verb
    code: str = ""
    words: str = ""
    day: str = ""


class Macro(Struct, frozen=True):
    """A recipe with its name and its key."""

    name: str
    key: str
    steps: tuple[Step, ...]
    written: tuple[str, ...]
    """The steps as they stand in the file."""

    @property
    def goes_on(self) -> bool:
        """Whether the cursor goes to the next order afterwards."""
        return any(step.verb == "next" for step in self.steps)


def checked(
    written: Sequence[Mapping[str, Any]], taxonomy: Taxonomy, now: datetime
) -> tuple[list[Macro], list[str]]:
    """The macros that can be used, and a sentence for each one that is left out."""
    macros: list[Macro] = []
    complaints: list[str] = []
    for at, table in enumerate(written, 1):
        try:
            macros.append(_macro(table, taxonomy, now))
        except Trouble as trouble:
            told = _("{file}: macro {name} is left out: {why}")
            name = safe(str(table.get("name") or at))
            complaints.append(told.format(file=FILE, name=name, why=trouble))
    return macros, complaints


def acts_of(macro: Macro, order_no: str, now: datetime) -> list[Act]:
    """What a macro does at a moment, its words begun on an order.

    Raises `Trouble` where a day has passed meanwhile.
    """
    acts: list[Act] = []
    for step in macro.steps:
        if step.verb == "context":
            acts.append(replace(new_draft(order_no, "context"), code=step.code, text=step.words))
        elif step.verb == "shelve":
            acts.append(Shelving(begin_of(step.day, now)))
        elif step.verb == "shortlist":
            acts.append(Shortlisting(on=True))
    return acts


def _macro(table: Mapping[str, Any], taxonomy: Taxonomy, now: datetime) -> Macro:
    name, key, steps = (table.get(field) for field in ("name", "key", "steps"))
    if not isinstance(name, str) or not name.strip():
        raise Trouble(_("it needs a name in quotes."))
    if not isinstance(key, str) or not key.strip():
        raise Trouble(_("it needs a key in quotes."))
    if not isinstance(steps, list) or not all(isinstance(step, str) for step in steps):
        raise Trouble(_("its steps are a list of words in quotes."))
    for field in table:
        if field not in ("name", "key", "steps"):
            raise Trouble(_("{name} is not known here.").format(name=safe(field)))
    macro = Macro(
        name=safe(name.strip()),
        key=key,
        steps=tuple(_step(step, taxonomy, now) for step in steps),
        written=tuple(safe(step) for step in steps),
    )
    if not acts_of(macro, "", now):
        raise Trouble(_("no step does anything."))
    return macro


def _step(written: str, taxonomy: Taxonomy, now: datetime) -> Step:
    try:
        verb, *rest = shlex.split(written)
    except ValueError:
        raise Trouble(_("{step} cannot be read.").format(step=safe(written) or "…")) from None
    match verb, rest:
        case "context", [code, *words]:
            if code not in taxonomy.of_kind("context"):
                raise Trouble(_("there is no context code {code}.").format(code=safe(code)))
            if not " ".join(words).strip():
                raise Trouble(_("words are missing after {step}.").format(step=safe(written)))
            return Step("context", code=code, words=" ".join(words))
        case "shelve", [*day] if day:
            begin_of(" ".join(day), now)
            return Step("shelve", day=" ".join(day))
        case "shortlist", []:
            return Step("shortlist")
        case "next", []:
            return Step("next")
    told = _("there is no step {step}: a step is one of {verbs}.")
    raise Trouble(told.format(step=safe(written), verbs=", ".join(VERBS)))
