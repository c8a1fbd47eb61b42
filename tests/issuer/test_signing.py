"""The real key: what it signs is read and verified before anybody gets it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from issuer.lint import Linter, LintError
from issuer.signing import SigningError, SigningKey
from spec import limits, qr_text
from spec.certificate import Dose, StatusPosition, VaccineCode
from spec.cose import Algorithm, CoseSign1
from spec.dates import BirthDate
from spec.errors import MalformedError
from tests.authority import NOW, VERIFIES_UNTIL, Authority, vaccine_table

AUTHORITY = Authority()
KEY = SigningKey(AUTHORITY.keys["active"], VERIFIES_UNTIL)
OTHER = SigningKey(AUTHORITY.make_key("other"), VERIFIES_UNTIL)
PAYLOAD = AUTHORITY.certificate().to_cbor()
ANOTHER = AUTHORITY.certificate(name="Trần Văn Bình").to_cbor()
TEXT = KEY.sign(PAYLOAD)


def with_message(change: Callable[[CoseSign1], CoseSign1]) -> str:
    """The signed text with something else in it."""
    return qr_text.to_text(change(CoseSign1.from_cbor(qr_text.from_text(TEXT))).to_cbor())


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_what_was_signed_is_read_and_verified(algorithm: Algorithm) -> None:
    key = SigningKey(AUTHORITY.make_key("of its algorithm", algorithm=algorithm), VERIFIES_UNTIL)
    key.check(key.sign(PAYLOAD), PAYLOAD)


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        pytest.param("", PAYLOAD, id="nothing"),
        pytest.param(TEXT[4:], PAYLOAD, id="no prefix"),
        pytest.param(TEXT[:-3], PAYLOAD, id="cut off"),
        pytest.param(TEXT.lower(), PAYLOAD, id="in small letters"),
        pytest.param(OTHER.sign(PAYLOAD), PAYLOAD, id="by another key"),
        pytest.param(KEY.sign(ANOTHER), PAYLOAD, id="of another certificate"),
        pytest.param(TEXT, ANOTHER, id="for another certificate"),
        pytest.param(
            with_message(lambda message: message._replace(payload=ANOTHER)), ANOTHER,
            id="the payload exchanged",
        ),
        pytest.param(
            with_message(lambda message: message._replace(signature=bytes(64))), PAYLOAD,
            id="an empty signature",
        ),
        pytest.param(
            with_message(lambda message: message._replace(signature=message.signature[::-1])),
            PAYLOAD, id="the signature turned round",
        ),
    ],
)  # fmt: skip
def test_what_is_not_the_signed_certificate_is_found(text: str, payload: bytes) -> None:
    with pytest.raises(SigningError):
        KEY.check(text, payload)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_the_lint_draws_the_line_where_a_text_has_no_more_room(algorithm: Algorithm) -> None:
    """Letters of the longest encoding would take some certificates past what a reader reads."""
    key = SigningKey(AUTHORITY.make_key("of its algorithm", algorithm=algorithm), VERIFIES_UNTIL)
    start = date(2000, 9, 10)
    days = [start + timedelta(days=600 * number) for number in range(limits.MAX_DOSES)]
    passed = 0
    for count in range(1, limits.MAX_NAME_LENGTH + 1):
        certificate = AUTHORITY.certificate(
            issuer="\U00020000" * limits.MAX_ISSUER_LENGTH,
            name="\U00020000" * count,
            birth_date=BirthDate(1, 1, 1),
            doses=tuple(Dose(vaccine=VaccineCode(4), day=day) for day in days),
            doses_needed=2,
            status=StatusPosition(limits.MAX_STATUS_POSITION),
        )
        payload = certificate.to_cbor()
        if lint(certificate.issuer, payload):
            key.check(key.sign(payload), payload)
            passed += 1
        else:
            with pytest.raises(MalformedError):
                key.sign(payload)
    assert 0 < passed < limits.MAX_NAME_LENGTH


def lint(issuer: str, payload: bytes) -> bool:
    """Whether a payload passes; what else than its length stands against it is raised."""
    try:
        linter = Linter(issuer=issuer, table=vaccine_table())
        linter.check(payload, now=NOW, verifies_until=VERIFIES_UNTIL)
    except LintError as error:
        if "too long" not in str(error):
            raise
        return False
    return True
