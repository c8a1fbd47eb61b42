"""The command line `dosepass-issuer` in a directory of its own, for tests of its manners."""

from pathlib import Path

import pytest

from issuer.start import main
from keys.settings import to_toml
from tests.issuer.test_cli import Ended

__all__ = ["PASSWORD", "Console", "make_home"]

PASSWORD = "five words and a 7"


def make_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An authority without keys, and a password file, in what becomes the current directory."""
    home = folder / "authority"
    home.mkdir()
    (home / "authority.toml").write_bytes(to_toml("VN"))
    (folder / "password.txt").write_text(f"{PASSWORD}\n")
    monkeypatch.chdir(folder)
    for name in ("DOSEPASS_HOME", "DOSEPASS_REGISTER", "DOSEPASS_ACCOUNT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOSEPASS_OPERATOR", "minh")
    return home


class Console:
    """Runs commands and tells how they ended."""

    def __init__(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Ended:
        """Run `dosepass-issuer` with arguments."""
        self._monkeypatch.setattr("sys.argv", ["dosepass-issuer", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        output = self._capsys.readouterr()
        return Ended(caught.value.code, output.out, output.err)

    def add(self, name: str, *arguments: str) -> Ended:
        """Make an account whose password is PASSWORD."""
        return self("account", "add", name, *arguments, "--password-file", "password.txt")
