"""The command line `dosepass-issuer`: dose records in, certificates out."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

import click

from issuer.csv_file import CsvFile, RecordFileError, open_csv
from issuer.drawing import draw
from issuer.intake import take_in
from issuer.issuing import Issuing
from issuer.progress import progress_bar
from issuer.records import Rules
from issuer.register import certificates as store
from issuer.register.certificates import StandingCertificate
from issuer.register.database import Register
from issuer.register.models import CertificateState
from issuer.report import Report
from issuer.signing import AuthorityKeys
from keys.authority import Authority
from keys.bundle import VACCINES
from keys.clock import SystemClock
from keys.console import EXIT_TROUBLE, home_option, say, secrets_options
from keys.errors import HintedError
from keys.files import write_atomically
from keys.secrets import SecretsHandler
from keys.times import to_rfc3339
from spec.certificate import Certificate
from spec.certificate_number import parse_certificate_number
from spec.names import clean_name
from spec.vaccines import VaccineTable

__all__ = ["cli"]

_REGISTER_FILE: Final = "register.sqlite3"
_SITES_FILE: Final = "sites.txt"
_EXIT_REFUSED: Final = 1
_PAGE: Final = 500
_SECONDS_A_DAY: Final = 86_400
_PRIVATE_FOLDER: Final = 0o700

_STATES: Final = tuple(state.value for state in CertificateState)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)


class NoSuchCertificateError(HintedError):
    """The register has no certificate to show or draw under a number."""

    code = "no_such_certificate"


@click.group()
@click.version_option(package_name="dosepass", message="%(prog)s %(version)s")
def cli() -> None:
    """Turn dose records into signed vaccination certificates."""


_register_option = click.option(
    "--register",
    "register_url",
    metavar="URL",
    envvar="DOSEPASS_REGISTER",
    show_envvar=True,
    help=f"Database URL of the register.  [default: {_REGISTER_FILE} in the home directory]",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


@cli.command()
@click.argument("file", type=_FILE)
@click.option("--out", type=_FOLDER, help="Draw the certificates of this file below DIR.")
@click.option("--report", "report_file", type=_FILE, help="Write all findings to FILE as CSV.")
@click.option("--valid-days", type=click.IntRange(min=1), help="Days until a certificate ends.")
@click.option("--sites", "sites_file", type=_FILE, help="Known sites, one name or code a line.")
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@_json_option
@_register_option
@home_option
@secrets_options
def issue(
    file: Path,
    out: Path | None,
    report_file: Path | None,
    valid_days: int | None,
    sites_file: Path | None,
    language: str,
    as_json: bool,
    register_url: str | None,
    home: Path,
    secrets: SecretsHandler,
) -> int:
    """Take in the dose records of FILE (CSV) and issue the certificates that follow.

    Ends with 0 when every row went through, 1 when some were refused. To run it again is always
    safe: nothing is issued twice.
    """
    authority = Authority.open(home)
    life = _life(authority, valid_days)
    _check_report(file, report_file)
    records = open_csv(file)
    sites = _sites(sites_file, authority.home / _SITES_FILE)
    keys = AuthorityKeys(authority, secrets)
    keys.at(SystemClock().now())  # Whoever has no key should hear it before the work begins.
    table = _vaccine_table()
    report = Report(str(file))
    with _opened(authority, register_url) as register:
        _take_in(register, records, table, sites, report)
        _issue(register, authority.issuer, keys, table, life, report)
        if report_file is not None:
            write_atomically(report_file, report.to_csv())
        click.echo(report.to_json() if as_json else "\n".join(_told(report, language)))
        if out is not None:
            persons = sorted(report.persons)
            _draw_all(_of_persons(register, persons), len(persons), out, table)
    return _exit_code(report)


@cli.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only these.")
@_json_option
@_register_option
@home_option
def list_certificates(
    state: str | None, as_json: bool, register_url: str | None, home: Path
) -> None:
    """List the certificates of the register by their numbers, without personal data."""
    states = list(CertificateState) if state is None else [CertificateState(state)]
    with _opened(Authority.open(home), register_url) as register:
        rows = (_described(one) for one in _pages(register, states))
        if as_json:
            click.echo(json.dumps({"certificates": list(rows)}, indent=2))
        else:
            for row in rows:
                click.echo("  ".join(f"{value}" for value in row.values()))


@cli.command()
@click.argument("number")
@_json_option
@_register_option
@home_option
def show(number: str, as_json: bool, register_url: str | None, home: Path) -> None:
    """Show the state of the certificate NUMBER and the text of its QR code."""
    authority = Authority.open(home)
    with _opened(authority, register_url) as register:
        certificate = _find(register, authority.issuer, number)
    described = {**_described(certificate), "kid": certificate.kid, "text": certificate.text}
    if as_json:
        click.echo(json.dumps(described, indent=2))
        return
    for name, value in described.items():
        click.echo(f"{name.replace('_', ' '):<12}{'-' if value is None else value}")


@cli.command("print")
@click.argument("number", required=False)
@click.option("--all", "everything", is_flag=True, help="Draw every issued certificate.")
@click.option("--out", type=_FOLDER, required=True, help="Where the folders are made.")
@_register_option
@home_option
def print_certificates(
    number: str | None, everything: bool, out: Path, register_url: str | None, home: Path
) -> None:
    """Draw the certificate NUMBER, or all: QR code, phone card, paper certificate.

    What is there already is left alone, so that a long run can be interrupted and repeated.
    """
    if everything == (number is not None):
        raise click.UsageError("give either a certificate number or --all")
    authority, table = Authority.open(home), _vaccine_table()
    with _opened(authority, register_url) as register:
        if number is None:
            issued = CertificateState.ISSUED
            with register.reading() as connection:
                count = store.count_certificates(connection, issued)
            _draw_all(_pages(register, [issued]), count, out, table)
        else:
            certificate = _find(register, authority.issuer, number)
            _check_printable(certificate)
            _draw_all([certificate], 1, out, table)


def _take_in(
    register: Register,
    records: CsvFile,
    table: VaccineTable,
    sites: frozenset[str] | None,
    report: Report,
) -> None:
    clock = SystemClock()
    rules = Rules.of(table=table, now=clock.now(), sites=sites)
    with progress_bar("reading", records.lines) as advance:
        for outcomes in take_in(register, records, rules, table, clock):
            report.add(outcomes)
            advance(len(outcomes))


def _issue(
    register: Register,
    issuer: str,
    keys: AuthorityKeys,
    table: VaccineTable,
    life: int,
    report: Report,
) -> None:
    issuing = Issuing(
        register=register, issuer=issuer, keys=keys, table=table, clock=SystemClock(), life=life
    )
    with progress_bar("issuing", issuing.waiting()) as advance:
        summary = issuing.run(advance)
    report.close(summary.issued_to, summary.abandoned)
    for number, reason in summary.abandoned:
        say(f"{number}: the lint stopped it before it was signed: {reason}")


def _told(report: Report, language: str) -> Iterator[str]:
    yield from report.lines(language)
    yield from report.summary()


def _exit_code(report: Report) -> int:
    if report.not_issued:
        return EXIT_TROUBLE
    return _EXIT_REFUSED if report.refused else 0


def _life(authority: Authority, valid_days: int | None) -> int:
    """How long certificates are valid, in seconds: never longer than their key verifies."""
    longest = authority.settings.certificate_life
    if valid_days is None:
        return longest
    if valid_days * _SECONDS_A_DAY > longest:
        raise click.UsageError(
            f"--valid-days: the authority's certificates live at most "
            f"{longest // _SECONDS_A_DAY} days (certificate_days in authority.toml)"
        )
    return valid_days * _SECONDS_A_DAY


def _check_report(file: Path, report_file: Path | None) -> None:
    """Refuse a report that could not be written, before anything is recorded."""
    if report_file is None:
        return
    if not report_file.parent.is_dir():
        raise click.UsageError(f"--report: there is no folder {report_file.parent}")
    if report_file.exists() and report_file.samefile(file):
        raise click.UsageError("--report would overwrite the dose records")


def _sites(named: Path | None, default: Path) -> frozenset[str] | None:
    """The list of sites; without one, no site is called unlisted. Raises RecordFileError."""
    path = named or (default if default.exists() else None)
    if path is None:
        return None
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise RecordFileError("the list of sites is not UTF-8") from None
    return frozenset(clean_name(line).casefold() for line in lines if line.strip())


def _vaccine_table() -> VaccineTable:
    """The table that verifiers get with the trust bundle."""
    return VaccineTable.from_json(resources.files("spec").joinpath("data", VACCINES).read_bytes())


@contextmanager
def _opened(authority: Authority, url: str | None) -> Iterator[Register]:
    register = Register.open(authority.home / _REGISTER_FILE if url is None else url)
    try:
        yield register
    finally:
        register.close()


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


def _of_persons(register: Register, person_ids: list[int]) -> Iterator[StandingCertificate]:
    for start in range(0, len(person_ids), _PAGE):
        with register.reading() as connection:
            page = store.certificates_of(connection, person_ids[start : start + _PAGE])
        yield from page


def _find(register: Register, issuer: str, number: str) -> StandingCertificate:
    named, position = parse_certificate_number(number)
    with register.reading() as connection:
        certificate = store.find_certificate(connection, issuer, position)
    if certificate is None or named != issuer.upper():
        raise NoSuchCertificateError(
            "no certificate of this register has that number",
            hint="dosepass-issuer list shows all numbers",
        )
    return certificate


def _check_printable(certificate: StandingCertificate) -> None:
    if certificate.state is not CertificateState.ISSUED:
        raise NoSuchCertificateError(
            f"the certificate is {certificate.state} and is not drawn",
            hint="dosepass-issuer list --state issued shows those that are",
        )


def _described(certificate: StandingCertificate) -> dict[str, str | None]:
    """A certificate without anything that names its holder."""
    facts = Certificate.from_cbor(certificate.payload)
    return {
        "number": certificate.number,
        "state": certificate.state,
        "colour": facts.colour.word,
        "doses": f"{len(facts.doses)}/{facts.doses_needed}",
        "issued_at": to_rfc3339(facts.issued_at),
        "expires_at": to_rfc3339(facts.expires_at),
    }


def _draw_all(
    certificates: Iterable[StandingCertificate], count: int, out: Path, table: VaccineTable
) -> None:
    out.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    drawn = 0
    with progress_bar("drawing", count) as advance:
        for certificate in certificates:
            drawn += draw(certificate, out, table)
            advance(1)
    say(f"drew {drawn} into {out}" + (f"; {count - drawn} were there" if drawn < count else ""))
