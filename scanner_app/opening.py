"""Opens what a run needs: the source that was chosen, and who judges."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from keys.clock import Clock
from keys.console import say
from scanner_app.camera import Camera, Wishes, open_camera
from scanner_app.checks import Checker, OfflineChecker
from scanner_app.choices import DEFAULT_SERVICE, Choices
from scanner_app.fallback import FallbackChecker
from scanner_app.freshness import keep_fresh
from scanner_app.orientation import Turned
from scanner_app.service import ServiceChecker, is_exposed, read_api_key
from scanner_app.sources import PictureFolder, Source, TextLines, VideoFile
from verifier.entry import load_policy

__all__ = ["camera_of", "checker_of", "opened_source", "wishes_of"]


def checker_of(choices: Choices, clock: Clock) -> Checker:
    """Who judges: the service, the bundle, or the one and then the other.

    Raises TrustBundleError where there is no good bundle, NoEntryRulesError for a place without
    rules, SourceError for no address.
    """
    offline = None if choices.trust is None else _offline(choices, choices.trust, clock)
    if choices.trust is not None and choices.trust_url is not None:
        keep_fresh(choices.trust, choices.trust_url, clock)
    if offline is not None and choices.service is None:
        return offline
    url = choices.service or DEFAULT_SERVICE
    key = None if choices.api_key_file is None else read_api_key(choices.api_key_file)
    service = ServiceChecker(url, clock, key=key, language=choices.language)
    if is_exposed(url):
        say("certificates go to the service unencrypted; use an https address outside a test")
    return service if offline is None else FallbackChecker(service, offline)


def _offline(choices: Choices, trust: Path, clock: Clock) -> OfflineChecker:
    policy = None if choices.policy is None else load_policy(choices.policy)
    return OfflineChecker(
        trust, clock, language=choices.language, place=choices.place, policy=policy
    )


@contextmanager
def opened_source(choices: Choices) -> Iterator[Source]:
    """The source, upright, closed at the end; raises SourceError."""
    source = _open(choices)
    try:
        yield Turned(source, choices.rotate) if choices.rotate else source
    finally:
        source.close()


def camera_of(choices: Choices, *, awaited: bool) -> Camera:
    """Open the camera and say what it does; raises SourceError unless it is awaited."""
    wishes = wishes_of(choices)
    camera = open_camera(choices.camera or "0", wishes, awaited=awaited)
    if camera.mode is None:
        say(f"{camera.name} is not there yet; it is used as soon as it is")
        return camera
    say(f"{camera.name}: {camera.mode}")
    remark = camera.mode.differs(wishes)
    if remark is not None:
        say(remark)
    return camera


def wishes_of(choices: Choices) -> Wishes:
    """What the camera is asked for."""
    width, height = choices.resolution
    return Wishes(width=width, height=height, format=choices.camera_format)


def _open(choices: Choices) -> Source:
    if choices.video is not None:
        return VideoFile(choices.video)
    if choices.pictures is not None:
        return PictureFolder(choices.pictures)
    if choices.lines == "-":
        return _typed_lines(live=sys.stdin.isatty(), in_window=not choices.headless)
    if choices.lines is not None:
        return TextLines.of_file(Path(choices.lines))
    # Under a supervisor a window that says so is better than none.
    return camera_of(choices, awaited=choices.supervisor_fd is not None)


def _typed_lines(*, live: bool, in_window: bool) -> TextLines:
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # A stray byte spoils its own line only.
    if live and in_window:
        say("keep this terminal or the window in front: the reader types here")
    return TextLines(sys.stdin, "stdin", live=live)
