"""The process that reads pictures: bounded in time, memory and files, and replaced when it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from PIL import Image

from scanner_app.images import reader as reader_module
from scanner_app.images.reader import ProcessReader, open_reader
from tests.scanner_app.image_files import encoded, of_text, pdf_of
from tests.scanner_app.pictures import qr_picture
from verifier import pictures
from verifier.pictures import (
    MAX_PICTURE,
    PictureTooLargeError,
    ReaderBusyError,
    ReaderMissingError,
    UnreadablePictureError,
)

TEXT = "DP1:NOT A REAL ONE"
GOOD = of_text(TEXT)


@pytest.fixture(scope="module")
def reader() -> Iterator[ProcessReader]:
    with closing(open_reader()) as opened:
        yield opened


def pid_of(reader: ProcessReader) -> int:
    assert reader._child is not None
    return reader._child._process.pid


def test_it_is_found_by_its_entry_point() -> None:
    (entry,) = entry_points(group="dosepass.pictures", name="reader")
    assert entry.load() is open_reader
    assert isinstance(pictures.open_reader(), ProcessReader)


def test_without_its_packages_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "find_spec", lambda name: None if name == "cv2" else name)
    with pytest.raises(ReaderMissingError) as missing:
        pictures.open_reader()
    assert missing.value.hint == "pip install 'dosepass[image]', or serve without pictures"


def test_without_a_plug_in_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "entry_points", lambda **_: ())
    with pytest.raises(ReaderMissingError):
        pictures.open_reader()


def test_it_imports_no_engine_itself() -> None:
    """A worker of the service carries no OpenCV, with pictures switched on or not."""
    program = (
        "import sys, verifier.serve; from verifier.pictures import open_reader; open_reader();"
        "assert not {'cv2', 'numpy', 'PIL', 'zxingcpp', 'pypdfium2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603  # our own words


def test_it_reads_one_picture_after_another(reader: ProcessReader) -> None:
    assert reader.read(GOOD) == [[TEXT]]
    before = pid_of(reader)
    assert reader.read(pdf_of(TEXT, "", "DP1:OTHER")) == [[TEXT], [], ["DP1:OTHER"]]
    with pytest.raises(UnreadablePictureError, match="sound PNG"):
        reader.read(b"nothing of the kind")
    with pytest.raises(PictureTooLargeError, match="pixels"):
        reader.read(encoded(Image.new("1", (8_000, 5_001))))
    assert reader.read(GOOD) == [[TEXT]]
    assert pid_of(reader) == before


def test_all_codes_of_a_picture_are_read_each_once(reader: ProcessReader) -> None:
    texts = ("DP1:ONE", "https://a.example", "DP1:ONE")
    codes = [Image.fromarray(qr_picture(text)) for text in texts]
    whole = Image.new("RGB", (sum(code.width for code in codes), codes[0].height), "white")
    left = 0
    for code in codes:
        whole.paste(code, (left, 0))
        left += code.width
    [found] = reader.read(encoded(whole))
    assert sorted(found) == ["DP1:ONE", "https://a.example"]


@pytest.mark.parametrize("end", [signal.SIGSEGV, signal.SIGKILL])
def test_a_process_that_dies_is_replaced(reader: ProcessReader, end: signal.Signals) -> None:
    reader.start()
    os.kill(pid_of(reader), end)
    with suppress(UnreadablePictureError, PictureTooLargeError):
        reader.read(GOOD)
    assert reader.read(GOOD) == [[TEXT]]


def test_one_that_cannot_start_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the client's, who would look for it in the picture: such as OpenCV without libGL."""
    monkeypatch.setattr(reader_module, "_MODULE", "scanner_app.images.absent")
    with closing(open_reader()) as broken, pytest.raises(RuntimeError, match="does not start"):
        broken.read(GOOD)


def test_a_picture_waits_for_its_turn_but_not_for_ever(
    reader: ProcessReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "_PATIENCE", 0.05)
    with reader._turn, pytest.raises(ReaderBusyError):
        reader.read(GOOD)
    assert reader.read(GOOD) == [[TEXT]]


def test_many_threads_share_one_process(reader: ProcessReader) -> None:
    read: list[object] = []
    threads = [threading.Thread(target=lambda: read.append(reader.read(GOOD))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [[[TEXT]]] * 8


def test_the_kernel_forbids_files_and_dumps_and_bounds_memory(reader: ProcessReader) -> None:
    reader.read(GOOD)
    limits = Path(f"/proc/{pid_of(reader)}/limits").read_text()
    words = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    assert words["Max file size"] == ["0", "0"]
    assert words["Max core file size"] == ["0", "0"]
    assert words["Max address space"] == ["1610612736", "1610612736"]


def test_the_largest_picture_fits_into_its_memory(reader: ProcessReader) -> None:
    """40 million pixels with transparency take the most; it may take too long, never more."""
    before = pid_of(reader)
    with suppress(PictureTooLargeError):
        assert reader.read(encoded(Image.new("RGBA", (8_000, 5_000)))) == [[]]
        assert pid_of(reader) == before


def test_the_longest_file_is_read(reader: ProcessReader) -> None:
    """What stands after the end of a picture is of no matter."""
    assert reader.read(GOOD + bytes(MAX_PICTURE - len(GOOD))) == [[TEXT]]


def test_the_process_ends_with_its_parent() -> None:
    program = (
        "from scanner_app.images.reader import open_reader\n"
        "reader = open_reader(); reader.start()\n"
        "print(reader._child._process.pid, flush=True)\n"
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    child = Path(f"/proc/{int(ended.stdout)}")
    for _ in range(200):
        if not child.exists() or "Z (zombie)" in (child / "status").read_text():
            return
        time.sleep(0.05)
    pytest.fail("it goes on alone")
