"""The national layout, workbooks and FHIR over HTTP: told by content, given back with results."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.issuer.api.service import Answer, Service
from tests.issuer.sheets import PEOPLE, national_csv, national_workbook, person
from tests.issuer.test_fhir import dose, message, second

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FHIR = "application/fhir+json"


def send_bundle(service: Service, data: bytes, by: str = "vinh-ninh", **more: Any) -> Answer:
    return service.call("POST", "/v1/fhir", by=by, data=data, content_type=FHIR, **more)


def send_workbook(service: Service, path: Path, query: str = "", by: str = "hue") -> Answer:
    return service.call(
        "POST", f"/v1/imports{query}", by=by, data=path.read_bytes(), content_type=XLSX
    )


def test_a_workbook_is_taken_in_and_given_back_with_its_results(
    either: Service, tmp_path: Path
) -> None:
    wrong = person(3, name="Lê Thị Mai", id="046190000789", phone="0905333444",
                   vaccine_1="?", vaccine_2="", day_2="", lot_2="", site_2="")  # fmt: skip
    path = national_workbook(tmp_path / "sheet.xlsx", *PEOPLE, wrong)
    tried = send_workbook(either, path, "?dry_run=true")
    assert (tried.json["run"]["accepted"], tried.json["run"]["refused"]) == (3, 1)
    assert either.world.count("dose_records") == 0
    returned = send_workbook(either, path, "?returned=true")
    assert returned.headers["content-type"] == XLSX
    assert returned.headers["content-disposition"] == 'attachment; filename="returned.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(returned.body)).active
    assert sheet is not None
    results = [sheet.cell(row, 27).value for row in range(9, 12)]
    assert all(results)
    assert either.world.count("dose_records") == 4
    assert not list(either.folder.iterdir())
    (made,) = either.get("/v1/imports", by="hue").json["imports"]
    rows = either.get(f"/v1/imports/{made['id']}/rows", by="hue").json["rows"]
    assert [(one["line"], one["part"]) for one in rows] == [(9, 1), (9, 2), (10, 1), (11, 1)]


def test_the_national_layout_as_csv(service: Service) -> None:
    returned = service.send_file(national_csv(*PEOPLE), by="hue", query="?returned=true")
    assert returned.headers["content-type"].startswith("text/csv")
    assert "Kết quả import" in returned.body.decode("utf-8-sig")


def test_a_plain_file_has_no_place_for_results(service: Service) -> None:
    plain = b"full_name,birth_date,sex,id_number,phone,vaccine,injected_on,lot,site\n"
    answer = service.send_file(plain, query="?returned=true")
    assert (answer.problem, answer.json["reason"]) == ((422, "unreadable-file"), "returned_file")


@pytest.mark.parametrize("start", [b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0", b"%PDF-1.7"])
def test_what_only_begins_like_a_file(service: Service, start: bytes) -> None:
    assert service.send_file(start).problem == (422, "unreadable-file")


def test_the_huế_case_as_a_message_its_correction_and_its_end(either: Service) -> None:
    sent = send_bundle(either, message(dose(), second()))
    assert (sent.json["run"]["accepted"], sent.json["import"]["source"]) == (2, "fhir")
    assert send_bundle(either, message(dose(), second())).json["run"]["repeated"] == 2
    either.world.issuing().run()
    assert either.world.issued()[0].colour.word == "green"
    foreign = send_bundle(either, message(dose(status="entered-in-error")), by="ben-nghe")
    assert foreign.json["run"]["reasons"] == {"RECORD_UNKNOWN": 1}
    mine = send_bundle(either, message(dose(status="entered-in-error")))
    assert mine.json["run"]["withdrawn"] == 1


def test_undoing_a_message_puts_back_what_it_took_back(service: Service) -> None:
    send_bundle(service, message(dose(), second()))
    gone = send_bundle(service, message(dose(status="entered-in-error")))
    path = f"/v1/imports/{gone.json['import']['id']}/undo"
    undone = service.post(path, {"reason": "the wrong message"}, by="vinh-ninh")
    assert undone.json == {"withdrawn": 0, "restored": 1}
    assert service.trail()[-1] == ("vinh-ninh", "import.undo", "import 2")


def test_a_message_for_a_site_elsewhere(service: Service) -> None:
    answer = send_bundle(service, message(dose()), by="hcmc")
    assert answer.json["run"]["reasons"] == {"SITE_OUTSIDE": 1}


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"resourceType": "Patient"}', b"\xff", b"[" * 100_000]
)
def test_what_is_no_bundle(service: Service, data: bytes) -> None:
    answer = send_bundle(service, data)
    assert answer.problem == (422, "unreadable-file")
    assert service.world.count("imports") == 0


def test_a_bundle_that_is_too_large(service: Service) -> None:
    assert send_bundle(service, b" " * 1_000_001).problem == (413, "too-large")
