"""Settings from a file, the environment and options: which counts, and what is refused."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from scanner_app.choices import Choices
from scanner_app.cli import cli
from scanner_app.options import arguments_of, choices_of, scan_options
from scanner_app.settings_file import SettingsError


def asked(
    *arguments: str, env: dict[str, str] | None = None, absolute: bool = False
) -> tuple[Choices, list[str]]:
    """What a command with these options would do, and what it would pass on."""
    found: list[tuple[Choices, list[str]]] = []

    @click.command()
    @scan_options
    @click.pass_context
    def command(context: click.Context, /, **options: object) -> None:
        found.append((choices_of(options), arguments_of(context, absolute=absolute)))

    result = CliRunner().invoke(command, arguments, env=env, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return found[0]


def settings(folder: Path, text: str) -> str:
    path = folder / "scanner.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


EVERYTHING = """
camera = "C920"
resolution = "1920x1080"
camera_format = "YUYV"
rotate = 180
mirror = true
service = "https://verify.example"
api_key_file = "key"
trust = "trust"
trust_url = "https://trust.example"
place = "restaurant"
policy = "rules.json"
headless = true
json = true
language = "en"
hold = 5
compare = "card"
kiosk = true
mute = true
counts = "/var/lib/counts"
on_accept = "gate open"
on_reject = "lamp red"
on_undetermined = "lamp blue"
"""


def test_every_option_can_be_a_setting(tmp_path: Path) -> None:
    choices, passed = asked("--config", settings(tmp_path, EVERYTHING))
    assert choices.camera == "C920"
    assert (choices.resolution, choices.camera_format) == ((1920, 1080), "YUYV")
    assert (choices.rotate, choices.mirror, choices.hold) == (180, True, 5.0)
    assert choices.trust == tmp_path / "trust"  # from the file's own folder
    assert choices.counts == Path("/var/lib/counts")
    assert (choices.kiosk, choices.mute, choices.headless, choices.json) == (True,) * 4
    assert passed == ["--config", str(tmp_path / "scanner.toml")]
    named = {line.split(" ")[0] for line in EVERYTHING.splitlines() if line}
    left = set(Choices.__dataclass_fields__) - named
    assert left == {"video", "pictures", "lines", "demo_screens", "supervisor_fd"}


def test_what_is_said_later_counts_more(tmp_path: Path) -> None:
    config = settings(tmp_path, 'language = "en"\nhold = 5\ncompare = "card"\n')
    env = {"DOSEPASS_SCANNER_HOLD": "6", "DOSEPASS_SCANNER_COMPARE": "first"}
    choices, _ = asked("--config", config, "--compare", "beside", env=env)
    assert (choices.language, choices.hold, choices.compare) == ("en", 6.0, "beside")


@pytest.mark.parametrize(
    ("env", "trust"),
    [
        ({"DOSEPASS_TRUST": "a"}, "a"),
        ({"DOSEPASS_VERIFIER_TRUST": "b"}, "b"),
        ({"DOSEPASS_SCANNER_TRUST": "c", "DOSEPASS_TRUST": "a"}, "c"),
        ({"DOSEPASS_TRUST": "a", "DOSEPASS_VERIFIER_TRUST": "b"}, "a"),
    ],
)
def test_the_bundle_may_be_named_for_all_programs_of_a_machine(
    env: dict[str, str], trust: str
) -> None:
    assert asked(env=env)[0].trust == Path(trust)


def test_the_file_can_be_named_by_the_environment(tmp_path: Path) -> None:
    env = {"DOSEPASS_SCANNER_CONFIG": settings(tmp_path, "mute = true\n")}
    assert asked(env=env)[0].mute


WRONG_FILES = [
    ("langauge = 'en'", "unknown setting: langauge", "did you mean language?"),
    ("trust-url = 'x'", "unknown setting: trust-url", "did you mean trust_url?"),
    ("[table]\nmute = true", "unknown setting: table", "the settings are camera, "),
    ("config = 'x'", "unknown setting: config", "the settings are"),
    ("supervisor_fd = 3", "unknown setting: supervisor_fd", ""),
    ("mute = 'yes'", "mute in ", "is not true or false"),
    ("mute = 1", "mute in ", "is not true or false"),
    ("camera = true", "camera in ", "is not a text or a number"),
    ("hold = 'long'", "hold in ", "not a valid float"),
    ("hold = 0", "hold in ", "not in the range"),
    ("hold = [5]", "hold in ", "is not a text or a number"),
    ("language = 'fr'", "language in ", "is not one of"),
    ("rotate = 45", "rotate in ", "is not one of"),
    ("resolution = 'large'", "resolution in ", "not a resolution such as 1280x720"),
    ("resolution = '1x1'", "resolution in ", "not a resolution"),
    ("mute = ", "cannot be read", ""),
    ("mute = true\nmute = true", "cannot be read", ""),
]


@pytest.mark.parametrize(("text", "message", "rest"), WRONG_FILES)
def test_a_wrong_file_is_refused_as_a_whole(
    tmp_path: Path, text: str, message: str, rest: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        asked("--config", settings(tmp_path, text))
    assert message in str(caught.value)
    assert rest in f"{caught.value} {caught.value.hint}"


def test_a_file_of_other_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scanner.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        asked("--config", str(path))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("DOSEPASS_SCANNER_LANGAUGE", "did you mean language?"),
        ("DOSEPASS_SCANNER_SUPERVISOR_FD", "the settings are"),
        ("DOSEPASS_SCANNER_", "the settings are"),
    ],
)
def test_a_variable_that_means_nothing_is_refused(name: str, hint: str) -> None:
    with pytest.raises(SettingsError, match="unknown environment variable") as caught:
        asked(env={name: "1"})
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json"],
        ["--trust-url", "https://x"],
        ["--place", "restaurant"],
        ["--trust", "x", "--policy", "rules.json"],
        ["--camera", "0", "--lines", "-"],
        ["--video", "a", "--pictures", "b"],
        ["--resolution", "12x12"],
        ["--resolution", "١٢٨٠x720"],
        ["--rotate", "45"],
        ["--hold", "0"],
    ],
)
def test_what_contradicts_is_refused(arguments: list[str]) -> None:
    with pytest.raises(click.UsageError):
        asked(*arguments)


def test_another_process_gets_what_was_said_here(tmp_path: Path) -> None:
    said = [
        "--camera",
        "0",
        "--resolution",
        "640x480",
        "--mute",
        "--trust",
        "here",
        "--hold",
        "5.0",
    ]
    env = {"DOSEPASS_SCANNER_LANGUAGE": "en"}  # it reads the environment itself
    passed = asked(*said, env=env)[1]
    assert sorted(passed) == sorted(said)
    assert asked(*passed, env=env)[0] == asked(*said, env=env)[0]
    assert asked("--trust", "here", absolute=True)[1] == ["--trust", str(Path("here").absolute())]


def test_options_go_behind_their_command() -> None:
    with pytest.raises(click.UsageError, match="options go behind check"):
        CliRunner().invoke(cli, ["--mute", "check"], standalone_mode=False, catch_exceptions=False)
