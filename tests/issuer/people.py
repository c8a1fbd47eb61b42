"""Certificates of invented people, for the pictures and the paper."""

import hashlib
from datetime import date, timedelta
from pathlib import Path

from spec import qr_text
from spec.certificate import Certificate, Dose, StatusPosition, Timestamp, VaccineCode
from spec.colour import colour_of
from spec.cose import Algorithm, CoseSign1, Kid, ProtectedHeader
from spec.dates import BirthDate
from spec.limits import MAX_DOSES, MAX_ISSUER_LENGTH, MAX_NAME_LENGTH
from spec.vaccines import VaccineTable

ISSUED_AT = Timestamp(1_637_000_000)  # 2021-11-15T18:13:20Z, the 16th in Vietnam
A_YEAR = 365 * 86_400
TABLE = VaccineTable.from_json(
    Path(__file__, "../../../spec/data/vaccines.json").resolve().read_bytes()
)


def certificate(
    name: str = "Nguyễn Thị Minh Châu",
    *,
    birth_date: BirthDate = BirthDate(1990, 12, 31),  # noqa: B008 -- frozen
    id_suffix: str | None = "0123",
    vaccines: tuple[int, ...] = (1, 1),
    needed: int = 2,
    issuer: str = "VN",
    expires_at: int = ISSUED_AT + A_YEAR,
) -> Certificate:
    """A certificate whose first dose was on 16/06/2021, the further ones 65 days apart."""
    start = date(2021, 6, 16)
    doses = tuple(
        Dose(vaccine=VaccineCode(code), day=start + timedelta(65 * number))
        for number, code in enumerate(vaccines)
    )
    return Certificate(
        issuer=issuer,
        issued_at=ISSUED_AT,
        expires_at=Timestamp(expires_at),
        name=name,
        birth_date=birth_date,
        id_suffix=id_suffix,
        doses=doses,
        doses_needed=needed,
        colour=colour_of(given=len(doses), needed=needed),
        status=StatusPosition(4_000_000),
    )


def text_of(certificate: Certificate) -> str:
    """A QR text of the right form and length; 64 bytes of a hash stand for the signature."""
    header = ProtectedHeader(algorithm=Algorithm.ES256, kid=Kid(b"12345678"), unknown={})
    payload = certificate.to_cbor()
    message = CoseSign1(
        header=header,
        protected=header.to_cbor(),
        payload=payload,
        signature=hashlib.sha512(payload).digest(),
    )
    return qr_text.to_text(message.to_cbor())


_LONG_NAME = (
    "Công Tằng Tôn Nữ Nguyễn Phước Hoàng Thị Minh Phương Khánh Quỳnh Thượng Nghĩa Trường Xuân "
    "Đặng Thúy Vy"
)[:MAX_NAME_LENGTH]
_ALL = tuple(1 + number % 8 for number in range(MAX_DOSES))

PEOPLE = {
    "green": certificate(),
    "yellow": certificate(
        "Trần Văn Bảo", birth_date=BirthDate(1958), id_suffix=None, vaccines=(4,)
    ),
    "two of three": certificate(
        "Huỳnh Thị Mỹ Duyên", birth_date=BirthDate(1985, 3), vaccines=(8, 8), needed=3
    ),
    "one of one": certificate("H'Hen Niê", vaccines=(6,), needed=1, id_suffix="B12X"),
    "long": certificate(
        _LONG_NAME, vaccines=_ALL, needed=3, issuer="VN-79 Sở Y tế TP. Hồ Chí Minh"
    ),
    "one wide word": certificate("W" * MAX_NAME_LENGTH, issuer="W" * MAX_ISSUER_LENGTH),
    "widest letter": certificate("Ǆ" * MAX_NAME_LENGTH),
    "tall letters": certificate(" ".join(["ẪỘ"] * 33)),
    "unknown vaccine": certificate(vaccines=(999, 65_535)),
}
