"""Who may do what: every call, every role, every order; and a token's worth."""

import pytest
from httpx import Response

from caseworker.model.me import Role
from tests.hub.town import OTHER_STREET, XINGFULI, Desk, Town, an_order, context, problem, told

OPEN = {
    "cadre": {"me", "feed", "annotations"},
    "office": {"me", "feed", "annotations"},
    "lead": {"me", "feed", "annotations"},
    "centre": {"me", "feed", "orders", "decisions"},
}


def call(desk: Desk, name: str) -> Response:
    match name:
        case "annotations":
            return desk.post("/v1/annotations", {"annotations": []})
        case "orders":
            return desk.post("/v1/orders", {"orders": []})
        case "decisions":
            return desk.decide(context(9))
        case _:
            return desk.get(f"/v1/{name}")


@pytest.mark.parametrize("role", list(OPEN))
@pytest.mark.parametrize("name", ["me", "feed", "annotations", "orders", "decisions"])
def test_a_role_opens_its_calls_and_no_other(town: Town, role: Role, name: str) -> None:
    answer = call(town.enrol("李敏", role=role), name)
    if name in OPEN[role]:
        assert answer.status_code in (200, 404)
    else:
        assert problem(answer) == (403, "role_missing")


@pytest.mark.parametrize("name", ["me", "feed", "annotations", "orders", "decisions"])
def test_without_a_token_nothing_opens_whatever_the_body(town: Town, name: str) -> None:
    nobody = town.enrol("李敏")
    nobody.token = "0123456789abcdef.made-up"
    assert problem(call(nobody, name)) == (401, "token_unknown")
    answer = town.client.request(
        "GET" if name in ("me", "feed") else "POST", f"/v1/{name}", content=b"{not json"
    )
    assert problem(answer) == (401, "token_missing")


def test_every_worker_sees_the_orders_below_and_none_beside(town: Town) -> None:
    places = {"street": "heping", "community": XINGFULI, "other": OTHER_STREET}
    for name, unit in places.items():
        town.load(an_order(name), unit=unit)
    seen = {
        name: {line.split()[1].partition("@")[0] for line in told(desk.pull()[0])}
        for name, desk in ((name, town.enrol(name, unit)) for name, unit in places.items())
    }
    assert seen == {
        "street": {"street", "community"},
        "community": {"community"},
        "other": {"other"},
    }


def test_a_unit_whose_name_begins_like_another_is_not_below_it(town: Town) -> None:
    town.load(an_order("1"), unit="heping2")
    town.load(an_order("2"), unit="heping2/xingfuli")
    assert town.enrol("李敏", "heping").pull()[0] == []


def test_health_needs_no_token_and_tells_the_generation(town: Town) -> None:
    body = town.client.get("/v1/health").json()
    assert body["status"] == "ok"
    assert body["generation"] == town.enrol("李敏").page().generation
