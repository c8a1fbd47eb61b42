"""The command line `dosepass-keys`, run within a test at any time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

import pytest
import time_machine

from keys.cli import main
from tests.keys.homes import after

PASSPHRASE: Final = "correct horse battery"
SECRET: Final = ("--passphrase-file", "passphrase")
ROOT: Final = "authority/public/metadata/1.root.json"


@dataclass(frozen=True)
class Ended:
    code: object
    out: str
    err: str


Command: TypeAlias = Callable[..., Ended]


def runner(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run commands in a folder; `at` is in seconds after homes.NOW."""
    monkeypatch.chdir(folder)
    for name in ("DOSEPASS_HOME", "DOSEPASS_REGISTER"):
        monkeypatch.delenv(name, raising=False)
    (folder / "passphrase").write_text(f"{PASSPHRASE}\n")

    def run(*arguments: str, at: int = 0) -> Ended:
        monkeypatch.setattr("sys.argv", ["dosepass-keys", *arguments])
        moment = datetime.fromtimestamp(after(at), UTC)
        with time_machine.travel(moment, tick=False), pytest.raises(SystemExit) as caught:
            main()
        output = capsys.readouterr()
        return Ended(caught.value.code, output.out, output.err)

    return run
