"""The command line `dosepass-scanner`; what each command then does stands in files of its own."""

import os
from typing import Any, Final

import click
from click.core import ParameterSource

from keys.clock import SystemClock
from keys.console import run, say
from scanner_app import autostart
from scanner_app.devices import cameras
from scanner_app.errors import require_opencv
from scanner_app.freshness import say_anywhere
from scanner_app.hooks import hook_command
from scanner_app.options import arguments_of, choices_of, scan_options
from scanner_app.settings_file import PREFIX
from scanner_app.supervisor import Supervisor, scanner_command

__all__ = ["cli", "main"]

_PATIENCE: Final = 10.0


def _list_cameras(context: click.Context, _: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    found = cameras()
    for camera in found:
        click.echo(f"{camera.number}\t{camera.path}\t{camera.name}")
    if not found:
        say("no camera was found")
    context.exit(0 if found else 2)


@click.group(invoke_without_command=True, subcommand_metavar="[COMMAND [OPTIONS]]")
@scan_options
@click.option(
    "--list-cameras",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_cameras,
    help="Name the cameras of this machine, and end.",
)
@click.version_option(package_name="dosepass")
@click.pass_context
def cli(context: click.Context, /, **options: Any) -> int:
    """Read certificates from a camera, pictures or lines, and show the verdicts.

    Ends with 0 if all were accepted, 1 if any was rejected, 2 for trouble or if any could not be
    judged. A camera runs until it is stopped and ends with 0.
    """
    if context.invoked_subcommand is not None:
        _refuse_options_before(context)
        return 0
    choices = choices_of(options)
    require_opencv()
    # Only now: all that follows loads OpenCV.
    from scanner_app.running import run_scanner

    return run_scanner(choices)


@cli.command("check")
@scan_options
def check_command(**options: Any) -> int:
    """Try camera, trust data, clock, sound and display before the shift, in plain words.

    Takes the scanner's own options. Ends with 0 when all is well, 1 when something is worth a look,
    and 2 when the scanner could not do its work.
    """
    choices = choices_of(options, scans=False)
    require_opencv()
    from scanner_app.first_check import run_check

    return run_check(choices)


@cli.command("keep-running")
@scan_options
@click.option(
    "--patience",
    type=click.FloatRange(2, 600),
    default=_PATIENCE,
    show_default=True,
    metavar="SECONDS",
    help="Without a sign of life for so long, the scanner hangs.",
)
@click.pass_context
def keep_running_command(context: click.Context, /, *, patience: float, **options: Any) -> int:
    """Scan, and start again after any crash or hang; the counts of the shift go on.

    Takes the scanner's own options, for a live source. Quitting the scanner ends it.
    """
    choices = choices_of(options)
    if choices.video or choices.pictures or choices.lines not in (None, "-"):
        raise click.UsageError("only a camera or a reader is kept running")
    for command in (choices.on_accept, choices.on_reject, choices.on_undetermined):
        if command is not None:
            hook_command(command)
    require_opencv()
    arguments = arguments_of(context)
    clock = SystemClock()
    return Supervisor(scanner_command(), arguments, clock, say_anywhere, patience=patience).run()


@cli.command("autostart")
@scan_options
@click.option("--remove", is_flag=True, help="Start no longer at log-in.")
@click.option("--dry-run", is_flag=True, help="Print the file; write and remove nothing.")
@click.pass_context
def autostart_command(
    context: click.Context, /, *, remove: bool, dry_run: bool, **options: Any
) -> None:
    """Start the scanner, kept running, whenever this user logs in to the desktop.

    Takes the scanner's own options and remembers those on the command line.
    """
    choices_of(options)
    path = autostart.entry_path(os.environ)
    if remove:
        autostart.remove(path, dry_run=dry_run)
        say(f"{'would remove' if dry_run else 'removed'} {path}")
        return
    entry = autostart.entry(
        [*scanner_command(), "keep-running", *arguments_of(context, absolute=True)]
    )
    if dry_run:
        click.echo(entry, nl=False)
        return
    autostart.write(path, entry)
    say(f"wrote {path}")
    if any(name.startswith(PREFIX) for name in os.environ):
        say("variables do not reach a log-in from here\nhint: put them into a file for --config")


def _refuse_options_before(context: click.Context) -> None:
    said = (context.get_parameter_source(name) for name in context.params)
    if ParameterSource.COMMANDLINE in said:
        raise click.UsageError(f"options go behind {context.invoked_subcommand}")


def main() -> None:
    """Run the command."""
    run(cli, "dosepass-scanner")


if __name__ == "__main__":
    main()
