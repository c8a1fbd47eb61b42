"""Persons in the register: loading those that records may be about, storing what was decided."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    column,
    insert,
    select,
    update,
    values,
)

from issuer.matching import Person
from issuer.records import Identity
from issuer.register.models import DoseRow, PersonRow, RecordState
from spec.certificate import Timestamp, VaccineCode
from spec.names import canonical_name

__all__ = ["load_doses", "load_people", "save_people"]

_COLUMNS = (
    PersonRow.id,
    PersonRow.name,
    PersonRow.canonical_name,
    PersonRow.birth_date,
    PersonRow.sex,
    PersonRow.id_number,
    PersonRow.phone,
)


def load_people(connection: Connection, identities: Sequence[Identity]) -> list[Person]:
    """Load everybody with one of these identity numbers, or with a name and birth date of these.

    They come with their doses.
    """
    rows: list[Any] = []
    if numbers := {one.id_number for one in identities if one.id_number is not None}:
        rows += connection.execute(select(*_COLUMNS).where(PersonRow.id_number.in_(numbers)))
    if names := {(canonical_name(one.name), str(one.birth_date)) for one in identities}:
        rows += connection.execute(_named(names))
    people = {row.id: Person(**row._mapping) for row in rows}
    doses = load_doses(connection, people)
    for key, person in people.items():
        person.doses = doses.get(key, {})
    return list(people.values())


def load_doses(
    connection: Connection, person_ids: Iterable[int]
) -> dict[int, dict[date, VaccineCode]]:
    """Load the accepted doses of persons: for each person a vaccine for each day."""
    doses: dict[int, dict[date, VaccineCode]] = {}
    query = select(DoseRow.person_id, DoseRow.injected_on, DoseRow.vaccine).where(
        DoseRow.person_id.in_(list(person_ids)), DoseRow.state == RecordState.ACCEPTED
    )
    for person_id, day, vaccine in connection.execute(query):
        # An accepted record has all three.
        if person_id is not None and day is not None and vaccine is not None:
            doses.setdefault(person_id, {})[day] = VaccineCode(vaccine)
    return doses


def save_people(connection: Connection, people: Iterable[Person], now: Timestamp) -> None:
    """Store those whom an accepted record touched, and mark them as due; the new get their id."""
    touched = [person for person in people if person.touched]
    known = [person for person in touched if person.id is not None]
    new = [person for person in touched if person.id is None]
    if known:
        _update(connection, known)
    if new:
        _insert(connection, new, now)


def _named(names: set[tuple[str, str]]) -> "Select[*tuple[Any, ...]]":
    """Everybody of these names and birth dates.

    A join with a list of values: for pairs after IN, SQLite would read the whole table.
    """
    wanted = (
        values(column("canonical_name", Text), column("birth_date", Text), name="wanted")
        .data(sorted(names))
        .cte("wanted")
    )
    same = and_(
        PersonRow.canonical_name == wanted.c.canonical_name,
        PersonRow.birth_date == wanted.c.birth_date,
    )
    return select(*_COLUMNS).select_from(wanted).join(PersonRow, same)


def _update(connection: Connection, people: list[Person]) -> None:
    statement = (
        update(PersonRow)
        .where(PersonRow.id == bindparam("key"))
        .values(
            sex=bindparam("new_sex"),
            id_number=bindparam("new_id_number"),
            phone=bindparam("new_phone"),
            due=1,
        )
    )
    parameters = [
        {
            "key": person.id,
            "new_sex": person.sex,
            "new_id_number": person.id_number,
            "new_phone": person.phone,
        }
        for person in people
    ]
    connection.execute(statement, parameters)


def _insert(connection: Connection, people: list[Person], now: Timestamp) -> None:
    """Insert new persons; the rows that come back in any order are told apart by their keys."""
    statement = insert(PersonRow).returning(*_COLUMNS)
    parameters = [
        {
            "name": person.name,
            "canonical_name": person.canonical_name,
            "birth_date": person.birth_date,
            "sex": person.sex,
            "id_number": person.id_number,
            "phone": person.phone,
            "due": 1,
            "created_at": now,
        }
        for person in people
    ]
    ids = {_key(row): row.id for row in connection.execute(statement, parameters)}
    for person in people:
        person.id = ids[_key(person)]


def _key(person: Any) -> tuple[str | None, str, str, str | None]:
    """What no two persons share: the number, or else name, birth date and telephone number."""
    return (person.id_number, person.canonical_name, person.birth_date, person.phone)
