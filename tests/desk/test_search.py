"""The search box: words, numbers, places, initials and fields; what it cannot read it explains."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker import locale
from caseworker.cache import search_index
from caseworker.cache.connection import Cache
from caseworker.desk.query import fields, read_query
from caseworker.desk.search import catch_up, find, hit_in, index_all
from tests.builders import NOW, a_draft, an_order, put, say
from tests.hostile import HOSTILE

GARAGE, LAMP, NOISE, OLD, SECRET = (f"44030020261105000{n}" for n in range(1, 6))


@pytest.fixture
def street(cache: Cache) -> Cache:
    put(
        cache,
        an_order(GARAGE, unit="和平街道", type="投诉"),
        an_order(
            LAMP,
            title="Street lamp out",
            content="The lamp has been dark for a week. 幸福里附近也一样。",
            address="12 Heping Rd",
            deadline=NOW + timedelta(days=5),
            received_at=NOW - timedelta(days=20),
            caller_phone="13900001234",
            unit="建设街道",
        ),
        an_order(
            NOISE,
            title="夜间施工噪音",
            content="工地半夜还在打桩。电话13800005521。求管管！",
            address="长安街18号3栋",
            deadline=NOW - timedelta(hours=3),
            received_at=NOW,
            urgent=True,
        ),
        an_order(OLD, title="路灯不亮", content="已修好", address="老街", state="closed"),
        an_order(SECRET, title="举报私设赌局", content="赌局在地下室", address="", is_secret=True),
    )
    say(cache, a_draft(GARAGE))
    index_all(cache)
    return cache


def numbers(cache: Cache, query: str) -> list[str]:
    return [row.order_no for row in find(cache, query, NOW).rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("车库", [GARAGE]),
        ("地下", [SECRET, GARAGE]),
        ("车库 幸福里", [GARAGE]),
        ("LAMP dark", [LAMP]),
        ("lam", [LAMP]),
        ("3栋", [NOISE]),
        ("050003", [NOISE]),
        (OLD, [OLD]),
        ("1234", [LAMP]),
        ("xfl", [GARAGE]),
        ("caj", [NOISE]),
        ("zaj", [NOISE]),
        ("车库 路灯", []),
        ("库车", []),
        ("state:open 路灯", []),
        ("state:closed", [OLD]),
        ("状态：办结", [OLD]),
        ("state:left", []),
        ("due:<3d", [SECRET, NOISE, GARAGE]),
        ("due:>3d", [LAMP]),
        ("due:overdue", [NOISE]),
        ("时限:超期", [NOISE]),
        ("due:today", [SECRET, GARAGE]),
        ("due:2026-11-29", [LAMP]),
        ("due:11-25..11-30", [LAMP]),
        ("received:<7d 噪音", [NOISE]),
        ("received:>7d", [LAMP]),
        ("from:2026-11-23", [NOISE]),
        ("to:2026-11-05", [LAMP]),
        ("received:2026-11-04", [LAMP]),
        ("place:幸福里", [GARAGE]),
        ("地点:幸福里 渗水", [GARAGE]),
        ("place:heping", [LAMP]),
        ('place:"heping rd"', [LAMP]),
        ("unit:建设", [LAMP]),
        ("kind:投诉", [GARAGE]),
        ("number:050001", [GARAGE]),
        ("code:c03", [GARAGE]),
        ("code:C03 车库", [GARAGE]),
        ("code:C03 路灯", []),
        ("code:R02", []),
        ("safety:yes", [NOISE]),
        ("safety:no 车库", [GARAGE]),
        ("secret:yes", [SECRET]),
        ("secret:no 地下", [GARAGE]),
        ("view:overdue", [NOISE]),
        ("view:safety 噪音", [NOISE]),
        ("view:safety 车库", []),
        ("视图:overdue 噪音", [NOISE]),
        ("due:<3d due:>1d", []),
        ("state:open due:<3d place:幸福里 code:C03 渗水", [GARAGE]),
    ],
)
def test_a_query_finds_its_orders_newest_first(street: Cache, query: str, found: list[str]) -> None:
    assert numbers(street, query) == found
    assert find(street, query, NOW).notes == []


def test_without_words_the_queue_s_order_holds(street: Cache) -> None:
    assert numbers(street, "view:today") == [NOISE, GARAGE, SECRET, LAMP]


@pytest.mark.parametrize(
    ("query", "found", "words"),
    [
        ("due:soon 车库", [GARAGE], "due:soon is left out: write for example due:<3d"),
        ("due: 车库", [GARAGE], "due: is left out: write for example due:<3d"),
        ("due:2026-13-45 车库", [GARAGE], "due:2026-13-45 is left out"),
        ("statee:open 车库", [], "statee: is no field and is left out. Fields: state"),
        ("诉求：车库", [GARAGE], "诉求: is no field"),
        ("view:nowhere 车库", [GARAGE], "view:nowhere is left out"),
        ("state:maybe 车库", [GARAGE], "state:maybe is left out"),
        ("code:xyz 车库", [GARAGE], "write for example code:R02"),
        ("secret:perhaps 车库", [GARAGE], "write for example secret:yes"),
        ("place:里 车库", [GARAGE], "write for example place:幸福里"),
        ("车", [], "车 alone is in too many orders"),
        ("车 车库", [GARAGE], "车 alone is in too many orders"),
        ("车库 " + "x" * 10_000, [], "Only the first 200 characters are looked for."),
    ],
)
def test_what_cannot_be_read_is_explained_and_the_rest_is_found(
    street: Cache, query: str, found: list[str], words: str
) -> None:
    answer = find(street, query, NOW)
    assert [row.order_no for row in answer.rows] == found
    assert any(words in note for note in answer.notes)


@pytest.mark.parametrize("query", ["10:30", "http://a.b", "a", "，", "", '"', ":", "::", "a:b:c"])
def test_odd_input_is_no_error(street: Cache, query: str) -> None:
    find(street, query, NOW)


@given(st.text(st.sampled_from("\"'*()^:-+{}<>=.：停车库duestatplcoXFL 0123/年月日\0\ud800é%_")))
def test_no_query_raises_and_every_match_is_valid(query: str) -> None:
    asked = read_query(query, NOW)
    assert all(asked.words)


@pytest.mark.parametrize("query", list(HOSTILE.values()))
def test_no_hostile_query_raises(street: Cache, query: str) -> None:
    find(street, query, NOW)


@pytest.mark.parametrize("language", locale.LANGUAGES)
def test_the_example_of_every_field_is_understood_in_both_languages(
    street: Cache, language: str
) -> None:
    locale.set_language(language)
    for name, example in fields():
        asked = read_query(f"{name}:{example}", NOW)
        assert asked.troubles == []
        assert asked.asks


def test_the_words_of_a_view_are_those_that_the_screen_shows(street: Cache) -> None:
    locale.set_language("zh_CN")
    assert numbers(street, "视图:超期") == [NOISE]


@pytest.mark.parametrize(
    ("query", "number", "hit"),
    [
        ("渗水", GARAGE, ("…幸福里3号楼，地下车库又", "渗水", "了，打了好几次电话没人管。")),
        ("打桩", NOISE, ("工地半夜还在", "打桩", "。")),
        ("caj", NOISE, ("", "长安街", "18号3栋")),
        ("LAMP", LAMP, ("The ", "lamp", " has been dark for a week. 幸福里附近也一样。")),
        ("050003", NOISE, ("…", "050003", "")),
        (
            "state:open",
            GARAGE,
            ("", "", "我住幸福里3号楼，地下车库又渗水了，打了好几次电话没人管。"),
        ),
    ],
)
def test_a_hit_is_shown_in_its_sentence(
    street: Cache, query: str, number: str, hit: tuple[str, str, str]
) -> None:
    found = find(street, query, NOW)
    row = next(row for row in found.rows if row.order_no == number)
    shown = hit_in(street, row, found.words)
    assert (shown.before, shown.hit, shown.after) == hit


def test_numbers_of_callers_in_a_sentence_are_masked(street: Cache) -> None:
    found = find(street, "电话", NOW)
    sentences = [hit_in(street, row, found.words) for row in found.rows]
    assert sentences
    assert all("13800005521" not in one.before + one.hit + one.after for one in sentences)


def test_orders_that_are_not_indexed_yet_are_told_and_follow(cache: Cache) -> None:
    put(cache, *(an_order(f"4403002026110{n:05}") for n in range(100)))
    assert find(cache, "车库", NOW).notes == ["100 orders are not searched yet: they follow."]
    assert catch_up(cache)
    newest = find(cache, "车库", NOW)
    assert newest.rows[0].order_no.endswith("00099")
    assert newest.notes == ["40 orders are not searched yet: they follow."]
    assert catch_up(cache)
    assert not catch_up(cache)
    assert find(cache, "车库", NOW).notes == []


def test_a_search_that_stops_early_says_so(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "LOOKED_AT", 3)
    put(cache, *(an_order(f"4403002026110{n:05}", urgent=n == 0) for n in range(9)))
    index_all(cache)
    found = find(cache, "车库 safety:yes", NOW)
    assert found.rows == []
    assert found.notes == ["Only the newest 3 hits were looked at: add a word."]


def test_a_changed_order_is_found_by_its_new_words_alone(street: Cache) -> None:
    put(street, an_order(GARAGE, content="改成水管", title="水管", revision=2))
    index_all(street)
    assert numbers(street, "渗水") == []
    assert numbers(street, "水管") == [GARAGE]


@pytest.mark.parametrize(
    ("columns", "since", "query", "found"),
    [
        ("text, place, number", "order_text_with_marks", "xfl", GARAGE),
        ("text, place, number, marks", "order_text_where_scripts_meet", "街18号3栋", NOISE),
    ],
)
def test_an_index_of_before_is_cut_anew_without_losing_anything(
    street: Cache, columns: str, since: str, query: str, found: str
) -> None:
    from caseworker.cache import migrations

    with street.writing():
        street.execute("DROP TABLE order_text")
        street.execute(
            f"CREATE VIRTUAL TABLE order_text USING fts5({columns},"
            " content='', contentless_delete=1, tokenize='ascii')"
        )
        street.execute("INSERT INTO order_text (rowid, text) SELECT id, 'before' FROM orders")
        street.execute(
            "DELETE FROM _sqlite_migrations WHERE name IN (?, 'orders_to_index_anew')", (since,)
        )
    before = _kept(street)
    migrations.migrate(street)
    answer = find(street, query, NOW)
    assert answer.rows == []
    assert answer.notes == ["5 orders are not searched yet: they follow."]
    index_all(street)
    assert numbers(street, query) == [found]
    assert numbers(street, "before") == []
    assert _kept(street) == before


def _kept(cache: Cache) -> list[Any]:
    return [
        cache.value(f"SELECT count(*) FROM {table}")
        for table in ("orders", "annotations", "outbox", "drafts")
    ]
