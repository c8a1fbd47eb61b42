"""The check before a shift: whether camera, data, clock, sound and display will do, in plain words.

Each check is a function that gives findings; none stops the others.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import click
import cv2
import numpy as np

from keys.clock import Clock, SystemClock
from scanner_app.bar import standing_trouble
from scanner_app.camera import Camera, open_camera
from scanner_app.check_words import WORDS, Topic
from scanner_app.checks import Checker
from scanner_app.choices import Choices
from scanner_app.decoders import Picture, available_decoders
from scanner_app.errors import DisplayError, SourceError
from scanner_app.hooks import HookError, hook_command
from scanner_app.opening import checker_of, wishes_of
from scanner_app.sound import Player, available_players, wav_of
from scanner_app.window import require_display
from scanner_app.words import age_words, answer_words
from spec.colour import Colour
from spec.errors import DosepassError
from spec.qr_text import PREFIX
from spec.tones import tone_for
from spec.verdicts import Outcome, VerdictCode, verdict_words

__all__ = ["Finding", "Level", "light_in", "look_at_trust", "run_check"]

_FRAMES_SECONDS: Final = 6.0
"""To wait for pictures; the first ones are dark until the camera has measured the light."""
_SETTLING: Final = 12
_DARK: Final = 25.0
"""Mean level of 255, below which nothing is told apart."""
_FLAT: Final = 4.0
"""Spread of levels, below which a lid or a cap is before the lens."""
_SOON: Final = 24 * 3600
"""Data that end within a day end within a shift or the next one."""
_OLDEST_CLOCK: Final = 1_767_225_600
"""2026-01-01T00:00:00Z: before this program was made no clock can be right."""


class Level(StrEnum):
    """How bad it is; the worst one is the exit code."""

    FINE = "fine"
    WARNING = "warning"
    FAILED = "failed"

    @property
    def exit_code(self) -> int:
        """0, 1 or 2."""
        return list(Level).index(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of the report: a topic, how it is, and the key and details of its words."""

    level: Level
    topic: Topic
    says: str
    detail: str = ""

    def words(self, language: str) -> str:
        """The sentence, and what to do where something is to be done."""
        return WORDS[language].sentences[self.says].format(self.detail)


def run_check(choices: Choices) -> int:
    """Check all that the options name, and print each finding as it comes; gives the exit code."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    worst = Level.FINE
    for finding in _findings(choices, SystemClock()):
        worst = max(worst, finding.level, key=list(Level).index)
        click.echo(_line(finding, choices))
    if not choices.json:
        click.echo(WORDS[choices.language].ends[worst.exit_code])
    return worst.exit_code


def _line(finding: Finding, choices: Choices) -> str:
    words = WORDS[choices.language]
    if choices.json:
        document = {
            "topic": finding.topic.value,
            "level": finding.level.value,
            "says": finding.says,
            "words": finding.words(choices.language),
        }
        return json.dumps(document, ensure_ascii=False)
    level = words.levels[finding.level.value]
    return (
        f"{level:<{words.width}}  {words.topics[finding.topic]}: {finding.words(choices.language)}"
    )


def _findings(choices: Choices, clock: Clock) -> Iterator[Finding]:
    yield from _engines()
    if choices.video is None and choices.pictures is None and choices.lines is None:
        yield _camera(choices)
    yield from _judging(choices, clock)
    if not choices.headless:
        yield _display()
        if not choices.mute:
            yield sound_of(available_players())
    yield from _extras(choices)


def _engines() -> Iterator[Finding]:
    found, missing = available_decoders()
    if not found:
        yield Finding(level=Level.FAILED, topic=Topic.ENGINES, says="no_engine")
    elif missing:
        names = ", ".join(engine.name for engine in missing)
        yield Finding(level=Level.WARNING, topic=Topic.ENGINES, says="few_engines", detail=names)
    else:
        names = ", ".join(engine.name for engine in found)
        yield Finding(level=Level.FINE, topic=Topic.ENGINES, says="engines", detail=names)


def _camera(choices: Choices) -> Finding:
    wishes = wishes_of(choices)
    try:
        camera = open_camera(choices.camera or "0", wishes)
    except SourceError:
        return Finding(level=Level.FAILED, topic=Topic.CAMERA, says="no_camera")
    try:
        picture = _settled(camera)
    except SourceError:
        picture = None
    finally:
        camera.close()
    if picture is None:
        return Finding(level=Level.FAILED, topic=Topic.CAMERA, says="no_pictures")
    trouble = light_in(picture)
    if trouble is not None:
        return Finding(level=Level.FAILED, topic=Topic.CAMERA, says=trouble)
    remark = camera.mode.differs(wishes) if camera.mode else None
    if remark is not None:
        return Finding(
            level=Level.WARNING, topic=Topic.CAMERA, says="other_mode", detail=str(camera.mode)
        )
    return Finding(level=Level.FINE, topic=Topic.CAMERA, says="light", detail=str(camera.mode))


def _settled(camera: Camera) -> Picture | None:
    end, seen, newest = time.monotonic() + _FRAMES_SECONDS, 0, None
    while seen < _SETTLING and time.monotonic() < end:
        frame = camera.read(0.5)
        if frame is not None and frame.picture is not None:
            seen, newest = seen + 1, frame.picture
    return newest


def light_in(picture: Picture) -> str | None:
    """What is wrong with the light in a picture: `dark`, `covered`, or None."""
    levels = picture.astype(np.float32)
    if float(levels.mean()) < _DARK:
        return "dark"
    return "covered" if float(levels.std()) < _FLAT else None


def _judging(choices: Choices, clock: Clock) -> Iterator[Finding]:
    try:
        checker = checker_of(choices, clock)
    except DosepassError as error:
        yield Finding(level=Level.FAILED, topic=Topic.TRUST, says="no_trust", detail=str(error))
        yield from _clock(clock, behind=False)
        return
    yield from look_at_trust(checker, clock, choices.language)


def look_at_trust(checker: Checker, clock: Clock, language: str) -> Iterator[Finding]:
    """Whether somebody could judge now, and how long still; the clock goes by the same times.

    A text that is only the prefix is malformed for whoever judges, and says nothing of anybody.
    """
    answer = checker.check(PREFIX)
    trust = answer.trust or checker.trust()
    if answer.trouble is not None:
        words = answer_words(answer, language)
        detail = f"{words.title}. {words.advice}"
        yield Finding(level=Level.FAILED, topic=Topic.TRUST, says="nobody", detail=detail)
    now = clock.now()
    trouble = None if trust is None else standing_trouble(trust, now)
    behind = trouble is VerdictCode.CLOCK_SUSPECT
    if trust is not None and not behind:
        yield _ages(trouble, trust.end - now, trust.age(now), language)
    yield from _clock(clock, behind=behind)


def _ages(trouble: VerdictCode | None, left: int, age: int, language: str) -> Finding:
    if trouble is not None:
        words = verdict_words(trouble, language)
        detail = f"{words.title}. {words.advice}"
        return Finding(level=Level.FAILED, topic=Topic.TRUST, says="stale", detail=detail)
    if left < _SOON:
        hours = str(left // 3600)
        return Finding(level=Level.WARNING, topic=Topic.TRUST, says="ends_soon", detail=hours)
    detail = age_words(age, language)
    return Finding(level=Level.FINE, topic=Topic.TRUST, says="fresh", detail=detail)


def _clock(clock: Clock, *, behind: bool) -> Iterator[Finding]:
    now = clock.now()
    local = time.strftime("%d/%m/%Y %H:%M", time.localtime(now))
    says, level = "clock", Level.FINE
    if behind or now < _OLDEST_CLOCK:
        says, level = "clock_behind", Level.FAILED
    yield Finding(level=level, topic=Topic.CLOCK, says=says, detail=local)


def _display() -> Finding:
    try:
        held = require_display()
    except DisplayError:
        return Finding(level=Level.FAILED, topic=Topic.DISPLAY, says="no_display")
    size = "" if held is None else "{}x{}".format(*held.size)
    if held is not None:
        held.close()
    return Finding(level=Level.FINE, topic=Topic.DISPLAY, says="display", detail=size)


def sound_of(players: Sequence[Player]) -> Finding:
    """Play the tone of a pass aloud by the first player that works."""
    tone = tone_for(Outcome.ACCEPTED, Colour.GREEN)
    assert tone is not None  # noqa: S101 - every accepted colour has one
    with tempfile.TemporaryDirectory(prefix="dosepass-tones-") as folder:
        path = Path(folder) / "tone.wav"
        path.write_bytes(wav_of(tone))
        for player in players:
            if _works(player.play, path):
                return Finding(
                    level=Level.FINE, topic=Topic.SOUND, says="sound", detail=player.name
                )
    return Finding(level=Level.WARNING, topic=Topic.SOUND, says="no_sound")


def _works(act: Callable[[Any], object], argument: Any) -> bool:
    try:
        act(argument)
    except Exception:  # whatever a program of the desktop does wrong, the next one is tried
        return False
    return True


def _extras(choices: Choices) -> Iterator[Finding]:
    for command in (choices.on_accept, choices.on_reject, choices.on_undetermined):
        if command is None:
            continue
        try:
            detail = hook_command(command)[0]
        except HookError as error:
            yield Finding(level=Level.FAILED, topic=Topic.HOOKS, says="no_hook", detail=str(error))
        else:
            yield Finding(level=Level.FINE, topic=Topic.HOOKS, says="hook", detail=detail)
    if choices.counts is not None:
        says = "counts" if _works(_written, choices.counts) else "no_counts"
        level = Level.FINE if says == "counts" else Level.FAILED
        yield Finding(level=level, topic=Topic.COUNTS, says=says, detail=str(choices.counts))


def _written(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=directory) as file:
        file.write(b"\0")
