"""The vaccine table: its data, its courses, and documents that are none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.certificate import VaccineCode
from spec.vaccines import VaccineTable, VaccineTableError
from tests.authority import vaccine_table

TABLE = vaccine_table()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
ROW = {
    "code": 1,
    "name": "Vaxzevria",
    "aliases": ["AZ"],
    "approved_on": "2021-02-01",
    "doses_needed": 2,
    "min_interval_days": 28,
    "eu_product": "EU/1/21/1529",
    "eu_holder": "ORG-100001699",
    "eu_prophylaxis": "29061000087103",
    "cvx": "210",
    "icd11": "XM4YL8",
}
NO_ALIASES: tuple[object, ...] = ([1], [None], "AZ", [[]])
MIXED = {"first": 1, "later": [4], "doses_needed": 2}


def document(**changes: object) -> bytes:
    whole = {"valid_from": "2021-10-01", "vaccines": [ROW], "mixed_courses": [MIXED]} | changes
    return json.dumps({key: value for key, value in whole.items() if value is not ...}).encode()


@pytest.mark.parametrize(
    ("course", "needed"),
    [
        ([1], 2),
        ([1, 1], 2),
        ([2], 2),
        ([3], 2),
        ([4, 4, 4], 2),
        ([6], 1),
        ([6, 4], 1),
        ([6, 6], 1),
        ([8], 3),
        ([8, 8], 3),
        ([8, 8, 4], 3),
        ([1, 4], 2),
        ([1, 5], 2),
        ([1, 4, 5], 2),
        ([1, 3], 2),
        ([4, 5], 2),
        ([5, 4], 2),
        ([6, 1, 2, 3], 1),
    ],
)
def test_doses_that_a_course_needs(course: list[int], needed: int) -> None:
    assert TABLE.doses_needed([VaccineCode(code) for code in course]) == needed


def test_an_unknown_product_first_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        TABLE.doses_needed([VaccineCode(99)])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AstraZeneca", 1),
        ("astra zeneca", 1),
        (" ASTRAZENECA ", 1),
        ("Vero Cell", 3),
        ("verocell", 3),
        ("Pfizer", 4),
        ("MODERNA", 5),
        ("j&j", 6),
        ("Abdala", 8),
        ("Janssen (Jcovden)", 6),
        ("", None),
        ("Covishield", None),
    ],
)
def test_products_are_found_by_name(text: str, code: int | None) -> None:
    vaccine = TABLE.find(text)
    assert (None if vaccine is None else vaccine.code) == code


def folded(text: str) -> str:
    return "".join(text.casefold().split())


def test_no_two_products_share_a_name() -> None:
    names = [
        name
        for vaccine in TABLE.vaccines.values()
        for name in {folded(text) for text in (vaccine.name, *vaccine.aliases)}
    ]
    assert len(set(names)) == len(names)


def test_a_product_newer_than_the_table_has_its_number_for_a_name() -> None:
    assert TABLE.name_of(VaccineCode(8)) == "Abdala"
    assert TABLE.name_of(VaccineCode(99)) == "#99"


def test_the_sample_document_is_sound() -> None:
    table = VaccineTable.from_json(document(source="anything"))
    assert list(table.vaccines) == [1]


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"[]", b"null", b"1", b'"x"', b"{}", b"\xff\xfe", b"\xff", b"[" * 100_000),
        *(document(valid_from=...), document(vaccines=...), document(mixed_courses=...)),
        *(document(valid_from="2021-13-01"), document(valid_from=20211001)),
        *(document(vaccines=None), document(vaccines=[1])),
        *(document(vaccines=[ROW | {"code": "x"}]), document(vaccines=[ROW | {"code": None}])),
        document(vaccines=[ROW | {"code": float("inf")}]),
        document(vaccines=[ROW | {"approved_on": "1/2/2021"}]),
        document(vaccines=[ROW | {"aliases": None}]),
        *(document(vaccines=[ROW | {"code": code}]) for code in (0, -1, 65_536, "1", True, 1.5)),
        *(document(vaccines=[ROW | {"doses_needed": needed}]) for needed in (0, 13, "2", True)),
        *(document(vaccines=[ROW | {"min_interval_days": days}]) for days in (-1, "21", 1.5, True)),
        *(document(vaccines=[ROW | {"name": name}]) for name in ("", 4, None, "a\0", "\u202ea")),
        document(vaccines=[ROW | {"name": "x" * 101}]),
        *(document(vaccines=[ROW | {"aliases": names}]) for names in NO_ALIASES),
        *(document(vaccines=[ROW | {"cvx": cvx}]) for cvx in (210, ["210"])),
        document(vaccines=[ROW, ROW]),
        document(vaccines=[{"code": 1}]),
        *(document(mixed_courses=[MIXED | {"doses_needed": count}]) for count in (0, 13, "2")),
        *(document(mixed_courses=[MIXED | {"later": codes}]) for codes in (["4"], [0], "45")),
        *(document(mixed_courses=[[]]), document(mixed_courses=[{}])),
        document(mixed_courses=[MIXED | {"later": 4}]),
    ],
)
def test_documents_that_are_no_table(data: bytes) -> None:
    with pytest.raises(VaccineTableError):
        VaccineTable.from_json(data)


@given(st.binary(max_size=60))
def test_any_bytes_give_a_table_or_our_error(data: bytes) -> None:
    try:
        VaccineTable.from_json(data)
    except VaccineTableError:
        return


@given(st.sampled_from(sorted(ROW)), JSON, st.sampled_from(sorted(MIXED)), JSON)
def test_any_member_gives_a_table_or_our_error(
    member: str, value: Any, other: str, other_value: Any
) -> None:
    for data in (
        document(vaccines=[ROW | {member: value}]),
        document(mixed_courses=[MIXED | {other: other_value}]),
        document(vaccines=value),
        json.dumps(value).encode(),
    ):
        try:
            VaccineTable.from_json(data)
        except VaccineTableError:
            continue
