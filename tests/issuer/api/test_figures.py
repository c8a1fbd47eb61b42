"""Figures over HTTP: of one's own area alone, with the records behind them."""

import csv
import io

import pytest

from tests.issuer.api.service import Service
from tests.issuer.world import row, stranger

FIGURES = ("lateness", "backlog", "reasons", "doses", "persons")


@pytest.fixture
def filled(either: Service) -> Service:
    rows = [row(site="46001"), row(site="46001", vaccine="?"), stranger(1, site="79001"),
            stranger(2, site="79001")]  # fmt: skip
    either.post("/v1/records", {"records": rows})
    either.world.issuing().run()
    return either


def test_everybody_sees_their_own_area_and_no_other(filled: Service) -> None:
    doses = {
        by: sum(one["doses"] for one in filled.get("/v1/figures/doses", by=by).json["rows"])
        for by in ("nation", "auditor", "hue", "hue-474", "vinh-ninh", "hcmc", "ben-nghe")
    }
    assert doses == {"nation": 3, "auditor": 3, "hue": 1, "hue-474": 1, "vinh-ninh": 1,
                     "hcmc": 2, "ben-nghe": 2}  # fmt: skip
    asked = filled.get("/v1/figures/doses?province=79", by="hue")
    assert asked.json["rows"] == []
    for figure in FIGURES:
        rows = filled.get(f"/v1/figures/{figure}?by=province", by="hue").json["rows"]
        assert {one["unit"] for one in rows} <= {"46"}, figure


def test_the_records_behind_a_figure(filled: Service) -> None:
    listed = filled.get("/v1/figure-records?state=refused", by="hue").json["records"]
    assert [one["findings"] for one in listed] == [
        [{"field": "vaccine", "code": "VACCINE_UNKNOWN"}]
    ] or listed == []  # a row that cannot be read has no site
    first = filled.get("/v1/figure-records?limit=1").json["records"]
    rest = filled.get(f"/v1/figure-records?after={first[0]['record']}").json["records"]
    assert len(first) + len(rest) == 4
    assert filled.get("/v1/figure-records?site=79001", by="hue").json["records"] == []


def test_a_figure_as_csv_and_as_a_picture(filled: Service) -> None:
    table = filled.get("/v1/figures/doses?by=province&form=csv", by="auditor")
    assert table.headers["content-disposition"] == 'attachment; filename="doses.csv"'
    rows = list(csv.DictReader(io.StringIO(table.body.decode("utf-8-sig"))))
    assert {one["unit"]: one["doses"] for one in rows} == {"46": "1", "79": "2"}
    picture = filled.get("/v1/figures/persons?form=png&language=vi", by="auditor")
    assert picture.body.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("figures/everything", 404), ("figures/doses?by=street", 422),
        ("figures/doses?since=yesterday", 422), ("figures/doses?since=20210616", 422),
        ("figures/lateness?split=day", 422), ("figures/doses?form=xls", 422),
        ("figure-records?at_most=7", 422), ("figure-records?reason=NOTHING", 422),
        ("figure-records?vaccine=x", 422), ("figures/doses?historical=perhaps", 422),
    ],
)  # fmt: skip
def test_what_is_no_figure(service: Service, path: str, status: int) -> None:
    assert service.get(f"/v1/{path}").status == status
