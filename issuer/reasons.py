"""Why a dose record is refused or flagged: stable codes, severities, words in two languages.

No reason carries a personal datum: it names the field and the kind of error, and says what to do.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["Finding", "ReasonCode", "Severity", "words_of"]


class Severity(StrEnum):
    """What a finding does to its record."""

    BLOCK = "block"
    """The record waits: it is kept, and nothing is issued from it."""
    WARN = "warn"
    """The record counts; somebody should look at it."""


class ReasonCode(StrEnum):
    """The kind of error; stable for ever."""

    ROW_BROKEN = "ROW_BROKEN"
    MISSING_NAME = "MISSING_NAME"
    NAME_GARBLED = "NAME_GARBLED"
    NAME_TOO_LONG = "NAME_TOO_LONG"
    NAME_NO_MARKS = "NAME_NO_MARKS"
    NAME_DIFFERS = "NAME_DIFFERS"
    NAME_FORMAT_ONLY = "NAME_FORMAT_ONLY"
    DOB_MISSING = "DOB_MISSING"
    DOB_FORMAT = "DOB_FORMAT"
    DOB_FUTURE = "DOB_FUTURE"
    DOB_DIFFERS = "DOB_DIFFERS"
    SEX_FORMAT = "SEX_FORMAT"
    SEX_DIFFERS = "SEX_DIFFERS"
    ID_MISSING = "ID_MISSING"
    ID_FORMAT = "ID_FORMAT"
    ID_ZERO_RESTORED = "ID_ZERO_RESTORED"
    ID_CONFLICTS_DOB_SEX = "ID_CONFLICTS_DOB_SEX"
    ID_DIFFERS = "ID_DIFFERS"
    PHONE_FORMAT = "PHONE_FORMAT"
    PHONE_ZERO_RESTORED = "PHONE_ZERO_RESTORED"
    VACCINE_MISSING = "VACCINE_MISSING"
    VACCINE_UNKNOWN = "VACCINE_UNKNOWN"
    VACCINE_DIFFERS = "VACCINE_DIFFERS"
    DATE_MISSING = "DATE_MISSING"
    DATE_FORMAT = "DATE_FORMAT"
    DATE_FUTURE = "DATE_FUTURE"
    DATE_BEFORE_BIRTH = "DATE_BEFORE_BIRTH"
    DATE_BEFORE_APPROVAL = "DATE_BEFORE_APPROVAL"
    LOT_MISSING = "LOT_MISSING"
    SITE_MISSING = "SITE_MISSING"
    SITE_UNKNOWN = "SITE_UNKNOWN"
    INTERVAL_SHORT = "INTERVAL_SHORT"
    TOO_MANY_DOSES = "TOO_MANY_DOSES"
    DUPLICATE_EXACT = "DUPLICATE_EXACT"
    DUPLICATE_POSSIBLE = "DUPLICATE_POSSIBLE"

    @property
    def severity(self) -> Severity:
        """The one severity of this code."""
        return Severity.WARN if self in _WARNINGS else Severity.BLOCK


_WARNINGS: Final = frozenset(
    {
        ReasonCode.NAME_NO_MARKS,
        ReasonCode.NAME_FORMAT_ONLY,
        ReasonCode.SEX_FORMAT,
        ReasonCode.ID_ZERO_RESTORED,
        ReasonCode.ID_CONFLICTS_DOB_SEX,
        ReasonCode.PHONE_FORMAT,
        ReasonCode.PHONE_ZERO_RESTORED,
        ReasonCode.LOT_MISSING,
        ReasonCode.SITE_MISSING,
        ReasonCode.SITE_UNKNOWN,
        ReasonCode.INTERVAL_SHORT,
        ReasonCode.DUPLICATE_EXACT,
        ReasonCode.DUPLICATE_POSSIBLE,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about one field of one record."""

    field: str
    """The column of the file, or `row` for the row as a whole."""
    code: ReasonCode

    @property
    def severity(self) -> Severity:
        """Whether the record waits for this."""
        return self.code.severity

    def words(self, language: str) -> str:
        """What is wrong and what to do, in `vi` or `en`."""
        return words_of(self.code, language)


def words_of(code: ReasonCode, language: str) -> str:
    """The sentences for a reason; raises KeyError for a language other than `vi` and `en`."""
    return _WORDS[language][code]


_EN: Final[dict[ReasonCode, str]] = {
    ReasonCode.ROW_BROKEN: "The row cannot be read. Check its quotation marks and its number of "
    "columns.",
    ReasonCode.MISSING_NAME: "The name is missing. Enter the full name as on the identity card.",
    ReasonCode.NAME_GARBLED: "The name has characters that no name has. Enter it again, and save "
    "the file as UTF-8.",
    ReasonCode.NAME_TOO_LONG: "The name is too long. Enter the full name of one person.",
    ReasonCode.NAME_NO_MARKS: "The name has no marks. Enter it as on the identity card.",
    ReasonCode.NAME_DIFFERS: "Another name is recorded for this identity number. Compare both with "
    "the identity card.",
    ReasonCode.NAME_FORMAT_ONLY: "The name is spelled otherwise than before; it is the same name.",
    ReasonCode.DOB_MISSING: "The birth date is missing. Enter it, or the year if only that is "
    "known.",
    ReasonCode.DOB_FORMAT: "The birth date is not in the calendar. Write DD/MM/YYYY or YYYY.",
    ReasonCode.DOB_FUTURE: "The birth date lies in the future. Check the year.",
    ReasonCode.DOB_DIFFERS: "Another birth date is recorded for this identity number. Compare both "
    "with the identity card.",
    ReasonCode.SEX_FORMAT: "The sex is not understood. Write Nam or Nữ.",
    ReasonCode.SEX_DIFFERS: "Another sex is recorded for this identity number. Compare both with "
    "the identity card.",
    ReasonCode.ID_MISSING: "There is no identity number and no valid telephone number. Enter one "
    "of them, so that this person's doses are found together.",
    ReasonCode.ID_FORMAT: "The identity number has neither 9 nor 12 digits, nor the 8 characters "
    "of a passport. Enter it again from the card.",
    ReasonCode.ID_ZERO_RESTORED: "Leading zeros of the identity number were missing and have been "
    "put back. Keep this column as text.",
    ReasonCode.ID_CONFLICTS_DOB_SEX: "The identity number states another birth year or sex than "
    "the record. Compare with the card.",
    ReasonCode.ID_DIFFERS: "Another identity number is recorded for this name, birth date and "
    "telephone number. Compare both with the identity card.",
    ReasonCode.PHONE_FORMAT: "The telephone number is not a Vietnamese one and was left out. Enter "
    "10 digits.",
    ReasonCode.PHONE_ZERO_RESTORED: "The leading zero of the telephone number was missing and has "
    "been put back. Keep this column as text.",
    ReasonCode.VACCINE_MISSING: "The vaccine is missing. Enter the name from the slip.",
    ReasonCode.VACCINE_UNKNOWN: "The vaccine is not in the table. Enter a name or alias that is.",
    ReasonCode.VACCINE_DIFFERS: "Another vaccine is recorded for this person on this day. Compare "
    "both with the slip.",
    ReasonCode.DATE_MISSING: "The date of the injection is missing. Enter it from the slip.",
    ReasonCode.DATE_FORMAT: "The date of the injection is not in the calendar. Write DD/MM/YYYY.",
    ReasonCode.DATE_FUTURE: "The date of the injection lies in the future. Check day and month.",
    ReasonCode.DATE_BEFORE_BIRTH: "The injection lies before the birth date. Check both dates.",
    ReasonCode.DATE_BEFORE_APPROVAL: "The injection lies before this vaccine was approved. Check "
    "the date and the vaccine.",
    ReasonCode.LOT_MISSING: "The lot is missing. Add it from the vial or the slip.",
    ReasonCode.SITE_MISSING: "The site is missing. Add where the injection was given.",
    ReasonCode.SITE_UNKNOWN: "The site is not on the list of sites. It was accepted as written.",
    ReasonCode.INTERVAL_SHORT: "The interval to the neighbouring dose is shorter than this vaccine "
    "asks for. Check both dates.",
    ReasonCode.TOO_MANY_DOSES: "This person would have more doses than a certificate can hold. "
    "Check whether two people were taken for one.",
    ReasonCode.DUPLICATE_EXACT: "This dose is recorded already. It counts once.",
    ReasonCode.DUPLICATE_POSSIBLE: "A person of the same name and birth date is recorded under "
    "another identity number or telephone number. Check whether they are one.",
}

_VI: Final[dict[ReasonCode, str]] = {
    ReasonCode.ROW_BROKEN: "Không đọc được dòng này. Kiểm tra dấu ngoặc kép và số cột.",
    ReasonCode.MISSING_NAME: "Thiếu họ tên. Nhập đủ họ tên như trên giấy tờ tùy thân.",
    ReasonCode.NAME_GARBLED: "Họ tên có ký tự lạ. Nhập lại và lưu tệp theo mã UTF-8.",
    ReasonCode.NAME_TOO_LONG: "Họ tên quá dài. Nhập họ tên của một người.",
    ReasonCode.NAME_NO_MARKS: "Họ tên không có dấu. Nhập như trên giấy tờ tùy thân.",
    ReasonCode.NAME_DIFFERS: "Số giấy tờ này đã ghi với họ tên khác. Đối chiếu với giấy tờ tùy "
    "thân.",
    ReasonCode.NAME_FORMAT_ONLY: "Họ tên viết khác lần trước nhưng là cùng một tên.",
    ReasonCode.DOB_MISSING: "Thiếu ngày sinh. Nhập ngày sinh, hoặc năm sinh nếu chỉ biết năm.",
    ReasonCode.DOB_FORMAT: "Ngày sinh không có trong lịch. Viết DD/MM/YYYY hoặc YYYY.",
    ReasonCode.DOB_FUTURE: "Ngày sinh ở tương lai. Kiểm tra năm sinh.",
    ReasonCode.DOB_DIFFERS: "Số giấy tờ này đã ghi với ngày sinh khác. Đối chiếu với giấy tờ tùy "
    "thân.",
    ReasonCode.SEX_FORMAT: "Không hiểu giới tính. Viết Nam hoặc Nữ.",
    ReasonCode.SEX_DIFFERS: "Số giấy tờ này đã ghi với giới tính khác. Đối chiếu với giấy tờ tùy "
    "thân.",
    ReasonCode.ID_MISSING: "Không có số giấy tờ và không có số điện thoại hợp lệ. Nhập một trong "
    "hai để các mũi tiêm của người này được gộp đúng.",
    ReasonCode.ID_FORMAT: "Số giấy tờ không phải 9 hay 12 chữ số, cũng không phải 8 ký tự của hộ "
    "chiếu. Nhập lại theo giấy tờ.",
    ReasonCode.ID_ZERO_RESTORED: "Số giấy tờ bị mất số 0 ở đầu, đã thêm lại. Để cột này ở dạng văn "
    "bản.",
    ReasonCode.ID_CONFLICTS_DOB_SEX: "Số giấy tờ cho năm sinh hoặc giới tính khác với hồ sơ. Đối "
    "chiếu với giấy tờ.",
    ReasonCode.ID_DIFFERS: "Họ tên, ngày sinh và số điện thoại này đã ghi với số giấy tờ khác. Đối "
    "chiếu với giấy tờ tùy thân.",
    ReasonCode.PHONE_FORMAT: "Số điện thoại không phải số Việt Nam nên không được ghi. Nhập 10 chữ "
    "số.",
    ReasonCode.PHONE_ZERO_RESTORED: "Số điện thoại bị mất số 0 ở đầu, đã thêm lại. Để cột này ở "
    "dạng văn bản.",
    ReasonCode.VACCINE_MISSING: "Thiếu tên vắc xin. Nhập theo phiếu tiêm.",
    ReasonCode.VACCINE_UNKNOWN: "Vắc xin không có trong danh mục. Nhập tên có trong danh mục.",
    ReasonCode.VACCINE_DIFFERS: "Ngày này người này đã ghi tiêm vắc xin khác. Đối chiếu với phiếu "
    "tiêm.",
    ReasonCode.DATE_MISSING: "Thiếu ngày tiêm. Nhập theo phiếu tiêm.",
    ReasonCode.DATE_FORMAT: "Ngày tiêm không có trong lịch. Viết DD/MM/YYYY.",
    ReasonCode.DATE_FUTURE: "Ngày tiêm ở tương lai. Kiểm tra ngày và tháng.",
    ReasonCode.DATE_BEFORE_BIRTH: "Ngày tiêm trước ngày sinh. Kiểm tra cả hai ngày.",
    ReasonCode.DATE_BEFORE_APPROVAL: "Ngày tiêm trước ngày vắc xin được cấp phép. Kiểm tra ngày "
    "tiêm và tên vắc xin.",
    ReasonCode.LOT_MISSING: "Thiếu số lô. Bổ sung theo lọ vắc xin hoặc phiếu tiêm.",
    ReasonCode.SITE_MISSING: "Thiếu nơi tiêm. Bổ sung nơi tiêm.",
    ReasonCode.SITE_UNKNOWN: "Nơi tiêm không có trong danh sách. Đã nhận như đã ghi.",
    ReasonCode.INTERVAL_SHORT: "Khoảng cách với mũi liền kề ngắn hơn quy định của vắc xin. Kiểm "
    "tra cả hai ngày.",
    ReasonCode.TOO_MANY_DOSES: "Người này sẽ có nhiều mũi hơn một chứng nhận ghi được. Kiểm tra "
    "xem có phải hai người bị gộp làm một.",
    ReasonCode.DUPLICATE_EXACT: "Mũi tiêm này đã được ghi. Chỉ tính một lần.",
    ReasonCode.DUPLICATE_POSSIBLE: "Đã có người cùng họ tên và ngày sinh với số giấy tờ hoặc số "
    "điện thoại khác. Kiểm tra xem có phải một người.",
}

_WORDS: Final = {"en": _EN, "vi": _VI}
