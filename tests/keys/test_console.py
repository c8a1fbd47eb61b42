"""How command lines end and speak."""

import errno
import os
from pathlib import Path

import click
import pytest

from keys.console import home_option, run, say, secrets_options
from keys.errors import HintedError
from keys.secrets import SecretsHandler
from spec.errors import DosepassError, MalformedError


def ended(
    monkeypatch: pytest.MonkeyPatch, command: click.Command, *arguments: str
) -> int | str | None:
    monkeypatch.setattr("sys.argv", ["dosepass-test", *arguments])
    with pytest.raises(SystemExit) as caught:
        run(command, "dosepass-test")
    return caught.value.code


def raising(error: BaseException) -> click.Command:
    @click.command()
    def command() -> None:
        raise error

    return command


def click_exit(code: int) -> click.Command:
    @click.command()
    @click.pass_context
    def command(context: click.Context) -> None:
        click.echo("result")
        context.exit(code)

    return command


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_command_chooses_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int
) -> None:
    assert ended(monkeypatch, click_exit(code)) == code
    assert capsys.readouterr() == ("result\n", "")


DISK = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "register.sqlite3")
ENDS: list[tuple[BaseException, str]] = [
    (DosepassError("the key is gone"), "dosepass-test: the key is gone\n"),
    (MalformedError("Base45: odd"), "dosepass-test: Base45: odd\n"),
    (HintedError("no key"), "dosepass-test: no key\n"),
    (HintedError("no key", hint="make one"), "dosepass-test: no key\nhint: make one\n"),
    (
        click.UsageError("Missing file."),
        "dosepass-test: missing file\nhint: see dosepass-test --help\n",
    ),
    (click.ClickException("PDF is needed"), "dosepass-test: PDF is needed\n"),
    (
        click.FileError("a.csv", "Not found."),
        "dosepass-test: could not open file 'a.csv': Not found\n",
    ),
    (click.Abort(), "dosepass-test: stopped\n"),
    (DISK, "dosepass-test: register.sqlite3: no space left on device\n"),
]


@pytest.mark.parametrize(("error", "words"), ENDS)
def test_trouble_ends_with_2_and_speaks_on_stderr(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    words: str,
) -> None:
    assert ended(monkeypatch, raising(error)) == 2
    assert capsys.readouterr() == ("", words)


def test_a_fault_of_ours_never_reads_as_rejected(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, raising(ZeroDivisionError("oh"))) == 2
    talk = capsys.readouterr().err
    assert "ZeroDivisionError" in talk
    assert "dosepass-test: this is a fault of the program\nhint: " in talk


def test_an_interrupt_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, raising(KeyboardInterrupt())) == 2
    assert capsys.readouterr().err.strip() == "dosepass-test: stopped"


@click.group()
def group() -> None:
    """Say what this is."""


@group.command()
@click.option("--home")
def list_all(home: str | None) -> None:
    say("listing")


def test_misuse_points_to_the_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, group, "list-all", "--hom") == 2
    assert "hint: see dosepass-test list-all --help\n" in capsys.readouterr().err


def test_no_command_shows_the_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, group) == 2
    output, talk = capsys.readouterr()
    assert output == ""
    assert talk.startswith("Usage: dosepass-test")


def test_talk_bears_the_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, group, "list-all") == 0
    assert capsys.readouterr() == ("", "dosepass-test: listing\n")


@click.command()
@home_option
@secrets_options
@click.argument("word", default="none")
def options(home: Path, secrets: SecretsHandler, word: str) -> None:
    click.echo(f"{home} {type(secrets).__name__} {word}")


OPTIONS = [
    ([], "authority PromptSecrets none"),
    (["--home", "h", "x"], "h PromptSecrets x"),
    (["--passphrase-file", "p"], "authority FileSecrets none"),
    (["--passphrase-fd", "3"], "authority FileDescriptorSecrets none"),
]


@pytest.mark.parametrize(("arguments", "result"), OPTIONS)
def test_shared_options(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    result: str,
) -> None:
    monkeypatch.delenv("DOSEPASS_HOME", raising=False)
    assert ended(monkeypatch, options, *arguments) == 0
    assert capsys.readouterr().out == f"{result}\n"


def test_the_home_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOSEPASS_HOME", "elsewhere")
    assert ended(monkeypatch, options) == 0
    assert capsys.readouterr().out.startswith("elsewhere ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--passphrase-file", "p", "--passphrase-fd", "3"],
        ["--passphrase-fd", "-1"],
        ["--passphrase-fd", "three"],
        ["--passphrase", "secret"],
    ],
)
def test_secrets_misused(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    assert ended(monkeypatch, options, *arguments) == 2
