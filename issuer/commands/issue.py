"""The command `issue`: the dose records of a file in, certificates out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from issuer.commands.certificate import (
    draw_all,
    of_persons,
)
from issuer.commands.options import (
    EXIT_REFUSED,
    json_option,
    opened,
    register_option,
    register_place,
)
from issuer.commands.progress import progress_bar
from issuer.commands.work import (
    certificate_life,
    issue_due,
    issuing_over,
    valid_days_option,
    workers_option,
)
from issuer.intake import take_in
from issuer.record_files import open_records
from issuer.records import Rules
from issuer.register.database import Register
from issuer.report import Report
from issuer.signing import AuthorityKeys
from issuer.site_list import SITES_FILE, read_sites
from issuer.source import Source
from issuer.vaccines import vaccine_table
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import EXIT_TROUBLE, home_option, secrets_options
from keys.files import write_atomically
from keys.secrets import SecretsHandler
from spec.vaccines import VaccineTable

__all__ = ["issue"]


_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--out", type=_FOLDER, help="Draw the certificates of this file below DIR.")
@click.option("--report", "report_file", type=_FILE, help="Write all findings to FILE as CSV.")
@valid_days_option
@click.option("--sites", "sites_file", type=_FILE, help="Known sites, one name or code a line.")
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@workers_option
@json_option
@register_option
@home_option
@secrets_options
def issue(
    file: Path,
    out: Path | None,
    report_file: Path | None,
    valid_days: int | None,
    sites_file: Path | None,
    language: str,
    workers: int | None,
    as_json: bool,
    register_url: str | None,
    home: Path,
    secrets: SecretsHandler,
) -> int:
    """Take in the dose records of FILE and issue the certificates that follow.

    Ends with 0 when every row went through, 1 when some were refused. To run it again is always
    safe: nothing is issued twice.
    """
    authority = Authority.open(home)
    life = certificate_life(authority, valid_days)
    _check_report(file, report_file)
    records = open_records(file)
    sites = read_sites(sites_file, authority.home / SITES_FILE)
    keys = AuthorityKeys(authority, secrets)
    keys.at(SystemClock().now())  # Whoever has no key should hear it before the work begins.
    table = vaccine_table()
    report = Report(str(file))
    with opened(authority, register_url) as register:
        _take_in(register, records, table, sites, report)
        opener = issuing_over(register_place(authority, register_url), authority, keys, life)
        summary = issue_due(opener, workers)
        report.close(summary.issued_to, summary.abandoned)
        if report_file is not None:
            write_atomically(report_file, report.to_csv())
        click.echo(report.to_json() if as_json else "\n".join(_told(report, language)))
        if out is not None:
            persons = sorted(report.persons)
            draw_all(of_persons(register, persons), len(persons), out, table)
    return _exit_code(report)


def _take_in(
    register: Register,
    records: Source,
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


def _told(report: Report, language: str) -> Iterator[str]:
    yield from report.lines(language)
    yield from report.summary()


def _exit_code(report: Report) -> int:
    if report.not_issued:
        return EXIT_TROUBLE
    return EXIT_REFUSED if report.refused or report.waiting else 0


def _check_report(file: Path, report_file: Path | None) -> None:
    """Refuse a report that could not be written, before anything is recorded."""
    if report_file is None:
        return
    if not report_file.parent.is_dir():
        raise click.UsageError(f"--report: there is no folder {report_file.parent}")
    if report_file.exists() and report_file.samefile(file):
        raise click.UsageError("--report would overwrite the dose records")
