"""The command line `dosepass-verifier`: serve, check-config, keys, check, inspect."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NoReturn

import click

from keys.clock import SystemClock
from keys.console import EXIT_TROUBLE, run, say
from keys.kept import bundle_folder
from keys.times import from_rfc3339
from spec.certificate import Timestamp
from spec.verdicts import LANGUAGES, Outcome
from verifier import configuration, inspection, plain
from verifier.entry import entry_rules, load_policy
from verifier.key_commands import keys_group
from verifier.options import settings_options
from verifier.pipeline import check
from verifier.report import DISCLOSABLE, verdict_to_json
from verifier.settings import PREFIX, Settings
from verifier.texts import NumberedText, read_texts

__all__ = ["cli", "main"]

_EXIT_REJECTED: Final = 1


def main() -> NoReturn:
    """Run the command line and leave the process."""
    run(cli, "dosepass-verifier")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dosepass", prog_name="dosepass-verifier")
def cli() -> None:
    """Check vaccination certificates."""


def _time(_: click.Context, __: click.Parameter, value: str | None) -> Timestamp | None:
    try:
        return None if value is None else from_rfc3339(value)
    except (ValueError, OverflowError):
        raise click.BadParameter("not a time such as 2021-12-15T02:00:00Z") from None


_trust_option = click.option(
    "--trust",
    type=click.Path(path_type=Path, file_okay=False),
    envvar=f"{PREFIX}TRUST",
    required=True,
    show_envvar=True,
    metavar="DIR",
    help="The directory that `dosepass-keys fetch` keeps the trust bundle in.",
)
_text_argument = click.argument("text", metavar="[TEXT|FILE|-]", default="-")
_json_option = click.option("--json", "as_json", is_flag=True, help="Write one JSON object a line.")


@cli.command("check")
@_text_argument
@_trust_option
@click.option(
    "--at", callback=_time, metavar="TIME", help="Judge as of this time (RFC 3339), not now."
)
@click.option("--place", metavar="NAME", help="Let the entry rules of this kind of place count.")
@click.option(
    "--policy",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Take the entry rules from this file, not from the trust bundle.",
)
@_json_option
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
def check_command(
    text: str,
    trust: Path,
    at: Timestamp | None,
    place: str | None,
    policy: Path | None,
    as_json: bool,
    language: str,
) -> int:
    """Check certificates: a TEXT that starts with DP1:, or each line of a FILE or of stdin.

    Ends with 0 when all were accepted, 1 when one was rejected, 2 when one could not be judged or
    something went wrong.
    """
    if policy is not None and place is None:
        raise click.UsageError("an entry policy counts at a place: name it with --place")
    bundle = bundle_folder.load(trust)
    entry = entry_rules(bundle, place, None if policy is None else load_policy(policy))
    outcomes: set[Outcome] = set()
    for line, qr_text in _texts(text):
        verdict = check(qr_text, bundle, SystemClock().now() if at is None else at, entry)
        if outcomes and not as_json:
            click.echo()
        outcomes.add(verdict.outcome)
        if as_json:
            click.echo(
                _json({"line": line} | verdict_to_json(verdict, bundle, language, DISCLOSABLE))
            )
        else:
            click.echo("\n".join(plain.verdict_to_lines(verdict, bundle, language)))
    if Outcome.REJECTED in outcomes:
        return _EXIT_REJECTED
    return EXIT_TROUBLE if Outcome.UNDETERMINED in outcomes else 0


@cli.command("inspect")
@_text_argument
@_json_option
def inspect_command(text: str, as_json: bool) -> int:
    """Show what a code says WITHOUT verifying it: for support and curiosity, never for a gate.

    Takes what `check` takes. Ends with 1 when a code could not be read to its end.
    """
    say(inspection.WARNING)
    failed = False
    for line, qr_text in _texts(text):
        found = inspection.inspect(qr_text)
        failed = failed or found.failure is not None
        if as_json:
            click.echo(_json({"line": line} | inspection.to_json(found)))
        else:
            click.echo("\n".join(inspection.to_lines(found)))
    return _EXIT_REJECTED if failed else 0


@cli.command("serve")
@settings_options
def serve_command(**options: str | None) -> None:
    """Answer POST /v1/verify over HTTP until SIGTERM; logs are JSON lines on stdout.

    SIGHUP reads the settings again and renews the workers one by one.

    Settings come from the file, the environment and the options; the later count more.
    """

    def settings() -> Settings:
        return configuration.load(_given(options), os.environ).settings

    # Flask and the HTTP server take a third of a second to load, which `check` need not pay.
    from verifier.serve import serve

    serve(settings(), settings)


@cli.command("check-config")
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
def check_config_command(as_json: bool, **options: str | None) -> None:
    """Print the settings that `serve` would have, and where each came from; no secrets."""
    found = configuration.load(_given(options), os.environ)
    click.echo(_json(found.to_json()) if as_json else "\n".join(found.to_lines()))


cli.add_command(keys_group)


def _given(options: Mapping[str, str | None]) -> dict[str, str]:
    return {key: text for key, text in options.items() if text is not None}


def _texts(argument: str) -> Iterator[NumberedText]:
    if argument == "-" and sys.stdin.isatty():
        say("reading one text a line from the terminal; end with Ctrl-D")
    return read_texts(argument, sys.stdin.buffer)


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)


if __name__ == "__main__":
    main()
