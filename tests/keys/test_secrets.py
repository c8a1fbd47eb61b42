"""Passphrases: where they come from, and what is refused."""

import getpass
import os
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from keys.errors import SecretError
from keys.secrets import FileDescriptorSecrets, FileSecrets, PromptSecrets

LONG = "correct horse battery"


def answering(*answers: str) -> tuple[Callable[[str], str], list[str]]:
    """A terminal at which somebody types these answers, and the questions it showed."""
    questions: list[str] = []
    waiting = iter(answers)

    def ask(question: str) -> str:
        questions.append(question)
        return next(waiting)

    return ask, questions


def test_a_prompt_asks_once_for_a_purpose() -> None:
    ask, questions = answering(LONG, "another")
    secrets = PromptSecrets(ask)
    assert secrets.passphrase("the keys in private") == LONG.encode()
    assert secrets.passphrase("the keys in private") == LONG.encode()
    assert secrets.passphrase("the token") == b"another"
    assert questions == ["Passphrase of the keys in private: ", "Passphrase of the token: "]


def test_a_new_passphrase_is_asked_for_twice_and_remembered() -> None:
    ask, questions = answering(LONG, LONG)
    secrets = PromptSecrets(ask)
    assert secrets.new_passphrase("the keys") == LONG.encode()
    assert secrets.passphrase("the keys") == LONG.encode()
    assert len(questions) == 2


def test_a_passphrase_may_have_marks() -> None:
    ask, _ = answering("ngựa đúng chuồng")
    assert PromptSecrets(ask).passphrase("the keys") == "ngựa đúng chuồng".encode()


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((LONG, LONG + "!"), "differ"),
        (("short",), "fewer than 12"),
        (("",), "fewer than 12"),
        (("x" * 1024,), "1023"),
    ],
)
def test_new_passphrases_refused(answers: tuple[str, ...], words: str) -> None:
    ask, _ = answering(*answers)
    with pytest.raises(SecretError, match=words):
        PromptSecrets(ask).new_passphrase("the keys")


def _without_terminal(question: str) -> str:
    warnings.warn("Can not control echo", getpass.GetPassWarning, stacklevel=1)
    raise AssertionError("the passphrase would be shown")


def _at_the_end(question: str) -> str:
    raise EOFError


@pytest.mark.parametrize("ask", [_without_terminal, _at_the_end])
def test_no_terminal(ask: Callable[[str], str]) -> None:
    with pytest.raises(SecretError, match="no terminal") as caught:
        PromptSecrets(ask).passphrase("the keys")
    assert "--passphrase-file" in (caught.value.hint or "")


@pytest.mark.parametrize("content", [LONG, f"{LONG}\n", f"{LONG}\r\n", f"{LONG}\nsecond line\n"])
def test_the_first_line_counts(tmp_path: Path, content: str) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(content.encode())
    assert FileSecrets(path).new_passphrase("the keys") == LONG.encode()
    with path.open("rb") as file:
        secrets = FileDescriptorSecrets(file.fileno())
        assert secrets.new_passphrase("the keys") == LONG.encode()
        assert secrets.passphrase("again") == LONG.encode()


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"\n" + LONG.encode(), "empty"), (b"x" * 5000, "1023")]
)
def test_files_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(content)
    with pytest.raises(SecretError, match=words):
        FileSecrets(path).passphrase("the keys")


def test_a_short_one_is_refused_for_new_keys_only(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(b"short\n")
    assert FileSecrets(path).passphrase("old keys") == b"short"
    with pytest.raises(SecretError, match="fewer than 12"):
        FileSecrets(path).new_passphrase("new keys")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="cannot be read"):
        FileSecrets(tmp_path / "nothing").passphrase("the keys")
    with pytest.raises(SecretError, match="cannot be read"):
        FileSecrets(tmp_path).passphrase("the keys")


def test_a_closed_descriptor() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)
    with pytest.raises(SecretError, match="cannot be read"):
        FileDescriptorSecrets(reading).passphrase("the keys")
