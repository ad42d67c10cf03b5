"""The reason codes can be replaced at the hub; a code retired yesterday is answered clearly."""

import pytest
from msgspec import structs

from caseworker.desk.wording import sentence
from caseworker.model.taxonomy import built_in, built_in_toml
from caseworker.model.trouble import Trouble
from caseworker.model.wire import TaxonomyChange
from hub import codes
from tests.hub.town import Desk, Town, an_id, an_order
from tests.model.marks import a_mark

VERSION = f'version = "{built_in().version}"'


def anew(version: str, *changes: tuple[str, str]) -> str:
    """The built-in codes with another version, and other changes."""
    toml = built_in_toml().replace(VERSION, f'version = "{version}"')
    for before, after in changes:
        assert before in toml
        toml = toml.replace(before, after)
    return toml


RETIRE_U07 = ("[codes.U07]\n", "[codes.U07]\nretired = true\n")


def load(town: Town, toml: str) -> None:
    with town.store.writing() as connection:
        codes.load(connection, toml, town.time)


def delivered(desk: Desk, cursor: str = "") -> list[str]:
    """The versions of the codes that the next page brings."""
    page = desk.page(cursor)
    return [change.version for change in page.changes if isinstance(change, TaxonomyChange)]


def test_loaded_codes_reach_every_desk_of_a_running_hub_once(town: Town) -> None:
    office = town.enrol("李敏")
    cursor = office.page().cursor
    load(town, anew("heping-1", RETIRE_U07))
    assert delivered(office, cursor) == ["heping-1"]
    assert office.get("/v1/me").json()["taxonomy_version"] == "heping-1"
    cursor = office.page(cursor).cursor
    load(town, anew("heping-1", RETIRE_U07))
    assert delivered(office, cursor) == []
    assert delivered(office) == ["heping-1"]


def test_a_code_retired_yesterday_is_answered_clearly(town: Town) -> None:
    town.load(an_order("1"))
    office = town.enrol("李敏")
    before = office.store(a_mark("U07", id=an_id(1), order_no="1"))
    load(town, anew("heping-1", RETIRE_U07))
    result = office.say(a_mark("U07", id=an_id(2), order_no="1"))
    assert (result.verdict, result.reason, result.params["code"]) == (
        "refused",
        "code_retired",
        "U07",
    )
    # What was stored before stays, and sending it again is answered as ever.
    assert office.send(before)[0].verdict == "replayed"


def test_a_retired_code_names_the_one_that_took_its_place(town: Town) -> None:
    town.load(an_order("1"))
    office = town.enrol("李敏")
    retired = '[codes.U07]\nretired = true\nsuccessor = "{}"\n'
    for wrong in ("U99", "U07", "J01"):
        with pytest.raises(Trouble, match="cannot take the place"):
            load(town, anew("heping-0", ("[codes.U07]\n", retired.format(wrong))))
    load(town, anew("heping-1", ("[codes.U07]\n", retired.format("U06"))))
    result = office.say(a_mark("U07", id=an_id(2), order_no="1"))
    assert (result.reason, result.params) == ("code_replaced", {"code": "U07", "successor": "U06"})
    assert "U06 malicious use" in sentence(result.reason, result.params)


def test_a_new_code_is_taken_once_it_is_loaded(town: Town) -> None:
    town.load(an_order("1"))
    office = town.enrol("李敏")
    mark = a_mark("C03", id=an_id(1), order_no="1")
    fresh = anew(
        "heping-1", ("[codes.C06]\n", '[codes.C07]\nkind = "context"\n' + WORDS + "\n[codes.C06]\n")
    )
    for loaded, reason in ((False, "code_unknown"), (True, "")):
        if loaded:
            load(town, fresh)
        result = office.say(structs.replace(mark, code="C07"))
        assert result.reason == reason


WORDS = "\n".join(
    f'{field} = {{ zh = "新", en = "new" }}' for field in ("label", "definition", "basis")
)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("version = ", "holds no reason codes"),
        ('version = "1"', "holds no reason codes"),
        (anew(" "), "a version of at most"),
        (anew("x" * 101), "a version of at most"),
        (anew(built_in().version, RETIRE_U07), "raise it"),
        (anew("heping-1", ("[codes.U07]", "[codes.U77]")), "U07"),
    ],
    ids=["no toml", "no codes", "blank", "long", "same version", "a code left out"],
)
def test_codes_that_would_confuse_are_not_loaded(town: Town, toml: str, words: str) -> None:
    with pytest.raises(Trouble, match=words):
        load(town, toml)
    with town.store.reading() as connection:
        assert codes.in_force(connection) == codes.BUILT_IN


def test_an_old_version_does_not_come_back_under_its_name(town: Town) -> None:
    load(town, anew("heping-1"))
    load(town, anew("heping-2"))
    with pytest.raises(Trouble, match="raise it"):
        load(town, anew("heping-1", RETIRE_U07))
