"""The commands that look at certificates and draw them: `list`, `show`, `print`."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import click

from issuer.as_json import certificate_json
from issuer.commands.options import (
    find_certificate,
    json_option,
    opened,
    register_option,
)
from issuer.commands.progress import progress_bar
from issuer.printing.print_run import draw_many
from issuer.register import certificates as store
from issuer.register.certificates import NoSuchCertificateError, StandingCertificate
from issuer.register.database import Register
from issuer.register.models import CertificateState
from issuer.register.trail import TrailLine, trail_of
from issuer.vaccines import vaccine_table
from keys.authority import Authority
from keys.console import home_option, say
from keys.times import to_rfc3339
from spec.vaccines import VaccineTable

__all__ = [
    "draw_all",
    "list_certificates",
    "of_persons",
    "print_certificates",
    "show",
]

_PAGE: Final = 500
_PRIVATE_FOLDER: Final = 0o700
_STATES: Final = tuple(state.value for state in CertificateState)
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)


@click.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only these.")
@json_option
@register_option
@home_option
def list_certificates(
    state: str | None, as_json: bool, register_url: str | None, home: Path
) -> None:
    """List the certificates of the register by their numbers, without personal data."""
    states = list(CertificateState) if state is None else [CertificateState(state)]
    with opened(Authority.open(home), register_url) as register:
        rows = (certificate_json(one) for one in _pages(register, states))
        if as_json:
            click.echo(json.dumps({"certificates": list(rows)}, indent=2))
        else:
            for row in rows:
                click.echo("  ".join(f"{value}" for value in row.values()))


@click.command()
@click.argument("number")
@json_option
@register_option
@home_option
def show(number: str, as_json: bool, register_url: str | None, home: Path) -> None:
    """Show the state of the certificate NUMBER, its changes of status, and its QR code's text."""
    authority = Authority.open(home)
    with opened(authority, register_url) as register:
        certificate = find_certificate(register, authority.issuer, number)
        with register.reading() as connection:
            trail = trail_of(connection, certificate.id)
    described = {**certificate_json(certificate), "kid": certificate.kid, "text": certificate.text}
    if as_json:
        lines = [_as_json(line) for line in trail]
        click.echo(json.dumps({**described, "trail": lines}, ensure_ascii=False, indent=2))
        return
    for name, value in described.items():
        click.echo(f"{name.replace('_', ' '):<12}{'-' if value is None else value}")
    for line in trail:
        change = f"{line.former_state} -> {line.state}"
        click.echo(f"{'change':<12}{to_rfc3339(line.at)}  {line.operator}  {change}  {line.reason}")


@click.command("print")
@click.argument("number", required=False)
@click.option("--all", "everything", is_flag=True, help="Draw every issued certificate.")
@click.option("--out", type=_FOLDER, required=True, help="Where the folders are made.")
@register_option
@home_option
def print_certificates(
    number: str | None, everything: bool, out: Path, register_url: str | None, home: Path
) -> None:
    """Draw the certificate NUMBER, or all with all cores: QR code, phone card, paper certificate.

    What is there already is left alone, so that a long run can be interrupted and repeated.
    """
    if everything == (number is not None):
        raise click.UsageError("give either a certificate number or --all")
    authority, table = Authority.open(home), vaccine_table()
    with opened(authority, register_url) as register:
        if number is None:
            issued = CertificateState.ISSUED
            with register.reading() as connection:
                count = store.count_certificates(connection, issued)
            draw_all(_pages(register, [issued]), count, out, table)
        else:
            certificate = find_certificate(register, authority.issuer, number)
            _check_printable(certificate)
            draw_all([certificate], 1, out, table)


def draw_all(
    certificates: Iterable[StandingCertificate], count: int, out: Path, table: VaccineTable
) -> None:
    """Draw certificates below a folder, with a bar, and say how many were drawn."""
    out.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    drawn = 0
    with progress_bar("drawing", count) as advance:
        for made in draw_many(certificates, out, table):
            drawn += made
            advance(1)
    say(f"drew {drawn} into {out}" + (f"; {count - drawn} were there" if drawn < count else ""))


def of_persons(register: Register, person_ids: list[int]) -> Iterator[StandingCertificate]:
    """The issued certificates of persons, a page at a time."""
    for start in range(0, len(person_ids), _PAGE):
        with register.reading() as connection:
            page = store.certificates_of(connection, person_ids[start : start + _PAGE])
        yield from page


def _pages(register: Register, states: list[CertificateState]) -> Iterator[StandingCertificate]:
    """All certificates in some states, a page at a time, so that no transaction stays open."""
    after = 0
    while True:
        with register.reading() as connection:
            page = store.certificates_after(connection, after, _PAGE, states)
        if not page:
            return
        yield from page
        after = page[-1].id


def _check_printable(certificate: StandingCertificate) -> None:
    if certificate.state is not CertificateState.ISSUED:
        raise NoSuchCertificateError(
            f"the certificate is {certificate.state} and is not drawn",
            hint="dosepass-issuer list --state issued shows those that are",
        )
    if certificate.text is None:
        raise NoSuchCertificateError("its data were erased on lawful request")


def _as_json(line: TrailLine) -> dict[str, Any]:
    return {
        "at": to_rfc3339(line.at),
        "operator": line.operator,
        "former_state": line.former_state,
        "state": line.state,
        "reason": line.reason,
    }
