"""The settings: four sources, one table, and what is said of a wrong one."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from keys.errors import HintedError
from tests.verifier.conftest import Run
from verifier.configuration import CONFIG_VARIABLE, default_of, load
from verifier.settings import SETTINGS, Setting, Settings, SettingsError, usable_cores

PAGE = Path(__file__).parents[2] / "docs" / "running.md"
OLD = 'trust = "trust"\nport = 8001\n'
"""A file of the first days; it is never changed here, as it is not on the machines of others."""


def write(folder: Path, text: str) -> Path:
    path = folder / "verifier.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_table_has_every_setting_once() -> None:
    assert [setting.key for setting in SETTINGS] == [field.name for field in fields(Settings)]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_every_setting_but_trust_has_a_default_that_it_reads_back(setting: Setting) -> None:
    default = default_of(setting)
    if default in (None, ()):
        assert setting.key != "port"
    else:
        assert setting.reads(setting.writes(default)) == default


def test_new_code_runs_with_an_old_file(tmp_path: Path) -> None:
    settings = load({"config": str(write(tmp_path, OLD))}, {}).settings
    assert settings == Settings(trust=tmp_path / "trust", port=8001)


def test_a_worker_of_another_version_takes_what_it_knows() -> None:
    """A worker that starts after an update is told the settings by a supervisor from before it."""
    settings = Settings(trust=Path("x"), port=8001)
    assert Settings.of(settings.told()) == settings
    assert Settings.of({"trust": Path("x"), "port": 8001, "of_old": 1}) == settings


def test_the_environment_goes_before_the_file_and_options_before_both(tmp_path: Path) -> None:
    file = write(tmp_path, OLD + "workers = 3\ngrace = 20\n")
    environ = {CONFIG_VARIABLE: str(file), "DOSEPASS_VERIFIER_PORT": "8002",
               "DOSEPASS_VERIFIER_WORKERS": "4", "PATH": "/bin"}  # fmt: skip
    found = load({"port": "8003"}, environ)
    assert (found.settings.port, found.settings.workers, found.settings.grace) == (8003, 4, 20)
    assert (found.sources["port"], found.sources["workers"], found.sources["grace"]) == (
        "--port", "DOSEPASS_VERIFIER_WORKERS", str(file),
    )  # fmt: skip
    assert found.sources["host"] == "default"


def test_paths_of_the_file_count_from_its_folder_and_others_from_here(tmp_path: Path) -> None:
    file = write(tmp_path, OLD)
    assert load({"config": str(file)}, {}).settings.trust == tmp_path / "trust"
    assert load({"config": str(file), "trust": "here"}, {}).settings.trust == Path("here")


def test_an_empty_variable_is_none() -> None:
    assert load({"trust": "x"}, {"DOSEPASS_VERIFIER_PORT": ""}).settings.port == 8080


def test_workers_go_by_the_cores() -> None:
    assert load({"trust": "x"}, {}).settings.workers == usable_cores()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prot = 1", "has an unknown setting: prot"),
        ("[server]\nport = 1", "has an unknown setting: server"),
        ('port = "8080"', "port in {file} is not a whole number"),
        ("port = true", "port in {file} is not a whole number"),
        ("port = 0", "port ({file}) is not a whole number from 1 to 65535"),
        ("port = 8080.5", "port in {file} is not a whole number"),
        ("trust = 5", "trust in {file} is not a text"),
        ("anyone_may_ask = 1", "anyone_may_ask in {file} is not true or false"),
        ('refresh = "often"', "refresh ({file}) is not an interval such as 30m"),
        ('host = ""', "host ({file}) is empty"),
        ("port = ", "{file} cannot be read: "),
        ("port = 1\nport = 2", "{file} cannot be read: "),
        ("\0", "{file} cannot be read: "),
    ],
)
def test_a_wrong_line_of_the_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SettingsError) as raised:
        load({"config": str(file), "trust": "x"}, {})
    assert says.format(file=file) in str(raised.value)


@pytest.mark.parametrize(
    ("variable", "value", "says", "hint"),
    [
        ("DOSEPASS_VERIFIER_PROT", "1", "unknown environment variable", "did you mean port?"),
        ("DOSEPASS_VERIFIER_", "1", "unknown environment variable", "the settings are trust, "),
        ("DOSEPASS_VERIFIER_SERVICE_HOST", "10.0.0.1", "unknown", "enableServiceLinks: false"),
        ("DOSEPASS_VERIFIER_PORT", "tcp://10.0.0.1:80", "port (DOSEPASS_VERIFIER_PORT) is", ""),
        ("DOSEPASS_VERIFIER_WORKERS", "-1", "workers (DOSEPASS_VERIFIER_WORKERS) is not a", ""),
        ("DOSEPASS_VERIFIER_WORKERS", "٣", "workers (DOSEPASS_VERIFIER_WORKERS) is not a", ""),
        ("DOSEPASS_VERIFIER_ANYONE_MAY_ASK", "yes", "is neither true nor false", ""),
        ("DOSEPASS_VERIFIER_HOST", "192.0.2.7", "listens on this machine alone", "anyone_may_ask"),
    ],
)  # fmt: skip
def test_a_wrong_variable_is_named(variable: str, value: str, says: str, hint: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load({"trust": "x"}, {variable: value})
    assert says in str(raised.value)
    assert hint in (raised.value.hint or "")


def test_trust_has_to_be_said() -> None:
    with pytest.raises(SettingsError, match="the setting trust is missing"):
        load({}, {})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_this_machine_needs_no_leave(host: str) -> None:
    Settings(trust=Path(), host=host).check()


@pytest.mark.parametrize("host", ["192.0.2.7", "::", "localhost.example", "example"])
def test_other_machines_need_it_in_words(host: str) -> None:
    with pytest.raises(HintedError, match="this machine alone"):
        Settings(trust=Path(), host=host).check()
    Settings(trust=Path(), host=host, anyone_may_ask=True).check()


def test_check_config_prints_each_value_and_its_source(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path, OLD)
    ended = run("check-config", "--config", file, "--port", 8009, "--anyone-may-ask")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert f'trust = "{tmp_path}/trust"  # {file}' in lines
    assert "port = 8009  # --port" in lines
    assert "anyone_may_ask = true  # --anyone-may-ask" in lines
    assert "# trust_url  # default" in lines
    assert len(lines) == len(SETTINGS)


def test_what_check_config_prints_is_a_file_of_settings(run: Run, tmp_path: Path) -> None:
    options = ["--trust", tmp_path / "trust", "--refresh", "30m", "--workers", "2"]
    printed = run("check-config", *options).out
    assert load({"config": str(write(tmp_path, printed))}, {}).settings == Settings(
        trust=tmp_path / "trust", refresh=1800, workers=2
    )


def test_check_config_as_json(run: Run) -> None:
    ended = run("check-config", "--trust", "x", "--json")
    document: dict[str, Any] = json.loads(ended.out)
    assert document["port"] == {"value": 8080, "source": "default"}
    assert document["trust"] == {"value": "x", "source": "--trust"}


def test_check_config_refuses_what_serve_refuses(run: Run, tmp_path: Path) -> None:
    for command in ("check-config", "serve"):
        ended = run(command, "--trust", "x", "--config", write(tmp_path, "prot = 1"))
        assert (ended.code, ended.out) == (2, "")
        assert ended.err == (
            f"dosepass-verifier: {tmp_path}/verifier.toml has an unknown setting: prot\n"
            "hint: did you mean port?\n"
        )
    missing = run("check-config", "--trust", "x", "--config", tmp_path / "none.toml")
    assert (missing.code, missing.err) == (
        2, f"dosepass-verifier: {tmp_path}/none.toml: no such file or directory\n",
    )  # fmt: skip


def test_the_page_has_every_setting() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for setting in SETTINGS:
        assert re.search(rf"^\| `{setting.key}` \|", text, re.MULTILINE), setting.key
        default = default_of(setting)
        if default not in (None, False, ()) and setting.key not in ("workers", "refresh"):
            assert f"| `{setting.key}` | `{setting.writes(default)}` |" in text
