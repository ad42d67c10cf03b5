"""From the bytes of a file to rows, and what is no table at all."""

import codecs
import zipfile
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseworker.exchange.orders_in import read_orders
from caseworker.exchange.table import Encoding, Record, encodings, head, records
from caseworker.model.trouble import Trouble
from tests.exchange.files import ZH_HEADER, ZH_ROW, raw, written, zh

UTF8 = Encoding("utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_sheet_is_read_in_the_encodings_that_programs_write(
    tmp_path: Path, encoding: str
) -> None:
    file = written(tmp_path, f"{ZH_HEADER}\n{ZH_ROW}\n".replace("灯", "𠮷"), encoding)
    (order,) = read_orders(file).orders
    assert (order.content, order.address) == ("楼道𠮷不亮", "幸福里3号楼")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    file = written(tmp_path, f"{ZH_HEADER}\n{ZH_ROW}\n".replace(",", delimiter))
    assert len(read_orders(file).orders) == 1


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_ends_a_row(tmp_path: Path, line_end: str) -> None:
    assert len(read_orders(written(tmp_path, line_end.join([ZH_HEADER, ZH_ROW]))).orders) == 1


def test_a_text_in_quotation_marks_keeps_its_lines_and_delimiters(tmp_path: Path) -> None:
    row = '990300202611050001,2026-11-05 09:30,"他说:""漏水,很急""\n\n第二段",,,'
    (order,) = read_orders(zh(tmp_path, row)).orders
    assert order.content == '他说:"漏水,很急"\n\n第二段'


def test_the_header_row_is_found_below_titles(tmp_path: Path) -> None:
    titles = ["和平街道工单汇总表", "", ",,,制表：某某,,", *["说明,,"] * 16]
    file = written(tmp_path, "\n".join([*titles, ZH_HEADER, ZH_ROW]))
    result = read_orders(file)
    assert (result.read, len(result.orders)) == (1, 1)


def test_the_header_row_is_not_looked_for_further_down(tmp_path: Path) -> None:
    file = written(tmp_path, "\n".join([*["说明,,"] * 20, ZH_HEADER, ZH_ROW]))
    with pytest.raises(Trouble, match="None of the first 20 rows"):
        read_orders(file)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b" \r\n\r\n", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is not a table"),
        (b"%PDF-1.7\n", "is not a table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "is a workbook"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><p>a,b</p>", "is a web page"),
        (b"<html><table><tr><td>\xb9\xa4\xb5\xa5</td></tr></table>", "is a web page"),
        (bytes(range(256)) * 8, "is not a table"),
        ("只是一段话。\n没有列。\n".encode(), "is not a table"),
        (b'[{"order_no": "1", "title": "2"}]', "None of the first 20 rows"),
        (b"a,b,c\n1,2,3\n", "None of the first 20 rows"),
    ],
)
def test_what_is_no_table_of_orders_is_said_in_one_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(Trouble, match=sentence) as trouble:
        read_orders(raw(tmp_path, content))
    assert "orders.csv" in str(trouble.value)
    assert "\n" not in str(trouble.value)


def test_a_real_workbook_is_told_how_to_become_a_table(tmp_path: Path) -> None:
    book = tmp_path / "orders.csv"
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(Trouble, match="Save it as CSV"):
        read_orders(book)


def test_a_file_that_cannot_be_opened_is_said_why(tmp_path: Path) -> None:
    file = zh(tmp_path, ZH_ROW)
    for path, sentence in (
        (tmp_path, "is a folder"),
        (tmp_path / "lost.csv", "There is no file"),
        (file / "inside.csv", "cannot be read: Not a directory"),
        (Path("/dev/null"), "is not a plain file"),
    ):
        with pytest.raises(Trouble, match=sentence):
            read_orders(path)


def test_a_file_that_may_not_be_read_is_said_so(tmp_path: Path) -> None:
    file = zh(tmp_path, ZH_ROW)
    # Forced, since nothing is forbidden where the tests run as root.
    forbidden = PermissionError(13, "Permission denied")
    with (
        patch("caseworker.exchange.table.Path.is_dir", side_effect=forbidden),
        pytest.raises(Trouble, match="You may not read the file"),
    ):
        read_orders(file)


def test_trouble_with_a_file_shows_no_control_characters_of_its_name(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as trouble:
        read_orders(tmp_path / "a\x1b]52;c;x\x07\u202eb.csv")
    assert str(trouble.value).isprintable()


def test_one_spoilt_row_leaves_the_others_readable(tmp_path: Path) -> None:
    rows = [ZH_ROW.replace("0001,", f"{n:04},", 1) for n in range(1, 9)]
    content = "\n".join([ZH_HEADER, *rows]).encode()
    spoilt = content.replace("楼道灯不亮".encode(), b"\xe6\xa5", 1)
    result = read_orders(raw(tmp_path, spoilt))
    assert [(row.row, row.reason) for row in result.refused] == [
        (2, "The row holds bytes that are no text.")
    ]
    assert len(result.orders) == 7


def test_a_spoilt_row_of_a_gb18030_sheet_is_refused_alone(tmp_path: Path) -> None:
    content = "\n".join([ZH_HEADER, ZH_ROW, ZH_ROW.replace("0001,", "0002,", 1)]).encode("gb18030")
    result = read_orders(raw(tmp_path, content.replace("灯".encode("gb18030"), b"\xff", 1)))
    assert [row.row for row in result.refused] == [2]
    assert [order.order_no[-1] for order in result.orders] == ["2"]


def _records(folder: Path, text: str, width: int) -> list[Record]:
    return list(records(written(folder, text), UTF8, ",", width))


def test_a_quotation_mark_that_nobody_closes_costs_its_own_row_only(tmp_path: Path) -> None:
    read = _records(tmp_path, 'a,b,c\n1,"x,2\n3,y,4\n5,z,6\n', 3)
    assert [record.cells for record in read] == [
        ["a", "b", "c"], None, ["3", "y", "4"], ["5", "z", "6"],
    ]  # fmt: skip


def test_rows_swallowed_up_to_the_next_quotation_mark_are_given_back(tmp_path: Path) -> None:
    read = _records(tmp_path, 'a,b,c\n1,2,"x\n3,y,4\n5,6,"z"\n', 3)
    assert [record.cells for record in read] == [
        ["a", "b", "c"], None, ["3", "y", "4"], ["5", "6", "z"],
    ]  # fmt: skip


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    read = _records(tmp_path, 'a,b\n\n1,"x\ny"\n2,z\n', 2)
    assert [(record.row, record.cells) for record in read] == [
        (1, ["a", "b"]), (2, []), (3, ["1", "x\ny"]), (4, ["2", "z"]),
    ]  # fmt: skip


def test_a_mark_opened_in_every_line_ends(tmp_path: Path) -> None:
    read = _records(tmp_path, 'a","x\n' * 3000, 2)
    assert [record.cells for record in read] == [None] * 3000


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=300))
def test_any_bytes_give_rows_or_trouble(tmp_path: Path, content: bytes) -> None:
    with suppress(Trouble):
        read_orders(raw(tmp_path, content))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tail=st.binary(max_size=200))
def test_rubbish_after_a_header_never_stops_the_rows_before_it(tmp_path: Path, tail: bytes) -> None:
    file = raw(tmp_path, f"{ZH_HEADER}\n{ZH_ROW}\n".encode() + tail)
    result = read_orders(file)
    assert result.orders[0].order_no == "990300202611050001"
    assert result.read == len(result.orders) + len(result.refused) + result.repeated


def test_half_a_character_at_the_end_spoils_its_own_row_alone(tmp_path: Path) -> None:
    whole = f"{ZH_HEADER}\n{ZH_ROW}\n{ZH_ROW}".encode("utf-16")
    result = read_orders(raw(tmp_path, whole[:-1]))
    assert [order.order_no for order in result.orders] == ["990300202611050001"]
    assert [refused.row for refused in result.refused] == [3]


def test_the_head_of_a_file_is_its_first_twenty_rows(tmp_path: Path) -> None:
    file = written(tmp_path, "a,b\n" * 50)
    assert [record.row for record in head(file, encodings(file)[0], ",")] == list(range(1, 21))
