"""PINs of tokens: a secret of their own, whatever gives the passphrase."""

import getpass
import resource
import warnings
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from keys.console import run, secrets_options
from keys.errors import SecretError
from keys.pins import FileDescriptorPin, FilePin, PromptPin
from keys.secrets import (
    FileDescriptorSecrets,
    FileSecrets,
    FixedSecret,
    PromptSecrets,
    SecretsHandler,
)
from tests.keys.test_secrets import answering

PIN = "2718"


def test_a_prompt_asks_once_for_a_token() -> None:
    ask, questions = answering(PIN, "314159")
    pins = PromptPin(ask)
    assert pins.pin("the token one") == PIN.encode()
    assert pins.pin("the token one") == PIN.encode()
    assert pins.pin("the token two") == b"314159"
    assert questions == ["PIN of the token one: ", "PIN of the token two: "]


@pytest.mark.parametrize("content", [PIN, f"{PIN}\n", f"{PIN}\r\n", f"{PIN}\nsecond line\n"])
def test_the_first_line_counts(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pin"
    path.write_bytes(content.encode())
    assert FilePin(path).pin("the token") == PIN.encode()
    with path.open("rb") as file:
        pins = FileDescriptorPin(file.fileno())
        assert pins.pin("the token") == PIN.encode()
        assert pins.pin("again") == PIN.encode()


REFUSED = [
    (b"", "the PIN in .* is empty"),
    (b"\n2718", "the PIN in .* is empty"),
    (b"123", "a PIN has from 4 to 255 bytes"),
    (b"1" * 256, "a PIN has from 4 to 255 bytes"),
    (b"1" * 5000, "a PIN has from 4 to 255 bytes"),
]


@pytest.mark.parametrize(("content", "words"), REFUSED)
def test_files_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "pin"
    path.write_bytes(content)
    with pytest.raises(SecretError, match=words):
        FilePin(path).pin("the token")
    with path.open("rb") as file, pytest.raises(SecretError, match=words):
        FileDescriptorPin(file.fileno()).pin("the token")


@pytest.mark.parametrize("answer", ["", "123", "1" * 256])
def test_answers_refused(answer: str) -> None:
    ask, _ = answering(answer)
    with pytest.raises(SecretError, match="a PIN has from 4 to 255 bytes"):
        PromptPin(ask).pin("the token")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match=r"the PIN file .* cannot be read") as caught:
        FilePin(tmp_path / "nothing").pin("the token")
    assert "first line is the PIN" in (caught.value.hint or "")


def test_a_closed_descriptor() -> None:
    never_open, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    with pytest.raises(SecretError, match="cannot be read") as caught:
        FileDescriptorPin(never_open).pin("the token")
    assert "--pin-fd 3" in (caught.value.hint or "")


def _without_terminal(question: str) -> str:
    warnings.warn("Can not control echo", getpass.GetPassWarning, stacklevel=1)
    raise AssertionError("the PIN would be shown")


def _at_the_end(question: str) -> str:
    raise EOFError


@pytest.mark.parametrize("ask", [_without_terminal, _at_the_end])
def test_no_terminal(ask: Callable[[str], str]) -> None:
    with pytest.raises(SecretError, match="a PIN is needed and there is no terminal") as caught:
        PromptPin(ask).pin("the token")
    assert "--pin-file FILE or --pin-fd N" in (caught.value.hint or "")


def test_a_handler_gives_the_pin_of_its_source(tmp_path: Path) -> None:
    (tmp_path / "pin").write_text(PIN)
    (tmp_path / "passphrase").write_text("correct horse battery")
    pins = FilePin(tmp_path / "pin")
    with (tmp_path / "passphrase").open("rb") as file:
        handlers: list[SecretsHandler] = [
            FileSecrets(tmp_path / "passphrase", pins=pins),
            FileDescriptorSecrets(file.fileno(), pins=pins),
            PromptSecrets(_at_the_end, pins=pins),
            FixedSecret(b"correct horse battery", pin=PIN.encode()),
        ]
        assert [handler.pin("the token") for handler in handlers] == [PIN.encode()] * 4


def test_the_prompt_for_passphrases_asks_for_pins_too() -> None:
    ask, questions = answering(PIN, "correct horse battery")
    secrets = PromptSecrets(ask)
    assert secrets.pin("the keys") == PIN.encode()
    assert secrets.passphrase("the keys") == b"correct horse battery"
    assert questions == ["PIN of the keys: ", "Passphrase of the keys: "]


def test_a_passphrase_is_never_a_pin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", _at_the_end)
    path = tmp_path / "passphrase"
    path.write_text("correct horse battery")
    with path.open("rb") as file:
        for secrets in (
            FileSecrets(path, pins=PromptPin(_at_the_end)),
            FileDescriptorSecrets(file.fileno(), pins=PromptPin(_at_the_end)),
            FixedSecret(b"correct horse battery"),
        ):
            with pytest.raises(SecretError, match="PIN"):
                secrets.pin("the token")


@click.command()
@secrets_options
def show(secrets: SecretsHandler) -> None:
    click.echo(secrets.pin("the token"))


def ended(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    monkeypatch.setattr("sys.argv", ["dosepass-test", *arguments])
    with pytest.raises(SystemExit) as caught:
        run(show, "dosepass-test")
    return caught.value.code


@pytest.mark.parametrize("others", [[], ["--passphrase-file", "absent"], ["--passphrase-fd", "0"]])
def test_the_options(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    others: list[str],
) -> None:
    path = tmp_path / "pin"
    path.write_text(PIN)
    assert ended(monkeypatch, "--pin-file", str(path), *others) == 0
    with path.open("rb") as file:
        assert ended(monkeypatch, "--pin-fd", str(file.fileno()), *others) == 0
    assert capsys.readouterr().out == f"{PIN}\n" * 2


MISUSED = [
    (["--pin-file", "p", "--pin-fd", "3"], "--pin-file or --pin-fd, not both"),
    (["--pin-file", "p", "--passphrase-file", "p"], "two secrets"),
    (["--pin-file", "./p", "--passphrase-file", "p"], "two secrets"),
    (["--pin-fd", "3", "--passphrase-fd", "3"], "two secrets"),
    (["--pin-fd", "-1"], "pin-fd"),
    (["--pin", "2718"], "--pin"),
    (["--pin-file", "."], "is a directory"),
]


@pytest.mark.parametrize(("arguments", "words"), MISUSED)
def test_misuse(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    assert ended(monkeypatch, *arguments) == 2
    output, talk = capsys.readouterr()
    assert output == ""
    assert words in talk
