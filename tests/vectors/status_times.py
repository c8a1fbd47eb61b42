"""Cases of steps 4, 9 and 10: whom a list can know, how long it counts, what comes before it."""

from typing import Any, Final

from spec.certificate import Timestamp
from spec.limits import CLOCK_TOLERANCE
from spec.status_list import Status
from spec.trust_list import KeyState
from spec.verdicts import VerdictCode
from tests.authority import DAY, EXPIRES_AT, ISSUED_AT, NOW, VERIFIES_UNTIL
from tests.vectors.build import EXP, MESSAGE, claims, signed, text_of
from tests.vectors.case import AUTHORITY, Case, Lists, with_key
from tests.vectors.status import NEVER_GIVEN, reading, sound_case

__all__ = ["cases"]

OK, SUPERSEDED = VerdictCode.OK, VerdictCode.SUPERSEDED
REVOKED, SUSPENDED = VerdictCode.REVOKED, VerdictCode.SUSPENDED
STALE: Final = VerdictCode.STATUS_STALE


def cases() -> list[Case]:
    """Both sides of every bound in time that concerns status, and the order of the steps."""
    return [*_young(), *_freshness(), *_clock(), *_order()]


def _young() -> list[Case]:
    """Certificates that the lists cannot know: issued no more than 300 seconds before them."""
    known = Timestamp(NOW - CLOCK_TOLERANCE)
    young = Timestamp(known + 1)
    hour_ago = Timestamp(NOW - 3600)
    unknown = Lists(lists=(NEVER_GIVEN,))
    rows: dict[str, tuple[str, VerdictCode, Timestamp, dict[str, Any]]] = {
        "young-never-given": (
            "Issued 299 seconds before the lists were made: they may not know it yet.",
            OK,
            young,
            {"status": unknown},
        ),
        "young-no-more": (
            "Issued 300 seconds before the lists were made: they know it.",
            REVOKED,
            known,
            {"status": unknown},
        ),
        "young-list-absent": (
            "A young certificate in a list that does not exist yet.",
            OK,
            young,
            {"status": Lists(lists=())},
        ),
        "young-no-more-list-absent": (
            "300 seconds old, in a list that does not exist.",
            REVOKED,
            known,
            {"status": Lists(lists=())},
        ),
        "young-suspended": (
            "A young certificate that is suspended: the lists do know it.",
            SUSPENDED,
            young,
            {"status": reading(Status.SUSPENDED)},
        ),
        "young-superseded": (
            "A young certificate that is superseded: the lists do know it.",
            SUPERSEDED,
            young,
            {"status": reading(Status.SUPERSEDED)},
        ),
        "young-in-the-future": (
            "Issued 300 seconds in the future, and not in the lists.",
            OK,
            Timestamp(NOW + CLOCK_TOLERANCE),
            {"status": unknown},
        ),
        "young-by-the-index": (
            "Younger than the lists, which are two hours older than the trust list.",
            OK,
            hour_ago,
            {"status": Lists(lists=(NEVER_GIVEN,), issued_at=Timestamp(NOW - 7200))},
        ),
        "young-by-the-trust-list-only": (
            "Younger than the trust list, which is a day older than the lists.",
            REVOKED,
            hour_ago,
            {
                "status": Lists(lists=(NEVER_GIVEN,), issued_at=NOW),
                "trust_issued_at": Timestamp(NOW - DAY),
            },
        ),
    }
    return [
        sound_case(name, text, code, section="12.4", facts={"issued_at": issued_at}, **settings)
        for name, (text, code, issued_at, settings) in rows.items()
    ]


def _freshness() -> list[Case]:
    until = Timestamp(NOW + DAY)
    fresh, revoked = (
        Lists(lists=reading(status).lists, fresh_until=until)
        for status in (Status.VALID, Status.INVALID)
    )
    laos = with_key(issuer="LA")
    laos.issuer = "LA"
    last = Timestamp(until - 1)
    rows: dict[str, tuple[str, VerdictCode, dict[str, Any]]] = {
        "status-fresh-to-the-last-second": (
            "The last second at which the status lists count.",
            OK,
            {"status": fresh, "at": last},
        ),
        "status-revoked-in-the-last-second": (
            "The same second, revoked.",
            REVOKED,
            {"status": revoked, "at": last},
        ),
        "status-stale": (
            "The first second at which the status lists are too old; the trust list is fresh.",
            STALE,
            {"status": fresh, "at": until},
        ),
        "status-stale-and-revoked": (
            "Old lists, in which it is revoked: a reinstatement might have followed.",
            STALE,
            {"status": revoked, "at": until},
        ),
        "status-of-another-issuer": (
            "The lists are those of VN, the certificate and its key are of LA.",
            STALE,
            {"authority": laos, "status": Lists(issuer="VN")},
        ),
        "status-of-another-issuer-and-revoked": (
            "The position is revoked, but in lists of another issuer.",
            STALE,
            {"authority": laos, "status": Lists(lists=(NEVER_GIVEN,), issuer="VN")},
        ),
        "status-of-an-issuer-in-lower-case": (
            "The lists are those of vn, which is not VN.",
            STALE,
            {"status": Lists(issuer="vn")},
        ),
    }
    return [
        sound_case(name, description, code, section="8", **settings)
        for name, (description, code, settings) in rows.items()
    ]


def _clock() -> list[Case]:
    """The newest signed time: of the trust list, of the index, or seen before."""
    suspect = VerdictCode.CLOCK_SUSPECT
    within, behind = Timestamp(NOW - CLOCK_TOLERANCE), Timestamp(NOW - CLOCK_TOLERANCE - 1)
    day_before = Timestamp(NOW - DAY)
    seen = {"newest_time": NOW, "trust_issued_at": day_before}
    made = {"status": Lists(issued_at=NOW), "trust_issued_at": day_before}
    rows: dict[str, tuple[str, VerdictCode, dict[str, Any]]] = {
        "clock-behind-what-was-seen": (
            "The clock stands 301 seconds before a signed time that the reader has seen.",
            suspect,
            {"at": behind, **seen},
        ),
        "clock-behind-what-was-seen-within-tolerance": (
            "The clock stands 300 seconds before a signed time that the reader has seen.",
            OK,
            {"at": within, **seen},
        ),
        "clock-behind-the-index": (
            "The clock stands 301 seconds before the status lists were made.",
            suspect,
            {"at": behind, **made},
        ),
        "clock-behind-the-index-within-tolerance": (
            "The clock stands 300 seconds before the status lists were made.",
            OK,
            {"at": within, **made},
        ),
        "clock-behind-though-nothing-was-seen": (
            "No time was seen before, and the clock is behind the trust list.",
            suspect,
            {"at": behind, "newest_time": Timestamp(0)},
        ),
    }
    return [
        sound_case(name, description, code, section="11.2", **settings)
        for name, (description, code, settings) in rows.items()
    ]


def _order() -> list[Case]:
    """Two failures each: status is asked last."""
    revoked = reading(Status.INVALID)
    forged = text_of(MESSAGE[:-1] + bytes((MESSAGE[-1] ^ 1,)))
    sound = AUTHORITY.sign()
    retired = with_key(state=KeyState.RETIRED, signs_until=Timestamp(NOW - DAY))
    old = Timestamp(NOW + 30 * DAY)
    rows: dict[str, tuple[str, str, VerdictCode, dict[str, Any]]] = {
        "order-signature-before-status": (
            "A wrong signature, and revoked.",
            forged,
            VerdictCode.BAD_SIGNATURE,
            {},
        ),
        "order-facts-before-status": (
            "Contradictory facts, and revoked.",
            signed(claims(colour=1)),
            VerdictCode.INCONSISTENT,
            {},
        ),
        "order-end-before-status": (
            "Ended, and revoked.",
            sound,
            VerdictCode.EXPIRED,
            {"at": EXPIRES_AT, "trust_issued_at": EXPIRES_AT},
        ),
        "order-beginning-before-status": (
            "Issued in the future, and revoked.",
            sound,
            VerdictCode.NOT_YET_VALID,
            {"at": Timestamp(ISSUED_AT - DAY), "trust_issued_at": Timestamp(ISSUED_AT - DAY)},
        ),
        "order-key-before-status": (
            "It ends after its key, and is revoked.",
            signed(claims({EXP: VERIFIES_UNTIL + 1})),
            VerdictCode.KEY_NOT_VALID,
            {},
        ),
        "order-trust-before-status": (
            "The trust list and the status lists are both too old.",
            sound,
            VerdictCode.TRUST_STALE,
            {"at": old},
        ),
        "key-retired-and-never-given": (
            "A retired key and a position that was never given: a date in the past helps nobody.",
            sound,
            REVOKED,
            {"authority": retired, "status": Lists(lists=(NEVER_GIVEN,))},
        ),
        "signature-other-s-revoked": (
            "Revoked, with the other of its two signatures.",
            text_of(AUTHORITY.with_s(MESSAGE, high=False)),
            REVOKED,
            {},
        ),
    }
    return [
        Case(
            name=name,
            section="8",
            description=description,
            text=text,
            code=code,
            **({"status": revoked} | settings),
        )
        for name, (description, text, code, settings) in rows.items()
    ]
