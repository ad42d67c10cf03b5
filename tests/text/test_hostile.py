"""The shared corpus does what the tests of every room rely on."""

import pytest

from caseworker.model.order import LONG_TEXT_MAX
from caseworker.text.door import NotAdmitted, admit
from caseworker.text.safe import safe
from tests.hostile import HOSTILE, STORABLE, raw_bytes_in

HARMLESS_BYTES = {
    "markup_close",
    "markup_click",
    "markup_style",
    "markup_link",
    "rtl",
    "long_word",
    "long_line",
    "formula",
    "option",
}


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - HARMLESS_BYTES))
def test_a_hostile_text_that_is_written_raw_is_found(name: str) -> None:
    written = b"\x1b[2J\x1b[31m" + HOSTILE[name].encode("utf-8", "surrogatepass") + b"\x1b[0m\r\n"
    assert raw_bytes_in(written, HOSTILE[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_made_safe_is_not_found(name: str) -> None:
    text = HOSTILE[name]
    for newlines in (False, True):
        shown = safe(text, newlines=newlines).encode().replace(b"\n", b"\r\n")
        assert raw_bytes_in(b"\x1b[31m" + shown + b"\x1b[0m\r\n", text) == []


def test_an_escaped_byte_that_comes_out_as_the_byte_is_found() -> None:
    written = HOSTILE["surrogate"][13:].encode("utf-8", "surrogateescape")
    assert raw_bytes_in(written, HOSTILE["surrogate"]) == ["\udc9b31mred-Qlow"]


def test_the_application_s_own_sequences_are_not_found() -> None:
    written = b"\x1b[?1049h\x1b[H\x1b[2J\x1b[31;5m\x1b]8;;\x1b\\\x1b[6n\x07\b\t\r\n\x0e\x0f"
    assert [name for name, text in HOSTILE.items() if raw_bytes_in(written, text)] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_storable_are_those_that_the_widest_door_takes(name: str) -> None:
    if name in STORABLE:
        assert admit(HOSTILE[name], most=LONG_TEXT_MAX) == HOSTILE[name]
    else:
        with pytest.raises(NotAdmitted):
            admit(HOSTILE[name], most=LONG_TEXT_MAX)
