"""What a desk must hold by the pages that it heard: a fold over the history (DESIGN §5.1, 5, 6)."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from caseworker.cache import orders, standing
from caseworker.model.annotation import Annotation, Contest, Decision
from caseworker.model.order import WorkOrder
from caseworker.model.wire import AnnotationChange, ContestChange, DecisionChange, LeftChange
from sync.reading import Page, UnreadablePage, read_page
from tests.simulation.history import Heard, Snapshot

FEED = "GET /v1/feed"


@dataclass
class Belief:
    """What stands where a cursor stands."""

    cursor: str = ""
    generation: str = ""
    orders: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, Annotation] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    contests: dict[str, Contest] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    """Orders that left: gone, or readable for as long as own words about them are unsettled."""
    loose: set[str] = field(default_factory=set)
    """Ids on such orders, which may have gone with them."""
    doubted: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    """Orders that this generation has spoken of."""

    def apply(self, page: Page) -> None:
        """Take in a page together with its cursor."""
        if page.generation != self.generation:
            if self.generation:
                self.doubted = {*self.annotations, *self.decisions, *self.contests}
            self.named = set()
        for change in page.changes:
            match change:
                case WorkOrder():
                    self.orders[change.order_no] = orders.encode(change).decode()
                    self.left.discard(change.order_no)
                    self.named.add(change.order_no)
                case LeftChange(order_no):
                    self._leave(order_no)
                    self.named.add(order_no)
                case AnnotationChange(annotation):
                    # The first content that came under an id is the one that stands.
                    self.annotations.setdefault(annotation.id, annotation)
                    self._shown(annotation.id)
                case DecisionChange(decision):
                    self.decisions.setdefault(decision.id, decision)
                    self._shown(decision.id)
                case ContestChange(contest):
                    self.contests.setdefault(contest.id, contest)
                    self._shown(contest.id)
        if not page.more:
            for gone in self.doubted:
                self.annotations.pop(gone, None)
                self.decisions.pop(gone, None)
                self.contests.pop(gone, None)
                self.loose.discard(gone)
            self.doubted = set()
        self.cursor, self.generation = page.cursor, page.generation

    def _shown(self, found: str) -> None:
        self.doubted.discard(found)
        self.loose.discard(found)

    def _leave(self, order_no: str) -> None:
        self.orders.pop(order_no, None)
        self.left.add(order_no)
        self.loose |= {found for found, one in self.annotations.items() if one.order_no == order_no}
        self.loose |= {found for found, one in self.decisions.items() if one.order_no == order_no}
        self.loose |= {found for found, one in self.contests.items() if one.order_no == order_no}

    def differences(self, seen: Snapshot, imported: set[str]) -> Iterator[tuple[str, str]]:
        """(`missing` or `extra`, what) for everything in which a desk differs from this."""
        there = {number for number, (_where, _body) in seen.orders.items()}
        for number, body in self.orders.items():
            if number not in there:
                yield "missing", f"order {number}"
            elif seen.orders[number] != (_standing(body), body):
                yield "missing", f"the latest order {number}"
        for number in there - self.orders.keys() - imported - self.left:
            yield "extra", f"order {number}"
        own = seen.outbox.keys()
        # Words of one's own on another device are like those of others here.
        must = self.annotations.keys() - own - self.loose
        yield from _apart("annotation", must, seen.others.keys(), self.loose)
        must_rule = self.decisions.keys() - self.loose
        yield from _apart("decision", must_rule, seen.decisions.keys(), self.loose)
        must_contest = self.contests.keys() - self.loose
        yield from _apart("contest", must_contest, seen.contests.keys(), self.loose)


def _standing(body: str) -> int:
    return standing.OPEN if orders.decode(body.encode()).state == "open" else standing.CLOSED


def _apart(
    what: str, must: set[str], have: Iterable[str], may: set[str]
) -> Iterator[tuple[str, str]]:
    have = set(have)
    for one in must - have:
        yield "missing", f"{what} {one}"
    for one in have - must - may:
        yield "extra", f"{what} {one}"


def page_in(heard: Heard) -> Page | None:
    """The page that an answer holds, None where it holds none of ours."""
    if heard.status != 200 or "json" not in heard.kind:
        return None
    try:
        return read_page(heard.body.encode())
    except UnreadablePage:
        return None


def beliefs(start: Belief, heard: Iterable[Heard]) -> list[Belief]:
    """What may stand after each answer of the feed, the first being what stood before."""
    several = [start]
    for one in heard:
        last = several[-1]
        page = page_in(one)
        if page is None or not (page.changes or page.unreadable):
            continue
        if page.after not in (None, one.cursor):
            continue
        if one.cursor and page.generation != last.generation:
            continue
        if page.more and page.cursor == one.cursor:
            continue
        following = deepcopy(last)
        following.apply(page)
        several.append(following)
    return several
