"""The commands `keys add`, `keys list` and `keys revoke`: who may ask a service."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from keys.clock import SystemClock
from keys.console import say
from keys.times import to_rfc3339
from verifier import api_keys
from verifier.api_keys import ApiKey, ApiKeys
from verifier.configuration import value_of
from verifier.options import config_option
from verifier.rate import Rate
from verifier.settings import PREFIX, SettingsError

__all__ = ["keys_group"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_file_option: Final = click.option(
    "--keys",
    metavar="FILE",
    help=f"The file of API keys.  [env var: {PREFIX}KEYS; or the setting keys]",
)
_name_argument: Final = click.argument("name")


@click.group("keys")
def keys_group() -> None:
    """Say who may ask: API keys, of which a file holds names, rates and hashes."""


def _of_file(command: _Command) -> _Command:
    """Add the options that say which file it is."""
    return _file_option(config_option(command))


def _rate(_: click.Context, __: click.Parameter, value: str) -> Rate:
    try:
        return Rate.parse(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@keys_group.command("add")
@_name_argument
@click.option(
    "--rate",
    callback=_rate,
    default="600/minute",
    show_default=True,
    metavar="N/UNIT",
    help="How often it may ask: so many certificates a second, minute, hour or day.",
)
@_of_file
def add_command(name: str, rate: Rate, keys: str | None, config: str | None) -> None:
    """Make a key for NAME and print it, once: nobody can show it again.

    NAME stands in the log with each request; give it to a system or a branch, never to a person.
    A running service takes the key up by itself.
    """
    path = _path(keys, config)
    kept, key = ApiKey.make(name, rate, SystemClock().now())
    api_keys.change(path, lambda before: ApiKeys([*before, kept]))
    say(f"made a key for {name}; hand it over now, it is not kept")
    click.echo(key)


@keys_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object a line.")
@_of_file
def list_command(as_json: bool, keys: str | None, config: str | None) -> None:
    """List all keys: name, rate, and since when they count or count no more."""
    for key in api_keys.load(_path(keys, config)):
        click.echo(json.dumps(_shown(key)) if as_json else _line(key))


@keys_group.command("revoke")
@_name_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@_of_file
def revoke_command(name: str, yes: bool, keys: str | None, config: str | None) -> None:
    """Let the key of NAME open nothing from now on. This is final.

    A running service refuses it within a second or two.
    """
    path = _path(keys, config)
    api_keys.load(path).revoked(name, SystemClock().now())
    if not yes:
        click.confirm(f"Refuse everything that {name} asks from now on?", abort=True, err=True)
    api_keys.change(path, lambda before: before.revoked(name, SystemClock().now()))
    say(f"revoked the key of {name}")


def _path(keys: str | None, config: str | None) -> Path:
    options = {key: text for key, text in (("keys", keys), ("config", config)) if text is not None}
    path = value_of("keys", options, os.environ)
    if path is None:
        raise SettingsError("which file of keys is not said", hint="name it: --keys FILE")
    return Path(path)


def _shown(key: ApiKey) -> dict[str, Any]:
    """What may be seen of a key: not its hash, which is of no use to anybody."""
    members = key.to_json()
    del members["sha256"]
    return members


def _line(key: ApiKey) -> str:
    since = f"since {to_rfc3339(key.created_at)}"
    if key.revoked_at is not None:
        since = f"revoked {to_rfc3339(key.revoked_at)}"
    return f"{key.name:<32} {key.rate!s:<16} {since}"
