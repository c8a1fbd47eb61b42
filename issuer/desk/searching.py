"""Searching for people: by what somebody knows, within their area, and told in the audit trail."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Final

from sqlalchemy import Connection

from issuer.access.rights import NATION, Action, Actor, allowed, check
from issuer.cells import read_birth_date
from issuer.desk.telling import tell
from issuer.register.people import load_doses
from issuer.register.places import places_of_people, places_of_records
from issuer.register.search import Current, Found, Wanted, current_certificates, find_people
from issuer.why import RecordSeen, records_of_number
from keys.errors import HintedError
from spec.certificate import Timestamp
from spec.certificate_number import CertificateNumberError, parse_certificate_number
from spec.identity import parse_id_number, parse_phone
from spec.names import clean_name, is_name
from spec.vaccines import VaccineTable

__all__ = ["FoundPerson", "SearchError", "read_wanted", "search", "search_records"]

MOST: Final = 20
"""People shown at once: who sees more has to be told more."""

_LOOKED_AT: Final = 200
"""People looked at to fill that number where some lie outside the area."""

_CERTIFICATE: Final = re.compile(r".+-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}")


class SearchError(HintedError):
    """What was asked is nothing to search by."""

    code: ClassVar[str] = "search"


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPerson:
    """A person with what a desk needs to know them apart."""

    person: Found
    doses: int
    """Accepted ones, of all who are one with them."""
    certificate: Current | None


def read_wanted(words: Iterable[str], issuer: str, today: date) -> Wanted:
    """Tell by its form what each word is.

    It is a certificate, identity or telephone number, a birth date, or part of the name. Raises
    SearchError for what is none of these, and for what would find too many.
    """
    wanted, names = Wanted(), []
    for word in (part for text in words if (part := text.strip())):
        if is_name(clean_name(word)):
            names.append(clean_name(word))
        else:
            wanted = replace(wanted, **_read(word, issuer, today))
    if names:
        wanted = replace(wanted, name=" ".join(names))
    if not wanted.narrow:
        raise SearchError(
            "that finds too many people, or nobody",
            hint="give a number, a name, or a whole birth date such as 31/12/1990",
        )
    return wanted


def search(
    connection: Connection, actor: Actor, wanted: Wanted, issuer: str, now: Timestamp
) -> list[FoundPerson]:
    """The people who agree, the best first, as far as they belong to the actor's area.

    Raises NotAllowedError for somebody who may look at nobody. One entry of the audit trail names
    all who were shown.
    """
    check(actor, Action.FIND_PEOPLE, actor.area)
    national = actor.area == NATION
    found = find_people(connection, issuer, wanted, MOST if national else _LOOKED_AT)
    if not national:
        found = [one for one in found if _is_theirs(connection, actor, one)][:MOST]
    shown = _with_certificates(connection, found)
    ids = " ".join(f"{one.id}" for one in found)
    tell(connection, actor, now, "person.find", f"persons {ids}" if ids else "nobody")
    return shown


def search_records(
    connection: Connection, actor: Actor, wanted: Wanted, now: Timestamp, table: VaccineTable
) -> list[RecordSeen]:
    """Records of the identity number that is wanted which were refused or wait.

    They may be nobody's, so that no person leads to them. Only those of the actor's area; one entry
    of the audit trail names them.
    """
    if wanted.id_number is None:
        return []
    found = [
        one
        for one in records_of_number(connection, wanted.id_number, table)
        if allowed(actor, Action.FIND_PEOPLE, places_of_records(connection, [one.record_id]))
    ][:MOST]
    if found:
        ids = " ".join(f"{one.record_id}" for one in found)
        tell(connection, actor, now, "record.find", f"records {ids}")
    return found


def _is_theirs(connection: Connection, actor: Actor, person: Found) -> bool:
    places = places_of_people(connection, [person.id]) or [NATION]
    return allowed(actor, Action.FIND_PEOPLE, places)


def _with_certificates(connection: Connection, found: list[Found]) -> list[FoundPerson]:
    roots = [one.merged_into or one.id for one in found]
    doses = load_doses(connection, roots)
    issued = current_certificates(connection, roots)
    return [
        FoundPerson(person=one, doses=len(doses.get(root, ())), certificate=issued.get(root))
        for one, root in zip(found, roots, strict=True)
    ]


def _read(word: str, issuer: str, today: date) -> dict[str, Any]:
    """What a word with digits is; the forms exclude each other."""
    if _CERTIFICATE.fullmatch(word):
        try:
            named, position = parse_certificate_number(word)
        except CertificateNumberError as error:
            raise SearchError(f"{error}", hint="copy it from the certificate") from None
        if named != issuer.upper():
            raise SearchError("that is a certificate of another issuer")
        return {"position": position}
    birth_date = read_birth_date(word, today, lambda *_: None)
    if birth_date is not None:
        return {"birth_date": birth_date}
    number, phone = parse_id_number(word, None), parse_phone(word)
    if phone is not None and (number is None or number.zeros_restored):
        return {"phone": phone.text}
    if number is not None:
        return {"id_number": number.text}
    raise SearchError(
        "a word is neither a number, a birth date nor a name",
        hint="identity numbers have 12 or 9 digits, telephone numbers 10, certificate numbers the "
        "form VN-2C7K-09QX",
    )
