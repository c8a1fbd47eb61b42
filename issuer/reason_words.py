"""The words of every reason in Vietnamese and English: what is wrong, and what to do."""

from typing import Final

from issuer.reasons import ReasonCode

__all__ = ["words_of"]


def words_of(code: ReasonCode, language: str) -> str:
    """The sentences for a reason; raises KeyError for a language other than `vi` and `en`."""
    return _WORDS[language][code]


_EN: Final[dict[ReasonCode, str]] = {
    ReasonCode.ROW_BROKEN: "The row cannot be read. Check its quotation marks and its number of "
    "columns.",
    ReasonCode.NOT_GIVEN: "The message says that this dose was not given. Nothing is recorded as "
    "given.",
    ReasonCode.RECORD_UNKNOWN: "The message takes back a record that never came. Check its "
    "identifier.",
    ReasonCode.FOUND_WRONG: "This record came before and was found wrong: it was taken back by "
    "itself, or a certificate with this dose was revoked. Compare it with the slip and the "
    "identity card.",
    ReasonCode.STATUS_UNKNOWN: "The status of the message is none of completed, not-done and "
    "entered-in-error. Send the one that is meant.",
    ReasonCode.PATIENT_MISSING: "The message does not say whose dose it is. Name the patient in "
    "it.",
    ReasonCode.PATIENT_UNKNOWN: "The patient whom the message names is not in it, or is two there. "
    "Send the Patient with the dose.",
    ReasonCode.MISSING_NAME: "The name is missing. Enter the full name as on the identity card.",
    ReasonCode.NAME_GARBLED: "The name has characters that no name has. Enter it again, and save "
    "the file as UTF-8.",
    ReasonCode.NAME_TOO_LONG: "The name is too long. Enter the full name of one person.",
    ReasonCode.NAME_NO_MARKS: "The name has no marks. Enter it as on the identity card.",
    ReasonCode.NAME_MARKS_DIFFER: "The recorded name has other marks, or one of the two lacks "
    "them. Compare both with the identity card.",
    ReasonCode.NAME_LETTERS_DIFFER: "The recorded name differs by one or two letters. Compare "
    "both with the identity card.",
    ReasonCode.NAME_WORD_MISSING: "One of the two names lacks a middle word, such as Thị or Văn. "
    "Compare both with the identity card.",
    ReasonCode.NAME_WORD_ORDER: "The recorded name has the same words in another order. Compare "
    "both with the identity card.",
    ReasonCode.NAME_DIFFERS: "Another name is recorded for this identity number. Compare both with "
    "the identity card.",
    ReasonCode.NAME_FORMAT_ONLY: "The name is spelled otherwise than before; it is the same name.",
    ReasonCode.DOB_MISSING: "The birth date is missing. Enter it, or the year if only that is "
    "known.",
    ReasonCode.DOB_FORMAT: "The birth date is not in the calendar. Write DD/MM/YYYY or YYYY.",
    ReasonCode.DOB_FUTURE: "The birth date lies in the future. Check the year.",
    ReasonCode.DOB_PRECISION: "One of the two birth dates lacks the day or month. Enter it in "
    "full.",
    ReasonCode.DOB_DAY_MONTH_SWAPPED: "Day and month of the birth date are exchanged against what "
    "is recorded. Compare both with the identity card.",
    ReasonCode.DOB_ONE_DIGIT: "The birth date differs by one digit from what is recorded. Compare "
    "both with the identity card.",
    ReasonCode.DOB_DIGITS_SWAPPED: "Two neighbouring digits of the birth date are exchanged "
    "against what is recorded. Compare both with the identity card.",
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
    ReasonCode.ID_OLD_NUMBER: "This is a former identity number of the person, or theirs is one "
    "of this record. Compare with the identity card, which states both.",
    ReasonCode.ID_ONE_DIGIT: "The identity number differs by one digit from that of a person of "
    "this name and birth date. Compare both with the identity card.",
    ReasonCode.ID_DIGITS_SWAPPED: "Two neighbouring digits of the identity number are exchanged "
    "against that of a person of this name and birth date. Compare both with the identity card.",
    ReasonCode.ID_NOT_COMPARED: "A person with the same telephone number is recorded, and the "
    "identity numbers cannot be compared: one is missing, or they are of two kinds. Compare with "
    "the identity card.",
    ReasonCode.ID_DIFFERS: "Another identity number is recorded for this name, birth date and "
    "telephone number. Compare both with the identity card.",
    ReasonCode.PHONE_FORMAT: "The telephone number is not a Vietnamese one and was left out. Enter "
    "10 digits.",
    ReasonCode.PHONE_ZERO_RESTORED: "The leading zero of the telephone number was missing and has "
    "been put back. Keep this column as text.",
    ReasonCode.HEALTH_CARD_FORMAT: "The health insurance number has neither 10 nor 15 characters "
    "and was left out. Enter it from the card.",
    ReasonCode.VACCINE_MISSING: "The vaccine is missing. Enter the name from the slip.",
    ReasonCode.VACCINE_UNKNOWN: "The vaccine is not in the table. Enter a name or alias that is.",
    ReasonCode.VACCINE_DIFFERS: "Another vaccine is recorded for this person on this day. Compare "
    "both with the slip.",
    ReasonCode.DATE_MISSING: "The date of the injection is missing. Enter it from the slip.",
    ReasonCode.DATE_FORMAT: "The date of the injection is not in the calendar. Write DD/MM/YYYY.",
    ReasonCode.DATE_MENDED: "The date was written as the number by which a spreadsheet counts "
    "days, and was read so. Write DD/MM/YYYY.",
    ReasonCode.DATE_FUTURE: "The date of the injection lies in the future. Check day and month.",
    ReasonCode.DATE_BEFORE_BIRTH: "The injection lies before the birth date. Check both dates.",
    ReasonCode.DATE_BEFORE_APPROVAL: "The injection lies before this vaccine was approved. Check "
    "the date and the vaccine.",
    ReasonCode.DOSE_DATE_DIFFERS: "This dose is recorded for a day close by. Check on the slip "
    "which day is right, and whether they are two doses.",
    ReasonCode.DOSE_NUMBER_FORMAT: "The dose number is not a number from 1 on and was left out.",
    ReasonCode.DOSE_NUMBER_CONFLICT: "By its day this is another dose than the record says. Check "
    "whether a dose is missing.",
    ReasonCode.LOT_MISSING: "The lot is missing. Add it from the vial or the slip.",
    ReasonCode.LOT_FORMULA: "The lot is a formula or the error of one, which is never computed, "
    "and was left out. Enter it from the vial or the slip.",
    ReasonCode.SITE_MISSING: "The site is missing. Add where the injection was given.",
    ReasonCode.SITE_FORMULA: "The site is a formula or the error of one, which is never computed, "
    "and was left out. Enter where the injection was given.",
    ReasonCode.SITE_UNKNOWN: "The site is not on the list of sites. It was accepted as written.",
    ReasonCode.SITE_OUTSIDE: "The site does not belong to the account that sent this. Name the "
    "site by its code, or let its own account send the record.",
    ReasonCode.INTERVAL_SHORT: "The interval to the neighbouring dose is shorter than this vaccine "
    "asks for. Check both dates.",
    ReasonCode.MIXED_SERIES: "The course mixes vaccines; how many doses complete it goes by the "
    "vaccine table.",
    ReasonCode.TOO_MANY_DOSES: "This person would have more doses than a certificate can hold. "
    "Check whether two people were taken for one.",
    ReasonCode.DUPLICATE_EXACT: "This dose is recorded already. It counts once.",
    ReasonCode.DUPLICATE_POSSIBLE: "A person of the same name and birth date is recorded under "
    "another identity number or telephone number. Check whether they are one.",
}

_VI: Final[dict[ReasonCode, str]] = {
    ReasonCode.ROW_BROKEN: "Không đọc được dòng này. Kiểm tra dấu ngoặc kép và số cột.",
    ReasonCode.NOT_GIVEN: "Bản tin ghi mũi này không được tiêm. Không ghi nhận là đã tiêm.",
    ReasonCode.RECORD_UNKNOWN: "Bản tin rút lại một hồ sơ chưa từng nhận. Kiểm tra mã hồ sơ.",
    ReasonCode.FOUND_WRONG: "Bản ghi này đã gửi trước đây và bị phát hiện sai: đã được rút lại "
    "riêng, hoặc chứng nhận có mũi này đã bị thu hồi. Đối chiếu với phiếu tiêm và giấy tờ tùy "
    "thân.",
    ReasonCode.STATUS_UNKNOWN: "Trạng thái của bản tin không phải completed, not-done hay "
    "entered-in-error. Gửi lại với trạng thái đúng.",
    ReasonCode.PATIENT_MISSING: "Bản tin không ghi mũi tiêm của ai. Ghi người được tiêm trong bản "
    "tin.",
    ReasonCode.PATIENT_UNKNOWN: "Người mà bản tin dẫn đến không có trong bản tin, hoặc có hai. Gửi "
    "kèm Patient cùng mũi tiêm.",
    ReasonCode.MISSING_NAME: "Thiếu họ tên. Nhập đủ họ tên như trên giấy tờ tùy thân.",
    ReasonCode.NAME_GARBLED: "Họ tên có ký tự lạ. Nhập lại và lưu tệp theo mã UTF-8.",
    ReasonCode.NAME_TOO_LONG: "Họ tên quá dài. Nhập họ tên của một người.",
    ReasonCode.NAME_NO_MARKS: "Họ tên không có dấu. Nhập như trên giấy tờ tùy thân.",
    ReasonCode.NAME_MARKS_DIFFER: "Họ tên đã ghi khác dấu, hoặc một bên thiếu dấu. Đối chiếu với "
    "giấy tờ tùy thân.",
    ReasonCode.NAME_LETTERS_DIFFER: "Họ tên đã ghi khác một hoặc hai chữ cái. Đối chiếu với giấy "
    "tờ tùy thân.",
    ReasonCode.NAME_WORD_MISSING: "Một bên thiếu chữ đệm, như Thị hoặc Văn. Đối chiếu với giấy tờ "
    "tùy thân.",
    ReasonCode.NAME_WORD_ORDER: "Họ tên đã ghi có cùng các chữ nhưng khác thứ tự. Đối chiếu với "
    "giấy tờ tùy thân.",
    ReasonCode.NAME_DIFFERS: "Số giấy tờ này đã ghi với họ tên khác. Đối chiếu với giấy tờ tùy "
    "thân.",
    ReasonCode.NAME_FORMAT_ONLY: "Họ tên viết khác lần trước nhưng là cùng một tên.",
    ReasonCode.DOB_MISSING: "Thiếu ngày sinh. Nhập ngày sinh, hoặc năm sinh nếu chỉ biết năm.",
    ReasonCode.DOB_FORMAT: "Ngày sinh không có trong lịch. Viết DD/MM/YYYY hoặc YYYY.",
    ReasonCode.DOB_FUTURE: "Ngày sinh ở tương lai. Kiểm tra năm sinh.",
    ReasonCode.DOB_PRECISION: "Một bên thiếu ngày hoặc tháng sinh. Nhập đủ ngày sinh.",
    ReasonCode.DOB_DAY_MONTH_SWAPPED: "Ngày và tháng sinh bị đổi chỗ so với hồ sơ đã ghi. Đối "
    "chiếu với giấy tờ tùy thân.",
    ReasonCode.DOB_ONE_DIGIT: "Ngày sinh khác một chữ số so với hồ sơ đã ghi. Đối chiếu với giấy "
    "tờ tùy thân.",
    ReasonCode.DOB_DIGITS_SWAPPED: "Hai chữ số liền nhau của ngày sinh bị đổi chỗ so với hồ sơ đã "
    "ghi. Đối chiếu với giấy tờ tùy thân.",
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
    ReasonCode.ID_OLD_NUMBER: "Đây là số giấy tờ cũ của người đã ghi, hoặc số đã ghi là số cũ "
    "trong hồ sơ này. Đối chiếu với căn cước có ghi cả hai số.",
    ReasonCode.ID_ONE_DIGIT: "Số giấy tờ khác một chữ số so với người cùng họ tên và ngày sinh. "
    "Đối chiếu với giấy tờ tùy thân.",
    ReasonCode.ID_DIGITS_SWAPPED: "Hai chữ số liền nhau của số giấy tờ bị đổi chỗ so với người "
    "cùng họ tên và ngày sinh. Đối chiếu với giấy tờ tùy thân.",
    ReasonCode.ID_NOT_COMPARED: "Đã có người cùng số điện thoại, nhưng không so được số giấy tờ: "
    "một bên thiếu, hoặc hai loại số khác nhau. Đối chiếu với giấy tờ tùy thân.",
    ReasonCode.ID_DIFFERS: "Họ tên, ngày sinh và số điện thoại này đã ghi với số giấy tờ khác. Đối "
    "chiếu với giấy tờ tùy thân.",
    ReasonCode.PHONE_FORMAT: "Số điện thoại không phải số Việt Nam nên không được ghi. Nhập 10 chữ "
    "số.",
    ReasonCode.PHONE_ZERO_RESTORED: "Số điện thoại bị mất số 0 ở đầu, đã thêm lại. Để cột này ở "
    "dạng văn bản.",
    ReasonCode.HEALTH_CARD_FORMAT: "Số thẻ bảo hiểm y tế không đủ 10 hoặc 15 ký tự nên không được "
    "ghi. Nhập theo thẻ.",
    ReasonCode.VACCINE_MISSING: "Thiếu tên vắc xin. Nhập theo phiếu tiêm.",
    ReasonCode.VACCINE_UNKNOWN: "Vắc xin không có trong danh mục. Nhập tên có trong danh mục.",
    ReasonCode.VACCINE_DIFFERS: "Ngày này người này đã ghi tiêm vắc xin khác. Đối chiếu với phiếu "
    "tiêm.",
    ReasonCode.DATE_MISSING: "Thiếu ngày tiêm. Nhập theo phiếu tiêm.",
    ReasonCode.DATE_FORMAT: "Ngày tiêm không có trong lịch. Viết DD/MM/YYYY.",
    ReasonCode.DATE_MENDED: "Ngày ghi dưới dạng số đếm ngày của bảng tính và đã được đọc như vậy. "
    "Viết DD/MM/YYYY.",
    ReasonCode.DATE_FUTURE: "Ngày tiêm ở tương lai. Kiểm tra ngày và tháng.",
    ReasonCode.DATE_BEFORE_BIRTH: "Ngày tiêm trước ngày sinh. Kiểm tra cả hai ngày.",
    ReasonCode.DATE_BEFORE_APPROVAL: "Ngày tiêm trước ngày vắc xin được cấp phép. Kiểm tra ngày "
    "tiêm và tên vắc xin.",
    ReasonCode.DOSE_DATE_DIFFERS: "Mũi này đã ghi vào một ngày gần đó. Kiểm tra trên phiếu tiêm "
    "ngày nào đúng, và có phải hai mũi không.",
    ReasonCode.DOSE_NUMBER_FORMAT: "Số mũi không phải số từ 1 trở lên nên không được ghi.",
    ReasonCode.DOSE_NUMBER_CONFLICT: "Theo ngày tiêm, đây là mũi khác với số mũi đã ghi. Kiểm tra "
    "xem có thiếu mũi nào.",
    ReasonCode.LOT_MISSING: "Thiếu số lô. Bổ sung theo lọ vắc xin hoặc phiếu tiêm.",
    ReasonCode.LOT_FORMULA: "Số lô là công thức hoặc lỗi của công thức, không bao giờ được tính, "
    "nên không được ghi. Nhập theo lọ vắc xin hoặc phiếu tiêm.",
    ReasonCode.SITE_MISSING: "Thiếu nơi tiêm. Bổ sung nơi tiêm.",
    ReasonCode.SITE_FORMULA: "Nơi tiêm là công thức hoặc lỗi của công thức, không bao giờ được "
    "tính, nên không được ghi. Nhập nơi tiêm.",
    ReasonCode.SITE_UNKNOWN: "Nơi tiêm không có trong danh sách. Đã nhận như đã ghi.",
    ReasonCode.SITE_OUTSIDE: "Nơi tiêm không thuộc tài khoản đã gửi. Ghi nơi tiêm bằng mã, hoặc để "
    "tài khoản của nơi đó gửi.",
    ReasonCode.INTERVAL_SHORT: "Khoảng cách với mũi liền kề ngắn hơn quy định của vắc xin. Kiểm "
    "tra cả hai ngày.",
    ReasonCode.MIXED_SERIES: "Đã tiêm nhiều loại vắc xin; số mũi đủ liều theo danh mục vắc xin.",
    ReasonCode.TOO_MANY_DOSES: "Người này sẽ có nhiều mũi hơn một chứng nhận ghi được. Kiểm tra "
    "xem có phải hai người bị gộp làm một.",
    ReasonCode.DUPLICATE_EXACT: "Mũi tiêm này đã được ghi. Chỉ tính một lần.",
    ReasonCode.DUPLICATE_POSSIBLE: "Đã có người cùng họ tên và ngày sinh với số giấy tờ hoặc số "
    "điện thoại khác. Kiểm tra xem có phải một người.",
}

_WORDS: Final = {"en": _EN, "vi": _VI}
