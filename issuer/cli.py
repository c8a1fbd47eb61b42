"""The command line `dosepass-issuer`: dose records in, certificates out."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click

from issuer.csv_file import CsvFile, RecordFileError, open_csv
from issuer.drawing import draw
from issuer.intake import take_in
from issuer.issuing import Issuing
from issuer.progress import progress_bar
from issuer.records import Rules
from issuer.register.certificates import (
    StandingCertificate,
    certificates_after,
    certificates_of,
    count_certificates,
    find_certificate,
)
from issuer.register.database import Register
from issuer.register.models import CertificateState
from issuer.report import Report
from issuer.signing import AuthorityKeys
from keys.authority import Authority
from keys.bundle import VACCINES
from keys.clock import SystemClock
from keys.console import EXIT_TROUBLE, home_option, run, say, secrets_options
from keys.errors import HintedError
from keys.files import write_atomically
from keys.secrets import SecretsHandler
from keys.times import to_rfc3339
from spec.certificate import Certificate, Timestamp
from spec.certificate_number import parse_certificate_number
from spec.names import clean_name
from spec.vaccines import VaccineTable

__all__ = ["cli", "main"]

_REGISTER_FILE: Final = "register.sqlite3"
_SITES_FILE: Final = "sites.txt"
_EXIT_REFUSED: Final = 1
_PAGE: Final = 500
_SECONDS_A_DAY: Final = 86_400
_COLUMNS: Final = ("number", "state", "colour", "doses", "issued_at", "expires_at")

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_OUT: Final = click.Path(path_type=Path, file_okay=False)


class NoSuchCertificateError(HintedError):
    """The register has no certificate to show or draw under a number."""

    code = "no_such_certificate"


def main() -> None:
    """Entry point of the console script."""
    run(cli, "dosepass-issuer")


@click.group()
@click.version_option(package_name="dosepass", message="%(prog)s %(version)s")
def cli() -> None:
    """Turn dose records into signed vaccination certificates."""


def _register_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--register",
        "register_url",
        metavar="URL",
        envvar="DOSEPASS_REGISTER",
        show_envvar=True,
        help=f"Database URL of the register.  [default: {_REGISTER_FILE} in the home directory]",
    )(command)


@cli.command()
@click.argument("file", type=_FILE)
@click.option("--out", type=_OUT, help="Draw the certificates of this file into DIR afterwards.")
@click.option("--report", "report_file", type=_FILE, help="Write all findings to FILE as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--valid-days", type=click.IntRange(min=1), help="Days until a certificate ends.")
@click.option("--sites", "sites_file", type=_FILE, help="Known sites, one name or code a line.")
@click.option(
    "--language", type=click.Choice(["en", "vi"]), default="en", show_default=True,
    help="Language of the reasons.",
)
@_register_option
@home_option
@secrets_options
def issue(
    file: Path,
    out: Path | None,
    report_file: Path | None,
    as_json: bool,
    valid_days: int | None,
    sites_file: Path | None,
    language: str,
    register_url: str | None,
    home: Path,
    secrets: SecretsHandler,
) -> int:
    """Take in the dose records of FILE (CSV) and issue the certificates that follow.

    Ends with 0 when every row went through, 1 when some were refused. To run it again is always
    safe: nothing is issued twice.
    """  # fmt: skip
    authority = Authority.open(home)
    life = _life(authority, valid_days)
    _spare_the_input(file, report_file)
    records = open_csv(file)
    sites = _sites(sites_file, authority.home)
    clock, table = SystemClock(), _vaccine_table()
    keys = AuthorityKeys(authority, secrets)
    keys.at(clock.now())
    report = Report(str(file))
    with _open_register(authority, register_url) as register:
        rules = Rules.of(table=table, now=clock.now(), sites=sites)
        _take_in(register, records, rules, table, report)
        issuing = Issuing(
            register=register, issuer=authority.issuer, keys=keys, table=table, clock=clock,
            life=life,
        )  # fmt: skip
        with progress_bar("issuing", issuing.waiting()) as advance:
            summary = issuing.run(advance)
        report.close(summary.issued_to, summary.abandoned)
        _tell(report, report_file, as_json=as_json, language=language)
        if out is not None:
            _draw_all(_of_persons(register, sorted(report.persons)), len(report.persons), out, table)
    return _exit_code(report)
