"""The desktop's autostart file (freedesktop.org, Desktop Application Autostart Specification)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from keys.errors import HintedError
from keys.files import write_atomically

__all__ = ["AutostartError", "entry", "entry_path", "remove", "write"]

_NAME: Final = "dosepass-scanner.desktop"
_ESCAPED: Final = '"`$\\'
"""What stands behind a backslash in a quoted argument (Desktop Entry Specification, Exec)."""


class AutostartError(HintedError):
    """The autostart file cannot hold the command, or is not there."""

    code = "autostart"


def entry_path(environ: Mapping[str, str]) -> Path:
    """Where the desktop looks for this user's files."""
    config = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "autostart" / _NAME


def entry(command: Sequence[str]) -> str:
    """The file that starts a command; raises AutostartError for one that no such file can hold."""
    if not all(word.isprintable() for word in command):
        raise AutostartError("an option has a line break or a hidden character")
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        "Name=dosepass scanner",
        "Comment=Reads vaccination certificates at a checkpoint",
        f"Exec={' '.join(map(_quoted, command))}",
        "Terminal=false",
        "X-GNOME-Autostart-enabled=true",
    )
    return "".join(f"{line}\n" for line in lines)


def write(path: Path, text: str) -> None:
    """Put the file in its place, over a former one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text.encode())


def remove(path: Path, *, dry_run: bool) -> None:
    """Remove the file; raises AutostartError where there is none."""
    if not path.exists():
        raise AutostartError(f"there is no {path}")
    if not dry_run:
        path.unlink()


def _quoted(word: str) -> str:
    """An argument in quotes: escaped once as an argument, then as a string of such a file."""
    argument = "".join(f"\\{letter}" if letter in _ESCAPED else letter for letter in word)
    return f'"{argument}"'.replace("\\", "\\\\").replace("%", "%%")
