"""The lint: sound payloads pass, and each way to be unsound is found before the key signs."""

from typing import Any

import cbor2
import pytest

from issuer.lint import Linter, LintError
from spec.certificate import StatusPosition
from spec.colour import Colour
from spec.dates import BirthDate
from tests.authority import NOW, VERIFIES_UNTIL, Authority, doses, vaccine_table

AUTHORITY = Authority()
LINTER = Linter(issuer="VN", table=vaccine_table())


def check(payload: bytes) -> None:
    LINTER.check(payload, now=NOW, verifies_until=VERIFIES_UNTIL)


def test_a_sound_payload_passes() -> None:
    check(AUTHORITY.certificate().to_cbor())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"issuer": "XX"}, "another issuer"),
        ({"name": "Nguyễn  Châu"}, "not clean"),
        ({"name": "\u00d0ặng Châu"}, "not clean"),
        ({"name": "N" * 101}, "too long"),
        ({"name": ""}, "name"),
        ({"name": "Châu\u200b"}, "name"),
        ({"colour": Colour.YELLOW}, "colour contradicts"),
        ({"doses": doses((4, "2021-10-08")), "colour": Colour.GREEN}, "colour contradicts"),
        ({"doses_needed": 1}, "doses needed"),
        ({"doses_needed": 3}, "doses needed"),
        ({"doses": doses((6, "2021-09-10")), "doses_needed": 2}, "doses needed"),
        ({"doses": doses((99, "2021-09-10")), "doses_needed": 2}, "not in the table"),
        ({"doses": doses((4, "2021-10-08"), (4, "2021-09-10"))}, "claims"),
        ({"doses": doses((4, "2021-10-08"), (4, "2021-10-08"))}, "claims"),
        ({"doses": doses((4, "2022-01-01"))}, "after the issuance"),
        ({"birth_date": BirthDate(2021, 10, 1)}, "before the birth"),
        ({"id_suffix": "12"}, "suffix"),
        ({"status": StatusPosition(2**32)}, "status position"),
        ({"issued_at": NOW + 301}, "issued in the future"),
        ({"expires_at": NOW}, "ended before"),
        ({"expires_at": VERIFIES_UNTIL + 1}, "ends after its key"),
        ({"expires_at": 0}, "ends before it begins"),
        ({"unknown": {-70_000: 1}}, "claims that the specification"),
    ],
)
def test_what_the_lint_finds(changes: dict[str, Any], said: str) -> None:
    if "doses" in changes and "doses_needed" not in changes:
        changes["doses_needed"] = 2
    with pytest.raises(LintError, match=said):
        check(AUTHORITY.certificate(**changes).to_cbor())


def test_a_name_in_nfd_is_found_though_readers_would_mend_it() -> None:
    claims = cbor2.loads(AUTHORITY.certificate(name="Châu").to_cbor())
    claims[-65537][0] = "Cha\u0302u"
    with pytest.raises(LintError, match="read as another"):
        check(cbor2.dumps(claims, canonical=False))


@pytest.mark.parametrize("payload", [b"", b"\x00", b"\xa0", b"\xff" * 40])
def test_what_is_no_payload_at_all(payload: bytes) -> None:
    with pytest.raises(LintError):
        check(payload)


def test_nothing_personal_is_said() -> None:
    with pytest.raises(LintError) as caught:
        check(AUTHORITY.certificate(name="Nguyễn  Châu").to_cbor())
    assert "Châu" not in str(caught.value)
