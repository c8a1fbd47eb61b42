"""Sending dose records: every row ends somewhere with its reason, and nothing counts twice."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.issuer.api.service import Answer, Service
from tests.issuer.world import csv_text, row, stranger

HERE = row(site="46001")
SECOND = row(site="46001", injected_on="20/08/2021")


def records(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"records": list(rows)}


def send(service: Service, *rows: dict[str, Any], by: str = "vinh-ninh") -> Answer:
    return service.post("/v1/records", records(*rows), by=by)


def counts(answer: Answer) -> dict[str, int]:
    run = answer.json["run"]
    results = ("accepted", "waiting", "refused", "withdrawn", "repeated")
    return {name: run[name] for name in results if run[name]}


def test_the_huế_case_by_json(either: Service) -> None:
    answer = send(either, HERE, SECOND)
    assert answer.status == 200
    assert counts(answer) == {"accepted": 2}
    assert answer.json["import"]["sender"] == "vinh-ninh"
    assert answer.json["import"]["source"] == "api"
    assert len(either.world.issuing().run().issued_to) == 1
    (certificate,) = either.world.issued()
    assert (len(certificate.doses), certificate.colour.word) == (2, "green")
    number = answer.json["import"]["id"]
    assert either.trail() == [("vinh-ninh", "import.run", f"import {number}")]


def test_the_same_records_as_json_and_as_a_file_are_the_same(service: Service) -> None:
    assert counts(send(service, HERE, SECOND)) == {"accepted": 2}
    again = service.send_file(csv_text(HERE, SECOND), by="vinh-ninh")
    assert counts(again) == {"repeated": 2}
    assert counts(send(service, HERE, SECOND)) == {"repeated": 2}
    assert service.world.count("dose_records") == 2


def test_every_row_that_was_not_simply_accepted_says_why(service: Service) -> None:
    answer = send(service, HERE, row(site="46001", vaccine="?"), {}, row(site="79001"))
    assert counts(answer) == {"accepted": 1, "refused": 3}
    first, second, third = answer.json["run"]["outcomes"]
    assert (first["line"], first["findings"][0]["field"]) == (2, "vaccine")
    assert first["findings"][0]["code"] == "VACCINE_UNKNOWN"
    assert first["findings"][0]["words"]["vi"]
    assert {one["code"] for one in second["findings"]} >= {"MISSING_NAME", "DATE_MISSING"}
    assert [one["code"] for one in third["findings"]] == ["SITE_OUTSIDE"]
    assert answer.json["run"]["reasons"]["SITE_OUTSIDE"] == 1


def test_no_answer_repeats_a_personal_datum(service: Service) -> None:
    wrong = row(full_name="Nguyễn Thị Hoạ", site="46001", vaccine="Nguyễn Thị Hoạ")
    bodies = [
        send(service, HERE, wrong).body,
        service.send_file(csv_text(HERE, wrong), by="vinh-ninh").body,
        service.get("/v1/imports/1/rows").body,
    ]
    for body in bodies:
        for datum in ("Hoạ", "079190000123", "0912345678", "1990"):
            assert datum not in body.decode()


def test_a_preview_changes_nothing_and_is_told_of(either: Service) -> None:
    answer = either.call("POST", "/v1/records?dry_run=true", records(HERE, SECOND), by="hue")
    assert (counts(answer), answer.json["import"]) == ({"accepted": 2}, None)
    assert either.world.count("imports") == either.world.count("persons") == 0
    assert either.trail() == [("hue", "import.preview", "-")]


def test_an_import_is_followed_row_by_row(service: Service) -> None:
    rows = [HERE, row(site="46001", vaccine="?"), *(stranger(n, site="46001") for n in range(5))]
    number = service.send_file(csv_text(*rows), by="vinh-ninh", query="?name=monday.csv").json[
        "import"
    ]["id"]
    shown = service.get(f"/v1/imports/{number}", by="vinh-ninh").json
    assert (shown["name"], shown["records"]["accepted"], shown["records"]["refused"]) == (
        "monday.csv", 6, 1,
    )  # fmt: skip
    lines: list[int] = []
    while True:
        after = lines[-1] if lines else 0
        page = service.get(f"/v1/imports/{number}/rows?after={after}&limit=3", by="vinh-ninh")
        if not page.json["rows"]:
            break
        lines += [one["line"] for one in page.json["rows"]]
    assert lines == [2, 3, 4, 5, 6, 7, 8]
    second = service.get(f"/v1/imports/{number}/rows?limit=2", by="vinh-ninh").json["rows"][1]
    assert (second["state"], second["findings"][0]["code"]) == ("refused", "VACCINE_UNKNOWN")


def test_rows_that_another_import_had_brought_are_shown_as_repeated(service: Service) -> None:
    send(service, HERE)
    number = send(service, HERE, SECOND, by="hue").json["import"]["id"]
    rows = service.get(f"/v1/imports/{number}/rows", by="hue").json["rows"]
    assert [(one["line"], one["repeated"]) for one in rows] == [(1, True), (2, False)]


def test_an_import_is_taken_back_as_a_whole_and_comes_again_only_when_said(
    either: Service,
) -> None:
    number = send(either, HERE, SECOND).json["import"]["id"]
    path = f"/v1/imports/{number}/undo"
    undone = either.post(path, {"reason": "wrong day sent"}, by="vinh-ninh")
    assert undone.json == {"withdrawn": 2, "restored": 0}
    assert either.trail()[-1] == ("vinh-ninh", "import.undo", f"import {number}")
    again = either.post(path, {"reason": "wrong day sent"}, by="vinh-ninh")
    assert (again.problem, again.json["reason"]) == ((409, "conflict"), "change")
    refused = send(either, HERE, SECOND)
    assert (refused.problem, refused.json["reason"]) == ((409, "conflict"), "undone_import")
    said = either.call("POST", "/v1/records?again=true", records(HERE, SECOND), by="vinh-ninh")
    assert counts(said) == {"accepted": 2}


@pytest.mark.parametrize("reason", [None, "", "ab", "x" * 201, "two\nlines", 7])
def test_taking_back_needs_a_reason(service: Service, reason: object) -> None:
    number = send(service, HERE).json["import"]["id"]
    answer = service.post(f"/v1/imports/{number}/undo", {"reason": reason}, by="vinh-ninh")
    assert answer.problem == (422, "invalid-request")
    assert service.get(f"/v1/imports/{number}").json["records"]["accepted"] == 1


def test_two_who_send_the_same_have_an_import_each(service: Service) -> None:
    mine = send(service, HERE).json["import"]["id"]
    theirs = send(service, HERE, by="hue").json["import"]["id"]
    assert mine != theirs
    service.post(f"/v1/imports/{mine}/undo", {"reason": "not ours"}, by="vinh-ninh")
    assert service.get(f"/v1/imports/{theirs}", by="hue").json["records"]["accepted"] == 1


@pytest.mark.parametrize(
    ("by", "seen"),
    [("nation", True), ("hue", True), ("hue-474", True), ("vinh-ninh", True),
     ("hcmc", False), ("hcmc-760", False), ("ben-nghe", False)],
)  # fmt: skip
def test_imports_of_another_area_are_not_there(service: Service, by: str, *, seen: bool) -> None:
    number = send(service, HERE).json["import"]["id"]
    listed = service.get("/v1/imports", by=by).json["imports"]
    assert [one["id"] for one in listed] == ([number] if seen else [])
    for path in (f"/v1/imports/{number}", f"/v1/imports/{number}/rows"):
        assert (service.get(path, by=by).status == 200) is seen
    undone = service.post(f"/v1/imports/{number}/undo", {"reason": "not ours"}, by=by)
    assert undone.status == (200 if seen else 404)


def test_what_came_at_the_console_is_the_nations(service: Service) -> None:
    service.world.take_in(HERE)
    assert service.get("/v1/imports/1").status == 200
    assert service.get("/v1/imports/1", by="hue").problem == (404, "not-found")


def test_a_key_answers_a_lost_answer_and_refuses_another_request(either: Service) -> None:
    key = {"Idempotency-Key": "9b1d6a0e-7f5c"}
    sent = records(HERE)
    first = either.call("POST", "/v1/records", sent, by="vinh-ninh", headers=key)
    again = either.call("POST", "/v1/records", sent, by="vinh-ninh", headers=key)
    assert again.json == {"import": first.json["import"], "run": None}
    other = either.call("POST", "/v1/records", records(SECOND), by="vinh-ninh", headers=key)
    assert other.problem == (422, "idempotency-key-reused")
    theirs = either.call("POST", "/v1/records", records(SECOND), by="hue", headers=key)
    assert counts(theirs) == {"accepted": 1}
    either.world.clock.advance(8 * 86_400)
    late = either.call("POST", "/v1/records", records(SECOND), by="vinh-ninh", headers=key)
    assert late.status == 200


@pytest.mark.parametrize("key", ["short", "x" * 129, "with a space", "đđđđđđđđđ", ""])
def test_what_is_no_key(service: Service, key: str) -> None:
    answer = service.call("POST", "/v1/records", records(HERE), headers={"Idempotency-Key": key})
    assert answer.problem == (422, "invalid-request")


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({}, "#/records"),
        ({"records": []}, "#/records"),
        ({"records": {}}, "#/records"),
        ({"records": [HERE], "more": 1}, "#"),
        ({"records": [7]}, "#/records/0"),
        ({"records": [HERE, None]}, "#/records/1"),
        ({"records": [HERE | {"name": "Hoà"}]}, "#/records/0"),
        ({"records": [HERE | {"full_name": 7}]}, "#/records/0/full_name"),
        ({"records": [HERE | {"full_name": "x" * 1001}]}, "#/records/0/full_name"),
        ({"records": [HERE | {"full_name": "Ho\0à"}]}, "#/records/0/full_name"),
        ({"records": [HERE] * 1001}, "#/records"),
        ([HERE], "#"),
    ],
)
def test_what_are_no_records(service: Service, document: object, pointer: str) -> None:
    answer = service.post("/v1/records", document)
    assert answer.problem == (422, "invalid-request")
    assert answer.json["pointer"] == pointer
    assert service.world.count("dose_records") == 0


@pytest.mark.parametrize(
    ("body", "media_type", "problem"),
    [
        (b"{", "application/json", (400, "not-json")),
        (b'{"records": [], "records": []}', "application/json", (400, "not-json")),
        (b'{"records": NaN}', "application/json", (400, "not-json")),
        (b"\xff\xfe", "application/json", (400, "not-utf-8")),
        (b"{}", "text/plain", (415, "unsupported-media-type")),
        (b"[" * 100_000, "application/json", (400, "not-json")),
        (b" " * 1_048_577, "application/json", (413, "too-large")),
    ],
)
def test_a_body_that_is_no_json(
    service: Service, body: bytes, media_type: str, problem: tuple[int, str]
) -> None:
    answer = service.call("POST", "/v1/records", data=body, content_type=media_type)
    assert answer.problem == problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", (422, "invalid-request")),
        (b"\x00\x01\x02", (422, "unreadable-file")),
        (csv_text(HERE).encode("utf-16"), (422, "unreadable-file")),
        (csv_text(HERE).encode("cp1258", "replace"), (422, "unreadable-file")),
        (b"name,birth\nx,y\n", (422, "unreadable-file")),
        (b"x" * 1_000_001, (413, "too-large")),
    ],
)
def test_a_file_that_cannot_be_taken_leaves_nothing(
    service: Service, content: bytes, problem: tuple[int, str]
) -> None:
    answer = service.send_file(content)
    assert answer.problem == problem
    assert service.world.count("imports") == 0
    assert not list(service.folder.iterdir())


@pytest.mark.parametrize(
    "query", ["?dry_run=yes", "?dry_run=true&dry_run=true", "?dryrun=true", "?name=%00",
              "?name=" + "x" * 101, "?name=%ff", "?" + "&".join(f"a{n}=1" for n in range(20))]
)  # fmt: skip
def test_a_parameter_that_is_not_described(service: Service, query: str) -> None:
    assert service.send_file(csv_text(HERE), query=query).problem == (422, "invalid-request")
    assert service.world.count("imports") == 0


def test_an_upload_is_its_owners_alone_and_has_no_name(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nothing of it is left, also where the service is killed."""
    seen: list[tuple[int, int, int]] = []
    real = Path.open

    def spy(path: Path, *arguments: Any, **more: Any) -> Any:
        if path.parent == Path(f"/proc/{os.getpid()}/fd"):
            status = path.stat()
            named = len(list(service.folder.iterdir()))
            seen.append((status.st_mode & 0o777, status.st_nlink, named))
        return real(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", spy)
    assert service.send_file(csv_text(HERE)).status == 200
    assert set(seen) == {(0o600, 0, 0)}
    assert not list(service.folder.iterdir())


def test_a_file_without_a_name_is_read_ahead_by_another_process(service: Service) -> None:
    rows = [stranger(number, site="46001") for number in range(10_001)]
    run = service.send_file(csv_text(*rows), query="?dry_run=true").json["run"]
    assert run["rows"] == 10_001


def test_two_who_send_at_once_lose_nothing_and_count_nothing_twice(either: Service) -> None:
    rows = [stranger(number, site="46001") for number in range(40)]
    names = ["nation", "hue", "hue-474", "vinh-ninh", "vinh-ninh", "hue"]
    with ThreadPoolExecutor(len(names)) as pool:
        answers = list(pool.map(lambda by: send(either, *rows, by=by), names))
    assert [one.status for one in answers] == [200] * len(names)
    assert either.world.count("dose_records") == either.world.count("persons") == 40
    assert either.world.count("imports") == 4
    assert json.loads(answers[0].body)["run"]["rows"] == 40
