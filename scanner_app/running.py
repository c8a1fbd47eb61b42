"""One run: a source, a way to check, a window or lines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

import click
import cv2

from keys.clock import Clock, SystemClock
from keys.console import say
from scanner_app.answer import Answer
from scanner_app.camera import open_camera
from scanner_app.cascade import EVERY_MISS, LIVE, Cascade
from scanner_app.checks import Checker, FallbackChecker, OfflineChecker
from scanner_app.choices import DEFAULT_SERVICE, Choices
from scanner_app.comparison import Compare
from scanner_app.counts_file import CountsFile
from scanner_app.decoders import available_decoders
from scanner_app.desk import Companion, Desk
from scanner_app.errors import EngineError
from scanner_app.freshness import keep_fresh, say_anywhere
from scanner_app.headless import json_line, run_headless, text_line
from scanner_app.screen_folder import ScreenFolder, result_screen
from scanner_app.service import ServiceChecker, is_exposed
from scanner_app.sound import Sounds
from scanner_app.sources import PictureFolder, Source, TextLines, VideoFile
from scanner_app.states import Times
from scanner_app.station import Station
from scanner_app.window import Window, require_display

__all__ = ["run_scanner"]


def run_scanner(choices: Choices) -> int:
    """Scan until the source ends or the person quits; gives the exit code."""
    # OpenCV would report each unreadable picture and absent camera on stderr in its own words.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    clock = SystemClock()
    checker = _checker(choices, clock)
    display = None if choices.headless else require_display()
    with _source(choices) as source:
        cascade = _cascade(source)
        folder = _screen_folder(choices)
        if choices.headless:
            return _headless(source, cascade, checker, clock, choices, folder)
        return _windowed(source, cascade, checker, clock, choices, folder, Window(display))


def _headless(
    source: Source,
    cascade: Cascade,
    checker: Checker,
    clock: Clock,
    choices: Choices,
    folder: ScreenFolder | None,
) -> int:
    def report(name: str, answer: Answer) -> None:
        as_line = json_line if choices.json else text_line
        click.echo(as_line(name, answer, choices.language))
        if folder is not None:
            folder.save(name, result_screen(answer, checker, clock, choices.language))

    try:
        tally = run_headless(source, cascade, checker, clock, report)
    except KeyboardInterrupt:
        if source.live:
            return 0
        raise
    if not tally.total:
        say("nothing was read")
    return tally.exit_code


def _windowed(
    source: Source,
    cascade: Cascade,
    checker: Checker,
    clock: Clock,
    choices: Choices,
    folder: ScreenFolder | None,
    window: Window,
) -> int:
    if choices.kiosk:
        window.toggle_full_screen()
    station = Station(
        source=source,
        cascade=cascade,
        checker=checker,
        display=window,
        clock=clock,
        desk=_desk(choices, clock),
        language=choices.language,
        times=Times(show=choices.hold),
        compare=Compare(choices.compare),
        kiosk=choices.kiosk,
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


def _desk(choices: Choices, clock: Clock) -> Desk:
    companions: list[Companion] = [Sounds(say_anywhere, muted=choices.mute)]
    if choices.counts is not None:
        companions.append(CountsFile(choices.counts, clock, say_anywhere))
    return Desk(companions)


def _checker(choices: Choices, clock: Clock) -> Checker:
    offline = OfflineChecker(choices.trust, clock) if choices.trust is not None else None
    if choices.trust is not None and choices.trust_url is not None:
        keep_fresh(choices.trust, choices.trust_url, clock)
    if offline is not None and choices.service is None:
        return offline
    url = choices.service or DEFAULT_SERVICE
    service = ServiceChecker(url, clock)
    if is_exposed(url):
        say("certificates go to the service unencrypted; use an https address outside a test")
    return service if offline is None else FallbackChecker(service, offline)


@contextmanager
def _source(choices: Choices) -> Iterator[Source]:
    given = [choices.camera, choices.video, choices.pictures, choices.lines]
    if sum(choice is not None for choice in given) > 1:
        raise click.UsageError("give one of --camera, --video, --pictures and --lines")
    source = _open(choices)
    try:
        yield source
    finally:
        source.close()


def _open(choices: Choices) -> Source:
    if choices.video is not None:
        return VideoFile(choices.video)
    if choices.pictures is not None:
        return PictureFolder(choices.pictures)
    if choices.lines == "-":
        return _typed_lines(live=sys.stdin.isatty(), in_window=not choices.headless)
    if choices.lines is not None:
        return TextLines.of_file(Path(choices.lines))
    camera = open_camera(choices.camera or "0")
    say(f"{camera.name}: {camera.mode}")
    if not camera.mode.as_asked:
        say("the camera did not take 1280x720; codes are read from closer by")
    return camera


def _typed_lines(*, live: bool, in_window: bool) -> TextLines:
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # A stray byte spoils its own line only.
    if live and in_window:
        say("keep this terminal in front of the window: the reader types here")
    return TextLines(sys.stdin, "stdin", live=live)


def _cascade(source: Source) -> Cascade:
    decoders, missing = available_decoders()
    for engine in missing:
        say(f"{engine.name} is not installed, fewer codes will be read\nhint: {engine.hint}")
    if not decoders:
        raise EngineError("no engine that reads QR codes is installed", hint=missing[0].hint)
    every_miss = source.single and not source.live
    return Cascade(decoders, second_engines_every=EVERY_MISS if every_miss else LIVE)


def _screen_folder(choices: Choices) -> ScreenFolder | None:
    if choices.demo_screens is None:
        return None
    say("the screens that are kept hold names and birth dates: for invented people only")
    return ScreenFolder(choices.demo_screens)
