"""The log: JSON lines of known fields; no name, number or date in any, nor in any problem."""

import json
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from issuer.api.logs import Event, Line, Log
from tests.issuer.api.service import DESCRIPTION, Service
from tests.issuer.world import csv_text, row

FIELDS = {"time", *(field.name for field in fields(Line))}
NAMES = st.lists(
    st.sampled_from(["Nguyễn", "Trần", "Đặng", "Thị", "Mỹ", "Hạnh", "Phượng", "Châu"]),
    min_size=2,
    max_size=5,
).map(" ".join) | st.text(st.characters(codec="utf-8", categories=["L"]), min_size=4).map(
    lambda text: f"Đ{text}"
)
DAYS = st.dates(date(1920, 1, 1), date(2010, 1, 1)).map(lambda day: f"{day:%d/%m/%Y}")
PEOPLE = st.builds(
    lambda name, born, number, vaccine: row(
        full_name=name, birth_date=born, id_number=number, vaccine=vaccine, site="46001"
    ),
    name=NAMES,
    born=DAYS,
    number=st.from_regex(r"\A0[0-9]{11}\Z", fullmatch=True),
    vaccine=st.sampled_from(["AstraZeneca", "?", ""]),
)


def personal(person: dict[str, str]) -> set[str]:
    """Every spelling of what is personal in a row."""
    day, month, year = person["birth_date"].split("/")
    plain = {person["full_name"], person["birth_date"], f"{year}-{month}-{day}",
             person["id_number"], person["phone"]}  # fmt: skip
    return plain | {json.dumps(word)[1:-1] for word in plain}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return Service(tmp_path_factory.mktemp("logs"))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(person=PEOPLE)
def test_no_personal_datum_in_logs_problems_or_the_trail(
    service: Service, person: dict[str, str]
) -> None:
    """The person is sent where a record belongs, and wherever else a client may put them."""
    service.world.clock.advance(60)
    service.log.raw = b""
    name = person["full_name"]
    told = [
        service.post("/v1/records", {"records": [person]}).body,
        service.send_file(csv_text(person)).body,
        service.send_file(name).body,
        service.post("/v1/records", {"records": [person | {name: name}]}).body,
        service.post("/v1/records", {name: person}).body,
        service.post("/v1/session", {"account": name, "password": name}, by=None).body,
        service.post("/v1/accounts", {"account": name, "level": name}).body,
        service.call("GET", f"/v1/accounts/{name}").body,
        service.call("GET", "/v1/audit", query_string={"after": name, name: name}).body,
        service.call("GET", f"/{name}", headers={"X-Request-Id": person["id_number"] + "/"}).body,
    ]
    entries = service.get("/v1/audit?limit=500").body
    for datum in personal(person):
        for text in (*told, service.log.raw, entries):
            assert datum not in text.decode(), datum


def test_lines_have_known_fields_and_closed_vocabularies(service: Service) -> None:
    service.log.raw = b""
    service.get("/v1/session")
    service.get("/v1/accounts/nobody")
    service.call("BREW", "/v1/session")
    first, second, third = service.log.lines
    names = {op["operationId"] for _, _, op in DESCRIPTION.operations()}
    for line in (first, second, third):
        assert line.keys() <= FIELDS
        assert line.get("operation") in {*names, None}
    assert (first["operation"], first["status"], first["level"]) == ("showSession", 200, "info")
    assert (second["problem"], second["status"]) == ("/problems/not-found", 404)
    assert (third["method"], third["problem"]) == ("other", "/problems/method-not-allowed")


def test_a_fault_is_told_by_its_kind_and_place_alone(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Any:
        raise RuntimeError("Nguyễn Thị Hoà")

    service.log.raw = b""
    monkeypatch.setattr("issuer.api.audit_trail.audit.entries", fail)
    response = service.app.test_client().get(
        "/v1/audit", headers={"Authorization": f"Bearer {service.tokens['nation']}"}
    )
    assert (response.status_code, response.json["type"]) == (500, "/problems/internal")
    assert "Hoà" not in response.text + service.log.raw.decode()
    fault, request = service.log.lines
    assert (fault["event"], fault["error_type"]) == ("fault", "RuntimeError")
    assert fault["location"].startswith("test_logs.py:")
    assert (request["status"], request["level"]) == (500, "error")


def test_a_log_that_cannot_be_written_stops_nothing(service: Service) -> None:
    def full(_: bytes) -> None:
        raise OSError

    Log(service.world.clock, full).add(Line(event=Event.STARTING))


def test_counts_are_of_all_operations_and_name_nobody(service: Service) -> None:
    service.get("/v1/session")
    service.get("/v1/accounts/Nguyễn")
    text = service.get("/metrics", by=None).body.decode()
    assert 'dosepass_register_requests_total{operation="showSession",status="200"}' in text
    assert 'operation="none"' in text or 'operation="showAccount"' in text
    assert "Nguyễn" not in text
    assert "dosepass_register_workers 1" in text
