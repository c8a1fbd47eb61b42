"""Signing in over HTTP: tokens in a header alone, waiting, and what ends a session."""

import json

import pytest

from issuer.access.sign_in import SESSION_SECONDS
from issuer.api.call import address_of
from tests.issuer.api.service import PASSWORD, Answer, Service


def sign_in(service: Service, account: str = "hue", password: str = PASSWORD) -> Answer:
    return service.post("/v1/session", {"account": account, "password": password}, by=None)


def test_a_session_from_its_beginning_to_its_end(either: Service) -> None:
    opened = sign_in(either)
    assert (opened.status, opened.json["level"]) == (201, "province")
    either.tokens["me"] = opened.json["token"]
    shown = either.get("/v1/session", by="me")
    assert (shown.json["account"], shown.json["province"]) == ("hue", "46")
    assert "manage_accounts" in shown.json["rights"]
    assert "erase_person" not in shown.json["rights"]
    assert either.call("DELETE", "/v1/session", by="me").status == 204
    assert either.get("/v1/session", by="me").problem == (401, "unsigned")
    actions = [(actor, action) for actor, action, _ in either.trail()]
    assert actions == [("hue", "session.open"), ("hue", "session.close")]


def test_a_session_is_over_after_its_time(service: Service) -> None:
    service.tokens["me"] = sign_in(service).json["token"]
    service.world.clock.advance(SESSION_SECONDS)
    assert service.get("/v1/session", by="me").problem == (401, "unsigned")


@pytest.mark.parametrize(
    ("account", "password"), [("hue", "wrong"), ("nobody", PASSWORD), ("HUE", PASSWORD)]
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    service: Service, account: str, password: str
) -> None:
    answer = sign_in(service, account, password)
    assert answer.problem == (401, "sign-in-failed")
    assert answer.json["detail"] == "the account name or the password is wrong; try again."


def test_after_five_wrong_passwords_an_account_waits(service: Service) -> None:
    for _ in range(5):
        assert sign_in(service, password="wrong").status == 401
    waits = sign_in(service)
    assert waits.problem == (429, "too-many-requests")
    assert (waits.json["reason"], waits.headers["retry-after"]) == ("must_wait", "30")
    service.world.clock.advance(30)
    assert sign_in(service).status == 201


def test_a_machine_that_tries_all_names_is_slowed_down(service: Service) -> None:
    answers = [sign_in(service, f"name-{number}", "wrong") for number in range(25)]
    assert [one.status for one in answers] == [401] * 20 + [429] * 5
    assert "must_wait" not in answers[-1].body.decode()


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer dpt_unknown",
        "bearer {token}",
        "Basic {token}",
        "{token}",
        "Bearer {token}x",
        "Bearer " + "x" * 10_000,
        "Bearer d\xefp",
    ],
)
def test_what_is_no_token(service: Service, header: str | None) -> None:
    token = service.tokens["nation"]
    headers = {} if header is None else {"Authorization": header.format(token=token)}
    answer = service.call("GET", "/v1/session", by=None, headers=headers)
    assert answer.problem == (401, "unsigned")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_cookie_or_a_parameter_signs_nobody_in(service: Service) -> None:
    token = service.tokens["nation"]
    for headers in ({"Cookie": f"token={token}"}, {"X-Token": token}):
        assert service.call("GET", "/v1/session", by=None, headers=headers).status == 401
    assert service.get(f"/v1/session?token={token}", by=None).status == 401


def test_a_closed_account_is_out_at_once(service: Service) -> None:
    assert service.post("/v1/accounts/vinh-ninh/close", None, by="hue").status == 204
    assert service.get("/v1/session", by="vinh-ninh").problem == (401, "unsigned")


def test_another_password_ends_every_session(service: Service) -> None:
    new = "six words, 8 and a ninth"
    changed = service.post("/v1/session/password", {"present": PASSWORD, "new": new}, by="hue")
    assert changed.status == 204
    assert service.get("/v1/session", by="hue").status == 401
    assert sign_in(service).status == 401
    assert sign_in(service, password=new).status == 201


@pytest.mark.parametrize(
    ("present", "new", "status"),
    [("wrong", "six words and an 8", 401), (PASSWORD, "too short", 422), (PASSWORD, "", 422),
     (PASSWORD, "đ" * 600, 422)],
)  # fmt: skip
def test_a_password_that_is_not_changed(
    service: Service, present: str, new: str, status: int
) -> None:
    document = {"present": present, "new": new}
    assert service.post("/v1/session/password", document, by="hue").status == status
    assert service.get("/v1/session", by="hue").status == 200


@pytest.mark.parametrize(
    "document",
    [
        {}, [], None, 7, "hue", {"account": "hue"}, {"account": "hue", "password": None},
        {"account": "hue", "password": 7}, {"account": ["hue"], "password": "x"},
        {"account": "hue", "password": "x", "more": 1}, {"account": "h" * 65, "password": "x"},
        {"account": "hue", "password": "x" * 1024}, {"account": "hue", "password": "\ud800"},
        {"account": "hue\0", "password": "x"},
    ],
)  # fmt: skip
def test_what_is_no_sign_in(service: Service, document: object) -> None:
    answer = service.call(
        "POST", "/v1/session", by=None, data=json.dumps(document),
        content_type="application/json",
    )  # fmt: skip
    assert answer.problem == (422, "invalid-request")


def test_rates_of_one_account(service: Service) -> None:
    statuses = [service.get("/v1/session", by="hue").status for _ in range(210)]
    assert statuses[:200] == [200] * 200
    assert statuses[-1] == 429
    assert service.get("/v1/session", by="nation").status == 200
    service.world.clock.advance(1)
    assert service.get("/v1/session", by="hue").status == 200


def test_behind_a_proxy_every_address_counts_for_itself(service: Service) -> None:
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "made up, 203.0.113.9"}
    assert address_of(environ, behind_proxy=True) == "203.0.113.9"
    assert address_of(environ, behind_proxy=False) == "10.0.0.1"
