"""One person: what is recorded, why they have their colour, their certificates drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from issuer.access.rights import Action, check
from issuer.api.answer import Answer, Json, file, json_answer
from issuer.api.call import Call
from issuer.api.operation import operations
from issuer.api.problems import CONFLICT, ProblemError, invalid, no_such
from issuer.api.trail import tell
from issuer.as_json import answer_to_json, certificate_json, record_to_json
from issuer.desk.as_json import found_json
from issuer.desk.queue_views import doses_of, known_fields
from issuer.desk.searching import read_wanted, search, search_records
from issuer.desk.telling import check_people
from issuer.printing import card, paper, qr
from issuer.register.certificates import (
    StandingCertificate,
    every_certificate_of,
    find_certificate,
)
from issuer.register.models import CertificateState
from issuer.register.places import family_of, places_of_records
from issuer.why import person_of_certificate, person_of_number, why
from spec.certificate import Certificate
from spec.certificate_number import CertificateNumberError, parse_certificate_number
from spec.identity import parse_id_number
from spec.vaccines import VaccineTable

__all__ = ["OPERATIONS"]

_LONGEST_NUMBER: Final = 64
_MOST_WORDS: Final = 20
_LONGEST_WORD: Final = 100


def _search(call: Call) -> Answer:
    """Find people; what is known of them stands in the body, and in no log on the way."""
    call.no_more()
    fields = call.fields()
    words = fields.each("words", _MOST_WORDS, _word)
    fields.done()
    issuer = call.parts.issuer
    wanted = read_wanted(words, issuer, call.rules.today)
    with call.parts.register.writing() as connection:
        found = search(connection, call.actor, wanted, issuer, call.now)
        records = search_records(connection, call.actor, wanted, call.now, call.parts.table)
    return json_answer(
        {
            "people": [found_json(one) for one in found],
            "records": [record_to_json(one) for one in records],
        }
    )


def _word(value: object, pointer: str) -> str:
    sound = type(value) is str and 1 <= len(value) <= _LONGEST_WORD and value.isprintable()
    if not sound:
        raise invalid(f"Give a word of 1 to {_LONGEST_WORD} printable characters.", pointer)
    return f"{value}"


def _show(call: Call) -> Answer:
    call.no_more()
    person = call.number("person")
    with call.parts.register.writing() as connection:
        check_people(connection, call.actor, Action.FIND_PEOPLE, [person])
        shown = {
            "person": person,
            **known_fields(connection, person),
            "family": family_of(connection, [person]),
            "doses": [
                {"record": one.record_id, "vaccine": one.vaccine, "day": one.day, "site": one.site}
                for one in doses_of(connection, person, call.parts.table)
            ],
            "certificates": _certificates(connection, person),
        }
        tell(connection, call, "person.show", f"person {person}")
    return json_answer(shown)


def _why(call: Call) -> Answer:
    call.no_more()
    person = call.number("person")
    with call.parts.register.writing() as connection:
        check_people(connection, call.actor, Action.FIND_PEOPLE, [person])
        answer = why(connection, person, None, call.parts.table)
        tell(connection, call, "person.why", f"person {person}")
    return json_answer(answer_to_json(answer))


def _why_number(call: Call) -> Answer:
    """The same by an identity number or a certificate number; it stands in the body alone."""
    call.no_more()
    fields = call.fields()
    number = fields.text("number", _LONGEST_NUMBER)
    fields.done()
    with call.parts.register.writing() as connection:
        identity = parse_id_number(number, None)
        id_number = None if identity is None else identity.text
        person = _person(connection, call, number, id_number)
        if person is not None:
            check_people(connection, call.actor, Action.FIND_PEOPLE, [person])
        answer = why(connection, person, id_number, call.parts.table)
        if person is None and answer.records:
            records = [one.record_id for one in answer.records]
            check(call.actor, Action.FIND_PEOPLE, *places_of_records(connection, records))
        tell(connection, call, "person.why", "nobody" if person is None else f"person {person}")
    return json_answer(answer_to_json(answer))


def _person(connection: Connection, call: Call, number: str, id_number: str | None) -> int | None:
    if id_number is not None:
        return person_of_number(connection, id_number)
    try:
        issuer, position = parse_certificate_number(number)
    except CertificateNumberError:
        raise invalid(
            "Give number as an identity number or a certificate number.", "#/number"
        ) from None
    found = None
    if issuer == call.parts.issuer.upper():
        found = person_of_certificate(connection, call.parts.issuer, position)
    if found is None:
        raise no_such("certificate")
    return found


def _list_certificates(call: Call) -> Answer:
    call.no_more()
    person = call.number("person")
    with call.parts.register.writing() as connection:
        check_people(connection, call.actor, Action.FIND_PEOPLE, [person])
        found = _certificates(connection, person)
        tell(connection, call, "person.certificates", f"person {person}")
    return json_answer({"certificates": found})


def _certificates(connection: Connection, person: int) -> list[Json]:
    family = family_of(connection, [person])
    return [certificate_json(one) for one in every_certificate_of(connection, family)]


def _show_certificate(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        found = _certificate(connection, call)
        tell(connection, call, "certificate.show", f"certificate {found.number}")
    return json_answer({**certificate_json(found), "text": found.text})


@dataclass(frozen=True, slots=True)
class _Form:
    """One form of a certificate."""

    media_type: str
    draw: Callable[[Certificate, str, VaccineTable, str], bytes]


_FORMS: Final[Mapping[str, _Form]] = {
    "qr.png": _Form("image/png", lambda _, text, __, ___: qr.png(text)),
    "qr.svg": _Form("image/svg+xml", lambda _, text, __, ___: qr.svg(text)),
    "card.png": _Form("image/png", lambda facts, text, table, _: card.png(facts, text, table)),
    "certificate.pdf": _Form("application/pdf", paper.pdf),
}


def _draw(call: Call) -> Answer:
    """Draw an issued certificate: no picture lies anywhere."""
    call.no_more()
    form = _FORMS.get(call.path["form"])
    if form is None:
        raise no_such("form")
    with call.parts.register.writing() as connection:
        found = _certificate(connection, call)
        if found.state is not CertificateState.ISSUED or found.text is None:
            raise ProblemError(
                CONFLICT, f"The certificate is {found.state} and is not drawn.", reason="not_issued"
            )
        tell(connection, call, "certificate.draw", f"certificate {found.number}")
    facts = Certificate.from_cbor(found.payload)
    content = form.draw(facts, found.text, call.parts.table, found.number)
    ending = call.path["form"].rpartition(".")[2]
    return file(content, form.media_type, f"certificate.{ending}")


def _certificate(connection: Connection, call: Call) -> StandingCertificate:
    """The certificate of the path, when the account may see its holder."""
    issuer, position = parse_certificate_number(call.path["number"])
    found: Any = None
    if issuer == call.parts.issuer.upper():
        found = find_certificate(connection, call.parts.issuer, position)
    if found is None:
        raise no_such("certificate")
    person = person_of_certificate(connection, call.parts.issuer, position)
    check_people(connection, call.actor, Action.FIND_PEOPLE, [] if person is None else [person])
    certificate: StandingCertificate = found
    return certificate


OPERATIONS: Final = operations(
    ("searchPeople", "POST", "/v1/people/search", Action.FIND_PEOPLE, _search),
    ("showPerson", "GET", "/v1/people/{person}", Action.FIND_PEOPLE, _show),
    ("explainPerson", "GET", "/v1/people/{person}/why", Action.FIND_PEOPLE, _why),
    ("explainNumber", "POST", "/v1/why", Action.FIND_PEOPLE, _why_number),
    (
        "listCertificates", "GET", "/v1/people/{person}/certificates", Action.FIND_PEOPLE,
        _list_certificates,
    ),
    ("showCertificate", "GET", "/v1/certificates/{number}", Action.FIND_PEOPLE, _show_certificate),
    ("drawCertificate", "GET", "/v1/certificates/{number}/{form}", Action.FIND_PEOPLE, _draw),
)  # fmt: skip
