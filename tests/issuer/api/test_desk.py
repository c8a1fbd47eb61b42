"""The desk over HTTP: what waits, corrections with papers, falls; two who decide at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.issuer.api.service import Answer, Service
from tests.issuer.world import row

HERE = row(site="46001")
SECOND = row(site="46001", injected_on="20/08/2021")
DIFFERS = row(site="46001", full_name="Nguyễn Thị Hoa", injected_on="20/08/2021")
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc`\0\0\0"
    b"\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82"
)


def waiting(service: Service) -> int:
    """A record that waits, and the item under which it does."""
    service.post("/v1/records", {"records": [HERE, DIFFERS]})
    (item,) = service.get("/v1/queue", by="vinh-ninh").json["items"]
    number: int = item["item"]
    return number


def test_an_item_from_the_list_to_the_certificate_and_back(either: Service) -> None:
    item = waiting(either)
    listed = either.get("/v1/queue?overdue=false", by="hue").json
    assert (listed["total"], listed["next"]) == (1, None)
    assert "Hoà" not in str(listed)
    shown = either.get(f"/v1/queue/{item}", by="vinh-ninh").json
    name = shown["fields"][0]
    assert (name["record"], name["person"]) == ("Nguyễn Thị Hoa", "Nguyễn Thị Hoà")
    assert name["kind"] == "NAME_MARKS_DIFFER"
    claimed = either.post(f"/v1/queue/{item}/claim", None, by="vinh-ninh")
    assert claimed.json["claimed_until"]
    taken = either.post(f"/v1/queue/{item}/claim", None, by="hue")
    assert (taken.problem, taken.json["reason"]) == ((409, "conflict"), "claimed")
    decided = either.post(f"/v1/queue/{item}/decision", {"decision": "same"}, by="vinh-ninh")
    assert decided.json["person"] == 1
    either.world.issuing().run()
    assert len(either.world.issued()[0].doses) == 2
    again = either.post(f"/v1/queue/{item}/undo", {"reason": "two persons"}, by="vinh-ninh")
    assert again.json["item"] != item
    assert [one["item"] for one in either.get("/v1/queue").json["items"]] == [again.json["item"]]


def test_an_item_is_corrected(service: Service) -> None:
    item = waiting(service)
    document = {"changes": {"full_name": "Nguyễn Thị Hoà"}, "reason": "the card says so"}
    done = service.post(f"/v1/queue/{item}/correction", document, by="vinh-ninh")
    assert (done.json["decision"], done.json["person"]) == ("corrected", 1)
    wrong = {"changes": {"birth_date": "31/02/1990"}, "reason": "the card says so"}
    refused = service.post(f"/v1/queue/{item}/correction", wrong, by="vinh-ninh")
    assert refused.status in (409, 422)


def test_of_two_who_decide_at_once_one_wins(either: Service) -> None:
    item = waiting(either)

    def decide(decision: str) -> Answer:
        return either.post(f"/v1/queue/{item}/decision", {"decision": decision}, by="hue")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(decide, ["same", "new", "same", "new"]))
    assert sorted(one.status for one in answers) == [200, 409, 409, 409]
    (winner,) = [one.json["decision"] for one in answers if one.status == 200]
    assert either.world.count("persons") == {"same": 1, "new": 2}[winner]
    assert len([one for one in either.trail() if one[1].startswith("queue.")]) == 1


@pytest.mark.parametrize("by", ["hcmc", "hcmc-760", "ben-nghe"])
def test_the_queue_of_another_province_is_closed(service: Service, by: str) -> None:
    item = waiting(service)
    assert service.get("/v1/queue", by=by).json["items"] == []
    assert service.get("/v1/queue?province=46", by=by).json["items"] == []
    for path, document in (
        ("", None), ("/claim", None), ("/release", None), ("/decision", {"decision": "same"}),
        ("/correction", {"changes": {"lot": "A"}, "reason": "not ours"}),
        ("/undo", {"reason": "not ours"}),
    ):  # fmt: skip
        method = "POST" if path else "GET"
        answer = service.call(method, f"/v1/queue/{item}{path}", document, by=by)
        assert answer.problem == (403, "not-allowed"), path


@pytest.mark.parametrize(
    ("path", "document", "status"),
    [
        ("decision", {"decision": "maybe"}, 422),
        ("decision", {}, 422),
        ("decision", {"decision": "corrected"}, 409),
        ("decision", {"decision": "refused"}, 422),
        ("decision", {"decision": "same", "person": 999}, 409),
        ("decision", {"decision": "same", "person": "1"}, 422),
        ("correction", {"changes": {}, "reason": "nothing"}, 409),
        ("correction", {"changes": {"name": "x"}, "reason": "nothing"}, 422),
        ("undo", {"reason": "nothing"}, 409),
        ("undo", {}, 422),
    ],
)
def test_what_is_no_decision(
    service: Service, path: str, document: dict[str, Any], status: int
) -> None:
    item = waiting(service)
    assert service.post(f"/v1/queue/{item}/{path}", document, by="hue").status == status
    assert service.get("/v1/queue").json["total"] == 1
    assert service.post(f"/v1/queue/999/{path}", document, by="hue").status in (404, 422)


def ask(service: Service, by: str = "vinh-ninh", **changes: Any) -> str:
    service.post("/v1/records", {"records": [HERE, SECOND]})
    document = {"doses": [1], "changes": {"lot": "AZ-2"}, "person": 1} | changes
    opened = service.post("/v1/corrections", document, by=by)
    assert opened.status == 201, opened.body
    number: str = opened.json["number"]
    assert opened.headers["location"] == f"/v1/corrections/{number}"
    return number


def attach(service: Service, number: str, data: bytes = PNG, by: str = "vinh-ninh") -> Answer:
    return service.call(
        "POST", f"/v1/corrections/{number}/attachments", by=by, data=data,
        content_type="image/png",
    )  # fmt: skip


def test_a_request_from_its_number_to_the_corrected_record(either: Service) -> None:
    number = ask(either)
    asked = {"number": number.lower(), "birth_date": "31/12/1990"}
    assert either.post("/v1/corrections/status", asked, by=None).json["state"] == "open"
    assert attach(either, number).json["kind"] == "png"
    (line,) = either.get("/v1/corrections", by="hue").json["requests"]
    assert (line["number"], line["owner"]["site"]) == (number, "46001")
    shown = either.get(f"/v1/corrections/{number}", by="vinh-ninh").json
    assert shown["changes"] == [{"field": "lot", "now": "AZ-1", "asked": "AZ-2"}]
    paper = shown["attachments"][0]["attachment"]
    fetched = either.get(f"/v1/corrections/{number}/attachments/{paper}", by="vinh-ninh")
    assert (fetched.body, fetched.headers["content-type"]) == (PNG, "image/png")
    assert fetched.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in fetched.headers["content-security-policy"]
    assert either.post(f"/v1/corrections/{number}/claim", None, by="hue").status == 200
    assert either.post(f"/v1/corrections/{number}/release", None, by="hue").status == 200
    note = {"note": "the site looks for its list"}
    assert either.post(f"/v1/corrections/{number}/later", note, by="hue").status == 204
    done = either.post(f"/v1/corrections/{number}/approve", {"evidence": "attachment"}, by="hue")
    assert done.json["evidence"] == "attachment"
    status = either.post("/v1/corrections/status", asked, by=None).json
    assert (status["state"], status["overdue"]) == ("approved", False)
    late = either.post(f"/v1/corrections/{number}/approve", {"evidence": "attachment"}, by="hue")
    assert late.problem == (409, "conflict")


def test_a_rejection_has_one_of_the_published_reasons_in_words(service: Service) -> None:
    number = ask(service)
    path = f"/v1/corrections/{number}/reject"
    assert service.post(path, {"reason": "NO"}, by="hue").problem == (422, "invalid-request")
    assert service.post(path, {"reason": "PAPER_BLURRED"}, by="hue").status == 204
    asked = {"number": number, "phone": "+84 912 345 678"}
    status = service.post("/v1/corrections/status", asked, by=None).json
    assert (status["state"], status["reason"]) == ("rejected", "PAPER_BLURRED")
    assert status["words"]["vi"].startswith("Ảnh mờ")


@pytest.mark.parametrize(
    "proof",
    [{"birth_date": "30/12/1990"}, {"birth_date": "1990"}, {"phone": "0912345679"},
     {"birth_date": "x", "phone": "y"}],
)  # fmt: skip
def test_a_number_alone_opens_nothing(service: Service, proof: dict[str, str]) -> None:
    number = ask(service)
    answer = service.post("/v1/corrections/status", {"number": number} | proof, by=None)
    other = service.post("/v1/corrections/status", {"number": "YC-0000-0000"} | proof, by=None)
    assert answer.problem == other.problem == (404, "not-found")
    assert answer.json["detail"] == other.json["detail"]


def test_whoever_tries_birth_dates_is_stopped_also_from_many_addresses(service: Service) -> None:
    number = ask(service)
    statuses = []
    for day in range(1, 9):
        asked = {"number": number, "birth_date": f"{day:02}/01/1990"}
        answer = service.call(
            "POST", "/v1/corrections/status", asked, by=None,
            environ_base={"REMOTE_ADDR": f"203.0.113.{day}"},
        )  # fmt: skip
        statuses.append(answer.status)
    assert statuses == [404] * 5 + [429] * 3
    right = {"number": number, "birth_date": "31/12/1990"}
    assert service.post("/v1/corrections/status", right, by=None).status == 429
    service.world.clock.advance(181)
    assert service.post("/v1/corrections/status", right, by=None).status == 200


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", (422, "unreadable-file")),
        (b"<script>alert(1)</script>", (422, "unreadable-file")),
        (PNG[:-4], (422, "unreadable-file")),
        (b"MZ" + PNG, (422, "unreadable-file")),
        (b"\0" * (8 * 1024 * 1024 + 1), (413, "too-large")),
    ],
)
def test_what_is_no_paper(service: Service, data: bytes, problem: tuple[int, str]) -> None:
    number = ask(service)
    assert attach(service, number, data).problem == problem
    assert service.get(f"/v1/corrections/{number}").json["attachments"] == []


@pytest.mark.parametrize("by", ["hcmc", "hcmc-760", "ben-nghe"])
def test_a_request_of_another_province_is_closed(service: Service, by: str) -> None:
    number = ask(service)
    assert service.get("/v1/corrections", by=by).json["requests"] == []
    for path, document in (
        ("", None), ("/claim", None), ("/release", None), ("/attachments/1", None),
        ("/approve", {"evidence": "site_record"}), ("/later", {"note": "not ours"}),
        ("/reject", {"reason": "PAPER_BLURRED"}),
    ):  # fmt: skip
        method = "GET" if path in ("", "/attachments/1") else "POST"
        answer = service.call(method, f"/v1/corrections/{number}{path}", document, by=by)
        assert answer.problem == (403, "not-allowed"), path
    assert attach(service, number, by=by).problem == (403, "not-allowed")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"doses": []}, 422), ({"doses": [0]}, 422), ({"doses": ["1"]}, 422),
        ({"doses": [True]}, 422), ({"changes": {}}, 409), ({"changes": {"lots": "x"}}, 422),
        ({"changes": {"birth_date": "31/02/1990"}}, 422), ({"changes": {"lot": 7}}, 422),
        ({"person": 999}, 404), ({"asker": "nobody"}, 422), ({"person": None}, 409),
        ({"about": {"name": "x"}, "person": None}, 422),
    ],
)  # fmt: skip
def test_what_is_no_request(service: Service, changes: dict[str, Any], status: int) -> None:
    service.post("/v1/records", {"records": [HERE]})
    document = {"doses": [1], "changes": {"lot": "AZ-2"}, "person": 1} | changes
    assert service.post("/v1/corrections", document, by="hue").status == status
    assert service.world.count("corrections") == 0


def test_a_fall_needs_a_second_person(either: Service) -> None:
    either.post("/v1/records", {"records": [HERE, SECOND]})
    either.world.issuing().run()
    either.world.clock.advance(86_400)
    either.post("/v1/records/2/withdraw", {"reason": "entered twice"}, by="hue")
    either.world.issuing().run()
    (fall,) = either.get("/v1/falls", by="hue-474").json["falls"]
    assert (fall["doses_before"], fall["doses_after"], fall["proposed_by"]) == (2, 1, "hue")
    path = f"/v1/falls/{fall['fall']}/confirm"
    same = either.post(path, {"reason": "I say so twice"}, by="hue")
    assert (same.problem, same.json["reason"]) == ((409, "conflict"), "proposal")
    foreign = either.post(path, {"reason": "not ours"}, by="hcmc")
    assert foreign.problem == (403, "not-allowed")
    assert either.get("/v1/falls", by="hcmc").json["falls"] == []
    agreed = either.post(path, {"reason": "the list shows one"}, by="hue-474")
    assert agreed.json["state"] == "approved"
    either.world.issuing().run()
    assert either.world.states() == ["revoked", "issued"]
    assert either.get("/v1/falls?state=done").json["falls"][0]["fall"] == fall["fall"]
    missing = either.post("/v1/falls/999/refuse", {"reason": "no such thing"})
    assert missing.problem == (404, "not-found")
