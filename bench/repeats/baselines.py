"""What any method must beat: TF-IDF over character pairs, and a rule of place, type and time."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log, sqrt
from typing import Protocol

from caseworker.model.order import WorkOrder


class Ranker(Protocol):
    """A method: the numbers of the best candidates with their scores, best first."""

    name: str

    def rank(self, order_no: str, limit: int) -> list[tuple[str, float]]: ...

    def score(self, first: str, second: str) -> float: ...


class TfIdf:
    """Cosine over pairs of characters, the title counted twice."""

    name = "TF-IDF"

    def __init__(self, orders: Sequence[WorkOrder]) -> None:
        self._numbers = [order.order_no for order in orders]
        self._index = {number: n for n, number in enumerate(self._numbers)}
        texts = [f"{order.title}\n{order.title}\n{order.content}" for order in orders]
        counts = [Counter(map(str.__add__, text, text[1:])) for text in texts]
        seen: Counter[str] = Counter()
        for count in counts:
            seen.update(count.keys())
        rare = {pair: log((1 + len(orders)) / (1 + many)) + 1 for pair, many in seen.items()}
        self._vectors: list[dict[str, float]] = []
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for n, count in enumerate(counts):
            vector = {pair: many * rare[pair] for pair, many in count.items()}
            length = sqrt(sum(value * value for value in vector.values())) or 1.0
            vector = {pair: value / length for pair, value in vector.items()}
            self._vectors.append(vector)
            for pair, value in vector.items():
                self._postings[pair].append((n, value))

    def rank(self, order_no: str, limit: int) -> list[tuple[str, float]]:
        mine = self._index[order_no]
        scores: dict[int, float] = defaultdict(float)
        for pair, value in self._vectors[mine].items():
            for n, other in self._postings[pair]:
                scores[n] += value * other
        scores.pop(mine, None)
        best = sorted(scores.items(), key=lambda one: (-one[1], self._numbers[one[0]]))[:limit]
        return [(self._numbers[n], score) for n, score in best]

    def score(self, first: str, second: str) -> float:
        one, other = self._vectors[self._index[first]], self._vectors[self._index[second]]
        return sum(value * other.get(pair, 0.0) for pair, value in one.items())


class PlaceTypeTime:
    """The same address 2, the same type 1, nearness in time up to 1."""

    name = "place, type, time"

    def __init__(self, orders: Sequence[WorkOrder]) -> None:
        self._orders = {order.order_no: order for order in orders}
        self._alike: dict[tuple[str, str], list[str]] = defaultdict(list)
        for order in orders:
            for key in _keys(order):
                self._alike[key].append(order.order_no)

    def rank(self, order_no: str, limit: int) -> list[tuple[str, float]]:
        others = {
            other
            for key in _keys(self._orders[order_no])
            for other in self._alike[key]
            if other != order_no
        }
        scored = sorted((-self.score(order_no, other), other) for other in others)[:limit]
        return [(other, -score) for score, other in scored]

    def score(self, first: str, second: str) -> float:
        one, other = self._orders[first], self._orders[second]
        place = 2.0 * bool(_place(one) and _place(one) == _place(other))
        kind = 1.0 * bool(_kind(one) and _kind(one) == _kind(other))
        if one.received_at is None or other.received_at is None:
            return place + kind
        days = abs((one.received_at - other.received_at).total_seconds()) / 86_400
        return place + kind + 1 / (1 + days)


def _keys(order: WorkOrder) -> list[tuple[str, str]]:
    return [
        (name, value) for name, value in (("place", _place(order)), ("kind", _kind(order))) if value
    ]


def _place(order: WorkOrder) -> str:
    return " ".join((order.address or order.community).split()).casefold()


def _kind(order: WorkOrder) -> str:
    return order.category[-1].name if order.category else order.type
