"""Search, doubles and lawful requests over HTTP: within the area, and by two where it ends."""

import base64
from typing import Any

import pytest

from tests.issuer.api.service import Service
from tests.issuer.world import HOA, row, stranger

HERE = row(site="46001")
ELSEWHERE = stranger(1, site="79001")
TWIN = row(site="46001", id_number="", phone="0987654321", injected_on="20/08/2021")


def fill(service: Service) -> Service:
    service.post("/v1/records", {"records": [HERE, ELSEWHERE, TWIN]})
    service.world.issuing().run()
    return service


def search(service: Service, *words: str, by: str = "hue") -> list[dict[str, Any]]:
    answer = service.post("/v1/people/search", {"words": list(words)}, by=by)
    assert answer.status == 200, answer.body
    people: list[dict[str, Any]] = answer.json["people"]
    return people


@pytest.mark.parametrize(
    "words",
    [["nguyen thi hoa"], ["Nguyễn Thị Hoà", "31/12/1990"], ["079190000123"], ["0912 345 678"],
     ["31/12/1990"]],
)  # fmt: skip
def test_somebody_is_found_by_what_is_known(service: Service, words: list[str]) -> None:
    fill(service)
    found = search(service, *words)
    assert HOA["full_name"] in {one["name"] for one in found}
    assert search(service, *words, by="hcmc") == []
    actor, action, subject = service.trail()[-2]
    assert (actor, action, "1" in subject) == ("hue", "person.find", True)
    assert "Hoà" not in str(service.trail())


@pytest.mark.parametrize(
    ("by", "records"), [("nation", 1), ("hue", 1), ("vinh-ninh", 1), ("hcmc", 0), ("ben-nghe", 0)]
)
def test_a_row_that_was_refused_is_found_and_explained(
    service: Service, by: str, records: int
) -> None:
    sent = {"records": [row(vaccine="Phaizer", id_number="079 190 000 123", site="46001")]}
    assert service.post("/v1/records", sent, by="vinh-ninh").status == 200
    found = service.post("/v1/people/search", {"words": ["079190000123"]}, by=by).json
    assert (len(found["people"]), len(found["records"])) == (0, records)
    why = service.post("/v1/why", {"number": "079190000123"}, by=by)
    if not records:
        assert why.status == 403
        return
    assert found["records"][0]["findings"] == [{"field": "vaccine", "code": "VACCINE_UNKNOWN"}]
    assert [one["code"] for one in why.json["because"]] == ["refused"]
    assert "danh mục" in why.json["because"][0]["words"]["vi"]


def test_by_the_number_of_a_certificate(either: Service) -> None:
    fill(either)
    number = either.world.certificates()[0].number
    assert search(either, number.lower())[0]["certificate"]["number"] == number


@pytest.mark.parametrize(
    "words", [[], ["1990"], [""], [" "], ["x" * 101], [7], ["a"] * 21, ["%%%"], ["VN-0000-0001"]]
)
def test_what_is_nothing_to_search_by(service: Service, words: list[Any]) -> None:
    answer = service.post("/v1/people/search", {"words": words})
    assert answer.problem == (422, "invalid-request")


def test_two_who_are_one_and_two_again(either: Service) -> None:
    fill(either)
    (double,) = either.get("/v1/doubles", by="hue").json["doubles"]
    one, other = double["one"], double["other"]
    assert either.get("/v1/doubles", by="hcmc").json["doubles"] == []
    beside = either.get(f"/v1/people/{one}/beside/{other}", by="hue").json
    assert beside["fields"][0]["one"] == HOA["full_name"]
    document = {"kept": one, "gone": other, "reason": "one card, two telephones"}
    assert either.post("/v1/merges", document, by="hcmc").problem == (403, "not-allowed")
    merge = either.post("/v1/merges", document, by="hue").json["merge"]
    assert either.post("/v1/merges", document, by="hue").problem == (409, "conflict")
    assert either.get("/v1/merges", by="hue").json["merges"][0]["merge"] == merge
    assert len(either.get(f"/v1/people/{one}", by="hue").json["doses"]) == 2
    undo = f"/v1/merges/{merge}/undo"
    assert either.post(undo, {"reason": "two cards"}, by="hcmc").problem == (403, "not-allowed")
    assert either.post(undo, {"reason": "two cards"}, by="hue").status == 204
    assert either.post(undo, {"reason": "two cards"}, by="hue").problem == (409, "conflict")
    distinct = {"one": one, "other": other, "reason": "two cards were shown"}
    assert either.post("/v1/distinct", distinct, by="hue").status == 204
    assert either.get("/v1/doubles", by="hue").json["doubles"] == []


@pytest.mark.parametrize(
    "changes",
    [{"kept": None}, {"gone": "2"}, {"reason": ""}, {"drop": [0]}, {"drop": "1"},
     {"keep_both": "yes"}, {"more": 1}],
)  # fmt: skip
def test_what_is_no_merge(service: Service, changes: dict[str, Any]) -> None:
    fill(service)
    document = {"kept": 1, "gone": 2, "reason": "one card"} | changes
    assert service.post("/v1/merges", document).problem == (422, "invalid-request")


def test_a_person_gets_all_that_is_held_of_them(either: Service) -> None:
    fill(either)
    held = either.post("/v1/people/1/export", None, by="hue").json
    assert held["tables"]["persons"][0]["name"] == HOA["full_name"]
    assert {one["injected_on"] for one in held["tables"]["records"]} == {"2021-06-16"}
    assert [base64.b64decode(one["content"]) for one in held["papers"]] == []
    assert either.post("/v1/people/1/export", None, by="hcmc").problem == (403, "not-allowed")
    assert either.trail()[-1] == ("hue", "person.export", "person 1")


def test_an_erasure_needs_two_and_leaves_nothing(either: Service) -> None:
    fill(either)
    reason = {"reason": "asked for in writing"}
    erasure = either.post("/v1/people/1/erasure", reason).json["erasure"]
    assert either.post("/v1/people/1/erasure", reason).problem == (409, "conflict")
    path = f"/v1/erasures/{erasure}/confirm"
    same = either.post(path, None)
    assert (same.problem, same.json["reason"]) == ((403, "not-allowed"), "same_person")
    assert either.get("/v1/erasures").json["erasures"][0]["state"] == "pending"
    second = either.second_of_the_nation()
    assert either.post(path, None, by=second).status == 204
    assert either.post(path, None, by=second).problem == (409, "conflict")
    names = [one.full_name for one in either.world.records() if one.person_id == 1]
    assert HOA["full_name"] not in names
    assert search(either, "079190000123", by="nation") == []


def test_an_erasure_is_refused_for_a_reason(service: Service) -> None:
    fill(service)
    erasure = service.post("/v1/people/1/erasure", {"reason": "asked for"}).json["erasure"]
    path = f"/v1/erasures/{erasure}/refuse"
    assert service.post(path, {}).problem == (422, "invalid-request")
    assert service.post(path, {"reason": "not the person"}).status == 204
    assert service.get("/v1/people/1").json["full_name"] == HOA["full_name"]
