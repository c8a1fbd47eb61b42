"""The words that card and paper share: bilingual labels, dates as people here write them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

from spec.certificate import Certificate, Timestamp
from spec.dates import BirthDate

__all__ = [
    "BIRTH_DATE",
    "CARD_TITLE",
    "COMPARE_WITH_ID",
    "DOSES",
    "DOSE_DAY",
    "DOSE_NUMBER",
    "HOW_TO_CHECK",
    "ID_NUMBER",
    "ISSUED_ON",
    "ISSUER",
    "LAST_DOSE",
    "MOTTO",
    "NAME",
    "NATION",
    "NUMBER",
    "PAPER_TITLE",
    "VACCINE",
    "VALID_THROUGH",
    "Bilingual",
    "birth_date_text",
    "day_text",
    "last_valid_day",
    "local_day",
    "masked_id",
]

_LOCAL_TIME: Final = timezone(timedelta(hours=7))
"""Indochina Time: one zone for the whole country, and no summer time."""


@dataclass(frozen=True, slots=True)
class Bilingual:
    """The same words in both languages."""

    vi: str
    en: str

    def __str__(self) -> str:
        return f"{self.vi} / {self.en}"


CARD_TITLE: Final = Bilingual("Chứng nhận tiêm vắc xin COVID-19", "Vaccination certificate")
NATION: Final = Bilingual("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIET NAM")
MOTTO: Final = Bilingual("Độc lập – Tự do – Hạnh phúc", "Independence – Freedom – Happiness")
PAPER_TITLE: Final = Bilingual(
    "GIẤY XÁC NHẬN ĐÃ TIÊM VẮC XIN COVID-19", "CERTIFICATE OF COVID-19 VACCINATION"
)
NAME: Final = Bilingual("Họ và tên", "Full name")
BIRTH_DATE: Final = Bilingual("Ngày sinh", "Date of birth")
ID_NUMBER: Final = Bilingual("Số giấy tờ", "ID number")
DOSES: Final = Bilingual("Số mũi", "Doses")
LAST_DOSE: Final = Bilingual("Mũi gần nhất", "Last dose")
VALID_THROUGH: Final = Bilingual("Có giá trị đến hết", "Valid through")
ISSUER: Final = Bilingual("Đơn vị cấp", "Issuer")
NUMBER: Final = Bilingual("Số chứng nhận", "Certificate number")
ISSUED_ON: Final = Bilingual("Ngày cấp", "Issued on")
DOSE_NUMBER: Final = Bilingual("Mũi", "Dose")
DOSE_DAY: Final = Bilingual("Ngày tiêm", "Date")
VACCINE: Final = Bilingual("Vắc xin", "Vaccine")
COMPARE_WITH_ID: Final = Bilingual("ĐỐI CHIẾU GIẤY TỜ", "COMPARE WITH ID")
HOW_TO_CHECK: Final = (
    Bilingual(
        "Quét mã QR bằng máy quét hoặc trang kiểm tra dosepass: chữ ký số nằm trong mã.",
        "Scan the QR code with a dosepass scanner or verifier: the digital signature is inside.",
    ),
    Bilingual(
        "Chỉ kết quả quét mới có giá trị. So họ tên, ngày sinh với giấy tờ tùy thân có ảnh.",
        "Only its answer counts. Compare name and birth date with an identity card with photo.",
    ),
)


def day_text(day: date) -> str:
    """Spell a day as `dd/mm/yyyy`."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def birth_date_text(birth_date: BirthDate) -> str:
    """Spell a birth date as `dd/mm/yyyy`, `mm/yyyy` or `yyyy`, as far as it is known."""
    parts = [f"{part:02}" for part in (birth_date.day, birth_date.month) if part is not None]
    return "/".join([*parts, f"{birth_date.year:04}"])


def masked_id(suffix: str) -> str:
    """Show that digits are missing before the last four."""
    return f"••••{suffix}"


def local_day(moment: Timestamp) -> date:
    """The calendar day in Vietnam at a moment."""
    return datetime.fromtimestamp(moment, _LOCAL_TIME).date()


def last_valid_day(certificate: Certificate) -> date:
    """The last day on which the certificate is valid from morning to midnight.

    It ends at a second of the day after (section 8, step 9); a date printed without a time must
    not promise the rest of that day. One that lives for less than a day shows its day of issue.
    """
    whole = local_day(certificate.expires_at) - timedelta(days=1)
    return max(whole, local_day(certificate.issued_at))
