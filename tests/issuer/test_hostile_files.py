"""Damaged files of every layout: rows or one of our errors, whatever was done to their bytes."""

from pathlib import Path
from random import Random

import pytest

from issuer.record_files import open_records
from issuer.source import RecordFileError
from tests.fuzz.targets import TARGETS

NAMES = ("record-file", "fhir-bundle")
CHANGED = 40


OTHER_FILES: dict[bytes, str] = {
    b"": "empty",
    b"\xef\xbb\xbf \r\n": "empty",
    b"<html><table><tr><td>Ho va ten</td></tr></table></html>": "web page",
    b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>': "XML",
    b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n": "web page",
    b"{\\rtf1 hello}": "RTF",
    b"\x1f\x8b\x08" + bytes(50): "archive",
    b"7z\xbc\xaf\x27\x1c" + bytes(50): "archive",
    b"Rar!\x1a\x07": "archive",
    b"PK\x05\x06" + bytes(18): "archive",
    b"\x89PNG\r\n\x1a\n" + bytes(50): "picture",
    b"\xff\xd8\xff\xe0" + bytes(50): "picture",
    b"%PDF-1.7": "PDF",
    b"\xd0\xcf\x11\xe0" + bytes(600): "before 2007",
}
"""What is sent in place of a list, under whatever name, and what it is called."""


@pytest.mark.parametrize(("content", "said"), OTHER_FILES.items(), ids=OTHER_FILES.values())
def test_what_else_is_sent_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    with pytest.raises(RecordFileError, match=said) as caught:
        open_records(path)
    assert caught.value.hint


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        open_records(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_sound_files_are_read(name: str) -> None:
    for seed in TARGETS[name].seeds():
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["cut", "flipped", "doubled", "zeroed"])
def test_damaged_files_are_answered(name: str, kind: str) -> None:
    draw = Random(f"{name} {kind}")  # noqa: S311 - no secret
    seeds = list(TARGETS[name].seeds())
    for _ in range(CHANGED):
        TARGETS[name].run(_damaged(draw.choice(seeds), kind, draw))


def _damaged(data: bytes, kind: str, draw: Random) -> bytes:
    start = draw.randrange(len(data))
    end = min(len(data), start + draw.randrange(1, 40))
    if kind == "cut":
        return data[:start]
    if kind == "doubled":
        return data[:end] + data[start:]
    if kind == "zeroed":
        return data[:start] + bytes(end - start) + data[end:]
    return data[:start] + bytes(draw.randbytes(end - start)) + data[end:]
