"""What the QR code of an identity paper says, whatever kind it is, and why one cannot be read."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from spec.dates import BirthDate
from spec.differences import Name, Numbers
from spec.errors import DosepassError
from spec.identity import Sex
from spec.match import StatedIdentity

__all__ = [
    "BrokenPaperError",
    "IdentityPaper",
    "PaperEncodingError",
    "PaperError",
    "PaperField",
    "PaperKind",
    "PaperWarning",
    "UnrecognisedPaperError",
]


class PaperKind(StrEnum):
    """Which code it is."""

    CCCD = "cccd"
    """The identity card with a chip of 2021, and the card Căn cước of 2024."""
    BHYT = "bhyt"
    """The health insurance card."""
    UNIFIED_2021 = "unified_2021"
    """The personal code of the telephone apps of 2021: it says who, masked, and no more."""


class PaperField(StrEnum):
    """A part of a code that its reading may fail at."""

    NUMBER = "number"
    OLD_NUMBER = "old_number"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"


class PaperWarning(StrEnum):
    """What is odd about a code that can be read; none is a reason to refuse it."""

    NUMBER_YEAR = "number_year"
    """The number states another birth year than the birth date."""
    NUMBER_SEX = "number_sex"
    """The number states another sex."""
    NUMBER_PROVINCE = "number_province"
    """The number begins with no province of birth that is known."""
    OBJECT_CODE = "object_code"
    """The insurance card's two letters stand for no group that is known."""
    ADDRESS = "address"
    """The address is missing or cannot be read."""
    ISSUE_DATE = "issue_date"
    """The date of issue is missing or not in the calendar."""
    MASKED = "masked"
    """Parts of number or birth date are masked: they cannot be compared in whole."""
    UNSIGNED = "unsigned"
    """The code is no paper of its own: an app made it, and anybody could."""
    PROXY = "proxy"
    """The code is shown by one person for another."""


class PaperError(DosepassError):
    """The code of an identity paper cannot be read; neither code nor message holds any of it."""

    code = "paper"


class PaperEncodingError(PaperError):
    """The bytes are not UTF-8, or the text was decoded by a wrong guess."""

    code = "paper_encoding"


class UnrecognisedPaperError(PaperError):
    """The text has the form of no identity paper that is known."""

    code = "paper_unrecognised"


class BrokenPaperError(PaperError):
    """A text of known form has a field that is not what stands there on such papers."""

    code = "paper_broken"

    def __init__(self, field: PaperField) -> None:
        super().__init__(f"identity paper: the field {field} cannot be read")
        self.field = field


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityPaper:
    """Who a paper says that its holder is. Papers are not signed: they are looked at."""

    kind: PaperKind
    name: str
    """As `spec.names.clean_name` gives it."""
    birth_date: BirthDate
    sex: Sex | None = None
    number: str | None = None
    """CCCD or other identity number in whole."""
    number_suffix: str | None = None
    """Its last characters, where the rest is masked."""
    old_numbers: tuple[str, ...] = ()
    insurance_number: str | None = None
    """BHYT: 15 characters, or 10 digits on cards since April 2021."""
    address: str | None = None
    issued_on: date | None = None
    rest: tuple[str, ...] = ()
    """Fields behind those whose meaning is known, as they stand."""
    warnings: tuple[PaperWarning, ...] = ()

    @property
    def stated(self) -> StatedIdentity:
        """What is compared with a certificate or a record."""
        numbers = Numbers(number=self.number, old=self.old_numbers, suffix=self.number_suffix)
        return StatedIdentity(
            name=Name(self.name), birth_date=self.birth_date, sex=self.sex, numbers=numbers
        )
