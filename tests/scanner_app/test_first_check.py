"""The check before a shift: real bundles, cameras that see nothing, clocks that are off."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import time_machine
from click.testing import CliRunner

from keys.clock import FixedClock
from scanner_app import first_check
from scanner_app.camera import Camera, Capture, Wishes
from scanner_app.check_words import WORDS, Topic
from scanner_app.checks import OfflineChecker
from scanner_app.cli import cli
from scanner_app.errors import SourceError
from scanner_app.first_check import Finding, Level, light_in, look_at_trust, sound_of
from scanner_app.service import ServiceChecker
from spec.certificate import Timestamp
from tests.authority import DAY, Authority
from tests.trust_folder import store_bundle

HOUR = 3600
NOW = Timestamp(1_800_000_000)


@pytest.fixture
def authority() -> Authority:
    return Authority(now=NOW)


def told(findings: Any) -> list[tuple[str, str, str]]:
    return [(f.topic.value, f.level.value, f.says) for f in findings]


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (HOUR, [("trust", "fine", "fresh"), ("clock", "fine", "clock")]),
        (6 * DAY + HOUR, [("trust", "warning", "ends_soon"), ("clock", "fine", "clock")]),
        (8 * DAY, [("trust", "failed", "stale"), ("clock", "fine", "clock")]),
        (-HOUR, [("clock", "failed", "clock_behind")]),
        (-5000 * DAY, [("clock", "failed", "clock_behind")]),
    ],
)
def test_trust_and_clock(
    authority: Authority, tmp_path: Path, ahead: int, expected: list[tuple[str, str, str]]
) -> None:
    directory = store_bundle(authority, tmp_path / "trust")
    clock = FixedClock(Timestamp(NOW + ahead))
    findings = look_at_trust(OfflineChecker(directory, clock), clock, "en")
    assert told(findings) == expected


def test_status_lists_that_ended_are_told(authority: Authority, tmp_path: Path) -> None:
    until = Timestamp(NOW + HOUR)
    directory = store_bundle(authority, tmp_path / "trust", status_until=until)
    clock = FixedClock(Timestamp(until + 1))
    stale, _ = look_at_trust(OfflineChecker(directory, clock), clock, "vi")
    assert (stale.level, stale.says) == (Level.FAILED, "stale")
    assert "cập nhật" in stale.words("vi")


def test_a_service_that_is_away_is_told() -> None:
    clock = FixedClock(NOW)
    findings = list(look_at_trust(ServiceChecker("http://127.0.0.1:1", clock), clock, "en"))
    assert told(findings) == [("trust", "failed", "nobody"), ("clock", "fine", "clock")]
    assert findings[0].words("en") == (
        "CANNOT CHECK – NO CONNECTION. Check the network and scan again."
    )


RANDOM = np.random.default_rng(5)


@pytest.mark.parametrize(
    ("picture", "trouble"),
    [
        (RANDOM.integers(0, 255, (72, 128, 3)), None),
        (RANDOM.integers(20, 60, (72, 128, 3)), None),
        (RANDOM.integers(0, 20, (72, 128, 3)), "dark"),
        (np.zeros((72, 128, 3)), "dark"),
        (np.full((72, 128, 3), 200), "covered"),
        (RANDOM.integers(100, 106, (72, 128)), "covered"),
    ],
)
def test_light(picture: Any, trouble: str | None) -> None:
    assert light_in(picture.astype(np.uint8)) == trouble


class Still:
    """A camera that always gives one picture, or none."""

    def __init__(self, picture: Any) -> None:
        self._picture = picture

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return True

    def read(self) -> tuple[bool, Any]:
        return self._picture is not None, self._picture

    def get(self, _: int, /) -> float:
        return 720.0

    def set(self, _: int, __: float, /) -> bool:
        return False

    def release(self) -> None:
        pass


def absent(_: str, __: Wishes) -> Camera:
    raise SourceError("camera 0 cannot be opened")


def giving(picture: Any) -> Callable[[str, Wishes], Camera]:
    def opened() -> Capture:
        return Still(picture)

    return lambda name, _: Camera(name, opened)


SCENE = RANDOM.integers(0, 255, (720, 720, 3)).astype(np.uint8)


@pytest.mark.parametrize(
    ("camera", "says", "level"),
    [
        (absent, "no_camera", "failed"),
        (giving(None), "no_pictures", "failed"),
        (giving(SCENE // 30), "dark", "failed"),
        (giving(SCENE), "other_mode", "warning"),
    ],
)
def test_the_camera_sees_light(
    monkeypatch: pytest.MonkeyPatch,
    authority: Authority,
    tmp_path: Path,
    camera: Callable[[str, Wishes], Camera],
    says: str,
    level: str,
) -> None:
    monkeypatch.setattr(first_check, "open_camera", camera)
    monkeypatch.setattr(first_check, "_FRAMES_SECONDS", 0.5)
    code, lines = check(authority, tmp_path, "--headless")
    assert ("camera", level, says) in lines
    assert code == (2 if level == "failed" else 1)


def check(
    authority: Authority, tmp_path: Path, *arguments: str
) -> tuple[int, list[tuple[str, str, str]]]:
    directory = store_bundle(authority, tmp_path / "trust")
    with time_machine.travel(NOW + HOUR, tick=True):
        result = CliRunner().invoke(
            cli,
            ["check", "--json", "--trust", str(directory), *arguments],
            standalone_mode=False,
            catch_exceptions=False,
        )
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return result.return_value, [(line["topic"], line["level"], line["says"]) for line in lines]


def test_a_turnstile_that_is_ready(authority: Authority, tmp_path: Path) -> None:
    code, lines = check(
        authority, tmp_path, "--headless", "--lines", "-", "--on-accept", "true",
        "--counts", str(tmp_path / "counts"),
    )  # fmt: skip
    assert code == 0
    assert [topic for topic, _, _ in lines] == ["engines", "trust", "clock", "hooks", "counts"]
    assert list((tmp_path / "counts").iterdir()) == []


def test_what_a_turnstile_lacks(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, lines = check(
        authority, tmp_path, "--headless", "--lines", "-", "--on-reject", "no-such-program",
        "--counts", str(tmp_path / "file" / "counts"),
    )  # fmt: skip
    assert code == 2
    assert lines[-2:] == [("hooks", "failed", "no_hook"), ("counts", "failed", "no_counts")]


def test_without_display_bundle_and_sound_all_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr(first_check, "available_players", list)
    arguments = ["check", "--lines", "-", "--trust", str(tmp_path), "--language", "en"]
    result = CliRunner().invoke(cli, arguments, standalone_mode=False, catch_exceptions=False)
    assert result.return_value == 2
    assert "FAILED  Trust data: none can be used: there is no trust bundle" in result.stdout
    assert "FAILED  Display: no window can be opened." in result.stdout
    assert "NOTE    Sound: nothing plays it." in result.stdout
    assert result.stdout.endswith("Not ready: mend each FAILED, then check again.\n")


class Player:
    """Plays, or does not."""

    def __init__(self, name: str, *, works: bool) -> None:
        self.name = name
        self._works = works
        self.played: list[bytes] = []

    def play(self, path: Path) -> None:
        if not self._works:
            raise subprocess.SubprocessError
        self.played.append(path.read_bytes())


def test_a_tone_is_played_aloud() -> None:
    silent, loud = Player("silent", works=False), Player("loud", works=True)
    found = sound_of([silent, loud])
    assert (found.level, found.detail) == (Level.FINE, "loud")
    (sound,) = loud.played
    assert max(np.frombuffer(sound[44:], "<i2")) > 10_000
    assert sound_of([silent]).level is Level.WARNING


def test_both_languages_say_everything() -> None:
    assert WORDS["vi"].sentences.keys() == WORDS["en"].sentences.keys()
    for words in WORDS.values():
        assert words.topics.keys() == set(Topic)
        assert words.levels.keys() == {level.value for level in Level}
        assert len(words.ends) == len(Level)
    for says, sentence in WORDS["en"].sentences.items():
        finding = Finding(level=Level.FINE, topic=Topic.CAMERA, says=says, detail="X")
        assert ("X" in finding.words("vi")) == ("X" in finding.words("en")) == ("{}" in sentence)
