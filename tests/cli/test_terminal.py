"""The terminal is asked how wide it draws signs of ambiguous width; silence means narrow."""

import os
import sys

import pexpect
import pytest

ASK = """
from caseworker.cli.terminal import Question
question = Question()
print("wide:", question.answer(), "typed:", question.typed)
"""
QUESTION = "\x1b\\[6n"


@pytest.mark.parametrize(
    ("answer", "wide"), [("\x1b[1;3R", True), ("\x1b[1;2R", False), ("", False), ("jjq", False)]
)
def test_the_terminal_s_answer_decides(answer: str, wide: bool) -> None:
    child = pexpect.spawn(sys.executable, ["-c", ASK], encoding="utf-8", timeout=20)
    child.expect(QUESTION)
    child.send(answer)
    child.expect(f"wide: {wide}")
    child.close()


def test_what_is_typed_before_the_answer_is_kept() -> None:
    child = pexpect.spawn(sys.executable, ["-c", ASK], encoding="utf-8", timeout=20)
    child.expect(QUESTION)
    child.send("jj\x1b[1;2Rc停车")
    child.expect("wide: False typed: jjc停车")
    child.close()


@pytest.mark.parametrize("forced", ["wide", "narrow"])
def test_a_setting_goes_before_the_answer(forced: str) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-c", ASK],
        encoding="utf-8",
        timeout=20,
        env={**os.environ, "CASEWORKER_WIDTH": forced},
    )
    child.expect(f"wide: {forced == 'wide'}")
    child.close()
