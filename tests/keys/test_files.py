"""Files that are whole or absent."""

import errno
import os
import threading
import time
from pathlib import Path

import pytest

from keys.files import create_private, locked, write_atomically


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "fchmod", "replace"])
def test_the_old_content_stays_when_a_step_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "keys.json"
    write_atomically(path, b"old")

    def fail(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path if step == "replace" else os, step, fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_is_made_once(tmp_path: Path) -> None:
    create_private(tmp_path / "key.pem", b"one")
    with pytest.raises(FileExistsError):
        create_private(tmp_path / "key.pem", b"two")
    assert (tmp_path / "key.pem").read_bytes() == b"one"


def test_the_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.write_text("0")

    def add() -> None:
        with locked(tmp_path / ".lock"):
            value = int(count.read_text())
            time.sleep(0.001)
            count.write_text(str(value + 1))

    threads = [threading.Thread(target=add) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count.read_text() == "16"


def test_the_lock_is_given_back_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), locked(tmp_path / ".lock"):
        raise ValueError("inside")
    with locked(tmp_path / ".lock"):
        pass
