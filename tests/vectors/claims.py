"""Cases of section 5: the claims, the facts, and the values in them. All are truly signed."""

from datetime import date, timedelta
from typing import Any, Final
from unicodedata import normalize

import cbor2

from spec.certificate import Dose, StatusPosition, VaccineCode
from spec.dates import BirthDate
from spec.verdicts import VerdictCode
from tests.authority import NOW, doses
from tests.vectors.build import EXP, FACTS, IAT, ISS, PAYLOAD, claims, facts, mapping, signed
from tests.vectors.case import AUTHORITY, Case

__all__ = ["cases"]

LONGEST_NAME: Final = "Công Tằng Tôn Nữ Hoàng Thị Phương Nguyễn Bảo Khánh Quỳnh Trường Xuân"


def cases() -> list[Case]:
    """What a true signature may cover, and what it may not."""
    return [
        *_accepted(),
        *_refused("5", _payloads(), cddl=False),
        *_refused("5", _spellings(), cddl=True),
        *_refused("5.1", _claims(), cddl=False),
        *_refused("5.2", _facts(), cddl=False),
        *_refused("5.2", _names(), cddl=True),
        *_refused("5.3", _birth_dates(), cddl=False),
        *_refused("5.3", _impossible_dates(), cddl=True),
        *_refused("5.4", _doses(), cddl=True),
        *_refused("5.4", _doses_of_other_shape(), cddl=False),
    ]


def _refused(section: str, payloads: dict[str, tuple[str, bytes]], *, cddl: bool) -> list[Case]:
    return [
        Case(name=name, section=section, description=description, text=signed(payload), cddl=cddl)
        for name, (description, payload) in payloads.items()
    ]


def _accepted() -> list[Case]:
    year = doses((4, "2021-09-10"), (4, "2021-10-08"))
    overrides: dict[str, tuple[str, str, dict[str, Any]]] = {
        "unknown-claim": (
            "5.1",
            "Claim 7, which is kept and ignored.",
            {"unknown": {7: b"\x01\x02"}},
        ),
        "unknown-negative-claim": (
            "5.1",
            "A private claim of nested values, kept and ignored.",
            {"unknown": {-70_000: [1, {"a": None, -1: [True]}]}},
        ),
        "unknown-claim-nested-to-the-limit": (
            "10",
            "An unknown claim that reaches 8 levels with the claims themselves.",
            {"unknown": {7: _nested(7)}},
        ),
        "name-of-one-letter": ("5.2", "A name of one letter.", {"name": "Y"}),
        "name-longest-vietnamese": ("5.2", "A very long name.", {"name": LONGEST_NAME}),
        "name-longest": ("10", "A name of 100 characters.", {"name": "Ế" * 100}),
        "name-hhen": ("5.2", "An Ê Đê name with an apostrophe.", {"name": "H'Hen Niê"}),
        "name-ede": ("5.2", "An Ê Đê name with a hyphen.", {"name": "Y Blơ Ê-ban"}),
        "name-bahnar": ("5.2", "Letters with breve and caron.", {"name": "K’Sor Čuôr Ŏ Ŭ Ñ"}),
        "name-foreign": ("5.2", "A name in another script.", {"name": "阮文南"}),
        "birth-date-year": ("5.3", "The year alone is known.", {"birth_date": BirthDate(1952)}),
        "birth-date-month": (
            "5.3",
            "Year and month are known.",
            {"birth_date": BirthDate(1952, 7)},
        ),
        "birth-date-leap-day": ("5.3", "29 February 1960.", {"birth_date": BirthDate(1960, 2, 29)}),
        "birth-date-epoch": ("5.3", "1970-01-01: zero.", {"birth_date": BirthDate(1970, 1, 1)}),
        "birth-date-oldest": ("5.3", "The first day there is.", {"birth_date": BirthDate(1, 1, 1)}),
        "id-suffix-absent": ("5.2", "A person without an identity number.", {"id_suffix": None}),
        "id-suffix-letters": ("5.2", "The end of a passport number.", {"id_suffix": "B12C"}),
        "doses-twelve": ("5.4", "As many doses as there may be.", {"doses": _many(12)}),
        "vaccine-not-in-table": (
            "7",
            "A product that is newer than the table: the reader needs no table.",
            {"doses": doses((65_535, "2021-11-01")), "doses_needed": 1},
        ),
        "status-position-zero": ("5.5", "The first position.", {"status": StatusPosition(0)}),
        "status-position-second-list": (
            "5.5",
            "Position 262145: list 1, index 1.",
            {"status": StatusPosition(2**18 + 1)},
        ),
        "status-position-last": (
            "5.5",
            "The last position, of a certificate that is younger than the lists.",
            {"status": StatusPosition(2**32 - 1), "issued_at": NOW},
        ),
        "dose-in-birth-year": (
            "8",
            "Of the birth date only the year is known, and it is the year of the doses.",
            {"birth_date": BirthDate(2021), "doses": year},
        ),
        "dose-on-birth-date": (
            "8",
            "A dose on the day of birth.",
            {"birth_date": BirthDate(2021, 9, 10), "doses": year},
        ),
    }
    sound = [
        Case(
            name=name,
            section=section,
            description=description,
            text=AUTHORITY.sign(AUTHORITY.certificate(**changes)),
            code=VerdictCode.OK,
            certificate=AUTHORITY.certificate(**changes),
        )
        for name, (section, description, changes) in overrides.items()
    ]
    return [*sound, *_decomposed()]


def _decomposed() -> list[Case]:
    """Names that were signed in NFD: read, and delivered in NFC."""
    names = {"name-nfd": "Nguyễn Thị Minh Châu", "name-nfd-longest": "Ế" * 100}
    return [
        Case(
            name=name,
            section="5.2",
            description="A name signed in NFD is delivered in NFC.",
            text=signed(claims(name=normalize("NFD", text))),
            code=VerdictCode.OK,
            certificate=AUTHORITY.certificate(name=text),
        )
        for name, text in names.items()
    ]


def _many(number: int) -> tuple[Dose, ...]:
    first = date(2021, 9, 10)
    return tuple(
        Dose(vaccine=VaccineCode(4), day=first + timedelta(days=place)) for place in range(number)
    )


def _nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


def _with_encoded(value: bytes) -> bytes:
    """The sound claims and a claim 7 of any encoding."""
    return claims({7: 0}).replace(b"\x07\x00", b"\x07" + value, 1)


def _without(key: int) -> bytes:
    return claims({key: None})


def _payloads() -> dict[str, tuple[str, bytes]]:
    return {
        "payload-empty": ("A payload of no bytes.", b""),
        "payload-not-cbor": ("A payload of text.", b"a dosepass certificate"),
        "payload-array": ("The claims as an array.", cbor2.dumps(["VN"])),
        "payload-tagged": ("The CWT tag 61 before the claims.", b"\xd8\x3d" + PAYLOAD),
        "payload-cut": ("The last byte of the claims is missing.", PAYLOAD[:-1]),
        "payload-in-bytes": ("The claims wrapped in a byte string.", cbor2.dumps(PAYLOAD)),
    }


def _spellings() -> dict[str, tuple[str, bytes]]:
    """Other encodings of the sound claims: truly signed, and refused all the same."""
    entries = list(cbor2.loads(PAYLOAD).items())
    iss = cbor2.dumps(ISS) + cbor2.dumps("VN")
    rest = PAYLOAD[1 + len(iss) :]
    return {
        "claims-trailing-byte": ("A byte after the claims.", PAYLOAD + b"\0"),
        "claims-out-of-order": (
            "iat before exp.",
            mapping(entries[0], entries[2], entries[1], entries[3]),
        ),
        "claims-length-first": (
            "The order of RFC 7049 where it differs: 24 before -1.",
            mapping(*entries[:3], (-1, 0), (24, 0), entries[3]),
        ),
        "claims-key-twice": ("iss twice.", mapping(entries[0], *entries)),
        "claims-indefinite": ("A map of indefinite length.", b"\xbf" + PAYLOAD[1:] + b"\xff"),
        "claims-long-length": ("The length of the map in two bytes.", b"\xb8\x04" + PAYLOAD[1:]),
        "claims-long-key": ("The key 1 in two bytes.", PAYLOAD[:1] + b"\x18" + PAYLOAD[1:]),
        "claims-long-integer": (
            "exp in nine bytes.",
            PAYLOAD.replace(b"\x04\x1a", b"\x04\x1b\0\0\0\0", 1),
        ),
        "claims-long-text-length": (
            "The length of iss in two bytes.",
            PAYLOAD[:2] + b"\x78\x02VN" + rest,
        ),
        "claims-text-in-chunks": (
            "iss in two chunks.",
            PAYLOAD[:2] + b"\x7f\x61V\x61N\xff" + rest,
        ),
        "claims-indefinite-of-equal-length": (
            "An array of 24 values of indefinite length, which takes no byte more.",
            _with_encoded(b"\x9f" + bytes(24) + b"\xff"),
        ),
        "claims-facts-indefinite": (
            "The facts as an array of indefinite length.",
            PAYLOAD.replace(b"\x3a\0\1\0\0\x87", b"\x3a\0\1\0\0\x9f", 1) + b"\xff",
        ),
    }


def _claims() -> dict[str, tuple[str, bytes]]:
    return {
        "iss-missing": ("No issuer.", _without(ISS)),
        "exp-missing": ("No end.", _without(EXP)),
        "iat-missing": ("No time of issuance.", _without(IAT)),
        "facts-missing": ("No facts.", _without(FACTS)),
        "iss-empty": ("An empty issuer.", claims({ISS: ""})),
        "iss-number": ("The issuer as a number.", claims({ISS: 84})),
        "iss-bytes": ("The issuer as a byte string.", claims({ISS: b"VN"})),
        "exp-float": ("exp as a float of a whole value.", claims({EXP: 1669881600.0})),
        "iat-float": ("iat with half a second.", claims({IAT: 1638345600.5})),
        "iat-text": ("iat as text.", claims({IAT: "2021-12-01T08:00:00Z"})),
        "iat-tagged": ("iat under tag 1.", claims({IAT: cbor2.CBORTag(1, 1638345600)})),
        "iat-negative": ("iat before 1970.", claims({IAT: -1})),
        "exp-after-9999": ("exp after the year 9999.", claims({EXP: 253_402_300_800})),
        "exp-true": ("exp is true.", claims({EXP: True})),
        "aud-claim": (
            "An audience: a restriction that readers could not honour.",
            claims({3: "VN"}),
        ),
        "nbf-claim": ("A not-before time.", claims({5: 1638345600})),
        "text-claim": ("A claim with a key of text.", claims({"name": "x"})),
        "bytes-claim": ("A claim with a key of bytes.", claims({b"x": 1})),
        "true-claim": (
            "A claim with the key true.",
            mapping(*cbor2.loads(PAYLOAD).items(), (True, 1)),
        ),
        "array-claim": ("A claim with an array as key.", claims({(1,): 1})),
        "bignum-claim": ("A claim whose key has 65 bits.", claims({2**64: 1})),
        "unknown-claim-float": ("A float inside an unknown claim.", claims({7: [1.5]})),
        "unknown-claim-nan": ("Not a number.", claims({7: float("nan")})),
        "unknown-claim-undefined": ("undefined.", claims({7: cbor2.undefined})),
        "unknown-claim-simple-value": (
            "The simple value 99.",
            claims({7: cbor2.CBORSimpleValue(99)}),
        ),
        "unknown-claim-tag": ("A tag inside an unknown claim.", claims({7: cbor2.CBORTag(1, 0)})),
        "unknown-claim-bignum": ("An integer of 65 bits.", claims({7: 2**64})),
        "unknown-claim-negative-bignum": ("-2^64 - 1.", claims({7: -(2**64) - 1})),
        "unknown-claim-bignum-of-equal-length": (
            "2^48 as a bignum, which takes no byte more.",
            _with_encoded(b"\xc2\x47\x01" + bytes(6)),
        ),
        "unknown-claim-shared-reference": (
            "A value of five bytes shared by reference, which takes no byte more.",
            _with_encoded(b"\x82\xd8\x1c\x44\1\2\3\4\xd8\x1d\0"),
        ),
        "unknown-claim-small-bignum": ("1 as a bignum.", claims({7: cbor2.CBORTag(2, b"\1")})),
    }


def _facts() -> dict[str, tuple[str, bytes]]:
    ill_formed = claims(name="Châu@").replace(b"\xc3\xa2u@", b"\xc3\xa2u\xc3", 1)
    return {
        "name-not-utf-8": ("A name that is not UTF-8.", ill_formed),
        "facts-map": ("The facts as a map.", claims({FACTS: dict(enumerate(facts()))})),
        "facts-six": ("The status position is missing.", claims({FACTS: facts()[:6]})),
        "facts-eight": ("An eighth fact.", claims({FACTS: [*facts(), 0]})),
        "facts-empty": ("No facts in the array.", claims({FACTS: []})),
        "name-empty": ("An empty name.", claims(name="")),
        "name-bytes": ("The name as a byte string.", claims(name="Châu".encode())),
        "id-suffix-lower-case": ("A lower-case letter.", claims(id_suffix="b12c")),
        "id-suffix-of-3": ("Three characters.", claims(id_suffix="821")),
        "id-suffix-of-5": ("Five characters.", claims(id_suffix="04821")),
        "id-suffix-empty": ("An empty text in place of null.", claims(id_suffix="")),
        "id-suffix-number": ("The suffix as a number.", claims(id_suffix=4821)),
        "id-suffix-with-space": ("A space.", claims(id_suffix="48 1")),
        "id-suffix-other-digits": ("Arabic-Indic digits.", claims(id_suffix="٤٨٢١")),
        "needed-zero": ("0 doses needed.", claims(needed=0)),
        "needed-13": ("13 doses needed.", claims(needed=13)),
        "needed-float": ("2.0 doses needed.", claims(needed=2.0)),
        "colour-zero": ("Colour 0.", claims(colour=0)),
        "colour-three": ("Colour 3.", claims(colour=3)),
        "colour-word": ("The colour as a word.", claims(colour="green")),
        "colour-true": ("Colour true, with one dose.", claims(colour=True, doses=[4, 18_880])),
        "status-position-negative": ("Position -1.", claims(status=-1)),
        "status-position-too-large": ("Position 2^32.", claims(status=2**32)),
        "status-position-pair": ("List and index as an array.", claims(status=[0, 73_482])),
    }


def _names() -> dict[str, tuple[str, bytes]]:
    names = {
        "name-of-101-letters": ("One letter too many.", "Ế" * 101),
        "name-nfd-of-101-letters": ("The same in NFD.", normalize("NFD", "Ế" * 101)),
        "name-space-first": ("A space at the start.", " Nguyễn Thị Minh Châu"),
        "name-space-last": ("A space at the end.", "Nguyễn Thị Minh Châu "),
        "name-of-spaces": ("Spaces only.", "   "),
        "name-no-break-space": ("A no-break space.", "Nguyễn\u00a0Thị Minh Châu"),
        "name-line-feed": ("A line feed.", "Nguyễn Thị\nMinh Châu"),
        "name-nul": ("A NUL character.", "Nguyễn Thị Minh Châu\0"),
        "name-bidi-override": ("A right-to-left override.", "Nguyễn \u202eThị Minh Châu"),
        "name-bidi-isolate": ("A left-to-right isolate.", "Nguyễn \u2066Thị Minh Châu"),
        "name-zero-width-space": ("A zero-width space.", "Nguyễn\u200b Thị Minh Châu"),
        "name-soft-hyphen": ("A soft hyphen.", "Nguyễn\u00ad Thị Minh Châu"),
        "name-private-use": ("A private-use character.", "Nguyễn \ue000"),
        "name-noncharacter": ("A noncharacter.", "Nguyễn \uffff"),
        "name-line-separator": ("A line separator.", "Nguyễn\u2028Thị Minh Châu"),
    }
    return {name: (text, claims(name=value)) for name, (text, value) in names.items()}


def _birth_dates() -> dict[str, tuple[str, bytes]]:
    return {
        "birth-date-text": ("A date as text.", claims(birth="1987-03-14")),
        "birth-date-tagged": ("Days under tag 100.", claims(birth=cbor2.CBORTag(100, 6281))),
        "birth-date-null": ("null.", claims(birth=cbor2.loads(b"\xf6"))),
        "birth-date-empty": ("An empty array.", claims(birth=[])),
        "birth-date-30-february": ("An array of three parts.", claims(birth=[1987, 2, 30])),
        "birth-date-part-text": ("A month by name.", claims(birth=[1987, "March"])),
    }


def _impossible_dates() -> dict[str, tuple[str, bytes]]:
    return {
        "birth-date-month-zero": ("Month 0.", claims(birth=[1987, 0])),
        "birth-date-month-13": ("Month 13.", claims(birth=[1987, 13])),
        "birth-date-year-zero": ("Year 0.", claims(birth=[0])),
        "birth-date-year-10000": ("Year 10000.", claims(birth=[10_000])),
        "birth-date-too-early": ("The day before 0001-01-01.", claims(birth=-719_163)),
        "birth-date-too-late": ("The day after 9999-12-31.", claims(birth=2_932_897)),
    }


def _doses() -> dict[str, tuple[str, bytes]]:
    return {
        "doses-odd": ("A vaccine without a day.", claims(doses=[4, 18_880, 4])),
        "dose-on-the-same-day": (
            "A second dose on the day of the first.",
            claims(doses=[4, 18_880, 4, 0]),
        ),
        "doses-out-of-order": (
            "A second dose before the first.",
            claims(doses=[4, 18_908, 4, -28]),
        ),
        "dose-after-the-calendar": (
            "A dose after 9999-12-31.",
            claims(doses=[4, 18_880, 4, 2**31]),
        ),
        "vaccine-zero": ("Vaccine 0.", claims(doses=[0, 18_880, 4, 28])),
        "vaccine-negative": ("Vaccine -1.", claims(doses=[-1, 18_880, 4, 28])),
        "vaccine-65536": ("Vaccine 65536.", claims(doses=[65_536, 18_880, 4, 28])),
    }


def _doses_of_other_shape() -> dict[str, tuple[str, bytes]]:
    return {
        "doses-empty": ("No dose.", claims(doses=[])),
        "doses-thirteen": ("One dose too many.", claims(doses=[4, 18_880] + [4, 1] * 12, needed=2)),
        "doses-in-pairs": ("Each dose an array.", claims(doses=[[4, 18_880], [4, 28]])),
        "doses-map": ("Days by vaccine.", claims(doses={4: 18_880})),
        "dose-day-float": ("A day and a half.", claims(doses=[4, 18_880.5, 4, 28])),
        "dose-day-text": ("A day as text.", claims(doses=[4, "2021-09-10", 4, 28])),
        "vaccine-name": ("A vaccine by name.", claims(doses=["Comirnaty", 18_880, 4, 28])),
    }
