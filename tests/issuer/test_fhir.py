"""FHIR bundles: what they state, what takes an earlier message back, and what is no bundle."""

import json
from pathlib import Path
from typing import Any

import pytest

from issuer.access.rights import NATION, Area
from issuer.fhir.bundle import BundleError
from issuer.fhir.file import MAX_BUNDLE_BYTES, bundle_of
from issuer.intake import Intake, RowOutcome, RowResult
from issuer.record_files import open_records
from issuer.records import Rules, read_row
from issuer.register.models import RecordSource, RecordState
from issuer.source import RecordFileError, SourceRow
from spec.dates import BirthDate
from tests.authority import NOW, vaccine_table
from tests.issuer.world import World

RULES = Rules.of(table=vaccine_table(), now=NOW)
CVX, ICD11 = "http://hl7.org/fhir/sid/cvx", "http://id.who.int/icd11/mms"
EU = "https://ec.europa.eu/health/documents/community-register/html/"

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "hoa",
    "identifier": [
        {"system": "https://bhyt.example/the", "value": "GD4797912345678"},
        {"use": "official", "system": "https://cccd.example", "value": "079190000123"},
        {"use": "old", "system": "https://cmnd.example", "value": "012345678"},
    ],
    "name": [{"use": "official", "family": "Nguyễn", "given": ["Thị", "Hoà"]}],
    "birthDate": "1990-12-31",
    "gender": "female",
    "telecom": [{"system": "email", "value": "a@b"}, {"system": "phone", "value": "+84912345678"}],
}


def dose(**changes: Any) -> dict[str, Any]:
    stated = {
        "resourceType": "Immunization",
        "identifier": [{"system": "urn:site:46001", "value": "2021-0001"}],
        "status": "completed",
        "vaccineCode": {"coding": [{"system": CVX, "code": "210"}]},
        "patient": {"reference": "Patient/hoa"},
        "occurrenceDateTime": "2021-06-16T08:30:00+07:00",
        "lotNumber": "AZ-1",
        "location": {"identifier": {"value": "46001"}, "display": "TYT Vĩnh Ninh"},
        "protocolApplied": [{"doseNumberPositiveInt": 1}],
    }
    return {name: value for name, value in (stated | changes).items() if value is not None}


def second(**changes: Any) -> dict[str, Any]:
    return dose(
        identifier=[{"system": "urn:site:46001", "value": "2021-0002"}],
        occurrenceDateTime="2021-08-20",
        protocolApplied=[{"doseNumberPositiveInt": 2}],
        **changes,
    )


def message(*resources: Any, patient: Any = PATIENT, **more: Any) -> bytes:
    entries = [{"resource": resource} for resource in (patient, *resources)]
    document = {"resourceType": "Bundle", "type": "transaction", "entry": entries, **more}
    return json.dumps(document).encode()


def rows(*resources: Any, **more: Any) -> list[SourceRow]:
    return list(bundle_of(message(*resources, **more)).rows())


def take_in(
    world: World, data: bytes, sender: str | None = None, area: Area = NATION
) -> list[RowOutcome]:
    rules = Rules.of(table=vaccine_table(), now=world.clock.now())
    intake = Intake(
        register=world.register, rules=rules, table=vaccine_table(), clock=world.clock,
        sender=sender, area=area,
    )  # fmt: skip
    return [outcome for batch in intake.run(bundle_of(data)) for outcome in batch]


def results(world: World, data: bytes, sender: str | None = None) -> list[RowResult]:
    return [outcome.result for outcome in take_in(world, data, sender)]


def test_what_a_dose_states() -> None:
    (row,) = rows(dose())
    assert row.cells == (
        "Nguyễn Thị Hoà", "1990-12-31", "Nữ", "079190000123", "+84912345678", "CVX 210",
        "2021-06-16", "AZ-1", "46001",
    )  # fmt: skip
    assert row.further.old_numbers == ("012345678",)
    assert (row.further.health_card, row.further.dose_number) == ("GD4797912345678", "1")
    assert (row.source_id, row.line) == ("urn:site:46001|2021-0001", 2)
    read = read_row(row, RULES)
    assert read.findings == ()
    assert read.record is not None
    assert read.record.identity.birth_date == BirthDate(1990, 12, 31)
    assert read.record.identity.old_numbers == ("012345678",)
    assert json.loads(row.raw)[0]["lotNumber"] == "AZ-1"


@pytest.mark.parametrize(
    ("codings", "product"),
    [
        ([{"system": CVX, "code": "208"}], 4),
        ([{"system": ICD11, "code": "XM8NQ0"}], 4),
        ([{"system": EU, "code": "EU/1/20/1528"}], 4),
        ([{"system": CVX, "code": "208"}, {"system": EU, "code": "EU/1/20/1528"}], 4),
        ([{"system": CVX, "code": "213"}, {"system": ICD11, "code": "XM3DT5"}], 5),
        ([{"display": "Comirnaty"}], 4),
        ([{"system": CVX, "code": "208"}, {"system": EU, "code": "EU/1/20/1507"}], None),
        ([{"system": CVX, "code": "213"}], None),
        ([{"system": "urn:other", "code": "208"}], None),
        ([{"system": ICD11, "code": "XM68M6"}], None),
        ([], None),
    ],
)
def test_codes_of_products(codings: list[dict[str, str]], product: int | None) -> None:
    (row,) = rows(second(vaccineCode={"coding": codings}))
    record = read_row(row, RULES).record
    assert (record and record.vaccine) == product


@pytest.mark.parametrize(
    "where",
    [
        {"patient": {"reference": "#p"}, "contained": [PATIENT | {"id": "p"}]},
        {"patient": {"reference": "https://other.example/fhir/Patient/hoa"}},
        {"patient": {"reference": "Patient/hoa/_history/2"}},
        {"patient": {"reference": "Patient/hoa"}},
    ],
)
def test_the_patient_is_found_inside_the_bundle(where: dict[str, Any]) -> None:
    assert rows(dose(**where))[0].cells[0] == "Nguyễn Thị Hoà"


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2021-06-16", "2021-06-16"),
        ("2021-06-16T23:59:59", "2021-06-16"),
        ("2021-06-16T00:00:00+07:00", "2021-06-16"),
        ("2021-06-15T17:00:00.000Z", "2021-06-16"),
        ("2021-06-15T16:59:59Z", "2021-06-15"),
        ("2021-06-16T01:00:00+09:00", "2021-06-15"),
        ("2021-06-16T25:00:00Z", "2021-06-16"),
    ],
)
def test_the_day_is_that_of_vietnam(stamp: str, day: str) -> None:
    assert rows(dose(occurrenceDateTime=stamp))[0].cells[6] == day


@pytest.mark.parametrize("given", ["Hoà", 7, {"0": "Hoà"}, None])
def test_a_name_of_another_form_is_no_name(given: Any) -> None:
    patient = PATIENT | {"name": [{"family": "Nguyễn", "given": given}]}
    assert rows(dose(), patient=patient)[0].cells[0] == "Nguyễn"


OTHER = PATIENT | {"name": [{"text": "Trần Văn Nam"}], "gender": "male"}
SERVER, ELSEWHERE = "https://site.example/fhir", "https://other.example/fhir"


@pytest.mark.parametrize(
    ("entries", "reference", "name"),
    [
        ([(f"{SERVER}/Patient/hoa", PATIENT | {"id": None})], "Patient/hoa", "Nguyễn Thị Hoà"),
        ([(f"{SERVER}/Patient/hoa/_history/3", PATIENT)], "Patient/hoa", "Nguyễn Thị Hoà"),
        (
            [(f"{ELSEWHERE}/Patient/hoa", OTHER), (f"{SERVER}/Patient/hoa", PATIENT)],
            "Patient/hoa", "Nguyễn Thị Hoà",
        ),
        (
            [(f"{SERVER}/Patient/hoa", PATIENT), (f"{ELSEWHERE}/Patient/hoa", OTHER)],
            f"{ELSEWHERE}/Patient/hoa", "Trần Văn Nam",
        ),
        (
            [(f"{SERVER}/Patient/hoa", PATIENT), (f"{ELSEWHERE}/Patient/hoa", OTHER)],
            "https://third.example/Patient/hoa", "",
        ),
        ([("", PATIENT), ("", OTHER)], "Patient/hoa", ""),
        ([("", PATIENT), ("", PATIENT)], "Patient/hoa", "Nguyễn Thị Hoà"),
        ([("urn:uuid:1", PATIENT), ("urn:uuid:1", OTHER)], "urn:uuid:1", ""),
        ([("urn:uuid:1", PATIENT), ("urn:uuid:2", OTHER)], "urn:uuid:2", "Trần Văn Nam"),
    ],
)  # fmt: skip
def test_a_reference_leads_to_one_patient_or_to_none(
    entries: list[tuple[str, Any]], reference: str, name: str
) -> None:
    stated = dose(patient={"reference": reference})
    listed = [{"fullUrl": url, "resource": resource} for url, resource in entries]
    listed.append({"fullUrl": f"{SERVER}/Immunization/1", "resource": stated})
    (row,) = bundle_of(json.dumps({"resourceType": "Bundle", "entry": listed}).encode()).rows()
    assert row.cells[0] == name
    assert [one.code for one in row.faults] == ([] if name else ["PATIENT_UNKNOWN"])


@pytest.mark.parametrize(
    "kind", ["transaction", "batch", "collection", "message", "document", "searchset", None]
)
def test_bundles_of_every_kind_that_says_what_is(kind: str | None) -> None:
    header = {"resourceType": "MessageHeader", "id": "m"}
    assert [row.line for row in rows(header, dose(), second(), type=kind)] == [3, 4]


def test_an_immunization_alone_has_its_patient_in_it() -> None:
    alone = dose(patient={"reference": "#p"}, contained=[PATIENT | {"id": "p"}])
    (row,) = bundle_of(json.dumps(alone).encode()).rows()
    assert (row.line, row.cells[0], row.faults) == (1, "Nguyễn Thị Hoà", ())
    (row,) = bundle_of(json.dumps(dose()).encode()).rows()
    assert [one.code for one in row.faults] == ["PATIENT_UNKNOWN"]


def test_what_is_no_entry_has_its_number_all_the_same() -> None:
    listed = [None, 7, {"resource": None}, {"resource": PATIENT}, {"resource": dose()}]
    data = json.dumps({"resourceType": "Bundle", "entry": listed}).encode()
    assert [row.line for row in bundle_of(data).rows()] == [5]


def test_the_patient_by_full_url() -> None:
    entries = [
        {"fullUrl": "urn:uuid:1", "resource": PATIENT},
        {"resource": dose(patient={"reference": "urn:uuid:1"})},
    ]
    (row,) = bundle_of(json.dumps({"resourceType": "Bundle", "entry": entries}).encode()).rows()
    assert row.cells[0] == "Nguyễn Thị Hoà"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"display": "Trạm lưu động 3"}, "Trạm lưu động 3"),
        ({"reference": "#l"}, "46001"),
        ({"reference": "Location/unknown"}, "CDC Huế"),
    ],
)
def test_where_it_was_given(place: dict[str, Any], said: str) -> None:
    location = {"resourceType": "Location", "id": "l", "identifier": [{"value": "46001"}]}
    actor = {"actor": {"display": "CDC Huế"}}
    (row,) = rows(dose(location=place, contained=[location], performer=[actor]))
    assert row.cells[8] == said


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "not-done"}, {"row:NOT_GIVEN"}),
        *(({"status": status}, {"status:STATUS_UNKNOWN"})
          for status in ("in-progress", "unknown", "Completed", "", None, 7, ["completed"])),
        *(({"patient": who}, {"patient:PATIENT_UNKNOWN"}) for who in (
            {"reference": "Patient/nobody"}, {"reference": "urn:uuid:nobody"}, {"display": "Hoà"},
            {"reference": "#hoa"}, {"identifier": {"value": "079190000123"}}, {"reference": 7},
            {"reference": ""}, {"reference": "Immunization/hoa"},
        )),
        *(({"patient": who}, {"patient:PATIENT_MISSING"}) for who in (None, {}, "hoa", [])),
        ({"patient": {"reference": "#l"}, "contained": [{"resourceType": "Location", "id": "l",
          "name": "Hoà", "birthDate": "1990"}]}, {"patient:PATIENT_UNKNOWN"}),
        ({"status": "draft", "patient": None, "occurrenceDateTime": None, "vaccineCode": None},
         {"status:STATUS_UNKNOWN", "patient:PATIENT_MISSING", "injected_on:DATE_MISSING",
          "vaccine:VACCINE_MISSING"}),
        ({"status": "not-done", "patient": None},
         {"patient:PATIENT_MISSING", "row:NOT_GIVEN"}),
        ({"occurrenceDateTime": None}, {"injected_on:DATE_MISSING"}),
        ({"occurrenceDateTime": 20210616}, {"injected_on:DATE_MISSING"}),
        ({"occurrenceDateTime": "0000-00-00T00:00:00Z"}, {"injected_on:DATE_FORMAT"}),
        ({"occurrenceDateTime": "9999-12-31T23:59:59Z"}, {"injected_on:DATE_FUTURE"}),
        ({"lotNumber": "=A1"}, {"lot:LOT_FORMULA"}),
        ({"occurrenceDateTime": None, "occurrenceString": "hè 2021"}, {"injected_on:DATE_MISSING"}),
        ({"occurrenceDateTime": "2021-06"}, {"injected_on:DATE_FORMAT"}),
        ({"occurrenceDateTime": "2022-06-16"}, {"injected_on:DATE_FUTURE"}),
        ({"vaccineCode": "AZ"}, {"vaccine:VACCINE_MISSING"}),
        ({"vaccineCode": {"coding": [{"code": 210}]}}, {"vaccine:VACCINE_MISSING"}),
        ({"location": None}, {"site:SITE_MISSING"}),
        ({"lotNumber": 7}, {"lot:LOT_MISSING"}),
        ({"protocolApplied": [{"doseNumberString": "booster"}]},
         {"dose_number:DOSE_NUMBER_FORMAT"}),
    ],
)  # fmt: skip
def test_what_a_resource_lacks_is_named(changes: dict[str, Any], expected: set[str]) -> None:
    found = read_row(rows(dose(**changes))[0], RULES).findings
    assert {f"{finding.field}:{finding.code}" for finding in found} == expected


def test_history_told_by_somebody_else_is_a_back_load() -> None:
    (row,) = rows(dose(primarySource=False, occurrenceDateTime="2021-12-01"))
    assert read_row(row, RULES).historical
    assert not read_row(rows(dose(occurrenceDateTime="2021-12-01"))[0], RULES).historical


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe{}", "not JSON in UTF-8"),
        ("\ufeff{}".encode("utf-16"), "not JSON in UTF-8"),
        (b'{"a": 1} {"a": 2}', "another"),
        (message(dose()) + b"\n" + message(second()), "another"),
        (b'{"resourceType": "Bundle", "x": [' + b"[" * 5000 + b"]" * 5000 + b"]}", "nested"),
        (b'{"resourceType": "Bundle", "entry": [], "entry": []}', "a name stands twice"),
        (b'{"resourceType": "Bundle", "x": NaN}', "one meaning"),
        (b'[{"resourceType": "Immunization"}]', "not a JSON object"),
        (message(dose(), type="history"), "history"),
        (message(dose(), {"resourceType": "Bundle", "entry": []}), "entry 3 is a bundle"),
        (message(dose(), {"status": "completed"}), "entry 3 is a resource of no known type"),
        (message(dose(), dose(resourceType="immunization")), "entry 3 is a resource of no known"),
        (message(dose(), dose(resourceType=7)), "entry 3 is a resource of no known type"),
        (
            b'{"resourceType": "Bundle", "entry": [{"request": {"method": "DELETE", "url": '
            b'"Immunization/1"}}]}',
            "entry 1 deletes a resource",
        ),
        (b"[]", "not a JSON object"),
        (b"{}", "not a FHIR Bundle"),
        (b'{"resourceType": "Patient"}', "not a FHIR Bundle"),
        (b'{"resourceType": "Bundle"}', "no Immunization"),
        (b'{"resourceType": "Bundle", "entry": {"resource": 1}}', "no Immunization"),
        (message(), "no Immunization"),
    ],
)
def test_what_is_no_bundle(data: bytes, said: str) -> None:
    with pytest.raises(BundleError, match=said) as caught:
        bundle_of(data)
    assert caught.value.hint


def test_a_bundle_has_a_size() -> None:
    with pytest.raises(RecordFileError, match="larger than"):
        bundle_of(b" " * (MAX_BUNDLE_BYTES + 1))


@pytest.mark.parametrize("part", [b"[],", b"{},", b'{"resource":{}},', b'"["'])
def test_a_bundle_has_not_more_parts_than_doses_have(part: bytes) -> None:
    many = part * ((MAX_BUNDLE_BYTES - 100) // len(part))
    with pytest.raises(RecordFileError, match="too many parts"):
        bundle_of(b'{"resourceType": "Bundle", "entry": [' + many + b"{}]}")


def test_the_case_of_hue_in_one_message(tmp_path: Path) -> None:
    world = World(tmp_path)
    assert results(world, message(dose(), second())) == [RowResult.ACCEPTED] * 2
    world.issuing().run()
    (certificate,) = world.issued()
    assert (certificate.colour.word, len(certificate.doses)) == ("green", 2)
    assert results(world, message(dose(), second())) == [RowResult.REPEATED] * 2
    assert results(world, message(second(), dose(), id="other")) == [RowResult.REPEATED] * 2


def test_entered_in_error_takes_the_record_back(tmp_path: Path) -> None:
    world = World(tmp_path)
    results(world, message(dose(), second()))
    gone = message(second(status="entered-in-error"))
    assert results(world, gone) == [RowResult.WITHDRAWN]
    world.issuing().run()
    assert [len(one.doses) for one in world.issued()] == [1]
    assert results(world, gone) == [RowResult.REPEATED]
    assert results(world, message(second())) == [RowResult.REPEATED], "it stays taken back"


def test_a_correction_is_a_withdrawal_and_a_new_resource(tmp_path: Path) -> None:
    world = World(tmp_path)
    wrong = second(vaccineCode={"coding": [{"system": CVX, "code": "208"}]})
    results(world, message(dose(), wrong))
    right = second() | {"identifier": [{"system": "urn:site:46001", "value": "2021-0003"}]}
    both = message(wrong | {"status": "entered-in-error"}, right)
    assert results(world, both) == [RowResult.WITHDRAWN, RowResult.ACCEPTED]
    world.issuing().run()
    assert [[dose.vaccine for dose in one.doses] for one in world.issued()] == [[1, 1]]


def test_the_same_identifier_with_other_values_replaces(tmp_path: Path) -> None:
    world = World(tmp_path)
    results(world, message(dose(), second()))
    later = second() | {"occurrenceDateTime": "2021-08-25"}
    assert results(world, message(later)) == [RowResult.ACCEPTED]
    world.issuing().run()
    assert [f"{dose.day}" for dose in world.issued()[0].doses] == ["2021-06-16", "2021-08-25"]


def test_a_replacement_that_its_sender_may_not_send_takes_nothing_back(tmp_path: Path) -> None:
    world = World(tmp_path)
    hue = Area(province="46")
    take_in(world, message(dose(), second()), sender="hue", area=hue)
    elsewhere = second(location={"identifier": {"value": "79001"}}, lotNumber="AZ-2")
    (outcome,) = take_in(world, message(elsewhere), sender="hue", area=hue)
    assert (outcome.result, outcome.findings[-1].code) == (RowResult.REFUSED, "SITE_OUTSIDE")
    world.issuing().run()
    assert [len(one.doses) for one in world.issued()] == [2]
    mended = message(second(lotNumber="AZ-2"))
    assert [one.result for one in take_in(world, mended, sender="hue", area=hue)] == [
        RowResult.ACCEPTED
    ]
    assert len(world.records(RecordState.ACCEPTED)) == 2


def test_said_and_taken_back_in_one_message(tmp_path: Path) -> None:
    world = World(tmp_path)
    said = message(dose(), dose(status="entered-in-error"), second())
    assert results(world, said) == [RowResult.ACCEPTED, RowResult.WITHDRAWN, RowResult.ACCEPTED]
    world.issuing().run()
    assert [len(one.doses) for one in world.issued()] == [1]


def test_nobody_takes_back_what_another_sent(tmp_path: Path) -> None:
    world = World(tmp_path)
    results(world, message(dose(), second()), sender="site-46001")
    gone = message(second(status="entered-in-error"))
    (outcome,) = take_in(world, gone, sender="site-79001")
    assert (outcome.result, outcome.findings[0].code) == (RowResult.REFUSED, "RECORD_UNKNOWN")
    unknown = message(dose(status="entered-in-error", identifier=[{"value": "never"}]))
    assert results(world, unknown, sender="site-46001") == [RowResult.REFUSED]
    world.issuing().run()
    assert [len(one.doses) for one in world.issued()] == [2]


def test_what_was_never_given_is_taken_back(tmp_path: Path) -> None:
    world = World(tmp_path)
    results(world, message(dose(), second()))
    never = message(second(status="not-done"))
    (outcome,) = take_in(world, never)
    assert (outcome.result, outcome.findings[0].code) == (RowResult.WITHDRAWN, "NOT_GIVEN")
    world.issuing().run()
    assert [len(one.doses) for one in world.issued()] == [1]
    assert results(world, never) == [RowResult.REPEATED]
    assert results(world, message(second(status="not-done", lotNumber="AZ-9"))) == [
        RowResult.REFUSED
    ]


def test_nobody_says_of_anothers_dose_that_it_was_not_given(tmp_path: Path) -> None:
    world = World(tmp_path)
    results(world, message(dose()), sender="site-46001")
    never = message(dose(status="not-done"))
    assert results(world, never, sender="site-79001") == [RowResult.REFUSED]
    world.issuing().run()
    assert [len(one.doses) for one in world.issued()] == [1]


@pytest.mark.parametrize("changes", [{"vaccineCode": None}, {"status": "in-progress"}])
def test_what_was_refused_has_come_and_can_be_taken_back(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    world = World(tmp_path)
    assert results(world, message(dose(**changes))) == [RowResult.REFUSED]
    gone = message(dose(status="entered-in-error"))
    assert results(world, gone) == [RowResult.WITHDRAWN]


def test_taken_back_in_other_words_it_is_taken_back_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    results(world, message(dose()))
    for lot in ("AZ-1", "AZ-2"):
        gone = message(dose(status="entered-in-error", lotNumber=lot))
        assert results(world, gone) == [RowResult.WITHDRAWN]


def test_what_never_came_stays_unknown_however_often_it_is_taken_back(tmp_path: Path) -> None:
    world = World(tmp_path)
    for lot in ("AZ-1", "AZ-2"):
        (outcome,) = take_in(world, message(dose(status="entered-in-error", lotNumber=lot)))
        assert [one.code for one in outcome.findings] == ["RECORD_UNKNOWN"]


def test_a_status_that_was_set_right_is_another_record(tmp_path: Path) -> None:
    world = World(tmp_path)
    assert results(world, message(dose(status="in-progress"))) == [RowResult.REFUSED]
    assert results(world, message(dose())) == [RowResult.ACCEPTED]
    assert ["in-progress" in one.raw for one in world.records()] == [True, False]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[" + message(dose()) + b"]", "not a JSON object"),
        (message(dose()) + b"\n" + message(second()), "another"),
        (message(dose()).decode().encode("utf-16"), "UTF-16"),
        (message(dose()).decode().encode("utf-16-be"), "UTF-16"),
    ],
)
def test_files_of_json_that_are_no_bundle(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "records.json"
    path.write_bytes(data)
    with pytest.raises(RecordFileError, match=said):
        open_records(path)


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "records.txt"
    path.write_bytes(b"\xef\xbb\xbf\n " + message(dose()))
    source = open_records(path)
    assert (source.kind, source.name, source.lines) == (RecordSource.FHIR, "records.txt", 1)


def test_letters_that_no_database_holds_are_replaced(tmp_path: Path) -> None:
    world = World(tmp_path)
    patient = PATIENT | {"name": [{"text": "Nguyễn \ud800 Hoà"}]}
    odd = dose(lotNumber="L\ud800\u0000", identifier=[{"value": "a\u0000\ud800"}])
    (outcome,) = take_in(world, message(odd, patient=patient))
    assert outcome.result is RowResult.REFUSED
    assert [finding.code for finding in outcome.findings] == ["NAME_GARBLED"]
