"""The vectors of entry policies (section 18): who passes where, and policies that are none."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from tests.authority import time_of

__all__ = ["PolicyCase", "cases", "example"]

TODAY: Final = date(2021, 11, 1)
NOW: Final = time_of("2021-11-01T03:00:00")
MIDNIGHT: Final = time_of("2021-10-31T17:00:00")
"""When that day begins in Vietnam."""
DAY: Final = 86_400


@dataclass(frozen=True, kw_only=True)
class PolicyCase:
    """One file of `spec/policy-vectors/`."""

    name: str
    document: dict[str, Any]

    def to_json(self) -> str:
        """The file, to the byte."""
        return json.dumps(self.document, ensure_ascii=False, indent=2) + "\n"


def rule(name: str = "green-14", **changes: Any) -> dict[str, Any]:
    """A rule for restaurants: green, 14 days after the dose."""
    whole = {
        "id": name,
        "places": ["restaurant"],
        "first_day": "2021-10-01",
        "last_day": None,
        "colours": {"green": {"days_since_dose": 14}},
        "longest_age_days": None,
        "words": {"vi": "Đủ liều, sau 14 ngày", "en": "Complete, after 14 days"},
    } | changes
    return {member: value for member, value in whole.items() if value is not ...}


def example(*rules: Any, **changes: Any) -> dict[str, Any]:
    """A policy of some rules."""
    whole = {
        "dated": "2021-10-01",
        "source": "vectors",
        "utc_offset_minutes": 420,
        "places": {
            "market": {"vi": "Chợ", "en": "Market"},
            "restaurant": {"vi": "Nhà hàng", "en": "Restaurant"},
        },
        "rules": list(rules) or [rule()],
    } | changes
    return {member: value for member, value in whole.items() if value is not ...}


def _ago(*days: int) -> list[str]:
    return [(TODAY - timedelta(days=count)).isoformat() for count in days]


def _case(
    name: str,
    description: str,
    doses: list[str],
    *rules: Any,
    refused: tuple[str, str, int | None] | None = None,
    needed: int = 2,
    section: str = "18.3",
    at: int = NOW,
    issued_at: int = NOW - 30 * DAY,
    expires_at: int = NOW + 300 * DAY,
    place: str = "restaurant",
    **changes: Any,
) -> PolicyCase:
    rule_id, check, passes_from = refused or (None, None, None)
    document = {
        "description": description,
        "section": section,
        "policy": json.dumps(example(*rules, **changes), ensure_ascii=False),
        "place": place,
        "at": at,
        "certificate": {
            "doses": doses,
            "doses_needed": needed,
            "issued_at": issued_at,
            "expires_at": expires_at,
        },
        "expect": "refused" if refused else "passes",
        "rule": rule_id,
        "check": check,
        "passes_from": passes_from,
    }
    return PolicyCase(name=name, document=document)


_WAIT, _COLOUR, _AGE = "days_since_dose", "colour", "longest_age"
_BOTH: Final = {"green": {"days_since_dose": 14}, "yellow": {"days_since_dose": 21}}


def _days(count: int) -> int:
    """The beginning of the day so many days from today, in Vietnam."""
    return MIDNIGHT + count * DAY


def _passing() -> Iterator[PolicyCase]:
    yield _case("pass-complete", "Complete for two months.", _ago(90, 60))
    yield _case("pass-last-day-of-waiting", "The wait of 14 days is over today.", _ago(40, 14))
    yield _case(
        "pass-booster-yesterday",
        "A booster yesterday does not begin the wait anew: the second dose completed the course.",
        _ago(200, 170, 1),
    )
    yield _case("pass-janssen-booster", "The first dose completed it.", _ago(100, 2), needed=1)
    yield _case(
        "pass-green-as-yellow",
        "Green since yesterday; the first dose had let the holder pass as yellow for a week.",
        _ago(28, 1),
        rule(colours=_BOTH),
    )
    yield _case("pass-yellow", "One dose, 21 days ago.", _ago(21), rule(colours=_BOTH))
    yield _case(
        "pass-yellow-of-three",
        "The second of three doses does not begin the wait anew.",
        _ago(30, 2),
        rule(colours=_BOTH),
        needed=3,
    )
    yield _case("pass-other-place", "No rule for markets.", _ago(1), place="market", section="18.2")
    yield _case(
        "pass-before-the-rule", "The rule begins tomorrow.", _ago(1),
        rule(first_day="2021-11-02"), section="18.2",
    )  # fmt: skip
    yield _case(
        "pass-after-the-rule", "The rule ended yesterday.", _ago(1),
        rule(last_day="2021-10-31"), section="18.2",
    )  # fmt: skip
    yield _case("pass-age", "As old as it may be.", _ago(90, 60), rule(longest_age_days=30))
    yield _case("pass-no-rules", "A policy without rules.", _ago(0), section="18.2", rules=[])


def _refused() -> Iterator[PolicyCase]:
    yield _case(
        "refuse-thirteen-days", "One day is missing.", _ago(40, 13),
        refused=("green-14", _WAIT, _days(1)),
    )  # fmt: skip
    yield _case(
        "refuse-today", "The completing dose was today.", _ago(28, 0),
        refused=("green-14", _WAIT, _days(14)),
    )  # fmt: skip
    yield _case(
        "refuse-yellow", "Yellow does not pass, and waiting does not help.", _ago(60),
        refused=("green-14", _COLOUR, None),
    )  # fmt: skip
    yield _case(
        "refuse-yellow-until-the-rule-ends",
        "Yellow does not pass while the rule is in force; it ends in ten days.",
        _ago(60),
        rule(last_day="2021-11-10"),
        refused=("green-14", _COLOUR, _days(10)),
        section="18.4",
    )
    yield _case(
        "refuse-young-yellow", "Yellow has waited 20 of 21 days.", _ago(20), rule(colours=_BOTH),
        refused=("green-14", _WAIT, _days(1)),
    )  # fmt: skip
    yield _case(
        "refuse-two-of-three",
        "Two of three doses are yellow.",
        _ago(60, 30),
        needed=3,
        refused=("green-14", _COLOUR, None),
    )
    yield _case(
        "refuse-age", "One day too old.", _ago(90, 60), rule(longest_age_days=29),
        refused=("green-14", _AGE, None),
    )  # fmt: skip
    yield _case(
        "refuse-age-before-wait",
        "Too old and too early: waiting does not help, so the age is named.",
        _ago(40, 13),
        rule(longest_age_days=10),
        refused=("green-14", _AGE, None),
    )
    yield _case(
        "refuse-ends-before-it-passes",
        "The certificate ends in three days, and the wait in fourteen.",
        _ago(28, 0),
        refused=("green-14", _WAIT, None),
        expires_at=NOW + 3 * DAY,
        section="18.4",
    )
    yield _case(
        "refuse-first-of-two",
        "Both rules refuse; the first is named, and the longer wait counts.",
        _ago(40, 10),
        rule("short", colours={"green": {"days_since_dose": 14}}),
        rule("long", colours={"green": {"days_since_dose": 28}}),
        refused=("short", _WAIT, _days(18)),
        section="18.4",
    )
    yield _case(
        "refuse-a-later-rule",
        "When the wait is over another rule has begun, and that one ends after a week.",
        _ago(40, 13),
        rule("now", last_day="2021-11-04"),
        rule("later", first_day="2021-11-02", last_day="2021-11-08",
             colours={"green": {"days_since_dose": 60}}),
        refused=("now", _WAIT, _days(8)),
        section="18.4",
    )  # fmt: skip
    yield _case(
        "refuse-before-midnight",
        "It is still yesterday in Vietnam: 13 days.",
        _ago(40, 14),
        at=MIDNIGHT - 1,
        refused=("green-14", _WAIT, MIDNIGHT),
        section="18.2",
    )
    yield _case(
        "refuse-another-clock",
        "The same moment where clocks are behind UTC.",
        _ago(40, 14),
        refused=("green-14", _WAIT, time_of("2021-11-01T05:00:00")),
        section="18.2",
        utc_offset_minutes=-300,
    )


def _green(days: object, colour: str = "green") -> dict[str, Any]:
    return {colour: {"days_since_dose": days}}


_BROKEN: Final[dict[str, tuple[str, Any]]] = {
    "no-json": ("not JSON", "{"),
    "array": ("not an object", []),
    "no-dated": ("a member is missing", example(dated=...)),
    "further-member": ("a member more", example(note="x")),
    "further-rule-member": ("a condition that is not known", example(rule(test_hours=72))),
    "further-colour-member": (
        "the same, of a colour",
        example(rule(colours={"green": {"days_since_dose": 1, "doses": 3}})),
    ),
    "rule-without-colours": ("no colour", example(rule(colours={}))),
    "rule-of-red": ("a colour that is none", example(rule(colours=_green(1, "red")))),
    "rule-without-age": ("no member for the age", example(rule(longest_age_days=...))),
    "wait-negative": ("below zero", example(rule(colours=_green(-1)))),
    "wait-true": ("no number", example(rule(colours=_green(True)))),
    "wait-fraction": ("a fraction", example(rule(colours=_green(1.0)))),
    "wait-too-long": ("beyond ten years", example(rule(colours=_green(3661)))),
    "age-text": ("an age in words", example(rule(longest_age_days="30"))),
    "place-not-listed": ("a place that is not listed", example(rule(places=["cinema"]))),
    "place-twice": ("one place twice", example(rule(places=["market", "market"]))),
    "places-empty": ("for no place", example(rule(places=[]))),
    "place-in-capitals": ("no name", example(places={"Market": {"vi": "Chợ", "en": "Market"}})),
    "no-places": ("no kinds of place", example(places={}, rules=[])),
    "two-of-one-id": ("two rules share an id", example(rule(), rule())),
    "ends-before-it-begins": ("a life backwards", example(rule(last_day="2021-09-30"))),
    "day-not-in-the-calendar": ("30 February", example(rule(first_day="2021-02-30"))),
    "day-of-a-week": ("another form of date", example(rule(first_day="2021-W40-5"))),
    "words-in-one-language": ("English is missing", example(rule(words={"vi": "x"}))),
    "words-empty": ("no words", example(rule(words={"vi": "", "en": "x"}))),
    "words-hidden": ("a line end", example(rule(words={"vi": "a\nb", "en": "x"}))),
    "offset-too-far": ("no clock of this earth", example(utc_offset_minutes=841)),
    "too-many-rules": ("65 rules", example(*(rule(f"r{number}") for number in range(65)))),
    "name-repeated": ("a member twice", '{"dated": "2021-10-01", "dated": "2021-10-02"}'),
}  # fmt: skip


def _unusable() -> Iterator[PolicyCase]:
    for name, (description, policy) in _BROKEN.items():
        text = policy if isinstance(policy, str) else json.dumps(policy, ensure_ascii=False)
        yield _unusable_case(f"broken-{name}", f"A policy with {description}.", text, "restaurant")
    whole = json.dumps(example(), ensure_ascii=False)
    for name, place in (("unknown", "cinema"), ("empty", ""), ("in-capitals", "RESTAURANT")):
        yield _unusable_case(
            f"place-{name}", "A reader that was told of a place that is not listed.", whole, place
        )


def _unusable_case(name: str, description: str, policy: str, place: str) -> PolicyCase:
    document = {
        "description": description,
        "section": "18.1" if name.startswith("broken") else "18",
        "policy": policy,
        "place": place,
        "at": NOW,
        "certificate": None,
        "expect": "unusable",
        "rule": None,
        "check": None,
        "passes_from": None,
    }
    return PolicyCase(name=name, document=document)


def cases() -> Iterator[PolicyCase]:
    """All cases."""
    yield from _passing()
    yield from _refused()
    yield from _unusable()
