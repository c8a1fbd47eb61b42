"""Requests made from the description, sound and broken: each answer is one that it announces."""

import tempfile
from pathlib import Path
from typing import Any, Final

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.authority import Authority
from tests.trust_folder import store_bundle
from tests.verifier import description
from verifier.logs import Log
from verifier.service import create_app
from verifier.trust import TrustSource

OPERATIONS: Final = {
    operation["operationId"]: operation
    for item in description.DOCUMENT["paths"].values()
    for operation in item.values()
}
CASES: Final = [
    (name, mode)
    for name, operation in OPERATIONS.items()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    # Of the others nothing can be wrong: any text will do for their headers.
    if mode is GenerationMode.POSITIVE or "requestBody" in operation
]
CHECKS: Final = [
    not_a_server_error,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]


@pytest.fixture(scope="module")
def schema() -> Any:
    authority = Authority()
    folder = tempfile.TemporaryDirectory()
    log = Log(authority.clock, lambda _: None)
    trust = TrustSource(store_bundle(authority, Path(folder.name)), authority.clock, log)
    app = create_app(trust, authority.clock, log)
    yield schemathesis.openapi.from_wsgi("/openapi.yaml", app)
    folder.cleanup()


@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_answers_are_those_of_the_description(
    schema: Any, operation: str, mode: GenerationMode
) -> None:
    found = schema.find_operation_by_id(operation)

    @hypothesis.settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=found.as_strategy(generation_mode=mode))
    def hold(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    hold()
