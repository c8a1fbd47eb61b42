"""The documents are true: their sessions work as they stand, their tables match the code."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest

from issuer.cli import cli as issuer_cli
from issuer.desk.rejections import Rejection, rejection_words
from issuer.reason_words import words_of
from issuer.reasons import ReasonCode
from issuer.source import COLUMNS
from keys.cli import cli as keys_cli
from keys.settings import to_toml
from scanner_app.answer import Trouble
from scanner_app.cli import cli as scanner_cli
from verifier import problems
from verifier.cli import cli as verifier_cli
from verifier.logs import Event, Line

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = sorted((ROOT / "docs").glob("*.md"))
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
OWN = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]


def session(page: Path) -> list[tuple[str, list[str]]]:
    """The commands of the console blocks, each with the lines that it is said to print."""
    steps: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


def play(page: Path, folder: Path) -> None:
    """Run a page's session in a folder; `...` stands for anything within a line."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONUTF8": "1"}
    for command, said in session(page):
        done = subprocess.run(  # noqa: S602 -- our own commands, which use the shell
            command, shell=True, cwd=folder, env=environment, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        printed = done.stdout.splitlines()
        assert len(printed) == len(said), f"{command}\n{done.stdout}{done.stderr}"
        for line, expected in zip(printed, said, strict=True):
            pattern = re.escape(expected).replace(re.escape("..."), ".*")
            assert re.fullmatch(pattern, line), f"{command}\n{line!r} is not {expected!r}"


def end_service(folder: Path) -> None:
    """End what a page has left running when it failed half way."""
    for file in folder.glob("*.pid"):
        with suppress(ProcessLookupError):
            os.kill(int(file.read_text()), signal.SIGTERM)


@pytest.fixture(scope="module")
def after_readme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which somebody has followed the README."""
    folder = tmp_path_factory.mktemp("session")
    assert len(session(README)) > 8
    play(README, folder)
    return folder


def test_the_session_of_the_readme(after_readme: Path) -> None:
    assert (after_readme / "trust" / "bundle.cbor").exists()


@pytest.mark.parametrize("page", [p for p in PAGES if session(p)], ids=lambda page: page.name)
def test_the_session_of_a_page(page: Path, after_readme: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(after_readme, tmp_path / "session")
    try:
        play(page, folder)
    finally:
        end_service(folder)


@pytest.mark.parametrize("page", [*OWN, *PAGES, *DECISIONS, ROOT / "docs" / "adr" / "README.md"])
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", [README, ROOT / "SECURITY.md", ROOT / "docs" / "architecture.md"])
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`((?:[a-z_]+/)+[\w./-]*)`", page.read_text(encoding="utf-8"))
    made = ("demo-output/", "authority/", "private/", "public/")
    for path in named:
        assert path.startswith(made) or (ROOT / path).exists(), path


def test_every_page_and_decision_is_in_its_index() -> None:
    for folder, pages in ((ROOT / "docs", PAGES), (ROOT / "docs" / "adr", DECISIONS)):
        index = (folder / "README.md").read_text(encoding="utf-8")
        for page in pages:
            assert page.name == "README.md" or f"({page.name})" in index


@pytest.mark.parametrize("path", ["script/demo", "script/test", "script/setup", ".ci/run"])
def test_the_scripts_can_be_run(path: str) -> None:
    assert os.access(ROOT / path, os.X_OK)


def reasons_table() -> list[str]:
    """The lines of the table of reasons, as the code has them."""
    rows = (f"| `{c}` | {c.severity} | {words_of(c, 'en')} |" for c in ReasonCode)
    return ["| Code | Severity | What it means, and what to do |", "|---|---|---|", *rows]


def test_the_records_page_has_every_column_and_reason() -> None:
    text = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")
    assert "\n".join(reasons_table()) in text
    assert ",".join(COLUMNS) in text
    assert [f"| `{column}` |" in text for column in COLUMNS] == [True] * len(COLUMNS)


def test_the_corrections_page_has_every_reason() -> None:
    text = (ROOT / "docs" / "corrections.md").read_text(encoding="utf-8")
    rows = (f"| `{one}` | {rejection_words(one, 'en')} |" for one in Rejection)
    assert "\n".join(rows) in text


def options_of(command: click.Command) -> Iterator[str]:
    """Long options and their environment variables, of a command and those below it.

    Of several variables the first is made from the option's name by a rule that the page tells.
    """
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            yield parameter.opts[-1]
            variables = parameter.envvar or []
            yield from [variables] if isinstance(variables, str) else variables[1:]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            assert below.name == name
            yield name
            yield from options_of(below)


@pytest.mark.parametrize(
    ("command", "pages"),
    [
        (
            keys_cli,
            ["keys.md", "root-ceremony.md", "rotating-keys.md", "stolen-key.md", "mirror.md"],
        ),
        (
            issuer_cli,
            [
                "records.md",
                "issuance.md",
                "keys.md",
                "revoking.md",
                "accounts.md",
                "register-api.md",
                "review.md",
                "corrections.md",
                "statistics.md",
            ],
        ),
        (verifier_cli, ["verifier.md", "running.md"]),
        (scanner_cli, ["scanner.md"]),
    ],
    ids=["keys", "issuer", "verifier", "scanner"],
)
def test_every_command_option_and_variable_is_described(
    command: click.Command, pages: list[str]
) -> None:
    text = "\n".join((ROOT / "docs" / page).read_text(encoding="utf-8") for page in pages)
    described = set(options_of(command)) - {"--version", "--help"}
    assert described
    assert {one for one in described if not re.search(rf"(?<![\w-]){one}(?![\w-])", text)} == set()


def test_the_keys_page_has_every_setting() -> None:
    text = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    for line in to_toml("VN").decode().splitlines():
        if match := re.fullmatch(r"(\w+) = (\d+)", line):
            assert f"| `{match[1]}` | {match[2]} |" in text


def test_the_scanner_page_has_every_trouble() -> None:
    text = (ROOT / "docs" / "scanner.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(Trouble)


def test_the_verifier_page_has_every_event_field_and_problem() -> None:
    text = (ROOT / "docs" / "verifier.md").read_text(encoding="utf-8")
    kinds = [kind for kind in vars(problems).values() if isinstance(kind, problems.ProblemType)]
    assert kinds
    for kind in kinds:
        assert f"| `{kind.path}` | {kind.status.value} |" in text
    for word in (*Event, *Line.__dataclass_fields__):
        assert f"`{word}`" in text
