"""Generated short complaints about rivers: a dozen words, a river, a reach, what it looks like.

It is hard in its own way. A river has many reaches with the same troubles, and a reach has several
troubles; the river goes by its name, by half of it, by the village or the bridge beside it; colours
and smells are told in words that share little; everybody's phrases are everybody else's. Where
somebody stands with a telephone is seldom where the water is.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import cos, radians
from random import Random
from typing import NamedTuple

from bench.repeats.street import FIRST, SECOND, Labelled
from caseworker.model.order import CategoryStep, WorkOrder

START = datetime(2026, 1, 1, tzinfo=UTC)
LAT, LON = 23.2, 113.3
KILOMETRE = 1 / 111.32
REACHES = 7


class Reach(NamedTuple):
    """A stretch of a river: what people call it, and where it lies."""

    river: tuple[str, ...]
    marks: tuple[str, ...]
    """The village, the bridge, the road and what else stands beside it."""
    district: str
    town: str
    lat: float
    lon: float


def rivers(orders: int, seed: int = 1) -> list[Labelled]:
    """About so many complaints of one year, in the order in which they came."""
    chance = Random(seed)
    reaches = _reaches(chance, max(orders // 14, 6))
    # Some walk along one river and write of all that they see.
    walkers = [
        (f"{chance.getrandbits(64):016x}", chance.choice(reaches).river)
        for _ in range(max(orders // 30, 4))
    ]
    found: list[Labelled] = []
    matter = 0
    while len(found) < orders:
        reach = chance.choice(reaches)
        trouble = chance.choice(_TROUBLES)
        # One reach, two troubles; one trouble, all along the river.
        around = [(trouble, reach)]
        if chance.random() < 0.35:
            around.append((chance.choice(_TROUBLES), reach))
        if chance.random() < 0.35:
            river = [other for other in reaches if other.river == reach.river]
            around.append((trouble, chance.choice(river)))
        for one, where in around:
            matter += 1
            callers = [
                *(name for name, river in walkers if river == where.river),
                *(f"{chance.getrandbits(64):016x}" for _ in range(2)),
            ]
            found += _complaints(chance, f"r{matter}", one, where, callers, len(found))
    found.sort(key=lambda one: (one.order.received_at or START, one.order.order_no))
    return found[:orders]


def _complaints(
    chance: Random, name: str, trouble: "Trouble", reach: Reach, callers: list[str], count: int
) -> Iterator[Labelled]:
    at = START + timedelta(minutes=chance.randrange(365 * 24 * 60))
    callers = chance.sample(callers, chance.choice((1, 1, 2)))
    usual = chance.choice(reach.marks)
    own = _own_words(chance)
    seen = Trouble(trouble.category, tuple(chance.sample(trouble.ways, min(4, len(trouble.ways)))))
    earlier = ""
    known = chance.random() < 0.7
    for turn in range(chance.choices((1, 2, 3, 5, 8), (45, 28, 14, 8, 5))[0]):
        if turn:
            at += timedelta(days=chance.expovariate(1 / chance.choice((1.0, 6.0, 30.0))))
        mark = usual if chance.random() < 0.5 else chance.choice(reach.marks)
        river = reach.river[0] if chance.random() < 0.6 else chance.choice(reach.river)
        lat, lon = _stand(chance, reach)
        told = _told(chance, seen, river, mark, own)
        if earlier and chance.random() < 0.25:
            # Sent once more, with a word before or after it.
            told = chance.choice((f"再次反映：{earlier}", f"{earlier}还是没有处理。", earlier))
        earlier = told
        yield Labelled(
            WorkOrder(
                order_no=f"R{count:06}{turn:02}",
                title=_title(chance, trouble, river, mark, reach),
                content=told,
                type=chance.choice(("投诉", "投诉", "举报", "求助")),
                category=(CategoryStep("水环境"), CategoryStep(trouble.category))
                if known and chance.random() < 0.85
                else (),
                received_at=at,
                address=_address(chance, river, mark, reach),
                district=reach.district if chance.random() < 0.9 else "",
                street=reach.town if chance.random() < 0.5 else "",
                lat=lat,
                lon=lon,
                caller_hash=chance.choice(callers) if chance.random() < 0.6 else "",
            ),
            name,
        )


def _told(chance: Random, trouble: "Trouble", river: str, mark: str, own: list[str]) -> str:
    where = chance.choice((f"{river}{mark}段", f"{mark}旁边的{river}", f"{mark}附近", river, mark))
    said = chance.sample(trouble.ways, chance.choice((1, 1, 2)))
    if chance.random() < 0.45:
        said.append(chance.choice(own))
    if chance.random() < 0.35:
        said.append(chance.choice(_ASIDE))
    chance.shuffle(said)
    words = chance.choice(("，", "，", "。", " ")).join(said)
    between = chance.choice(("", "，"))
    return f"{chance.choice(_OPENINGS)}{where}{between}{words}{chance.choice(_CLOSINGS)}"


def _title(chance: Random, trouble: "Trouble", river: str, mark: str, reach: Reach) -> str:
    return chance.choice(
        (
            f"{river}{trouble.category}",
            f"反映{reach.district}{river}问题",
            f"{mark}{trouble.category}",
            f"关于{river}的投诉",
            trouble.category,
            "",
        )
    )


def _address(chance: Random, river: str, mark: str, reach: Reach) -> str:
    chosen = chance.random()
    if chosen < 0.25:
        return ""
    if chosen < 0.45:
        return f"{reach.district}{reach.town}"
    if chosen < 0.65:
        return f"{reach.district}{reach.town}{mark}"
    return chance.choice((f"{reach.town}{river}", f"{river}{mark}", mark, river))


def _stand(chance: Random, reach: Reach) -> tuple[float | None, float | None]:
    """Where the caller stood: by the water, some way off, at home; or nobody knows."""
    metres = chance.choices((0.0, 60.0, 400.0, 4_000.0), (25, 40, 25, 10))[0]
    if not metres:
        return None, None
    north, east = chance.gauss(0, metres / 1000), chance.gauss(0, metres / 1000)
    return (
        round(reach.lat + north * KILOMETRE, 6),
        round(reach.lon + east * KILOMETRE / cos(radians(LAT)), 6),
    )


def _own_words(chance: Random) -> list[str]:
    """What only those say who stand at this reach."""
    name = chance.choice(FIRST) + chance.choice(SECOND)
    return [
        chance.choice((f"{name}厂那边", f"{name}酒楼后面", f"对着{name}园的", f"{name}电镀厂旁边")),
        chance.choice(
            (
                f"第{chance.randrange(1, 30)}号排口",
                f"直径{chance.randrange(3, 12)}0公分的水泥管",
                f"一条{chance.choice('白黑灰蓝绿红')}色塑料管",
                f"{chance.randrange(2, 9)}个暗管",
            )
        ),
        chance.choice(
            (
                f"每天{chance.randrange(1, 24)}点以后",
                f"从{chance.randrange(1, 13)}月份开始",
                "一到周末",
                "下雨天",
                "退潮的时候",
            )
        ),
    ]


def _reaches(chance: Random, many: int) -> list[Reach]:
    districts = [f"{name}区" for name in _names(chance, 8)]
    towns = [
        (district, f"{name}{chance.choice(('镇', '街道', '街'))}")
        for district in districts
        for name in _names(chance, 6)
    ]
    found: list[Reach] = []
    for name in _names(chance, max(many // REACHES, 2)):
        kind = chance.choice(("河", "河", "涌", "涌", "沥", "溪", "排渠", "水库", "湖"))
        first = chance.choice(("", "", "", "大", "东", "新", "石"))
        river = f"{first}{name}{kind}"
        # Half a name, another word for the water, or only "the river".
        ways = (
            river,
            f"{name}{kind}",
            f"{river}{'涌' if kind == '河' else '河'}",
            "河涌",
            f"{river}河道",
        )
        district, town = chance.choice(towns)
        lat, lon = LAT + chance.uniform(-0.3, 0.3), LON + chance.uniform(-0.3, 0.3)
        heading = chance.uniform(-1, 1)
        for n in range(REACHES):
            if n == REACHES // 2:
                district, town = chance.choice(towns)
            village, bridge, road = _names(chance, 3)
            found.append(
                Reach(
                    ways,
                    (
                        f"{village}村",
                        f"{bridge}{chance.choice(('桥', '大桥', '水闸', '泵站'))}",
                        f"{road}{chance.choice(('路', '大道', '街'))}{chance.randrange(1, 300)}号",
                        f"{village}{chance.choice(('小学', '市场', '工业区', '花园', '公园'))}",
                        f"{village}{chance.choice(('村口', '牌坊', '码头', '祠堂'))}",
                    ),
                    district,
                    town,
                    lat + n * 1.3 * KILOMETRE,
                    lon + n * heading * KILOMETRE,
                )
            )
    return found


def _names(chance: Random, many: int) -> list[str]:
    pairs = [one + two for one in FIRST for two in SECOND]
    return chance.sample(pairs, min(many, len(pairs)))


class Trouble(NamedTuple):
    """What is wrong with the water, and the ways to say it."""

    category: str
    ways: tuple[str, ...]


_LISTED = """\
水质问题|河水发黑发臭/水又黑又臭/臭气熏天/一股腥臭味/颜色像墨汁/水体浑浊泛白/黑得看不见底/\
味道刺鼻，路过要捂鼻子/水面冒泡，有臭鸡蛋味/水成了酱油色
污水直排|有污水直排河里/管子往外流脏水/偷排废水/排口流出黑水/生活污水没截流/\
白色泡沫从管道口涌出来/工厂晚上放水/暗管排放/乳白色的水流进来/染料水，一天一个颜色
垃圾漂浮|河面很多垃圾/水面漂着塑料袋泡沫盒/没人打捞/死鱼漂了一层/岸边堆满垃圾/\
漂浮物好几天没清/有死猪/有人往河里倒垃圾/保洁船没来过
水浮莲|水浮莲长满了/水葫芦铺满河面/绿萍把水面盖住了/水草疯长堵住河道/浮萍没有清理
违法建设|有人在河边搭棚/占河建房/河堤上盖了铁皮屋/填河搞停车场/岸线被围起来了/堤坝上开荒种菜
养殖污染|养猪场粪水流进河/鸭棚就在水边/鱼塘水直接放出来/养鸡的粪便冲下来/散养的鸭子几百只
河道淤积|淤泥很厚/河道堵了水流不动/多年没有清淤/水不流，成了死水/下雨就漫上来
非法采砂|有船抽沙/夜里挖砂/采砂船把堤脚掏空了/运沙车压坏堤路/偷采河砂
工程扰民|清淤工程停了半年/截污管挖开不填/施工的泥浆排进河里/围挡把路堵了/截污工程没做完
"""
_TROUBLES = tuple(
    Trouble(category, tuple(ways.split("/")))
    for category, ways in (line.split("|") for line in _LISTED.splitlines())
)
_OPENINGS = ("", "", "", "", "投诉：", "您好，", "反映", "再次反映，", "又来投诉，", "图片为证，")
_CLOSINGS = (
    "", "", "。", "请处理", "，请尽快处理。", "，望解决", "，谢谢", "，要求查处", "，没人管吗？",
    "，希望有关部门重视。", "！！！",
)  # fmt: skip
_ASIDE = (
    "已经很久了", "反映多次没有解决", "附近居民受不了", "不敢开窗", "每天都是这样", "处理过又反弹",
    "上次回复说整改了", "影响周边环境", "蚊虫很多", "小孩都咳嗽了", "持续几个月", "严重影响生活",
)  # fmt: skip
