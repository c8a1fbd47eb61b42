"""One run: a source, a way to check, a window or lines, and what goes with each result."""

import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import click
import cv2

from keys.clock import Clock, SystemClock
from keys.console import say
from scanner_app.answer import Answer
from scanner_app.camera import Camera
from scanner_app.cascade import EVERY_MISS, LIVE, Cascade
from scanner_app.checks import Checker
from scanner_app.choices import Choices
from scanner_app.comparison import Compare
from scanner_app.counts_file import CountsFile
from scanner_app.decoders import available_decoders
from scanner_app.desk import Companion, Desk
from scanner_app.errors import EngineError
from scanner_app.freshness import say_anywhere
from scanner_app.headless import json_line, run_headless, text_line
from scanner_app.hooks import Hooks
from scanner_app.lifeline import Lifeline, Shift
from scanner_app.opening import checker_of, opened_source
from scanner_app.orientation import Turned
from scanner_app.screen_folder import ScreenFolder, result_screen
from scanner_app.sound import Sounds
from scanner_app.sources import Source
from scanner_app.states import Times
from scanner_app.station import Station
from scanner_app.window import Window, require_display
from spec.verdicts import Outcome

__all__ = ["cascade_for", "run_scanner"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    choices: Choices
    source: Source
    cascade: Cascade
    checker: Checker
    clock: Clock
    desk: Desk
    folder: ScreenFolder | None


def run_scanner(choices: Choices) -> int:
    """Scan until the source ends or the person quits; gives the exit code."""
    # OpenCV would report each unreadable picture and absent camera on stderr in its own words.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    _keep_memory_off_the_disk()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    clock = SystemClock()
    checker = checker_of(choices, clock)
    display = None if choices.headless else require_display()
    with opened_source(choices) as source:
        lifeline = _lifeline(choices, source)
        run = _Run(
            choices=choices,
            source=source,
            cascade=cascade_for(source),
            checker=checker,
            clock=clock,
            desk=_desk(choices, clock, lifeline),
            folder=_screen_folder(choices),
        )
        code = _headless(run) if choices.headless else _windowed(run, Window(display))
        if lifeline is not None:
            lifeline.done(code)
        return code


def _headless(run: _Run) -> int:
    choices = run.choices

    def report(name: str, answer: Answer) -> None:
        as_line = json_line if choices.json else text_line
        click.echo(as_line(name, answer, choices.language))
        if run.folder is not None:
            screen = result_screen(answer, run.checker, run.clock, choices.language)
            run.folder.save(name, screen)

    try:
        tally = run_headless(run.source, run.cascade, run.checker, run.clock, report, run.desk)
    except KeyboardInterrupt:
        if run.source.live:
            return 0
        raise
    finally:
        run.desk.close()
    if not tally.total:
        say("nothing was read")
    return tally.exit_code


def _windowed(run: _Run, window: Window) -> int:
    choices, folder = run.choices, run.folder
    if choices.kiosk:
        window.toggle_full_screen()
    station = Station(
        source=run.source,
        cascade=run.cascade,
        checker=run.checker,
        display=window,
        clock=run.clock,
        desk=run.desk,
        language=choices.language,
        times=Times(show=choices.hold),
        compare=Compare(choices.compare),
        kiosk=choices.kiosk,
        mirror=choices.mirror,
        on_shown=None if folder is None else lambda name, _, screen: folder.save(name, screen),
    )
    try:
        station.run()
    except KeyboardInterrupt:
        if not run.source.live:
            raise
    finally:
        window.close()
    return 0 if run.source.live else station.tally.exit_code


def _desk(choices: Choices, clock: Clock, lifeline: Lifeline | None) -> Desk:
    shift = Shift(began=clock.now()) if lifeline is None else lifeline.shift
    companions: list[Companion] = [] if lifeline is None else [lifeline]
    commands = {
        Outcome.ACCEPTED: choices.on_accept,
        Outcome.REJECTED: choices.on_reject,
        Outcome.UNDETERMINED: choices.on_undetermined,
    }
    given = {outcome: command for outcome, command in commands.items() if command is not None}
    if given:
        companions.append(Hooks(given, say_anywhere))
    if choices.counts is not None:
        companions.append(CountsFile(choices.counts, clock, say_anywhere, shift))
    if not choices.headless:
        companions.append(Sounds(say_anywhere, muted=choices.mute))
    return Desk(companions, shift.counts)


def _lifeline(choices: Choices, source: Source) -> Lifeline | None:
    if choices.supervisor_fd is None:
        return None
    watched: list[Callable[[], float]] = []
    if isinstance(source, Camera | Turned):
        watched.append(lambda: source.silent_for)
    return Lifeline(choices.supervisor_fd, watched)


def cascade_for(source: Source) -> Cascade:
    """The engines that are here, as a source needs them; raises EngineError without any."""
    decoders, missing = available_decoders()
    for engine in missing:
        say(f"{engine.name} is not installed, fewer codes will be read\nhint: {engine.hint}")
    if not decoders:
        raise EngineError("no engine that reads QR codes is installed", hint=missing[0].hint)
    every_miss = source.single and not source.live
    return Cascade(decoders, effort=EVERY_MISS if every_miss else LIVE)


def _screen_folder(choices: Choices) -> ScreenFolder | None:
    if choices.demo_screens is None:
        return None
    say("the screens that are kept hold names and birth dates: for invented people only")
    return ScreenFolder(choices.demo_screens)


def _keep_memory_off_the_disk() -> None:
    """Have a crash write no core file: there may be people in it."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
