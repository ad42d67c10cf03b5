"""hit@1, hit@5, recall@5, MRR and false alarms of a method, on orders whose matters are known.

- hit@k: the share of asked orders among whose first k candidates one is of the same matter.
- recall@5: the share of the other orders of the matter that stand among the first five.
- MRR: the mean of 1 / rank of the first candidate of the same matter, among the first 50.
- false alarms: the threshold is set where it keeps 90 % of the true pairs. Of the pairs that look
  alike on paper but are different matters, the share at or above it. Such pairs are two orders of
  one caller, or, where callers are not known, of one place or type; a thousand of them, each once.
- likely wrong: of the suggestions among the first five that the desk would call likely, the share
  that is another matter (only for a method that says so).

- hit@5 hard: hit@5 over the half of the asked orders whose text is least like that of any order
  of their matter, by the TF-IDF baseline's cosine.

Only orders whose matter holds another order are asked about.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random

from msgspec import Struct

from bench.repeats.baselines import Ranker
from caseworker.model.order import WorkOrder

KEPT = 0.9
FALSE_PAIRS = 1_000
"""So many at least, where there are so many: a share of 8 % of a few is chance."""
DEEP = 50


class Figures(Struct):
    """What was measured; shares from 0 to 1."""

    method: str
    asked: int
    hit_1: float
    hit_5: float
    hit_5_hard: float
    recall_5: float
    mrr: float
    false_alarms: float
    likely_wrong: float | None = None
    likely_found: float | None = None


class Task(Struct):
    """What all methods are asked, the same for each."""

    asked: list[str]
    hard: frozenset[str]
    """Those of them whose text says least of what the others of their matter say."""
    mates: dict[str, set[str]]
    true_pairs: list[tuple[str, str]]
    false_pairs: list[tuple[str, str]]


def make_task(
    orders: Sequence[WorkOrder],
    matter_of: Mapping[str, str],
    most: int,
    texts: Ranker,
    seed: int = 7,
) -> Task:
    """Up to `most` orders to ask about, and up to so many pairs of each kind, by a fixed seed.

    By `texts` the harder half of them is told.
    """
    chance = Random(seed)
    members: dict[str, set[str]] = defaultdict(set)
    for order in orders:
        if order.order_no in matter_of:
            members[matter_of[order.order_no]].add(order.order_no)
    asked = sorted(
        order.order_no
        for order in orders
        if len(members.get(matter_of.get(order.order_no, ""), ())) > 1
    )
    asked = chance.sample(asked, min(most, len(asked)))
    mates = {number: members[matter_of[number]] - {number} for number in asked}
    true_pairs = [(number, chance.choice(sorted(mates[number]))) for number in asked]
    return Task(
        asked,
        _hard(asked, mates, texts),
        mates,
        true_pairs,
        _false_pairs(orders, matter_of, max(most, FALSE_PAIRS), chance),
    )


def measure(ranker: Ranker, task: Task, likely_from: float | None = None) -> Figures:
    """Ask a method about every order of the task."""
    first = five = hard = recalled = reciprocal = 0.0
    wrong = likely = found_likely = 0
    for number in task.asked:
        ranked = ranker.rank(number, DEEP)
        mates = task.mates[number]
        right = [other in mates for other, _score in ranked]
        first += any(right[:1])
        five += any(right[:5])
        hard += number in task.hard and any(right[:5])
        recalled += sum(right[:5]) / len(mates)
        reciprocal += next((1 / rank for rank, hit in enumerate(right, 1) if hit), 0.0)
        if likely_from is not None:
            shown = [
                hit
                for (_other, score), hit in zip(ranked[:5], right[:5], strict=True)
                if score >= likely_from
            ]
            likely += len(shown)
            wrong += len(shown) - sum(shown)
            found_likely += any(shown)
    many = max(len(task.asked), 1)
    return Figures(
        method=ranker.name,
        asked=len(task.asked),
        hit_1=first / many,
        hit_5=five / many,
        hit_5_hard=hard / max(len(task.hard), 1),
        recall_5=recalled / many,
        mrr=reciprocal / many,
        false_alarms=_false_alarms(ranker, task),
        likely_wrong=None if likely_from is None else wrong / max(likely, 1),
        likely_found=None if likely_from is None else found_likely / many,
    )


def _hard(asked: Sequence[str], mates: Mapping[str, set[str]], texts: Ranker) -> frozenset[str]:
    alike = {
        number: max(texts.score(number, mate) for mate in sorted(mates[number])[:DEEP])
        for number in asked
    }
    return frozenset(sorted(asked, key=lambda number: alike[number])[: len(asked) // 2])


def _false_alarms(ranker: Ranker, task: Task) -> float:
    kept = sorted((ranker.score(*pair) for pair in task.true_pairs), reverse=True)
    if not kept or not task.false_pairs:
        return 0.0
    threshold = kept[min(int(len(kept) * KEPT), len(kept) - 1)]
    flagged = sum(ranker.score(*pair) >= threshold for pair in task.false_pairs)
    return flagged / len(task.false_pairs)


def _false_pairs(
    orders: Sequence[WorkOrder], matter_of: Mapping[str, str], most: int, chance: Random
) -> list[tuple[str, str]]:
    by_caller: dict[str, list[str]] = defaultdict(list)
    by_look: dict[str, list[str]] = defaultdict(list)
    for order in orders:
        if order.order_no not in matter_of:
            continue
        if order.caller_hash:
            by_caller[order.caller_hash].append(order.order_no)
        kind = order.category[-1].name if order.category else order.type
        for look in (order.address or order.community, kind):
            if look:
                by_look[look].append(order.order_no)
    return _pairs(by_caller, matter_of, most, chance) or _pairs(by_look, matter_of, most, chance)


def _pairs(
    groups: Mapping[str, list[str]], matter_of: Mapping[str, str], most: int, chance: Random
) -> list[tuple[str, str]]:
    several = [group for group in groups.values() if len(group) > 1]
    if not several:
        return []
    found: dict[tuple[str, str], None] = {}
    for _attempt in range(most * 4):
        first, second = sorted(chance.sample(chance.choice(several), 2))
        if matter_of[first] != matter_of[second]:
            found[first, second] = None
        if len(found) == most:
            break
    return list(found)
