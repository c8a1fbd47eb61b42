"""The cases that the system of 2021 failed on: what this one shows the person concerned."""

import unicodedata
from pathlib import Path

import pytest

from issuer.intake import RowResult
from issuer.register.models import CertificateState
from issuer.register.people_models import ReviewDecision
from tests.issuer.world import World, row

HUE_1, HUE_2 = row(), row(injected_on="20/08/2021", lot="AZ-2")


@pytest.fixture
def world(tmp_path: Path, either_database: str) -> World:
    return World(tmp_path)


def seen(world: World) -> list[tuple[str, str]]:
    """Colour and doses n/N of every certificate that verifies."""
    return [(one.colour.word, f"{len(one.doses)}/{one.doses_needed}") for one in world.issued()]


def test_hue_two_doses_are_green(world: World) -> None:
    world.issue(HUE_1, HUE_2)
    assert seen(world) == [("green", "2/2")]
    (certificate,) = world.issued()
    assert certificate.name == "Nguyễn Thị Hoà"
    assert [str(dose.day) for dose in certificate.doses] == ["2021-06-16", "2021-08-20"]
    assert certificate.id_suffix == "0123"


def test_one_dose_uploaded_then_the_other(world: World) -> None:
    world.issue(HUE_1)
    assert seen(world) == [("yellow", "1/2")]
    world.issue(HUE_2)
    assert seen(world) == [("green", "2/2")]
    states = [one.state for one in world.certificates()]
    assert states == [CertificateState.SUPERSEDED, CertificateState.ISSUED]


def test_the_second_dose_uploaded_first(world: World) -> None:
    world.issue(HUE_2)
    world.issue(HUE_1)
    assert seen(world) == [("green", "2/2")]


@pytest.mark.parametrize(
    ("doses", "expected"),
    [
        ([("Janssen", "2021-08-01")], ("green", "1/1")),
        ([("Abdala", "2021-10-01"), ("Abdala", "2021-10-15")], ("yellow", "2/3")),
        ([("Abdala", "2021-10-01"), ("Abdala", "2021-10-15"), ("Abdala", "2021-10-29")],
         ("green", "3/3")),
        ([("AZ", "2021-07-01"), ("Pfizer", "2021-09-10")], ("green", "2/2")),
        ([("Moderna", "2021-07-10")], ("yellow", "1/2")),
    ],
)  # fmt: skip
def test_courses(world: World, doses: list[tuple[str, str]], expected: tuple[str, str]) -> None:
    world.issue(*(row(vaccine=vaccine, injected_on=day) for vaccine, day in doses))
    assert seen(world) == [expected]


def test_one_digit_of_the_birth_date(world: World) -> None:
    _, second = world.take_in(HUE_1, {**HUE_2, "birth_date": "30/12/1990"})
    assert second.result is RowResult.WAITING
    assert {f"{one.field}:{one.code}" for one in second.findings} == {"birth_date:DOB_ONE_DIGIT"}


def test_one_tone_mark(world: World) -> None:
    _, second = world.take_in(HUE_1, {**HUE_2, "full_name": "Nguyễn Thị Hoa"})
    assert second.result is RowResult.WAITING
    assert [finding.code for finding in second.findings] == ["NAME_MARKS_DIFFER"]


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Hòa",
        "NGUYỄN THỊ HOÀ",
        "  Nguyễn  Thị\u00a0Hoà ",
        unicodedata.normalize("NFD", "Nguyễn Thị Hoà"),
        "Nguy\u1ec5n\u200b Thị Hoà",
    ],
)
def test_differences_of_format_pass_by_themselves(world: World, name: str) -> None:
    world.issue(HUE_1, {**HUE_2, "full_name": name})
    assert seen(world) == [("green", "2/2")]


def test_lost_leading_zeros(world: World) -> None:
    world.issue(HUE_1, {**HUE_2, "id_number": "79190000123", "phone": "912345678"})
    assert seen(world) == [("green", "2/2")]


def test_an_unlisted_mobile_site(world: World) -> None:
    sites = frozenset({"46001"})
    (outcome,) = world.take_in(row(site="Đội tiêm lưu động số 3"), sites=sites)
    assert outcome.result is RowResult.ACCEPTED
    assert [finding.code for finding in outcome.findings] == ["SITE_UNKNOWN"]
    world.issuing().run()
    assert seen(world) == [("yellow", "1/2")]


def test_somebody_without_an_identity_number(world: World) -> None:
    world.issue({**HUE_1, "id_number": ""}, {**HUE_2, "id_number": ""})
    assert seen(world) == [("yellow", "1/2")]  # the second dose is kept, and shown as waiting
    (item,) = world.waiting()
    assert [one["kind"] for one in item.differences] == ["ID_NOT_COMPARED"]
    world.decide(item, ReviewDecision.SAME)
    world.issuing().run()
    assert seen(world) == [("green", "2/2")]
    assert world.issued()[0].id_suffix is None


def test_only_the_birth_year_is_known(world: World) -> None:
    years = {"birth_date": "1950", "id_number": "012345678"}
    world.issue({**HUE_1, **years}, {**HUE_2, **years})
    assert str(world.issued()[0].birth_date) == "1950"
