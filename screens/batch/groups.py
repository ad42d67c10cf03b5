"""What a dry run found, in groups: how many orders share a fate, the first of them, and why."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from caseworker.desk.batch import Outcome
from caseworker.desk.wording import sentence
from caseworker.locale import _
from caseworker.model.rules import refusals
from caseworker.model.taxonomy import Taxonomy
from screens.lines import Tone

NAMED: Final = 200
"""Orders of a group that are listed; the others are counted."""


class Group(Struct):
    """Orders to which the same happens, for the same reason."""

    reason: str
    """The rule's sentence; empty for those that get the act without a word."""
    refused: bool
    count: int = 0
    orders: list[str] = []

    @property
    def tone(self) -> Tone:
        """How its heading is told."""
        return "danger" if self.refused else "warning" if self.reason else "accent"

    @property
    def heading(self) -> str:
        """How many, and what happens to them."""
        if self.refused:
            return _("{count} refused").format(count=self.count)
        if self.reason:
            return _("{count} will get it, and should know").format(count=self.count)
        return _("{count} will get it").format(count=self.count)


class Groups:
    """The groups so far, the refused ones first: they are what to look at."""

    def __init__(self) -> None:
        self._groups: dict[tuple[bool, str], Group] = {}
        self.seen = 0

    @property
    def will(self) -> int:
        """How many orders get the act."""
        return sum(group.count for group in self._groups.values() if not group.refused)

    @property
    def refused(self) -> int:
        """How many stay as they are."""
        return self.seen - self.will

    def add(self, outcomes: Iterable[Outcome], taxonomy: Taxonomy) -> None:
        """Sort some more orders in."""
        for outcome in outcomes:
            findings = refusals(outcome.findings) or outcome.findings
            words = [sentence(one.reason, one.params, taxonomy) for one in findings]
            reason = " ".join(dict.fromkeys(words))
            group = self._groups.setdefault(
                (outcome.refused, reason), Group(reason, outcome.refused, 0, [])
            )
            group.count += 1
            if len(group.orders) < NAMED:
                group.orders.append(outcome.order_no)
            self.seen += 1

    def in_order(self) -> list[Group]:
        """Refused, warned, and the rest."""
        return sorted(self._groups.values(), key=lambda one: (not one.refused, not one.reason))
