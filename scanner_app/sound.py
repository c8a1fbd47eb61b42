"""Tones for results, made here and played by whatever program of the desktop can; never waits.

Players stand behind a Protocol; the first that plays a silence without complaint is used.
"""

import io
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Final, Protocol

import numpy as np

from scanner_app.desk import Companion
from scanner_app.states import Showing
from scanner_app.words import PHRASES
from spec.tones import REJECTED, Beep, Tone, tone_for
from spec.verdicts import VerdictCode

__all__ = ["CommandPlayer", "Player", "Sounds", "available_players", "tone_of", "wav_of"]

_RATE: Final = 44_100
_LOUDNESS: Final = 0.7
"""Of full scale."""
_EDGE_SECONDS: Final = 0.008
"""A beep swells and fades for this long: a hard edge clicks."""
_PLAY_SECONDS: Final = 4.0
"""A player that takes longer hangs; all tones are shorter than a second."""
_SILENCE: Final[Tone] = (Beep(hertz=0, seconds=0.05),)
_INSTALL: Final = "install one of pulseaudio-utils, pipewire-bin and alsa-utils"


class Player(Protocol):
    """Plays a WAV file to its end."""

    name: str

    def play(self, path: Path) -> None:
        """Play; raises OSError or subprocess.SubprocessError when that fails."""
        ...


class CommandPlayer:
    """A program of the desktop."""

    def __init__(self, *command: str) -> None:
        self.name = command[0]
        self._command = command

    def play(self, path: Path) -> None:
        """Run the program with the file as its last argument."""
        subprocess.run(  # noqa: S603 - a program of the list below and our own file
            [*self._command, str(path)],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PLAY_SECONDS,
        )


class WindowsPlayer:
    """What Windows has of its own."""

    name = "winsound"

    def play(self, path: Path) -> None:
        """Play through the default device."""
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(str(path), winsound.SND_FILENAME | winsound.SND_NODEFAULT)


def available_players() -> Sequence[Player]:
    """The players that are installed here, best first."""
    if sys.platform == "win32":
        return [WindowsPlayer()]
    commands = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",))
    return [CommandPlayer(*command) for command in commands if shutil.which(command[0])]


class Sounds(Companion):
    """Plays the tone of each result in a thread of its own, unless it is muted.

    `say` is told, once, when there is nothing that can play.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        muted: bool = False,
        players: Callable[[], Sequence[Player]] = available_players,
    ) -> None:
        self._say = say
        self._muted = muted
        self._players = players
        self._tones: Queue[Tone | None] = Queue(maxsize=1)
        self._thread = Thread(target=self._run, name="sounds", daemon=True)
        self._thread.start()

    def announce(self, state: Showing) -> None:
        """Play the tone of a result; one that waits behind another is dropped for the newest."""
        tone = tone_of(state)
        if tone is not None and not self._muted:
            self._put(tone)

    def mute(self) -> None:
        """Turn sound off, or on again."""
        self._muted = not self._muted

    def remark(self, language: str) -> str | None:
        """Say that the sound is off."""
        return PHRASES[language]["muted"] if self._muted else None

    def close(self) -> None:
        """End the thread after the tone it is at."""
        self._put(None)
        self._thread.join(timeout=_PLAY_SECONDS)

    def _put(self, tone: Tone | None) -> None:
        with suppress(Empty):
            self._tones.get_nowait()
        self._tones.put_nowait(tone)

    def _run(self) -> None:
        players = self._players()
        if players:
            with tempfile.TemporaryDirectory(prefix="dosepass-tones-") as folder:
                self._play_with(players, Path(folder))
        else:
            self._say_nothing_plays()
            self._play(None, Path())

    def _play_with(self, players: Sequence[Player], folder: Path) -> None:
        silence = _file_of(folder, _SILENCE)
        player = next((player for player in players if _plays(player, silence)), None)
        if player is None:
            self._say_nothing_plays()
        self._play(player, folder)

    def _play(self, player: Player | None, folder: Path) -> None:
        while (tone := self._tones.get()) is not None:
            if player is not None:
                _plays(player, _file_of(folder, tone))

    def _say_nothing_plays(self) -> None:
        self._say(f"there is no sound: no player works here\nhint: {_INSTALL}")


def tone_of(state: Showing) -> Tone | None:
    """The tone of a result: one for each look; None for what is not a certificate."""
    if state.differs:
        return REJECTED
    answer = state.answer
    if answer.code == VerdictCode.NOT_A_CERTIFICATE:
        return None
    return tone_for(answer.outcome, None if answer.accepted is None else answer.accepted.colour)


@lru_cache(maxsize=16)
def wav_of(tone: Tone) -> bytes:
    """A tone as a WAV file: 16 bits, one channel."""
    samples = np.concatenate([_samples(beep) for beep in tone])
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes((samples * _LOUDNESS * 32_767).astype("<i2").tobytes())
    return file.getvalue()


def _samples(beep: Beep) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    count = round(beep.seconds * _RATE)
    times = np.arange(count) / _RATE
    edge = np.clip(np.minimum(times, beep.seconds - times) / _EDGE_SECONDS, 0.0, 1.0)
    samples: np.ndarray[tuple[int], np.dtype[np.float64]] = (
        np.sin(2 * np.pi * beep.hertz * times) * edge
    )
    return samples


def _file_of(folder: Path, tone: Tone) -> Path:
    name = "-".join(f"{beep.hertz}x{round(1000 * beep.seconds)}" for beep in tone)
    path = folder / f"{name}.wav"
    if not path.exists():
        path.write_bytes(wav_of(tone))
    return path


def _plays(player: Player, path: Path) -> bool:
    try:
        player.play(path)
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return False
    return True
