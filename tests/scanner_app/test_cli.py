"""The command line, end to end: photographs and lines in, verdicts and exit codes out."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest
import time_machine
from click.testing import CliRunner, Result

from benchmarks.frames import empty_scene, frame_of
from scanner_app.cli import cli, main
from scanner_app.decoders import Picture
from spec import base45
from spec.dates import BirthDate
from spec.qr_text import PREFIX
from tests.authority import DAY, NOW, Authority, doses
from tests.scanner_app.pictures import qr_picture


@pytest.fixture(autouse=True)
def _the_time_is_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def scan(*arguments: object, text: str | None = None) -> Result:
    given = [str(argument) for argument in arguments]
    result = CliRunner().invoke(cli, given, standalone_mode=False, input=text)
    if result.exception is not None:
        raise result.exception
    return result


def spoiled(text: str) -> str:
    """A certificate with one bit of its signature turned."""
    message = bytearray(base45.decode(text[len(PREFIX) :]))
    message[-5] ^= 1
    return PREFIX + base45.encode(bytes(message))


def write(path: Path, picture: Picture) -> None:
    assert cv2.imwrite(str(path), picture)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    authority = Authority()
    certificate = authority.certificate
    return {
        "1-green": authority.sign(),
        "2-yellow": authority.sign(
            certificate(
                name="Đặng Văn Ân", doses=doses((1, "2021-09-10")), birth_date=BirthDate(1955)
            )
        ),
        "3-janssen": authority.sign(certificate(doses=doses((6, "2021-09-20")))),
        "4-expired": authority.sign(certificate(expires_at=NOW - DAY)),
        "5-forged": spoiled(authority.sign()),
        "6-stranger": authority.sign(key=authority.make_key("thief")),
        "7-menu": "https://example.com/menu",
    }


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str]) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    kinds = ("plain", "tilted", "mixed", "dark", "blurred", "moving", "noisy")
    for seed, (kind, (name, text)) in enumerate(zip(kinds, texts.items(), strict=True)):
        paper = bool(seed % 2)
        write(folder / f"{name}.jpg", frame_of(qr_picture(text), kind, seed, paper=paper))
    write(folder / "8-nobody.png", empty_scene(8))
    (folder / "9-broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


def test_a_folder_of_photographs(pictures: Path, trust_directory: Path) -> None:
    result = scan("--pictures", pictures, "--trust", trust_directory, "--headless", "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    judged = {
        line["source"]: (line["outcome"], line["code"] or line["trouble"], line["colour"])
        for line in lines
    }
    assert judged == {
        "1-green.jpg": ("accepted", "ok", "green"),
        "2-yellow.jpg": ("accepted", "ok", "yellow"),
        "3-janssen.jpg": ("accepted", "ok", "green"),
        "4-expired.jpg": ("rejected", "expired", None),
        "5-forged.jpg": ("rejected", "bad_signature", None),
        "6-stranger.jpg": ("undetermined", "unknown_key", None),
        "7-menu.jpg": ("rejected", "not_a_certificate", None),
        "8-nobody.png": ("undetermined", "no_code", None),
        "9-broken.png": ("undetermined", "unreadable", None),
    }
    assert result.return_value == 1
    assert lines[1]["disclosed"]["name"] == "Đặng Văn Ân"
    assert lines[0]["words"]["title"] == "XANH – ĐỦ LIỀU"
    assert all(line["disclosed"] == {} for line in lines[3:])


def test_an_empty_source_is_told(trust_directory: Path) -> None:
    result = scan("--lines", "-", "--trust", trust_directory, "--headless", text="")
    assert (result.return_value, result.stdout) == (2, "")
    assert "nothing was read" in result.stderr


def test_lines_for_people(texts: dict[str, str], trust_directory: Path) -> None:
    given = "\n".join(texts.values())
    result = scan("--lines", "-", "--trust", trust_directory, "--headless", text=given)
    lines = result.stdout.splitlines()
    assert lines[1] == (
        "line 2: accepted ok: VÀNG – MỘT MŨI 1/2, Đặng Văn Ân, 1955, •••• 4821, "
        "10/09/2021 AstraZeneca (Vaxzevria)"
    )
    assert lines[4] == (
        "line 5: rejected bad_signature: KHÔNG HỢP LỆ – CHỮ KÝ SAI. "
        "Không cho qua. Nội dung đã bị sửa hoặc làm giả."
    )
    assert len(lines) == 7


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["1-green"], 0),
        (["1-green", "2-yellow", "3-janssen"], 0),
        (["1-green", "4-expired"], 1),
        (["7-menu"], 1),
        (["1-green", "6-stranger"], 2),
        (["6-stranger", "5-forged"], 1),
        ([], 2),
    ],
)
def test_exit_codes(
    texts: dict[str, str], trust_directory: Path, tmp_path: Path, names: list[str], code: int
) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("".join(f"{texts[name]}\r\n" for name in names), encoding="utf-8")
    result = scan("--lines", path, "--trust", trust_directory, "--headless", "--language", "en")
    assert result.return_value == code
    assert len(result.stdout.splitlines()) == len(names)


def test_a_video_tells_each_presentation_once(
    texts: dict[str, str], trust_directory: Path, tmp_path: Path
) -> None:
    path = tmp_path / "gate.avi"
    shown = [None, "1-green", "1-green", None, "4-expired", "7-menu", "4-expired", None]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 480))
    for name in shown:
        frame = cv2.resize(empty_scene(1), (640, 480))
        if name is not None:
            code = cv2.resize(qr_picture(texts[name]), (440, 440), interpolation=cv2.INTER_AREA)
            frame[20:460, 100:540] = code
        for _ in range(3):
            writer.write(frame)
    writer.release()
    result = scan("--video", path, "--trust", trust_directory, "--headless", "--json")
    lines: list[dict[str, Any]] = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["source"], line["code"]) for line in lines] == [
        ("frame 4", "ok"),
        ("frame 13", "expired"),
    ]
    assert result.return_value == 1


def test_without_a_service_the_bundle_judges(
    texts: dict[str, str], trust_directory: Path, tmp_path: Path
) -> None:
    path = tmp_path / "lines.txt"
    path.write_text(texts["1-green"])
    nobody = "http://127.0.0.1:1"
    with_bundle = ("--service", nobody, "--trust", trust_directory)
    assert scan("--lines", path, *with_bundle, "--headless").return_value == 0
    alone = scan("--lines", path, "--service", nobody, "--headless", "--language", "en")
    assert alone.return_value == 2
    assert "undetermined service_unreachable: CANNOT CHECK" in alone.stdout


def test_a_stray_byte_on_stdin_spoils_its_own_line_only(
    texts: dict[str, str], trust_directory: Path
) -> None:
    options = ("--lines", "-", "--headless", "--json")
    done = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-m", "scanner_app.cli", *options, "--trust", str(trust_directory)],
        input=b"DP1:\xff\xfe\n" + texts["1-green"].encode() + b"\n",
        env={"PATH": "/usr/bin:/bin", "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[2],
        timeout=60,
    )
    assert len(done.stdout.splitlines()) == 2


def test_without_opencv_a_sentence_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: no such file')")
    done = subprocess.run(
        [sys.executable, "-m", "scanner_app.cli", "--headless", "--lines", "-"],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("dosepass-scanner: OpenCV cannot be loaded: libGL.so.1")
    assert "hint: pip install" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unencrypted_service_is_pointed_out(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("https://example.com\n")
    result = scan("--lines", path, "--service", "http://verify.example", "--headless")
    assert "unencrypted" in result.stderr
    assert result.return_value == 1


def test_screens_are_kept_only_when_asked_and_for_the_owner_only(
    pictures: Path, trust_directory: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "screens"
    one = pictures / "1-green.jpg"
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    scan("--pictures", one, "--trust", trust_directory, "--headless")
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == before
    options = ("--trust", trust_directory, "--headless", "--demo-screens", kept)
    result = scan("--pictures", one, *options)
    assert "invented people only" in result.stderr
    (screen,) = kept.iterdir()
    assert screen.name == "001-1-green.png"
    assert screen.stat().st_mode & 0o077 == 0
    assert kept.stat().st_mode & 0o077 == 0
    picture = cv2.imread(str(screen))
    assert picture is not None
    assert picture.shape == (720, 1280, 3)


MISUSE = [
    (["--json"], "--json goes with --headless"),
    (["--headless", "--pictures", "a", "--video", "b"], "give one of"),
    (["--headless", "--language", "fr"], "fr"),
    (["--headless", "--trust", "/nowhere", "--lines", "-"], "no trust bundle"),
    (["--headless", "--pictures", "/nowhere"], "no such folder"),
    (["--headless", "--video", "/nowhere"], "no video"),
    (["--headless", "--lines", "/nowhere"], "/nowhere"),
    (["--headless", "--service", "ftp://host", "--lines", "-"], "http"),
    (["--headless", "--camera", "/dev/no-such-camera"], "cannot be opened"),
    (["--headless", "--camera", "99999999999"], "cannot be opened"),
    (["--pictures", "/nowhere"], "use --headless"),
]


@pytest.mark.parametrize(("arguments", "message"), MISUSE, ids=lambda value: str(value)[:40])
def test_misuse_ends_with_2_and_a_sentence(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["dosepass-scanner", *arguments])
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(SystemExit) as end:
        main()
    told = capsys.readouterr()
    assert end.value.code == 2
    assert told.out == ""
    assert told.err.startswith("dosepass-scanner: ")
    assert message in told.err
    assert "Traceback" not in told.err
