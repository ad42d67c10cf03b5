"""The rules of fair marks: a row for each code and each safeguard (DESIGN §3, DOMAIN §4)."""

from datetime import timedelta, timezone
from typing import Any

import pytest
from msgspec import structs

from caseworker.model.annotation import TEXT_MAX, Annotation, FileRef, Statement
from caseworker.model.order import WorkOrder
from caseworker.model.rules import (
    Facts,
    check,
    is_vague,
    needs_review,
    needs_second_reader,
    refusals,
    safety_lock,
)
from caseworker.model.taxonomy import built_in
from tests.model.marks import (
    AN_ORDER,
    EARLIER_NO,
    NOW,
    ORDER_NO,
    a_mark,
    a_review,
    a_withdrawal,
    an_id,
    facts,
    refused,
    warned,
)

TAXONOMY = built_in()
EVERY_CODE = list(TAXONOMY.codes)
DEMANDED = [(name, kind) for name, code in TAXONOMY.codes.items() for kind in code.demands]
LOCKED = [name for name, code in TAXONOMY.codes.items() if code.safety_lock]
REVIEWED = [name for name, code in TAXONOMY.codes.items() if code.review]
OTHER_KIND = {
    "context": "repeat",
    "repeat": "unreasonable",
    "unreasonable": "objection",
    "objection": "context",
}

URGENT = structs.replace(AN_ORDER, urgent=True)
GAS_LEAK = structs.replace(AN_ORDER, title="燃气泄漏，楼道里有很浓的煤气味")
FIRST_CONTACT = structs.replace(AN_ORDER, first_contact=True)
VULNERABLE = (a_mark("C01", id=an_id(9), text="八十岁独居老人"),)


class TestEachCode:
    """One row for each code."""

    @pytest.mark.parametrize("code", EVERY_CODE)
    def test_a_complete_mark_passes(self, code: str) -> None:
        assert refused(a_mark(code)) == set()

    @pytest.mark.parametrize(("code", "kind"), DEMANDED)
    def test_each_demanded_evidence_is_missed_by_name(self, code: str, kind: str) -> None:
        whole = a_mark(code)
        rest = tuple(statement for statement in whole.evidence if statement.kind != kind)
        for evidence in (rest, (*rest, Statement(kind, " \n"))):
            findings = check(structs.replace(whole, evidence=evidence), TAXONOMY, facts())
            assert [(one.reason, one.field, one.params) for one in refusals(findings)] == [
                ("evidence_missing", "evidence", {"code": code, "kind": kind})
            ]

    @pytest.mark.parametrize("code", EVERY_CODE)
    def test_words_are_needed(self, code: str) -> None:
        assert refused(a_mark(code, text=" \n")) == {"text_missing"}

    @pytest.mark.parametrize("code", EVERY_CODE)
    def test_a_code_serves_its_own_kind_only(self, code: str) -> None:
        other = OTHER_KIND[TAXONOMY.codes[code].kind]
        assert "code_of_other_kind" in refused(a_mark(code, kind=other))

    @pytest.mark.parametrize("code", EVERY_CODE)
    def test_a_code_that_can_hurt_says_that_a_second_person_comes_first(self, code: str) -> None:
        said = warned(a_mark(code)) & {"review_first", "second_reader"}
        if code in {"U02", "U04"}:
            assert said == {"second_reader"}
        else:
            assert said == ({"review_first"} if code in REVIEWED else set())

    @pytest.mark.parametrize("code", EVERY_CODE)
    def test_review_is_asked_of_these_codes_and_no_other(self, code: str) -> None:
        can_hurt = code.startswith("U") or code in {"R02", "J06", "J08"}
        assert needs_review(a_mark(code), TAXONOMY) is can_hurt

    @pytest.mark.parametrize("order", [URGENT, GAS_LEAK], ids=["urgent", "safety word"])
    @pytest.mark.parametrize("code", EVERY_CODE)
    def test_the_safety_lock_stops_these_codes_and_no_other(
        self, code: str, order: WorkOrder
    ) -> None:
        reason = "locked_urgent" if order.urgent else "locked_safety"
        expected = {reason} if code in LOCKED else set()
        assert refused(a_mark(code), facts(order=order)) == expected

    @pytest.mark.parametrize("code", EVERY_CODE)
    def test_a_retired_code_is_refused(self, code: str) -> None:
        retired = structs.replace(TAXONOMY.codes[code], retired=True)
        later = structs.replace(TAXONOMY, codes=TAXONOMY.codes | {code: retired})
        assert [one.reason for one in refusals(check(a_mark(code), later, facts()))] == [
            "code_retired"
        ]


class TestCode:
    def test_a_mark_without_a_code_is_told_so(self) -> None:
        assert refused(a_mark("U01", code="")) == {"code_missing"}

    def test_a_code_that_does_not_exist_is_named(self) -> None:
        (finding,) = check(a_mark("U01", code="U99"), TAXONOMY, facts())
        assert (finding.reason, finding.params) == ("code_unknown", {"code": "U99"})

    def test_refusals_stand_before_warnings(self) -> None:
        findings = check(a_mark("U01", text=""), TAXONOMY, facts())
        assert [finding.severity for finding in findings] == ["refuse", "warn"]

    @pytest.mark.parametrize("excess", [0, 1])
    def test_a_text_has_a_longest_length(self, excess: int) -> None:
        text = "其要求违反劳动合同法第十条" + "。" * TEXT_MAX
        mark = a_mark("U01", text=text[: TEXT_MAX + excess])
        assert refused(mark) == ({"text_too_long"} if excess else set())


class TestGrounds:
    """Words that judge a person are no grounds (DOMAIN §4.5)."""

    @pytest.mark.parametrize(
        "text",
        [
            "无理取闹",
            "无理取闹！！！",
            "这个人无理取闹",
            "这个人就是无理取闹，胡搅蛮缠",
            "来电人恶意投诉，态度恶劣",
            "刁民 刁民 刁民 刁民",
            "他一直不可理喻",
            "哈哈哈哈哈哈哈哈",
            "违法",
            "U01",
            "。。。",
            "unreasonable",
            "Unreasonable demand",
            "This caller is a troublemaker, again",
            "The complaint is TOTALLY ridiculous nonsense.",
        ],
    )
    def test_vague_words_alone_are_refused(self, text: str) -> None:
        assert is_vague(text, TAXONOMY)
        assert refused(a_mark("U01", text=text)) == {"text_vague"}

    @pytest.mark.parametrize(
        "text",
        [
            "无理取闹，其要求违反劳动合同法第十条",
            "要求安排工作并补发十年工资，十年前已仲裁结案",
            "违反城乡规划法",
            "要求拆除邻居合法搭建的围墙",
            "Unreasonable: asks for ten years of back pay, settled in 2016",
            "asks to break the law",
            "breaks section 10",
        ],
    )
    def test_grounds_are_taken_whatever_stands_beside_them(self, text: str) -> None:
        assert not is_vague(text, TAXONOMY)
        assert refused(a_mark("U01", text=text)) == set()

    def test_only_an_unreasonable_mark_is_weighed_so(self) -> None:
        assert refused(a_mark("C06", text="汛期")) == set()


class TestSafetyLock:
    def test_urgency_locks_whatever_the_words(self) -> None:
        assert safety_lock(URGENT, TAXONOMY) == "urgent"

    @pytest.mark.parametrize(
        "order",
        [
            WorkOrder(order_no="1", title="楼道防火门敞开"),
            WorkOrder(order_no="1", content="楼道防火门敞开"),
        ],
        ids=["title", "text"],
    )
    def test_title_and_text_are_both_looked_at(self, order: WorkOrder) -> None:
        assert safety_lock(order, TAXONOMY) == "防火门"

    def test_the_street_s_own_fields_do_not_lock(self) -> None:
        order = WorkOrder(order_no="1", title="噪音", unit="消防大队", labels=("消防",))
        assert safety_lock(order, TAXONOMY) == ""

    def test_the_word_that_locks_is_named(self) -> None:
        (finding,) = refusals(check(a_mark("U03"), TAXONOMY, facts(order=GAS_LEAK)))
        assert finding.params == {"code": "U03", "word": TAXONOMY.safety_word(GAS_LEAK.title)}

    def test_an_order_that_is_not_known_here_is_left_to_the_hub(self) -> None:
        assert refused(a_mark("U01"), facts(order=None)) == set()


class TestSecretLock:
    """Whoever asked not to be named is neither judged nor closed off."""

    @pytest.mark.parametrize("code", EVERY_CODE)
    def test_a_secret_order_takes_none_of_the_locked_codes(self, code: str) -> None:
        secret = facts(order=structs.replace(AN_ORDER, is_secret=True))
        assert refused(a_mark(code), secret) == ({"locked_secret"} if code in LOCKED else set())


class TestVisit:
    """A visit counts where two different persons can vouch for it."""

    @pytest.mark.parametrize(
        ("named", "expected"),
        [
            ("李敏、陈芳", set()),
            ("李敏 陈芳", set()),
            ("李敏，陈芳，王强", set()),
            ("Li Min, Chen Fang", set()),
            ("Li Min and Chen Fang", set()),
            ("李敏", {"evidence_persons"}),
            ("李敏、李敏", {"evidence_persons"}),
            ("Li Min, li min", {"evidence_persons"}),
            ("李 敏", {"evidence_persons"}),
            ("两人、2", {"evidence_persons"}),
        ],
    )
    def test_two_different_names_are_needed(self, named: str, expected: set[str]) -> None:
        whole = a_mark("U03")
        rest = tuple(said for said in whole.evidence if said.kind != "visitors")
        mark = structs.replace(whole, evidence=(*rest, Statement("visitors", named)))
        assert refused(mark) == expected

    def test_a_file_names_nobody(self) -> None:
        file = FileRef("0" * 64, 1, "image/jpeg", "visit.jpg")
        rest = tuple(said for said in a_mark("U03").evidence if said.kind != "visitors")
        mark = a_mark("U03", evidence=(*rest, Statement("visitors", file=file)))
        assert refused(mark) == {"evidence_missing"}

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-12-20", set()),
            ("2026年12月20日前后", set()),
            ("明年开春", {"evidence_undated"}),
            ("2026-13-40", {"evidence_undated"}),
        ],
    )
    def test_a_next_look_without_a_day_is_warned_of(self, text: str, expected: set[str]) -> None:
        mark = a_mark("J08", evidence=(Statement("next_date", text),))
        assert warned(mark) - {"review_first"} == expected


class TestSecondReader:
    """A first contact or a vulnerable person: a lead must endorse (DOMAIN §4.4)."""

    @pytest.mark.parametrize("code", REVIEWED)
    @pytest.mark.parametrize(
        "around",
        [{"order": FIRST_CONTACT}, {"standing": VULNERABLE}],
        ids=["first contact", "vulnerable person"],
    )
    def test_a_mark_that_can_hurt_asks_for_a_lead(self, code: str, around: dict[str, Any]) -> None:
        assert "second_reader" in warned(a_mark(code), facts(**around))

    @pytest.mark.parametrize("code", [code for code in EVERY_CODE if code not in REVIEWED])
    def test_other_marks_do_not(self, code: str) -> None:
        mark = a_mark(code)
        assert not needs_second_reader(mark, FIRST_CONTACT, TAXONOMY, VULNERABLE)

    @pytest.mark.parametrize("code", ["C02", "C03", "C04", "C05", "C06"])
    def test_other_contexts_do_not_ask_for_one(self, code: str) -> None:
        standing = (a_mark(code, id=an_id(9)),)
        assert not needs_second_reader(a_mark("U01"), AN_ORDER, TAXONOMY, standing)

    def test_a_code_that_nobody_knows_asks_for_nobody(self) -> None:
        mark = a_mark("U01", code="U99")
        assert not needs_second_reader(mark, FIRST_CONTACT, TAXONOMY, VULNERABLE)
        assert not needs_review(mark, TAXONOMY)


class TestRepeat:
    def test_an_earlier_order_is_named(self) -> None:
        assert refused(a_mark("R01", earlier=())) == {"earlier_missing"}

    def test_no_order_repeats_itself(self) -> None:
        for earlier in ((ORDER_NO,), (EARLIER_NO, ORDER_NO)):
            assert refused(a_mark("R01", earlier=earlier)) == {"earlier_is_itself"}

    def test_links_make_no_circle(self) -> None:
        around = facts({EARLIER_NO: ["7"], "7": [ORDER_NO]})
        assert refused(a_mark("R01"), around) == {"earlier_makes_circle"}
        assert refused(a_mark("R01"), facts({EARLIER_NO: ["7"], "7": ["8"]})) == set()

    def test_the_order_that_closes_the_circle_is_named(self) -> None:
        around = facts({EARLIER_NO: [], "7": [ORDER_NO]})
        (finding,) = refusals(check(a_mark("R03", earlier=(EARLIER_NO, "7")), TAXONOMY, around))
        assert finding.params == {"order": "7"}

    def test_an_earlier_number_that_is_not_known_only_warns(self) -> None:
        mark = a_mark("R01", earlier=(EARLIER_NO, "7", "8"))
        findings = check(mark, TAXONOMY, facts())
        assert refusals(findings) == []
        assert [one.params["order"] for one in findings if one.reason == "earlier_unknown"] == [
            "7",
            "8",
        ]

    def test_another_channels_file_number_is_taken_as_it_is(self) -> None:
        mark = a_mark("R04", earlier=("信访〔2026〕118号",))
        assert check(mark, TAXONOMY, facts()) == []
        assert refused(a_mark("R04", earlier=())) == {"earlier_missing"}
        assert refused(a_mark("R04", earlier=(ORDER_NO,))) == {"earlier_is_itself"}

    def test_recurrence_and_many_callers_are_no_abuse(self) -> None:
        assert not TAXONOMY.codes["R03"].abuse
        assert not TAXONOMY.codes["R05"].abuse


class TestObjection:
    @pytest.mark.parametrize(
        ("route", "unit", "expected"),
        [
            ("", "", {"route_missing"}),
            (" ", "\n", {"route_missing"}),
            ("行政复议", "", set()),
            ("", "区城管局", set()),
        ],
    )
    def test_a_route_or_a_unit_is_named(self, route: str, unit: str, expected: set[str]) -> None:
        assert refused(a_mark("J03", route=route, suggested_unit=unit)) == expected

    @pytest.mark.parametrize(
        ("left", "expected"),
        [
            (None, set()),
            (timedelta(hours=4), set()),
            (timedelta(hours=4, seconds=-1), {"return_window_closing"}),
            (timedelta(seconds=1), {"return_window_closing"}),
            (timedelta(), {"return_window_closed"}),
            (timedelta(days=-3), {"return_window_closed"}),
        ],
    )
    def test_the_return_window_warns_and_never_refuses(
        self, left: timedelta | None, expected: set[str]
    ) -> None:
        closes = None if left is None else (NOW + left).astimezone(timezone(timedelta(hours=8)))
        around = facts(order=structs.replace(AN_ORDER, return_by=closes))
        assert warned(a_mark("J02"), around) == expected
        assert refused(a_mark("J02"), around) == set()

    def test_an_order_that_is_not_known_here_has_no_window(self) -> None:
        assert check(a_mark("J02"), TAXONOMY, facts(order=None)) == []


PROPOSAL = a_mark("U01")


def around_review(target: Annotation | None = PROPOSAL, **fields: Any) -> Facts:
    return facts(target=target, **fields)


class TestReview:
    @pytest.mark.parametrize("endorse", [True, False])
    def test_another_person_endorses_or_declines(self, endorse: bool) -> None:
        assert check(a_review(PROPOSAL, endorse=endorse), TAXONOMY, around_review()) == []

    @pytest.mark.parametrize("code", [code for code in EVERY_CODE if not code.startswith("C")])
    def test_the_reviewer_is_never_the_author(self, code: str) -> None:
        proposal = a_mark(code)
        own = a_review(proposal, author=proposal.author)
        assert refused(own, around_review(proposal, roles=("lead",))) == {"review_of_own"}

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"endorse": None}, "review_without_verdict"),
            ({"text": " "}, "text_missing"),
            ({"order_no": "7"}, "target_of_other_order"),
        ],
    )
    def test_what_a_review_lacks_is_named(self, fields: dict[str, Any], reason: str) -> None:
        assert refused(a_review(PROPOSAL, **fields), around_review()) == {reason}

    def test_what_is_not_known_cannot_be_reviewed(self) -> None:
        assert refused(a_review(PROPOSAL), around_review(None)) == {"target_unknown"}

    @pytest.mark.parametrize(
        "target", [a_mark("C03"), a_withdrawal(PROPOSAL), a_review(PROPOSAL, author="赵敏")]
    )
    def test_only_proposals_are_reviewed(self, target: Annotation) -> None:
        review = a_review(target, id=an_id(8), author="王主任")
        around = around_review(target)
        assert refused(review, around) == {"target_needs_no_review"}

    @pytest.mark.parametrize(
        ("roles", "endorse", "expected"),
        [
            (("office",), True, {"review_needs_lead"}),
            (("cadre", "office"), True, {"review_needs_lead"}),
            (("office", "lead"), True, set()),
            (("lead",), True, set()),
            (("office",), False, set()),
            ((), True, set()),  # a desk that is not enrolled; the hub asks again
        ],
    )
    @pytest.mark.parametrize(
        "around",
        [
            {"target": a_mark("U02")},
            {"target": a_mark("U04")},
            {"target": PROPOSAL, "order": FIRST_CONTACT},
            {"target": PROPOSAL, "standing": VULNERABLE},
            {"target": a_mark("R02"), "standing": VULNERABLE},
        ],
        ids=["U02", "U04", "first contact", "vulnerable", "vulnerable R02"],
    )
    def test_what_a_second_reader_must_hear_needs_a_lead(
        self, around: dict[str, Any], roles: tuple[str, ...], endorse: bool, expected: set[str]
    ) -> None:
        review = a_review(around["target"], endorse=endorse)
        assert refused(review, around_review(**around, roles=roles)) == expected

    @pytest.mark.parametrize("code", ["U01", "U03", "U05", "U06", "U07", "R02", "J06", "J08"])
    def test_otherwise_a_colleague_is_enough(self, code: str) -> None:
        proposal = a_mark(code)
        around = around_review(proposal, roles=("office",))
        assert refused(a_review(proposal), around) == set()


class TestWithdrawal:
    @pytest.mark.parametrize("code", EVERY_CODE)
    def test_ones_own_can_be_taken_back(self, code: str) -> None:
        mark = a_mark(code)
        assert check(a_withdrawal(mark), TAXONOMY, facts(target=mark)) == []

    def test_a_review_of_ones_own_can_be_taken_back(self) -> None:
        review = a_review(PROPOSAL)
        assert check(a_withdrawal(review), TAXONOMY, facts(target=review)) == []

    @pytest.mark.parametrize(
        ("target", "fields", "reason"),
        [
            (PROPOSAL, {"author": "王主任"}, "withdrawal_of_others"),
            (PROPOSAL, {"order_no": "7"}, "target_of_other_order"),
            (PROPOSAL, {"text": ""}, "text_missing"),
            (a_withdrawal(PROPOSAL), {"id": an_id(7)}, "target_is_withdrawal"),
            (None, {}, "target_unknown"),
        ],
    )
    def test_anything_else_is_refused(
        self, target: Annotation | None, fields: dict[str, Any], reason: str
    ) -> None:
        withdrawal = a_withdrawal(target or PROPOSAL, **fields)
        assert refused(withdrawal, facts(target=target)) == {reason}


def test_no_rule_rests_on_the_devices_hour() -> None:
    """The author's clock may be a day off either way (DESIGN §5.10)."""
    for code in EVERY_CODE:
        for written_at in (NOW - timedelta(days=1), NOW + timedelta(days=1)):
            assert refused(a_mark(code, written_at=written_at)) == set()
