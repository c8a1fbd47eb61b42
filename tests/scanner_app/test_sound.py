"""Tones: made, different, and played by whatever works, without ever waiting."""

import io
import subprocess
import sys
import time
import wave
from itertools import combinations
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from scanner_app.comparison import REFUSED_BY_OFFICER
from scanner_app.sound import CommandPlayer, Sounds, tone_of, wav_of
from scanner_app.states import Showing
from spec.tones import ACCEPTED, REJECTED, UNDETERMINED
from spec.verdicts import VerdictCode
from tests.scanner_app.answers import FORGED, GREEN, STALE, YELLOW, answer


def shown(what: object, comparison: object = None) -> Showing:
    return Showing(what, 0.0, 8.0, 0.0, comparison)  # type: ignore[arg-type]


def test_each_result_has_its_tone_and_another_person_is_no_good_news() -> None:
    tones = [tone_of(shown(a)) for a in (GREEN, YELLOW, FORGED, STALE)]
    assert len(set(tones)) == 4
    assert tone_of(shown(GREEN, REFUSED_BY_OFFICER)) == REJECTED
    assert tone_of(shown(answer(VerdictCode.NOT_A_CERTIFICATE))) is None


def samples(data: bytes) -> np.ndarray:  # type: ignore[type-arg]
    with wave.open(io.BytesIO(data)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2")


def test_tones_are_sounds_of_their_pitch() -> None:
    for tone in (*ACCEPTED.values(), REJECTED, UNDETERMINED):
        wave_form = samples(wav_of(tone))
        assert len(wave_form) / 44_100 == pytest.approx(
            sum(beep.seconds for beep in tone), abs=0.01
        )
        assert np.abs(wave_form).max() > 20_000
        assert abs(int(wave_form[0])) < 100
        first = wave_form[: round(tone[0].seconds * 44_100)]
        loudest = int(np.argmax(np.abs(np.fft.rfft(first)))) / tone[0].seconds
        assert loudest == pytest.approx(tone[0].hertz, abs=8)
    for one, other in combinations((*ACCEPTED.values(), REJECTED, UNDETERMINED), 2):
        assert wav_of(one) != wav_of(other)


class Recorder:
    """A player in memory; it plays only when it may."""

    name = "recorder"

    def __init__(self, *, works: bool = True) -> None:
        self.works = works
        self.played: list[str] = []
        self.may_play = Event()
        self.may_play.set()

    def play(self, path: Path) -> None:
        self.may_play.wait(5)
        if not self.works:
            raise subprocess.CalledProcessError(1, "player")
        with wave.open(str(path)) as sound:
            assert sound.getnframes()
        self.played.append(path.stem)


def heard(recorder: Recorder, count: int) -> list[str]:
    for _ in range(500):
        if len(recorder.played) >= count:
            break
        time.sleep(0.01)
    return recorder.played


GREEN_FILE, RED_FILE = "784x120-1175x200", "330x150-0x70-330x150-0x70-330x300"


def test_the_first_player_that_works_is_used() -> None:
    broken, sound = Recorder(works=False), Recorder()
    said: list[str] = []
    sounds = Sounds(said.append, players=lambda: [broken, sound])
    sounds.announce(shown(GREEN))
    assert heard(sound, 2) == ["0x50", GREEN_FILE]
    sounds.close()
    assert said == []


def test_without_any_player_the_user_is_told_what_to_install() -> None:
    said: list[str] = []
    sounds = Sounds(said.append, players=lambda: [Recorder(works=False), CommandPlayer("/no/such")])
    sounds.announce(shown(GREEN))
    sounds.close()
    assert len(said) == 1
    assert "hint: install one of" in said[0]


def test_a_player_that_hangs_holds_nobody_up() -> None:
    recorder = Recorder()
    recorder.may_play.clear()
    sounds = Sounds(print, players=lambda: [recorder])
    started = time.monotonic()
    for result in (GREEN, YELLOW, GREEN, FORGED):
        sounds.announce(shown(result))
    assert time.monotonic() - started < 1
    recorder.may_play.set()
    # Of the results meanwhile only the newest is heard: a tone must not tell an old one.
    assert heard(recorder, 2) == ["0x50", RED_FILE]
    sounds.close()


def test_mute() -> None:
    recorder = Recorder()
    sounds = Sounds(print, muted=True, players=lambda: [recorder])
    assert sounds.remark("en") == "MUTED"
    sounds.announce(shown(GREEN))
    sounds.mute()
    assert sounds.remark("en") is None
    sounds.announce(shown(FORGED))
    assert heard(recorder, 2) == ["0x50", RED_FILE]
    sounds.close()


def test_a_command_gets_the_file_and_must_succeed(tmp_path: Path) -> None:
    script = "import sys, wave; wave.open(sys.argv[1]); sys.exit(len(sys.argv) != 2)"
    path = tmp_path / "tone.wav"
    path.write_bytes(wav_of(REJECTED))
    CommandPlayer(sys.executable, "-c", script).play(path)
    path.write_bytes(b"no sound")
    with pytest.raises(subprocess.CalledProcessError):
        CommandPlayer(sys.executable, "-c", script).play(path)
