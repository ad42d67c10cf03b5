"""What happens in a run: a random day drawn from a seed, and one day that is written out."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from caseworker.cache import orders
from caseworker.model.annotation import PROPOSALS
from tests.builders import a_draft, an_order
from tests.simulation.line import FAULTS
from tests.simulation.world import LAOJIE, UNITS, XINGFULI, Desk, World

STEPS: Final = 22
"""Acts of a random day, besides those that happen while someone waits for an answer."""

RULINGS: Final = ("granted", "refused", "more_asked", "reversed")


class RandomDay:
    """A day drawn from a seed: who does what, and what the line makes of it.

    Each day has some kinds of fault of its own, and a rate at which they come: a line on which
    everything fails now and then shows less than one that fails in the same way again and again.
    """

    def __init__(self, world: World, seed: str, skew: int | None = None) -> None:
        self._world = world
        self._random = random.Random(seed)
        draw = self._random
        self._rate = draw.choice((0.0, 0.1, 0.25, 0.5))
        self._kinds = draw.sample(FAULTS, draw.randint(1, 8))
        self._busyness = draw.choice((0.0, 0.05, 0.15))
        self._deaths = draw.choice((0.0, 0.1, 0.4))
        skews = [draw.choice((-1, 0, 0, 1)) for _desk in world.desks]
        for desk, days in zip(world.desks, skews, strict=True):
            desk.skew = timedelta(days=days if skew is None else skew)
            desk.line.draws = self._fault
            desk.line.meanwhile = self._meanwhile
        self._nested = False
        self._last = ""
        self._longer = 0
        """How many more requests meet the same: more than are tried, and a whole sync fails."""

    def run(self) -> None:
        """The day, and then its end."""
        for _step in range(STEPS):
            self._world.clock.seconds += self._random.uniform(1, 600)
            self._act()
        self._world.settle()

    def _fault(self, _call: str) -> str:
        draw = self._random
        if self._longer:
            self._longer -= 1
            return self._last
        if draw.random() >= self._rate:
            return ""
        self._last = draw.choice(self._kinds)
        if draw.random() < 0.3:
            self._longer = draw.randint(1, 6)
        return self._last

    def _meanwhile(self) -> None:
        """Others go on while one waits for an answer, and so does the worker who syncs."""
        if not self._nested and self._random.random() < self._busyness:
            self._nested = True
            try:
                self._act()
            finally:
                self._nested = False

    def _act(self) -> None:
        acts = list(self._acts())
        weights = [weight for weight, _act in acts]
        self._random.choices([act for _weight, act in acts], weights)[0]()

    def _acts(self) -> list[tuple[float, Callable[[], None]]]:
        return [
            (9, self._sync),
            (6, self._speak),
            (2, self._review),
            (2, self._take_back),
            (1, self._settle_refused),
            (1, self._spoil),
            (0.7, self._bring_in),
            (1.5, self._order_comes),
            (2, self._order_changes),
            (2, self._order_moves),
            (3, self._centre_rules),
            (1, self._world.back_up),
            (1, self._world.restore),
            (0.7, self._world.restart),
            (0.7, self._world.dispatch_all_again),
            (0.6, self._token_ends),
        ]

    # The workers.

    def _desk(self) -> Desk:
        return self._random.choice(self._world.desks)

    def _sync(self) -> None:
        free = [desk for desk in self._world.desks if not desk.syncing]
        if not free:
            return
        desk = self._random.choice(free)
        if desk.needs_code and not desk.enrol():
            return
        draw = self._random
        dies = draw.randint(1, 60) if draw.random() < self._deaths else None
        if desk.sync(dies) == "clean" and draw.random() < 0.3:
            desk.sync()

    def _speak(self) -> None:
        desk, draw = self._desk(), self._random
        numbers = desk.numbers()
        if not numbers:
            return
        number = draw.choice(numbers)
        if desk.seat.role == "cadre" or draw.random() < 0.5:
            desk.write(a_draft(number, code="C03", text=self._world.say()))
        else:
            earlier = (draw.choice(numbers),)
            desk.write(
                a_draft(number, "repeat", code="R01", earlier=earlier, text=self._world.say())
            )

    def _review(self) -> None:
        desk, draw = self._desk(), self._random
        marks = [
            one
            for one in desk.snapshot().others.values()
            if one.kind in PROPOSALS and one.author != desk.seat.worker
        ]
        if marks and desk.seat.role != "cadre":
            mark = draw.choice(marks)
            desk.write(
                a_draft(
                    mark.order_no,
                    "review",
                    target=mark.id,
                    endorse=draw.random() < 0.7,
                    text=self._world.say(),
                )
            )

    def _take_back(self) -> None:
        desk, draw = self._desk(), self._random
        own = [item.annotation for item in desk.own() if item.annotation.kind != "withdrawal"]
        if not own:
            return
        one = own[-1 - draw.randrange(min(4, len(own)))]
        if draw.random() < 0.4:
            desk.undo(one.id)
        elif orders.holds(desk.cache, one.order_no):
            desk.write(a_draft(one.order_no, "withdrawal", target=one.id, text=self._world.say()))

    def _settle_refused(self) -> None:
        desk = self._desk()
        refused = [item.annotation.id for item in desk.own() if item.state == "refused"]
        if refused:
            desk.keep(self._random.choice(refused))

    def _spoil(self) -> None:
        desk = self._desk()
        unsent = [
            item.annotation
            for item in desk.own()
            if item.state == "waiting" and item.annotation.kind == "context"
        ]
        if unsent:
            desk.spoil(self._random.choice(unsent))

    def _bring_in(self) -> None:
        """An order from a sheet that the hub hears of only later, and words about it."""
        desk, world = self._desk(), self._world
        number = f"4403002026119{len(world.latest):05}"
        if number not in world.latest:
            world.latest[number] = (an_order(number, title=world.say(), revision=0), XINGFULI)
            desk.bring_in(an_order(number, title=world.say()))
            desk.write(a_draft(number, code="C03", text=world.say()))

    # The hub's side.

    def _order_comes(self) -> None:
        self._world.new_order(self._random.choice(UNITS))

    def _order_changes(self) -> None:
        number = self._random.choice(list(self._world.latest))
        state = self._random.choice(("open", "open", "closed"))
        self._world.dispatch(number, self._world.latest[number][1], state=state)

    def _order_moves(self) -> None:
        number = self._random.choice(list(self._world.latest))
        self._world.dispatch(number, self._random.choice(UNITS))

    def _centre_rules(self) -> None:
        proposals = self._world.proposals()
        if proposals:
            ruling = self._random.choice(RULINGS)
            self._world.decide(self._random.choice(proposals), ruling)

    def _token_ends(self) -> None:
        self._world.end_token(self._desk())


class OneFault:
    """The next requests pass, until the one with the number `at`, which meets `fault`."""

    def __init__(self, at: int, fault: str) -> None:
        self._left = at
        self._fault = fault
        self.asked: list[str] = []

    def __call__(self, call: str) -> str:
        self.asked.append(call)
        self._left -= 1
        return self._fault if self._left == -1 else ""


def written_day(world: World, fault: OneFault, rest: bool = True) -> None:
    """A day that touches every call of the protocol, in as few requests as it takes."""
    office, cadre, lead = world.desks[:3]
    for desk in world.desks:
        desk.line.draws = fault
    moved, changed, stays = sorted(world.latest)[:3]
    said: Any = world.say
    # The office says much at once: one will be refused, one is about an order that no hub knows.
    office.write(a_draft(stays, code="C03", text=said()))
    spoiled = office.write(a_draft(stays, code="C03", text=said()))
    if spoiled is not None:
        office.spoil(spoiled)
    mark = office.write(a_draft(changed, "repeat", code="R01", earlier=(moved,), text=said()))
    unknown = "44030020261199999"
    office.bring_in(an_order(unknown, title=said()))
    office.write(a_draft(unknown, code="C03", text=said()))
    world.back_up()
    office.sync()
    # The lead reviews what the feed shows; the cadre's order leaves with words on it unsent.
    lead.sync()
    if mark is not None and mark.id in lead.snapshot().others:
        lead.write(a_draft(changed, "review", target=mark.id, endorse=True, text=said()))
    cadre.write(a_draft(moved, code="C03", text=said()))
    world.dispatch(moved, LAOJIE)
    lead.sync()
    cadre.sync()
    for proposal in world.proposals():
        world.decide(proposal, "granted")
    lead.sync()
    # The hub is set back to the morning, and what was sent since has to reach it again.
    world.restore()
    office.sync()
    world.dispatch_all_again()
    if office.needs_code:
        office.enrol()
    # A token ends, and the desk comes back with a new one.
    world.end_token(lead)
    lead.sync()
    lead.enrol()
    lead.sync()
    for refused in [item.annotation.id for item in office.own() if item.state == "refused"]:
        office.keep(refused)
    if rest:
        world.settle()
