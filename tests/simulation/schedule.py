"""What happens in a run: a random day drawn from a seed, and one day that is written out."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from msgspec import Struct

from caseworker.cache import orders
from caseworker.model.annotation import PROPOSALS
from tests.builders import a_draft, an_order
from tests.simulation.glass import PIECE_BYTES
from tests.simulation.line import FAULTS
from tests.simulation.world import LAOJIE, UNITS, XINGFULI, Desk, World

STEPS: Final = 20
"""Acts of a random day, besides those that happen while someone waits for an answer."""

RULINGS: Final = ("granted", "granted", "granted", "refused", "more_asked", "reversed")


FILE_PIECES: Final = 2.5
"""How many pieces the longest file of evidence has."""


class Weather(Struct, frozen=True):
    """What a day is to be like, where it is not left to the seed: to meet a bug soon."""

    kinds: tuple[str, ...] = ()
    """Kinds of fault; any where empty."""
    rate: float | None = None
    deaths: float | None = None
    more: dict[str, float] = {}
    """Act → how many times as often it is done."""


class RandomDay:
    """A day drawn from a seed: who does what, and what the line makes of it.

    Each day has some kinds of fault of its own, and a rate at which they come: a line on which
    everything fails now and then shows less than one that fails in the same way again and again.
    """

    def __init__(
        self,
        world: World,
        seed: str,
        skew: int | None = None,
        weather: Weather = Weather(),  # noqa: B008 - frozen
    ) -> None:
        self._world = world
        self._more = weather.more
        self._random = random.Random(seed)
        draw = self._random
        self._rate = draw.choice((0.0, 0.1, 0.25, 0.5))
        self._kinds = draw.sample(FAULTS, draw.randint(1, 8))
        self._busyness = draw.choice((0.0, 0.05, 0.15))
        self._deaths = draw.choice((0.0, 0.1, 0.4))
        self._kinds = list(weather.kinds) or self._kinds
        self._rate = self._rate if weather.rate is None else weather.rate
        self._deaths = self._deaths if weather.deaths is None else weather.deaths
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
        if not self._world.living():
            return
        acts = list(self._acts())
        weights = [weight * self._more.get(act.__name__.strip("_"), 1.0) for weight, act in acts]
        self._random.choices([act for _weight, act in acts], weights)[0]()

    def _acts(self) -> list[tuple[float, Callable[[], None]]]:
        return [
            (9, self._sync),
            (6, self._speak),
            (2, self._review),
            (1.5, self._show_evidence),
            (1, self._want_file),
            (1, self._begin),
            (1, self._reveal),
            (2, self._take_back),
            (1, self._settle_refused),
            (1, self._spoil),
            (0.7, self._bring_in),
            (1.5, self._order_comes),
            (2, self._order_changes),
            (2, self._order_moves),
            (4, self._centre_rules),
            (1, self._citizen_contests),
            (1, self._world.back_up),
            (1, self._world.restore),
            (0.7, self._world.restart),
            (0.7, self._world.dispatch_all_again),
            (0.6, self._token_ends),
            (0.25, self._device_revoked),
        ]

    # The workers.

    def _desk(self) -> Desk:
        return self._random.choice(self._world.living())

    def _sync(self) -> None:
        free = [desk for desk in self._world.living() if not desk.syncing]
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
            earlier = (draw.choice([one for one in numbers if one != number] or numbers),)
            desk.write(
                a_draft(number, "repeat", code="R01", earlier=earlier, text=self._world.say())
            )

    def _show_evidence(self) -> None:
        """Words that name a file: one piece, or several."""
        desk, draw = self._desk(), self._random
        numbers = desk.numbers()
        if not numbers:
            return
        words = self._world.say()
        lines = draw.choice((1, int(PIECE_BYTES * FILE_PIECES) // len(words.encode())))
        photo = desk.take_in("\n".join([words] * lines))
        desk.write(
            a_draft(draw.choice(numbers), code="C03", text=self._world.say(), evidence=(photo,))
        )

    def _want_file(self) -> None:
        desk = self._desk()
        missing = desk.missing_files()
        if missing:
            desk.want(self._random.choice(missing))

    def _begin(self) -> None:
        """Something typed that is left for later."""
        desk = self._desk()
        numbers = desk.numbers()
        if numbers:
            desk.begin(a_draft(self._random.choice(numbers), text=self._world.say()))

    def _reveal(self) -> None:
        desk = self._desk()
        numbers = desk.numbers()
        if numbers:
            desk.reveal(self._random.choice(numbers))

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
            if self._random.random() < 0.3:
                self._citizen_contests()

    def _citizen_contests(self) -> None:
        granted = self._world.granted()
        if granted:
            self._world.contest(self._random.choice(granted))

    def _token_ends(self) -> None:
        self._world.end_token(self._desk())

    def _device_revoked(self) -> None:
        self._world.revoke(self._desk())


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


def until_noon(world: World) -> None:
    """What has been done when a day is taken up at noon: marks that the centre can rule on, one of
    them granted, and a backup. Only desks that sit there every day have spoken."""
    office, cadre = world.desks[:2]
    moved, changed, stays = _orders(world)
    for number, earlier in ((changed, moved), (stays, changed)):
        office.write(a_draft(number, "repeat", code="R01", earlier=(earlier,), text=world.say()))
    cadre.write(a_draft(moved, code="C03", text=world.say()))
    for desk in (office, cadre, office):
        desk.sync()
    world.decide(world.proposals()[0], "granted")
    world.back_up()


# The written day touches every call of the protocol, in as few requests as it takes. It is told in
# scenes: each leaves nothing to the next but what stands in the world.


def _much_is_said(world: World) -> None:
    """The office says much at once: one will be refused, one is about an order that no hub knows,
    one names a file; and a caller is uncovered."""
    office = world.desks[0]
    moved, changed, stays = _orders(world)
    said: Any = world.say
    office.write(a_draft(stays, code="C03", text=said()))
    spoiled = office.write(a_draft(stays, code="C03", text=said()))
    assert spoiled is not None
    office.spoil(spoiled)
    photo = office.take_in("\n".join([said()] * (PIECE_BYTES // 40)))
    office.write(
        a_draft(changed, "repeat", code="R01", earlier=(moved,), text=said(), evidence=(photo,))
    )
    office.bring_in(an_order(_UNKNOWN, title=said()))
    office.write(a_draft(_UNKNOWN, code="C03", text=said()))
    office.reveal(stays)
    world.back_up()
    office.sync()


def _a_review(world: World) -> None:
    """The lead reviews what the feed shows; the cadre's order leaves with words on it unsent."""
    cadre, lead = world.desks[1:3]
    moved, changed, _stays = _orders(world)
    lead.sync()
    for mark in lead.snapshot().others.values():
        if mark.kind == "repeat":
            lead.write(a_draft(changed, "review", target=mark.id, endorse=True, text=world.say()))
    cadre.write(a_draft(moved, code="C03", text=world.say()))
    world.dispatch(moved, LAOJIE)
    for sha256 in lead.missing_files():
        lead.want(sha256)
    lead.sync()
    cadre.sync()


def _rulings(world: World) -> None:
    """The centre grants, a citizen contests, and the centre reverses."""
    lead = world.desks[2]
    for proposal in world.proposals():
        world.decide(proposal, "granted")
        world.contest(proposal)
        world.decide(proposal, "reversed")
    lead.sync()


def _set_back(world: World) -> None:
    """The hub is set back to the morning, and what was sent since has to reach it again."""
    office = world.desks[0]
    world.restore()
    office.sync()
    world.dispatch_all_again()
    if office.needs_code:
        office.enrol()


def _a_token_ends(world: World) -> None:
    """A token ends, and the desk comes back with a new one; refused words are settled."""
    office, lead = world.desks[0], world.desks[2]
    world.end_token(lead)
    lead.sync()
    lead.enrol()
    lead.sync()
    for refused in [item.annotation.id for item in office.own() if item.state == "refused"]:
        office.keep(refused)


def _a_device_is_revoked(world: World) -> None:
    """The cadre's device is revoked with words and a file unsent, others half typed, a caller
    uncovered."""
    cadre = world.desks[1]
    number = cadre.numbers()[0]
    photo = cadre.take_in(world.say())
    cadre.write(a_draft(number, code="C03", text=world.say(), evidence=(photo,)))
    cadre.begin(a_draft(number, text=world.say()))
    cadre.reveal(number)
    world.revoke(cadre)
    cadre.sync()


SCENES: Final[tuple[Callable[[World], None], ...]] = (
    _much_is_said,
    _a_review,
    _rulings,
    _set_back,
    _a_token_ends,
    _a_device_is_revoked,
)

_UNKNOWN: Final = "44030020261199999"


def _orders(world: World) -> list[str]:
    return sorted(world.latest)[:3]


def play(world: World, scenes: Sequence[Callable[[World], None]], fault: OneFault) -> None:
    """Play scenes of the written day; `fault` draws for every line."""
    for desk in world.desks:
        desk.line.draws = fault
    for scene in scenes:
        scene(world)
