"""Text comes in as it is, or not at all; a row of a feed comes in mended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.text.door import NotAdmitted, Reason, admit, mend


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50))
def test_text_is_admitted_as_it_came(text: str) -> None:
    assert admit(text, most=50) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a\0b", "nul"),
        ("停\ud800", "surrogate"),
        ("\udc9b", "surrogate"),
        ("停车停车停", "too_long"),
        ("\0\ud800\0\0\0", "too_long"),
    ],
)
def test_what_no_store_takes_is_refused_with_the_reason(text: str, reason: Reason) -> None:
    with pytest.raises(NotAdmitted) as refused:
        admit(text, most=4)
    assert refused.value.reason == reason
    assert text not in str(refused.value)


def test_nothing_is_normalised() -> None:
    assert admit("e\u0301 é Ａ \r\n", most=9) == "e\u0301 é Ａ \r\n"


@given(st.text(st.characters(exclude_categories=())))
def test_mended_text_is_always_admitted(text: str) -> None:
    mended = mend(text)
    assert admit(mended, most=len(text)) == mended
    assert len(mended) == len(text)
    mended.encode()


def test_mending_leaves_good_text_alone_and_marks_the_place() -> None:
    assert mend("停车 \x1b é") == "停车 \x1b é"
    assert mend("a\0b\udfffc") == "a�b�c"
