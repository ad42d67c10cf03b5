"""What each kind of annotation asks of its author, as data, and how a draft keeps the answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct, structs

from caseworker.cache.drafts import Draft
from caseworker.desk.observed import understood
from caseworker.desk.wording import evidence_label
from caseworker.locale import mark
from caseworker.model.annotation import About, Kind, Statement
from caseworker.model.rules import Finding
from caseworker.model.taxonomy import Taxonomy

Shape = Literal["code", "target", "verdict", "about", "words", "line"]

Voice = Literal["", "inside", "citizen"]
"""Whose ear the words are for: the offices' alone, or the citizen's in the end."""


class Field(Struct, frozen=True):
    """One question. `label` and `hint` are English sentences of the catalogue."""

    name: str
    """The draft's field, or `evidence:` with the kind of evidence."""
    shape: Shape
    label: str
    hint: str = ""
    voice: Voice = ""


_CODE: Final = Field("code", "code", mark("reason"))
_WORDS: Final = mark("in words")

_TELL: Final = mark("to citizen")

_FIELDS: Final[Mapping[Kind, tuple[Field, ...]]] = {
    "context": (
        Field("code", "code", mark("context")),
        Field(
            "text",
            "words",
            mark("internal"),
            mark("Who, what, where, when: what the order does not say."),
            "inside",
        ),
        Field(
            "observed",
            "line",
            mark("seen at"),
            mark("yesterday 15:00, 11-23, 2h ago"),
        ),
        Field("about", "about", mark("about")),
        Field("place", "line", mark("which place"), mark("The place, as an address names it.")),
        Field(
            "tell_citizen",
            "words",
            _TELL,
            mark("Only if something is to be told: how you would put it."),
            "citizen",
        ),
    ),
    "repeat": (
        _CODE,
        Field(
            "earlier", "line", mark("earlier"), mark("The earlier order: its last digits will do.")
        ),
        Field("text", "words", _WORDS, mark("Why it is the same thing.")),
    ),
    "unreasonable": (
        _CODE,
        Field(
            "text", "words", mark("grounds"), mark("What is asked for, and what stands against it.")
        ),
    ),
    "objection": (
        _CODE,
        Field("suggested_unit", "line", mark("whose duty"), mark("Whose duty it is.")),
        Field(
            "route",
            "line",
            mark("route"),
            mark("Or the legal route that is open: court, arbitration …"),
        ),
    ),
    "review": (
        Field("target", "target", mark("proposal")),
        Field("endorse", "verdict", mark("verdict")),
        Field("text", "words", _WORDS, mark("What you looked at, and why you decide so.")),
    ),
    "withdrawal": (
        Field("target", "target", mark("yours")),
        Field("text", "words", _WORDS, mark("Why you take it back.")),
    ),
}

_WHY_NOT_OURS: Final = Field("text", "words", _WORDS, mark("Why it is not ours."))

_TELL_WHY: Final = Field(
    "tell_citizen",
    "words",
    _TELL,
    mark("A draft of what the citizen will be told, and how they can object."),
    "citizen",
)

EVIDENCE: Final = "evidence:"

PLACE: Final = "place:"
"""Before the name of a place, in the answer to what a context is about."""


def questions(kind: Kind) -> tuple[Field, ...]:
    """What the form always asks for a kind."""
    return _FIELDS[kind]


def evidence_asked(draft: Draft, taxonomy: Taxonomy) -> list[Field]:
    """The evidence that the draft's code demands, then what a reviewer would like to see."""
    code = taxonomy.codes.get(draft.code)
    wanted = (*code.demands, *code.likes) if code is not None else ()
    return [
        Field(
            f"{EVIDENCE}{kind}",
            "line",
            "" if at else mark("evidence"),
            evidence_label(kind, taxonomy),
        )
        for at, kind in enumerate(dict.fromkeys(wanted))
    ]


def last_questions(kind: Kind) -> tuple[Field, ...]:
    """What the form asks after the evidence: texts that are put together from the rest."""
    return {"unreasonable": (_TELL_WHY,), "objection": (_WHY_NOT_OURS,)}.get(kind, ())


def is_demanded(field: Field, draft: Draft, taxonomy: Taxonomy) -> bool:
    """Whether the code is refused without this evidence."""
    code = taxonomy.codes.get(draft.code)
    return code is not None and field.name.removeprefix(EVIDENCE) in code.demands


def value_of(draft: Draft, name: str) -> str:
    """The answer that a draft keeps, as text."""
    if name.startswith(EVIDENCE):
        kind = name.removeprefix(EVIDENCE)
        return next((said.text for said in draft.evidence if said.kind == kind), "")
    match name:
        case "earlier":
            return " ".join(draft.earlier)
        case "endorse":
            return {True: "endorse", False: "decline", None: ""}[draft.endorse]
        case "about":
            return f"{PLACE}{draft.about.name}" if draft.about.kind == "place" else draft.about.kind
        case "place":
            return draft.about.name if draft.about.kind == "place" else ""
        case _:
            return str(getattr(draft, name))


def with_value(draft: Draft, name: str, value: str, now: datetime) -> Draft:
    """The draft with another answer, typed at `now`."""
    if name.startswith(EVIDENCE):
        kind = name.removeprefix(EVIDENCE)
        others = tuple(said for said in draft.evidence if said.kind != kind)
        # Files stay, whatever is typed beside them.
        first, *more = [said for said in draft.evidence if said.kind == kind] or [Statement(kind)]
        added = (Statement(kind, value, first.file),) if value.strip() or first.file else ()
        return structs.replace(draft, evidence=(*others, *added, *more))
    match name:
        case "earlier":
            return structs.replace(draft, earlier=tuple(value.split()))
        case "endorse":
            return structs.replace(draft, endorse={"endorse": True, "decline": False}.get(value))
        case "observed":
            return structs.replace(draft, observed=value, observed_at=understood(value, now))
        case "about":
            return structs.replace(draft, about=_about(draft, value))
        case "place":
            about = About("place", value) if draft.about.kind == "place" else draft.about
            return structs.replace(draft, about=about)
        case _:
            return structs.replace(draft, **{name: value})


def _about(draft: Draft, value: str) -> About:
    if value.startswith(PLACE):
        return About("place", value.removeprefix(PLACE))
    return About("matter", draft.order_no) if value == "matter" else About()


def is_asked(field: str, draft: Draft) -> bool:
    """Whether a question makes sense with the answers that the draft has."""
    return field != "place" or draft.about.kind == "place"


def field_of(finding: Finding) -> str:
    """The field at which a finding of the rules stands."""
    if finding.reason == "evidence_missing":
        return f"{EVIDENCE}{finding.params.get('kind', '')}"
    return finding.field
