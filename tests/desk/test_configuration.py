"""What of the configuration cannot be used is told in words and left out; the rest works."""

from pathlib import Path

import pytest

from caseworker.desk.configuration import (
    FILE,
    LOOK_FILE,
    Configuration,
    keep_look,
    kept_look,
    read_configuration,
)


def written(home: Path, text: str) -> Configuration:
    (home / FILE).write_text(text, "utf-8")
    return read_configuration(home)


def test_without_a_file_all_is_as_usual(tmp_path: Path) -> None:
    assert read_configuration(tmp_path) == Configuration()
    assert read_configuration(None) == Configuration()


def test_each_thing_is_taken_by_itself(tmp_path: Path) -> None:
    found = written(
        tmp_path,
        'look = "pink"\nreduced_motion = true\nfont = "big"\n[keys]\n"order.context" = "f6"\n'
        '"order.repeat" = 6\n',
    )
    assert found.reduced_motion
    assert found.keys == {"order.context": "f6"}
    assert found.look == ""
    told = "\n".join(found.complaints)
    assert "there is no look pink" in told
    assert "order.repeat must stand in quotes" in told
    assert "font is not known here" in told


@pytest.mark.parametrize("text",
    [
        "look =", "keys = 3", "\x00", "[[keys]]", "macro = {}", "macro = [3]",
        "look = " + "[" * 5_000,
    ],
    ids=range(7),
)  # fmt: skip
def test_a_broken_file_is_told_and_ends_nothing(text: str, tmp_path: Path) -> None:
    found = written(tmp_path, text)
    assert found.complaints
    assert found.keys == {}
    assert all(sentence.isprintable() for sentence in found.complaints)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes("look = '深色'".encode("gb18030"))
    assert "cannot be read" in read_configuration(tmp_path).complaints[0]


def test_a_look_is_kept_for_the_next_time(tmp_path: Path) -> None:
    keep_look(tmp_path / "new", "light")
    assert kept_look(tmp_path / "new") == "light"
    (tmp_path / LOOK_FILE).write_bytes(b"\xff\x00")
    assert kept_look(tmp_path) == ""
    assert kept_look(None) == ""
