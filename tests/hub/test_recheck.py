"""A blind share of the granted marks is looked at once more, by someone who took no part."""

import random
from collections import Counter

import pytest
from sqlalchemy import select

from caseworker.model.annotation import Annotation
from caseworker.model.trouble import Trouble
from caseworker.model.wire import ContestChange
from hub import recheck
from hub.store import contest
from hub.store import recheck as recheck_table
from tests.hub.town import LAOJIE, XINGFULI, Town, an_id, an_order, problem
from tests.model.marks import a_mark


class Granted:
    """A street in which the centre grants marks."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.office = town.enrol("李敏")
        self.centre = town.enrol("刘处", role="centre")
        self.count = 0

    def grant(self, count: int, unit: str = XINGFULI) -> list[Annotation]:
        """So many granted marks, each on an order of its own."""
        marks = []
        for number in range(self.count, self.count + count):
            self.town.load(
                an_order(f"{number}", caller_name="王小明", content="电话13800005521"), unit=unit
            )
            said = a_mark("J01", id=an_id(number), order_no=f"{number}", evidence=())
            marks.append(self.office.store(said))
            assert self.centre.decide(marks[-1]).status_code == 201
        self.count += count
        return marks

    def draw(self, seed: int = 1) -> int:
        with self.town.store.writing() as connection:
            return recheck.draw(connection, "store test", self.town.time, random.Random(seed))

    def waiting(self, named: str = "钱进") -> list[recheck.SecondLook]:
        with self.town.store.reading() as connection:
            return recheck.waiting(connection, named)

    def answer(self, number: int, outcome: recheck.Outcome, named: str = "钱进") -> None:
        with self.town.store.writing() as connection:
            recheck.answer(
                connection, number, outcome, "去现场看过", named, "store test", self.town.time
            )

    def harms(self) -> list[recheck.Harm]:
        with self.town.store.reading() as connection:
            return recheck.harms(connection)


@pytest.fixture
def granted(town: Town) -> Granted:
    return Granted(town)


def test_few_marks_wait_for_no_others_and_one_of_fifteen_is_drawn(granted: Granted) -> None:
    drawn = 0
    for count in (1, 2, 9, 3, 25, 20):
        granted.grant(count)
        drawn += granted.draw(seed=count)
        assert granted.draw() == 0, "nothing stands in two draws"
    assert drawn == granted.count // 15
    assert 0.05 * granted.count <= drawn <= 0.10 * granted.count


@pytest.mark.parametrize("each", [1, 2, 4, 9, 40])
def test_however_few_there_are_at_once_each_has_the_same_chance(town: Town, each: int) -> None:
    marks = [f"{number:03}" for number in range(120)]
    often = Counter[str]()
    for seed in range(150):
        chance = random.Random(seed)
        drawn: list[str] = []
        with town.store.writing() as connection:
            for start in range(0, len(marks), each):
                some = marks[start : start + each]
                drawn += recheck._of_blocks(connection, some, town.time, chance)
                # At any moment: the share of all that were considered, within one mark.
                so_far = min(start + each, len(marks)) / recheck.ONE_IN
                assert so_far - 1 < len(drawn) < so_far + 1
        assert len(set(drawn)) == len(drawn) == 8
        often.update(drawn)
    share = sum(often.values()) / (150 * len(marks))
    assert 0.05 < share < 0.10
    # 150 trials at one in fifteen: 10 in the mean, with a spread of 3.
    assert min(often[one] for one in marks) > 0
    assert max(often.values()) < 26
    halves = [sum(often[one] for one in marks[half::2]) for half in (0, 1)]
    assert max(halves) < 1.15 * min(halves)


def test_all_of_an_unusual_unit_are_drawn(granted: Granted) -> None:
    granted.town.load(*(an_order(f"plain {number}") for number in range(200)), unit=LAOJIE)
    granted.grant(6)
    assert granted.draw() == 6


def test_the_draw_is_left_to_chance(granted: Granted) -> None:
    picks = set()
    for seed in range(9):
        granted.grant(15)
        assert granted.draw(seed) == 1
        picks.add((granted.waiting()[-1].id - 1) % 15)
    assert len(picks) > 3


def test_whoever_took_part_neither_sees_nor_answers(granted: Granted) -> None:
    granted.grant(15)
    granted.draw()
    (look,) = granted.waiting()
    for name in ("李敏", "刘处", " 刘 处 "):
        assert granted.waiting(name) == []
        with pytest.raises(Trouble, match="took part"):
            granted.answer(look.id, "confirmed", name)
    granted.answer(look.id, "confirmed")
    assert granted.waiting() == []
    with pytest.raises(Trouble, match="No second look"):
        granted.answer(look.id, "harm")


def test_a_second_look_does_not_say_who_proposed_who_decided_nor_who_called(
    granted: Granted,
) -> None:
    granted.grant(15)
    granted.draw()
    shown = repr(granted.waiting())
    assert not [name for name in ("李敏", "刘处", "王小明", "13800005521") if name in shown]


@pytest.fixture
def harmed(granted: Granted) -> Annotation:
    """A mark in which a second look has found harm."""
    marks = granted.grant(15)
    granted.draw()
    (look,) = granted.waiting()
    granted.answer(look.id, "harm")
    (harm,) = granted.harms()
    return next(mark for mark in marks if mark.id == harm.annotation_id)


def test_harm_suspends_the_mark_and_every_desk_hears_why(
    granted: Granted, harmed: Annotation
) -> None:
    changes, _cursor = granted.office.pull()
    (told,) = [change.contest for change in changes if isinstance(change, ContestChange)]
    assert (told.annotation_id, told.source, told.text) == (harmed.id, "recheck", "去现场看过")
    # As with a citizen's contest: more cannot be asked, it stands or it falls.
    assert problem(granted.centre.decide(harmed, "more_asked")) == (409, "contest_waits")


@pytest.mark.parametrize("ruling", ["granted", "reversed"])
def test_harm_goes_to_the_centre_until_it_has_ruled_again(
    ruling: str, granted: Granted, harmed: Annotation
) -> None:
    assert granted.centre.decide(harmed, ruling, "已重新核查").status_code == 201
    assert granted.harms() == []


def test_harm_found_in_a_mark_that_fell_meanwhile_is_kept_and_suspends_nothing(
    granted: Granted,
) -> None:
    marks = granted.grant(15)
    granted.draw()
    (look,) = granted.waiting()
    target = next(mark for mark in marks if mark.order_no == look.order_no)
    granted.centre.decide(target, "reversed", "查错了")
    granted.answer(look.id, "harm")
    assert granted.harms() == []
    with granted.town.store.reading() as connection:
        assert connection.execute(select(contest.c.id)).all() == []
        found = select(recheck_table.c.annotation_id).where(recheck_table.c.outcome == "harm")
        assert list(connection.execute(found).scalars()) == [target.id]


def test_an_answer_is_given_in_words(granted: Granted) -> None:
    with pytest.raises(Trouble, match="in words"), granted.town.store.writing() as connection:
        recheck.answer(connection, 1, "harm", " ", "钱进", "store test", granted.town.time)
