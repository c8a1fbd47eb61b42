"""The description itself, and its vocabulary against the code's."""

import json
import re

import pytest
from openapi_spec_validator import validate

from spec.differences import BirthDateKind, Likeness, NameKind, NumberKind
from spec.limits import MAX_DOSES, MAX_ISSUER_LENGTH, MAX_NAME_LENGTH, MAX_VACCINE_CODE
from spec.match import Match
from spec.papers.paper import PaperError, PaperKind, PaperWarning
from spec.verdicts import LANGUAGES, Outcome, VerdictCode
from tests.verifier import description
from tests.verifier.conftest import Service
from verifier import problems
from verifier.problems import ProblemType
from verifier.report import DISCLOSABLE
from verifier.request import DEFAULT_MAX_BODY, MAX_BATCH, MAX_BATCH_BODY

TYPES = [value for value in vars(problems).values() if isinstance(value, ProblemType)]


def test_it_is_openapi_3_1() -> None:
    assert description.DOCUMENT["openapi"].startswith("3.1.")
    validate(description.DOCUMENT)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("VerdictCode", list(VerdictCode)),
        ("Outcome", list(Outcome)),
        ("Language", list(LANGUAGES)),
        ("Disclosable", list(DISCLOSABLE)),
        ("MatchResult", list(Match)),
    ],
)
def test_vocabularies_are_those_of_the_code(schema: str, words: list[str]) -> None:
    assert description.schema(schema)["enum"] == words


def test_the_vocabulary_of_comparing_is_that_of_the_code() -> None:
    kinds = dict.fromkeys([*NameKind, *BirthDateKind, *NumberKind])
    assert set(description.schema("DifferenceKind")["enum"]) == set(kinds)
    field = description.schema("ComparedField")["properties"]
    assert field["likeness"]["enum"] == list(Likeness)
    paper = description.schema("ReadPaper")["properties"]
    assert paper["kind"]["enum"] == list(PaperKind)
    assert paper["warnings"]["items"]["enum"] == list(PaperWarning)
    reasons = description.schema("Problem")["properties"]["reason"]["enum"]
    assert set(reasons) == {kind.code for kind in PaperError.__subclasses__()}


def test_problem_types_are_those_of_the_code() -> None:
    assert set(description.schema("ProblemType")["enum"]) == {kind.path for kind in TYPES}


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.path)
def test_each_problem_type_is_explained_with_its_status(kind: ProblemType) -> None:
    assert f"| `{kind.path}` | {kind.status.value} |" in description.DOCUMENT["info"]["description"]


def test_limits_are_those_of_the_format() -> None:
    assert description.schema("Disclosed")["properties"]["name"]["maxLength"] == MAX_NAME_LENGTH
    assert description.schema("Disclosed")["properties"]["doses"]["maxItems"] == MAX_DOSES
    assert description.schema("DoseCount")["properties"]["needed"]["maximum"] == MAX_DOSES
    assert description.schema("Dose")["properties"]["code"]["maximum"] == MAX_VACCINE_CODE
    issuer = description.schema("VerdictAnswer")["properties"]["issuer"]
    assert issuer["maxLength"] == MAX_ISSUER_LENGTH
    assert f"{DEFAULT_MAX_BODY:,} bytes" in description.DOCUMENT["info"]["description"]
    assert f"a batch {MAX_BATCH_BODY:,}" in description.DOCUMENT["info"]["description"]
    assert description.schema("BatchRequest")["properties"]["texts"]["maxItems"] == MAX_BATCH


def test_the_examples_are_of_their_schemas() -> None:
    verify = description.DOCUMENT["paths"]["/v1/verify"]["post"]
    for example in verify["requestBody"]["content"]["application/json"]["examples"].values():
        assert description.is_valid(example["value"], "VerifyRequest")
    batch = description.DOCUMENT["paths"]["/v1/verify/batch"]["post"]["requestBody"]["content"]
    for example in batch["application/json"]["examples"].values():
        assert description.is_valid(example["value"], "BatchRequest")
    for line in batch["application/x-ndjson"]["examples"]["two"]["value"].splitlines():
        assert description.is_valid(json.loads(line), "VerifyRequest")
    answers = verify["responses"]["200"]["content"]["application/json"]["examples"]
    for example in answers.values():
        assert description.is_valid(example["value"], "VerdictAnswer")


@pytest.mark.parametrize(
    "changes",
    [
        {"disclosed": {"name": "Nguyễn Thị Minh Châu"}},
        {"colour": "green"},
        {"reason": None},
        {"code": "fine"},
        {"holder": "somebody"},
    ],
)
def test_the_schema_refuses_a_refusal_that_says_too_much(changes: dict[str, object]) -> None:
    answers = description.DOCUMENT["paths"]["/v1/verify"]["post"]["responses"]["200"]["content"]
    forged = answers["application/json"]["examples"]["forged"]["value"]
    assert not description.is_valid(forged | changes, "VerdictAnswer")


def test_every_described_path_is_served_and_no_other(service: Service) -> None:
    rules = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in service.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }
    described = {
        (path, method) for path, item in description.DOCUMENT["paths"].items() for method in item
    }
    assert rules == described


def test_it_is_served(service: Service) -> None:
    answer = service.call("GET", "/openapi.yaml")
    assert answer.status == 200
    assert answer.body == description.PATH.read_bytes()
