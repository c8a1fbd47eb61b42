"""The pipeline: its answers through a country's year of keys, and its manners."""

import time
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.bundle import TrustBundle
from spec.certificate import Timestamp
from spec.colour import Colour
from spec.cose import Algorithm
from spec.errors import (
    ExpiredError,
    InconsistentError,
    KeyCompromisedError,
    MalformedError,
    NotACertificateError,
    UnknownKeyError,
    VerificationError,
)
from spec.trust_list import KeyState
from spec.verdicts import Outcome, VerdictCode
from tests.authority import DAY, EXPIRES_AT, NOW, Authority, time_of
from verifier.pipeline import check, check_trust, verify

OK: Final = VerdictCode.OK

AUTHORITY: Final = Authority()
BUNDLE: Final = AUTHORITY.bundle()
TEXT: Final = AUTHORITY.sign()


def rotating_authority() -> Authority:
    """Three keys that follow one another, each published a month before it signs."""
    authority = Authority(now=time_of("2021-11-01"))
    lives = {"active": ("2021-11-01", "2022-03-01"), "second": ("2022-03-01", "2022-07-01")}
    for name, (signs_from, signs_until) in lives.items():
        authority.add_key(
            name,
            algorithm=Algorithm.EDDSA if name == "second" else Algorithm.ES256,
            signs_from=time_of(signs_from),
            signs_until=time_of(signs_until),
            verifies_until=Timestamp(time_of(signs_until) + 365 * DAY),
        )
    return authority


@pytest.mark.parametrize(
    ("key", "issued", "read", "code"),
    [
        ("active", "2021-11-01", "2021-11-01", OK),
        ("active", "2022-02-28T23:59:59", "2022-03-01", OK),
        ("active", "2022-02-28T23:59:59", "2022-06-01", OK),
        ("active", "2022-03-01", "2022-03-01", VerdictCode.KEY_NOT_VALID),
        ("active", "2022-02-28", "2023-02-27T23:59:59", OK),
        ("active", "2022-02-28", "2023-02-28", VerdictCode.EXPIRED),
        ("second", "2022-02-28T23:59:59", "2022-03-01", VerdictCode.KEY_NOT_VALID),
        ("second", "2022-03-01", "2022-03-01", OK),
        ("second", "2022-06-30", "2023-06-29", OK),
        ("second", "2022-07-01", "2022-07-02", VerdictCode.KEY_NOT_VALID),
        ("second", "2022-04-01", "2022-03-02", VerdictCode.NOT_YET_VALID),
    ],
)
def test_keys_that_follow_one_another(key: str, issued: str, read: str, code: VerdictCode) -> None:
    authority = rotating_authority()
    at = time_of(read)
    certificate = authority.certificate(
        issued_at=time_of(issued), expires_at=Timestamp(time_of(issued) + 365 * DAY)
    )
    bundle = authority.bundle(issued_at=at, fresh_until=Timestamp(at + DAY))
    assert check(authority.sign(certificate, key=key), bundle, at).code is code


def test_a_stolen_key_takes_nothing_that_its_issuer_signed() -> None:
    authority = Authority()
    authority.add_key("other")
    genuine = {name: authority.sign(key=name) for name in authority.keys}
    forged = authority.sign(authority.certificate(name="Trần Văn Nam"))
    before = authority.bundle()
    authority.change_key("active", state=KeyState.COMPROMISED)
    unknown = authority.bundle()
    authority.know(authority.certificate())
    after = authority.bundle()
    assert codes_of({**genuine, "forged": forged}, before) == dict.fromkeys(
        ["active", "other", "forged"], OK
    )
    assert codes_of(genuine, unknown) == {"active": VerdictCode.KEY_COMPROMISED, "other": OK}
    assert codes_of({**genuine, "forged": forged}, after) == {
        "active": OK,
        "other": OK,
        "forged": VerdictCode.KEY_COMPROMISED,
    }


def codes_of(texts: dict[str, str], bundle: TrustBundle) -> dict[str, VerdictCode]:
    return {name: check(text, bundle, NOW).code for name, text in texts.items()}


def test_a_verifier_that_misses_a_key_cannot_tell_until_it_refreshes() -> None:
    authority = Authority()
    before = authority.bundle()
    authority.add_key("new")
    text = authority.sign(key="new")
    assert check(text, before, NOW).code is VerdictCode.UNKNOWN_KEY
    assert check(text, authority.bundle(), NOW).code is OK


def test_two_countries_do_not_sign_for_each_other() -> None:
    vietnam, laos = Authority(), Authority(issuer="LA", seed="laos")
    vietnam.keys["laos"] = laos.keys["active"]
    bundle = vietnam.bundle()
    assert check(laos.sign(), bundle, NOW).code is VerdictCode.STATUS_STALE
    assert check(laos.sign(), vietnam.bundle(status=laos.status_lists()), NOW).code is OK
    crossed = laos.sign(laos.certificate(issuer="VN"))
    assert check(crossed, bundle, NOW).code is VerdictCode.KEY_NOT_VALID


def test_freshness_needs_no_certificate() -> None:
    check_trust(BUNDLE, NOW)
    for at, code in (
        (NOW - 301, VerdictCode.CLOCK_SUSPECT),
        (BUNDLE.fresh_until, VerdictCode.TRUST_STALE),
    ):
        with pytest.raises(VerificationError) as caught:
            check_trust(BUNDLE, Timestamp(at))
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "at", "error"),
    [
        ("", NOW, NotACertificateError),
        (TEXT + "0", NOW, MalformedError),
        (AUTHORITY.sign(key=AUTHORITY.make_key("stranger")), NOW, UnknownKeyError),
        (
            AUTHORITY.sign(AUTHORITY.certificate(doses_needed=3, colour=Colour.GREEN)),
            NOW,
            InconsistentError,
        ),
    ],
)
def test_verify_raises_and_check_answers(
    text: str, at: Timestamp, error: type[VerificationError]
) -> None:
    with pytest.raises(error) as caught:
        verify(text, BUNDLE, at)
    verdict = check(text, BUNDLE, at)
    assert verdict.code == caught.value.code
    assert verdict.reason == str(caught.value)
    assert verdict.certificate is None
    assert verdict.checked_at == at


def test_verify_gives_the_certificate() -> None:
    assert verify(TEXT, BUNDLE, NOW) == AUTHORITY.certificate()


def test_the_same_question_has_the_same_answer() -> None:
    assert check(TEXT, BUNDLE, NOW) == check(TEXT, BUNDLE, NOW)


def test_a_certificate_ends_and_stays_ended() -> None:
    bundle = AUTHORITY.bundle(fresh_until=Timestamp(EXPIRES_AT + DAY))
    with pytest.raises(ExpiredError):
        verify(TEXT, bundle, EXPIRES_AT)
    assert check(TEXT, bundle, Timestamp(EXPIRES_AT - 1)).outcome is Outcome.ACCEPTED


def test_a_compromised_key_comes_before_another_issuer() -> None:
    authority = Authority()
    authority.change_key("active", state=KeyState.COMPROMISED, issuer="LA")
    with pytest.raises(KeyCompromisedError):
        verify(authority.sign(), authority.bundle(), NOW)


@given(st.text(max_size=80), st.sampled_from(["", "DP1:"]), st.integers(-(2**40), 2**40))
def test_any_text_at_any_time_has_a_verdict(text: str, prefix: str, at: int) -> None:
    verdict = check(prefix + text, BUNDLE, Timestamp(at))
    assert verdict.outcome is not Outcome.ACCEPTED
    assert verdict.certificate is None


@given(st.integers(-(2**40), 2**40))
def test_a_sound_certificate_at_any_time_has_a_verdict(at: int) -> None:
    code = check(TEXT, BUNDLE, Timestamp(at)).code
    if at < NOW - 300:
        assert code is VerdictCode.CLOCK_SUSPECT
    else:
        assert code is (OK if at < BUNDLE.fresh_until else VerdictCode.TRUST_STALE)


def test_a_text_of_any_size_costs_next_to_nothing() -> None:
    begun = time.perf_counter()
    assert check("DP1:" + "0" * 10_000_000, BUNDLE, NOW).code is VerdictCode.MALFORMED
    assert check("\0" * 10_000_000, BUNDLE, NOW).code is VerdictCode.NOT_A_CERTIFICATE
    assert time.perf_counter() - begun < 1
