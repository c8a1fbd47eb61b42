"""Certificates: round trips, what a payload may not hold, facts that contradict each other."""

from datetime import date
from typing import Any
from unicodedata import is_normalized, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec import cbor
from spec.certificate import Certificate, Dose, StatusPosition, Timestamp, VaccineCode
from spec.colour import Colour, colour_of
from spec.dates import BirthDate
from spec.errors import DosepassError, InconsistentError, MalformedError
from tests.authority import Authority, doses
from tests.spec.test_cbor import VALUES
from tests.spec.test_dates import BIRTH_DATES
from tests.vectors.build import claims

AUTHORITY = Authority()

PRINTABLE = st.characters(exclude_categories=["C", "Z"], max_codepoint=0x3FFF)
NAMES = (
    st.text(PRINTABLE | st.just(" "), min_size=1, max_size=30)
    .map(lambda name: normalize("NFC", name).strip())
    .filter(lambda name: name != "" and name.isprintable())
)


@st.composite
def courses(draw: st.DrawFn) -> tuple[Dose, ...]:
    days = sorted(draw(st.sets(st.dates(), min_size=1, max_size=12)))
    codes = st.integers(1, 65_535).map(VaccineCode)
    return tuple(Dose(vaccine=draw(codes), day=day) for day in days)


TIMES = st.integers(0, 253_402_300_799).map(Timestamp)
CERTIFICATES = st.builds(
    Certificate,
    issuer=st.text(PRINTABLE, min_size=1, max_size=32),
    issued_at=TIMES,
    expires_at=TIMES,
    name=NAMES,
    birth_date=BIRTH_DATES,
    id_suffix=st.none() | st.from_regex(r"[0-9A-Z]{4}", fullmatch=True),
    doses=courses(),
    doses_needed=st.integers(1, 12),
    colour=st.sampled_from(Colour),
    status=st.integers(0, 2**32 - 1).map(StatusPosition),
    unknown=st.dictionaries(
        st.integers(7, 10_000) | st.integers(-200_000, -65_538), st.integers(0, 9), max_size=3
    ),
)


@given(CERTIFICATES)
def test_certificates_go_round(certificate: Certificate) -> None:
    assert Certificate.from_cbor(certificate.to_cbor()) == certificate


@given(st.binary(max_size=150))
def test_any_bytes_give_a_certificate_or_our_error(data: bytes) -> None:
    with pytest.raises(MalformedError):
        Certificate.from_cbor(data)


@given(st.lists(VALUES, min_size=7, max_size=7), st.sampled_from(range(7)))
def test_any_facts_give_a_certificate_or_our_error(facts: list[Any], place: int) -> None:
    sound = cbor.decode(AUTHORITY.certificate().to_cbor())
    changed = [*sound[-65_537]]
    changed[place] = facts[place]
    for values in (facts, changed):
        try:
            Certificate.from_cbor(cbor.encode(sound | {-65_537: values})).check()
        except DosepassError:
            continue


@given(st.sampled_from([1, 3, 4, 5, 6, -65_537]), VALUES)
def test_any_claim_gives_a_certificate_or_our_error(key: int, value: Any) -> None:
    sound = cbor.decode(AUTHORITY.certificate().to_cbor())
    try:
        Certificate.from_cbor(cbor.encode(sound | {key: value})).check()
    except DosepassError:
        return
    assert key not in {3, 5, -65_537}


@given(NAMES, st.sampled_from(["NFC", "NFD"]))
def test_names_are_written_and_delivered_in_nfc(name: str, form: Any) -> None:
    signed = AUTHORITY.certificate()._replace(name=normalize(form, name))
    assert cbor.decode(signed.to_cbor())[-65_537][0] == normalize("NFC", name)
    delivered = Certificate.from_cbor(claims(name=normalize(form, name))).name
    assert delivered == normalize("NFC", name)
    assert is_normalized("NFC", delivered)


@pytest.mark.parametrize(
    "code",
    [
        *(0x00, 0x07, 0x09, 0x0A, 0x0D, 0x1B, 0x7F, 0x85, 0x9F, 0xA0, 0xAD),
        *(0x061C, 0x1680, 0x180E, 0x2000, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F),
        *(0x2028, 0x2029, 0x202A, 0x202E, 0x202F, 0x205F, 0x2060, 0x2066, 0x2069, 0x3000),
        *(0xFEFF, 0xFFF9, 0xFFFE, 0xFFFF, 0xE000, 0xF8FF, 0xE0001, 0xE0041, 0x10FFFF, 0x0378),
    ],
    ids=hex,
)
def test_hidden_characters_are_refused(code: int) -> None:
    for name in (f"An{chr(code)}h", f"{chr(code)}Anh", f"Anh{chr(code)}", chr(code)):
        with pytest.raises(MalformedError):
            Certificate.from_cbor(claims(name=name))
    with pytest.raises(MalformedError):
        Certificate.from_cbor(claims({1: f"V{chr(code)}N"}))


def test_the_first_dose_may_lie_before_1970_and_the_last_not_after_9999() -> None:
    early = doses((1, "1955-04-12"), (1, "1955-05-12"))
    certificate = AUTHORITY.certificate()._replace(doses=early)
    assert Certificate.from_cbor(certificate.to_cbor()).doses == early
    late = certificate._replace(doses=(Dose(vaccine=VaccineCode(1), day=date.max),))
    assert Certificate.from_cbor(late.to_cbor()).doses[0].day == date.max


@given(CERTIFICATES)
def test_the_check_raises_only_our_errors(certificate: Certificate) -> None:
    try:
        certificate.check()
    except InconsistentError:
        return
    assert certificate.colour is colour_of(
        given=len(certificate.doses), needed=certificate.doses_needed
    )


def test_the_last_second_of_the_calendar() -> None:
    last = Timestamp(253_402_300_799)
    certificate = AUTHORITY.certificate(issued_at=Timestamp(last - 1), expires_at=last)
    certificate.check()


@pytest.mark.parametrize(
    ("number", "list_number", "index"),
    [(0, 0, 0), (2**18 - 1, 0, 2**18 - 1), (2**18, 1, 0), (2**32 - 1, 2**14 - 1, 2**18 - 1)],
)
def test_positions_lie_in_lists(number: int, list_number: int, index: int) -> None:
    status = StatusPosition(number)
    assert (status.list_number, status.index) == (list_number, index)


def test_no_error_shows_a_fact() -> None:
    """Each fact is broken in turn; none of the facts may stand in the message."""
    broken: list[dict[str, Any]] = [
        {"name": "Nguyễn Thị Minh Châu\0"},
        {"birth": [1987, 13]},
        {"id_suffix": "4821b"},
        {"doses": [4, 18_880, 4, -28]},
        {"needed": 13},
        {"colour": 3},
        {"status": -73_482},
    ]
    for facts in broken:
        with pytest.raises(MalformedError) as caught:
            Certificate.from_cbor(claims(**facts))
        for fact in ("Nguyễn", "Châu", "1987", "4821", "18880", "73482"):
            assert fact not in str(caught.value)
    with pytest.raises(InconsistentError) as inconsistent:
        AUTHORITY.certificate(birth_date=BirthDate(2022)).check()
    assert "2022" not in str(inconsistent.value)
