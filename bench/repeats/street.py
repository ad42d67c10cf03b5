"""A generated Chinese street: orders with the matters that they are truly about.

It is hard on purpose. One thing is told in words that share little, beside boilerplate that
everything shares; a place is named by estate, by road and number, by a landmark, or only by "our
building"; one building has several problems, and one problem comes in many buildings; a caller has
several matters; some orders have no address, no community, no caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from random import Random
from typing import NamedTuple
from zlib import crc32

from msgspec import structs

from caseworker.model.order import CategoryStep, WorkOrder

START = datetime(2026, 1, 1, tzinfo=UTC)
_CALLERS_OF_A_SPOT = 2


class Labelled(NamedTuple):
    """An order and the name of the matter that it is about."""

    order: WorkOrder
    matter: str


class Problem(NamedTuple):
    category: tuple[str, str]
    spot: str
    ways: tuple[str, ...]


class _Told(NamedTuple):
    """What the callers of one matter know of it."""

    problem: Problem
    ways: list[str]
    particulars: list[str]
    usual: str
    """What most of them call the place."""


class Spot(NamedTuple):
    """One place with the ways in which it is named."""

    kind: str
    community: str
    ways: tuple[str, ...]
    address: tuple[str, ...]


def street(orders: int, seed: int = 1) -> list[Labelled]:
    """About so many orders of one street and year, in the order in which they came."""
    chance = Random(seed)
    every = problems()
    spots = _spots(chance, orders)
    callers = [f"{n:016x}" for n in range(max(orders // 2, 4))]
    found: list[Labelled] = []
    told: set[tuple[str, str]] = set()
    matter = 0
    while len(found) < orders:
        problem = chance.choice(every)
        spot = chance.choice(spots[problem.spot])
        # One building, two problems; one problem, two buildings.
        around = [(problem, spot)]
        if chance.random() < 0.3:
            around.append((problem, chance.choice(spots[problem.spot])))
        if chance.random() < 0.3:
            others = [other for other in every if other.spot == problem.spot]
            around.append((chance.choice(others), spot))
        for one, where in around:
            matter += 1
            # One caller with one thing at one place has one matter, whatever the months between.
            known = (one.category[1], " ".join(where.address))
            near = [] if known in told else _neighbours(where)
            told.add(known)
            found += _orders_of(chance, f"m{matter}", one, where, (callers, near), len(found))
    found.sort(key=lambda one: (one.order.received_at or START, one.order.order_no))
    return found[:orders]


def _neighbours(spot: Spot) -> list[str]:
    """Who lives there, and calls about other things there too."""
    return [f"{crc32(f'{spot.address}{n}'.encode()):016x}" for n in range(_CALLERS_OF_A_SPOT)]


def _orders_of(
    chance: Random,
    matter: str,
    problem: Problem,
    spot: Spot,
    callers: tuple[list[str], list[str]],
    count: int,
) -> Iterator[Labelled]:
    size = chance.choices((1, 2, 3, 4, 6, 10), (50, 22, 12, 8, 5, 3))[0]
    first = START + timedelta(minutes=chance.randrange(365 * 24 * 60))
    at = first
    anyone, near = callers
    own = [
        chance.choice(near if near and chance.random() < 0.5 else anyone)
        for _ in range(chance.choice((1, 1, 2, size)))
    ]
    told = _Told(
        problem, chance.sample(problem.ways, 2), _particulars(chance), chance.choice(spot.ways)
    )
    earlier: WorkOrder | None = None
    for turn in range(size):
        if turn:
            gap = chance.expovariate(1 / chance.choice((2.0, 10.0, 40.0)))
            at += timedelta(days=gap if chance.random() > 0.05 else gap + 120)
        closed = at + timedelta(days=chance.uniform(2, 15)) if chance.random() < 0.8 else None
        number = f"44{count:06}{turn:03}"
        order = _order(chance, number, told, spot, at, closed, own, turn)
        if earlier is not None and chance.random() < 0.2:
            # The same words once more, with something before them.
            content = f"{chance.choice(_AGAIN)}。{earlier.content}"
            order = structs.replace(order, content=content, caller_hash=earlier.caller_hash)
        yield Labelled(order, matter)
        earlier = order


def _order(
    chance: Random, number: str, told: _Told, spot: Spot, at: datetime,
    closed: datetime | None, callers: list[str], turn: int,
) -> WorkOrder:  # fmt: skip
    where = told.usual if chance.random() < 0.4 else chance.choice(spot.ways)
    tells = [chance.choice(told.ways)]
    if chance.random() < 0.3:
        tells.append(chance.choice(told.ways))
    if chance.random() < 0.75:
        tells += told.particulars[: chance.choice((1, 1, 2))]
    if turn and chance.random() < 0.5:
        tells.append(chance.choice(_AGAIN))
    if chance.random() < 0.5:
        tells.append(chance.choice(_ASIDE))
    chance.shuffle(tells)
    middle = "，".join(dict.fromkeys(tells))
    content = (
        f"{chance.choice(_OPENINGS)}{chance.choice(_LEADS).format(where=where)}{middle}。"
        f"{chance.choice(_CLOSINGS)}"
    )
    wide, narrow = told.problem.category
    if chance.random() < 0.1:
        narrow = "其他"
    title = chance.choice((f"关于{where}{narrow}的问题", f"反映{narrow}", where, middle[:14], ""))
    known = chance.random()
    return WorkOrder(
        order_no=number,
        title=title,
        content=content,
        category=(CategoryStep(wide), CategoryStep(narrow)),
        type=chance.choice(("投诉", "求助", "投诉", "建议")),
        received_at=at,
        closed_at=closed,
        state="open" if closed is None else "closed",
        address=chance.choice(spot.address) if known < 0.6 else "",
        community=spot.community if known > 0.25 else "",
        caller_hash=chance.choice(callers) if chance.random() < 0.8 else "",
    )


def _particulars(chance: Random) -> list[str]:
    """Two things that only the callers of one matter speak of."""
    name = chance.choice(FIRST) + chance.choice(SECOND)
    surname = chance.choice("王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗")
    month, day = chance.randrange(1, 13), chance.randrange(1, 29)
    every = (
        f"听说是{name}公司弄的", f"{month}月{day}号那天最厉害", f"负责的人姓{surname}，电话打不通",
        f"旁边那家{name}店也看见了", f"{surname}师傅来看过一眼", f"从{month}月初就开始了",
        f"挂着{name}物业的牌子", f"{chance.randrange(2, 90)}户人家都受影响",
    )  # fmt: skip
    return chance.sample(every, 2)


def problems() -> list[Problem]:
    text = resources.files("bench.repeats").joinpath("problems.txt").read_text("utf-8")
    found = []
    for line in text.splitlines():
        if not line.startswith("#"):
            category, spot, ways = line.split("|")
            wide, narrow = category.split(">")
            found.append(Problem((wide, narrow), spot, tuple(ways.split("/"))))
    return found


def _spots(chance: Random, orders: int) -> dict[str, list[Spot]]:
    """Places enough for so many orders: each kind of spot has a handful of matters."""
    communities = [f"{name}社区" for name in _some_names(chance, max(orders // 900, 4))]
    roads = [
        f"{name}{chance.choice('路路路街')}" for name in _some_names(chance, max(orders // 250, 8))
    ]
    spots: dict[str, list[Spot]] = {
        kind: [] for kind in ("building", "estate", "road", "river", "village", "landmark")
    }
    for name in _some_names(chance, max(orders // 120, 12)):
        estate = name + chance.choice(("里", "小区", "花园", "苑", "家园", "新村", "公寓"))
        community, road, house = (
            chance.choice(communities),
            chance.choice(roads),
            chance.randrange(1, 400),
        )
        spots["estate"].append(
            Spot(
                "estate",
                community,
                (estate, f"{name}那边", f"{road}{house}号院", f"{road}上的{estate}", "我们小区"),
                (estate, f"{road}{house}号", f"{road}{house}号{estate}", community),
            )
        )
        for n in chance.sample(range(1, 20), 6):
            zh = _numeral(n)
            spots["building"].append(
                Spot(
                    "building",
                    community,
                    (
                        f"{estate}{n}号楼",
                        f"{estate}{zh}号楼",
                        f"{estate}{n}栋",
                        f"{name}{n}幢",
                        f"{road}{house}号院{n}号楼",
                        f"我们{n}栋",
                        f"{zh}号楼",
                        "我们这栋楼",
                    ),
                    (
                        f"{estate}{n}栋",
                        f"{road}{house}号{estate}{n}号楼",
                        estate,
                        f"{road}{house}号",
                    ),
                )
            )
    for road in roads:
        for _ in range(4):
            house, mark = chance.randrange(1, 400), chance.choice(MARKS)
            spots["road"].append(
                Spot(
                    "road",
                    chance.choice(communities),
                    (
                        f"{road}{house}号门前",
                        f"{road}{house}号",
                        f"{road}{mark}门口",
                        f"{road}靠近{mark}",
                        f"{road}",
                    ),
                    (f"{road}{house}号", f"{road}{house + 2}号", f"{road}{mark}", road),
                )
            )
    for name in _some_names(chance, max(orders // 500, 6)):
        river, village = (
            name + chance.choice("河河涌溪渠"),
            chance.choice(_some_names(chance, 20)) + "村",
        )
        community = chance.choice(communities)
        for part in ("桥下", "闸口", "上游", ""):
            spots["river"].append(
                Spot(
                    "river",
                    community,
                    (
                        f"{river}{part}",
                        f"{village}旁边的{river}",
                        f"{village}段{river}",
                        f"{village}河边",
                        river,
                    ),
                    (river, f"{village}{river}", village, ""),
                )
            )
        spots["village"].append(
            Spot(
                "village",
                community,
                (village, f"{village}{part or '村口'}", f"{village}三组", "我们村"),
                (village, f"{village}村委会旁", ""),
            )
        )
    for name in _some_names(chance, max(orders // 200, 10)):
        mark, road = chance.choice(MARKS), chance.choice(roads)
        spots["landmark"].append(
            Spot(
                "landmark",
                chance.choice(communities),
                (f"{name}{mark}", f"{road}的{name}{mark}", f"{road}{mark}", f"{name}{mark}门口"),
                (f"{road}{name}{mark}", f"{name}{mark}", road),
            )
        )
    return spots


def _some_names(chance: Random, many: int) -> list[str]:
    pairs = [a + b for a in FIRST for b in SECOND]
    return chance.sample(pairs, min(many, len(pairs)))


def _numeral(n: int) -> str:
    digits = "〇一二三四五六七八九"
    return digits[n] if n < 10 else ("十" + (digits[n - 10] if n > 10 else ""))


FIRST = "幸福安康和平建设海棠翠湖石井金银花桂东西南北新华长春青云白鹤龙凤明月清风永丰仁义礼信荣盛"
SECOND = "福安乐康宁源泉山水岭坪阳光华庭秀丽景荫桐柳梅兰竹菊川洲岗坑围塘墩"
MARKS = (
    "小学",
    "超市",
    "菜市场",
    "幼儿园",
    "中学",
    "医院",
    "公园",
    "广场",
    "酒店",
    "公司",
    "饭店",
    "加油站",
)

_OPENINGS = (
    "市民来电反映：",
    "来电人称，",
    "诉求人反映，",
    "您好，",
    "",
    "群众通过热线反映：",
    "【市民诉求】",
    "来电人情绪激动，表示",
    "领导您好，我是一名普通居民，",
    "网友留言：",
)
_LEADS = (
    "{where}",
    "{where}，",
    "在{where}，",
    "家住{where}，",
    "位于{where}的地方，",
    "路过{where}时发现，",
    "{where}这里，",
)
_AGAIN = (
    "之前打过电话没人管",
    "已经反映过三次",
    "上次回复说一周内解决，现在还是老样子",
    "处理过一回，没几天又这样",
    "昨天有人来看过，拍了照就走了",
    "社区答复正在协调，至今没有下文",
    "我都打了好多遍热线了",
)
_ASIDE = (
    "家里有两个孩子要上学",
    "老人腿脚不方便",
    "周围邻居意见很大",
    "晚上特别明显",
    "持续了半个多月",
    "群里天天有人说这事",
    "我有照片可以提供",
    "找过物业，物业说不归他们管",
    "上班的人都受影响",
    "担心出事",
    "跟居委会说了，也没用",
)
_CLOSINGS = (
    "请相关部门核实处理并回复市民。",
    "希望尽快解决，谢谢！",
    "要求职能部门到现场查看，依法依规处理，并将结果告知。",
    "诉求：请求协调处理。",
    "请尽快派人来，不然我还要打电话。",
    "望有关部门重视，给群众一个满意的答复。",
    "",
    "来电人要求尽快处理并回电，来电人对回复内容不公开。",
    "恳请领导关注，为民解忧。",
)
