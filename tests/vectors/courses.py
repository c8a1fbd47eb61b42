"""Cases of sections 6 and 7, and of step 8: colours, courses, facts that contradict each other."""

from typing import Any

from spec.colour import Colour
from spec.dates import BirthDate
from spec.verdicts import VerdictCode
from tests.authority import doses, time_of
from tests.vectors.case import AUTHORITY, Case

__all__ = ["cases"]

_VAXZEVRIA, _COMIRNATY, _SPIKEVAX, _JANSSEN, _ABDALA = 1, 4, 5, 6, 8


def cases() -> list[Case]:
    """Courses as the table counts them, and contradictions."""
    return [*_courses(), *_contradictions()]


def _courses() -> list[Case]:
    first, second, third = "2021-09-10", "2021-10-08", "2021-11-20"
    rows: dict[str, tuple[str, str, dict[str, Any]]] = {
        "course-one-of-two": (
            "6",
            "One dose of Vaxzevria: yellow.",
            {"doses": doses((_VAXZEVRIA, first))},
        ),
        "course-janssen": ("6", "Janssen, 1 of 1: green.", {"doses": doses((_JANSSEN, first))}),
        "course-abdala-two-of-three": (
            "6",
            "Abdala, 2 of 3: yellow, though there are two doses.",
            {"doses": doses((_ABDALA, first), (_ABDALA, second))},
        ),
        "course-abdala": (
            "6",
            "Abdala, 3 of 3: green.",
            {"doses": doses((_ABDALA, first), (_ABDALA, second), (_ABDALA, third))},
        ),
        "course-mixed": (
            "7.2",
            "Vaxzevria, then Comirnaty: 2 of 2, green.",
            {"doses": doses((_VAXZEVRIA, first), (_COMIRNATY, second))},
        ),
        "course-mixed-booster": (
            "7.2",
            "Two doses of Vaxzevria and one of Spikevax: 3 of 2, green.",
            {"doses": doses((_VAXZEVRIA, first), (_VAXZEVRIA, second), (_SPIKEVAX, third))},
        ),
        "course-booster": (
            "6",
            "Three doses of Comirnaty: 3 of 2, green.",
            {"doses": doses((_COMIRNATY, first), (_COMIRNATY, second), (_COMIRNATY, third))},
        ),
        "course-janssen-booster": (
            "7.2",
            "Janssen, then Comirnaty: 2 of 1, green.",
            {"doses": doses((_JANSSEN, first), (_COMIRNATY, second))},
        ),
        "dose-on-the-day-of-issuance": (
            "8",
            "A dose on 2 December 2021, issued when that day began at UTC+14.",
            {
                "doses": doses((_JANSSEN, "2021-12-02")),
                "issued_at": time_of("2021-12-01T10:00:00"),
            },
        ),
    }
    return [
        Case(
            name=name,
            section=section,
            description=description,
            text=AUTHORITY.sign(AUTHORITY.certificate(**facts)),
            code=VerdictCode.OK,
            certificate=AUTHORITY.certificate(**facts),
        )
        for name, (section, description, facts) in rows.items()
    ]


def _contradictions() -> list[Case]:
    one, two = (
        doses((_COMIRNATY, "2021-09-10")),
        doses((_ABDALA, "2021-09-10"), (_ABDALA, "2021-10-08")),
    )
    at = time_of("2021-12-01T08:00:00")
    rows: dict[str, tuple[str, str, dict[str, Any]]] = {
        "colour-green-too-early": (
            "6",
            "One dose of two, and green.",
            {"doses": one, "colour": Colour.GREEN},
        ),
        "colour-yellow-too-late": ("6", "Two doses of two, and yellow.", {"colour": Colour.YELLOW}),
        "colour-abdala-green-at-two": (
            "6",
            "Abdala, 2 of 3, and green.",
            {"doses": two, "colour": Colour.GREEN},
        ),
        "colour-janssen-yellow": (
            "6",
            "Janssen, 1 of 1, and yellow.",
            {"doses": doses((_JANSSEN, "2021-09-10")), "colour": Colour.YELLOW},
        ),
        "colour-booster-yellow": (
            "6",
            "Two doses where one is needed, and yellow.",
            {"doses_needed": 1, "colour": Colour.YELLOW},
        ),
        "dose-before-birth": (
            "8",
            "The first dose the day before the birth.",
            {"birth_date": BirthDate(2021, 9, 11)},
        ),
        "dose-before-birth-month": (
            "8",
            "The first dose in the month before that of the birth.",
            {"birth_date": BirthDate(2021, 10)},
        ),
        "dose-before-birth-year": (
            "8",
            "Doses in the year before that of the birth.",
            {"birth_date": BirthDate(2022)},
        ),
        "dose-after-issuance": (
            "8",
            "A dose on 2 December 2021, issued a second before that day began at UTC+14.",
            {
                "doses": doses((_JANSSEN, "2021-12-02")),
                "issued_at": time_of("2021-12-01T09:59:59"),
            },
        ),
        "exp-at-iat": ("8", "It ends when it begins.", {"issued_at": at, "expires_at": at}),
        "exp-before-iat": (
            "8",
            "It ends before it begins.",
            {"issued_at": at, "expires_at": at - 1},
        ),
    }
    return [
        Case(
            name=name,
            section=section,
            description=description,
            text=AUTHORITY.sign(AUTHORITY.certificate(**facts)),
            code=VerdictCode.INCONSISTENT,
        )
        for name, (section, description, facts) in rows.items()
    ]
