"""The rules of fair marks (DESIGN §3, DOMAIN §4), enforced at the desk and again at the hub."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from caseworker.model.annotation import PROPOSALS, TEXT_MAX, Annotation, Statement
from caseworker.model.evidence import (
    FILE_BYTES_MAX,
    FILES_MAX,
    files_of,
    has_folder,
    type_of_name,
)
from caseworker.model.order import WorkOrder, citizen_text
from caseworker.model.taxonomy import Code, Taxonomy

Severity = Literal["refuse", "warn"]

RETURN_WINDOW_WARNING: Final = timedelta(hours=4)


UNFINISHED: Final = frozenset(
    {
        "code_missing",
        "code_unknown",
        "code_retired",
        "code_replaced",
        "code_of_other_kind",
        "text_missing",
        "text_too_long",
        "text_vague",
        "evidence_missing",
        "earlier_missing",
        "route_missing",
        "review_without_verdict",
        "observed_unclear",
        "observed_ahead",
        "place_missing",
        "template_open",
    }
)
"""Refusals that the words themselves cause, whichever order they are about."""


class Finding(Struct, frozen=True, kw_only=True):
    """What is wrong with an annotation, or worth a warning, and in which field.

    `reason` is a key of `caseworker.desk.wording`, `params` its fill-ins.
    """

    reason: str
    severity: Severity = "refuse"
    field: str = ""
    params: dict[str, str] = {}


class Facts(Struct, frozen=True, kw_only=True):
    """What a rule may ask beyond the annotation itself; the caller fills it from its store."""

    now: datetime
    order: WorkOrder | None
    """None where the order is not known here: rules that need it wait for the hub."""
    standing: tuple[Annotation, ...] = ()
    """Annotations on the order that are not withdrawn, by anyone."""
    target: Annotation | None = None
    """What a review or a withdrawal is about."""
    awaited: tuple[str, ...] = ()
    """Names of the target's files that are not at the hub yet."""
    earlier_of: Callable[[str], Iterable[str]]
    """The orders that an order's standing repeat links name."""
    knows_order: Callable[[str], bool]
    roles: tuple[str, ...] = ()
    """Roles of the author, empty where unknown (a desk that is not enrolled)."""


def check(annotation: Annotation, taxonomy: Taxonomy, facts: Facts) -> list[Finding]:
    """Everything that the rules have to say about an annotation, refusals first."""
    match annotation.kind:
        case "review":
            findings = _check_review(annotation, taxonomy, facts)
        case "withdrawal":
            findings = _check_withdrawal(annotation, facts)
        case _:
            findings = _check_coded(annotation, taxonomy, facts)
    findings += _check_files(annotation)
    if len(annotation.text) > TEXT_MAX:
        findings.append(too_long("text"))
    return sorted(findings, key=lambda finding: finding.severity != "refuse")


def refusals(findings: Iterable[Finding]) -> list[Finding]:
    """Only the findings that stop an annotation."""
    return [finding for finding in findings if finding.severity == "refuse"]


def too_long(field: str) -> Finding:
    """The refusal of a text that is longer than any text of an annotation may be."""
    return _refuse("text_too_long", field, max=str(TEXT_MAX))


def needs_review(annotation: Annotation, taxonomy: Taxonomy) -> bool:
    """Whether the centre may rule only after a second person's endorsement (DESIGN §1.4)."""
    code = taxonomy.codes.get(annotation.code)
    return annotation.kind in PROPOSALS and code is not None and code.review


def needs_second_reader(
    annotation: Annotation,
    order: WorkOrder | None,
    taxonomy: Taxonomy,
    standing: Iterable[Annotation],
) -> bool:
    """Whether a lead must endorse: a first contact or a vulnerable person (DOMAIN §4.4)."""
    code = taxonomy.codes.get(annotation.code)
    if code is None or not code.review:
        return False
    if code.second_reader or (order is not None and order.first_contact):
        return True
    return any(
        other.kind == "context" and other.code in taxonomy.vulnerable_codes for other in standing
    )


def safety_lock(order: WorkOrder, taxonomy: Taxonomy) -> str:
    """Why an order is under the safety lock: "urgent", the word found, or an empty string.

    What the centre cleared is under none, as long as the order reads as it did then.
    """
    if is_cleared(order):
        return ""
    if order.urgent:
        return "urgent"
    return taxonomy.safety_word(citizen_text(order))


def is_cleared(order: WorkOrder) -> bool:
    """Whether the centre has lifted the safety lock of the order as it stands (DOMAIN §4.3)."""
    return order.cleared is not None and order.cleared.revision >= order.substance_revision


def makes_circle(
    order_no: str, earlier: Iterable[str], earlier_of: Callable[[str], Iterable[str]]
) -> bool:
    """Whether linking `order_no` to `earlier` would let a path of links come back to it."""
    seen: set[str] = set()
    ahead = list(earlier)
    while ahead:
        current = ahead.pop()
        if current == order_no:
            return True
        if current not in seen:
            seen.add(current)
            ahead.extend(earlier_of(current))
    return False


def _check_coded(annotation: Annotation, taxonomy: Taxonomy, facts: Facts) -> list[Finding]:
    code = taxonomy.codes.get(annotation.code)
    if code is None:
        return [
            _refuse(
                "code_unknown" if annotation.code else "code_missing", "code", code=annotation.code
            )
        ]
    findings: list[Finding] = []
    if code.retired and code.successor:
        took_its_place = {"code": annotation.code, "successor": code.successor}
        findings.append(_refuse("code_replaced", "code", **took_its_place))
    elif code.retired:
        findings.append(_refuse("code_retired", "code", code=annotation.code))
    if code.kind != annotation.kind:
        findings.append(_refuse("code_of_other_kind", "code", code=annotation.code))
    if not annotation.text.strip():
        findings.append(_refuse("text_missing", "text"))
    findings += _check_evidence(annotation, code, taxonomy)
    match annotation.kind:
        case "repeat":
            findings += _check_links(annotation, code, facts)
        case "unreasonable":
            if annotation.text.strip() and is_vague(annotation.text, taxonomy):
                findings.append(_refuse("text_vague", "text"))
        case "objection":
            findings += _check_objection(annotation, facts)
    if facts.order is not None:
        findings += _check_locks(annotation, code, facts.order, taxonomy)
        if needs_second_reader(annotation, facts.order, taxonomy, facts.standing):
            findings.append(Finding(reason="second_reader", severity="warn", field="code"))
        elif code.review:
            findings.append(Finding(reason="review_first", severity="warn", field="code"))
    return findings


def _check_evidence(annotation: Annotation, code: Code, taxonomy: Taxonomy) -> list[Finding]:
    given = {one.kind for one in annotation.evidence if _shows(one, taxonomy)}
    findings = [
        _refuse("evidence_missing", "evidence", code=annotation.code, kind=kind)
        for kind in code.demands
        if kind not in given
    ]
    for statement in annotation.evidence:
        what = taxonomy.evidence.get(statement.kind)
        if what is None or not statement.text.strip():
            continue
        if len(persons_named(statement.text)) < what.persons:
            findings.append(
                _refuse(
                    "evidence_persons", "evidence", kind=statement.kind, count=str(what.persons)
                )
            )
        if what.dated and day_named(statement.text) is None:
            findings.append(
                Finding(
                    reason="evidence_undated",
                    severity="warn",
                    field="evidence",
                    params={"kind": statement.kind},
                )
            )
    return findings


def _shows(statement: Statement, taxonomy: Taxonomy) -> bool:
    """Whether a statement is evidence: words, or a file where no persons need be named."""
    what = taxonomy.evidence.get(statement.kind)
    names_none = what is None or what.persons == 0
    return bool(statement.text.strip()) or (statement.file is not None and names_none)


def persons_named(text: str) -> set[str]:
    """The different names in a list of persons, case folded: 李敏、陈芳 or "Li Min, Chen Fang".

    Names are parted by commas and their like, by "and", and in Chinese also by spaces.
    """
    named: set[str] = set()
    for part in _BETWEEN_NAMES.split(text.casefold()):
        words = part.split()
        several = len(words) > 1 and all(_HAN.match(word) and len(word) > 1 for word in words)
        named.update(words if several else ["".join(words)])
    return {name for name in named if any(sign.isalpha() for sign in name)}


def day_named(text: str) -> date | None:
    """The last day that a text names, written as 2026-12-20 or 2026年12月20日; None without one."""
    named: date | None = None
    for year, month, day in _DAY.findall(text):
        with suppress(ValueError):
            named = date(int(year), int(month), int(day))
    return named


def _check_files(annotation: Annotation) -> list[Finding]:
    """What no file of evidence may be; its bytes are looked at where they are (DOMAIN §4.5)."""
    findings: list[Finding] = []
    files = files_of(annotation)
    if len(files) > FILES_MAX:
        findings.append(_refuse("evidence_too_many", "evidence", max=str(FILES_MAX)))
    for file in files:
        promised = type_of_name(file.name)
        if has_folder(file.name) or not promised:
            findings.append(_refuse("evidence_type_unknown", "evidence", file=file.name))
        elif promised != file.media_type:
            findings.append(_refuse("evidence_not_its_type", "evidence", file=file.name))
        if file.size == 0:
            findings.append(_refuse("evidence_empty", "evidence", file=file.name))
        elif file.size > FILE_BYTES_MAX:
            megabytes = str(FILE_BYTES_MAX // 2**20)
            findings.append(
                _refuse("evidence_too_large", "evidence", file=file.name, max=megabytes)
            )
    return findings


def _check_links(annotation: Annotation, code: Code, facts: Facts) -> list[Finding]:
    if not annotation.earlier:
        return [_refuse("earlier_missing", "earlier")]
    if annotation.order_no in annotation.earlier:
        return [_refuse("earlier_is_itself", "earlier")]
    if not code.needs_order:
        return []
    for number in annotation.earlier:
        if makes_circle(annotation.order_no, [number], facts.earlier_of):
            return [_refuse("earlier_makes_circle", "earlier", order=number)]
    return [
        Finding(
            reason="earlier_unknown", severity="warn", field="earlier", params={"order": number}
        )
        for number in annotation.earlier
        if not facts.knows_order(number)
    ]


def _check_objection(annotation: Annotation, facts: Facts) -> list[Finding]:
    findings: list[Finding] = []
    if not annotation.route.strip() and not annotation.suggested_unit.strip():
        findings.append(_refuse("route_missing", "suggested_unit"))
    closes = facts.order.return_by if facts.order is not None else None
    if closes is not None and closes <= facts.now:
        findings.append(
            Finding(
                reason="return_window_closed", severity="warn", params={"when": closes.isoformat()}
            )
        )
    elif closes is not None and closes - facts.now < RETURN_WINDOW_WARNING:
        findings.append(
            Finding(
                reason="return_window_closing", severity="warn", params={"when": closes.isoformat()}
            )
        )
    return findings


def _check_locks(
    annotation: Annotation, code: Code, order: WorkOrder, taxonomy: Taxonomy
) -> list[Finding]:
    if not code.safety_lock:
        return []
    if order.is_secret:
        return [_refuse("locked_secret", "code", code=annotation.code)]
    word = safety_lock(order, taxonomy)
    if word == "urgent":
        return [_refuse("locked_urgent", "code", code=annotation.code)]
    if word:
        return [_refuse("locked_safety", "code", code=annotation.code, word=word)]
    return []


def _check_review(annotation: Annotation, taxonomy: Taxonomy, facts: Facts) -> list[Finding]:
    target = facts.target
    if target is None:
        return [_refuse("target_unknown", "target")]
    findings: list[Finding] = []
    if target.order_no != annotation.order_no:
        findings.append(_refuse("target_of_other_order", "target"))
    if target.kind not in PROPOSALS:
        findings.append(_refuse("target_needs_no_review", "target"))
    if target.author == annotation.author:
        findings.append(_refuse("review_of_own", "target"))
    if annotation.endorse is None:
        findings.append(_refuse("review_without_verdict", "endorse"))
    if not annotation.text.strip():
        findings.append(_refuse("text_missing", "text"))
    if (
        annotation.endorse
        and facts.roles
        and "lead" not in facts.roles
        and needs_second_reader(target, facts.order, taxonomy, facts.standing)
    ):
        findings.append(_refuse("review_needs_lead", "target"))
    if annotation.endorse and facts.awaited:
        # Nobody has seen what it rests on but its author; to decline it needs no file.
        findings.append(
            _refuse("review_before_evidence", "endorse", files=", ".join(facts.awaited))
        )
    return findings


def _check_withdrawal(annotation: Annotation, facts: Facts) -> list[Finding]:
    target = facts.target
    if target is None:
        return [_refuse("target_unknown", "target")]
    findings: list[Finding] = []
    if target.order_no != annotation.order_no:
        findings.append(_refuse("target_of_other_order", "target"))
    if target.author != annotation.author:
        findings.append(_refuse("withdrawal_of_others", "target"))
    if target.kind == "withdrawal":
        findings.append(_refuse("target_is_withdrawal", "target"))
    if not annotation.text.strip():
        findings.append(_refuse("text_missing", "text"))
    return findings


def is_vague(text: str, taxonomy: Taxonomy) -> bool:
    """Whether too little is left of the grounds once words that judge or say nothing are out.

    A Chinese character counts one, a word or number of another script two, and each only once:
    "违反劳动合同法第十条" and "breaks section 10" are grounds, "无理取闹" and "哈哈哈哈" are none.
    """
    left = set(_TOKEN.findall(taxonomy.without_vague_words(text)))
    return sum(1 if _HAN.match(token) else 2 for token in left) < _GROUNDS_MIN


_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_TOKEN: Final = re.compile(rf"{_HAN.pattern}|(?:(?!{_HAN.pattern})[^\W_])+")
_GROUNDS_MIN: Final = 4
_BETWEEN_NAMES: Final = re.compile(r"[、，,；;/\n]|\band\b|&")
_DAY: Final = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")


def _refuse(reason: str, field: str, **params: str) -> Finding:
    return Finding(reason=reason, field=field, params=params)
