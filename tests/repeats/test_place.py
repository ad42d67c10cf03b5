"""Places are compared as places: one place in its usual spellings has one name, two places two."""

import pytest

from caseworker.model.order import WorkOrder
from caseworker.repeats.keys import KeyKind, kind_of
from caseworker.repeats.place_zh import number_of
from caseworker.repeats.terms import words_of
from caseworker.repeats.traits import Traits, traits_of


def keys(kind: KeyKind, address: str = "", text: str = "") -> set[int]:
    traits = traits_of(WorkOrder(order_no="1", address=address, content=text))
    return {key for key in traits.places if kind_of(key) == kind}


def at(address: str) -> Traits:
    return traits_of(WorkOrder(order_no="1", address=address))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (KeyKind.BUILDING, "幸福里小区3号楼", "幸福里3栋"),
        (KeyKind.BUILDING, "幸福里3号楼", "幸福里三号楼"),
        (KeyKind.BUILDING, "幸福里小区十二幢", "幸福里 12栋"),
        (KeyKind.BUILDING, "幸福里小区A座", "幸福里a栋"),
        (KeyKind.UNIT, "幸福里3号楼2单元", "幸福里小区三栋二单元"),
        (KeyKind.ESTATE, "海棠花园小区", "海棠花园5栋"),
        (KeyKind.ESTATE, "海棠花苑", "海棠花园"),
        (KeyKind.HOUSE, "建设路128号", "人民医院对面建设路128号门前"),
        (KeyKind.ROAD, "人民大街", "人民街12号"),
        (KeyKind.COMMUNITY, "石井社区居委会", "石井社区"),
        (KeyKind.VILLAGE, "石井镇白沙村", "白沙村村口"),
        (KeyKind.WATER, "石井河鸦岗段", "在石井河边"),
        (KeyKind.HOUSE, "42 Cross St  Boston  MA  02113", "42 Cross Street, Boston"),
        (KeyKind.HOUSE, "198 W Springfield St", "198 West Springfield Street"),
        (KeyKind.HOUSE, "21-23 Temple St", "21 Temple Street"),
        (KeyKind.ROAD, "60 55th St", "WEST 55 STREET"[5:]),
        (KeyKind.ROAD, "601 E Fourth St", "E 4th Street"),
        (KeyKind.CROSSING, "INTERSECTION Asticou Rd & Elm St", "Elm Street and Asticou Road"),
        (KeyKind.CROSSING, "55th St & 9 AVE", "9th Avenue @ 55 Street"),
        (KeyKind.NUMBER, "Bldg 3", "Building 3"),
        (KeyKind.NUMBER, "幸福里3号楼", "Bldg 3"),
    ],
)  # fmt: skip
def test_one_place_in_two_spellings_has_one_name(kind: KeyKind, one: str, other: str) -> None:
    assert keys(kind, one) & keys(kind, other)


@pytest.mark.parametrize(
    ("kind", "address", "text"),
    [
        (KeyKind.BUILDING, "幸福里小区3号楼", "我住幸福里三栋，地下室漏水"),
        (KeyKind.HOUSE, "建设路128号", "家门口建设路128号路灯不亮"),
        (KeyKind.VILLAGE, "白沙村", "石井河白沙村段发臭"),
        (KeyKind.HOUSE, "42 Cross St, Boston", "the lamp at 42 Cross Street is out"),
    ],
)
def test_a_place_in_the_text_is_the_place_of_the_address(
    kind: KeyKind, address: str, text: str
) -> None:
    assert keys(kind, address) & keys(kind, text=text)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (KeyKind.BUILDING, "幸福里3号楼", "幸福里13号楼"),
        (KeyKind.BUILDING, "幸福里3号楼", "安康里3号楼"),
        (KeyKind.UNIT, "幸福里3号楼2单元", "幸福里3号楼1单元"),
        (KeyKind.ROAD, "建设路", "建国路"),
        (KeyKind.WATER, "石井河", "白坭河"),
        (KeyKind.HOUSE, "42 Cross St", "42 Cross Ave"),
        (KeyKind.CROSSING, "Main St & 1st Ave", "Main St & 2nd Ave"),
    ],
)
def test_two_places_have_two_names(kind: KeyKind, one: str, other: str) -> None:
    assert keys(kind, one)
    assert keys(kind, other)
    assert not keys(kind, one) & keys(kind, other)


@pytest.mark.parametrize(
    "text",
    [
        "路灯不亮",
        "下水道堵塞",
        "马路上有人",
        "我们村民都知道",
        "十字路口",
        "这个小区",
        "附近的学校",
        "泥浆排进河里",
        "水葫芦铺满河面",
        "水草堵住河道",
        "偷采河砂",
        "白沫从管道口涌出来",
        "运沙车压坏堤路",
        "粪便冲进沟里",
        "填河占地",
        "鱼塘的水",
        "成了池塘",
        "多次沟通无果",
        "反映河道污染",
    ],
)
def test_words_that_name_nothing_are_no_places(text: str) -> None:
    named = traits_of(WorkOrder(order_no="1", content=text)).places
    assert not [key for key in named if kind_of(key) not in (KeyKind.NUMBER, KeyKind.LANDMARK)]


@pytest.mark.parametrize(
    ("numeral", "number"),
    [("3", 3), ("三", 3), ("十", 10), ("十二", 12), ("二十三", 23), ("一二", 12), ("a", 1097)],
)  # fmt: skip
def test_numerals_are_read(numeral: str, number: int) -> None:
    assert number_of(numeral) == number


def test_house_numbers_of_a_road_can_be_compared() -> None:
    assert dict(at("建设路128号").houses).keys() == dict(at("建设路130号").houses).keys()
    assert sorted(dict(at("128 Main St").houses).values()) == [128]


def test_where_scripts_meet_texts_are_compared_by_their_words_alone() -> None:
    assert words_of("幸福里3号楼，lamp坏") == ["幸福", "福里", "3", "号楼", "lamp"]
