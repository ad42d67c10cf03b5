"""The table of fair marks leaves out no code, no safeguard and no reason of the rules."""

import inspect
import re

import pytest

from caseworker.model import rules
from tests.marks_table import CAN_HURT, LOCKED, SAFETY, TAXONOMY, rows

ROWS = list(rows())
NAMES = {row.name for row in ROWS}

TRIED_ELSEWHERE = {
    # Other codes must be in force: tests/hub/test_codes.py, tests/cli/test_refused.py,
    # tests/model/test_rules.py.
    "code_retired",
    "code_replaced",
    # The hub waits for what the desk does not know: tests/hub/test_ledger.py and test_rules.py.
    "target_unknown",
}


def test_every_reason_of_the_rules_refuses_a_row() -> None:
    source = inspect.getsource(rules)
    reasons = set(re.findall(r'_refuse\(\s*"(\w+)"', source))
    reasons |= set(re.findall(r'"(code_\w+)" if annotation', source))
    reasons |= set(re.findall(r'else "(code_\w+)"', source))
    assert len(reasons) > 25
    assert {row.reason for row in ROWS} - {""} == reasons - TRIED_ELSEWHERE


@pytest.mark.parametrize("code", list(TAXONOMY.codes))
def test_every_code_has_its_rows(code: str) -> None:
    known = TAXONOMY.codes[code]
    wanted = {f"{code}, complete", f"{code}, without words"}
    wanted |= {f"{code}, without {kind}" for kind in known.demands}
    wanted |= {f"{code} on an order of {topic}" for topic in ("urgent", "secret", *SAFETY)}
    if known.kind == "unreasonable":
        wanted.add(f"{code}, words that judge")
    if known.kind == "repeat":
        wanted |= {f"{code}, of nothing", f"{code}, of itself"}
    if known.kind == "objection":
        wanted.add(f"{code}, to nowhere")
    if known.review:
        wanted |= {
            f"{code}, endorsed by a colleague",
            f"{code}, endorsed by its author",
            f"{code}, endorsed on a first contact",
            f"{code}, endorsed where a vulnerable person is concerned",
            f"{code}, declined by a colleague",
        }
    assert wanted <= NAMES


def test_the_codes_and_the_locks_are_those_of_the_domain() -> None:
    numbers = {"U": 7, "R": 6, "J": 8, "C": 6}
    domain = {f"{kind}{n:02}" for kind, most in numbers.items() for n in range(1, most + 1)}
    assert TAXONOMY.codes.keys() == domain
    unreasonable = {f"U{n:02}" for n in range(1, 8)}
    assert set(CAN_HURT) == unreasonable | {"R02", "J06", "J08"}
    assert set(LOCKED) == unreasonable | {"R02"}
    assert SAFETY.keys() == TAXONOMY.safety_words.keys()
