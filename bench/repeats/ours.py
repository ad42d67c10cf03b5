"""The project's own search for repeats, over a cache in a folder that goes away."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.orders import put_orders
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import built_in
from caseworker.repeats.find import Finder

KEY = bytes(32)
CHUNK = 5_000


@contextmanager
def cache_of(orders: Sequence[WorkOrder]) -> Iterator[Cache]:
    """An encrypted cache with these orders."""
    with TemporaryDirectory() as folder, open_cache(Path(folder) / "cache.db", KEY) as cache:
        fill(cache, orders)
        yield cache


def fill(cache: Cache, orders: Sequence[WorkOrder]) -> None:
    """Put orders into a cache as a pull does."""
    for start in range(0, len(orders), CHUNK):
        with cache.writing():
            put_orders(cache, orders[start : start + CHUNK], built_in(), from_hub=True)


class Ours:
    """`caseworker repeats`, asked from inside."""

    name = "caseworker"

    def __init__(self, cache: Cache) -> None:
        self._finder = Finder(cache)

    def rank(self, order_no: str, limit: int) -> list[tuple[str, float]]:
        """The best candidates of an order."""
        found = self._finder.find(order_no, limit)
        return [(one.traits.order_no, one.score) for one in found]

    def score(self, first: str, second: str) -> float:
        """How likely two orders are one matter, from 0 to 1, whether found or not."""
        return self._finder.compare(first, second).score
