"""Taking in: every row ends in one place, is kept as it came, and counts once."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from issuer.csv_file import open_csv
from issuer.intake import Intake, RowResult, UndoneImportError
from issuer.records import Rules
from issuer.register.models import DoseRow, PersonRow
from issuer.register.undoing import undo_import
from tests.authority import DAY, vaccine_table
from tests.issuer.world import PowerCutError, World, row

ACCEPTED, REFUSED, REPEATED = RowResult.ACCEPTED, RowResult.REFUSED, RowResult.REPEATED
WAITING = RowResult.WAITING


@pytest.fixture
def world(tmp_path: Path, either_database: str) -> World:
    return World(tmp_path)


def results(world: World, *rows: dict[str, str], size: int = 500) -> list[RowResult]:
    return [outcome.result for outcome in world.take_in(*rows, size=size)]


def snapshot(world: World) -> list[object]:
    tables = ("imports", "persons", "dose_records", "status_lists", "certificates", "review_items")
    with world.register.reading() as connection:
        return [
            connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1").all()  # noqa: S608 - ours
            for table in tables
        ]


def test_the_raw_row_is_kept_as_it_came(world: World) -> None:
    raw = row(full_name="  nguyễn thị  HOÀ\u200b", phone="+84 912.345.678", vaccine="?")
    (outcome,) = world.take_in(raw)
    with world.register.reading() as connection:
        kept = connection.execute(select(DoseRow.raw, DoseRow.state, DoseRow.findings)).one()
    assert json.loads(kept.raw) == list(raw.values())
    assert (outcome.result, kept.state) == (REFUSED, "refused")
    assert kept.findings == "vaccine:VACCINE_UNKNOWN"


@pytest.mark.parametrize("size", [1, 2, 500])
def test_the_same_file_again_changes_nothing(world: World, size: int) -> None:
    rows = [row(), row(injected_on="20/08/2021"), row(vaccine="?"), row()]
    assert results(world, *rows, size=size) == [ACCEPTED, ACCEPTED, REFUSED, REPEATED]
    world.issuing().run()
    before = snapshot(world)
    world.clock.advance(DAY)
    assert results(world, *rows, size=size) == [REPEATED, REPEATED, REFUSED, REPEATED]
    world.issuing().run()
    assert snapshot(world) == before


def test_the_same_row_in_another_file_is_the_same_record(world: World) -> None:
    assert results(world, row()) == [ACCEPTED]
    assert results(world, row(lot="AZ-9", injected_on="01/09/2021"), row()) == [ACCEPTED, REPEATED]
    assert world.count("dose_records") == 2


def test_the_same_dose_in_another_row_counts_once(world: World) -> None:
    first, second = world.take_in(row(), row(phone="", lot="az1", injected_on="2021-06-16"))
    assert (first.result, second.result) == (ACCEPTED, ACCEPTED)
    assert [finding.code for finding in second.findings] == ["DUPLICATE_EXACT"]
    world.issuing().run()
    (certificate,) = world.issued()
    assert len(certificate.doses) == 1


def test_a_refused_row_is_judged_anew_when_it_comes_again(world: World) -> None:
    future = row(injected_on="2021-12-20")
    assert results(world, future) == [REFUSED]
    world.clock.advance(10 * DAY)
    assert results(world, future) == [ACCEPTED]
    assert world.count("dose_records") == 1
    assert len(world.issue(row(vaccine="?")).issued_to) == 1


@pytest.mark.parametrize("size", [1, 500])
def test_batches_make_no_difference(world: World, size: int) -> None:
    outcomes = world.take_in(
        row(injected_on="20/08/2021"),
        row(),
        row(full_name="Lê Lan"),
        row(phone="", injected_on="21/10/2021", vaccine="Pfizer"),
        size=size,
    )
    assert [outcome.result for outcome in outcomes] == [ACCEPTED, ACCEPTED, WAITING, ACCEPTED]
    assert [finding.code for finding in outcomes[2].findings] == [
        "NAME_DIFFERS",
        "DUPLICATE_EXACT",
    ]
    assert world.count("persons") == 1


def test_a_refused_row_makes_no_person(world: World) -> None:
    assert results(world, row(vaccine="?")) == [REFUSED]
    assert world.count("persons") == 0


def test_what_a_later_record_knows_is_learned(world: World) -> None:
    world.take_in(row(phone="", sex=""), row(injected_on="20/08/2021"))
    with world.register.reading() as connection:
        person = connection.execute(select(PersonRow.phone, PersonRow.sex)).one()
    assert person == ("0912345678", "F")
    world.issuing().run()
    assert world.issued()[0].id_suffix == "0123"


@pytest.mark.parametrize("commit", [1, 2, 3])
def test_a_power_cut_at_any_commit_loses_and_doubles_nothing(world: World, commit: int) -> None:
    rows = [row(), row(injected_on="20/08/2021"), row(vaccine="?"), row(lot="other")]
    with world.failing_at_commit(commit), pytest.raises(PowerCutError):
        world.take_in(*rows, size=2)
    world.take_in(*rows, size=2)
    assert (world.count("dose_records"), world.count("persons")) == (4, 1)
    world.issuing().run()
    assert len(world.issued()[0].doses) == 2


def test_outcomes_carry_lines_and_no_personal_data(world: World) -> None:
    outcomes = world.take_in(row(), row(full_name="Lê Lan", vaccine="?"))
    assert [outcome.line for outcome in outcomes] == [2, 3]
    assert "Lê" not in repr(outcomes)


def test_what_was_undone_as_a_whole_comes_again_when_it_is_said(world: World) -> None:
    rows = (row(), row(injected_on="20/08/2021"), row(vaccine="?"))
    assert results(world, *rows) == [ACCEPTED, ACCEPTED, REFUSED]
    with world.register.writing() as connection:
        assert undo_import(connection, 1, "lan", "a wrong file", world.clock.now()) == (2, 0)
    with pytest.raises(UndoneImportError):
        results(world, *rows)
    rules = Rules.of(table=vaccine_table(), now=world.clock.now())
    again = Intake(
        register=world.register, rules=rules, table=vaccine_table(), clock=world.clock, again=True,
        size=1,
    )  # fmt: skip
    source = open_csv(world.folder / "records.csv")
    batches = again.run(source)
    assert next(batches)[0].result is ACCEPTED
    batches.close()  # it is interrupted here, and goes on when it is said again
    with pytest.raises(UndoneImportError):
        results(world, *rows)
    told = [outcome.result for batch in again.run(source) for outcome in batch]
    assert told == [REPEATED, ACCEPTED, REFUSED]
    assert results(world, *rows) == [REPEATED, REPEATED, REFUSED]
    with world.register.writing() as connection:
        assert undo_import(connection, 1, "lan", "a wrong file", world.clock.now()) == (2, 0)


def undo(world: World, import_id: int) -> int:
    with world.register.writing() as connection:
        now = world.clock.now()
        return undo_import(connection, import_id, "lan", "a wrong file", now).withdrawn


PERSON_WITHOUT_NUMBER = row(id_number="")


@pytest.mark.parametrize("first", [row(), PERSON_WITHOUT_NUMBER], ids=["number", "telephone"])
def test_who_comes_again_after_an_undone_import_is_the_same_person(
    world: World, first: dict[str, str]
) -> None:
    world.issue(first)
    (before,) = world.certificates()
    assert undo(world, 1) == 1
    world.issuing().run()  # the fall is proposed, and waits for a second person
    world.issue(first | {"lot": "AZ-11"})
    assert (world.count("persons"), world.states()) == (1, ["issued"])
    (standing,) = world.certificates()
    assert standing.text == before.text
    with world.register.reading() as connection:
        person = connection.execute(select(PersonRow.id_number, PersonRow.phone)).one()
        pending = "SELECT count(*) FROM proposals WHERE state = 'pending'"
        assert connection.exec_driver_sql(pending).scalar_one() == 0
    assert tuple(person) == (first["id_number"] or None, first["phone"])


@pytest.mark.parametrize(
    "changes",
    [
        {"full_name": "Nguyễn Thị Hoa"},
        {"birth_date": "30/12/1990"},
        {"id_number": "079190000124"},
        {"id_number": ""},
        {"sex": ""},
    ],
    ids=lambda changes: next(iter(changes)) + (" left out" if "" in changes.values() else ""),
)
def test_of_whom_no_dose_is_left_is_the_match_of_nobody_else(
    world: World, changes: dict[str, str]
) -> None:
    world.issue(row())
    undo(world, 1)
    assert results(world, row() | changes) == [ACCEPTED]
    assert world.count("persons") == (1 if "sex" in changes else 2)


def test_what_a_standing_import_brought_stays_whichever_others_are_undone(world: World) -> None:
    one, two, three = row(), row(injected_on="20/08/2021"), row(injected_on="20/09/2021")
    world.take_in(one)
    world.take_in(one, two)
    world.take_in(one, three)
    assert [undo(world, 1), undo(world, 3)] == [0, 1]
    assert [one.state for one in world.records()] == ["accepted", "accepted", "withdrawn"]
    assert undo(world, 2) == 2
