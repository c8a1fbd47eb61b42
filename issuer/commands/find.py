"""The command `find`: people by what somebody knows of them."""

import click

from issuer.as_json import record_to_json
from issuer.commands.desk_options import Desk, desk_command, table_lines, write_json
from issuer.commands.options import EXIT_REFUSED, json_option
from issuer.commands.why import record_line
from issuer.desk.as_json import found_json
from issuer.desk.searching import FoundPerson, read_wanted, search, search_records
from keys.authority import Authority
from keys.console import say

__all__ = ["find"]

_HEADER = (
    "person",
    "name",
    "birth date",
    "sex",
    "identity number",
    "phone",
    "doses",
    "certificate",
)


@click.command()
@click.argument("words", nargs=-1, required=True)
@json_option
@desk_command
def find(words: tuple[str, ...], as_json: bool, desk: Desk) -> int:
    """Find people by WORDS, all of which have to agree.

    A word is part of a name, with or without marks, a birth date, or the number of an identity
    card, a telephone or a certificate. Records of an identity number that were refused or wait are
    listed too: `why` says what is wrong with them.

    Ends with 1 when nobody is found. That somebody looked, and at whom, is told in the audit trail.
    """
    issuer = Authority.open(desk.home).issuer
    wanted = read_wanted(words, issuer, desk.rules.today)
    with desk.acting() as connection:
        found = search(connection, desk.actor, wanted, issuer, desk.now)
        records = search_records(connection, desk.actor, wanted, desk.now, desk.table)
    if as_json:
        write_json(
            {
                "people": [found_json(one) for one in found],
                "records": [record_to_json(one) for one in records],
            }
        )
        return 0 if found else EXIT_REFUSED
    if found:
        for line in table_lines(_HEADER, map(_row, found)):
            click.echo(line)
    else:
        say("nobody of this account's area agrees with all of that")
    for record in records:
        click.echo(record_line(record))
    return 0 if found else EXIT_REFUSED


def _row(one: FoundPerson) -> tuple[str, ...]:
    person, certificate = one.person, one.certificate
    known = (
        person.id, person.name, person.birth_date, person.sex, person.id_number, person.phone,
        one.doses, certificate and f"{certificate.number} {certificate.colour.word}",
    )  # fmt: skip
    return tuple("-" if value is None else f"{value}" for value in known)
