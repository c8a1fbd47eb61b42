"""The worst day: a thief with the real private key against the list of what was really signed.

Every forgery here has a true signature. Before the key is marked all of them are accepted; from
then on none is, and every genuine certificate still is.
"""

import random
from collections.abc import Iterator
from typing import Any, Final
from unicodedata import normalize

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec import cbor, qr_text
from spec.certificate import Certificate, StatusPosition, Timestamp
from spec.cose import Algorithm
from spec.limits import STATUS_LIST_SIZE
from spec.status_list import Status, filled
from spec.trust_list import KeyState
from spec.verdicts import Outcome, VerdictCode
from tests.authority import DAY, NOW, Authority, doses
from tests.spec.test_certificate import CERTIFICATES
from verifier.pipeline import check

ISSUED: Final = 40
COMPROMISED: Final = VerdictCode.KEY_COMPROMISED
ACCEPTED: Final = Outcome.ACCEPTED
KINDS: Final = tuple(Algorithm)


class Day:
    """An authority before and after the theft, and what it issued under the stolen key."""

    def __init__(self, algorithm: Algorithm) -> None:
        self.authority = Authority()
        self.authority.add_key("active", algorithm=algorithm)
        self.authority.add_key("second", algorithm=algorithm)
        chance = random.Random(7)  # noqa: S311  # the same positions each time
        places = chance.sample(range(2 * STATUS_LIST_SIZE), ISSUED)
        self.genuine = [
            self.authority.certificate(name=f"Người {number}", status=StatusPosition(place))
            for number, place in enumerate(places)
        ]
        for number in range(2):
            self.authority.statuses[number] = filled(Status.INVALID)
        for certificate in self.genuine:
            self.authority.set_status(certificate.status, Status.VALID)
        self.before = self.authority.bundle()
        for certificate in self.genuine:
            self.authority.know(certificate)
        self.authority.change_key("active", state=KeyState.COMPROMISED)
        self.after = self.authority.bundle()

    def forge(self, content: Certificate | bytes) -> VerdictCode:
        """Sign with the stolen key, and be judged by those who have heard of the theft."""
        verdict = check(self.authority.sign(content), self.after, NOW)
        assert verdict.certificate is None or verdict.outcome is ACCEPTED
        return verdict.code


DAYS: Final = {algorithm: Day(algorithm) for algorithm in KINDS}
EVERY_KIND: Final = pytest.mark.parametrize("day", DAYS.values(), ids=[one.name for one in DAYS])
DAYS_AT_RANDOM: Final = st.sampled_from(list(DAYS.values()))


@EVERY_KIND
def test_every_genuine_certificate_goes_on(day: Day) -> None:
    for certificate in day.genuine:
        verdict = check(day.authority.sign(certificate), day.after, NOW)
        assert (verdict.code, verdict.certificate) == (VerdictCode.OK, certificate)


def forgeries(certificate: Certificate) -> Iterator[Certificate]:
    """What a thief would like one genuine certificate to say instead."""
    yield certificate._replace(name="Trần Văn Nam")
    yield certificate._replace(name=certificate.name + "x")
    yield certificate._replace(id_suffix="0000")
    yield certificate._replace(id_suffix=None)
    yield certificate._replace(issued_at=Timestamp(certificate.issued_at + 1))
    yield certificate._replace(issued_at=NOW)
    yield certificate._replace(expires_at=Timestamp(certificate.expires_at + DAY))
    yield certificate._replace(doses=doses((4, "2021-09-10"), (4, "2021-10-09")))
    yield certificate._replace(unknown={7: 0})
    yield certificate._replace(unknown={-70_000: b"salt"})
    for step in (-1, 1, STATUS_LIST_SIZE, 3 * STATUS_LIST_SIZE):
        number = (certificate.status.number + step) % (4 * STATUS_LIST_SIZE)
        yield certificate._replace(status=StatusPosition(number))


@EVERY_KIND
def test_no_forgery_at_a_genuine_position(day: Day) -> None:
    for certificate in day.genuine:
        for forged in forgeries(certificate):
            assert day.forge(forged) is COMPROMISED


@EVERY_KIND
def test_the_forgeries_were_good_before_the_theft_was_known(day: Day) -> None:
    """Else the test above would prove nothing: at a genuine position only the list stops them."""
    codes = {
        check(day.authority.sign(forged), day.before, NOW).code
        for certificate in day.genuine
        for forged in forgeries(certificate)
        if forged.status == certificate.status
    }
    assert codes == {VerdictCode.OK}


@EVERY_KIND
def test_no_forgery_at_a_position_that_was_never_given(day: Day) -> None:
    given_away = {certificate.status.number for certificate in day.genuine}
    chance = random.Random(8)  # noqa: S311  # the same positions each time
    free = set(chance.sample(range(3 * STATUS_LIST_SIZE), 300)) - given_away
    for number in {0, STATUS_LIST_SIZE - 1, 2**32 - 1, *free} - given_away:
        certificate = day.authority.certificate(status=StatusPosition(number))
        assert day.forge(certificate) is COMPROMISED
        assert day.forge(certificate._replace(issued_at=NOW)) is COMPROMISED


@EVERY_KIND
def test_every_bit_of_a_genuine_payload_flipped(day: Day) -> None:
    """Signed anew by the thief: what still is a certificate is none of the issuer's."""
    payload = day.genuine[0].to_cbor()
    codes = set()
    for place in range(8 * len(payload)):
        changed = bytearray(payload)
        changed[place // 8] ^= 1 << place % 8
        codes.add(day.forge(bytes(changed)))
    assert codes == {VerdictCode.MALFORMED, COMPROMISED}


@EVERY_KIND
def test_the_genuine_payload_with_further_claims(day: Day) -> None:
    claims = cbor.decode(day.genuine[0].to_cbor())
    for number in range(7, 200):
        assert day.forge(cbor.encode({**claims, number: 0})) is COMPROMISED


@EVERY_KIND
def test_another_spelling_of_the_same_name(day: Day) -> None:
    """It reads alike on the screen, and it is not what was signed."""
    certificate = day.genuine[0]
    forged = certificate._replace(name=normalize("NFD", certificate.name))
    payload = cbor2.loads(certificate.to_cbor())
    payload[-65_537][0] = forged.name
    verdict = check(day.authority.sign(cbor2.dumps(payload)), day.before, NOW)
    assert verdict.certificate == certificate
    assert day.forge(cbor2.dumps(payload)) is COMPROMISED


@EVERY_KIND
def test_what_one_key_signed_under_the_other(day: Day) -> None:
    """Both are stolen, the list of the second is empty."""
    authority = day.authority
    text = authority.sign(day.genuine[0], key="second")
    assert check(text, day.after, NOW).code is VerdictCode.OK
    trusted = authority.keys["second"].trusted
    try:
        authority.change_key("second", state=KeyState.COMPROMISED)
        assert check(text, authority.bundle(), NOW).code is COMPROMISED
    finally:
        authority.change_key("second", state=trusted.state)


def test_a_signature_made_anew_says_the_same() -> None:
    """The thief can sign a genuine payload again. It says what the issuer said, at its place."""
    day = DAYS[Algorithm.ES256]
    message = day.authority.sign_message(day.genuine[0])
    spellings = {day.authority.with_s(message, high=high) for high in (True, False)}
    assert len(spellings) == 2
    for spelled in spellings:
        verdict = check(qr_text.to_text(spelled), day.after, NOW)
        assert (verdict.code, verdict.certificate) == (VerdictCode.OK, day.genuine[0])


@EVERY_KIND
def test_a_copied_certificate_can_still_be_revoked(day: Day) -> None:
    certificate = day.genuine[3]
    day.authority.set_status(certificate.status, Status.INVALID)
    bundle = day.authority.bundle()
    day.authority.set_status(certificate.status, Status.VALID)
    assert check(day.authority.sign(certificate), bundle, NOW).code is VerdictCode.REVOKED
    assert check(day.authority.sign(day.genuine[4]), bundle, NOW).code is VerdictCode.OK


@given(DAYS_AT_RANDOM, CERTIFICATES, st.integers(0, ISSUED - 1), st.booleans())
def test_any_certificate_at_any_genuine_position(
    day: Day, certificate: Certificate, number: int, young: bool
) -> None:
    genuine = day.genuine[number]
    changes: dict[str, Any] = {"issuer": "VN", "status": genuine.status}
    if young:
        changes["issued_at"] = NOW
    assert day.forge(certificate._replace(**changes)) in {COMPROMISED, VerdictCode.MALFORMED}


@given(DAYS_AT_RANDOM, st.binary(max_size=150))
def test_any_payload(day: Day, payload: bytes) -> None:
    assert day.forge(payload) is VerdictCode.MALFORMED


@pytest.mark.parametrize("length", [0, 1, 9, 10, STATUS_LIST_SIZE * 10 - 1])
def test_a_list_that_is_too_short_lets_nobody_in(length: int) -> None:
    """A client takes no such list; if one came here, it would err on the safe side."""
    authority = Authority()
    authority.change_key("active", state=KeyState.COMPROMISED)
    certificate = authority.certificate(status=StatusPosition(STATUS_LIST_SIZE - 1))
    authority.know(certificate)
    kid = authority.keys["active"].kid
    authority.genuine[kid][0] = authority.genuine[kid][0][:length]
    assert check(authority.sign(certificate), authority.bundle(), NOW).code is COMPROMISED


def test_a_key_that_signs_no_more_helps_nobody_to_a_new_position() -> None:
    """It is not marked: its times and the positions that were never given stop the thief."""
    authority = Authority()
    authority.statuses[0] = filled(Status.INVALID)
    authority.change_key("active", state=KeyState.RETIRED, signs_until=Timestamp(NOW - DAY))
    dated_back = authority.certificate(status=StatusPosition(5))
    dated_now = authority.certificate(status=StatusPosition(5), issued_at=NOW)
    bundle = authority.bundle()
    assert check(authority.sign(dated_back), bundle, NOW).code is VerdictCode.REVOKED
    assert check(authority.sign(dated_now), bundle, NOW).code is VerdictCode.KEY_NOT_VALID
