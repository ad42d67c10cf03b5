"""Likely repeats: from the cache alone, best first, earlier and later alike, each with why."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from caseworker import locale
from caseworker.cache import migrations, orders, settings
from caseworker.cache.connection import Cache, open_cache, open_plain
from caseworker.desk.repeats import (
    Candidate,
    candidates,
    say_not_the_same,
    side_by_side,
    unsay_not_the_same,
)
from caseworker.model.order import CategoryStep, WorkOrder
from caseworker.model.trouble import Trouble
from tests.builders import NOW, a_draft, an_order, put, say


def leak(number: str, **fields: Any) -> WorkOrder:
    return an_order(
        number,
        **{
            "title": "地下室漏水",
            "content": "幸福里3号楼地下室漏水，墙面发霉，物业不管。",
            "address": "幸福里小区3号楼",
            "category": (CategoryStep("城乡建设"), CategoryStep("房屋漏水")),
        }
        | fields,
    )


def noise(number: str, **fields: Any) -> WorkOrder:
    return an_order(
        number,
        **{
            "title": "夜间施工",
            "content": "安康路工地凌晨两点还在打桩，孩子睡不着。",
            "address": "安康路18号",
            "category": (CategoryStep("环境保护"), CategoryStep("施工噪音")),
        }
        | fields,
    )


def first(cache: Cache, number: str) -> Candidate:
    return candidates(cache, number)[0]


def test_earlier_and_later_orders_are_found_alike(cache: Cache) -> None:
    put(
        cache,
        leak("early", received_at=NOW - timedelta(days=9)),
        leak("late", received_at=NOW, address="幸福里三栋", content="三号楼的地下室又渗水了"),
        noise("else"),
    )
    assert first(cache, "early").order_no == "late"
    assert first(cache, "late").order_no == "early"
    assert first(cache, "late").likely


def test_what_is_not_known_is_not_disagreement(cache: Cache) -> None:
    put(cache, leak("a"), leak("b"), leak("bare", address="", category=(), received_at=None))
    whole, bare = first(cache, "a"), candidates(cache, "bare")[0]
    assert bare.likely
    assert bare.score <= whole.score


def test_the_hotlines_own_link_ranks_first(cache: Cache) -> None:
    put(cache, leak("a"), leak("b"), noise("n", previous_no="a", content="与之前无关的话"))
    assert first(cache, "n").order_no == "a"
    assert first(cache, "a").order_no == "n"
    assert first(cache, "n").likely
    assert any("previous order" in reason for reason in first(cache, "n").reasons)


def test_the_same_caller_alone_is_not_likely(cache: Cache) -> None:
    put(cache, leak("a", caller_hash="k1"), noise("b", caller_hash="k1"))
    found = first(cache, "a")
    assert found.order_no == "b"
    assert not found.likely
    assert "Same caller." in found.reasons


def test_the_callers_number_is_never_compared(cache: Cache) -> None:
    put(cache, leak("a", caller_phone="13800001111"), noise("b", caller_phone="13800001111"))
    assert not any("caller" in reason for one in candidates(cache, "a") for reason in one.reasons)


def test_who_gave_a_secret_order_is_not_compared(cache: Cache) -> None:
    put(cache, leak("a", caller_hash="k1"), leak("b", caller_hash="k1", is_secret=True))
    assert "Same caller." not in first(cache, "a").reasons or not first(cache, "a").likely
    from caseworker.repeats.traits import traits_of

    assert traits_of(leak("b", caller_hash="k1", is_secret=True)).caller == 0


def test_one_problem_in_two_buildings_is_two_matters(cache: Cache) -> None:
    other = "幸福里8号楼地下室漏水，墙面发霉，物业不管。"
    put(cache, leak("a"), leak("same"), leak("other", address="幸福里8栋", content=other))
    found = {one.order_no: one.score for one in candidates(cache, "a")}
    assert found["same"] > found["other"]


def test_two_problems_in_one_building_are_two_matters(cache: Cache) -> None:
    put(
        cache,
        leak("a"),
        leak("same", content="3栋地下室渗水严重"),
        noise("other", address="幸福里小区3号楼", content="幸福里3号楼楼上半夜拖凳子"),
    )
    found = {one.order_no: one for one in candidates(cache, "a")}
    assert found["same"].score > found["other"].score


def test_with_type_place_and_time_alone_repeats_are_found(cache: Cache) -> None:
    def bare(number: str, address: str, days: float, kind: str) -> WorkOrder:
        return WorkOrder(
            order_no=number, address=address, type=kind, received_at=NOW - timedelta(days=days)
        )

    put(
        cache,
        bare("a", "42 Cross St  Boston  MA", 0, "Pothole"),
        bare("b", "42 Cross Street", 2, "Pothole"),
        bare("far", "900 Cross Street", 1, "Pothole"),
        bare("kind", "42 Cross St", 200, "Graffiti"),
    )
    found = candidates(cache, "a")
    assert found[0].order_no == "b"
    assert found[0].likely
    assert not any(one.likely for one in found[1:])


def test_nearness_on_the_map_counts(cache: Cache) -> None:
    def spot(number: str, lat: float) -> WorkOrder:
        return WorkOrder(order_no=number, type="Pothole", lat=lat, lon=-71.06, received_at=NOW)

    put(cache, spot("a", 42.3600), spot("near", 42.3602), spot("far", 42.3900))
    found = candidates(cache, "a")
    assert found[0].order_no == "near"
    assert "22 m apart on the map." in found[0].reasons
    assert not found[1].likely


def test_reasons_are_words_in_the_users_language(cache: Cache) -> None:
    put(cache, leak("a", caller_hash="k"), leak("b", caller_hash="k", title="地下室渗水"))
    locale.set_language("zh_CN")
    try:
        reasons = first(cache, "a").reasons
    finally:
        locale.set_language("en")
    assert "同一来电人。" in reasons
    assert any("幸福里3号楼" in reason for reason in reasons)
    assert any(reason.startswith("文字相似") and "发霉" in reason for reason in reasons)
    assert "同一分类：房屋漏水。" in reasons


def test_reasons_carry_no_control_characters_and_no_telephone_number(cache: Cache) -> None:
    hostile = "地下室漏水\x1b]52;c;aGk=\x07 电话13800005521 墙面发霉"
    put(cache, leak("a", content=hostile), leak("b", content=hostile, address="x\x1b[2J路1号"))
    for one in candidates(cache, "a"):
        text = "".join(one.reasons)
        assert text.isprintable()
        assert "13800005521" not in text


def test_explained_weights_add_up_to_the_score(cache: Cache) -> None:
    put(cache, leak("a"), leak("b"))
    weights = candidates(cache, "a", explain=True)[0].weights
    assert {"start", "text", "place", "subject"} <= weights.keys()
    assert weights.pop("total") == pytest.approx(sum(weights.values()), abs=0.05)


def test_what_is_not_the_same_is_not_suggested_again(cache: Cache) -> None:
    put(cache, leak("a"), leak("b"))
    say_not_the_same(cache, "b", "a", NOW)
    assert candidates(cache, "a") == []
    assert candidates(cache, "b") == []
    unsay_not_the_same(cache, "a", "b")
    assert first(cache, "a").order_no == "b"


def test_linked_orders_say_that_they_are(cache: Cache) -> None:
    put(cache, leak("a"), leak("b"))
    say(cache, a_draft("b", "repeat", code="R03", earlier=("a",)))
    assert first(cache, "a").linked


def test_linked_orders_rank_and_read_as_linked(cache: Cache) -> None:
    put(cache, leak("a"), leak("twin"), noise("b", received_at=NOW - timedelta(days=200)))
    assert first(cache, "a").order_no == "twin"
    say(cache, a_draft("a", "repeat", code="R05", earlier=("b",)))
    linked = first(cache, "a")
    assert (linked.order_no, linked.likely) == ("b", True)
    assert linked.reasons[0] == "Linked already."
    locale.set_language("zh_CN")
    assert first(cache, "a").reasons[0] == "已经关联。"


def test_one_building_and_category_are_likely_even_in_a_tiny_cache(cache: Cache) -> None:
    told = "负一层车位上方一直在淌水，车漆都腐蚀了，请派人看看。"
    later = leak("b", title="车位被淋", content=told, received_at=NOW + timedelta(days=4))
    elsewhere = leak(
        "c", title="车位被淋", content=told, address="幸福里小区9号楼", received_at=NOW
    )
    put(cache, leak("a", received_at=NOW), later, elsewhere)
    likely = [one.order_no for one in candidates(cache, "a") if one.likely]
    assert likely == ["b"]


def test_a_day_between_two_orders_is_one_day(cache: Cache) -> None:
    put(cache, leak("a"), leak("b", received_at=NOW))
    put(cache, leak("a", received_at=NOW + timedelta(days=1, hours=2)))
    assert "One day apart." in first(cache, "a").reasons


def test_a_place_is_named_from_its_first_character(cache: Cache) -> None:
    content = "车库在漏水。"
    put(cache, leak("a", content=content), leak("b", content=content, address="幸福里3号楼"))
    assert "Same place: 幸福里小区3号楼." in first(cache, "a").reasons


def test_the_limit_holds_and_nothing_is_asked_of_an_unknown_order(cache: Cache) -> None:
    put(cache, *(leak(str(n)) for n in range(9)))
    assert len(candidates(cache, "3", 4)) == 4
    assert candidates(cache, "3", 0) == []
    with pytest.raises(Trouble, match="No order of that number"):
        candidates(cache, "unknown")


def test_a_changed_order_is_compared_as_it_stands(cache: Cache) -> None:
    put(cache, leak("a"), noise("b"))
    assert not first(cache, "a").likely
    put(cache, leak("b", revision=2))
    assert first(cache, "a").likely


def test_an_order_that_left_leaves_no_trace(cache: Cache) -> None:
    put(cache, leak("a"), leak("b"))
    candidates(cache, "a")
    with cache.writing():
        orders.take_out(cache, "b", NOW)
    assert candidates(cache, "a") == []
    left = cache.value("SELECT count(*) FROM traces WHERE id NOT IN (SELECT id FROM orders)")
    assert left == 0


def test_beside_a_plain_file_everything_stands_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "local.db"
    path.touch()
    with Cache(path, None, plain=True) as made:
        migrations.migrate(made, with_search=False)
        put(made, leak("a"), leak("b"))
    before = path.read_bytes()
    with open_plain(path) as cache:
        assert first(cache, "a").order_no == "b"
    assert path.read_bytes() == before


def test_side_by_side_shows_what_is_shared_and_what_is_new(cache: Cache) -> None:
    put(
        cache,
        leak("a", received_at=NOW - timedelta(days=9)),
        leak(
            "b",
            received_at=NOW,
            content="幸福里3号楼地下室漏水。上周配电箱也冒烟了，请找电工检修。电话13800005521",
        ),
        *(noise(str(n)) for n in range(30)),
    )
    sides = side_by_side(cache, "b", "a")
    assert (sides.earlier.order_no, sides.later.order_no) == ("a", "b")
    text = f"{sides.later.title}\n{sides.later.content}"
    assert "地下室漏水" in "".join(text[start:end] for start, end in sides.shared_later)
    assert "上周配电箱也冒烟了" in [text[start:end] for start, end in sides.new]
    assert "13800005521" not in text


def test_a_released_cache_learns_its_orders_by_migration(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with open_cache(path, bytes(32)) as cache:
        put(cache, leak("a"), leak("b"))
        for name in ("orders_to_trace", "orders_to_trace_anew", "orders_untraced"):
            cache.execute(f"DROP TRIGGER {name}")
        for name in (
            "traits",
            "traces",
            "untraced",
            "unpassed",
            "term_counts",
            "not_same",
            "suggestions",
        ):
            cache.execute(f"DROP TABLE {name}")
        cache.execute("DELETE FROM _sqlite_migrations WHERE name = 'traits_and_suggestions'")
        cache.execute("PRAGMA user_version = 1")
    with open_cache(path, bytes(32)) as cache:
        assert first(cache, "a").order_no == "b"


def test_traits_that_another_version_read_are_read_anew(cache: Cache) -> None:
    put(cache, leak("a"), leak("b"))
    candidates(cache, "a")
    with cache.writing():
        cache.execute("UPDATE traits SET body = x'00'")
        settings.put(cache, traits_reading="0")
    assert first(cache, "a").order_no == "b"


@pytest.mark.parametrize("column", ["河涌名称", "地标位置", "Nearest landmark"])
def test_a_citys_own_column_of_places_is_read_as_a_place(cache: Cache, column: str) -> None:
    here, there = {column: "新安河"}, {column: "长宁河"}
    water = {"title": "水黑", "content": "有人排污水，味道大。", "address": "", "community": ""}
    put(cache, an_order("a", extra=here, **water))
    put(cache, an_order("b", extra=here, **water), an_order("c", extra=there, **water))
    best, other = candidates(cache, "a")
    assert (best.order_no, other.order_no) == ("b", "c")
    assert "Same place: 新安河." in best.reasons
    assert "They name different places." in other.reasons


@pytest.mark.parametrize(
    ("here", "road"), [("幸福路12号", "幸福路"), ("12 Oak Street", "Oak Street")]
)
def test_one_house_says_more_than_next_door_and_that_more_than_the_road(
    cache: Cache, here: str, road: str
) -> None:
    next_door = here.replace("12", "14")
    addresses = {"here": here, "same": here, "door": next_door, "road": road, "road too": road}
    put(
        cache,
        *(WorkOrder(order_no=number, address=address) for number, address in addresses.items()),
    )
    scores = {one.order_no: one.score for one in candidates(cache, "here")}
    assert scores["same"] > scores["door"] > scores["road"] == scores["road too"]
    along = {one.order_no: one.score for one in candidates(cache, "road")}
    assert along["road too"] < scores["same"]


def test_a_places_name_in_both_texts_is_not_heard_as_the_same_complaint(cache: Cache) -> None:
    def told(number: str, content: str) -> WorkOrder:
        return WorkOrder(order_no=number, content=content, received_at=NOW)

    put(
        cache,
        told("smell", "石井河鸦岗码头夜里有人放污水，臭得不能开窗"),
        told("weeds", "石井河鸦岗码头水葫芦长满，船过不去"),
        told("stench", "石井河边半夜偷放污水，臭得睡不着，不能开窗"),
    )
    found = [one.order_no for one in candidates(cache, "smell")]
    assert found == ["stench", "weeds"]


def test_among_many_orders_of_one_river_the_same_complaint_is_found(cache: Cache) -> None:
    put(
        cache,
        WorkOrder(order_no="asked", content="石井河岸边有人烧电线皮，黑烟呛人", received_at=NOW),
        WorkOrder(
            order_no="mate",
            content="石井河又在烧电线皮",
            received_at=NOW - timedelta(days=14),
        ),
        *(
            WorkOrder(
                order_no=f"other {n}",
                content=f"石井河水面漂着垃圾没有人捞，第{n}天了",
                received_at=NOW - timedelta(hours=n),
            )
            for n in range(400)
        ),
    )
    assert first(cache, "asked").order_no == "mate"
