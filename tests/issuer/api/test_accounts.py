"""Accounts over HTTP: only of lower levels, only in one's own area; tokens told once."""

import pytest

from tests.issuer.api.service import PASSWORD, Service

NEW = {"account": "tram-46002", "level": "site", "site": "46002", "province": "46",
       "password": PASSWORD}  # fmt: skip


def test_an_account_from_its_making_to_its_end(either: Service) -> None:
    made = either.post("/v1/accounts", NEW, by="hue")
    assert (made.status, made.headers["location"]) == (201, "/v1/accounts/tram-46002")
    assert made.json["state"] == "open"
    signed = either.post("/v1/session", {"account": "tram-46002", "password": PASSWORD}, by=None)
    assert signed.status == 201
    token = either.post("/v1/accounts/tram-46002/token", {"days": 30}, by="hue")
    either.tokens["software"] = token.json["token"]
    assert either.get("/v1/session", by="software").json["site"] == "46002"
    assert either.post("/v1/accounts/tram-46002/close", None, by="hue").status == 204
    assert either.get("/v1/accounts/tram-46002", by="hue").json["state"] == "closed"
    assert either.get("/v1/session", by="software").status == 401
    assert either.post("/v1/accounts/tram-46002/open", None, by="hue").status == 204
    new = {"password": "six words and an 8"}
    assert either.post("/v1/accounts/tram-46002/password", new, by="hue").status == 204
    assert [action for actor, action, _ in either.trail() if actor == "hue"] == [
        "account.add", "account.token", "account.close", "account.open", "account.password",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "seen"),
    [
        ("nation", {*["auditor", "hue", "hue-474", "vinh-ninh", "hcmc", "hcmc-760", "ben-nghe"]}),
        ("hue", {"hue-474", "vinh-ninh"}),
        ("hcmc", {"hcmc-760", "ben-nghe"}),
    ],
)
def test_who_sees_which_accounts(service: Service, by: str, seen: set[str]) -> None:
    listed = service.get("/v1/accounts", by=by).json["accounts"]
    assert {one["account"] for one in listed} == seen


@pytest.mark.parametrize("name", ["nation", "auditor", "hue", "hcmc-760", "ben-nghe", "nobody"])
@pytest.mark.parametrize("what", ["", "/close", "/open", "/token", "/password"])
def test_accounts_of_others_are_not_there(service: Service, name: str, what: str) -> None:
    documents = {"/token": {"days": 1}, "/password": {"password": PASSWORD}}
    before = service.trail()
    method = "POST" if what else "GET"
    answer = service.call(method, f"/v1/accounts/{name}{what}", documents.get(what), by="hue")
    assert answer.problem == (404, "not-found")
    assert service.trail() == before


@pytest.mark.parametrize(
    ("by", "changes", "problem"),
    [
        ("hue", {"level": "nation", "site": None, "province": None}, (403, "not-allowed")),
        ("hue", {"level": "province", "site": None}, (403, "not-allowed")),
        ("hue", {"level": "auditor", "site": None}, (403, "not-allowed")),
        ("hue", {"province": "79"}, (403, "not-allowed")),
        ("hue", {"province": None}, (403, "not-allowed")),
        ("nation", {"level": "nation", "site": None, "province": None}, (403, "not-allowed")),
        ("hue", {"account": "vinh-ninh"}, (409, "conflict")),
        ("hue", {"account": "hcmc"}, (409, "conflict")),
        ("hue", {"account": "Trạm"}, (409, "conflict")),
        ("hue", {"site": None}, (409, "conflict")),
        ("hue", {"site": "a b"}, (409, "conflict")),
        ("hue", {"level": "king"}, (422, "invalid-request")),
        ("hue", {"password": "short"}, (422, "invalid-request")),
        ("hue", {"password": None}, (422, "invalid-request")),
        ("hue", {"more": 1}, (422, "invalid-request")),
    ],
)
def test_an_account_that_is_not_made(
    service: Service, by: str, changes: dict[str, object], problem: tuple[int, str]
) -> None:
    count = service.world.count("accounts")
    assert service.post("/v1/accounts", NEW | changes, by=by).problem == problem
    assert service.world.count("accounts") == count


@pytest.mark.parametrize("days", [0, 367, "30", 1.5, None, True])
def test_a_token_lives_at_most_a_year(service: Service, days: object) -> None:
    answer = service.post("/v1/accounts/vinh-ninh/token", {"days": days}, by="hue")
    assert answer.problem == (422, "invalid-request")
