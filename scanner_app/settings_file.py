"""The settings file: TOML whose keys are the options' own names, refused as a whole if one is not.

Its values become the defaults of the command line, so that options and variables count more.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

import click

from keys.errors import HintedError

__all__ = ["CONFIG_VARIABLE", "PREFIX", "SettingsError", "apply_settings"]

PREFIX: Final = "DOSEPASS_SCANNER_"
CONFIG_VARIABLE: Final = f"{PREFIX}CONFIG"


class SettingsError(HintedError):
    """A setting is unknown, or its value is none that the option takes."""

    code: ClassVar[str] = "settings"


def apply_settings(context: click.Context, _: click.Parameter, path: Path | None) -> None:
    """Take the file's values as the defaults of a command; raises SettingsError.

    Variables with our prefix that name no option are refused too: a setting that is misspelt must
    not be silently absent.
    """
    options = _options(context.command)
    _check_variables(os.environ, options)
    if path is not None:
        context.meta[CONFIG_VARIABLE] = path
        context.default_map = _values(path, options, context)


def _options(command: click.Command) -> dict[str, click.Option]:
    return {
        option.name: option
        for option in command.params
        if isinstance(option, click.Option)
        and option.name
        and not option.is_eager
        and not option.hidden
        and option.envvar
    }


def _check_variables(environ: Mapping[str, str], options: Mapping[str, click.Option]) -> None:
    for variable in environ:
        key = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and variable != CONFIG_VARIABLE and key not in options:
            raise SettingsError(
                f"unknown environment variable {variable}", hint=_nearest(key, options)
            )


def _values(
    path: Path, options: Mapping[str, click.Option], context: click.Context
) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_bytes().decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None
    values = {}
    for key, value in document.items():
        option = options.get(key)
        if option is None:
            raise SettingsError(
                f"{path} has an unknown setting: {key}", hint=_nearest(key, options)
            )
        values[key] = _value(path, key, value, option, context)
    return values


def _value(path: Path, key: str, value: Any, option: click.Option, context: click.Context) -> Any:
    """One value as the option would take it; a path in the file counts from the file's folder."""
    kinds = (bool,) if option.is_flag else (str, int, float)
    if type(value) not in kinds:
        wanted = "true or false" if option.is_flag else "a text or a number"
        raise SettingsError(f"{key} in {path} is not {wanted}")
    try:
        taken = option.type.convert(value, option, context)
    except click.BadParameter as error:
        raise SettingsError(f"{key} in {path}: {error.message.removesuffix('.')}") from None
    return path.parent / taken if isinstance(taken, Path) else value


def _nearest(key: str, options: Mapping[str, click.Option]) -> str:
    near = difflib.get_close_matches(key.replace("-", "_"), options, n=1)
    return f"did you mean {near[0]}?" if near else "the settings are " + ", ".join(options)
