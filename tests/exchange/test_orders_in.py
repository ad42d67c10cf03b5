"""Rows of a table as work orders: what goes in, what is refused and why, and nothing lost."""

from datetime import datetime
from pathlib import Path

import pytest
from msgspec import json

from caseworker.exchange.orders_in import Refused, read_orders
from caseworker.model.order import LONG_TEXT_MAX, CategoryStep, WorkOrder
from tests.exchange.files import (
    BOSTON_HEADER,
    NYC_HEADER,
    ZH_HEADER,
    ZH_ROW,
    of_fields,
    written,
    zh,
)

NUMBER = "990300202611050001"


def _one(folder: Path, **cells: str) -> WorkOrder:
    """The order of a Chinese sheet with one row that has these cells beside its number."""
    cells = {"工单编号": NUMBER, "诉求内容": "楼道灯不亮"} | cells
    (order,) = read_orders(of_fields(folder, ",".join(cells), cells)).orders
    return order


def _refused(folder: Path, *rows: dict[str, str]) -> list[Refused]:
    header = ",".join(dict.fromkeys(name for row in rows for name in row))
    return read_orders(of_fields(folder, header, *rows)).refused


def test_a_new_york_row_says_what_where_when_and_how_it_ended(tmp_path: Path) -> None:
    row = {
        "Unique Key": "99000001",
        "Created Date": "04/18/2019 09:55:45 PM",
        "Closed Date": "04/19/2019 03:45:24 AM",
        "Agency": "NYPD",
        "Complaint Type": "Noise - Street",
        "Descriptor": "Drumming",
        "Location Type": "Park",
        "Incident Address": "1 INVENTED AVENUE",
        "Street Name": "INVENTED AVENUE",
        "Status": "Closed",
        "Due Date": "04/19/2019 05:55:45 AM",
        "Resolution Description": "The drummers had left.",
        "Borough": "QUEENS",
        "Open Data Channel Type": "PHONE",
        "Latitude": "40.5",
        "Longitude": "-73.5",
    }
    result = read_orders(of_fields(tmp_path, NYC_HEADER, row))
    (order,) = result.orders
    assert result.map_name == "nyc311"
    assert json.decode(json.encode(order)) == {
        "order_no": "99000001",
        "title": "Noise - Street: Drumming",
        "content": "Drumming; Park",
        "state": "closed",
        "channel": "PHONE",
        "category": [{"name": "Noise - Street"}, {"name": "Drumming"}],
        "received_at": "2019-04-18T21:55:45-04:00",
        "closed_at": "2019-04-19T03:45:24-04:00",
        "deadline": "2019-04-19T05:55:45-04:00",
        "address": "1 INVENTED AVENUE, QUEENS",
        "district": "QUEENS",
        "lat": 40.5,
        "lon": -73.5,
        "reply": "The drummers had left.",
        "extra": {"Agency": "NYPD", "Street Name": "INVENTED AVENUE", "Status": "Closed"},
    }


def test_a_new_york_row_without_an_address_names_its_crossing(tmp_path: Path) -> None:
    crossing = {"Intersection Street 1": "FIRST STREET", "Intersection Street 2": "SECOND AVENUE"}
    row = {"Unique Key": "99000001", "Status": "Open", "Borough": "Unspecified"} | crossing
    (order,) = read_orders(of_fields(tmp_path, NYC_HEADER, row)).orders
    assert (order.address, order.district, order.state) == (
        "FIRST STREET & SECOND AVENUE", "", "open",
    )  # fmt: skip


def test_the_headers_of_the_new_york_api_are_known_too(tmp_path: Path) -> None:
    text = (
        "unique_key,created_date,complaint_type,descriptor\n99000001,2019-04-18T21:55:45.000,A,B\n"
    )
    result = read_orders(written(tmp_path, text))
    assert (result.map_name, result.orders[0].title) == ("nyc311", "A: B")


def test_a_boston_row_says_what_where_when_and_how_it_ended(tmp_path: Path) -> None:
    row = {
        "case_enquiry_id": "990000000001",
        "open_dt": "2022-01-19 11:18:00",
        "target_dt": "2022-01-20 08:30:00",
        "closed_dt": "2022-01-19 11:42:16",
        "ontime": "ONTIME",
        "case_status": "Closed",
        "closure_reason": "Case Closed. Noted ",
        "case_title": "Lost Mitten",
        "subject": "Works",
        "reason": "Lost Things",
        "type": "Mittens",
        "department": "WRKS",
        "location": "1 Invented St  Boston  MA  02199",
        "neighborhood": "Midtown",
        "latitude": "42.1",
        "longitude": "-71.1",
        "source": "Constituent Call",
    }
    result = read_orders(of_fields(tmp_path, BOSTON_HEADER, row))
    (order,) = result.orders
    assert result.map_name == "boston311"
    assert json.decode(json.encode(order)) == {
        "order_no": "990000000001",
        "title": "Lost Mitten",
        "content": "Lost Things: Mittens",
        "state": "closed",
        "channel": "Constituent Call",
        "category": [{"name": "Works"}, {"name": "Lost Things"}, {"name": "Mittens"}],
        "received_at": "2022-01-19T11:18:00-05:00",
        "closed_at": "2022-01-19T11:42:16-05:00",
        "deadline": "2022-01-20T08:30:00-05:00",
        "address": "1 Invented St  Boston  MA  02199",
        "district": "Midtown",
        "lat": 42.1,
        "lon": -71.1,
        "reply": "Case Closed. Noted ",
        "extra": {"ontime": "ONTIME", "case_status": "Closed", "department": "WRKS"},
    }


def test_a_place_that_stands_for_none_makes_no_neighbours(tmp_path: Path) -> None:
    middle = {"latitude": "42.3594", "longitude": "-71.0587"}
    row = {"case_enquiry_id": "990000000001", "case_title": "Lost Mitten"} | middle
    (order,) = read_orders(of_fields(tmp_path, BOSTON_HEADER, row)).orders
    assert (order.lat, order.lon, order.extra) == (None, None, middle)


def test_a_full_chinese_row_fills_the_fields_of_the_order(tmp_path: Path) -> None:
    order = _one(
        tmp_path,
        标题="楼道灯",
        业务类别="投诉",
        受理渠道="电话",
        来电时间="2026/11/5 9:30",
        派单时间="2026-11-05 10:02:00",
        截止时间="2026-11-10",
        市级截止时间="2026-12-05 18:00",
        退单截止时间="2026-11-06 10:02:00",
        事发地址="幸福里3号楼",
        区县="某区",
        街道="和平街道",
        社区="幸福里社区",
        经度="114.05",
        纬度="22.54",
        承办单位="幸福里社区",
        紧急程度="特急",
        标签="楼道灯，物业 老小区",
        来电人="王某某",
        联系电话="'13800001234",
        是否保密="是",
        是否首次来电="是",
        旧工单编号='="990300202610010007"',
        催办单号="990300202611040002",
        公开答复="已派人维修。\n谢谢。",
        办理情况="电工明天到",
        一级分类="城市管理",
        二级分类="照明",
        二级分类编码="0203",
        状态="办理中",
    )
    assert json.decode(json.encode(order)) == {
        "order_no": NUMBER,
        "title": "楼道灯",
        "content": "楼道灯不亮",
        "type": "投诉",
        "channel": "电话",
        "category": [{"name": "城市管理"}, {"name": "照明", "code": "0203"}],
        "received_at": "2026-11-05T09:30:00+08:00",
        "dispatched_at": "2026-11-05T10:02:00+08:00",
        "deadline": "2026-11-10T23:59:59+08:00",
        "deadlines": {"city": "2026-12-05T18:00:00+08:00"},
        "return_by": "2026-11-06T10:02:00+08:00",
        "address": "幸福里3号楼",
        "district": "某区",
        "street": "和平街道",
        "community": "幸福里社区",
        "lat": 22.54,
        "lon": 114.05,
        "unit": "幸福里社区",
        "urgent": True,
        "labels": ["楼道灯", "物业", "老小区"],
        "caller_name": "王某某",
        "caller_phone": "13800001234",
        "is_secret": True,
        "first_contact": True,
        "previous_no": "990300202610010007",
        "urge_no": "990300202611040002",
        "reply": "已派人维修。\n谢谢。",
        "extra": {"紧急程度": "特急", "办理情况": "电工明天到", "状态": "办理中"},
    }


def test_the_end_of_the_time_to_object_is_known_by_its_short_header(tmp_path: Path) -> None:
    order = _one(tmp_path, 退单截止="2026-11-06 10:02:00")
    assert order.return_by == datetime.fromisoformat("2026-11-06T10:02:00+08:00")


def test_what_a_row_lacks_is_left_empty(tmp_path: Path) -> None:
    result = read_orders(zh(tmp_path, NUMBER, f"{NUMBER[:-1]}2,,-,无,  ,"))
    assert result.orders == [WorkOrder(order_no=NUMBER), WorkOrder(order_no=f"{NUMBER[:-1]}2")]


def test_a_column_that_no_map_names_is_kept_under_its_header(tmp_path: Path) -> None:
    file = written(
        tmp_path, f"工单编号,诉求内容,满意度,满意度,,备\u202e注\n{NUMBER},灯,满意,基本满意,甲,乙\n"
    )
    assert read_orders(file).orders[0].extra == {
        "满意度": "满意",
        "满意度 #4": "基本满意",
        "#5": "甲",
        "备注": "乙",
    }


def test_of_two_columns_for_one_field_the_surer_wins_and_the_other_is_kept(
    tmp_path: Path,
) -> None:
    both = _one(tmp_path, 手机="13800000002", 联系电话="13800000001")
    assert (both.caller_phone, both.extra) == ("13800000001", {"手机": "13800000002"})
    second = _one(tmp_path, 手机="13800000002", 联系电话="")
    assert (second.caller_phone, second.extra) == ("13800000002", {})


def test_identity_numbers_and_recordings_are_not_stored(tmp_path: Path) -> None:
    order = _one(tmp_path, 身份证号="110101190001010000", 录音地址="http://rec.invalid/1.wav")
    assert "110101190001010000" not in json.encode(order).decode()
    assert "rec.invalid" not in json.encode(order).decode()


@pytest.mark.parametrize(
    ("limit", "deadline", "kept"),
    [
        ("2026-11-10 18:00:00", "2026-11-10T18:00:00+08:00", None),
        ("24小时", "2026-11-06T09:30:00+08:00", "24小时"),
        ("3个自然日", "2026-11-08T09:30:00+08:00", "3个自然日"),
        ("5个工作日", None, "5个工作日"),
        ("尽快", None, "尽快"),
    ],
)
def test_a_time_limit_is_a_time_or_an_amount_and_else_is_kept_as_it_came(
    tmp_path: Path, limit: str, deadline: str | None, kept: str | None
) -> None:
    order = _one(tmp_path, 来电时间="2026-11-05 09:30", 办理时限=limit)
    assert (order.deadline and order.deadline.isoformat()) == deadline
    assert order.extra.get("办理时限") == kept


def test_an_amount_counts_from_nothing_where_the_call_has_no_time(tmp_path: Path) -> None:
    order = _one(tmp_path, 办理时限="24小时")
    assert (order.deadline, order.extra) == (None, {"办理时限": "24小时"})


def test_a_surer_column_that_names_no_time_does_not_hide_one_that_does(tmp_path: Path) -> None:
    order = _one(tmp_path, 办结期限="5个工作日", 办理时限="2026-11-10 18:00")
    assert order.deadline is not None
    assert order.extra == {"办结期限": "5个工作日"}


def test_with_deadlines_of_levels_only_the_streets_own_is_the_deadline(tmp_path: Path) -> None:
    order = _one(tmp_path, 市级时限="2026-12-05", 街道时限="2026-11-10", 社区时限="2026-11-09")
    assert order.deadline == order.deadlines["street"]
    assert sorted(order.deadlines) == ["city", "community", "street"]
    low = _one(tmp_path, 社区时限="2026-11-09")
    assert low.deadline == low.deadlines["community"]


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({"状态": "已办结"}, "closed"),
        ({"状态": "结案"}, "closed"),
        ({"状态": "Closed"}, "closed"),
        ({"状态": "待回访"}, "open"),
        ({"状态": ""}, "open"),
        ({"办结时间": "2026-11-09 10:00"}, "closed"),
        ({"办结时间": "2026-11-09 10:00", "状态": "重办中"}, "open"),
    ],
)
def test_only_words_that_say_closed_close_an_order(
    tmp_path: Path, cells: dict[str, str], state: str
) -> None:
    assert _one(tmp_path, **cells).state == state


def test_a_category_path_in_one_column_is_cut_into_its_steps(tmp_path: Path) -> None:
    order = _one(tmp_path, 问题分类="城市管理 > 照明>路灯")
    assert order.category == tuple(map(CategoryStep, ("城市管理", "照明", "路灯")))


@pytest.mark.parametrize(
    ("lat", "lon"), [("无此", "114"), ("91", "114"), ("nan", "1"), ("0", "0"), ("22.5", "")]
)
def test_a_place_not_on_earth_is_no_place(tmp_path: Path, lat: str, lon: str) -> None:
    order = _one(tmp_path, 纬度=lat, 经度=lon)
    assert (order.lat, order.lon) == (None, None)


def test_a_field_of_one_line_has_no_line_breaks_and_a_text_keeps_its_own(tmp_path: Path) -> None:
    order = _one(tmp_path, 标题=" 楼道灯\n不亮 ", 诉求内容=" 一\n二 ")
    assert (order.title, order.content) == ("楼道灯 不亮", " 一\n二 ")


def test_citizens_text_goes_in_as_it_came(tmp_path: Path) -> None:
    hostile = "\x1b]52;c;eA==\x07\u202e[@click=app.quit]x[/] =cmd() 𠮷㙍"
    assert _one(tmp_path, 诉求内容=hostile).content == hostile


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"工单编号": ""}, "The order number is missing."),
        ({"工单编号": "4.40300E+17"}, "A spreadsheet rounded the order number to 4.40300E+17."),
        ({"工单编号": "4.403e17"}, "A spreadsheet rounded the order number"),
        ({"工单编号": "99\u202e03"}, "characters that cannot be shown"),
        ({"工单编号": "9" * 65}, "column 工单编号 is longer than 64 characters"),
        ({"标题": "长" * 2001}, "column 标题 is longer than 2000 characters"),
        ({"诉求内容": "长" * (LONG_TEXT_MAX + 1)}, "column 诉求内容 is longer than 200000"),
        ({"备注": "长" * (LONG_TEXT_MAX + 1)}, "column 备注 is longer than 200000"),
        ({"一级分类": "长" * 2001}, "column 一级分类 is longer than 2000"),
        ({"来电时间": "昨天上午"}, "The time in column 来电时间 cannot be read."),
        ({"办结时间": "2026-13-45"}, "The time in column 办结时间 cannot be read."),
        ({"截止时间": "2026-13-45"}, "The time in column 截止时间 cannot be read."),
        ({"诉求内容": "a\0b"}, "The row holds a NUL character."),
        ({"诉求内容": "楼道灯不亮楼道灯\ud800"}, "The row holds bytes that are no text."),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_number_and_reason(
    tmp_path: Path, cells: dict[str, str], reason: str
) -> None:
    good = {"工单编号": "990300202611050009", "诉求内容": "楼道灯不亮，电梯也坏了"}
    bad = {"工单编号": NUMBER, "诉求内容": "楼道灯不亮"} | cells
    header = ",".join(dict.fromkeys([*good, *bad]))
    result = read_orders(of_fields(tmp_path, header, good, bad, good | {"工单编号": "10"}))
    assert [order.order_no for order in result.orders] == ["990300202611050009", "10"]
    assert [refused.row for refused in result.refused] == [3]
    assert reason in result.refused[0].reason
    assert result.read == 3


def test_a_row_with_more_cells_than_columns_is_refused(tmp_path: Path) -> None:
    file = zh(tmp_path, f"{NUMBER},2026-11-05,灯不亮,很黑,幸福里,社区,多出", ZH_ROW + ",,")
    result = read_orders(file)
    assert len(result.orders) == 1
    assert "7 cells and the header 6" in result.refused[0].reason


def test_a_rounded_number_of_an_earlier_order_is_no_link(tmp_path: Path) -> None:
    order = _one(tmp_path, 旧工单编号="9.90300E+17")
    assert (order.previous_no, order.extra) == ("", {"旧工单编号": "9.90300E+17"})


def test_a_number_that_comes_again_with_other_words_is_refused(tmp_path: Path) -> None:
    row = {"工单编号": NUMBER, "诉求内容": "灯不亮"}
    (refused,) = _refused(tmp_path, row, row | {"诉求内容": "门坏了"})
    assert refused == Refused(3, "Row 2 has the same order number and says something else.")


def test_the_same_row_again_is_counted_and_loses_nothing(tmp_path: Path) -> None:
    result = read_orders(zh(tmp_path, ZH_ROW, ZH_ROW))
    assert (result.read, len(result.orders), result.repeated, result.refused) == (2, 1, 1, [])


def test_blank_rows_and_repeated_header_rows_are_no_rows(tmp_path: Path) -> None:
    result = read_orders(zh(tmp_path, "", ",,,,,", ZH_ROW, ZH_HEADER, " , ,,,,"))
    assert (result.read, len(result.orders)) == (1, 1)


def test_a_header_alone_is_a_table_of_no_orders(tmp_path: Path) -> None:
    result = read_orders(zh(tmp_path))
    assert (result.read, result.orders, result.refused) == (0, [], [])


def test_a_map_of_ones_own_reads_what_no_built_in_map_knows(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\nzone = "Europe/London"\ndate_order = "dmy"\n[columns]\n'
        'order_no = ["Ref"]\nreceived_at = ["Day"]\n',
        "utf-8",
    )
    file = written(tmp_path, "Ref,Day,What\nA1,05/07/2026 10:00,lamp\n")
    (order,) = read_orders(file, str(own)).orders
    assert order.received_at is not None
    assert order.received_at.isoformat() == "2026-07-05T10:00:00+01:00"
    assert order.extra == {"What": "lamp"}


def test_a_map_that_is_named_is_taken_though_few_of_its_columns_are_there(tmp_path: Path) -> None:
    assert read_orders(written(tmp_path, "编号,甲\n1,乙\n"), "plain-zh").read == 1


@pytest.mark.parametrize(
    ("header", "cells", "steps"),
    [
        ("category", "Streets", ("Streets",)),
        ("Category", "Streets > Potholes", ("Streets", "Potholes")),
        ("category", "Trash - Missed collection", ("Trash", "Missed collection")),
        ("category", "Mold/Mildew", ("Mold/Mildew",)),
        ("CATEGORY", "Non-emergency", ("Non-emergency",)),
        ("category,subcategory", "Streets,Pothole", ("Streets", "Pothole")),
        ("问题分类,二级分类", "城市管理,路灯", ("城市管理", "路灯")),
        ("category", "城市管理-照明/路灯", ("城市管理", "照明", "路灯")),
    ],
)
def test_an_english_category_is_the_orders_category(
    tmp_path: Path, header: str, cells: str, steps: tuple[str, ...]
) -> None:
    file = written(tmp_path, f"order_no,title,{header}\nA1,lamp,{cells}\n")
    (order,) = read_orders(file, "plain-zh").orders
    assert order.category == tuple(map(CategoryStep, steps))
    assert not order.extra
