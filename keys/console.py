"""What every command line shares: how it ends, how it speaks, and the options that recur."""

import functools
import importlib
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final, NoReturn, ParamSpec, TypeVar

import click

from keys.errors import HintedError
from keys.pins import FileDescriptorPin, FilePin, PinSource, PromptPin
from keys.secrets import FileDescriptorSecrets, FileSecrets, PromptSecrets, SecretsHandler
from spec.errors import DosepassError

__all__ = [
    "EXIT_TROUBLE",
    "MissingPackageError",
    "home_option",
    "run",
    "say",
    "secrets_options",
    "start",
]

EXIT_TROUBLE: Final = 2
"""Trouble or misuse. 0 is accepted or done; 1 is rejected, and nothing else may end with it."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


class MissingPackageError(HintedError):
    """A package is not installed that an extra brings."""

    code: ClassVar[str] = "missing_package"

    def __init__(self, error: ModuleNotFoundError, extra: str) -> None:
        super().__init__(
            f"the package {error.name} is not installed", hint=f"pip install 'dosepass[{extra}]'"
        )


def start(module: str, name: str, extra: str) -> NoReturn:
    """Import the `cli` of a module and run it.

    A package that is not installed ends with EXIT_TROUBLE and the extra that brings it.
    """
    try:
        cli = importlib.import_module(module).cli
    except ModuleNotFoundError as error:
        missing = MissingPackageError(error, extra)
        _fail(name, str(missing), missing.hint)
    run(cli, name)


def run(cli: click.Command, name: str) -> NoReturn:
    """Run a command line and leave the process with its exit code.

    A command ends with 0, unless it calls `ctx.exit(code)` or returns an integer. Errors of ours
    and of click are printed on stderr as `name: message` and, where there is one, `hint: ...`; an
    error that nobody foresaw keeps its traceback. All of these end with EXIT_TROUBLE.
    """
    try:
        result = cli.main(prog_name=name, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(EXIT_TROUBLE)
    except click.ClickException as error:
        _fail(name, _lower(error.format_message()), _hint_of(error))
    except click.Abort:
        _fail(name, "stopped", None)
    except DosepassError as error:
        _fail(name, str(error), getattr(error, "hint", None))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(name, f"{where}{_lower(error.strerror or str(error))}", None)
    except Exception:  # the exit code 1 of an uncaught error would read as "rejected"
        traceback.print_exc()
        _fail(name, "this is a fault of the program", "please report it with the lines above")
    sys.exit(result if isinstance(result, int) else 0)


def say(message: str) -> None:
    """Tell the person something on stderr as `name: message`, never mixed into the results."""
    context = click.get_current_context(silent=True)
    name = context.find_root().info_name if context else None
    click.echo(f"{name}: {message}" if name else message, err=True)


def home_option(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Add `--home DIR`, given to the command as `home: Path`."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="DOSEPASS_HOME",
        default=Path("authority"),
        show_default=True,
        show_envvar=True,
        help="The authority's home directory.",
    )(command)


def secrets_options(command: Callable[..., _R]) -> Callable[..., _R]:
    """Add the options for passphrase and PIN; the command gets `secrets: SecretsHandler`.

    They are `--passphrase-file`, `--passphrase-fd`, `--pin-file` and `--pin-fd`. Without them, each
    secret is asked for at the terminal when a key file, or a token, is first opened.
    """

    @_secret_option("--passphrase-file", "Read the passphrase from the first line of FILE.")
    @_secret_option("--passphrase-fd", "Read the passphrase from the open file descriptor N.")
    @_secret_option("--pin-file", "Read the PIN of a token from the first line of FILE.")
    @_secret_option("--pin-fd", "Read the PIN of a token from the open file descriptor N.")
    @functools.wraps(command)
    def with_secrets(
        *args: Any,
        passphrase_file: Path | None,
        passphrase_fd: int | None,
        pin_file: Path | None,
        pin_fd: int | None,
        **options: Any,
    ) -> _R:
        _two_secrets((passphrase_file, passphrase_fd), (pin_file, pin_fd))
        secrets = _handler(passphrase_file, passphrase_fd, _pins(pin_file, pin_fd))
        return command(*args, secrets=secrets, **options)

    return with_secrets


def _secret_option(name: str, text: str) -> Callable[[Callable[..., _R]], Callable[..., _R]]:
    if name.endswith("-file"):
        path = click.Path(path_type=Path, dir_okay=False)
        return click.option(name, type=path, metavar="FILE", help=text)
    return click.option(name, type=click.IntRange(min=0), metavar="N", help=text)


def _two_secrets(passphrase: tuple[object, object], pin: tuple[object, object]) -> None:
    """Refuse what would send a passphrase to a token, which counts wrong PINs and locks."""
    for name, (file, descriptor) in (("passphrase", passphrase), ("pin", pin)):
        if file is not None and descriptor is not None:
            raise click.UsageError(f"give --{name}-file or --{name}-fd, not both")
    if any(one is not None and one == other for one, other in zip(passphrase, pin, strict=True)):
        raise click.UsageError("passphrase and PIN are two secrets; give the PIN on its own")


def _handler(file: Path | None, descriptor: int | None, pins: PinSource) -> SecretsHandler:
    if file is not None:
        return FileSecrets(file, pins=pins)
    if descriptor is not None:
        return FileDescriptorSecrets(descriptor, pins=pins)
    return PromptSecrets(pins=pins)


def _pins(file: Path | None, descriptor: int | None) -> PinSource:
    if file is not None:
        return FilePin(file)
    return PromptPin() if descriptor is None else FileDescriptorPin(descriptor)


def _fail(name: str, message: str, hint: str | None) -> NoReturn:
    click.echo(f"{name}: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
    sys.exit(EXIT_TROUBLE)


def _hint_of(error: click.ClickException) -> str | None:
    context = getattr(error, "ctx", None)
    return f"see {context.command_path} --help" if context else None


def _lower(message: str) -> str:
    """Give a foreign message our manner: lower case at its start, no full stop at its end."""
    if message[1:2].islower():
        message = message[0].lower() + message[1:]
    return message.removesuffix(".")
