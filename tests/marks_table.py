"""A row for each code and each safeguard of DOMAIN §4: what is said, and why it is refused.

The same rows are asked of the desk (before anything is saved) and of the hub's API directly (a
client that skips the desk's checks), so that neither is more lenient than the other.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, structs

from caseworker.model.annotation import Annotation, FileRef, Statement
from caseworker.model.evidence import FILES_MAX
from caseworker.model.order import Clearance, WorkOrder
from caseworker.model.taxonomy import built_in
from tests.model.marks import EARLIER_NO, NOW, ORDER_NO, a_mark, a_review, a_withdrawal, an_id

TAXONOMY = built_in()
CAN_HURT = [name for name, code in TAXONOMY.codes.items() if code.review]
LOCKED = [name for name, code in TAXONOMY.codes.items() if code.safety_lock]


class Row(Struct, frozen=True, kw_only=True):
    """One thing said about an order, and what must become of it.

    `mark` is on `ORDER_NO`; its author is whoever says it. `first`, where there is one, stands on
    the order already: said by the same person (`own`), or by a colleague.
    """

    name: str
    mark: Annotation
    reason: str = ""
    """The key of wording that refuses it first, empty where it is taken."""
    order: dict[str, Any] = {}
    """Fields of the order that differ from `AN_ORDER`'s."""
    first: Annotation | None = None
    own: bool = False
    before: tuple[Annotation, ...] = ()
    """What the same person said before that."""
    awaited: bool = False
    """Whether the files of `first` are still on their way to the hub."""


AN_ORDER = WorkOrder(
    order_no=ORDER_NO,
    title="要求安排工作并补发十年工资",
    content="十年前被单位辞退，要求安排工作并补发十年工资。",
)
EARLIER_ORDER = WorkOrder(order_no=EARLIER_NO, title="要求安排工作", content="要求安排工作。")

SAFETY = {
    "fire": "楼道的防火门一直开着",
    "gas": "楼里有煤气味",
    "collapse": "外墙脱落，快要倒塌",
    "electric": "路灯漏电",
    "suicide": "他说不想活了",
    "violence": "邻居持刀威胁",
    "minors": "幼儿园门口",
    "food_medicine": "食堂的饭菜变质",
    "group_wage_arrears": "拖欠农民工工资",
}
"""Each topic of the safety lexicon → an order that speaks of it."""

CLEARED = Clearance(by="市中心 周", at=NOW, text="已现场核查，防火门完好。")


def rows() -> Iterator[Row]:
    """Every row; names are unique."""
    yield from _codes()
    yield from _words()
    yield from _evidence()
    yield from _locks()
    yield from _repeats()
    yield from _objections()
    yield from _reviews()
    yield from _withdrawals()


def on_order(row: Row) -> WorkOrder:
    """The order that a row's mark is on."""
    return structs.replace(AN_ORDER, **({"order_no": row.mark.order_no} | row.order))


def numbered(row: Row, number: int) -> Row:
    """The same row on orders of its own, so that many rows can stand in one store."""
    first = row.first
    return structs.replace(
        row,
        mark=_moved(row.mark, number),
        first=None if first is None else _moved(first, number),
        before=tuple(_moved(one, number) for one in row.before),
    )


def earlier_order(row: Row) -> WorkOrder:
    """The order that a row's repeats name."""
    number = row.mark.order_no.replace(ORDER_NO, EARLIER_NO)
    return structs.replace(EARLIER_ORDER, order_no=number)


def _moved(said: Annotation, number: int) -> Annotation:
    def renamed(annotation_id: str) -> str:
        return an_id(number * 1_000 + int(annotation_id[-12:], 16)) if annotation_id else ""

    return structs.replace(
        said,
        id=renamed(said.id),
        target=renamed(said.target),
        order_no=f"{said.order_no}-{number}",
        earlier=tuple(f"{earlier}-{number}" for earlier in said.earlier),
    )


def _codes() -> Iterator[Row]:
    for code in TAXONOMY.codes:
        yield Row(name=f"{code}, complete", mark=a_mark(code))
        yield Row(
            name=f"{code}, without words", mark=a_mark(code, text=" \n"), reason="text_missing"
        )
    yield Row(name="no code", mark=a_mark("U01", code=""), reason="code_missing")
    yield Row(name="no such code", mark=a_mark("U01", code="U99"), reason="code_unknown")
    yield Row(
        name="a code of another kind", mark=a_mark("J01", code="R01"), reason="code_of_other_kind"
    )


def _words() -> Iterator[Row]:
    for code in TAXONOMY.of_kind("unreasonable"):
        yield Row(
            name=f"{code}, words that judge",
            mark=a_mark(code, text="此人无理取闹，胡搅蛮缠"),
            reason="text_vague",
        )
    yield Row(
        name="10,000 characters of grounds",
        mark=a_mark("U01", text="依劳动合同法第十条" + "长" * 9_991),
        reason="text_too_long",
    )


def _evidence() -> Iterator[Row]:
    for name, code in TAXONOMY.codes.items():
        for kind in code.demands:
            rest = tuple(one for one in a_mark(name).evidence if one.kind != kind)
            yield Row(
                name=f"{name}, without {kind}",
                mark=a_mark(name, evidence=rest),
                reason="evidence_missing",
            )
    for name, file, reason in (
        ("a photograph", _file(), ""),
        ("an empty file", _file(size=0), "evidence_empty"),
        ("a huge file", _file(size=20 * 2**20 + 1), "evidence_too_large"),
        ("a program", _file(name="现场.exe"), "evidence_type_unknown"),
        ("a path", _file(name="../现场.jpg"), "evidence_type_unknown"),
        ("a type that its name does not say", _file(name="现场.pdf"), "evidence_not_its_type"),
    ):
        mark = a_mark("U03")
        shown = (*mark.evidence, Statement("photo", file=file))
        yield Row(name=name, mark=structs.replace(mark, evidence=shown), reason=reason)
    visit_by_photo = tuple(
        Statement(one.kind, file=_file()) if TAXONOMY.evidence[one.kind].persons else one
        for one in a_mark("U03").evidence
    )
    for name, visitors in (("one person", "李敏"), ("one person twice", "李敏、李敏")):
        named = tuple(
            Statement(one.kind, visitors) if TAXONOMY.evidence[one.kind].persons else one
            for one in a_mark("U03").evidence
        )
        yield Row(
            name=f"a visit of {name}", mark=a_mark("U03", evidence=named), reason="evidence_persons"
        )
    photos = tuple(
        Statement("photo", file=_file(sha256=f"{number:064x}")) for number in range(FILES_MAX + 1)
    )
    many = a_mark("U03")
    yield Row(
        name="thirteen files",
        mark=structs.replace(many, evidence=(*many.evidence, *photos)),
        reason="evidence_too_many",
    )
    yield Row(
        name="a visit that names nobody",
        mark=a_mark("U03", evidence=visit_by_photo),
        reason="evidence_missing",
    )


def _locks() -> Iterator[Row]:
    orders: list[tuple[str, dict[str, Any], str]] = [
        ("urgent", {"urgent": True}, "locked_urgent"),
        ("secret", {"is_secret": True}, "locked_secret"),
        ("urgent, lifted by the centre", {"urgent": True, "cleared": CLEARED}, ""),
        ("fire, lifted by the centre", {"content": SAFETY["fire"], "cleared": CLEARED}, ""),
        ("secret, lifted all the same", {"is_secret": True, "cleared": CLEARED}, "locked_secret"),
        *((topic, {"content": words}, "locked_safety") for topic, words in SAFETY.items()),
    ]
    for name, order, reason in orders:
        for code in TAXONOMY.codes:
            locked = code in LOCKED
            yield Row(
                name=f"{code} on an order of {name}",
                mark=a_mark(code),
                order=order,
                reason=reason if locked else "",
            )


def _repeats() -> Iterator[Row]:
    for code in TAXONOMY.of_kind("repeat"):
        yield Row(
            name=f"{code}, of nothing", mark=a_mark(code, earlier=()), reason="earlier_missing"
        )
        yield Row(
            name=f"{code}, of itself",
            mark=a_mark(code, earlier=(ORDER_NO,)),
            reason="earlier_is_itself",
        )
    yield Row(
        name="a circle of repeats",
        mark=a_mark("R01"),
        first=a_mark("R01", id=an_id(90), order_no=EARLIER_NO, earlier=(ORDER_NO,)),
        reason="earlier_makes_circle",
    )


def _objections() -> Iterator[Row]:
    for code in TAXONOMY.of_kind("objection"):
        yield Row(
            name=f"{code}, to nowhere", mark=a_mark(code, suggested_unit=""), reason="route_missing"
        )


def _reviews() -> Iterator[Row]:
    for code in CAN_HURT:
        proposal = a_mark(code, id=an_id(90))
        lead_only = TAXONOMY.codes[code].second_reader
        yield Row(
            name=f"{code}, endorsed by a colleague",
            mark=a_review(proposal),
            first=proposal,
            reason="review_needs_lead" if lead_only else "",
        )
        yield Row(
            name=f"{code}, endorsed by its author",
            mark=a_review(proposal),
            first=proposal,
            own=True,
            reason="review_of_own",
        )
        yield Row(
            name=f"{code}, endorsed on a first contact",
            mark=a_review(proposal),
            first=proposal,
            order={"first_contact": True},
            reason="review_needs_lead",
        )
        yield Row(
            name=f"{code}, endorsed where a vulnerable person is concerned",
            mark=a_review(proposal),
            first=proposal,
            before=(a_mark("C01", id=an_id(91)),),
            reason="review_needs_lead",
        )
        yield Row(
            name=f"{code}, declined by a colleague",
            mark=a_review(proposal, endorse=False),
            first=proposal,
        )
    proposal = a_mark("U01", id=an_id(90))
    yield Row(
        name="a review that does not say which",
        mark=a_review(proposal, endorse=None),
        first=proposal,
        reason="review_without_verdict",
    )
    yield Row(
        name="a review without words",
        mark=a_review(proposal, text=" "),
        first=proposal,
        reason="text_missing",
    )
    elsewhere = structs.replace(proposal, order_no=EARLIER_NO)
    yield Row(
        name="a review of a proposal on another order",
        mark=a_review(elsewhere, order_no=ORDER_NO),
        first=elsewhere,
        reason="target_of_other_order",
    )
    photo = Statement("photo", file=_file(sha256="cd" * 32))
    with_photo = structs.replace(proposal, evidence=(*proposal.evidence, photo))
    for verdict, endorse, reason in (
        ("endorsed", True, "review_before_evidence"),
        ("declined", False, ""),
    ):
        yield Row(
            name=f"{verdict} before its evidence is here",
            mark=a_review(with_photo, endorse=endorse),
            first=with_photo,
            awaited=True,
            reason=reason,
        )
    note = a_mark("C03", id=an_id(90))
    yield Row(
        name="a review of what is no proposal",
        mark=a_review(note),
        first=note,
        reason="target_needs_no_review",
    )


def _withdrawals() -> Iterator[Row]:
    proposal = a_mark("U01", id=an_id(90))
    yield Row(name="taken back", mark=a_withdrawal(proposal), first=proposal, own=True)
    yield Row(
        name="taken back by another",
        mark=a_withdrawal(proposal),
        first=proposal,
        reason="withdrawal_of_others",
    )
    taken_back = a_withdrawal(proposal, id=an_id(91))
    yield Row(
        name="a withdrawal taken back",
        mark=a_withdrawal(taken_back),
        first=taken_back,
        before=(proposal,),
        own=True,
        reason="target_is_withdrawal",
    )
    yield Row(
        name="taken back without words",
        mark=a_withdrawal(proposal, text=""),
        first=proposal,
        own=True,
        reason="text_missing",
    )


def _file(**fields: Any) -> FileRef:
    given: dict[str, Any] = {
        "sha256": "ab" * 32,
        "size": 4_000,
        "media_type": "image/jpeg",
        "name": "现场.jpg",
    }
    return FileRef(**(given | fields))
