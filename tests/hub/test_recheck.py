"""A blind share of the granted marks is looked at once more, by someone who took no part."""

import random

import pytest
from sqlalchemy import select

from caseworker.model.annotation import Annotation
from caseworker.model.trouble import Trouble
from hub import recheck
from hub.store import annotation
from tests.hub.town import LAOJIE, XINGFULI, Town, an_id, an_order
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
            return recheck.draw(
                connection, "store test", self.town.time, random.Random(seed).sample
            )

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


def test_between_five_and_ten_per_cent_are_drawn_whatever_the_number(granted: Granted) -> None:
    drawn = 0
    for count in (9, 1, 25, 31):
        granted.grant(count)
        now = granted.draw()
        drawn += now
        assert granted.draw() == 0, "nothing stands in two draws"
        assert (now == 0) is (count == 9)
    assert 0.05 * granted.count <= drawn <= 0.10 * granted.count


def test_all_of_an_unusual_unit_are_drawn(granted: Granted) -> None:
    granted.town.load(*(an_order(f"plain {number}") for number in range(200)), unit=LAOJIE)
    granted.grant(6)
    assert granted.draw() == 6


def test_the_draw_is_left_to_chance(granted: Granted) -> None:
    granted.grant(20)
    with granted.town.store.reading() as connection:
        ids = sorted(connection.execute(select(annotation.c.id)).scalars())
    picks = {tuple(random.Random(seed).sample(ids, 1)) for seed in range(9)}
    assert len(picks) > 1
    assert granted.draw() == 1


def test_whoever_took_part_neither_sees_nor_answers(granted: Granted) -> None:
    granted.grant(10)
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
    granted.grant(10)
    granted.draw()
    shown = repr(granted.waiting())
    assert not [name for name in ("李敏", "刘处", "王小明", "13800005521") if name in shown]


def test_harm_goes_to_the_centre_until_it_has_reversed(granted: Granted) -> None:
    marks = granted.grant(10)
    granted.draw()
    (look,) = granted.waiting()
    granted.answer(look.id, "harm")
    (harm,) = granted.harms()
    target = next(mark for mark in marks if mark.id == harm.annotation_id)
    assert granted.centre.decide(target, "reversed", "复查发现有损害").status_code == 201
    assert granted.harms() == []


def test_an_answer_is_given_in_words(granted: Granted) -> None:
    with pytest.raises(Trouble, match="in words"), granted.town.store.writing() as connection:
        recheck.answer(connection, 1, "harm", " ", "钱进", "store test", granted.town.time)
