"""Whoever asks how a correction request stands proves to know something of the person.

The number of a request is read over telephones and lies on tables. So it alone opens nothing to
somebody without an account: the birth date or the telephone number of the person goes with it.
"""

import json
from typing import Any

from sqlalchemy import Connection, select

from issuer.cells import read_birth_date
from issuer.records import Rules
from issuer.register.models import PersonRow
from issuer.register.people_models import IdentifierRow
from spec.dates import BirthDate
from spec.identity import parse_phone

__all__ = ["proves"]


def proves(
    connection: Connection, request: Any, birth_date: str | None, phone: str | None, rules: Rules
) -> bool:
    """Tell whether the birth date or the telephone number is the person's of a request.

    What the asker stated counts, what is asked for, and what the register knows.
    """
    stated = [json.loads(request.stated), json.loads(request.changes)]
    if birth_date is not None and (born := _birth_date(birth_date, rules)) is not None:
        said = {_birth_date(one.get("birth_date", ""), rules) for one in stated}
        if born in said | _known_birth_dates(connection, request.person_id):
            return True
    if phone is not None and (number := _phone(phone)) is not None:
        told = {_phone(one.get("phone", "")) for one in stated}
        return number in told | _known_phones(connection, request.person_id)
    return False


def _known_birth_dates(connection: Connection, person_id: int | None) -> set[BirthDate | None]:
    query = select(PersonRow.birth_date).where(PersonRow.id == person_id)
    return {BirthDate.parse(text) for text in connection.execute(query).scalars()}


def _known_phones(connection: Connection, person_id: int | None) -> set[str | None]:
    own = select(PersonRow.phone).where(PersonRow.id == person_id)
    further = select(IdentifierRow.value).where(
        IdentifierRow.person_id == person_id, IdentifierRow.kind == "phone"
    )
    return {*connection.execute(own).scalars(), *connection.execute(further).scalars()}


def _birth_date(text: str, rules: Rules) -> BirthDate | None:
    return read_birth_date(text, rules.today, lambda _, __: None)


def _phone(text: str) -> str | None:
    found = parse_phone(text)
    return None if found is None else found.text
