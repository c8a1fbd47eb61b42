"""The commands about files of records: take them in without issuing, and undo one as a whole."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import click

from issuer.access import audit
from issuer.commands.desk_options import reason_option
from issuer.commands.options import (
    EXIT_REFUSED,
    json_option,
    opened,
    operator_option,
    register_option,
)
from issuer.commands.progress import progress_bar
from issuer.import_report import ImportReport
from issuer.intake import Intake, RowOutcome
from issuer.layouts.returned import ReturnedFile
from issuer.record_files import open_records
from issuer.records import Rules
from issuer.register.database import Register
from issuer.register.imports import ImportInfo, imports_after, states_of_import
from issuer.register.models import RecordState
from issuer.register.undoing import Undone, undo_import
from issuer.site_list import SITES_FILE, read_sites
from issuer.source import Source
from issuer.vaccines import vaccine_table
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import home_option, say
from keys.times import to_rfc3339
from spec.certificate import Timestamp

__all__ = ["import_records", "list_imports", "undo"]

_PAGE: Final = 100
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command("import")
@click.argument("files", type=_FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--dry-run", is_flag=True, help="Tell what would happen, and change nothing.")
@click.option("--historical", is_flag=True, help="Mark all of it as a late back-load.")
@click.option("--again", is_flag=True, help="Take in a file although its import was undone.")
@click.option("--report", "report_file", type=_FILE, help="Write all findings to FILE as CSV.")
@click.option(
    "--returned",
    "returned_file",
    type=_FILE,
    help="Write the national layout back to FILE, with its result column filled in.",
)
@click.option("--sites", "sites_file", type=_FILE, help="Known sites, one name or code a line.")
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@json_option
@register_option
@home_option
def import_records(
    files: tuple[Path, ...],
    dry_run: bool,
    historical: bool,
    again: bool,
    report_file: Path | None,
    returned_file: Path | None,
    sites_file: Path | None,
    language: str,
    as_json: bool,
    register_url: str | None,
    home: Path,
) -> int:
    """Take in the dose records of each FILE: the national layout, plain CSV, or a FHIR bundle.

    Ends with 0 when every row went through, 1 when some were refused or wait. An import that was
    cut off goes on when the same command runs again; nothing counts twice.
    """
    _check_written(files, report_file, returned_file)
    authority = Authority.open(home)
    sources = [open_records(file) for file in files]  # all of them, before anything is recorded
    sites = read_sites(sites_file, authority.home / SITES_FILE)
    table, clock = vaccine_table(), SystemClock()
    report = ImportReport(language)
    with opened(authority, register_url) as register, ExitStack() as open_files:
        if report_file is not None:
            open_files.enter_context(report.writing_to(report_file))
        for file, source in zip(files, sources, strict=True):
            intake = Intake(
                register=register,
                rules=Rules.of(table=table, now=clock.now(), sites=sites),
                table=table,
                clock=clock,
                historical=historical,
                again=again,
            )
            run = intake.preview if dry_run else intake.run
            lines = report.take(file, _returning(source, run(source), returned_file))
            for line in _with_progress(lines, source, quiet=as_json):
                click.echo(line)
        click.echo(report.to_json(dry_run=dry_run) if as_json else "\n".join(report.summary()))
    if dry_run:
        say("nothing was recorded: leave --dry-run away to do it")
    return EXIT_REFUSED if report.refused or report.waiting else 0


def _returning(
    source: Source, batches: Iterator[list[RowOutcome]], target: Path | None
) -> Iterator[Sequence[RowOutcome]]:
    """Pass outcomes on, and write the file that goes back once all are there."""
    if target is None:
        yield from batches
        return
    with ReturnedFile(source, target) as returned:
        for outcomes in batches:
            returned.add(outcomes)
            yield outcomes
        returned.write()


def _with_progress(
    lines: Iterator[tuple[int, list[str]]], source: Source, *, quiet: bool
) -> Iterator[str]:
    with progress_bar("reading", source.lines) as advance:
        for rows, told in lines:
            advance(rows)
            if not quiet:
                yield from told


def _check_written(files: Sequence[Path], *written: Path | None) -> None:
    """Refuse files that could not be written, before anything is recorded."""
    wanted = [path for path in written if path is not None]
    for path in wanted:
        if not path.parent.is_dir():
            raise click.UsageError(f"there is no folder {path.parent}")
        if path.exists() and any(file.exists() and path.samefile(file) for file in files):
            raise click.UsageError(f"{path} would overwrite the dose records")
    if len(wanted) == 2 and wanted[0].absolute() == wanted[1].absolute():
        raise click.UsageError("--report and --returned name the same file")
    if written[-1] is not None and len(files) > 1:
        raise click.UsageError("--returned goes with one FILE")


@click.command("imports")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Begin behind this import.")
@json_option
@register_option
@home_option
def list_imports(after: int, as_json: bool, register_url: str | None, home: Path) -> None:
    """Print what was taken in, in its order: when, how far, and where its records stand now.

    With --json one object a line.
    """
    with opened(Authority.open(home), register_url) as register, register.snapshot() as connection:
        while page := imports_after(connection, after, _PAGE):
            for one in page:
                states = states_of_import(connection, one.id)
                click.echo(_json(one, states) if as_json else _line(one, states))
            after = page[-1].id


def _json(one: ImportInfo, states: Counter[RecordState]) -> str:
    times = {
        name: None if (moment := getattr(one, name)) is None else to_rfc3339(Timestamp(moment))
        for name in ("started_at", "finished_at", "undone_at")
    }
    document = {
        "import": one.id,
        "file": one.name,
        "source": one.source,
        "sender": one.sender,
        **times,
        "line_done": one.line_done,
        "records": {state.value: states[state] for state in RecordState},
    }
    return json.dumps(document, ensure_ascii=False)


def _line(one: ImportInfo, states: Counter[RecordState]) -> str:
    if one.undone_at is not None:
        stands = "undone"
    else:
        stands = "finished" if one.finished_at is not None else f"cut off behind {one.line_done}"
    counts = ", ".join(f"{states[state]} {state}" for state in RecordState if states[state])
    started = to_rfc3339(Timestamp(one.started_at))
    return f"{one.id:>6}  {started}  {one.source:<10}  {stands:<10}  {one.name or '-'}  {counts}"


@click.command("undo")
@click.argument("import_id", type=int, metavar="IMPORT")
@reason_option(required=True)
@operator_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@register_option
@home_option
def undo(
    import_id: int, reason: str, operator: str, yes: bool, register_url: str | None, home: Path
) -> None:
    """Take back all records of IMPORT, but for those that another import brought too.

    What its messages had taken back is put back, unless something that came since stands in the
    way: then nothing is done.

    Certificates follow in the next batch of issuing; where one would say less, it stands until a
    second person agrees.
    """
    with opened(Authority.open(home), register_url) as register:
        if not yes:
            click.confirm(f"Take back all records of import {import_id}?", abort=True, err=True)
        undone = _undo(register, import_id, operator, reason)
    click.echo(f"{undone.withdrawn} records taken back")
    if undone.restored:
        click.echo(f"{undone.restored} records put back")
    say("certificates follow in the next batch of issuing; a fall needs a second person")


def _undo(register: Register, import_id: int, operator: str, reason: str) -> Undone:
    now = SystemClock().now()
    with register.writing() as connection:
        undone = undo_import(connection, import_id, operator, reason, now)
        audit.append(
            connection,
            at=now,
            actor=f"console:{operator}",
            action="import.undo",
            subject=f"import {import_id}",
            records=undone.withdrawn,
            restored=undone.restored,
            reason=reason,
        )
    return undone
