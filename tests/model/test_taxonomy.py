"""The reason codes are DOMAIN §4 as data: each with its words, its evidence and its safeguards."""

import re
import tomllib

import msgspec
import pytest

from caseworker.model.taxonomy import Code, Words, built_in, built_in_toml, parse_taxonomy

KIND_OF_LETTER = {"U": "unreasonable", "R": "repeat", "J": "objection", "C": "context"}
EVERY_CODE = [
    f"{letter}{number:02d}"
    for letter, last in {"U": 7, "R": 6, "J": 8, "C": 6}.items()
    for number in range(1, last + 1)
]
UNREASONABLE = {code for code in EVERY_CODE if code.startswith("U")}

DEMANDS = {
    "U01": {"clause", "explained"},
    "U02": {"quote"},
    "U03": {"visitors", "visit", "told"},
    "U04": {"offered"},
    "U05": {"minutes", "members", "notice"},
    "U06": {"calls"},
    "U07": {"finding", "checked"},
    "R02": {"earlier_reply", "whats_new"},
}


def codes_with(flag: str) -> set[str]:
    return {name for name, code in built_in().codes.items() if getattr(code, flag)}


def test_every_code_of_the_domain_is_there_in_its_order() -> None:
    assert list(built_in().codes) == EVERY_CODE


@pytest.mark.parametrize("name", EVERY_CODE)
def test_a_code_says_in_both_languages_what_it_means_and_where_it_comes_from(name: str) -> None:
    code = built_in().codes[name]
    assert code.kind == KIND_OF_LETTER[name[0]]
    for words in (code.label, code.definition, code.basis):
        assert re.search("[\u4e00-\u9fff]", words.zh)
        assert words.en.strip()
        assert not re.search("[\u4e00-\u9fff]", words.en)
    assert code.definition.zh.count("。") == 1
    assert code.definition.zh.endswith("。")
    assert code.definition.en.endswith(".")


@pytest.mark.parametrize("name", EVERY_CODE)
def test_a_code_demands_what_the_domain_says_and_no_more(name: str) -> None:
    code = built_in().codes[name]
    assert set(code.demands) == DEMANDS.get(name, set())
    assert not set(code.demands) & set(code.likes)


@pytest.mark.parametrize(
    ("flag", "codes"),
    [
        ("review", UNREASONABLE | {"R02", "J06", "J08"}),
        ("safety_lock", UNREASONABLE | {"R02"}),
        ("second_reader", {"U02", "U04"}),
        ("abuse", {"U06"}),
        ("retired", set()),
    ],
)
def test_a_safeguard_stands_on_exactly_these_codes(flag: str, codes: set[str]) -> None:
    assert codes_with(flag) == codes


def test_only_another_channels_file_is_no_order() -> None:
    assert set(EVERY_CODE) - codes_with("needs_order") == {"R04"}


def test_a_lead_reads_only_what_anyone_else_must_read_too() -> None:
    assert codes_with("second_reader") <= codes_with("review")


def test_every_kind_of_evidence_can_be_typed_and_is_named_and_used() -> None:
    taxonomy = built_in()
    used = {kind for code in taxonomy.codes.values() for kind in (*code.demands, *code.likes)}
    assert used == set(taxonomy.evidence)
    for kind, words in taxonomy.evidence.items():
        assert re.fullmatch("[a-z]+(_[a-z]+)*", kind)
        assert words.zh
        assert words.en


def test_the_vulnerable_codes_are_context() -> None:
    taxonomy = built_in()
    assert taxonomy.vulnerable_codes == ("C01",)
    assert all(taxonomy.codes[name].kind == "context" for name in taxonomy.vulnerable_codes)


def test_no_word_stands_twice_in_a_lexicon() -> None:
    taxonomy = built_in()
    safety = [word for words in taxonomy.safety_words.values() for word in words]
    grounds = [*taxonomy.vague_words, *taxonomy.empty_words]
    for lexicon in (safety, grounds):
        assert len(lexicon) == len(set(lexicon))
        assert all(word == word.strip().casefold() != "" for word in lexicon)


SAFETY = [
    ("fire", "楼道里着火了", "着火"),
    ("fire", "建设路两侧乱停车，消防通道被占", "消防通道"),
    ("fire", "Cars parked on the FIRE lane", "fire"),
    ("fire", "It burned down last night", "burned"),
    ("fire", "电动车飞线充电", "飞线充电"),
    ("gas", "燃气泄漏，楼道里有很浓的味道", "燃气"),
    ("gas", "闻到gas味", "gas"),
    ("gas", "smell of gas in the stairwell", "gas"),
    ("collapse", "围墙倒塌", "倒塌"),
    ("collapse", "the wall has collapsed", "collapsed"),
    ("collapse", "井盖缺失，晚上有人绊倒", "井盖缺失"),
    ("electric", "路灯杆漏电", "漏电"),
    ("electric", "An exposed wire hangs over the path", "exposed wire"),
    ("suicide", "再不解决我就跳楼", "跳楼"),
    ("suicide", "She said she wants to die", "wants to die"),
    ("violence", "被邻居殴打", "殴打"),
    ("violence", "He threatened the guard with a knife", "threatened"),
    ("minors", "有未成年人在网吧", "未成年"),
    ("minors", "Two children play beside the pit", "children"),
    ("food_medicine", "超市卖过期食品", "过期食"),
    ("food_medicine", "药品断供", "药品"),
    ("food_medicine", "food poisoning after lunch", "poisoning"),
    ("group_wage_arrears", "工地拖欠我们三十多个工人工资", "工人工资"),
    ("group_wage_arrears", "Thirty men have unpaid wages", "unpaid wages"),
]


@pytest.mark.parametrize(("topic", "text", "word"), SAFETY)
def test_a_word_of_danger_is_heard(topic: str, text: str, word: str) -> None:
    assert built_in().safety_word(text) == word
    assert word in built_in().safety_words[topic]


@pytest.mark.parametrize(
    "text",
    [
        "要求关闭楼内防火门和通风门，物业答复不能关",
        "逃生门一直敞开",
        "防火门敞开无人管",
        "The fire doors and vent doors of the tower stand open",
        "Escape doors do not shut",
    ],
)
def test_the_fire_doors_that_were_once_not_accepted_lock(text: str) -> None:
    assert built_in().safety_word(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "要求安排工作并补发十年工资",
        "来电人反映了多少年，拨打人工客服无果",
        "地下车库又渗水了，打了好几次电话没人管",
        "firewood piled in Gaston's sparkling kitchenette",
        "wants a job and ten years of back pay",
    ],
)
def test_everyday_words_do_not_lock(text: str) -> None:
    assert built_in().safety_word(text) == ""


def test_an_empty_lexicon_finds_nothing() -> None:
    bare = msgspec.structs.replace(built_in(), safety_words={}, vague_words=(), empty_words=())
    assert bare.safety_word("着火") == ""
    assert bare.without_vague_words("无理取闹 the") == "无理取闹 the"


def test_a_city_can_bring_its_own_codes() -> None:
    own = parse_taxonomy(built_in_toml().replace('"2026.2"', '"泉州-3"'))
    assert own.version == "泉州-3"
    assert list(own.codes) == EVERY_CODE


def test_a_taxonomy_that_lacks_something_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        parse_taxonomy('version = "1"')
    with pytest.raises(tomllib.TOMLDecodeError):
        parse_taxonomy("version = ")


def test_retired_codes_are_not_offered_but_can_still_be_read() -> None:
    taxonomy = built_in()
    retired = msgspec.structs.replace(taxonomy.codes["R06"], retired=True)
    later = msgspec.structs.replace(taxonomy, codes=taxonomy.codes | {"R06": retired})
    assert list(later.of_kind("repeat")) == ["R01", "R02", "R03", "R04", "R05"]
    assert later.codes["R06"].label.zh == "催办"


def test_words_come_in_the_language_of_the_desk() -> None:
    words = Words(zh="催办", en="progress chase")
    assert words.in_language("zh_CN") == "催办"
    assert words.in_language("en") == "progress chase"


def test_a_code_that_says_no_basis_is_refused() -> None:
    code = msgspec.to_builtins(built_in().codes["R01"])
    del code["basis"]
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(code, Code)
