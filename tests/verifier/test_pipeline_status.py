"""Steps 7 and 10 of the pipeline as tables: status, its age, stolen keys, evidence of time."""

from typing import Any, Final

import pytest

from keys.bundle import StatusLists, TrustBundle
from spec.certificate import StatusPosition, Timestamp
from spec.errors import ClockSuspectError
from spec.limits import MAX_STATUS_POSITION, STATUS_LIST_SIZE
from spec.status_list import Status
from spec.trust_list import KeyState
from spec.verdicts import Outcome, VerdictCode
from tests.authority import DAY, EXPIRES_AT, NOW, Authority, vaccine_table
from verifier.pipeline import check, check_trust, verify

OK: Final = VerdictCode.OK

AUTHORITY: Final = Authority()
TEXT: Final = AUTHORITY.sign()

CODES: Final = {
    Status.VALID: OK,
    Status.INVALID: VerdictCode.REVOKED,
    Status.SUSPENDED: VerdictCode.SUSPENDED,
    Status.SUPERSEDED: VerdictCode.SUPERSEDED,
}
PLACES: Final = (0, 1, 2, 3, 73_482, STATUS_LIST_SIZE - 1, MAX_STATUS_POSITION)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("position", PLACES)
def test_status_at_every_kind_of_place(position: int, status: Status) -> None:
    authority = Authority()
    texts = {
        place: authority.sign(authority.certificate(status=StatusPosition(place)))
        for place in PLACES
    }
    authority.set_status(position, status)
    bundle = authority.bundle()
    assert {place: check(text, bundle, NOW).code for place, text in texts.items()} == {
        **dict.fromkeys(PLACES, OK),
        position: CODES[status],
    }


def test_what_is_superseded_is_given() -> None:
    authority = Authority()
    authority.set_status(authority.certificate().status, Status.SUPERSEDED)
    bundle = authority.bundle()
    verdict = check(TEXT, bundle, NOW)
    assert (verdict.outcome, verdict.code) == (Outcome.ACCEPTED, VerdictCode.SUPERSEDED)
    assert verdict.certificate == verify(TEXT, bundle, NOW) == authority.certificate()


@pytest.mark.parametrize(
    ("status", "age", "code"),
    [
        # The age of the certificate when the lists were made, in seconds.
        (Status.VALID, 0, OK),
        (Status.VALID, 10_000, OK),
        (Status.INVALID, -300, OK),
        (Status.INVALID, 0, OK),
        (Status.INVALID, 299, OK),
        (Status.INVALID, 300, VerdictCode.REVOKED),
        (Status.INVALID, 10_000, VerdictCode.REVOKED),
        (Status.SUSPENDED, -300, VerdictCode.SUSPENDED),
        (Status.SUSPENDED, 299, VerdictCode.SUSPENDED),
        (Status.SUSPENDED, 300, VerdictCode.SUSPENDED),
        (Status.SUPERSEDED, 0, VerdictCode.SUPERSEDED),
        (Status.SUPERSEDED, 10_000, VerdictCode.SUPERSEDED),
        (None, 299, OK),
        (None, 300, VerdictCode.REVOKED),
    ],
)
def test_a_list_speaks_of_those_that_it_can_know(
    status: Status | None, age: int, code: VerdictCode
) -> None:
    """None stands for a list that is not published."""
    authority = Authority()
    certificate = authority.certificate(
        issued_at=NOW - age, status=StatusPosition(5 * STATUS_LIST_SIZE)
    )
    if status is not None:
        authority.set_status(certificate.status, status)
    assert check(authority.sign(certificate), authority.bundle(), NOW).code is code


@pytest.mark.parametrize(
    ("issuer", "fresh_until", "status", "at", "code"),
    [
        ("VN", NOW + DAY, Status.VALID, NOW + DAY - 1, OK),
        ("VN", NOW + DAY, Status.VALID, NOW + DAY, VerdictCode.STATUS_STALE),
        ("VN", NOW + DAY, Status.INVALID, NOW + DAY - 1, VerdictCode.REVOKED),
        ("VN", NOW + DAY, Status.INVALID, NOW + DAY, VerdictCode.STATUS_STALE),
        ("VN", NOW + DAY, Status.SUSPENDED, NOW + DAY, VerdictCode.STATUS_STALE),
        ("VN", NOW + 99 * DAY, Status.VALID, NOW + 7 * DAY, VerdictCode.TRUST_STALE),
        ("LA", NOW + DAY, Status.VALID, NOW, VerdictCode.STATUS_STALE),
        ("LA", NOW + DAY, Status.INVALID, NOW, VerdictCode.STATUS_STALE),
        ("vn", NOW + DAY, Status.VALID, NOW, VerdictCode.STATUS_STALE),
        ("", NOW + DAY, Status.VALID, NOW, VerdictCode.STATUS_STALE),
    ],
)
def test_lists_that_are_old_or_of_another_issuer(
    issuer: str, fresh_until: int, status: Status, at: int, code: VerdictCode
) -> None:
    authority = Authority()
    authority.set_status(authority.certificate().status, status)
    lists = StatusLists(
        issuer=issuer,
        issued_at=NOW,
        fresh_until=Timestamp(fresh_until),
        lists=authority.status_lists().lists,
    )
    assert check(TEXT, authority.bundle(status=lists), Timestamp(at)).code is code


@pytest.mark.parametrize(
    ("known", "changes", "status", "at", "code"),
    [
        (True, {}, Status.VALID, NOW, OK),
        (True, {}, Status.SUPERSEDED, NOW, VerdictCode.SUPERSEDED),
        (True, {}, Status.INVALID, NOW, VerdictCode.REVOKED),
        (True, {}, Status.SUSPENDED, NOW, VerdictCode.SUSPENDED),
        (True, {"issuer": "LA"}, Status.VALID, NOW, VerdictCode.KEY_NOT_VALID),
        (True, {"signs_from": NOW}, Status.VALID, NOW, VerdictCode.KEY_NOT_VALID),
        (True, {}, Status.VALID, EXPIRES_AT, VerdictCode.EXPIRED),
        (False, {}, Status.VALID, NOW, VerdictCode.KEY_COMPROMISED),
        (False, {}, Status.SUPERSEDED, NOW, VerdictCode.KEY_COMPROMISED),
        (False, {}, Status.INVALID, NOW, VerdictCode.KEY_COMPROMISED),
        (False, {"issuer": "LA"}, Status.VALID, NOW, VerdictCode.KEY_COMPROMISED),
        (False, {"signs_from": NOW}, Status.VALID, NOW, VerdictCode.KEY_COMPROMISED),
        (False, {}, Status.VALID, EXPIRES_AT, VerdictCode.KEY_COMPROMISED),
    ],
)
def test_what_else_stands_against_a_certificate_of_a_stolen_key(
    known: bool, changes: dict[str, Any], status: Status, at: Timestamp, code: VerdictCode
) -> None:
    authority = Authority()
    authority.change_key("active", state=KeyState.COMPROMISED, **changes)
    authority.set_status(authority.certificate().status, status)
    if known:
        authority.know(authority.certificate())
    bundle = authority.bundle(fresh_until=Timestamp(EXPIRES_AT + DAY))
    assert check(TEXT, bundle, at).code is code


@pytest.mark.parametrize(
    ("seen", "listed", "looked_up", "newest"),
    [(0, 0, 0, 0), (5, 0, 0, 5), (0, 5, 0, 5), (0, 0, 5, 5), (3, 5, 4, 5), (9, 5, 4, 9)],
)
def test_the_clock_is_held_against_the_newest_signed_time(
    seen: int, listed: int, looked_up: int, newest: int
) -> None:
    """Days after NOW: what was seen before, the trust list, the status index."""
    lists = AUTHORITY.status_lists(issued_at=Timestamp(NOW + looked_up * DAY))
    bundle = TrustBundle.of(
        trust_list=AUTHORITY.trust_list(Timestamp(NOW + listed * DAY)),
        vaccines=vaccine_table(),
        fresh_until=Timestamp(NOW + 99 * DAY),
        status=lists,
        newest_time=Timestamp(NOW + seen * DAY),
    )
    assert bundle.newest_time == NOW + newest * DAY
    check_trust(bundle, Timestamp(bundle.newest_time - 300))
    with pytest.raises(ClockSuspectError):
        check_trust(bundle, Timestamp(bundle.newest_time - 301))
