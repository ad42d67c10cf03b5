"""What stands in a text is found by its parts, and no query breaks the search."""

import re
from typing import Any

import pytest
import sqlcipher3
from hypothesis import example, given
from hypothesis import strategies as st

from caseworker.text.cut import index_terms, query_terms
from tests.hostile import HOSTILE


class Index:
    """An index of one text at a time, as the cache keeps it: contentless FTS5."""

    def __init__(self) -> None:
        self._database: Any = sqlcipher3.connect(":memory:")
        self._database.execute(
            "CREATE VIRTUAL TABLE found USING fts5("
            "text, number, content='', contentless_delete=1, tokenize='ascii')"
        )

    def finds(self, query: str, text: str, number: str = "") -> bool:
        expression = query_terms(query)
        if expression is None:
            return False
        self._database.execute("DELETE FROM found WHERE rowid = 1")
        self._database.execute(
            "INSERT INTO found (rowid, text, number) VALUES (1, ?, ?)",
            (index_terms(text), index_terms(number)),
        )
        rows = self._database.execute("SELECT rowid FROM found WHERE found MATCH ?", (expression,))
        return list(rows) == [(1,)]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index()


HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF) | st.sampled_from(
    "停车位违法𠮷㐂々〇"
)
HAN_TEXT = st.text(HAN, min_size=2, max_size=30)


@given(HAN_TEXT, st.data())
def test_any_two_characters_of_a_han_text_are_found(
    index: Index, text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    assert index.finds(text[start : start + 2], text)


@given(HAN_TEXT, st.data())
def test_any_part_of_a_han_text_is_found(index: Index, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    assert index.finds(text[start:end], text)


@given(
    st.lists(st.text("停车位违法楼号", min_size=1, max_size=6), min_size=1, max_size=5),
    st.text("停车位违法楼号", min_size=2, max_size=4),
)
def test_nothing_else_is_found(index: Index, parts: list[str], query: str) -> None:
    assert index.finds(query, "，".join(parts)) == any(query in part for part in parts)


@given(st.text("停车A栋b3 -，。", min_size=1, max_size=20), st.data())
def test_a_part_between_word_ends_is_found_across_scripts(
    index: Index, text: str, data: st.DataObject
) -> None:
    def splits_a_word(place: int) -> bool:
        return text[place - 1 : place + 1].isalnum() and text[place - 1 : place + 1].isascii()

    ends = [
        place
        for place in range(len(text) + 1)
        if place in (0, len(text)) or not splits_a_word(place)
    ]
    start, end = sorted(data.draw(st.lists(st.sampled_from(ends), min_size=2, max_size=2)))
    part = text[start:end]
    assert index.finds(part, text) or query_terms(part) is None


def _is_run_of(asked: str, run: str, *, first: bool, last: bool) -> bool:
    """Whether a run of a query is one of a text, or what of it the query begins or ends with."""
    if not asked.isascii():
        return (
            run == asked
            or (first and last and asked in run)
            or (first and not last and run.endswith(asked))
            or (last and not first and run.startswith(asked))
        )
    begins_words = last and len(asked) >= 3 and asked.isalpha()
    return run == asked or (begins_words and run.isascii() and run.startswith(asked))


@given(
    st.text("停车楼3a ，", min_size=1, max_size=12) | st.text("楼lam -", min_size=1, max_size=12),
    st.text("停车楼3a，", min_size=2, max_size=6) | st.text("楼lam-", min_size=2, max_size=6),
)
@example("lam 楼", "lam-la")
@example("lam 楼", "lam-lam")
@example("楼lamm", "楼lam")
@example("3楼a", "楼，楼")
def test_nothing_else_is_found_where_scripts_meet(index: Index, text: str, query: str) -> None:
    runs, asked = (re.findall("[a-z0-9]+|[停车楼]+", words) for words in (text, query))
    stands = any(
        all(
            _is_run_of(one, run, first=place == 0, last=place == len(asked) - 1)
            for place, (one, run) in enumerate(zip(asked, runs[start:], strict=False))
        )
        for start in range(len(runs) - len(asked) + 1)
    )
    assert index.finds(query, text) == (stands and query_terms(query) is not None)


@given(
    st.text(st.characters(exclude_categories=()))
    | st.text(st.sampled_from("\"'*()^:-+{}AND OR NOT NEAR 停车 a1\0\ud800é%_"))
)
def test_no_query_raises(index: Index, query: str) -> None:
    index.finds(query, "违法停车")


@pytest.mark.parametrize(
    "query",
    [
        *HOSTILE.values(),
        "停 " * 5_000,
        "a,b " * 5_000,
        "ﷺ" * 5_000,
        'NEAR(停车 违法, 2) AND text : x OR NOT ^y * "',
    ],
)
def test_no_hostile_query_raises(index: Index, query: str) -> None:
    index.finds(query, "违法停车")


@pytest.mark.parametrize("query", ["", "   ", "，。！", "🚒 👩", '"', "*", "\0", "_-_"])
def test_a_query_without_words_asks_for_nothing(query: str) -> None:
    assert query_terms(query) is None


@pytest.mark.parametrize("query", ["停车", "车位", "违法停车", "占道停车位"])
def test_chinese_is_found_by_any_two_of_its_characters(index: Index, query: str) -> None:
    assert index.finds(query, "有人违法，占道停车位") == (query != "违法停车")


@pytest.mark.parametrize(
    "query",
    [
        "garage",
        "GARAGE LEAK",
        "leaks gar",
        "３号楼",
        "3号楼",
        "幸福里3号楼",
        "楼-leaks",
        "ガレージ",
        "ｶﾞﾚｰｼﾞ",
        "주차",
        "차장",
        "straße",
        "停車",
    ],
)
def test_other_scripts_widths_and_cases_are_found(index: Index, query: str) -> None:
    text = "Garage again, 幸福里3号楼 (leaks) ガレージ 주차장 STRASSE 停車場"
    assert index.finds(query, text)


@pytest.mark.parametrize("query", ["arage", "停车", "13号楼", "ga", "0000", "幸福里 absent"])
def test_parts_of_words_traditional_twins_and_parts_of_numbers_are_not_found(
    index: Index, query: str
) -> None:
    assert not index.finds(query, "Garage 幸福里3号楼 停車場 13800005521")


@pytest.mark.parametrize("query", ["停", "车", "停 车", "，停"])
def test_one_character_alone_is_not_asked_for(query: str) -> None:
    assert query_terms(query) is None


@pytest.mark.parametrize("query", ["3栋", "3栋前", "栋前a", "前a", "前a座", "a座"])
def test_one_character_beside_another_script_is_found(index: Index, query: str) -> None:
    assert index.finds(query, "幸福里3栋前a座")


def test_a_phone_tail_is_found_where_it_is_stored_as_a_term(index: Index) -> None:
    assert index.finds("5521 停车", "乱停车", number="440300202611050002 5521")
    assert not index.finds("5521", "电话13800005521", number="440300202611050002")


def test_terms_are_plain_words_with_spaces_between() -> None:
    assert index_terms("违法停车，A3栋") == "违 违法 法停 停车 ᵉ车a3 a3 ᵇ栋a3 栋"
    assert index_terms("里3号，停 車3") == "里 ᵉ里3 3 ᵇ号3 号 停 車 ᵉ車3 3"
    assert index_terms("，。\0 \ud800🚒_") == ""
    assert query_terms("违法停车 A3栋") == '"违法 法停 停车" AND "ᵇ栋a3"'
    assert query_terms("里3号楼 楼a 楼lamp") == '"ᵉ里3 3 ᵇ号3 号楼" AND "ᵉ楼a" AND "ᵉ楼lamp"*'
    assert query_terms("park 12") == '"park"* AND "12"'
