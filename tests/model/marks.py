"""Invented annotations that the rules take as they are, and the facts around them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from caseworker.model.annotation import Annotation, Kind, Statement
from caseworker.model.order import WorkOrder
from caseworker.model.rules import Facts, check
from caseworker.model.taxonomy import built_in

NOW = datetime(2026, 11, 24, 9, 43, tzinfo=UTC)
ORDER_NO = "440300202611070004"
EARLIER_NO = "440300202611010001"

AN_ORDER = WorkOrder(
    order_no=ORDER_NO,
    title="要求安排工作并补发十年工资",
    content="十年前被单位辞退，要求安排工作并补发十年工资。",
    revision=3,
)


def an_id(number: int) -> str:
    """A well-formed annotation id."""
    return f"00000000-0000-7000-8000-{number:012x}"


def a_mark(code: str, /, **fields: Any) -> Annotation:
    """An annotation with this code that says and shows all that the rules ask for."""
    kind: Kind = built_in().codes[code].kind
    given: dict[str, Any] = {
        "id": an_id(1),
        "order_no": ORDER_NO,
        "kind": kind,
        "code": code,
        "text": "其要求违反劳动合同法第十条",
        "earlier": (EARLIER_NO,) if kind == "repeat" else (),
        "suggested_unit": "区城管局" if kind == "objection" else "",
        "evidence": evidence_for(code),
        "author": "李敏",
        "written_at": NOW,
    }
    return Annotation(**(given | fields))


def evidence_for(code: str) -> tuple[Statement, ...]:
    """A statement of each kind that a code demands."""
    return tuple(
        Statement(kind, "李敏、陈芳" if built_in().evidence[kind].persons else "详见走访记录")
        for kind in built_in().codes[code].demands
    )


def a_review(target: Annotation, **fields: Any) -> Annotation:
    """Another person's endorsement of `target`."""
    given: dict[str, Any] = {
        "id": an_id(2),
        "order_no": target.order_no,
        "kind": "review",
        "text": "已核对条款和走访记录",
        "target": target.id,
        "endorse": True,
        "author": "王主任",
        "written_at": NOW + timedelta(hours=1),
    }
    return Annotation(**(given | fields))


def a_withdrawal(target: Annotation, **fields: Any) -> Annotation:
    """The author takes `target` back."""
    given: dict[str, Any] = {
        "id": an_id(3),
        "order_no": target.order_no,
        "kind": "withdrawal",
        "text": "写错了工单",
        "target": target.id,
        "author": target.author,
        "written_at": NOW + timedelta(hours=1),
    }
    return Annotation(**(given | fields))


def facts(links: Mapping[str, Iterable[str]] | None = None, **fields: Any) -> Facts:
    """Facts in which both orders are known, no link stands, and nothing has been said yet."""
    standing_links = links or {}
    given: dict[str, Any] = {
        "now": NOW,
        "order": AN_ORDER,
        "earlier_of": lambda number: standing_links.get(number, ()),
        "knows_order": {ORDER_NO, EARLIER_NO}.__contains__,
    }
    return Facts(**(given | fields))


def refused(annotation: Annotation, around: Facts | None = None) -> set[str]:
    """The reasons for which the rules refuse."""
    return _reasons(annotation, around, "refuse")


def warned(annotation: Annotation, around: Facts | None = None) -> set[str]:
    """The reasons for which the rules only warn."""
    return _reasons(annotation, around, "warn")


def _reasons(annotation: Annotation, around: Facts | None, severity: str) -> set[str]:
    findings = check(annotation, built_in(), around or facts())
    return {finding.reason for finding in findings if finding.severity == severity}
