"""The command line `dosepass-scanner`; what a run then does stands in `running`."""

from pathlib import Path
from typing import Final

import click

from keys.console import run
from scanner_app.choices import DEFAULT_SERVICE, Choices
from scanner_app.comparison import Compare
from scanner_app.errors import require_opencv
from spec.screen import Times
from spec.verdicts import LANGUAGES

__all__ = ["cli", "main"]

_PATH: Final = click.Path(path_type=Path)


@click.command()
@click.option("--camera", metavar="N|PATH", help="A webcam by number or path. Default: 0.")
@click.option("--video", type=_PATH, metavar="FILE", help="A video file.")
@click.option("--pictures", type=_PATH, metavar="DIR", help="A folder of pictures, or one picture.")
@click.option("--lines", metavar="FILE|-", help="Lines of text, as keyboard-wedge scanners type.")
@click.option(
    "--service",
    metavar="URL",
    envvar="DOSEPASS_SERVICE",
    show_envvar=True,
    help=f"Ask this verifier service. Default, without --trust: {DEFAULT_SERVICE}.",
)
@click.option(
    "--trust",
    type=_PATH,
    metavar="DIR",
    envvar="DOSEPASS_TRUST",
    show_envvar=True,
    help="Check offline with the bundle in DIR; with --service, when that cannot judge.",
)
@click.option(
    "--trust-url",
    metavar="URL",
    envvar="DOSEPASS_TRUST_URL",
    show_envvar=True,
    help="Keep the bundle in the directory of --trust fresh from this address, every hour.",
)
@click.option("--headless", is_flag=True, help="No window: one line on stdout for each verdict.")
@click.option("--json", is_flag=True, help="With --headless: lines of JSON.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default=LANGUAGES[0],
    show_default=True,
    help="The larger words.",
)
@click.option(
    "--hold",
    type=click.FloatRange(1, 60),
    default=Times().show,
    show_default=True,
    metavar="SECONDS",
    help="How long the window shows a result.",
)
@click.option(
    "--compare",
    type=click.Choice([mode.value for mode in Compare]),
    default=Compare.BESIDE.value,
    show_default=True,
    help="Compare the holder beside the colour, before it (first), or by the card's own QR code.",
)
@click.option("--kiosk", is_flag=True, help="Begin in full screen; only two keys in a row quit.")
@click.option("--mute", is_flag=True, help="Begin without sound; M turns it on.")
@click.option(
    "--counts",
    type=_PATH,
    metavar="DIR",
    help="Keep the shift's counts as a CSV table in DIR. Nothing in it is about anybody.",
)
@click.option(
    "--demo-screens",
    type=_PATH,
    metavar="DIR",
    help="Keep each result's screen as a PNG in DIR. They hold names: for invented people only.",
)
@click.version_option(package_name="dosepass")
def cli(**options: object) -> int:
    """Read certificates from a camera, pictures or lines, and show the verdicts.

    Ends with 0 if all were accepted, 1 if any was rejected, 2 for trouble or if any could not be
    judged. A camera runs until it is stopped and ends with 0.
    """
    choices = Choices(**options)  # type: ignore[arg-type] # click gives what the options declare
    if choices.json and not choices.headless:
        raise click.UsageError("--json goes with --headless")
    if choices.trust_url is not None and choices.trust is None:
        raise click.UsageError("--trust-url goes with --trust")
    require_opencv()
    # Only now: all that follows loads OpenCV.
    from scanner_app.running import run_scanner

    return run_scanner(choices)


def main() -> None:
    """Run the command."""
    run(cli, "dosepass-scanner")


if __name__ == "__main__":
    main()
