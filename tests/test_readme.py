"""The session in the README works as it stands: every command, every line of its output."""

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def session() -> list[tuple[str, list[str]]]:
    """The commands of the console blocks, each with the lines that it is said to print."""
    steps: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", README.read_text(), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


def test_the_session_of_the_readme(tmp_path: Path) -> None:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    assert len(session()) > 8
    for command, said in session():
        done = subprocess.run(  # noqa: S602 -- our own commands, which use the shell
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        printed = done.stdout.splitlines()
        assert len(printed) == len(said), f"{command}\n{done.stdout}"
        for line, expected in zip(printed, said, strict=True):
            pattern = re.escape(expected).replace(re.escape("..."), ".*")
            assert re.fullmatch(pattern, line), f"{command}\n{line!r} is not {expected!r}"


def test_every_relative_link_of_the_readme_leads_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README.read_text())
    assert targets
    for target in targets:
        assert (README.parent / target).exists(), target
