"""Generated longer messages: a writer has several matters in one estate, and writes of each again.

The texts of one writer share the estate, the developer and the manner; the letters of one matter
share most of their sentences.
"""

from datetime import UTC, datetime, timedelta
from random import Random

from bench.repeats.street import FIRST, MARKS, SECOND, Labelled, problems
from caseworker.model.order import WorkOrder

START = datetime(2026, 1, 1, tzinfo=UTC)


def letters(orders: int, seed: int = 1) -> list[Labelled]:
    """About so many letters of two years, in the order in which they came."""
    chance = Random(seed)
    every = problems()
    found: list[Labelled] = []
    matter = 0
    while len(found) < orders:
        writer = f"{len(found):016x}"
        estate = (
            chance.choice(FIRST)
            + chance.choice(SECOND)
            + chance.choice(("花园", "小区", "苑", "城"))
        )
        firm = chance.choice(FIRST) + chance.choice(SECOND)
        manner = chance.sample(_MANNER, 3)
        for _ in range(chance.choice((1, 1, 2, 3))):
            matter += 1
            problem = chance.choice(every)
            facts = [
                *(f"{_particular(chance)}{way}" for way in problem.ways),
                f"开发商{firm}置业承诺{chance.randrange(2, 12)}月交付",
                f"物业经理说要等{chance.randrange(2, 30)}天",
                f"{chance.choice(MARKS)}旁边的围挡一直没有拆",
            ]
            at = START + timedelta(hours=chance.randrange(700 * 24))
            for turn in range(chance.choices((1, 2, 3, 5), (50, 30, 14, 6))[0]):
                told = chance.sample(facts, min(len(facts), chance.choice((4, 5))))
                said = [*told, *chance.sample(manner, 2)]
                chance.shuffle(said)
                found.append(
                    Labelled(
                        WorkOrder(
                            order_no=f"L{len(found):07}{turn}",
                            title=chance.choice(
                                (
                                    f"{estate}{problem.category[1]}",
                                    told[0][:16],
                                    f"反映{estate}的问题",
                                )
                            ),
                            content=f"尊敬的领导：我是{estate}的业主。"
                            + "，".join(said)
                            + "。恳请领导为我们做主！",
                            received_at=at,
                            caller_hash=writer
                            if chance.random() < 0.7 or not turn
                            else f"{matter:015x}x",
                        ),
                        f"l{matter}",
                    )
                )
                at += timedelta(days=chance.expovariate(1 / 30))
    found.sort(key=lambda one: (one.order.received_at or START, one.order.order_no))
    return found[:orders]


def _particular(chance: Random) -> str:
    """Words that only one matter has."""
    names = [chance.choice(FIRST) + chance.choice(SECOND) for _ in range(3)]
    return chance.choice(
        (
            "{0}公司和{1}公司都说",
            "{0}先生在{1}的{2}那里看到",
            "按照{0}文件第{1}条",
            "自从{0}路改造后{1}处",
        )
    ).format(*names)


_MANNER = (
    "我们多次与开发商沟通无果",
    "全体业主强烈要求给个说法",
    "这么大的事情难道就没有人管吗",
    "我们花了一辈子的积蓄买房",
    "相关部门互相推诿",
    "希望市长能看到这封信",
    "我们已经收集了两百多户业主的签名",
    "孩子马上要上学了实在等不起",
    "合同里写得清清楚楚",
    "当初销售说得天花乱坠",
    "再这样下去只能去上级反映",
    "请政府部门主持公道",
)
