"""The scanner's own words in both languages; those of the verdicts stand in spec.verdicts."""

from typing import Final

from scanner_app.answer import Answer, Trouble
from scanner_app.session import Note
from spec.dates import BirthDate
from spec.verdicts import Outcome, VerdictCode, Words, colour_words, verdict_words

__all__ = [
    "NOTES",
    "PHRASES",
    "age_words",
    "answer_words",
    "birth_words",
    "headline",
    "masked_id",
    "other_language",
]

PHRASES: Final = {
    "vi": {
        "show_code": "ĐƯA MÃ QR VÀO KHUNG",
        "use_reader": "QUÉT MÃ BẰNG MÁY ĐỌC",
        "no_picture": "KHÔNG CÓ HÌNH TỪ CAMERA",
        "checking": "ĐANG KIỂM TRA …",
        "compare": "ĐỐI CHIẾU GIẤY TỜ",
        "what_to_do": "VIỆC CẦN LÀM",
        "born": "Ngày sinh",
        "id": "Số giấy tờ",
        "no_id": "không có",
        "last_dose": "Mũi gần nhất",
        "doses": "MŨI TIÊM",
        "trust": "Dữ liệu tin cậy",
        "unknown": "chưa rõ",
        "stale": "QUÁ HẠN",
        "keys": "Q thoát  ·  L English  ·  F toàn màn hình",
    },
    "en": {
        "show_code": "SHOW THE QR CODE IN THE FRAME",
        "use_reader": "SCAN THE CODE WITH THE READER",
        "no_picture": "NO PICTURE FROM THE CAMERA",
        "checking": "CHECKING …",
        "compare": "COMPARE WITH ID",
        "what_to_do": "WHAT TO DO",
        "born": "Birth date",
        "id": "Identity number",
        "no_id": "none",
        "last_dose": "Last dose",
        "doses": "DOSES",
        "trust": "Trust data",
        "unknown": "not known yet",
        "stale": "TOO OLD",
        "keys": "Q quit  ·  L Tiếng Việt  ·  F full screen",
    },
}

NOTES: Final = {
    "vi": {
        Note.NOT_A_CERTIFICATE: "Không phải mã chứng nhận",
        Note.TWO_CERTIFICATES: "Có hai chứng nhận: chỉ đưa một",
        Note.ALREADY_READ: "Mã này vừa kiểm tra: cất đi rồi đưa lại",
    },
    "en": {
        Note.NOT_A_CERTIFICATE: "Not a certificate QR",
        Note.TWO_CERTIFICATES: "Two certificates in view: show one",
        Note.ALREADY_READ: "Just checked: take it away, then show it again",
    },
}

_TROUBLES: Final = {
    "vi": {
        Trouble.SERVICE_UNREACHABLE: Words(
            "KHÔNG KIỂM TRA ĐƯỢC – KHÔNG CÓ MẠNG", "Kiểm tra kết nối mạng rồi quét lại."
        ),
        Trouble.SERVICE_REFUSED: Words(
            "KHÔNG KIỂM TRA ĐƯỢC – MÁY CHỦ TỪ CHỐI", "Quét lại; nếu vẫn lỗi, báo kỹ thuật viên."
        ),
        Trouble.SERVICE_ANSWER: Words(
            "KHÔNG KIỂM TRA ĐƯỢC – TRẢ LỜI SAI", "Quét lại; nếu vẫn lỗi, báo kỹ thuật viên."
        ),
        Trouble.NO_ANSWER: Words("KHÔNG KIỂM TRA ĐƯỢC – QUÁ LÂU", "Quét lại."),
        Trouble.NO_CODE: Words("KHÔNG THẤY MÃ QR", "Chụp gần hơn, rõ hơn rồi thử lại."),
        Trouble.UNREADABLE: Words("KHÔNG ĐỌC ĐƯỢC ẢNH", "Kiểm tra tệp ảnh."),
    },
    "en": {
        Trouble.SERVICE_UNREACHABLE: Words(
            "CANNOT CHECK – NO CONNECTION", "Check the network and scan again."
        ),
        Trouble.SERVICE_REFUSED: Words(
            "CANNOT CHECK – SERVICE REFUSED", "Scan again; if it persists, call a technician."
        ),
        Trouble.SERVICE_ANSWER: Words(
            "CANNOT CHECK – WRONG ANSWER", "Scan again; if it persists, call a technician."
        ),
        Trouble.NO_ANSWER: Words("CANNOT CHECK – NO ANSWER", "Scan again."),
        Trouble.NO_CODE: Words("NO QR CODE FOUND", "Take the picture closer and sharper."),
        Trouble.UNREADABLE: Words("PICTURE CANNOT BE READ", "Check the picture file."),
    },
}

_NEWER_CODES: Final = {
    "vi": {
        Outcome.REJECTED: Words("KHÔNG HỢP LỆ", "Không cho qua. Cập nhật máy quét để biết lý do."),
        Outcome.UNDETERMINED: Words("KHÔNG KIỂM TRA ĐƯỢC", "Cập nhật máy quét rồi quét lại."),
    },
    "en": {
        Outcome.REJECTED: Words(
            "INVALID", "Do not let pass. Update the scanner to see the reason."
        ),
        Outcome.UNDETERMINED: Words("CANNOT CHECK", "Update the scanner and scan again."),
    },
}
"""For verdict codes that a newer service knows and this scanner does not."""

_MASK: Final = "••••"
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_AGES: Final = {
    "vi": ("{} phút trước", "{} giờ trước", "{} ngày trước", "đồng hồ máy sai?"),
    "en": ("{} min old", "{} h old", "{} days old", "device clock wrong?"),
}


def other_language(language: str) -> str:
    """The language of the second, smaller line."""
    return "en" if language == "vi" else "vi"


def answer_words(answer: Answer, language: str) -> Words:
    """Title and advice for an answer, also for trouble and for codes from newer services."""
    if answer.trouble is not None:
        return _TROUBLES[language][answer.trouble]
    try:
        return verdict_words(VerdictCode(answer.code or ""), language)
    except ValueError:
        return _NEWER_CODES[language][answer.outcome]


def headline(answer: Answer, language: str) -> str:
    """The largest words on the screen: the colour and its meaning, else what stands against it."""
    accepted = answer.accepted
    if accepted is None:
        return answer_words(answer, language).title
    return colour_words(accepted.colour, accepted.given, language)


def age_words(seconds: int, language: str) -> str:
    """An age in the largest sensible unit; below zero the clock must be wrong."""
    minutes, hours, days, wrong = _AGES[language]
    if seconds < -_MINUTE:
        return wrong
    if seconds < _HOUR:
        return minutes.format(max(0, seconds) // _MINUTE)
    if seconds < 2 * _DAY:
        return hours.format(seconds // _HOUR)
    return days.format(seconds // _DAY)


def birth_words(birth: BirthDate) -> str:
    """As Vietnamese cards print it: `dd/mm/yyyy`, or as much of it as is known."""
    return "/".join(reversed(str(birth).split("-")))


def masked_id(suffix: str | None, language: str) -> str:
    """The end of the identity number behind a mask, or that there is none."""
    return PHRASES[language]["no_id"] if suffix is None else f"{_MASK} {suffix}"
