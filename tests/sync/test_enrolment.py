"""A home is one worker's at one hub; words never go where they were not written for."""

import pytest

from caseworker.cache import drafts, outbox, settings
from caseworker.cache.connection import Cache, open_plain
from caseworker.desk.worker import worker
from caseworker.model.trouble import HubOutOfReach, Trouble
from sync.enrolment import client_of, enrol
from sync.hotline import NotTaken
from tests.builders import a_draft, an_order, put, say
from tests.sync.street import HUB, NOW, Desk, Street, a_street

ORDER = "440300202611050002"


def test_the_token_is_kept_encrypted_and_the_worker_is_known(street: Street) -> None:
    desk = street.desk("李敏")
    token = settings.get(desk.cache, "token")
    assert token
    assert token.encode() not in desk.cache.path.read_bytes()
    me = worker(desk.cache)
    assert (me.name, me.unit, me.roles, me.enrolled) == ("李敏", "heping", ("office",), True)
    assert settings.get(desk.cache, "hub") == HUB


def test_words_from_before_the_enrolment_go_out_under_the_workers_name(street: Street) -> None:
    cache = street.cache("early")
    street.load(an_order(ORDER, revision=0))
    put(cache, an_order(ORDER), from_hub=False)
    early = say(cache, a_draft(ORDER)).annotation
    desk = Desk(cache, street.line())
    enrol(cache, HUB, street.code("陈静"), desk.line)
    assert desk.synced().pushed == 1
    assert [(one.id, one.author) for one in desk.said(ORDER)] == [(early.id, "陈静")]


def test_a_code_serves_once(street: Street) -> None:
    code = street.code("李敏")
    enrol(street.cache("one"), HUB, code, street.line())
    with pytest.raises(NotTaken, match="used before"):
        enrol(street.cache("two"), HUB, code, street.line())


def test_a_wrong_code_is_told_and_nothing_is_kept(street: Street) -> None:
    cache = street.cache("one")
    with pytest.raises(NotTaken, match="does not know this code"):
        enrol(cache, HUB, "AAAA-BBBB-CCCC", street.line())
    assert settings.get(cache, "hub") == ""
    with pytest.raises(Trouble, match="not enrolled"):
        client_of(cache)


def test_a_code_is_never_sent_twice(street: Street) -> None:
    line = street.line()
    line.faults = ["", "timeout_before"]
    with pytest.raises(HubOutOfReach):
        enrol(street.cache("one"), HUB, street.code("李敏"), line)
    assert line.asked.count("POST /v1/enrolments") == 1


def test_enrolling_again_keeps_what_waits_and_the_device(street: Street) -> None:
    street.load(an_order(ORDER, revision=0))
    desk = street.desk("李敏")
    desk.synced()
    device, cursor = (settings.get(desk.cache, name) for name in ("device", "cursor"))
    written = desk.write(a_draft(ORDER))
    enrol(desk.cache, HUB, street.code("李敏"), desk.line)
    # The hub may have moved: it is known by its generation.
    enrol(desk.cache, "http://localhost:9", street.code("李敏"), desk.line)
    assert settings.get(desk.cache, "device") == device
    assert settings.get(desk.cache, "cursor") == cursor
    assert desk.states() == {written.id: "waiting"}
    assert desk.synced().pushed == 1


def test_another_workers_code_is_refused_while_something_is_unsettled(street: Street) -> None:
    street.load(an_order(ORDER, revision=0))
    desk = street.desk("李敏")
    desk.synced()
    written = desk.write(a_draft(ORDER))
    with pytest.raises(Trouble, match="--home"):
        enrol(desk.cache, HUB, street.code("陈静", "lead"), desk.line)
    assert desk.synced().pushed == 1
    assert desk.states() == {written.id: "receipted"}


def test_another_hub_is_refused_before_the_code_is_spent(
    street: Street, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = street.desk("李敏")
    put(desk.cache, an_order(ORDER))
    drafts.save_draft(desk.cache, a_draft(ORDER), NOW)
    with a_street(tmp_path_factory.mktemp("other")) as other:
        code = other.code("李敏")
        line = other.line()
        with pytest.raises(Trouble, match="--home"):
            enrol(desk.cache, "http://localhost:2", code, line)
        assert line.asked == ["GET /v1/health"]
        enrol(other.cache("fresh"), "http://localhost:2", code, line)


def test_with_all_settled_another_worker_starts_without_the_orders_of_the_first(
    street: Street,
) -> None:
    street.load(an_order(ORDER, revision=0), unit="heping/xingfuli")
    street.load(an_order("440300202611050003", revision=0), unit="heping/laojie")
    desk = street.desk("李敏")
    desk.synced()
    written = desk.write(a_draft("440300202611050003"))
    desk.synced()
    enrol(desk.cache, HUB, street.code("赵刚", "cadre", "heping/xingfuli"), desk.line)
    assert not desk.holds(ORDER)
    desk.synced()
    assert desk.holds(ORDER)
    assert not desk.holds("440300202611050003")
    # A record of what was said stays; it is offered to nobody.
    assert desk.states() == {written.id: "receipted"}
    backup = street.backup()
    street.restore(backup)
    assert desk.synced().pushed == 0
    kept = outbox.item(desk.cache, written.id)
    assert kept is not None
    assert kept.annotation.text == written.text


def test_a_file_that_is_not_encrypted_holds_no_token(street: Street, cache: Cache) -> None:
    place = cache.path.with_name("plain.db")
    cache.execute("ATTACH DATABASE ? AS plain KEY ''", (str(place),))
    cache.execute("SELECT sqlcipher_export('plain')")
    cache.execute(f"PRAGMA plain.user_version = {cache.value('PRAGMA user_version')}")
    cache.execute("DETACH DATABASE plain")
    with open_plain(place) as plain, pytest.raises(Trouble, match="not encrypted"):
        enrol(plain, HUB, street.code("李敏"), street.line())
