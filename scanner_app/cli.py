"""The command line `dosepass-scanner`: one source, one way to check, a window or lines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import cv2

from keys.clock import Clock, SystemClock
from keys.console import run, say
from scanner_app.answer import Answer
from scanner_app.camera import open_camera
from scanner_app.cascade import EVERY_MISS, LIVE, Cascade
from scanner_app.checks import Checker, FallbackChecker, OfflineChecker
from scanner_app.decoders import available_decoders
from scanner_app.errors import EngineError
from scanner_app.headless import json_line, run_headless, text_line
from scanner_app.screen_folder import ScreenFolder, result_screen
from scanner_app.service import ServiceChecker, is_exposed
from scanner_app.session import Times
from scanner_app.sources import PictureFolder, Source, TextLines, VideoFile
from scanner_app.station import Station
from scanner_app.window import Window, require_display
from spec.verdicts import LANGUAGES

__all__ = ["cli", "main"]

_DEFAULT_SERVICE: Final = "http://127.0.0.1:8080"
_PATH: Final = click.Path(path_type=Path)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Choices:
    """What the command line asked for."""

    camera: str | None
    video: Path | None
    pictures: Path | None
    lines: str | None
    service: str | None
    trust: Path | None
    headless: bool
    json: bool
    language: str
    hold: float
    demo_screens: Path | None


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
    help=f"Ask this verifier service. Default, without --trust: {_DEFAULT_SERVICE}.",
)
@click.option(
    "--trust",
    type=_PATH,
    metavar="DIR",
    envvar="DOSEPASS_TRUST",
    show_envvar=True,
    help="Check offline with the bundle in DIR; with --service, when that cannot judge.",
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
    "--demo-screens",
    type=_PATH,
    metavar="DIR",
    help="Keep each result's screen as a PNG in DIR. They hold names: for invented people only.",
)
@click.version_option(package_name="dosepass")
def cli(**options: object) -> int:
    """Read certificates from a camera, pictures or lines, and show the verdicts.

    Ends with 0 if all were accepted, 1 if any was rejected, 2 for trouble or if nothing could be
    judged. A camera runs until it is stopped and ends with 0.
    """
    choices = _Choices(**options)  # type: ignore[arg-type] # click gives what the options declare
    if choices.json and not choices.headless:
        raise click.UsageError("--json goes with --headless")
    # OpenCV would report each unreadable picture and absent camera on stderr in its own words.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    clock = SystemClock()
    checker = _checker(choices, clock)
    if not choices.headless:
        require_display()
    with _source(choices) as source:
        decoder = _decoder(source)
        folder = _screen_folder(choices)
        if choices.headless:
            return _headless(source, decoder, checker, clock, choices, folder)
        return _windowed(source, decoder, checker, clock, choices, folder)


def main() -> None:
    """Run the command."""
    run(cli, "dosepass-scanner")


def _headless(
    source: Source,
    decoder: Cascade,
    checker: Checker,
    clock: Clock,
    choices: _Choices,
    folder: ScreenFolder | None,
) -> int:
    def report(name: str, answer: Answer) -> None:
        as_line = json_line if choices.json else text_line
        click.echo(as_line(name, answer, choices.language))
        if folder is not None:
            folder.save(name, result_screen(answer, checker, clock, choices.language))

    try:
        tally = run_headless(source, decoder, checker, clock, report)
    except KeyboardInterrupt:
        if source.live:
            return 0
        raise
    return tally.exit_code


def _windowed(
    source: Source,
    decoder: Cascade,
    checker: Checker,
    clock: Clock,
    choices: _Choices,
    folder: ScreenFolder | None,
) -> int:
    window = Window()
    station = Station(
        source=source,
        decoder=decoder,
        checker=checker,
        display=window,
        clock=clock,
        language=choices.language,
        times=Times(show=choices.hold),
        on_shown=None if folder is None else lambda name, _, screen: folder.save(name, screen),
    )
    try:
        station.run()
    except KeyboardInterrupt:
        if not source.live:
            raise
    finally:
        window.close()
    return 0 if source.live else station.tally.exit_code


def _checker(choices: _Choices, clock: Clock) -> Checker:
    offline = OfflineChecker(choices.trust, clock) if choices.trust is not None else None
    if offline is not None and choices.service is None:
        return offline
    url = choices.service or _DEFAULT_SERVICE
    service = ServiceChecker(url, clock)
    if is_exposed(url):
        say("certificates go to the service unencrypted; use an https address outside a test")
    return service if offline is None else FallbackChecker(service, offline)


@contextmanager
def _source(choices: _Choices) -> Iterator[Source]:
    given = [choices.camera, choices.video, choices.pictures, choices.lines]
    if sum(choice is not None for choice in given) > 1:
        raise click.UsageError("give one of --camera, --video, --pictures and --lines")
    source = _open(choices)
    try:
        yield source
    finally:
        source.close()


def _open(choices: _Choices) -> Source:
    if choices.video is not None:
        return VideoFile(choices.video)
    if choices.pictures is not None:
        return PictureFolder(choices.pictures)
    if choices.lines == "-":
        return TextLines(sys.stdin, "stdin", live=sys.stdin.isatty())
    if choices.lines is not None:
        return TextLines.of_file(Path(choices.lines))
    camera = open_camera(choices.camera or "0")
    say(f"{camera.name}: {camera.mode}")
    if not camera.mode.as_asked:
        say("the camera did not take 1280x720; codes are read from closer by")
    return camera


def _decoder(source: Source) -> Cascade:
    decoders, missing = available_decoders()
    for engine in missing:
        say(f"{engine.name} is not installed, fewer codes will be read\nhint: {engine.hint}")
    if not decoders:
        raise EngineError("no engine that reads QR codes is installed", hint=missing[0].hint)
    every_miss = source.single and not source.live
    return Cascade(decoders, second_engines_every=EVERY_MISS if every_miss else LIVE)


def _screen_folder(choices: _Choices) -> ScreenFolder | None:
    if choices.demo_screens is None:
        return None
    say("the screens that are kept hold names and birth dates: for invented people only")
    return ScreenFolder(choices.demo_screens)


if __name__ == "__main__":
    main()
