"""Templates: built in, a city's own, in words where one cannot be used, and the others work."""

from pathlib import Path

import pytest
from msgspec import structs

from caseworker import locale
from caseworker.cache.connection import Cache
from caseworker.desk import annotate
from caseworker.desk.annotate import Refused, new_draft
from caseworker.desk.templates import FILE_BYTES_MAX, Templates, begin, filled, templates
from caseworker.model.taxonomy import built_in
from caseworker.model.trouble import Trouble
from tests.builders import LI_MIN, NOW, an_order, put

NUMBER = "90000001"


def known(home: Path, toml: str | bytes = "", name: str = "own.toml") -> Templates:
    (home / "templates").mkdir(exist_ok=True)
    if toml:
        body = toml.encode() if isinstance(toml, str) else toml
        (home / "templates" / name).write_bytes(body)
    return templates(home, built_in())


def test_the_built_in_ones_can_all_be_used_in_both_languages() -> None:
    found = templates(None, built_in())

    assert found.troubles == []
    assert {one.code for one in found.named.values()} == set(built_in().of_kind("context"))
    for one in found.named.values():
        assert set(one.fill_ins()) == set(one.fill)
        in_english = one.words()
        locale.set_language("zh_CN")
        assert one.words() != in_english
        locale.set_language("en")


def test_a_home_s_own_stands_beside_them_and_takes_the_place_of_its_namesake(
    tmp_path: Path,
) -> None:
    found = known(
        tmp_path,
        '[templates.notice]\nlabel = "告示"\ntext = "{哪里} 已贴告示"\ncode = "C05"\n'
        '[templates.promise]\nlabel = "承诺"\ntext = "{who} 说了"\n',
    )

    assert found.troubles == []
    assert found.named["notice"].words() == "{哪里} 已贴告示"
    assert found.named["promise"].words() == "{who} 说了"
    assert "visit" in found.named


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('[templates.x]\nlabel = "X"\ntext = "{who"\n', "brace"),
        ('[templates.x]\nlabel = "X"\ntext = "a"\ncode = "U01"\n', "no context code U01"),
        ('[templates.x]\nlabel = "X"\ntext = "a"\ncolour = 1\n', "colour"),
        ('[templates.x]\nlabel = "X"\ntext = " "\n', "empty"),
        ('[templates.x]\nlabel = "X"\ntext = "a"\n[templates.x.fill]\nwho = "谁"\n', "who"),
        ('[templates.x]\nlabel = 3\ntext = "a"\n', "label"),
        (f'[templates.x]\nlabel = "X"\ntext = "{"字" * 8_001}"\n', "too long"),
        ("[templates.x\n", "not TOML"),
        ('[other]\nlabel = "X"\n', "[templates.NAME]"),
        ("templates = 3\n", "[templates.NAME]"),
        (b"\xff\xfe", "UTF-8"),
        (b"#" * (FILE_BYTES_MAX + 1), "too long"),
    ],
)
def test_one_that_cannot_be_used_is_told_and_the_others_work(
    toml: str | bytes, told: str, tmp_path: Path
) -> None:
    known(tmp_path, '[templates.good]\nlabel = "好"\ntext = "好的"\n', "a.toml")
    found = known(tmp_path, toml, "b.toml")

    (trouble,) = found.troubles
    assert told in trouble
    assert "b.toml" in trouble
    assert "good" in found.named
    assert "promise" in found.named
    assert "x" not in found.named


def test_begun_words_stand_behind_what_was_written_and_bring_their_code(tmp_path: Path) -> None:
    promise = known(tmp_path).named["promise"]

    draft = begin(structs.replace(new_draft(NUMBER, "context"), text="物业来过。"), promise)

    assert draft.code == "C03"
    assert draft.text == "物业来过。\n{who} has promised to {what} by {date}."
    assert draft.openings == ("{who}", "{what}", "{date}")


def test_an_open_fill_in_is_named_and_the_draft_is_not_saved_with_it(
    cache: Cache, tmp_path: Path
) -> None:
    put(cache, an_order(NUMBER))
    draft = begin(new_draft(NUMBER, "context"), known(tmp_path).named["promise"])
    half = structs.replace(draft, text=draft.text.replace("{who}", "物业"))

    with pytest.raises(Refused, match=r"\{what\} \{date\}"):
        annotate.write(cache, half, LI_MIN, NOW)

    whole = half.text.replace("{what}", "修好").replace("{date}", "二十日")
    written = annotate.write(cache, structs.replace(half, text=whole), LI_MIN, NOW)
    assert written.annotation.text == "物业 has promised to 修好 by 二十日."


def test_braces_of_one_s_own_are_no_fill_ins(cache: Cache) -> None:
    put(cache, an_order(NUMBER))
    draft = structs.replace(new_draft(NUMBER, "context"), code="C03", text="门牌{3}号")

    assert annotate.write(cache, draft, LI_MIN, NOW).annotation.text == "门牌{3}号"


def test_without_a_form_every_fill_in_is_asked_for_by_name(tmp_path: Path) -> None:
    promise = known(tmp_path).named["promise"]

    with pytest.raises(Trouble, match=r"what \(what\), date \(date\)"):
        filled(promise, "promise", {"who": "物业"})
    with pytest.raises(Trouble, match="no fill-in whom"):
        filled(promise, "promise", {"whom": "物业"})
    words = filled(promise, "promise", {"who": "{date}", "what": "mend it", "date": "Friday"})
    assert words == "{date} has promised to mend it by Friday."
