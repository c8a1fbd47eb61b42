"""`GET /v1/trust`: keys and their states, ages, and what ends next."""

import pytest

from spec.certificate import Timestamp
from spec.cose import Algorithm
from spec.trust_list import KeyState
from tests.authority import (
    DAY,
    NOW,
    SIGNS_FROM,
    SIGNS_UNTIL,
    VERIFIES_UNTIL,
    Authority,
)
from tests.verifier import description
from tests.verifier.conftest import Service
from verifier.trust_report import ALGORITHMS, EVENTS, state_at, trust_report


def test_it_is_served_in_the_described_form(service: Service, authority: Authority) -> None:
    answer = service.call("GET", "/v1/trust")
    assert answer.status == 200
    (key,) = [
        key for key in answer.json["keys"] if key["kid"] == authority.keys["active"].kid.hex()
    ]
    assert key == {
        "kid": authority.keys["active"].kid.hex(),
        "issuer": "VN",
        "algorithm": "ES256",
        "state": "active",
        "signs_from": "2021-11-01T00:00:00Z",
        "signs_until": "2022-05-01T00:00:00Z",
        "verifies_until": "2023-05-01T00:00:00Z",
        "genuine_lists": 0,
    }
    assert answer.json["trust"]["age_seconds"] == 0


def test_it_tells_why_also_when_the_trust_is_stale(service: Service, authority: Authority) -> None:
    authority.clock.advance(8 * DAY)
    answer = service.call("GET", "/v1/trust")
    assert answer.status == 200
    assert answer.json["trust"]["age_seconds"] == 8 * DAY
    assert not {event["event"] for event in answer.json["next"]} & {
        "publication_ends",
        "status_ends",
    }
    assert service.call("GET", "/readyz").status == 503


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (SIGNS_FROM - 1, "pending"),
        (SIGNS_FROM, "active"),
        (SIGNS_UNTIL - 1, "active"),
        (SIGNS_UNTIL, "retired"),
        (VERIFIES_UNTIL - 1, "retired"),
        (VERIFIES_UNTIL, "expired"),
    ],
)
def test_a_state_follows_the_times_and_not_the_day_of_the_list(
    authority: Authority, at: int, state: str
) -> None:
    trusted = authority.make_key("one", state=KeyState.PENDING).trusted
    assert state_at(trusted, Timestamp(at)).name.lower() == state


@pytest.mark.parametrize("at", [SIGNS_FROM - 1, NOW, VERIFIES_UNTIL])
def test_a_stolen_key_stays_stolen(authority: Authority, at: int) -> None:
    trusted = authority.make_key("one", state=KeyState.COMPROMISED).trusted
    assert state_at(trusted, Timestamp(at)) is KeyState.COMPROMISED


def test_the_nearest_stands_first_and_nothing_is_past(authority: Authority) -> None:
    authority.add_key(
        "next",
        algorithm=Algorithm.EDDSA,
        state=KeyState.PENDING,
        signs_from=Timestamp(NOW + DAY),
        signs_until=Timestamp(NOW + 2 * DAY),
    )
    coming = trust_report(authority.bundle(), authority.now)["next"]
    kid = authority.keys["next"].kid.hex()
    assert [(event["event"], event["kid"]) for event in coming[:4]] == [
        ("key_begins_to_sign", kid),
        ("key_ends_signing", kid),
        ("publication_ends", None),
        ("status_ends", None),
    ]
    assert [event["in_seconds"] for event in coming] == sorted(
        event["in_seconds"] for event in coming
    )
    assert all(event["in_seconds"] > 0 for event in coming)


def test_of_a_stolen_key_only_its_end_is_to_come(authority: Authority) -> None:
    authority.change_key("active", state=KeyState.COMPROMISED)
    authority.know(authority.certificate())
    report = trust_report(authority.bundle(), authority.now)
    kid = authority.keys["active"].kid.hex()
    assert [event["event"] for event in report["next"] if event["kid"] == kid] == ["key_ends"]
    (key,) = [key for key in report["keys"] if key["kid"] == kid]
    assert (key["state"], key["genuine_lists"]) == ("compromised", 1)


def test_the_vocabularies_are_those_of_the_description() -> None:
    event = description.schema("ComingEvent")["properties"]["event"]["enum"]
    assert event == list(EVENTS)
    key = description.schema("TrustedKey")["properties"]
    assert key["state"]["enum"] == [state.name.lower() for state in KeyState]
    assert key["algorithm"]["enum"] == [ALGORITHMS[algorithm] for algorithm in Algorithm]
