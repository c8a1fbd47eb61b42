"""One person over HTTP: what is recorded, why, certificates drawn; and nobody of another area."""

import pytest

from tests.issuer.api.service import Service
from tests.issuer.world import HOA, row, stranger

HERE = row(site="46001")
SECOND = row(site="46001", injected_on="20/08/2021")
ELSEWHERE = stranger(1, site="79001")
INSIDE = ("nation", "hue", "hue-474", "vinh-ninh")
OUTSIDE = ("hcmc", "hcmc-760", "ben-nghe")


def fill(service: Service, *rows: dict[str, str]) -> Service:
    sent = {"records": list(rows or (HERE, SECOND, ELSEWHERE))}
    assert service.post("/v1/records", sent).status == 200
    service.world.issuing().run()
    return service


def test_the_huế_case_as_the_person_concerned(either: Service) -> None:
    """Doses on 16/6 and 20/8/2021: nothing is shown until they come, and then all of it."""
    asked = {"number": HOA["id_number"]}
    nothing = either.post("/v1/why", asked, by="vinh-ninh")
    assert [one["code"] for one in nothing.json["because"]] == ["nothing"]
    fill(either, HERE)
    assert either.post("/v1/why", asked, by="vinh-ninh").json["because"][0]["code"] == "started"
    either.world.clock.advance(86_400)
    fill(either, SECOND)
    why = either.post("/v1/why", asked, by="vinh-ninh").json
    assert (why["colour"], why["doses"], why["because"][0]["code"]) == ("green", 2, "complete")
    assert why["because"][0]["words"]["vi"]
    number = why["because"][0]["certificate"]
    assert either.post("/v1/why", {"number": number}, by="hue").json == why
    assert either.get(f"/v1/people/{why['person']}/why", by="hue").json == why
    told = [one for one in either.trail() if one[1] == "person.why"]
    assert [subject for _, _, subject in told] == ["nobody", *["person 1"] * 4]


def test_a_person_with_doses_and_certificates(service: Service) -> None:
    fill(service, HERE)
    service.world.clock.advance(86_400)
    fill(service, SECOND)
    person = service.get("/v1/people/1", by="vinh-ninh").json
    assert (person["full_name"], person["birth_date"]) == ("Nguyễn Thị Hoà", "31/12/1990")
    assert [one["day"] for one in person["doses"]] == ["16/06/2021", "20/08/2021"]
    states = [one["state"] for one in person["certificates"]]
    assert states == ["superseded", "issued"]
    listed = service.get("/v1/people/1/certificates", by="vinh-ninh").json["certificates"]
    assert listed == person["certificates"]
    actions = [action for actor, action, _ in service.trail() if actor == "vinh-ninh"]
    assert actions == ["person.show", "person.certificates"]


@pytest.mark.parametrize(
    ("form", "media_type", "start"),
    [
        ("qr.png", "image/png", b"\x89PNG"),
        ("qr.svg", "image/svg+xml", b"<"),
        ("card.png", "image/png", b"\x89PNG"),
        ("certificate.pdf", "application/pdf", b"%PDF"),
    ],
)
def test_a_certificate_is_drawn_to_be_saved(
    service: Service, form: str, media_type: str, start: bytes
) -> None:
    fill(service)
    number = service.world.certificates()[0].number
    shown = service.get(f"/v1/certificates/{number.lower()}", by="vinh-ninh").json
    assert shown["text"].startswith("DP1:")
    drawn = service.get(f"/v1/certificates/{number}/{form}", by="vinh-ninh")
    assert drawn.headers["content-type"] == media_type
    assert drawn.body.startswith(start)
    assert drawn.headers["content-disposition"].startswith("attachment; filename=")
    assert "sandbox" in drawn.headers["content-security-policy"]
    assert service.trail()[-1] == ("vinh-ninh", "certificate.draw", f"certificate {number}")


def test_a_superseded_certificate_is_not_drawn(service: Service) -> None:
    fill(service, HERE)
    service.world.clock.advance(86_400)
    fill(service, SECOND)
    number = service.world.certificates()[0].number
    answer = service.get(f"/v1/certificates/{number}/qr.png")
    assert (answer.problem, answer.json["reason"]) == ((409, "conflict"), "not_issued")


@pytest.mark.parametrize("by", [*INSIDE, *OUTSIDE])
def test_nobody_sees_a_person_of_another_province(service: Service, by: str) -> None:
    fill(service)
    number = service.world.certificates()[0].number
    before = service.trail()
    paths = ["/v1/people/1", "/v1/people/1/why", "/v1/people/1/certificates", "/v1/records/1",
             f"/v1/certificates/{number}", f"/v1/certificates/{number}/qr.png"]  # fmt: skip
    for path in paths:
        answer = service.get(path, by=by)
        assert answer.status == (200 if by in INSIDE else 403), path
        if by in OUTSIDE:
            assert "Hoà" not in answer.body.decode()
    for asked in (HOA["id_number"], number):
        answer = service.post("/v1/why", {"number": asked}, by=by)
        assert answer.status == (200 if by in INSIDE else 403)
    if by in OUTSIDE:
        assert service.trail() == before


def test_a_refused_row_of_another_area_is_not_told_of(service: Service) -> None:
    service.post("/v1/records", {"records": [row(site="46001", vaccine="?")]})
    asked = {"number": HOA["id_number"]}
    assert service.post("/v1/why", asked).json["because"][0]["code"] == "refused"
    assert service.post("/v1/why", asked, by="ben-nghe").problem == (403, "not-allowed")


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("", (422, "invalid-request")),
        ("Nguyễn Thị Hoà", (422, "invalid-request")),
        ("12345", (422, "invalid-request")),
        ("VN-0000-0000", (404, "not-found")),
        ("VN-0000-0001", (422, "invalid-request")),
        (7, (422, "invalid-request")),
    ],
)
def test_what_is_no_number(service: Service, number: object, problem: tuple[int, str]) -> None:
    assert service.post("/v1/why", {"number": number}).problem == problem


@pytest.mark.parametrize(
    "path",
    ["/v1/people/999", "/v1/people/0", "/v1/people/-1", "/v1/people/99999999999999999999",
     "/v1/people/Hoà", "/v1/records/999", "/v1/certificates/VN-0000-0000",
     "/v1/certificates/nothing", "/v1/certificates/VN-0000-0000/qr.png"],
)  # fmt: skip
def test_what_is_not_there(service: Service, path: str) -> None:
    assert service.get(path).problem == (404, "not-found")


def test_a_record_is_taken_back_and_put_back(either: Service) -> None:
    fill(either)
    taken = either.post("/v1/records/2/withdraw", {"reason": "entered twice"}, by="vinh-ninh")
    assert taken.status == 204
    assert either.get("/v1/records/2", by="vinh-ninh").json["state"] == "withdrawn"
    again = either.post("/v1/records/2/withdraw", {"reason": "entered twice"}, by="vinh-ninh")
    assert again.problem == (409, "conflict")
    assert either.post("/v1/records/2/restore", {"reason": "it was right"}).status == 204
    shown = either.get("/v1/records/2", by="vinh-ninh").json
    assert (shown["state"], shown["fields"][0]["record"]) == ("accepted", "Nguyễn Thị Hoà")
    assert len(shown["steps"]) == 2
    refused = either.post("/v1/records/2/withdraw", {"reason": "not ours"}, by="ben-nghe")
    assert refused.problem == (403, "not-allowed")
