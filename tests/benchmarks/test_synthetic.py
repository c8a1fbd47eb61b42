"""The generator of invented records: the same every time, and true to its own truth."""

import csv
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random

from benchmarks.synthetic.mistakes import KINDS, Outcome, spoil
from benchmarks.synthetic.people import person
from benchmarks.synthetic.quality import quality_of
from benchmarks.synthetic.records import records, write_csv
from issuer.csv_file import open_csv
from issuer.intake import Intake
from issuer.records import Rules
from issuer.register.database import Register
from spec.dates import BirthDate
from spec.identity import Sex, id_agrees_with
from tests.authority import Authority, vaccine_table

PEOPLE = 600


def test_the_same_seed_makes_the_same_records() -> None:
    assert list(records(3, 50)) == list(records(3, 50))
    assert list(records(3, 50)) != list(records(4, 50))
    assert person(3, 7) == person(3, 7)


def test_everybody_has_a_number_of_their_own_that_agrees_with_them() -> None:
    people = [person(1, number) for number in range(3_000)]
    assert len({one.id_number for one in people}) == len(people)
    for one in people:
        born = BirthDate.of(one.born)
        assert id_agrees_with(one.id_number, born, Sex(one.sex))


def test_twins_and_namesakes_are_near_and_not_the_same() -> None:
    first, twin = person(1, 100), person(1, 101)
    assert (first.born, first.phone, first.sex) == (twin.born, twin.phone, twin.sex)
    assert first.name != twin.name
    assert sum(a != b for a, b in zip(first.id_number, twin.id_number, strict=True)) == 1
    one, namesake = person(1, 150), person(1, 151)
    assert (one.name, one.born) == (namesake.name, namesake.born)
    assert one.id_number != namesake.id_number
    assert one.phone != namesake.phone


def test_a_mistake_changes_its_own_field_and_no_other() -> None:
    draw, seen = Random(5), set()  # noqa: S311 - no secret
    for cells, truth in records(5, 1_500):
        if truth.kind is not None:
            continue
        spoiled, made = spoil(cells, draw, "012345678")
        assert {column for column in cells if cells[column] != spoiled[column]} == {made.field}
        seen.add(made)
    assert seen == set(KINDS)


def test_a_quarter_of_the_people_have_something_wrong() -> None:
    wrong = {truth.person for _, truth in records(1, 4_000) if truth.kind is not None}
    assert 0.23 < len(wrong) / 4_000 < 0.27
    outcomes = Counter(kind.outcome for kind in KINDS)
    assert set(outcomes) == set(Outcome)


def test_files_say_which_line_is_which(tmp_path: Path) -> None:
    path, truth = tmp_path / "records.csv", tmp_path / "truth.csv"
    count = write_csv(path, 2, 40, truth)
    with truth.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    assert [int(one["line"]) for one in told] == list(range(2, count + 2))
    assert len(path.read_text("utf-8").splitlines()) == count + 1


def test_the_register_is_right_about_invented_people(tmp_path: Path) -> None:
    path, authority = tmp_path / "records.csv", Authority()
    write_csv(path, 11, PEOPLE)
    with closing(Register.open(tmp_path / "register.sqlite3")) as register:
        rules = Rules.of(table=vaccine_table(), now=authority.now)
        table, clock = vaccine_table(), authority.clock
        for _ in Intake(register=register, rules=rules, table=table, clock=clock).run(
            open_csv(path)
        ):
            pass
        quality = quality_of(register, 11, PEOPLE)
        assert quality.false_merges == 0
        assert quality.of(Outcome.WAITS).share >= 0.99
        assert quality.of(Outcome.PASSES).share >= 0.999
        assert quality.of(Outcome.REFUSED).share == 1
        assert f"{quality.records:,} records, 0 accepted" in "\n".join(quality.lines())
        _false_merges_are_counted(register)


def _false_merges_are_counted(register: Register) -> None:
    """The table has to be able to fail: give one record to somebody else, and look again."""
    with register.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE dose_records SET person_id = (SELECT min(person_id) FROM dose_records"
            " WHERE state = 'accepted') WHERE id = (SELECT max(id) FROM dose_records"
            " WHERE state = 'accepted')"
        )
    assert quality_of(register, 11, PEOPLE).false_merges == 1


def test_doses_are_after_birth_and_before_today() -> None:
    for cells, truth in records(1, 300):
        if truth.kind is None:
            day = date(*(int(part) for part in reversed(cells["injected_on"].split("/"))))
            assert date(2021, 3, 8) <= day < date(2021, 12, 15)
