"""What a problem says to do can be done over HTTP: no hint names what only a command line has."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer.access.rights import Action, NotAllowedError
from issuer.api.problems import HINTS, problem_of
from issuer.intake import UndoneImportError
from issuer.register.person_changes import ChangeError
from issuer.source import RecordFileError
from tests.issuer.api.service import Service
from tests.issuer.world import row

ISSUER = Path(__file__).parents[3] / "issuer"
AT_THE_CONSOLE = (
    "commands", "cli.py", "start.py", "ledger.py", "signing.py", "workers.py", "print_run.py",
)  # fmt: skip
"""Whose errors never become a problem of the service."""
OF_A_COMMAND_LINE = re.compile(r"(?<!\w)--[a-z]|dosepass-|command again")


def hints() -> Iterator[tuple[str, str]]:
    """Every text that stands as a hint in the source, with the class or function around it."""
    for path in sorted(ISSUER.rglob("*.py")):
        if {*path.relative_to(ISSUER).parts} & {*AT_THE_CONSOLE}:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = {
            ast.unparse(one.target): one.value
            for one in tree.body
            if isinstance(one, ast.AnnAssign)
        }
        for scope in tree.body:
            for node in ast.walk(scope):
                if isinstance(node, ast.keyword) and node.arg == "hint":
                    said = texts.get(ast.unparse(node.value)) or node.value
                    yield getattr(scope, "name", path.stem), ast.unparse(said)


def test_a_hint_of_a_command_line_has_its_like_for_the_service() -> None:
    found = list(hints())
    assert len(found) > 50
    named = {kind.__name__ for kind in HINTS} | {"RegisterError", "database_errors", "_engine"}
    assert {where for where, hint in found if OF_A_COMMAND_LINE.search(hint)} <= named


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (
            UndoneImportError(),
            "the same file was taken in before, and undone as a whole; to take it in nevertheless, "
            "send it with again=true.",
        ),
        (
            NotAllowedError(Action.REVIEW),
            "this account may not do that here: review; GET /v1/session tells the account's level "
            "and area; ask the level above.",
        ),
        (RecordFileError("no file", hint="send one"), "no file; send one."),
        (ChangeError("no record"), "no record."),
    ],
)
def test_the_words_of_a_problem(error: Exception, detail: str) -> None:
    assert f"{problem_of(error)}" == detail  # type: ignore[arg-type]  # all are ours


def test_what_is_said_when_an_undone_import_comes_again(service: Service) -> None:
    records = {"records": [row(site="46001")]}
    number = service.post("/v1/records", records, by="vinh-ninh").json["import"]["id"]
    service.post(f"/v1/imports/{number}/undo", {"reason": "wrong day"}, by="vinh-ninh")
    refused = service.post("/v1/records", records, by="vinh-ninh")
    assert refused.problem == (409, "conflict")
    assert "again=true" in refused.json["detail"]
    assert "--" not in refused.json["detail"]
    assert service.post("/v1/records?again=true", records, by="vinh-ninh").status == 200
