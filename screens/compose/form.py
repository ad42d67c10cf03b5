"""What each kind of annotation asks of its author, as data, and how a draft keeps the answers."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct, structs

from caseworker.cache.drafts import Draft
from caseworker.desk.wording import evidence_label
from caseworker.locale import mark
from caseworker.model.annotation import Kind, Statement
from caseworker.model.rules import Finding
from caseworker.model.taxonomy import Taxonomy

Shape = Literal["code", "target", "verdict", "words", "line"]


class Field(Struct, frozen=True):
    """One question. `label` and `hint` are English sentences of the catalogue."""

    name: str
    """The draft's field, or `evidence:` with the kind of evidence."""
    shape: Shape
    label: str
    hint: str = ""


_CODE: Final = Field("code", "code", mark("reason"))
_WORDS: Final = mark("in words")

_FIELDS: Final[Mapping[Kind, tuple[Field, ...]]] = {
    "context": (
        Field("code", "code", mark("context")),
        Field(
            "text", "words", _WORDS, mark("Who, what, where, when: what the order does not say.")
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
        Field("text", "words", _WORDS, mark("Why it is not ours.")),
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

_TELL: Final = Field(
    "tell_citizen",
    "words",
    mark("tell them"),
    mark("A draft of what the citizen will be told, and how they can object."),
)

EVIDENCE: Final = "evidence:"


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
    """What the form asks after the evidence."""
    return (_TELL,) if kind == "unreasonable" else ()


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
        case _:
            return str(getattr(draft, name))


def with_value(draft: Draft, name: str, value: str) -> Draft:
    """The draft with another answer."""
    if name.startswith(EVIDENCE):
        kind = name.removeprefix(EVIDENCE)
        others = tuple(said for said in draft.evidence if said.kind != kind)
        added = (Statement(kind, value),) if value.strip() else ()
        return structs.replace(draft, evidence=(*others, *added))
    match name:
        case "earlier":
            return structs.replace(draft, earlier=tuple(value.split()))
        case "endorse":
            return structs.replace(draft, endorse={"endorse": True, "decline": False}.get(value))
        case _:
            return structs.replace(draft, **{name: value})


def field_of(finding: Finding) -> str:
    """The field at which a finding of the rules stands."""
    if finding.reason == "evidence_missing":
        return f"{EVIDENCE}{finding.params.get('kind', '')}"
    return finding.field
