"""Entry policies: the vectors, the parser against what is none, and rules that never go back."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec.certificate import Certificate, Dose, Timestamp, VaccineCode
from spec.dates import BirthDate
from spec.entry_policy import MAX_POLICY_BYTES, EntryPolicy, EntryPolicyError
from spec.entry_rules import EntryCheck, EntryRefusal, EntryRefusedError, EntryRules
from tests.authority import Authority
from tests.spec.test_readme import section, table
from tests.spec.test_vaccines import JSON
from tests.vectors import files
from tests.vectors.policies import NOW, TODAY, example, rule

PATHS: Final = sorted(files.POLICY_DIRECTORY.glob("*.json"))
DAY: Final = 86_400


def read(document: object) -> EntryPolicy:
    return EntryPolicy.from_json(json.dumps(document).encode())


def certificate_of(days: list[date], needed: int, **facts: Any) -> Certificate:
    return Authority().certificate(
        doses=tuple(Dose(VaccineCode(4), day) for day in days),
        doses_needed=needed,
        birth_date=BirthDate(1950),
        **facts,
    )


def refusal_of(rules: EntryRules, certificate: Certificate, at: int) -> EntryRefusal | None:
    try:
        rules.check(certificate, Timestamp(at))
    except EntryRefusedError as error:
        return error.refusal
    return None


def load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_vectors(path: Path) -> None:
    case = load(path)
    try:
        rules = EntryRules.of(EntryPolicy.from_json(case["policy"].encode()), case["place"])
    except EntryPolicyError:
        assert case["expect"] == "unusable"
        return
    facts = case["certificate"]
    certificate = certificate_of(
        [date.fromisoformat(day) for day in facts["doses"]],
        facts["doses_needed"],
        issued_at=Timestamp(facts["issued_at"]),
        expires_at=Timestamp(facts["expires_at"]),
    )
    refusal = refusal_of(rules, certificate, case["at"])
    if refusal is None:
        assert case["expect"] == "passes"
        return
    assert case["expect"] == "refused"
    assert (refusal.rule.id, refusal.check, refusal.passes_from) == (
        case["rule"],
        case["check"],
        case["passes_from"],
    )


def test_most_vectors_are_negative() -> None:
    passing = [path for path in PATHS if load(path)["expect"] == "passes"]
    assert len(PATHS) >= 50
    assert len(passing) < len(PATHS) / 3


def test_the_example_of_the_specification_is_read() -> None:
    text = section("18.1 The policy")
    (block,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    policy = EntryPolicy.from_json(block.encode())
    assert [rule.id for rule in EntryRules.of(policy, "restaurant").rules] == [
        "restaurant-green",
        "one-dose",
    ]
    rule_members = [row[0] for row in table(text, "Member of a rule")]
    assert {name.strip("`") for names in rule_members for name in names.split(", ")} == set(
        json.loads(block)["rules"][0]
    )
    members = [row[0].strip("`") for row in table(text, "Member")]
    assert members == list(json.loads(block))
    assert f"at most {MAX_POLICY_BYTES} bytes" in text


def test_the_checks_of_the_specification_are_those_of_the_code() -> None:
    rows = table(section("18.3 What a rule demands"), "Check")
    assert [row[0].strip("`") for row in rows] == list(EntryCheck)


@given(value=JSON)
def test_no_document_raises_anything_else(value: object) -> None:
    with pytest.raises(EntryPolicyError):
        read(value)


@given(data=st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with pytest.raises(EntryPolicyError):
        EntryPolicy.from_json(data)


MEMBERS: Final = [("rules", 0, name) for name in rule()] + [(name,) for name in example()]


@given(value=JSON, place=st.sampled_from(MEMBERS))
def test_a_member_of_another_kind_is_read_or_refused(value: object, place: tuple[Any, ...]) -> None:
    document: Any = example()
    inner = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    try:
        read(document)
    except EntryPolicyError:
        return


def test_a_policy_too_long_is_refused_unread() -> None:
    with pytest.raises(EntryPolicyError, match="longer"):
        EntryPolicy.from_json(b" " * (MAX_POLICY_BYTES + 1))


def test_a_message_names_no_value_of_the_file() -> None:
    with pytest.raises(EntryPolicyError) as caught:
        read(example(rule(id="Not A Name")))
    assert "Not A Name" not in str(caught.value)


WAITS = st.dictionaries(
    st.sampled_from(["green", "yellow"]),
    st.fixed_dictionaries({"days_since_dose": st.integers(0, 60)}),
    min_size=1,
)
OFFSETS = st.integers(-60, 60)


@st.composite
def rule_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for number in range(draw(st.integers(1, 4))):
        first = TODAY + timedelta(days=draw(OFFSETS))
        length = draw(st.none() | st.integers(0, 60))
        rows.append(
            rule(
                f"r{number}",
                colours=draw(WAITS),
                first_day=first.isoformat(),
                last_day=length if length is None else str(first + timedelta(days=length)),
                longest_age_days=draw(st.none() | st.integers(0, 120)),
            )
        )
    return rows


COURSES = st.lists(st.integers(1, 60), min_size=1, max_size=5)


def course_of(gaps: list[int]) -> list[date]:
    """Doses with these days between them, the last one before today by the last of them."""
    days, day = [], TODAY
    for gap in reversed(gaps):
        day -= timedelta(days=gap)
        days.append(day)
    return days[::-1]


@settings(max_examples=300)
@given(rows=rule_rows(), gaps=COURSES, needed=st.integers(1, 3))
def test_a_further_dose_takes_nothing_away(
    rows: list[dict[str, Any]], gaps: list[int], needed: int
) -> None:
    rules = EntryRules.of(read(example(*rows)), "restaurant")
    days = course_of(gaps)
    issued = Timestamp(NOW - 100)
    for count in range(1, len(days)):
        before = certificate_of(days[:count], needed, issued_at=issued)
        after = certificate_of(days[: count + 1], needed, issued_at=issued)
        if refusal_of(rules, before, NOW) is None:
            assert refusal_of(rules, after, NOW) is None


@settings(max_examples=300)
@given(
    rows=rule_rows(),
    gaps=COURSES,
    needed=st.integers(1, 3),
    age=st.integers(0, 90),
    left=st.integers(1, 150),
)
def test_the_moment_is_the_first_at_which_it_passes(
    rows: list[dict[str, Any]], gaps: list[int], needed: int, age: int, left: int
) -> None:
    rules = EntryRules.of(read(example(*rows)), "restaurant")
    certificate = certificate_of(
        course_of(gaps),
        needed,
        issued_at=Timestamp(NOW - age * DAY),
        expires_at=Timestamp(NOW + left * DAY),
    )
    refusal = refusal_of(rules, certificate, NOW)
    if refusal is None:
        return
    today = rules.day_of(Timestamp(NOW))
    mornings = [
        begins
        for later in range(1, 400)
        if (begins := (today + later) * DAY - 7 * 3600) < certificate.expires_at
    ]
    passing = [at for at in mornings if refusal_of(rules, certificate, at) is None]
    assert refusal.passes_from == (passing[0] if passing else None)


@given(at=st.integers(0, 4_000_000_000), offset=st.integers(-840, 840))
def test_days_begin_at_midnight_of_the_place(at: int, offset: int) -> None:
    rules = EntryRules.of(read(example(utc_offset_minutes=offset)), "market")
    day = rules.day_of(Timestamp(at))
    begins = rules.beginning_of(day)
    assert begins <= at < begins + DAY
    assert rules.day_of(begins) == day
    assert rules.day_of(Timestamp(begins - 1)) == day - 1
