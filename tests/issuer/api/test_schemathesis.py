"""Schemathesis over the whole description: whatever is sent, nothing breaks or is undescribed."""

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from issuer.api.sending import XLSX
from tests.issuer.api.service import DESCRIPTION, Service
from tests.issuer.world import row

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES = int(os.environ.get("DOSEPASS_EXAMPLES", "3"))
"""For each operation; more by hand."""

schemathesis.serializer.alias(["application/pdf", XLSX], "application/octet-stream")
schema = schemathesis.openapi.from_dict(DESCRIPTION.document)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """A register in which the first of everything exists."""
    service = Service(tmp_path_factory.mktemp("schemathesis"))
    second = row(site="46001", injected_on="20/08/2021")
    differs = row(site="46001", full_name="Nguyễn Thị Hoa", injected_on="21/09/2021", phone="")
    service.post("/v1/records", {"records": [row(site="46001"), second, differs]})
    service.world.issuing().run()
    asked = {"doses": [1], "changes": {"lot": "AZ-2"}, "person": 1}
    service.correction = service.post("/v1/corrections", asked).json["number"]
    service.certificate = service.world.certificates()[0].number
    return service


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_nothing_sent_breaks_the_service(case: Any, service: Service) -> None:
    service.world.clock.advance(5)
    token = service.tokens["nation"]
    if case.operation.definition.raw["operationId"] in ("closeSession", "changePassword"):
        token = service.token_of("nation", days=1)
    if "number" in case.path_parameters:  # else none would ever be one that exists
        corrections = case.path.startswith("/v1/corrections")
        case.path_parameters["number"] = service.correction if corrections else service.certificate
    response = case.call(app=service.app, headers={"Authorization": f"Bearer {token}"})
    case.validate_response(response, checks=CHECKS)


def test_all_operations_are_in_it() -> None:
    assert len(list(schema.get_all_operations())) == len(list(DESCRIPTION.operations()))
