"""What changes of a person with their records: what a correction says, and whose a number is.

Somebody of whom no dose is left gives their numbers free: what was entered by mistake must not
stand in the way of what is right. With a record that is put back they come back.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Connection, exists, select, update

from issuer.records import DoseRecord
from issuer.register.bulk import within
from issuer.register.models import DoseRow, PersonRow, RecordState, Row
from issuer.register.people import note_identifiers
from issuer.register.places import family_of
from keys.errors import HintedError
from spec.certificate import Timestamp
from spec.names import bare_letters, canonical_name

__all__ = [
    "ChangeError", "check_not_erased", "correct_person", "give_back", "owner_of", "release",
]  # fmt: skip


class ChangeError(HintedError):
    """A record cannot be changed so."""

    code: ClassVar[str] = "change"


def correct_person(connection: Connection, former: Any, record: DoseRecord, now: Timestamp) -> None:
    """Change of a person what a correction changes of the record; raises ChangeError."""
    person = connection.execute(
        select(PersonRow.__table__).where(PersonRow.id == former.person_id).with_for_update()
    ).one()
    check_not_erased(person.erased_at)
    changes = dict(_changed(former, record, person))
    number = changes.get("id_number")
    if number is not None:
        _take_over(connection, person.id, number, _noted(former, "id_number", number, now))
        if person.id_number is not None:
            note_identifiers(connection, [_noted(former, "id_number", person.id_number, now)])
    if changes and _contact_taken(connection, {**person._mapping, **changes}):
        # Another person has this name, birth date and telephone number: it is kept beside.
        phone = changes.get("phone", person.phone)
        note_identifiers(connection, [_noted(former, "phone", phone, now)])
        changes["phone"] = None
    if changes:
        connection.execute(update(PersonRow).where(PersonRow.id == person.id).values(**changes))


def release(connection: Connection, person_ids: Sequence[int], now: Timestamp) -> None:
    """Free the numbers of persons of whom no accepted record is left."""
    left = exists().where(
        DoseRow.person_id == PersonRow.id, DoseRow.state == RecordState.ACCEPTED.value
    )
    query = select(PersonRow.id, PersonRow.id_number, PersonRow.phone).where(
        within(connection, PersonRow.__table__.c.id, person_ids), ~left
    )
    gone = connection.execute(query).all()
    rows: list[Row] = [
        {"person_id": key, "kind": kind, "value": value, "noted_at": int(now)}
        for key, number, phone in gone
        for kind, value in (("id_number", number), ("phone", phone))
        if value is not None
    ]
    note_identifiers(connection, rows)
    ids = [key for key, _, _ in gone]
    connection.execute(
        update(PersonRow)
        .where(within(connection, PersonRow.__table__.c.id, ids))
        .values(id_number=None, phone=None)
    )


def give_back(connection: Connection, record: Any) -> None:
    """Give a person the numbers of their record back, unless somebody has them by now."""
    person = connection.execute(
        select(PersonRow.__table__).where(PersonRow.id == record.person_id)
    ).one()
    changes: Row = {}
    number, phone = record.id_number, record.phone
    if number and person.id_number is None and owner_of(connection, number) is None:
        changes["id_number"] = number
    wanted = {**person._mapping, "phone": phone}
    if phone is not None and person.phone is None and not _contact_taken(connection, wanted):
        changes["phone"] = phone
    if changes:
        connection.execute(update(PersonRow).where(PersonRow.id == person.id).values(**changes))


def owner_of(connection: Connection, number: str) -> int | None:
    """Whose an identity number is now."""
    query = select(PersonRow.id).where(PersonRow.id_number == number)
    return connection.execute(query).scalar()


def check_not_erased(erased_at: int | None) -> None:
    """Raise ChangeError where the data of a person were erased."""
    if erased_at is not None:
        raise ChangeError("the data of that person were erased on lawful request")


def _changed(former: Any, record: DoseRecord, person: Any) -> Iterator[tuple[str, Any]]:
    """What a correction changes of the record, where the person does not say so already."""
    identity = record.identity
    if identity.name not in (former.full_name, person.name):
        canonical = canonical_name(identity.name)
        yield from (("name", identity.name), ("canonical_name", canonical))
        yield "bare_name", bare_letters(canonical)
    if str(identity.birth_date) not in (former.birth_date, person.birth_date):
        yield "birth_date", str(identity.birth_date)
    if identity.sex not in (None, former.sex, person.sex):
        yield "sex", identity.sex
    if identity.id_number not in (None, former.id_number, person.id_number):
        yield "id_number", identity.id_number
    if identity.phone not in (None, former.phone) and person.phone in (None, former.phone):
        yield "phone", identity.phone


def _take_over(connection: Connection, person_id: int, number: str, noted: Row) -> None:
    """Free an identity number for a person, from whoever is one with them. Raises ChangeError."""
    owner = owner_of(connection, number)
    if owner is None:
        return
    if owner not in family_of(connection, [person_id]):
        raise ChangeError(
            "the corrected identity number is another person's",
            hint="compare the two persons; if they are one, merge them first",
        )
    connection.execute(update(PersonRow).where(PersonRow.id == owner).values(id_number=None))
    note_identifiers(connection, [{**noted, "person_id": owner}])


def _contact_taken(connection: Connection, person: Mapping[str, Any]) -> bool:
    """Tell whether somebody else has a person's name, birth date and telephone number."""
    query = select(PersonRow.id).where(
        PersonRow.canonical_name == person["canonical_name"],
        PersonRow.birth_date == person["birth_date"],
        PersonRow.phone == person["phone"],
        PersonRow.id != person["id"],
    )
    return person["phone"] is not None and connection.execute(query).first() is not None


def _noted(former: Any, kind: str, value: str, now: Timestamp) -> Row:
    return {
        "person_id": former.person_id,
        "kind": kind,
        "value": value,
        "record_id": former.id,
        "noted_at": int(now),
    }
