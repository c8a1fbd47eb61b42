"""Where the commands get a password of an account from: a file, or a hidden prompt."""

import getpass
from pathlib import Path

import click

from issuer.access.passwords import NEW_PASSWORD, PASSWORD
from issuer.access.rights import Actor
from issuer.access.sign_in import authenticate
from issuer.register.database import Register
from keys.clock import Clock
from keys.errors import SecretError
from keys.secret_lines import Kind, from_file, from_prompt

__all__ = ["account_option", "ask_new_password", "password_option", "signed_in"]

password_option = click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Read the account's password from the first line of FILE.  [default: ask]",
)
account_option = click.option(
    "--account",
    metavar="NAME",
    envvar="DOSEPASS_ACCOUNT",
    show_envvar=True,
    required=True,
    help="The account that does it.",
)


def ask_new_password(name: str, file: Path | None) -> str:
    """Read or ask for the password that an account shall have; raises SecretError."""
    if file is not None:
        return _text(from_file(file, NEW_PASSWORD))
    password = from_prompt(getpass.getpass, f"New password for {name}: ", NEW_PASSWORD)
    NEW_PASSWORD.check(password)
    if from_prompt(getpass.getpass, "The same again: ", NEW_PASSWORD) != password:
        raise SecretError("the two passwords differ", hint="nothing was changed; start again")
    return _text(password)


def signed_in(register: Register, name: str, file: Path | None, clock: Clock) -> Actor:
    """Who acts, by their password; raises SecretError, SignInError or MustWaitError."""
    return authenticate(register, name, _text(_ask(name, file, PASSWORD)), clock)


def _ask(name: str, file: Path | None, kind: Kind) -> bytes:
    if file is not None:
        return from_file(file, kind)
    return kind.check(from_prompt(getpass.getpass, f"Password of {name}: ", kind))


def _text(password: bytes) -> str:
    try:
        return password.decode()
    except UnicodeDecodeError:
        raise SecretError("the password is not UTF-8") from None
