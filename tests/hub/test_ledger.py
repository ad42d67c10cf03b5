"""What a worker sends is stored once, and what is refused says why and stops nothing else."""

from typing import Any

import pytest
from msgspec import structs, to_builtins

from caseworker.model.annotation import TEXT_MAX, About, Annotation
from caseworker.model.me import Role
from caseworker.model.wire import AnnotationResult
from hub.limits import BODY_BYTES
from tests.hub.town import (
    OTHER_STREET,
    START,
    XINGFULI,
    Desk,
    Town,
    an_id,
    an_order,
    context,
    problem,
    told,
)
from tests.model.marks import a_mark, a_review, a_withdrawal


@pytest.fixture
def office(town: Town) -> Desk:
    town.load(an_order("1"), an_order("2"))
    return town.enrol("李敏")


def outcome(result: AnnotationResult) -> tuple[str, str]:
    return result.verdict, result.reason


def test_what_is_sent_again_is_answered_with_the_same_receipt_and_kept_once(
    town: Town, office: Desk
) -> None:
    said = context(1, "1", author="李敏")
    first, again = office.send(said)[0], office.send(said, said)
    assert first.verdict == "stored"
    assert [(one.verdict, one.receipt) for one in again] == [("replayed", first.receipt)] * 2
    assert told(office.pull()[0]) == ["order 1@1", "order 2@1", "annotation 1"]


def test_a_replay_is_answered_even_when_the_order_has_left(town: Town, office: Desk) -> None:
    said = office.store(context(1, "1"))
    town.load(an_order("1"), unit=OTHER_STREET)
    assert office.send(said)[0].verdict == "replayed"


def test_other_words_under_the_same_id_are_refused(office: Desk) -> None:
    said = office.store(context(1, "1"))
    changed = structs.replace(said, text="另一句话在这里")
    assert outcome(office.send(changed)[0]) == ("refused", "id_taken")


def test_somebody_elses_id_is_refused_even_with_the_same_words(town: Town, office: Desk) -> None:
    said = office.store(context(1, "1"))
    namesake = town.enrol("李敏", OTHER_STREET)
    assert outcome(namesake.send(said)[0]) == ("refused", "id_taken")


def test_one_that_is_refused_stops_none_of_the_others(office: Desk) -> None:
    batch = [
        context(1, "1", author="李敏"),
        context(2, "1", author="李敏", text=" "),
        context(3, "no such order", author="李敏"),
        context(4, "2", author="李敏"),
    ]
    results = office.send(*batch)
    assert [one.id for one in results] == [one.id for one in batch]
    assert [outcome(one) for one in results] == [
        ("stored", ""),
        ("refused", "text_missing"),
        ("later", "order_unknown"),
        ("stored", ""),
    ]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"id": "not an id"},
        {"id": an_id(2).replace("7000", "7ABC")},
        {"id": None},
        {"kind": "verdict"},
        {"order_no": ""},
        {"text": "x" * 8001},
        {"text": "before\0after"},
        {"written_at": "2026-11-24T01:43:00"},
        {"evidence": "none"},
        {"endorse": "yes"},
        {"about": {"kind": "person", "name": "老户"}},
        {"unknown": [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]},
    ],
)
def test_one_that_cannot_be_read_is_refused_alone(office: Desk, spoilt: dict[str, Any]) -> None:
    good = [to_builtins(context(number, "1", author="李敏")) for number in (1, 3)]
    bad = to_builtins(context(2, "1", author="李敏")) | spoilt
    answer = office.post("/v1/annotations", {"annotations": [good[0], bad, good[1]]})
    results = answer.json()["results"]
    assert [one["verdict"] for one in results] == ["stored", "refused", "stored"]
    # Words that are too long can be mended by whoever wrote them, the rest only by a program.
    too_long = len(spoilt.get("text", "")) > TEXT_MAX
    assert results[1]["reason"] == ("text_too_long" if too_long else "malformed")
    assert results[1]["id"] == ("" if "id" in spoilt else an_id(2))


def test_nobody_signs_for_another(office: Desk) -> None:
    result = office.send(context(1, "1", author="王主任"))[0]
    assert outcome(result) == ("refused", "author_differs")
    assert result.params == {"worker": "李敏"}


@pytest.mark.parametrize("role", ["cadre", "office", "lead", "centre"])
@pytest.mark.parametrize("kind", ["context", "repeat", "unreasonable", "objection", "review"])
def test_each_role_says_what_is_its_own_to_say(
    town: Town, office: Desk, role: Role, kind: str
) -> None:
    proposal = office.store(a_mark("R01", id=an_id(1), order_no="1", earlier=("2",)))
    asker = town.enrol("赵丽", role=role)
    said: Annotation = {
        "context": context(2, "1"),
        "repeat": a_mark("R01", id=an_id(2), order_no="1", earlier=("2",)),
        "unreasonable": a_mark("U01", id=an_id(2), order_no="1"),
        "objection": a_mark("J01", id=an_id(2), order_no="1"),
        "review": a_review(proposal, id=an_id(2)),
    }[kind]
    if role == "centre":
        assert problem(asker.post("/v1/annotations", {"annotations": []})) == (403, "role_missing")
    elif role == "cadre" and kind != "context":
        assert outcome(asker.say(said)) == ("refused", "role_missing")
    else:
        assert asker.say(said).verdict == "stored"


def test_a_foreign_order_answers_like_one_that_is_not_there(town: Town, office: Desk) -> None:
    town.load(an_order("far"), unit=OTHER_STREET)
    far, nowhere = office.say(context(1, "far")), office.say(context(1, "nix"))
    assert structs.replace(far, params={}) == structs.replace(nowhere, params={})
    assert (far.params, nowhere.params) == ({"order": "far"}, {"order": "nix"})
    assert outcome(far) == ("later", "order_unknown")


def test_an_annotation_waits_for_an_order_that_the_hub_does_not_know_yet(
    town: Town, office: Desk
) -> None:
    early = context(1, "3")
    assert outcome(office.say(early)) == ("later", "order_unknown")
    town.load(an_order("3"))
    assert office.say(early).verdict == "stored"


def test_an_order_that_has_left_is_refused_and_says_so(town: Town, office: Desk) -> None:
    town.load(an_order("1"), unit=OTHER_STREET)
    assert outcome(office.say(context(1, "1"))) == ("refused", "order_left")


def test_a_cadre_writes_only_in_the_own_community(town: Town, office: Desk) -> None:
    town.load(an_order("3"), unit=XINGFULI)
    cadre = town.enrol("赵丽", XINGFULI, "cadre")
    assert outcome(cadre.say(context(1, "1"))) == ("later", "order_unknown")
    assert cadre.say(context(1, "3")).verdict == "stored"


def test_a_closed_order_takes_context(town: Town, office: Desk) -> None:
    town.load(an_order("1", state="closed"))
    assert office.say(context(1, "1")).verdict == "stored"


def test_a_review_waits_for_what_it_reviews(town: Town, office: Desk) -> None:
    lead = town.enrol("王主任", role="lead")
    proposal = a_mark("U01", id=an_id(1), order_no="1", author="李敏")
    review = a_review(proposal, id=an_id(2))
    assert outcome(lead.send(review)[0]) == ("later", "target_not_here")
    assert office.send(proposal)[0].verdict == "stored"
    assert lead.send(review)[0].verdict == "stored"


def test_what_is_reviewed_out_of_ones_scope_is_not_there(town: Town, office: Desk) -> None:
    town.load(an_order("far"), unit=OTHER_STREET)
    far = town.enrol("孙涛", OTHER_STREET).store(a_mark("U01", id=an_id(1), order_no="far"))
    review = a_review(structs.replace(far, order_no="1"), id=an_id(2))
    assert outcome(office.say(review)) == ("later", "target_not_here")


def test_nobody_reviews_the_own_proposal_but_a_namesake_may(town: Town, office: Desk) -> None:
    town.load(an_order("3"), unit=XINGFULI)
    proposal = office.store(a_mark("U01", id=an_id(1), order_no="3"))
    namesake = town.enrol("李敏", XINGFULI)
    assert outcome(office.say(a_review(proposal, id=an_id(2)))) == ("refused", "review_of_own")
    assert namesake.say(a_review(proposal, id=an_id(3))).verdict == "stored"
    taken_back = a_withdrawal(proposal, id=an_id(4))
    assert outcome(namesake.say(taken_back)) == ("refused", "withdrawal_of_others")


def test_only_a_lead_endorses_where_a_vulnerable_person_is_concerned(
    town: Town, office: Desk
) -> None:
    colleague, lead = town.enrol("孙涛"), town.enrol("王主任", role="lead")
    proposal = office.store(a_mark("U01", id=an_id(1), order_no="1"))
    colleague.store(a_mark("C01", id=an_id(2), order_no="1"))
    review = a_review(proposal, id=an_id(3))
    assert outcome(colleague.say(review)) == ("refused", "review_needs_lead")
    assert lead.say(review).verdict == "stored"


def test_the_rules_of_fair_marks_hold_at_the_hub_too(town: Town, office: Desk) -> None:
    town.load(an_order("fire", content="楼道堆放杂物，消防通道被堵，担心火灾。"))
    refused = {
        "locked_safety": a_mark("U01", order_no="fire"),
        "text_vague": a_mark("U01", order_no="1", text="无理取闹"),
        "evidence_missing": a_mark("U01", order_no="1", evidence=()),
        "code_unknown": a_mark("U01", order_no="1", code="U99"),
        "earlier_is_itself": a_mark("R01", order_no="1", earlier=("1",)),
        "route_missing": a_mark("J01", order_no="1", suggested_unit=""),
    }
    for reason, annotation in refused.items():
        assert outcome(office.say(annotation)) == ("refused", reason)
    several = office.say(a_mark("U01", order_no="1", text=" ", evidence=()))
    assert several.reason == "text_missing"
    assert several.params["also"] == "evidence_missing evidence_missing"


def test_links_make_no_circle_through_orders_of_other_units(town: Town, office: Desk) -> None:
    town.load(an_order("far"), unit=OTHER_STREET)
    other = town.enrol("孙涛", OTHER_STREET)
    back = other.store(a_mark("R01", id=an_id(1), order_no="far", earlier=("1",)))
    ahead = a_mark("R01", id=an_id(2), order_no="1", earlier=("far",))
    assert outcome(office.say(ahead)) == ("refused", "earlier_makes_circle")
    other.store(a_withdrawal(back, id=an_id(3)))
    assert office.say(ahead).verdict == "stored"


def test_a_file_of_another_channel_is_no_link_to_follow(town: Town, office: Desk) -> None:
    office.store(a_mark("R04", id=an_id(1), order_no="1", earlier=("2",)))
    circle = a_mark("R01", id=an_id(2), order_no="2", earlier=("1",))
    assert office.say(circle).verdict == "stored"


def test_nobody_supersedes_the_words_of_another(town: Town, office: Desk) -> None:
    town.enrol("王主任", role="lead").store(a_mark("C01", id=an_id(1), order_no="1"))
    office.store(context(2, "1", supersedes=an_id(1)))
    proposal = office.store(a_mark("U01", id=an_id(3), order_no="1"))
    review = a_review(proposal, id=an_id(4))
    assert outcome(town.enrol("孙涛").say(review)) == ("refused", "review_needs_lead")


def test_everything_that_was_said_comes_back_as_it_was_sent(town: Town, office: Desk) -> None:
    said = office.store(
        context(1, "1", about=About("place", "幸福里3号楼"), device="一号机", observed_at=START)
    )
    answer = office.get("/v1/feed").json()
    sent = [one for one in answer["changes"] if one["type"] == "annotation"]
    assert sent[0]["annotation"] == to_builtins(said)
    assert sent[0]["receipt"]


def test_a_batch_has_a_length_and_a_weight(office: Desk) -> None:
    one = to_builtins(context(1, "1", author="李敏"))
    assert problem(office.post("/v1/annotations", {"annotations": [one] * 501})) == (
        413,
        "too_large",
    )
    heavy = one | {"text": "x" * BODY_BYTES}
    assert problem(office.post("/v1/annotations", {"annotations": [heavy]})) == (413, "too_large")
