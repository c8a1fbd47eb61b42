"""Persons in the register: loading those that records may be about, storing what was decided."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, and_, bindparam, select, union, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from issuer.person import Person
from issuer.records import Identity
from issuer.register.bulk import Cell, insert_rows, is_postgresql, new_ids, pairs, within
from issuer.register.due import mark_due
from issuer.register.models import DoseRow, PersonRow, RecordState, Row
from issuer.register.people_models import IdentifierRow
from spec.certificate import Timestamp, VaccineCode

__all__ = [
    "load_doses",
    "load_people",
    "load_persons",
    "members_of",
    "note_identifiers",
    "numbers_of",
    "save_people",
]

_COLUMNS = (
    PersonRow.id,
    PersonRow.name,
    PersonRow.canonical_name,
    PersonRow.birth_date,
    PersonRow.sex,
    PersonRow.id_number,
    PersonRow.phone,
    PersonRow.merged_into,
)


def load_people(connection: Connection, identities: Sequence[Identity]) -> list[Person]:
    """Load everybody whom records may be about, with their doses, by what the indexes hold.

    That is everybody who has, or had, one of these identity numbers or telephone numbers, or has a
    name and birth date of these, marks aside.
    """
    numbers = {one.id_number for one in identities} | {
        number for one in identities for number in one.old_numbers
    }
    phones = {one.phone for one in identities}
    names = {(one.bare, str(one.birth_date)) for one in identities}
    everybody = union(
        *_who_has(connection, PersonRow.id_number, "id_number", numbers - {None}),
        *_who_has(connection, PersonRow.phone, "phone", phones - {None}),
        _namesakes(connection, sorted(names)),
    )
    query = select(*_COLUMNS).where(_id().in_(everybody)).order_by(_id())
    return _people(connection, connection.execute(query).all())


def load_persons(connection: Connection, person_ids: Iterable[int]) -> list[Person]:
    """Load persons by their ids, with their doses."""
    query = select(*_COLUMNS).where(within(connection, _id(), person_ids))
    return _people(connection, connection.execute(query).all())


def _who_has(
    connection: Connection, own: Any, kind: str, values: "set[str | None]"
) -> "tuple[Select[int], Select[int]]":
    """Everybody who has one of these numbers now, or is known to have or have had it."""
    noted = select(IdentifierRow.person_id).where(
        within(connection, IdentifierRow.__table__.c.value, values), IdentifierRow.kind == kind
    )
    return select(PersonRow.id).where(within(connection, own, values)), noted


def _namesakes(connection: Connection, names: list[tuple[str, str]]) -> "Select[int]":
    """Everybody of these bare names and birth dates."""
    wanted = pairs(connection, names)
    same = and_(PersonRow.bare_name == wanted.c.one, PersonRow.birth_date == wanted.c.other)
    return select(PersonRow.id).select_from(wanted).join(PersonRow, same)


def _people(connection: Connection, rows: Iterable[Any]) -> list[Person]:
    people = {
        key: Person(
            id=key, name=name, canonical_name=canonical, birth_date=birth_date, sex=sex,
            id_number=number, phone=phone, merged_into=merged_into,
        )
        for key, name, canonical, birth_date, sex, number, phone, merged_into in rows
    }  # fmt: skip
    roots = {person.merged_into or key for key, person in people.items()}
    doses = load_doses(connection, roots)
    for key, person in people.items():
        # One mapping for all who are one person, so that a dose of one is a dose of all.
        person.doses = doses.setdefault(person.merged_into or key, {})
    _load_identifiers(connection, people)
    return list(people.values())


def _load_identifiers(connection: Connection, people: dict[int, Person]) -> None:
    query = select(IdentifierRow.person_id, IdentifierRow.kind, IdentifierRow.value).where(
        within(connection, IdentifierRow.__table__.c.person_id, people)
    )
    for person_id, kind, value in connection.execute(query).all():
        person = people[person_id]
        if kind == "phone":
            person.phones += (value,)
        elif value != person.id_number:
            person.old_numbers += (value,)


def members_of(connection: Connection, person_ids: Iterable[int]) -> dict[int, int]:
    """Those who are merged into some persons, each with the person who stands for them."""
    merged = PersonRow.__table__.c.merged_into
    query = select(PersonRow.id, merged).where(within(connection, merged, person_ids))
    return dict(connection.execute(query).all())


def numbers_of(connection: Connection, person_ids: Iterable[int]) -> set[str]:
    """The identity numbers that persons have or had."""
    wanted = list(person_ids)
    people, noted = PersonRow.__table__.c, IdentifierRow.__table__.c
    own = select(people.id_number).where(
        within(connection, people.id, wanted), people.id_number.is_not(None)
    )
    former = select(noted.value).where(
        within(connection, noted.person_id, wanted), noted.kind == "id_number"
    )
    return set(connection.execute(own.union(former)).scalars())


def load_doses(
    connection: Connection, person_ids: Iterable[int]
) -> dict[int, dict[date, VaccineCode]]:
    """Load the accepted doses of persons, and of those merged into them: a vaccine for each day."""
    roots = set(person_ids)
    if not roots:
        return {}
    members = members_of(connection, roots)
    doses: defaultdict[int, dict[date, VaccineCode]] = defaultdict(dict)
    person = DoseRow.__table__.c.person_id
    query = select(person, DoseRow.injected_on, DoseRow.vaccine).where(
        within(connection, person, [*roots, *members]),
        DoseRow.state == RecordState.ACCEPTED.value,
    )
    for person_id, day, vaccine in connection.execute(query).all():
        # An accepted record has all three.
        if person_id is not None and day is not None and vaccine is not None:
            doses[members.get(person_id, person_id)][day] = VaccineCode(vaccine)
    return dict(doses)


def save_people(connection: Connection, people: Iterable[Person], now: Timestamp) -> None:
    """Store those whom an accepted record touched, and mark them as due; the new get their id."""
    touched = [person for person in people if person.touched]
    new = [person for person in touched if person.id is None]
    known = [person for person in touched if person.id is not None]
    changed = [person for person in known if person.changed]
    if changed:
        _update(connection, changed)
    if new:
        _insert(connection, new, now)
    mark_due(connection, [person.merged_into or person.id or 0 for person in touched])
    rows = [
        {"person_id": person.id, "kind": kind, "value": value, "noted_at": now}
        for person in touched
        for kind, value in person.learned
    ]
    note_identifiers(connection, rows)


def note_identifiers(connection: Connection, rows: list[Row]) -> None:
    """Note further numbers of persons; what is noted already is not noted twice."""
    if not rows:
        return
    dialect = postgresql if is_postgresql(connection) else sqlite
    connection.execute(dialect.insert(IdentifierRow).on_conflict_do_nothing(), rows)


def _id() -> "ColumnElement[int]":
    column: ColumnElement[int] = PersonRow.__table__.c.id
    return column


def _update(connection: Connection, people: list[Person]) -> None:
    statement = (
        update(PersonRow)
        .where(PersonRow.id == bindparam("key"))
        .values(
            sex=bindparam("new_sex"),
            id_number=bindparam("new_number"),
            phone=bindparam("new_phone"),
        )
    )
    parameters = [
        {
            "key": person.id,
            "new_sex": person.sex,
            "new_number": person.id_number,
            "new_phone": person.phone,
        }
        for person in people
    ]
    connection.execute(statement, parameters)


_INSERTED: Final = (
    "id", "name", "canonical_name", "bare_name", "birth_date", "sex", "id_number", "phone",
    "created_at",
)  # fmt: skip


def _insert(connection: Connection, people: list[Person], now: Timestamp) -> None:
    table: Table = PersonRow.__table__  # type: ignore[assignment]  # it is one
    rows: list[tuple[Cell, ...]] = []
    for key, person in zip(new_ids(connection, table, len(people)), people, strict=True):
        person.id = key
        rows.append((
            key, person.name, person.canonical_name, person.bare,
            person.birth_date, person.sex and str(person.sex), person.id_number, person.phone, now,
        ))  # fmt: skip
    insert_rows(connection, table, _INSERTED, rows)
