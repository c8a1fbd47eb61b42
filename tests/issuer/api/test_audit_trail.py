"""The audit trail over HTTP: read in pages, checked, and honest when somebody changed it."""

import pytest

from tests.issuer.api.service import PASSWORD, Service


def fill(service: Service, times: int = 5) -> None:
    for _ in range(times):
        service.post("/v1/session", {"account": "hue", "password": PASSWORD}, by=None)


def test_it_is_read_in_pages(service: Service) -> None:
    fill(service)
    numbers: list[int] = []
    after = 0
    while page := service.get(f"/v1/audit?after={after}&limit=2", by="auditor").json["entries"]:
        numbers += [one["number"] for one in page]
        after = numbers[-1]
    assert numbers == [1, 2, 3, 4, 5]


def test_it_holds_also_against_an_anchor(either: Service) -> None:
    fill(either)
    first = either.get("/v1/audit/verification", by="auditor").json
    assert first["holds"] is True
    fill(either, 2)
    again = either.get(f"/v1/audit/verification?anchor={first['anchor']}", by="nation").json
    assert again["holds"] is True
    assert again["anchor"].startswith("7:")


def test_a_change_behind_the_back_of_the_register_shows(service: Service) -> None:
    fill(service)
    anchor = service.get("/v1/audit/verification").json["anchor"]
    with service.world.register.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_entries_unchanged")
        connection.exec_driver_sql("UPDATE audit_entries SET actor = 'lan' WHERE id = 3")
    broken = service.get(f"/v1/audit/verification?anchor={anchor}")
    assert broken.json == {"holds": False, "broken_at": 3, "anchor": None}


@pytest.mark.parametrize("query", ["anchor=7", "anchor=", "after=-1", "limit=501", "after=x"])
def test_what_is_no_anchor_and_no_page(service: Service, query: str) -> None:
    path = "/v1/audit/verification" if query.startswith("anchor") else "/v1/audit"
    assert service.get(f"{path}?{query}").problem == (422, "invalid-request")
