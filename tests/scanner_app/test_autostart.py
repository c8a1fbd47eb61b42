"""The autostart file, read back as the Desktop Entry Specification says."""

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from scanner_app.autostart import AutostartError, entry, entry_path
from scanner_app.cli import cli


def words_of(text: str) -> list[str]:
    """Read Exec back: first as a string of such a file, then as quoted arguments."""
    parser = configparser.RawConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    line = re.sub(r"\\(.)", r"\1", parser["Desktop Entry"]["Exec"]).replace("%%", "%")
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
    return [re.sub(r"\\(.)", r"\1", word) for word in quoted]


WORD = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=12)


@given(st.lists(WORD, min_size=1, max_size=5))
def test_every_word_comes_back(command: list[str]) -> None:
    if all(word.isprintable() for word in command):
        assert words_of(entry(command)) == command


@pytest.mark.parametrize("word", ["a\nExec=rm", "\x1b[31m", "\u202e"])
def test_what_could_be_another_line_is_refused(word: str) -> None:
    with pytest.raises(AutostartError):
        entry(["scanner", word])


def autostart(*arguments: str, config: Path) -> tuple[str, str]:
    env = {"XDG_CONFIG_HOME": str(config)}
    result = CliRunner().invoke(
        cli, ["autostart", *arguments], env=env, standalone_mode=False, catch_exceptions=False
    )
    return result.stdout, result.stderr


def test_it_is_written_shown_and_removed(tmp_path: Path) -> None:
    path = entry_path({"XDG_CONFIG_HOME": str(tmp_path)})
    options = ("--kiosk", "--trust", "100% trust")
    shown, _ = autostart(*options, "--dry-run", config=tmp_path)
    assert not path.exists()
    autostart(*options, config=tmp_path)
    assert path.read_text(encoding="utf-8") == shown
    command = words_of(shown)
    assert command[:4] == [sys.executable, "-m", "scanner_app.cli", "keep-running"]
    assert command[4:] == ["--trust", str(Path("100% trust").absolute()), "--kiosk"]
    autostart("--remove", "--dry-run", config=tmp_path)
    assert path.exists()
    autostart("--remove", config=tmp_path)
    assert not path.exists()
    with pytest.raises(AutostartError, match="there is no"):
        autostart("--remove", config=tmp_path)


def test_wrong_options_are_not_remembered(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scanner_app.cli", "autostart", "--json"],
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_variables_do_not_reach_the_log_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOSEPASS_SCANNER_MUTE", "1")
    _, said = autostart(config=tmp_path)
    assert "--config" in said
