"""The description itself, and its vocabulary and operations against the code's."""

import re
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from issuer.access.rights import Action, Level
from issuer.api import problems
from issuer.api.application import OPERATIONS
from issuer.api.call import MAX_PAGE
from issuer.api.counts import Counts
from issuer.api.figures import Figure
from issuer.api.operation import Door
from issuer.api.problems import ProblemType
from issuer.api.running import operations_of
from issuer.api.sent_records import MAX_RECORDS
from issuer.desk.corrections import STATED
from issuer.desk.evidence import Evidence
from issuer.desk.rejections import Rejection
from issuer.figures.days import Stage
from issuer.intake import RowResult
from issuer.reasons import ReasonCode, Severity
from issuer.register.models import CertificateState, RecordSource, RecordState
from issuer.register.people_models import ReviewDecision
from issuer.source import COLUMNS, PERSON_CELLS
from issuer.why import Because
from keys.serving.tally import Tally
from tests.issuer.api.service import DESCRIPTION, Service

TYPES = [value for value in vars(problems).values() if isinstance(value, ProblemType)]
ALL = (*OPERATIONS, *operations_of(Counts(Tally())))


def test_it_is_openapi_3_1() -> None:
    assert DESCRIPTION.document["openapi"].startswith("3.1.")
    validate(DESCRIPTION.document)


def test_operations_are_those_of_the_code_with_their_rights() -> None:
    described = {
        (op["operationId"], method, path, op["x-right"])
        for path, method, op in DESCRIPTION.operations()
    }
    assert described == {(one.name, one.method, one.path, one.right.value) for one in ALL}
    assert len({one.name for one in ALL}) == len(ALL)


def test_every_described_path_is_served_and_no_other(service: Service) -> None:
    rules = {
        (re.sub(r"<[^<>]*:(\w+)>", r"{\1}", rule.rule), method)
        for rule in service.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }
    assert rules == {(path, method) for path, method, _ in DESCRIPTION.operations()}


def test_who_needs_no_token_is_said_and_nobody_else() -> None:
    free = {op["operationId"] for _, _, op in DESCRIPTION.operations() if op.get("security") == []}
    assert free == {one.name for one in ALL if one.right in (Door.ANYBODY, Door.PROBE)}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("Level", list(Level)),
        ("Right", list(Action)),
        ("RowResult", list(RowResult)),
        ("RecordState", list(RecordState)),
        ("Severity", list(Severity)),
        ("ReasonCode", list(ReasonCode)),
        ("Rejection", list(Rejection)),
        ("Stage", list(Stage)),
        ("Figure", list(Figure)),
        ("Evidence", list(Evidence)),
        ("CertificateState", list(CertificateState)),
    ],
)
def test_vocabularies_are_those_of_the_code(schema: str, words: list[str]) -> None:
    assert sorted(DESCRIPTION.schema(schema)["enum"]) == sorted(words)


def test_problem_types_are_those_of_the_code() -> None:
    assert set(DESCRIPTION.schema("ProblemType")["enum"]) == {kind.path for kind in TYPES}


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.path)
def test_each_problem_type_is_explained_with_its_status(kind: ProblemType) -> None:
    row = f"| `{kind.path}` | {kind.status.value} |"
    assert row in DESCRIPTION.document["info"]["description"]


def test_limits_are_those_of_the_code() -> None:
    assert DESCRIPTION.schema("Records")["properties"]["records"]["maxItems"] == MAX_RECORDS
    limit = DESCRIPTION.document["components"]["parameters"]["Limit"]["schema"]
    assert limit["maximum"] == MAX_PAGE
    source = DESCRIPTION.schema("ImportInfo")["properties"]["source"]["enum"]
    assert source == [one.value for one in RecordSource]
    assert set(COLUMNS) <= DESCRIPTION.schema("Record")["properties"].keys()
    assert list(COLUMNS) == list(DESCRIPTION.schema("Cells")["properties"])
    assert list(STATED) == list(DESCRIPTION.schema("About")["properties"])
    decided = DESCRIPTION.schema("Decided")["properties"]["decision"]["enum"]
    assert decided == [one.value for one in ReviewDecision]
    because = DESCRIPTION.schema("Because")["properties"]["code"]["enum"]
    assert because == [one.value for one in Because]


def test_every_operation_names_what_it_needs() -> None:
    """A summary for people, a named schema for every JSON body: generated clients live by it."""
    for _, _, op in DESCRIPTION.operations():
        assert op["summary"].endswith(".")
        bodies = [op.get("requestBody", {}), *op["responses"].values()]
        for body in bodies:
            for content in body.get("content", {}).values():
                assert content["schema"]["$ref"].startswith("#/components/schemas/")


def test_no_path_or_query_has_room_for_a_name() -> None:
    """What stands in an address stands in the logs of everybody on the way."""
    named = {
        parameter["name"] for parameter in DESCRIPTION.document["components"]["parameters"].values()
    }
    assert named.isdisjoint({*COLUMNS[:PERSON_CELLS], "q", "query", "person_name"})


def test_it_is_served(service: Service) -> None:
    answer = service.get("/openapi.yaml", by=None)
    assert (answer.status, answer.body) == (200, Path(DESCRIPTION.path).read_bytes())
