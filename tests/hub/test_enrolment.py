"""A code lets one device in, once and in time; a token holds until it ends."""

import hmac
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from caseworker.model.wire import Enrolment, EnrolmentRequest
from hub import enrolment, units
from hub.limits import Allowance
from hub.problems import Refusal
from hub.store import Store, device, enrolment_code
from tests.hub.town import START, STREET, Town, a_town, problem


def test_a_code_is_good_for_one_device(town: Town) -> None:
    code = town.code("李敏")
    first = town.client.post("/v1/enrolments", json={"code": code, "device": "一号"})
    second = town.client.post("/v1/enrolments", json={"code": code, "device": "二号"})
    assert first.status_code == 201
    assert first.json().keys() == {"token", "worker", "unit", "generation"}
    assert problem(second) == (403, "enrolment_used")


def test_a_code_may_be_typed_in_any_way_that_reads_the_same(town: Town) -> None:
    code = town.code("李敏").lower().replace("-", " ")
    answer = town.client.post("/v1/enrolments", json={"code": f" {code} ", "device": "d"})
    assert answer.status_code == 201


def test_a_wrong_code_and_one_that_is_too_old_let_nobody_in(town: Town) -> None:
    code = town.code("李敏")
    wrong = town.client.post("/v1/enrolments", json={"code": "AAAA-BBBB-CCCC", "device": "d"})
    town.wait(enrolment.CODE_LIFE)
    late = town.client.post("/v1/enrolments", json={"code": code, "device": "d"})
    assert problem(wrong) == (403, "enrolment_unknown")
    assert problem(late) == (403, "enrolment_expired")


def test_two_devices_that_use_a_code_at_the_same_moment_do_not_both_get_in(store: Store) -> None:
    with store.writing() as connection:
        place = units.ensure(connection, STREET)
        code = enrolment.add_worker(connection, "李敏", place, "office", "store test", START)
    barrier = Barrier(4)
    came_in: list[Enrolment] = []
    turned_away: list[str] = []

    def come(number: int) -> None:
        barrier.wait()
        try:
            with store.writing() as connection:
                request = EnrolmentRequest(code, f"device {number}")
                came_in.append(enrolment.enrol(connection, request, START))
        except Refusal as refusal:
            turned_away.append(refusal.reason)

    threads = [Thread(target=come, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came_in) == 1
    assert turned_away == ["enrolment_used"] * 3


def test_neither_code_nor_token_can_be_read_from_the_store(town: Town) -> None:
    code = town.code("李敏")
    answer = town.client.post("/v1/enrolments", json={"code": code, "device": "d"}).json()
    with town.store.reading() as connection:
        held = str(connection.execute(select(enrolment_code)).all())
        held += str(connection.execute(select(device)).all())
    assert code not in held
    assert code.replace("-", "") not in held
    assert answer["token"].partition(".")[2] not in held


def test_each_way_in_which_a_token_fails_has_its_own_reason(town: Town) -> None:
    desk = town.enrol("李敏")
    other = town.enrol("王强")
    assert problem(town.client.get("/v1/me")) == (401, "token_missing")
    for made_up in ("x", f"{desk.token}x", f"{desk.token.partition('.')[0]}.", "é.é"):
        headers = {b"Authorization": f"Bearer {made_up}".encode("latin-1")}
        answer = town.client.get("/v1/me", headers=headers)
        assert problem(answer) == (401, "token_unknown")
        assert answer.headers["www-authenticate"] == "Bearer"
    with town.store.writing() as connection:
        place = units.ensure(connection, STREET)
        assert enrolment.revoke(connection, "李敏", place, "store test", START) == 1
    assert problem(desk.get("/v1/me")) == (401, "token_revoked")
    town.wait(enrolment.TOKEN_LIFE + timedelta(seconds=1))
    assert problem(other.get("/v1/me")) == (401, "token_expired")


def test_a_secret_is_compared_in_constant_time_whether_the_device_is_known_or_not(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = town.enrol("李敏")
    known = desk.token.partition(".")[0]
    compared: list[tuple[str, str]] = []
    compare = hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    for token in (desk.token, f"{known}.wrong", "0123456789abcdef.wrong", "no-dot"):
        compared.clear()
        town.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        ((held, given),) = compared
        assert len(given) == 64
        assert len(held) == (64 if token.startswith(known) else 0)
        assert desk.token not in (held, given)


def test_revoking_a_worker_ends_the_codes_that_were_not_used_yet(town: Town) -> None:
    code = town.code("李敏")
    with town.store.writing() as connection:
        place = units.ensure(connection, STREET)
        enrolment.revoke(connection, "李敏", place, "store test", START)
    answer = town.client.post("/v1/enrolments", json={"code": code, "device": "d"})
    assert problem(answer) == (403, "enrolment_used")


def test_the_same_worker_added_again_gets_another_device_and_the_role_given(town: Town) -> None:
    old, new = town.enrol("李敏", role="office"), town.enrol("李敏", role="lead")
    assert old.token != new.token
    for desk in (old, new):
        assert desk.get("/v1/me").json()["roles"] == ["lead"]


def test_me_tells_who_one_is_and_what_the_hub_takes(town: Town) -> None:
    town.code("赵丽", "heping/xingfuli", "cadre")
    me = town.enrol("李敏").get("/v1/me").json()
    assert (me["worker"], me["unit"], me["level"]) == ("李敏", STREET, "street")
    assert me["scope"] == [STREET, "heping/xingfuli"]
    assert me["limits"] == {"page": 2000, "batch": 500, "body_bytes": 4 * 1024 * 1024}
    assert me["taxonomy_version"]


def test_a_desk_that_guesses_codes_is_slowed_down(town: Town) -> None:
    body = {"code": "AAAA-BBBB-CCCC", "device": "d"}
    answers = [town.client.post("/v1/enrolments", json=body) for _i in range(40)]
    assert problem(answers[0]) == (403, "enrolment_unknown")
    assert problem(answers[-1]) == (429, "too_many_requests")
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_a_desk_may_not_ask_without_end(store: Store) -> None:
    with a_town(store, requests=Allowance(burst=5, per_second=0.01)) as town:
        hasty, other = town.enrol("李敏"), town.enrol("王强")
        answers = [hasty.get("/v1/me") for _i in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) > 1
        assert other.get("/v1/me").status_code == 200
