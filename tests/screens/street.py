"""A street with a day's orders, all invented, at a clock that stands still."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID

from msgspec import structs

from caseworker.cache import settings
from caseworker.cache.annotations import put_annotation, put_decision
from caseworker.cache.connection import Cache
from caseworker.cache.orders import put_orders
from caseworker.cache.outbox import freeze, settle
from caseworker.desk.annotate import new_draft, write
from caseworker.desk.worker import Worker
from caseworker.model.annotation import Annotation, Decision, Kind, Statement
from caseworker.model.order import CategoryStep, WorkOrder
from caseworker.model.taxonomy import built_in
from caseworker.model.wire import AnnotationResult
from caseworker.model.zone import HOTLINE_ZONE

NOW = datetime(2026, 11, 24, 9, 43, tzinfo=HOTLINE_ZONE)
LI_MIN = Worker("李敏", "heping", "和平街道", ("office",))

GAS, MANHOLE, GARAGE, PARKING, JOB = (
    "440300202611060003",
    "440300202611080011",
    "440300202611050002",
    "440300202611080005",
    "440300202611070004",
)
EARLIER = "440300202611010001"


def ids() -> Any:
    """Ids in a row, in place of those made from the clock."""
    numbers = count(1)
    return patch(
        "uuid6.uuid7",
        lambda: UUID(f"019aaaaa-0000-7000-8000-{next(numbers):012x}"),
    )


def fill(cache: Cache) -> None:
    """The day's orders, and what was said about them."""
    with cache.writing():
        put_orders(cache, orders(), built_in(), from_hub=True)
        settings.put(
            cache,
            hub="https://hub.example",
            worker="李敏",
            unit="heping",
            me='{"worker":"李敏","unit":"heping","unit_name":"和平街道","level":"street",'
            '"roles":["office"],"scope":["heping"],"limits":{"page":1,"batch":1,"body_bytes":1},'
            '"taxonomy_version":"2026.1"}',
        )
        for annotation in said_by_others():
            put_annotation(cache, annotation)
        put_decision(cache, ruling())
    with ids():
        said_here(cache)


def orders() -> list[WorkOrder]:
    """Fourteen open orders and two closed ones."""
    return [
        _order(
            GAS,
            "燃气泄漏，楼道里有很浓的煤气味",
            "幸福里5号楼一单元楼道里有很浓的煤气味，已经有老人说头晕，请马上来人看。",
            "幸福里5号楼",
            hours=0.64,
            urgent=True,
        ),
        _order(
            MANHOLE,
            "井盖缺失，晚上有人绊倒",
            "路口井盖没了，昨晚有人绊倒。",
            "建设路与和平路口",
            hours=4.17,
        ),
        _order(
            GARAGE,
            "地下车库又渗水了，打了好几次电话没人管",
            "我住幸福里3号楼，地下车库又渗水了，打了好几次电话没人管。要求物业尽快维修并赔偿车辆损失。\n\n"
            "上次来人说二十号以前修好，到现在也没有动静；车库东侧的墙一直在滴水，地上有积水，老人走路容易滑倒。",
            "幸福里小区3号楼",
            hours=7 + 52 / 60,
            type="投诉",
            channel="电话",
            category=(CategoryStep("房屋"), CategoryStep("渗漏")),
            community="幸福里社区",
            caller_name="王小明",
            caller_phone="13800005521",
            deadlines={
                "city": NOW + timedelta(days=11, hours=8),
                "street": NOW + timedelta(hours=7, minutes=52),
            },
            return_by=NOW + timedelta(hours=3),
        ),
        _order(
            PARKING,
            "建设路两侧乱停车，影响通行",
            "两侧都停满了，公交车过不去。",
            "建设路18号",
            hours=7.88,
        ),
        _order(
            JOB,
            "要求安排工作并补发十年工资",
            "十年前从厂里下岗，现在要求政府安排工作，并把十年的工资补给我。",
            "建设路18号",
            hours=27,
        ),
        _order(
            "440300202611080020", "楼上装修噪音，中午不停", "中午也在敲。", "和平里2号楼", hours=30
        ),
        _order("440300202611080023", "快递柜占用人行道", "推婴儿车过不去。", "和平路口", hours=50),
        _order("440300202611080024", "路灯不亮，第3次反映", "还是不亮。", "建设路22号", hours=52),
        _order(
            "440300202611080035", "要求物业公开账目", "三年没有公开了。", "幸福里小区", hours=75
        ),
        _order(
            "440300202611080037",
            "Noise from the bar after midnight",
            "Every night.",
            "12 Heping Rd",
            hours=76,
        ),
        _order(
            "440300202611080041",
            "反映小区快递站早晚占道卸货，希望协调固定时间和地点，避免影响学生上下学",
            "",
            "幸福里小区南门外人行道与公交站之间",
            hours=80,
        ),
        _order(
            "440300202611080042",
            "举报有人私设赌局",
            "不要透露我的信息。",
            "和平里",
            hours=90,
            is_secret=True,
            caller_name="赵",
        ),
        _order("440300202611080050", "咨询居住证办理", "要带什么材料？", "", hours=120),
        _order("440300202611080051", "建议增加长椅", "公园里老人没处坐。", "和平公园", hours=None),
        _order("440300202611230099", "垃圾清运不及时", "两天没收了。", "建设路5号", hours=-2.2),
        _order(
            EARLIER,
            "地下室漏水",
            "地下室漏水，请物业处理。",
            "幸福里小区3号楼",
            hours=-200,
            state="closed",
            received_at=NOW - timedelta(days=23),
            dispatched_at=NOW - timedelta(days=23, hours=-1),
            closed_at=NOW - timedelta(days=9),
            reply="物业已安排维修，预计十一月二十日前完成。",
        ),
    ]


def _order(
    number: str, title: str, content: str, address: str, *, hours: float | None, **more: Any
) -> WorkOrder:
    fields: dict[str, Any] = {
        "received_at": NOW - timedelta(days=2, hours=int(number[-2:])),
        "dispatched_at": NOW - timedelta(days=2, hours=int(number[-2:]) - 1),
        "deadline": None if hours is None else NOW + timedelta(hours=hours),
        "unit": "和平街道",
        "type": "求助",
        "caller_name": "陈芳",
        "caller_phone": "13900001234",
        "revision": 1,
    }
    return WorkOrder(
        order_no=number, title=title, content=content, address=address, **(fields | more)
    )


def said_by_others() -> list[Annotation]:
    """What colleagues have said."""
    return [
        Annotation(
            id="019aaaaa-1111-7000-8000-000000000001",
            order_no=GARAGE,
            order_revision=1,
            kind="context",
            code="C03",
            text="物业承诺十一月二十日前维修防水层，联系人是物业经理。",
            author="陈芳",
            written_at=NOW - timedelta(days=1, hours=3),
        ),
        Annotation(
            id="019aaaaa-1111-7000-8000-000000000002",
            order_no=JOB,
            order_revision=1,
            kind="unreasonable",
            code="U01",
            text="劳动合同法第五十条已处理完毕，补发十年工资没有法律依据，已告知可申请仲裁。",
            evidence=(
                Statement("clause", "劳动争议调解仲裁法第二十七条：仲裁时效一年"),
                Statement("explained", "11-20 当面解释，两人在场"),
            ),
            tell_citizen="您反映的事项需通过劳动仲裁办理，地址和电话随信附上。",
            author="赵强",
            written_at=NOW - timedelta(hours=20),
        ),
        Annotation(
            id="019aaaaa-1111-7000-8000-000000000003",
            order_no="440300202611080035",
            order_revision=1,
            kind="objection",
            code="J02",
            text="物业账目公开由住建部门监管，请改派。",
            suggested_unit="区住建局",
            author="赵强",
            written_at=NOW - timedelta(days=1),
        ),
    ]


def ruling() -> Decision:
    """What the centre said to the objection."""
    return Decision(
        id="019aaaaa-2222-7000-8000-000000000001",
        annotation_id="019aaaaa-1111-7000-8000-000000000003",
        order_no="440300202611080035",
        ruling="granted",
        text="同意，已改派区住建局。",
        decided_by="市中心 周",
        decided_at=NOW - timedelta(hours=3),
        valid_until=NOW + timedelta(days=90),
    )


def said_here(cache: Cache) -> None:
    """What this desk has said: one receipted, one refused, one that waits for another, two new."""
    sent = [
        say(cache, GAS, "context", code="C01", text="一楼老人独居，已通知家属。"),
        say(
            cache,
            PARKING,
            "objection",
            code="J02",
            text="占道停车由交警管。",
            suggested_unit="交警大队",
        ),
        say(
            cache,
            "440300202611080024",
            "context",
            code="C05",
            text="路灯改造待资金，排在明年一月。",
        ),
    ]
    now = NOW - timedelta(minutes=2)
    frozen = freeze(cache, sent, author="李敏", device="", at=now)
    results = [
        AnnotationResult(id=frozen[0].id, verdict="stored", receipt="88213"),
        AnnotationResult(id=frozen[1].id, verdict="refused", reason="order_left"),
        AnnotationResult(id=frozen[2].id, verdict="later", reason="target_not_here"),
    ]
    settle(cache, results, "g1", now)
    say(cache, GARAGE, "repeat", code="R05", text="上次修过，又漏了。", earlier=(EARLIER,))
    say(cache, "440300202611080023", "context", code="C04", text="物业和快递公司正在协调位置。")


def say(cache: Cache, order_no: str, kind: Kind, **fields: Any) -> str:
    """Write an annotation; its id."""
    draft = structs.replace(new_draft(order_no, kind), **fields)
    return write(cache, draft, LI_MIN, NOW - timedelta(minutes=5)).annotation.id
