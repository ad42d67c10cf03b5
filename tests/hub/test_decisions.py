"""The centre rules on proposals, once, and never before a second person has looked."""

from datetime import timedelta

import pytest
from msgspec import structs

from caseworker.model.wire import AnnotationChange
from tests.hub.town import (
    OTHER_STREET,
    Desk,
    Town,
    an_id,
    an_order,
    context,
    problem,
    told,
)
from tests.model.marks import a_mark, a_review, a_withdrawal


class Street:
    """The people of one street, and its two orders."""

    def __init__(self, town: Town) -> None:
        town.load(an_order("1"), an_order("2"))
        self.town = town
        self.office = town.enrol("李敏")
        self.colleague = town.enrol("孙涛")
        self.lead = town.enrol("王主任", role="lead")
        self.centre: Desk = town.enrol("刘处", role="centre")


@pytest.fixture
def street(town: Town) -> Street:
    return Street(town)


def test_a_repeat_is_granted_for_ninety_days_and_the_street_hears_of_it(street: Street) -> None:
    proposal = street.office.store(a_mark("R01", id=an_id(1), order_no="1", earlier=("2",)))
    cursor = street.office.pull()[1]
    answer = street.centre.decide(proposal)
    assert answer.status_code == 201
    assert answer.json()["valid_until"] == "2027-02-22T01:43:00Z"
    assert answer.json()["decided_by"] == "刘处"
    assert told(street.office.pull(cursor)[0]) == ["decision granted"]


@pytest.mark.parametrize("ruling", ["granted", "refused", "more_asked"])
def test_no_ruling_on_a_mark_that_can_hurt_before_an_endorsement(
    street: Street, ruling: str
) -> None:
    proposal = street.office.store(a_mark("U01", id=an_id(1), order_no="1"))
    assert problem(street.centre.decide(proposal, ruling)) == (409, "endorsement_missing")
    street.colleague.store(a_review(proposal, id=an_id(2), endorse=False))
    assert problem(street.centre.decide(proposal, ruling)) == (409, "endorsement_missing")
    street.colleague.store(a_review(proposal, id=an_id(3)))
    assert street.centre.decide(proposal, ruling).status_code == 201


def test_an_endorsement_taken_back_is_none(street: Street) -> None:
    proposal = street.office.store(a_mark("U01", id=an_id(1), order_no="1"))
    review = street.colleague.store(a_review(proposal, id=an_id(2)))
    street.colleague.store(a_withdrawal(review, id=an_id(3)))
    assert problem(street.centre.decide(proposal)) == (409, "endorsement_missing")


def test_a_lead_must_have_looked_where_a_vulnerable_person_is_concerned(street: Street) -> None:
    proposal = street.office.store(a_mark("U01", id=an_id(1), order_no="1"))
    street.colleague.store(a_review(proposal, id=an_id(2)))
    # The note comes after the endorsement, which was enough until then.
    street.office.store(a_mark("C01", id=an_id(3), order_no="1"))
    assert problem(street.centre.decide(proposal)) == (409, "lead_endorsement_missing")
    street.lead.store(a_review(proposal, id=an_id(4)))
    assert street.centre.decide(proposal).status_code == 201


def test_a_proposal_that_was_withdrawn_or_rewritten_is_not_ruled_on(street: Street) -> None:
    first = street.office.store(a_mark("R01", id=an_id(1), order_no="1", earlier=("2",)))
    street.office.store(a_withdrawal(first, id=an_id(2)))
    second = street.office.store(a_mark("R01", id=an_id(3), order_no="1", earlier=("2",)))
    street.office.store(
        a_mark("R01", id=an_id(4), order_no="1", earlier=("2",), supersedes=second.id)
    )
    for proposal in (first, second):
        assert problem(street.centre.decide(proposal)) == (409, "proposal_withdrawn")


def test_a_proposal_lapses_when_its_order_changes_in_substance(street: Street) -> None:
    old = street.office.store(
        a_mark("R01", id=an_id(1), order_no="1", earlier=("2",), order_revision=1)
    )
    street.town.load(an_order("1", reply="已答复"))
    kept = street.office.store(
        a_mark("R03", id=an_id(2), order_no="1", earlier=("2",), order_revision=2)
    )
    assert street.centre.decide(kept).status_code == 201
    street.town.load(an_order("1", content="又出了新情况", reply="已答复"))
    for proposal in (old, structs.replace(kept)):
        assert problem(street.centre.decide(proposal, "refused")) == (409, "proposal_lapsed")
    new = street.office.store(
        a_mark("R01", id=an_id(3), order_no="1", earlier=("2",), order_revision=3)
    )
    assert street.centre.decide(new).status_code == 201


@pytest.mark.parametrize("claimed", [0, 1_000_000])
def test_no_mark_outlives_a_change_by_the_revision_that_it_claims(
    street: Street, claimed: int
) -> None:
    mark = a_mark("R01", id=an_id(1), order_no="1", earlier=("2",), order_revision=claimed)
    proposal = street.office.store(mark)
    assert street.office.send(proposal)[0].verdict == "replayed"
    seen = [one for one in street.colleague.pull()[0] if isinstance(one, AnnotationChange)]
    assert [one.annotation.order_revision for one in seen] == [1]
    street.town.load(an_order("1", content="又出了新情况"))
    assert problem(street.centre.decide(proposal)) == (409, "proposal_lapsed")


def test_a_granted_mark_lapses_on_its_date(street: Street) -> None:
    proposal = street.office.store(a_mark("R01", id=an_id(1), order_no="1", earlier=("2",)))
    street.centre.decide(proposal)
    street.town.wait(timedelta(days=90))
    assert problem(street.centre.decide(proposal, "refused")) == (409, "proposal_lapsed")


def test_one_ruling_ends_it_but_a_grant_can_be_reversed(street: Street) -> None:
    proposal = street.office.store(a_mark("R01", id=an_id(1), order_no="1", earlier=("2",)))
    assert problem(street.centre.decide(proposal, "reversed")) == (409, "nothing_to_reverse")
    assert street.centre.decide(proposal, "more_asked").status_code == 201
    assert street.centre.decide(proposal, "granted").status_code == 201
    assert problem(street.centre.decide(proposal, "refused")) == (409, "already_decided")
    assert street.centre.decide(proposal, "reversed").status_code == 201
    assert problem(street.centre.decide(proposal, "granted")) == (409, "already_decided")


def test_the_same_ruling_sent_again_is_answered_with_the_first(street: Street) -> None:
    proposal = street.office.store(a_mark("R01", id=an_id(1), order_no="1", earlier=("2",)))
    first, again = street.centre.decide(proposal), street.centre.decide(proposal)
    assert again.json() == first.json()
    assert told(street.office.pull()[0]).count("decision granted") == 1


def test_no_grant_merges_an_order_into_one_that_is_not_there(street: Street) -> None:
    proposal = street.office.store(a_mark("R01", id=an_id(1), order_no="1", earlier=("3",)))
    assert problem(street.centre.decide(proposal)) == (409, "earlier_not_here")
    street.town.load(an_order("3"), unit=OTHER_STREET)
    assert street.centre.decide(proposal).status_code == 201


def test_only_proposals_are_ruled_on(street: Street) -> None:
    said = street.office.store(context(1, "1"))
    assert problem(street.centre.decide(said)) == (409, "not_a_proposal")
    assert problem(street.centre.decide(context(9, "1"))) == (404, "annotation_unknown")


def test_a_proposal_of_another_city_part_is_not_there(street: Street) -> None:
    proposal = street.office.store(a_mark("R01", id=an_id(1), order_no="1", earlier=("2",)))
    other = street.town.enrol("陈处", OTHER_STREET, "centre")
    assert problem(other.decide(proposal)) == (404, "annotation_unknown")


def test_a_ruling_gives_grounds_in_words(street: Street) -> None:
    proposal = street.office.store(a_mark("R01", id=an_id(1), order_no="1", earlier=("2",)))
    assert problem(street.centre.decide(proposal, text=" ")) == (400, "text_missing")
    assert problem(street.centre.decide(proposal, text="x" * 8001)) == (400, "text_too_long")
    assert problem(street.centre.decide(proposal, text="a\0b")) == (400, "malformed")
    assert problem(street.centre.decide(proposal, "praised")) == (400, "malformed")


def test_a_proposal_refused_by_the_centre_links_nothing(street: Street) -> None:
    proposal = street.office.store(a_mark("R01", id=an_id(1), order_no="1", earlier=("2",)))
    back = a_mark("R01", id=an_id(2), order_no="2", earlier=("1",))
    assert street.office.say(back).reason == "earlier_makes_circle"
    street.centre.decide(proposal, "refused")
    assert street.office.say(back).verdict == "stored"
