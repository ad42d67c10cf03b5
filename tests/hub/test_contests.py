"""A citizen's contest suspends a granted mark until the centre rules again; reversals travel."""

from datetime import timedelta

import pytest
from msgspec import convert, json

from caseworker.model.annotation import Annotation, Contest, Decision
from caseworker.model.order import WorkOrder
from caseworker.model.status import status_of
from caseworker.model.taxonomy import built_in
from caseworker.model.wire import AnnotationChange, ContestChange, DecisionChange, OrderChange
from tests.hub.town import (
    LAOJIE,
    OTHER_STREET,
    STREET,
    XINGFULI,
    Desk,
    Town,
    an_id,
    an_order,
    problem,
    told,
)
from tests.model.marks import a_mark, a_review, a_withdrawal

SAID = "他们没有来过，我有录像"


class Marked:
    """A street with a granted mark on its order."""

    def __init__(self, town: Town) -> None:
        town.load(an_order("1"), an_order("2"))
        self.town = town
        self.office = town.enrol("李敏")
        self.colleague = town.enrol("孙涛")
        self.centre = town.enrol("刘处", role="centre")
        self.mark = self.office.store(a_mark("U03", id=an_id(1), order_no="1", order_revision=1))
        self.colleague.store(a_review(self.mark, id=an_id(2)))
        assert self.centre.decide(self.mark).status_code == 201

    def contest(self, by: Desk | None = None, text: str = SAID) -> Contest:
        answer = (by or self.centre).post(
            "/v1/contests", {"annotation_id": self.mark.id, "text": text}
        )
        assert answer.status_code == 201, answer.text
        return json.decode(answer.content, type=Contest)

    def status(self, desk: Desk) -> str:
        """How the mark stands by what a desk has been told."""
        orders, said, ruled, contests = [], [], [], []
        for change in desk.pull()[0]:
            match change:
                case OrderChange(order) if order["order_no"] == "1":
                    orders.append(convert(order, WorkOrder))
                case AnnotationChange(annotation):
                    said.append(annotation)
                case DecisionChange(decision):
                    ruled.append(decision)
                case ContestChange(contest):
                    contests.append(contest)
        return status_of(
            self.mark,
            order=orders[-1],
            others=said,
            decisions=ruled,
            contests=contests,
            taxonomy=built_in(),
            now=self.town.time,
        )


@pytest.fixture
def marked(town: Town) -> Marked:
    return Marked(town)


def test_a_contest_suspends_the_mark_and_reaches_the_street(marked: Marked) -> None:
    assert marked.status(marked.office) == "granted"
    cursor = marked.office.pull()[1]
    contest = marked.contest()
    assert (contest.text, contest.entered_by, contest.order_no) == (SAID, "刘处", "1")
    assert told(marked.office.pull(cursor)[0]) == ["contest"]
    assert marked.status(marked.office) == "suspended"
    assert marked.status(marked.town.enrol("后来的人")) == "suspended"


def test_the_same_contest_sent_again_is_the_first_one(marked: Marked) -> None:
    assert marked.contest() == marked.contest()
    assert marked.contest(text="还有证人").id != marked.contest().id
    assert told(marked.office.pull()[0]).count("contest") == 2


def test_the_centre_upholds_a_contested_mark_in_words_or_reverses_it(marked: Marked) -> None:
    marked.contest()
    for ruling in ("refused", "more_asked"):
        assert problem(marked.centre.decide(marked.mark, ruling)) == (409, "contest_waits")
    # The very words of the first grant are a new ruling now.
    assert marked.centre.decide(marked.mark).status_code == 201
    assert marked.status(marked.office) == "granted"
    again = marked.contest()
    assert marked.status(marked.office) == "suspended"
    assert marked.centre.decide(marked.mark, "reversed", "录像属实").status_code == 201
    assert marked.status(marked.office) == "reversed"
    answer = marked.centre.post(
        "/v1/contests", {"annotation_id": marked.mark.id, "text": again.text}
    )
    assert problem(answer) == (409, "nothing_to_contest")


def test_a_contest_outlives_the_date_and_a_change_until_it_is_answered(marked: Marked) -> None:
    marked.contest()
    marked.town.wait(timedelta(days=100))
    assert marked.status(marked.office) == "suspended"
    marked.town.load(an_order("1", content="又有新情况"))
    assert marked.status(marked.office) == "suspended"
    assert problem(marked.centre.decide(marked.mark)) == (409, "proposal_lapsed")
    assert marked.centre.decide(marked.mark, "reversed").status_code == 201


def test_only_a_granted_mark_of_ones_own_city_part_is_contested(marked: Marked) -> None:
    waiting = marked.office.store(a_mark("R01", id=an_id(5), order_no="1", earlier=("2",)))
    other = marked.town.enrol("陈处", OTHER_STREET, "centre")
    for desk, target, expected in (
        (marked.centre, waiting, (409, "nothing_to_contest")),
        (marked.centre, a_mark("U03", id=an_id(77)), (404, "annotation_unknown")),
        (other, marked.mark, (404, "annotation_unknown")),
        (marked.office, marked.mark, (403, "role_missing")),
    ):
        body = {"annotation_id": target.id, "text": SAID}
        assert problem(desk.post("/v1/contests", body)) == expected
    for text, reason in ((" ", "text_missing"), ("x" * 8001, "text_too_long")):
        body = {"annotation_id": marked.mark.id, "text": text}
        assert problem(marked.centre.post("/v1/contests", body)) == (400, reason)
    marked.office.store(a_withdrawal(marked.mark, id=an_id(6)))
    body = {"annotation_id": marked.mark.id, "text": SAID}
    assert problem(marked.centre.post("/v1/contests", body)) == (409, "nothing_to_contest")


def test_a_clock_that_was_set_back_leaves_a_contest_after_its_ruling(marked: Marked) -> None:
    marked.town.wait(-timedelta(days=1))
    marked.contest()
    assert marked.status(marked.office) == "suspended"
    marked.town.wait(-timedelta(days=1))
    assert marked.centre.decide(marked.mark).status_code == 201
    assert marked.status(marked.office) == "granted"


def test_a_contest_moves_with_its_order(marked: Marked) -> None:
    marked.contest()
    marked.town.load(an_order("1", unit=OTHER_STREET), unit=OTHER_STREET)
    heard = told(marked.town.enrol("周芳", OTHER_STREET).pull()[0])
    assert heard[0].startswith("order 1@")
    assert heard[-2:] == ["decision granted", "contest"]


def reversals(desk: Desk, cursor: str = "") -> list[Decision]:
    """The reversals that a desk is told of."""
    return [
        change.decision
        for change in desk.pull(cursor)[0]
        if isinstance(change, DecisionChange) and change.decision.ruling == "reversed"
    ]


def repeated(desk: Desk, number: int, order_no: str, earlier: str) -> Annotation:
    return desk.store(a_mark("R01", id=an_id(number), order_no=order_no, earlier=(earlier,)))


def test_a_reversal_reaches_every_unit_that_relied_on_the_mark(town: Town) -> None:
    town.load(an_order("1"), unit=XINGFULI)
    town.load(an_order("2"), unit=LAOJIE)
    town.load(an_order("3"), unit=OTHER_STREET)
    town.load(an_order("4"), unit="jiangbei")
    town.load(an_order("9"), unit="chengnan")
    office = town.enrol("李敏")
    centre = town.enrol("刘处", role="centre")
    mark = repeated(office, 1, "1", "2")
    # A street that is two links away belongs to the matter too.
    repeated(town.enrol("吴刚", "jiangbei"), 3, "4", "3")
    # Another street's order is said to repeat the marked one.
    repeated(town.enrol("周芳", OTHER_STREET), 2, "3", "1")
    centre.decide(mark)
    readers = {
        place: town.enrol("看", place)
        for place in (XINGFULI, LAOJIE, OTHER_STREET, STREET, "jiangbei", "chengnan")
    }
    cursors = {place: desk.pull()[1] for place, desk in readers.items()}
    centre.decide(mark, "reversed", "查明不是同一件事")
    heard = {place: reversals(desk, cursors[place]) for place, desk in readers.items()}
    assert {place: bool(rulings) for place, rulings in heard.items()} == {
        XINGFULI: True,
        LAOJIE: True,
        OTHER_STREET: True,
        STREET: True,
        "jiangbei": True,
        "chengnan": False,
    }
    # The grounds stay with those who may see the order.
    assert {ruled.text for ruled in heard[STREET] + heard[XINGFULI]} == {"查明不是同一件事"}
    assert {ruled.text for ruled in heard[LAOJIE] + heard[OTHER_STREET]} == {""}


def test_whoever_relies_on_an_order_after_the_reversal_hears_of_it(town: Town) -> None:
    town.load(an_order("1"), an_order("2"))
    town.load(an_order("3"), unit=OTHER_STREET)
    mark = repeated(town.enrol("李敏"), 1, "1", "2")
    centre = town.enrol("刘处", role="centre")
    centre.decide(mark)
    centre.decide(mark, "reversed", "查明不是同一件事")
    late = town.enrol("周芳", OTHER_STREET)
    cursor = late.pull()[1]
    repeated(late, 2, "3", "1")
    (heard,) = reversals(late, cursor)
    assert (heard.annotation_id, heard.order_no, heard.text) == (mark.id, "1", "")


def test_a_reversal_reaches_the_unit_that_proposed_and_lost_the_order(town: Town) -> None:
    town.load(an_order("1"), an_order("2"))
    office = town.enrol("李敏")
    mark = repeated(office, 1, "1", "2")
    centre = town.enrol("刘处", role="centre")
    centre.decide(mark)
    cursor = office.pull()[1]
    town.load(an_order("1", unit=OTHER_STREET), unit=OTHER_STREET)
    town.enrol("陈处", OTHER_STREET, "centre").decide(mark, "reversed")
    (heard,) = reversals(office, cursor)
    assert heard.annotation_id == mark.id


def test_nobody_rules_on_what_they_proposed_or_reviewed(marked: Marked) -> None:
    mark = marked.office.store(a_mark("U03", id=an_id(8), order_no="2"))
    marked.colleague.store(a_review(mark, id=an_id(9)))
    for name in ("李敏", "孙涛"):
        promoted = marked.town.enrol(name, role="centre")
        assert problem(promoted.decide(mark)) == (403, "decision_of_own")
    assert marked.centre.decide(mark).status_code == 201
