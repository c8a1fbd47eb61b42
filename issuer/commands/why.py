"""The command `why`: why somebody has no green, in words."""

import json
from collections.abc import Iterator
from typing import Any

import click
from sqlalchemy import Connection

from issuer.access import audit
from issuer.as_json import answer_to_json
from issuer.commands.options import (
    json_option,
    opened,
    operator_option,
    register_option,
)
from issuer.register.certificates import NoSuchCertificateError
from issuer.vaccines import vaccine_table
from issuer.why import Answer, RecordSeen, person_of_certificate, person_of_number, why
from issuer.why_words import statement_words
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import home_option
from keys.times import to_rfc3339
from spec.certificate import StatusPosition
from spec.certificate_number import CertificateNumberError, parse_certificate_number
from spec.identity import parse_id_number

__all__ = ["explain", "record_line"]


@click.command("why")
@click.argument("number")
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@json_option
@operator_option
@register_option
@home_option
def explain(
    number: str, language: str, as_json: bool, operator: str, register_url: str | None, **rest: Any
) -> None:
    """Say why the person with the identity or certificate NUMBER has no green, or what they have.

    The look is noted in the audit trail, without the number.
    """
    authority = Authority.open(rest["home"])
    position, id_number = _read(number, authority.issuer)
    with opened(authority, register_url) as register, register.writing() as connection:
        if position is not None:
            person = person_of_certificate(connection, authority.issuer, position)
            if person is None:
                raise NoSuchCertificateError(
                    "no certificate of this register has that number",
                    hint="dosepass-issuer list shows all numbers",
                )
        else:
            person = person_of_number(connection, f"{id_number}")
        answer = why(connection, person, id_number, vaccine_table())
        _note(connection, answer, operator)
    click.echo(_json(answer) if as_json else "\n".join(_lines(answer, language)))


def _read(number: str, issuer: str) -> tuple[StatusPosition | None, str | None]:
    """The position of a certificate number, or else an identity number."""
    if (identity := parse_id_number(number, None)) is not None:
        return None, identity.text
    try:
        named, position = parse_certificate_number(number)
    except CertificateNumberError:
        raise click.BadParameter(
            "neither an identity number (12 or 9 digits, or a passport's 8 characters) nor a "
            "certificate number such as VN-2C7K-09QX"
        ) from None
    if named != issuer.upper():
        raise click.BadParameter(f"a certificate of another issuer: {named}")
    return position, None


def _note(connection: Connection, answer: Answer, operator: str) -> None:
    who = "nobody" if answer.person_id is None else f"person {answer.person_id}"
    audit.append(
        connection,
        at=SystemClock().now(),
        actor=f"console:{operator}",
        action="person.why",
        subject=who,
    )


def _lines(answer: Answer, language: str) -> Iterator[str]:
    for record in answer.records:
        yield record_line(record)
    for statement in answer.statements:
        yield statement_words(statement, answer, language)


def record_line(record: RecordSeen) -> str:
    """A record as one line: number, state, day, product, site, when certified, and reasons."""
    day = "-" if record.injected_on is None else record.injected_on.isoformat()
    certified = "-" if record.certified_at is None else to_rfc3339(record.certified_at)
    codes = " ".join(one.code for one in record.findings)
    return "  ".join(
        (f"record {record.record_id}", record.state, day, record.product or "-",
         record.site or "-", certified, codes or "-")
    )  # fmt: skip


def _json(answer: Answer) -> str:
    return json.dumps(answer_to_json(answer), ensure_ascii=False, indent=2)
