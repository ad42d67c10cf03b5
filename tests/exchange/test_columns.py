"""Column maps as data."""

from collections import Counter
from pathlib import Path

import pytest

from caseworker.exchange.columns import (
    FIELDS,
    ColumnMap,
    YesNo,
    built_in_maps,
    find_map,
    normal,
    parts,
)
from caseworker.model.trouble import Trouble

MINE = """
name = "mine"
zone = "Europe/London"
[columns]
order_no = ["Ref"]
title = ["What"]
"""


def _toml(folder: Path, text: str) -> str:
    file = folder / "mine.toml"
    file.write_text(text, "utf-8")
    return str(file)


def test_three_maps_come_with_the_program() -> None:
    assert [column_map.name for column_map in built_in_maps()] == [
        "boston311",
        "nyc311",
        "plain-zh",
    ]


def test_the_chinese_map_knows_every_field_by_several_headers() -> None:
    columns = find_map("plain-zh").columns
    assert set(columns) == set(FIELDS)
    assert all(len(headers) >= 3 for headers in columns.values())


def _headers(column_map: ColumnMap) -> list[str]:
    category = column_map.category
    sources = [parts(source) for sources in column_map.columns.values() for source in sources]
    groups = (*sources, *category.levels, *category.codes, category.path, column_map.drop)
    return [normal(header) for group in groups for header in group]


def test_no_header_of_the_chinese_map_means_two_fields() -> None:
    counted = Counter(_headers(find_map("plain-zh")))
    assert [header for header, times in counted.items() if times > 1] == []


@pytest.mark.parametrize(
    "written",
    ["*工单编号", "工单 编号", "工单编号：", "【工单编号】", "工单编号\n", "\u3000工单编号"],
)
def test_a_header_is_known_through_spaces_and_punctuation(written: str) -> None:
    assert normal(written) == "工单编号"


def test_case_and_underscores_make_no_other_header() -> None:
    assert normal("Unique Key") == normal("unique_key") == normal("UNIQUE KEY")


def test_a_word_nobody_foresaw_means_what_harms_nobody() -> None:
    flags = find_map("plain-zh").yes_no
    assert flags["is_secret"].means("部分保密")
    assert flags["first_contact"].means("不详")
    assert not flags["urgent"].means("三级")


def test_an_empty_cell_means_no() -> None:
    assert not YesNo(yes=frozenset(), no=frozenset(), other=True).means("")


def test_an_office_names_a_map_of_its_own_by_its_path(tmp_path: Path) -> None:
    assert find_map(_toml(tmp_path, MINE)).name == "mine"


def test_an_unknown_map_names_those_that_are_known() -> None:
    with pytest.raises(Trouble, match=r"no column map lost: take boston311, nyc311, plain-zh"):
        find_map("lost")


def test_a_map_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"lost.toml cannot be read: No such file"):
        find_map(str(tmp_path / "lost.toml"))


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ("name = ", "Invalid value"),
        (MINE.replace("order_no", "order_number"), "no such field: order_number"),
        (MINE.replace('order_no = ["Ref"]', ""), "names no column for order_no"),
        (MINE.replace("Europe/London", "Europe/Nowhere"), "no such time zone: Europe/Nowhere"),
        (MINE + 'urgent = ["Urgent"]', "yes_no has no words for urgent"),
        (MINE.replace("zone", "zoon"), "zoon"),
        (MINE.replace('["Ref"]', "[[1]]"), "order_no|columns"),
    ],
)
def test_a_map_that_cannot_be_used_says_what_is_wrong(tmp_path: Path, toml: str, why: str) -> None:
    with pytest.raises(Trouble, match=why):
        find_map(_toml(tmp_path, toml))


def test_the_trouble_about_a_map_shows_no_control_characters(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as trouble:
        find_map(_toml(tmp_path, MINE.replace("order_no", '"\\u001b]52;c;x\\u0007"')))
    assert str(trouble.value).isprintable()
