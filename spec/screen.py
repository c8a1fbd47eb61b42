"""What screens at a door say beside the verdicts' own words, and how long they say it.

The scanner and the verifier's page show the same; what only one of them needs stands with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from spec.verdicts import Outcome, Words

__all__ = [
    "AGES",
    "MASK",
    "NEWER_CODES",
    "NOTES",
    "PHRASES",
    "RULES",
    "RULE_HELPS",
    "TROUBLES",
    "Note",
    "Times",
]


class Note(StrEnum):
    """A small remark while a screen keeps looking for codes."""

    NOT_A_CERTIFICATE = "not_a_certificate"
    TWO_CERTIFICATES = "two_certificates"
    ALREADY_READ = "already_read"
    CERTIFICATE_FIRST = "certificate_first"
    """A card came before the certificate that it is to be compared with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """How long things last, in seconds."""

    show: float = 8.0
    """A result stays this long, then it is gone: personal data do not linger on a screen."""
    keep: float = 2.0
    """A result is safe for this long from the next person's certificate."""
    cooldown: float = 3.0
    """A judged code counts as new again after this long out of sight."""
    note: float = 1.5
    """A remark stays this long after its cause was last seen."""
    give_up: float = 15.0
    """After this long without an answer the check has failed."""


MASK: Final = "••••"
"""Before the end of an identity number."""

PHRASES: Final[Mapping[str, Mapping[str, str]]] = {
    "vi": {
        "show_code": "ĐƯA MÃ QR VÀO KHUNG",
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
    },
    "en": {
        "show_code": "SHOW THE QR CODE IN THE FRAME",
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
    },
}

RULES: Final[Mapping[str, tuple[str, str]]] = {
    "vi": ("Chứng nhận thật. Quy định: {}. {}", "Được vào từ {}."),
    "en": ("The certificate is genuine. Rule: {}. {}", "It passes from {}."),
}
"""What a screen says of a rule of the place in its words, and from when it would let pass."""

RULE_HELPS: Final[Mapping[str, Mapping[str, str]]] = {
    "vi": {"colour": "Cần thêm mũi tiêm.", "longest_age": "Cần chứng nhận mới."},
    "en": {"colour": "A further dose is needed.", "longest_age": "A new certificate is needed."},
}
"""What would help where waiting does not, by the condition that was not met."""

NOTES: Final[Mapping[str, Mapping[Note, str]]] = {
    "vi": {
        Note.NOT_A_CERTIFICATE: "Không phải mã chứng nhận",
        Note.TWO_CERTIFICATES: "Có hai chứng nhận: chỉ đưa một",
        Note.ALREADY_READ: "Mã này vừa kiểm tra: cất đi rồi đưa lại",
        Note.CERTIFICATE_FIRST: "Đưa chứng nhận trước, thẻ sau",
    },
    "en": {
        Note.NOT_A_CERTIFICATE: "Not a certificate QR",
        Note.TWO_CERTIFICATES: "Two certificates in view: show one",
        Note.ALREADY_READ: "Just checked: take it away, then show it again",
        Note.CERTIFICATE_FIRST: "First the certificate, then the card",
    },
}

TROUBLES: Final[Mapping[str, Mapping[str, Words]]] = {
    "vi": {
        "service_unreachable": Words(
            "KHÔNG KIỂM TRA ĐƯỢC – KHÔNG CÓ MẠNG", "Kiểm tra kết nối mạng rồi quét lại."
        ),
        "service_refused": Words(
            "KHÔNG KIỂM TRA ĐƯỢC – MÁY CHỦ TỪ CHỐI", "Quét lại; nếu vẫn lỗi, báo kỹ thuật viên."
        ),
        "service_answer": Words(
            "KHÔNG KIỂM TRA ĐƯỢC – TRẢ LỜI SAI", "Quét lại; nếu vẫn lỗi, báo kỹ thuật viên."
        ),
        "no_answer": Words("KHÔNG KIỂM TRA ĐƯỢC – QUÁ LÂU", "Quét lại."),
        "service_busy": Words("KHÔNG KIỂM TRA ĐƯỢC – MÁY CHỦ BẬN", "Chờ một lát rồi quét lại."),
        "key_wanted": Words(
            "KHÔNG KIỂM TRA ĐƯỢC – CẦN KHÓA API", "Nhập khóa API của nơi này rồi quét lại."
        ),
        "no_code": Words("KHÔNG THẤY MÃ QR", "Chụp gần hơn, rõ hơn rồi thử lại."),
        "unreadable": Words("KHÔNG ĐỌC ĐƯỢC ẢNH", "Kiểm tra tệp ảnh."),
    },
    "en": {
        "service_unreachable": Words(
            "CANNOT CHECK – NO CONNECTION", "Check the network and scan again."
        ),
        "service_refused": Words(
            "CANNOT CHECK – SERVICE REFUSED", "Scan again; if it persists, call a technician."
        ),
        "service_answer": Words(
            "CANNOT CHECK – WRONG ANSWER", "Scan again; if it persists, call a technician."
        ),
        "no_answer": Words("CANNOT CHECK – NO ANSWER", "Scan again."),
        "service_busy": Words("CANNOT CHECK – SERVICE BUSY", "Wait a moment and scan again."),
        "key_wanted": Words(
            "CANNOT CHECK – API KEY NEEDED", "Enter the API key of this place and scan again."
        ),
        "no_code": Words("NO QR CODE FOUND", "Take the picture closer and sharper."),
        "unreadable": Words("PICTURE CANNOT BE READ", "Check the picture file."),
    },
}
"""Why nobody could judge: by codes beside those of the verdicts. None of them says "invalid"."""

NEWER_CODES: Final[Mapping[str, Mapping[Outcome, Words]]] = {
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
"""For verdict codes that a newer service knows and the screen does not."""

AGES: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "vi": ("{} phút trước", "{} giờ trước", "{} ngày trước", "đồng hồ máy sai?"),
    "en": ("{} min old", "{} h old", "{} days old", "device clock wrong?"),
}
"""An age in minutes, hours or days; and what is said of one below zero."""
