"""What the commands of `dosepass-issuer` share: options, the open register, one certificate."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from issuer.register import certificates as store
from issuer.register.certificates import NoSuchCertificateError, StandingCertificate
from issuer.register.database import Register
from issuer.status_requests import is_operator
from keys.authority import Authority
from keys.ledger import REGISTER_FILE
from spec.certificate_number import parse_certificate_number

__all__ = [
    "EXIT_REFUSED",
    "find_certificate",
    "json_option",
    "opened",
    "operator_option",
    "register_option",
    "register_place",
]

EXIT_REFUSED: Final = 1
"""Something of what was asked was refused; all else is done."""

register_option = click.option(
    "--register",
    "register_url",
    metavar="URL",
    envvar="DOSEPASS_REGISTER",
    show_envvar=True,
    help=f"Database URL of the register.  [default: {REGISTER_FILE} in the home directory]",
)


def _login_name() -> str | None:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a user id without a name
        return None


def _operator(_: click.Context, __: click.Parameter, value: str | None) -> str:
    if value is None:
        raise click.BadParameter("say who you are")
    if not is_operator(value := value.strip()):
        raise click.BadParameter("a name has from 1 to 64 printable characters")
    return value


operator_option = click.option(
    "--operator",
    envvar="DOSEPASS_OPERATOR",
    show_envvar=True,
    default=_login_name,
    callback=_operator,
    help="Who does it.  [default: the login name]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


@contextmanager
def opened(authority: Authority, url: str | None) -> Iterator[Register]:
    """The register of an authority while the block runs. Raises RegisterError."""
    register = Register.open(register_place(authority, url))
    try:
        yield register
    finally:
        register.close()


def register_place(authority: Authority, url: str | None) -> Path | str:
    """Where the register of an authority is: at a URL, or as a file in the authority's home."""
    return authority.home / REGISTER_FILE if url is None else url


def find_certificate(register: Register, issuer: str, number: str) -> StandingCertificate:
    """The certificate of a number; raises CertificateNumberError, NoSuchCertificateError."""
    named, position = parse_certificate_number(number)
    with register.reading() as connection:
        certificate = store.find_certificate(connection, issuer, position)
    if certificate is None or named != issuer.upper():
        raise NoSuchCertificateError(
            "no certificate of this register has that number",
            hint="dosepass-issuer list shows all numbers",
        )
    return certificate
