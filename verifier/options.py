"""The settings as options of a command, made from their table."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from verifier.configuration import CONFIG_VARIABLE, default_of
from verifier.settings import SETTINGS, Setting

__all__ = ["config_option", "settings_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

config_option: Final = click.option(
    "--config",
    metavar="FILE",
    help=f"The file of settings, in TOML.  [env var: {CONFIG_VARIABLE}]",
)


def settings_options(command: _Command) -> _Command:
    """Add `--config` and an option for every setting that is no secret.

    The command gets the texts of those that were given, by key, as keyword arguments.
    """
    for setting in reversed([setting for setting in SETTINGS if not setting.secret]):
        command = _option(setting)(command)
    return config_option(command)


def _option(setting: Setting) -> Callable[[_Command], _Command]:
    default = default_of(setting)
    known = default not in (None, False, ()) and setting.key != "workers"
    shown = f"; default: {setting.writes(default)}" if known else ""
    words = f"{setting.help}  [env var: {setting.variable}{shown}]"
    if setting.kind is bool:
        return click.option(setting.option, setting.key, flag_value="true", help=words)
    return click.option(setting.option, setting.key, metavar=setting.metavar, help=words)
