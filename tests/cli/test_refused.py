"""What the rules refuse at the command line has one clear answer, and its words are kept."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caseworker.cache import settings
from caseworker.cache.annotations import annotations_of, put_decision
from caseworker.cache.drafts import drafts
from caseworker.cli.annotating import context, unreasonable
from caseworker.cli.station import Station
from caseworker.model.annotation import Decision
from caseworker.model.taxonomy import built_in, built_in_toml
from caseworker.model.trouble import Trouble
from tests.builders import an_order, put
from tests.model.marks import an_id

ORDER = "440300202611050002"
GROUNDS = "要求安排工作，违反劳动合同法第十条"
EVIDENCE = ("--evidence", "finding=市监局认定书", "--evidence", "checked=已核查")
RETIRED = built_in_toml().replace(
    "[codes.U07]\n", '[codes.U07]\nretired = true\nsuccessor = "U06"\n'
)


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setenv("CASEWORKER_PASSPHRASE", "seven words")
    made = Station(tmp_path / "home", None, False)
    with made.cache() as cache:
        put(cache, an_order(ORDER))
    return made


def propose(station: Station, *more: str, text: str = GROUNDS, code: str = "U07") -> Result:
    words = ["0002", "--code", code, "--text", "-", "--as", "李敏", *EVIDENCE, *more]
    return CliRunner().invoke(unreasonable, words, obj=station, input=text)


def test_a_mark_of_which_more_was_asked_is_written_anew_and_does_not_stand_twice(
    station: Station,
) -> None:
    assert propose(station).exit_code == 0
    with station.cache() as cache:
        (first,) = annotations_of(cache, ORDER)
        asked = Decision(
            id=an_id(70),
            annotation_id=first.id,
            order_no=ORDER,
            ruling="more_asked",
            text="请补充现场照片",
            decided_by="市中心",
            decided_at=first.written_at,
        )
        with cache.writing():
            put_decision(cache, asked)
    assert propose(station, text=f"{GROUNDS}，照片已补").exit_code == 0
    with station.cache() as cache:
        anew = [one for one in annotations_of(cache, ORDER) if one.id != first.id]
        assert [one.supersedes for one in anew] == [first.id]


def told(answer: Result) -> str:
    assert isinstance(answer.exception, Trouble), answer.output
    assert answer.stdout == ""
    return str(answer.exception)


def test_a_code_that_the_hub_retired_yesterday_names_its_successor_and_loses_nothing(
    station: Station,
) -> None:
    with station.cache() as cache, cache.writing():
        version = f'version = "{built_in().version}"'
        settings.put(cache, taxonomy=RETIRED.replace(version, 'version = "heping-2"'))
    answer = told(propose(station))
    assert "U07 is no longer in force: U06 malicious use of the line has taken its place" in answer
    with station.cache() as cache:
        (kept,) = drafts(cache)
        assert annotations_of(cache, ORDER) == []
    assert kept.draft.id in answer
    assert (kept.draft.text, len(kept.draft.evidence)) == (GROUNDS, 2)
    # The same again keeps the same once.
    assert kept.draft.id in told(propose(station))
    with station.cache() as cache:
        assert len(drafts(cache)) == 1


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("依劳动合同法第十条" + "长" * 9_991, "U07", "The text is too long"),
        ("他无理取闹", "U07", "These words judge the person"),
        (" ", "U07", "Say in your own words why"),
        (GROUNDS, "U99", "There is no reason code U99"),
        (GROUNDS, "J02", "belongs to another kind of mark"),
        (GROUNDS, "U05", "U05 needs evidence"),
    ],
)
def test_bad_words_have_one_answer_each_and_are_kept(
    text: str, code: str, reason: str, station: Station
) -> None:
    assert reason in told(propose(station, text=text, code=code))
    with station.cache() as cache:
        (kept,) = drafts(cache)
    assert kept.draft.text == text.strip()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("a.png", "is not what its name says"), ("empty.png", "is empty"), ("gone.png", "no file")],
)
def test_a_file_that_is_none_is_answered_and_the_words_beside_it_are_kept(
    name: str, reason: str, station: Station, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    (tmp_path / "empty.png").write_bytes(b"")
    assert reason in told(propose(station, "--evidence", f"photo=@{tmp_path / name}"))
    with station.cache() as cache:
        (kept,) = drafts(cache)
    assert (kept.draft.text, len(kept.draft.evidence)) == (GROUNDS, 2)


def test_a_context_that_is_refused_is_kept_too(station: Station) -> None:
    words = ["0002", "--code", "C99", "--text", "一楼老人独居", "--as", "李敏"]
    assert "no reason code C99" in told(CliRunner().invoke(context, words, obj=station))
    with station.cache() as cache:
        assert [one.draft.text for one in drafts(cache)] == ["一楼老人独居"]
