"""Brings the settings together: a TOML file, below the environment, below the command line."""

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Final

from verifier.settings import PREFIX, SETTINGS, Setting, Settings, SettingsError

__all__ = ["CONFIG_VARIABLE", "Configuration", "default_of", "load", "value_of"]

CONFIG_VARIABLE: Final = f"{PREFIX}CONFIG"

_BY_KEY: Final = {setting.key: setting for setting in SETTINGS}
_BY_VARIABLE: Final = {setting.variable: setting for setting in SETTINGS}
_KINDS: Final = {str: "a text", int: "a whole number", bool: "true or false", list: "a list"}
_DEFAULT: Final = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """The settings in force, and of each where it came from."""

    settings: Settings
    sources: Mapping[str, str]

    def to_lines(self) -> Iterator[str]:
        """Each setting as a line of the file would say it, its source behind it."""
        for setting in SETTINGS:
            value = self._shown(setting)
            said = f"{setting.key} = {json.dumps(value)}" if value is not None else setting.key
            yield f"{'' if value is not None else '# '}{said}  # {self.sources[setting.key]}"

    def to_json(self) -> dict[str, dict[str, Any]]:
        """The same as an object: by key, `value` and `source`."""
        return {
            setting.key: {"value": self._shown(setting), "source": self.sources[setting.key]}
            for setting in SETTINGS
        }

    def _shown(self, setting: Setting) -> Any:
        value = getattr(self.settings, setting.key)
        if value is None or setting.kind in (int, bool):
            return value
        if setting.kind is list:
            return list(value)
        return setting.writes(value)


def load(options: Mapping[str, str], environ: Mapping[str, str]) -> Configuration:
    """Read all settings; raises SettingsError, which names the one that is wrong.

    `options` are those of the command line, by the keys of the settings, and `config` among them.
    """
    values, sources = {}, dict.fromkeys(_BY_KEY, _DEFAULT)
    for key, said in _texts(options, environ).items():
        sources[key] = said[1]
        values[key] = _read(_BY_KEY[key], *said)
    if "trust" not in values:
        raise SettingsError(
            "the setting trust is missing", hint="name the directory of `dosepass-keys fetch`"
        )
    settings = Settings(**values)
    settings.check()
    return Configuration(settings=settings, sources=sources)


def value_of(key: str, options: Mapping[str, str], environ: Mapping[str, str]) -> Any:
    """What is said of one setting, for a command that needs no other; None where nothing is."""
    said = _texts(options, environ).get(key)
    return None if said is None else _read(_BY_KEY[key], *said)


def default_of(setting: Setting) -> Any:
    """What a setting is when nobody says anything; None also for one that has to be said."""
    [field] = [field for field in fields(Settings) if field.name == setting.key]
    if field.default_factory is not MISSING:
        return field.default_factory()
    return None if field.default is MISSING else field.default


_Texts = dict[str, tuple[str, str, Path]]
"""By key: the text, where it stands, and the folder from which a path in it counts."""


def _texts(options: Mapping[str, str], environ: Mapping[str, str]) -> _Texts:
    """What each source says, the later over the earlier."""
    file = options.get("config") or environ.get(CONFIG_VARIABLE)
    texts = _of_file(Path(file)) if file else {}
    texts |= _of_environment(environ)
    return texts | {
        key: (text, _BY_KEY[key].option, Path()) for key, text in options.items() if key in _BY_KEY
    }


def _of_file(path: Path) -> _Texts:
    try:
        document = tomllib.loads(path.read_bytes().decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None
    texts: _Texts = {}
    for key, value in document.items():
        setting = _BY_KEY.get(key)
        if setting is None:
            raise SettingsError(f"{path} has an unknown setting: {key}", hint=_nearest(key))
        if type(value) is not setting.kind:
            raise SettingsError(f"{key} in {path} is not {_KINDS[setting.kind]}")
        texts[key] = (_flat(value), str(path), path.parent)
    return texts


def _of_environment(environ: Mapping[str, str]) -> _Texts:
    """The variables of ours; an empty one counts as none, as compose files write it."""
    texts: _Texts = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable == CONFIG_VARIABLE or not text:
            continue
        setting = _BY_VARIABLE.get(variable)
        if setting is None:
            key = variable.removeprefix(PREFIX).lower()
            raise SettingsError(f"unknown environment variable {variable}", hint=_nearest(key))
        texts[setting.key] = (text, variable, Path())
    return texts


def _read(setting: Setting, text: str, source: str, base: Path) -> Any:
    try:
        value = setting.reads(text)
    except ValueError as error:
        where = source if source.lstrip("-").replace("-", "_") == setting.key else (
            f"{setting.key} ({source})"
        )  # fmt: skip
        raise SettingsError(f"{where} is {error}") from None
    return base / value if isinstance(value, Path) else value


def _flat(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _nearest(key: str) -> str:
    near = difflib.get_close_matches(key, _BY_KEY, n=1)
    if near:
        return f"did you mean {near[0]}?"
    if key.startswith(("service_", "port_")):
        return "Kubernetes sets it for a service of this name: say enableServiceLinks: false"
    return "the settings are " + ", ".join(_BY_KEY)
