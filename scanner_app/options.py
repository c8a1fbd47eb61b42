"""The options that all commands of the scanner share, each also a setting and a variable.

A value counts more the later it stands here: the default, the settings file, the environment, the
command line.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource

from scanner_app.choices import DEFAULT_SERVICE, Choices
from scanner_app.comparison import Compare
from scanner_app.settings_file import CONFIG_VARIABLE, PREFIX, apply_settings
from spec.screen import Times
from spec.verdicts import LANGUAGES

__all__ = ["arguments_of", "choices_of", "scan_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_PATH: Final = click.Path(path_type=Path)
_SHARED: Final = {
    "service": ("DOSEPASS_SERVICE",),
    "trust": ("DOSEPASS_TRUST", "DOSEPASS_VERIFIER_TRUST"),
    "trust_url": ("DOSEPASS_TRUST_URL", "DOSEPASS_VERIFIER_TRUST_URL"),
}
"""Variables that mean the same for other programs of this machine."""


class _Resolution(click.ParamType[tuple[int, int]]):
    name = "WxH"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read `1280x720`."""
        width, separator, height = str(value).partition("x")
        sound = separator and all(part.isascii() and part.isdecimal() for part in (width, height))
        if not sound or not (100 <= int(width) <= 9999 and 100 <= int(height) <= 9999):
            self.fail(f"{value} is not a resolution such as 1280x720", param, ctx)
        return int(width), int(height)


def _option(name: str, *, words: str, **attributes: Any) -> Callable[[_Command], _Command]:
    key = name.removeprefix("--").replace("-", "_")
    variables = [f"{PREFIX}{key.upper()}", *_SHARED.get(key, ())]
    return click.option(name, key, envvar=variables, help=words, **attributes)


_OPTIONS: Final = (
    _option("--camera", metavar="N|PATH|NAME",
            words="A webcam by number, path or part of its name. Default: 0."),
    _option("--resolution", type=_Resolution(), default="1280x720", show_default=True,
            metavar="WxH", words="The picture to ask the camera for."),
    _option("--camera-format", type=click.Choice(["MJPG", "YUYV", "any"]), default="MJPG",
            show_default=True, words="How the camera is to send its pictures."),
    _option("--rotate", type=click.Choice([0, 90, 180, 270]), default=0, show_default=True,
            words="Turn the pictures clockwise by so many degrees."),
    _option("--mirror", is_flag=True, words="Show the camera's picture as a mirror does."),
    _option("--video", type=_PATH, metavar="FILE", words="A video file."),
    _option("--pictures", type=_PATH, metavar="DIR", words="A folder of pictures, or one picture."),
    _option("--lines", metavar="FILE|-", words="Lines of text, as keyboard-wedge readers type."),
    _option("--service", metavar="URL", show_envvar=True,
            words=f"Ask this verifier service. Default, without --trust: {DEFAULT_SERVICE}."),
    _option("--api-key-file", type=_PATH, metavar="FILE",
            words="The key that the service wants, in the first line of FILE."),
    _option("--trust", type=_PATH, metavar="DIR", show_envvar=True,
            words="Check offline with the bundle in DIR; with --service, when that cannot judge."),
    _option("--trust-url", metavar="URL", show_envvar=True,
            words="Keep the bundle in the directory of --trust fresh from this address."),
    _option("--place", metavar="NAME",
            words="With --trust: let the entry rules of this kind of place count."),
    _option("--policy", type=_PATH, metavar="FILE",
            words="With --place: an entry policy in place of the bundle's."),
    _option("--headless", is_flag=True, words="No window: one line on stdout for each verdict."),
    _option("--json", is_flag=True, words="With --headless: lines of JSON."),
    _option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True,
            words="The larger words."),
    _option("--hold", type=click.FloatRange(1, 60), default=Times().show, show_default=True,
            metavar="SECONDS", words="How long the window shows a result."),
    _option("--compare", type=click.Choice([mode.value for mode in Compare]),
            default=Compare.BESIDE.value, show_default=True,
            words="Compare the holder beside the colour, before it (first), or by the card's own "
                  "QR code."),
    _option("--kiosk", is_flag=True,
            words="Begin in full screen; only two keys in a row quit."),
    _option("--mute", is_flag=True, words="Begin without sound; M turns it on."),
    _option("--counts", type=_PATH, metavar="DIR",
            words="Keep the shift's counts as a CSV table in DIR. Nothing in it is about anybody."),
    _option("--on-accept", metavar="CMD",
            words="Run this when somebody passes: a gate's relay. No shell, no personal data."),
    _option("--on-reject", metavar="CMD", words="Run this when somebody is refused."),
    _option("--on-undetermined", metavar="CMD", words="Run this when nobody could judge."),
    _option("--demo-screens", type=_PATH, metavar="DIR",
            words="Keep each result's screen as a PNG in DIR. They hold names: for invented people "
                  "only."),
    click.option("--supervisor-fd", type=click.IntRange(min=3), hidden=True),
    click.option("--config", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                 envvar=CONFIG_VARIABLE, show_envvar=True, is_eager=True, expose_value=False,
                 callback=apply_settings, help="The settings file, in TOML."),
)  # fmt: skip


def scan_options(command: _Command) -> _Command:
    """Add all of them; the command gets what `choices_of` takes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def choices_of(options: dict[str, Any], *, scans: bool = True) -> Choices:
    """Bring the options together; raises UsageError for those that contradict each other.

    A command that does not scan gives JSON without more.
    """
    choices = Choices(**options)
    given = [choices.camera, choices.video, choices.pictures, choices.lines]
    if sum(choice is not None for choice in given) > 1:
        raise click.UsageError("give one of --camera, --video, --pictures and --lines")
    if scans and choices.json and not choices.headless:
        raise click.UsageError("--json goes with --headless")
    if choices.trust_url is not None and choices.trust is None:
        raise click.UsageError("--trust-url goes with --trust")
    if choices.place is not None and choices.trust is None:
        raise click.UsageError("--place goes with --trust: a service knows its own place")
    if choices.policy is not None and choices.place is None:
        raise click.UsageError("--policy goes with --place")
    return choices


def arguments_of(context: click.Context, *, absolute: bool = False) -> list[str]:
    """What was said on the command line itself, to be said to another process.

    With `absolute`, paths no longer depend on the present folder.
    """
    arguments: list[str] = []
    for option in context.command.params:
        said = context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
        if not said or not isinstance(option, click.Option) or option.name not in _SHAREABLE:
            continue
        value = context.params.get(option.name, context.meta.get(CONFIG_VARIABLE))
        arguments.append(option.opts[0])
        if not option.is_flag:
            arguments.append(_text(value, absolute=absolute))
    return arguments


def _text(value: Any, *, absolute: bool) -> str:
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return str(value.absolute() if absolute and isinstance(value, Path) else value)


_SHAREABLE: Final = frozenset(
    option.name
    for option in scan_options(click.command()(lambda: None)).params
    if option.name != "supervisor_fd"
)
