"""A place is met again however it is spelt, and only where it is."""

import pytest

from caseworker.model.order import WorkOrder, citizen_text
from caseworker.repeats.keys import KeyKind
from caseworker.repeats.places import keys_for, offered, place_of, reach, stands_in
from caseworker.repeats.traits import places_of


def met(place: str, **fields: str) -> bool:
    order = WorkOrder(order_no="1", **fields)  # type: ignore[arg-type]
    words = f"{order.address} {order.community} {citizen_text(order)}"
    return not places_of(order).isdisjoint(keys_for(place)) and stands_in(place, words)


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ("幸福里3号楼", "幸福里小区3栋"),
        ("幸福里小区三号楼", "和平街道幸福里3幢2单元501"),
        ("幸福里小区", "幸福里3号楼"),
        ("和平街道幸福里3号楼", "幸福里小区3号楼"),
        ("建设路18号", "建设路18号门前"),
        ("建设路", "建设路18号"),
        ("18 Jianshe Rd", "18 Jianshe Road, Heping"),
        ("南门外公交站牌旁", "南门外公交站牌旁"),
    ],
)
def test_a_place_is_met_again_however_it_is_spelt(place: str, address: str) -> None:
    assert met(place, address=address)


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ("幸福里3号楼", "幸福里小区5号楼"),
        ("幸福里3号楼", "幸福里小区"),
        ("永福里3号楼", "幸福里小区3号楼"),
        ("建设路18号", "建设路20号"),
        ("3号楼", "幸福里小区3号楼"),
        ("18 Jianshe Rd", "20 Jianshe Road"),
        ("", "幸福里小区3号楼"),
    ],
)
def test_another_place_is_not_taken_for_it(place: str, address: str) -> None:
    assert not met(place, address=address)


def test_a_place_in_the_citizen_s_words_counts_like_one_in_the_address() -> None:
    assert met("幸福里3号楼", content="我住幸福里三号楼，车库又渗水了。")


def test_a_community_is_known_by_its_column() -> None:
    assert met("幸福里社区", community="幸福里居委会")


def test_an_order_offers_its_places_the_narrowest_first() -> None:
    order = WorkOrder(order_no="1", address="幸福里小区3号楼2单元501", community="幸福里社区")

    assert offered(order) == [
        "幸福里小区3号楼2单元501",
        "幸福里小区3号楼2单元",
        "幸福里小区3号楼",
        "幸福里小区",
    ]
    assert offered(WorkOrder(order_no="1")) == []


def test_how_far_a_place_reaches_can_be_told() -> None:
    assert reach("幸福里3号楼") is KeyKind.BUILDING
    assert reach("幸福里小区") is KeyKind.ESTATE
    assert reach("建设路18号") is KeyKind.HOUSE
    assert reach("门口那棵树") is None


@pytest.mark.parametrize(
    "addresses",
    [
        ("幸福里3号楼", "幸福里小区3栋", "我住幸福里３号楼", "和平街道幸福里三号楼2单元501"),
        ("建设路18号", "建设路18号门前", "和平街道建设路18号"),
        ("建设路与和平路口", "和平路建设路口"),
        ("18 Jianshe Rd", "18 Jianshe Road, Heping", "18 JIANSHE RD Apt 4"),
        ("Jianshe Rd & Heping Rd", "Heping Road and Jianshe Road"),
        ("老地方大树下", "老地方 大树下"),
    ],
)
def test_addresses_of_one_place_are_gathered_however_they_are_spelt(
    addresses: tuple[str, ...],
) -> None:
    assert len({place.key for place in map(place_of, addresses) if place}) == 1


def test_places_that_only_sound_alike_are_kept_apart() -> None:
    addresses = (
        "幸福里3号楼", "幸福里5号楼", "永福里3号楼", "幸福里小区", "建设路18号", "建设路20号",
        "建设路", "建设路与和平路口", "18 Jianshe Rd", "20 Jianshe Rd", "和平里",
    )  # fmt: skip
    assert len({place.key for place in map(place_of, addresses) if place}) == len(addresses)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("幸福里小区3号楼2单元501", "幸福里小区3号楼"),
        ("建设路18号 门前", "建设路18号"),
        ("建设路与和平路口", "建设路与和平路口"),
        ("18 Jianshe Rd Apt 4", "18 Jianshe Rd Apt 4"),
    ],
)
def test_a_place_is_told_up_to_where_it_is_named(address: str, words: str) -> None:
    place = place_of(address)
    assert place is not None
    assert place.words == words


@pytest.mark.parametrize("address", ["", "   ", "——", "\u3000"])
def test_no_words_are_no_place(address: str) -> None:
    assert place_of(address) is None
