"""Every reason that a rule or the hub can give is one clear sentence, in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import caseworker
from caseworker import locale
from caseworker.cache import outbox
from caseworker.desk.wording import (
    code_label,
    evidence_label,
    kind_label,
    outbox_label,
    ruling_label,
    sentence,
    status_label,
)
from caseworker.model.annotation import Kind, Ruling
from caseworker.model.rules import Finding, check
from caseworker.model.status import Status
from caseworker.model.taxonomy import built_in
from hub.problems import STATUSES
from tests.model.marks import AN_ORDER, a_mark, facts

ROOT = Path(caseworker.__file__).parent.parent
GIVERS = [ROOT / "caseworker/model/rules.py", *sorted((ROOT / "hub").glob("*.py"))]
STANDS_AT = {"_refuse": 0, "Refusal": 0, "_refused": 1, "_later": 1}
"""Which argument of these calls is the reason."""
GENERAL = sentence("no_such_reason", {}).partition("(")[0]


def reasons_in(source: str) -> Iterator[str]:
    """The reasons that a file names, as `reason="…"` or in a call of `STANDS_AT`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            given = [word.value for word in node.keywords if word.arg == "reason"]
            if isinstance(node.func, ast.Name) and node.func.id in STANDS_AT:
                at = STANDS_AT[node.func.id]
                given += node.args[at : at + 1]
            for part in (part for value in given for part in _outcomes(value)):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                    yield part.value


def _outcomes(value: ast.expr) -> list[ast.expr]:
    return [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]


REASONS = sorted(
    {reason for file in GIVERS for reason in reasons_in(file.read_text("utf-8"))} | set(STATUSES)
)


@pytest.fixture(params=locale.LANGUAGES)
def _in_each_language(request: pytest.FixtureRequest) -> None:
    locale.set_language(request.param)


def test_the_reasons_were_found() -> None:
    assert {"code_missing", "code_unknown", "locked_safety", "second_reader"} <= set(REASONS)


@pytest.mark.usefixtures("_in_each_language")
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_a_sentence_of_its_own(reason: str) -> None:
    said = sentence(reason, {})
    assert said
    assert reason not in said
    assert GENERAL not in said
    assert "\n" not in said
    assert said[-1] in ".。…"


def test_every_finding_of_the_rules_fills_its_sentence() -> None:
    """No fill-in that a sentence asks for is left out by the rule that gives the reason."""
    marks = [a_mark(code, evidence=(), text="", earlier=()) for code in built_in().codes]
    marks += [a_mark("R01", earlier=("7",)), a_mark("R01", earlier=("8",)), a_mark("J01")]
    around = facts({"8": [AN_ORDER.order_no]})
    findings = [finding for mark in marks for finding in check(mark, built_in(), around)]
    assert len({finding.reason for finding in findings}) >= 6
    for finding in findings:
        assert "…" not in sentence(finding.reason, finding.params).removesuffix("=…")


@pytest.mark.usefixtures("_in_each_language")
def test_missing_evidence_is_named_with_how_to_give_it() -> None:
    said = sentence("evidence_missing", {"code": "U01", "kind": "clause"})
    assert "U01" in said
    assert "--evidence clause=…" in said
    assert built_in().evidence["clause"].in_language(locale.language()) in said


def test_a_reason_of_a_newer_hub_is_shown_as_its_key() -> None:
    assert "(moon_is_full)" in sentence("moon_is_full", {"x": "1"})


def test_a_fill_in_that_the_hub_left_out_does_not_break_the_sentence() -> None:
    assert sentence("code_retired", {}) == (
        "Reason code … is no longer in force: choose another one."
    )


def test_times_are_those_of_the_desk() -> None:
    said = sentence("return_window_closing", {"when": "2026-11-24T18:00:00+08:00"})
    assert "11-24" in said or "11-25" in said
    assert "T18" not in said
    assert "soon" in sentence("return_window_closing", {"when": "soon"})


@pytest.mark.parametrize(
    "hostile", ["\x1b]52;c;AAAA\x07", "\u202eabc", "{reason.__class__}", "\x9b31m", "\ud800"]
)
@pytest.mark.parametrize("reason", ["earlier_unknown", "hostile", "evidence_missing"])
def test_fill_ins_of_a_hub_reach_no_terminal_raw(reason: str, hostile: str) -> None:
    params = {"order": hostile, "code": hostile, "kind": hostile, "when": hostile}
    said = sentence(hostile if reason == "hostile" else reason, params)
    assert not set("\x1b\x07\u202e\x9b\ud800") & set(said)
    assert "<class" not in said


@pytest.mark.usefixtures("_in_each_language")
@pytest.mark.parametrize(
    ("label", "keys"),
    [
        (kind_label, get_args(Kind)),
        (ruling_label, get_args(Ruling)),
        (status_label, get_args(Status)),
        (outbox_label, get_args(outbox.State)),
    ],
    ids=["kinds", "rulings", "statuses", "outbox"],
)
def test_every_key_has_a_label_of_its_own(label: object, keys: tuple[str, ...]) -> None:
    assert callable(label)
    labels = [label(key) for key in keys]
    assert len(set(labels)) == len(keys)
    assert not set(labels) & set(keys)
    assert label("\x1bnew") == "␛new"


def test_codes_and_evidence_are_labelled_in_the_language_of_the_desk() -> None:
    taxonomy = built_in()
    assert code_label("C03", taxonomy) == "C03 promise made"
    locale.set_language("zh_CN")
    assert code_label("C03", taxonomy) == "C03 已有承诺"
    assert code_label("X\x1b1", taxonomy) == "X␛1"
    assert evidence_label("clause", taxonomy) == "引用的法律或政策条款"
    assert evidence_label("own_kind", taxonomy) == "own_kind"


def test_a_finding_holds_nothing_of_the_citizens_words() -> None:
    order_text = "燃气泄漏，我叫王小明"
    order = AN_ORDER.__class__(order_no=AN_ORDER.order_no, content=order_text)
    findings: list[Finding] = check(a_mark("U01"), built_in(), facts(order=order))
    assert [finding.params.get("word") for finding in findings][:1] == ["燃气"]
