"""The verdicts: one vocabulary for JSON, metrics, vectors, exit messages, screens and sounds.

The table of section 9 of the specification says the same; a test compares the two.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from spec.colour import Colour

__all__ = ["LANGUAGES", "Outcome", "VerdictCode", "Words", "colour_words", "verdict_words"]

LANGUAGES: Final = ("vi", "en")


class Outcome(StrEnum):
    """What the gate does: opens, stays shut, or cannot tell."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDETERMINED = "undetermined"


class VerdictCode(StrEnum):
    """Why; stable for ever. The order is that of section 9."""

    OK = "ok"
    SUPERSEDED = "superseded"
    NOT_A_CERTIFICATE = "not_a_certificate"
    MALFORMED = "malformed"
    BAD_SIGNATURE = "bad_signature"
    ALGORITHM_MISMATCH = "algorithm_mismatch"
    KEY_NOT_VALID = "key_not_valid"
    KEY_COMPROMISED = "key_compromised"
    INCONSISTENT = "inconsistent"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    POLICY = "policy"
    UNKNOWN_KEY = "unknown_key"
    TRUST_STALE = "trust_stale"
    STATUS_STALE = "status_stale"
    CLOCK_SUSPECT = "clock_suspect"

    @property
    def outcome(self) -> Outcome:
        """The one outcome that this code belongs to."""
        return _OUTCOMES[self]


_ACCEPTED: Final = frozenset({VerdictCode.OK, VerdictCode.SUPERSEDED})
_UNDETERMINED: Final = frozenset(
    {
        VerdictCode.UNKNOWN_KEY,
        VerdictCode.TRUST_STALE,
        VerdictCode.STATUS_STALE,
        VerdictCode.CLOCK_SUSPECT,
    }
)
_OUTCOMES: Final = (
    dict.fromkeys(VerdictCode, Outcome.REJECTED)
    | dict.fromkeys(_ACCEPTED, Outcome.ACCEPTED)
    | dict.fromkeys(_UNDETERMINED, Outcome.UNDETERMINED)
)


@dataclass(frozen=True, slots=True)
class Words:
    """What a person reads: the verdict in capitals, and what to do next."""

    title: str
    advice: str


_VI: Final[dict[VerdictCode, Words]] = {
    VerdictCode.OK: Words("HỢP LỆ", "Đối chiếu với giấy tờ tùy thân."),
    VerdictCode.SUPERSEDED: Words(
        "HỢP LỆ – ĐÃ CÓ BẢN MỚI", "Cho qua. Báo người mang lấy chứng nhận mới."
    ),
    VerdictCode.NOT_A_CERTIFICATE: Words(
        "KHÔNG PHẢI MÃ CHỨNG NHẬN", "Yêu cầu đưa mã QR của chứng nhận tiêm chủng."
    ),
    VerdictCode.MALFORMED: Words(
        "KHÔNG HỢP LỆ – MÃ HỎNG", "Quét lại; nếu vẫn lỗi, yêu cầu bản in hoặc ảnh gốc."
    ),
    VerdictCode.BAD_SIGNATURE: Words(
        "KHÔNG HỢP LỆ – CHỮ KÝ SAI", "Không cho qua. Nội dung đã bị sửa hoặc làm giả."
    ),
    VerdictCode.ALGORITHM_MISMATCH: Words(
        "KHÔNG HỢP LỆ – SAI THUẬT TOÁN", "Không cho qua. Mã không do đơn vị cấp tạo ra."
    ),
    VerdictCode.KEY_NOT_VALID: Words(
        "KHÔNG HỢP LỆ – KHÓA KÝ KHÔNG ĐƯỢC PHÉP",
        "Không cho qua. Hướng dẫn người mang xin cấp lại chứng nhận.",
    ),
    VerdictCode.KEY_COMPROMISED: Words(
        "KHÔNG HỢP LỆ – KHÓA KÝ ĐÃ LỘ",
        "Không cho qua. Hướng dẫn người mang xin cấp lại chứng nhận.",
    ),
    VerdictCode.INCONSISTENT: Words(
        "KHÔNG HỢP LỆ – NỘI DUNG MÂU THUẪN",
        "Không cho qua. Hướng dẫn người mang xin đính chính ở nơi tiêm.",
    ),
    VerdictCode.EXPIRED: Words("HẾT HẠN", "Yêu cầu người mang tải lại chứng nhận mới."),
    VerdictCode.NOT_YET_VALID: Words(
        "CHƯA CÓ HIỆU LỰC", "Kiểm tra ngày giờ của máy quét; nếu đúng, không cho qua."
    ),
    VerdictCode.REVOKED: Words(
        "ĐÃ THU HỒI", "Không cho qua. Người mang hỏi nơi tiêm để được cấp lại."
    ),
    VerdictCode.SUSPENDED: Words(
        "TẠM ĐÌNH CHỈ", "Không cho qua lúc này. Người mang hỏi đơn vị cấp chứng nhận."
    ),
    VerdictCode.POLICY: Words(
        "CHƯA ĐỦ ĐIỀU KIỆN VÀO NƠI NÀY", "Chứng nhận thật. Giải thích quy định tại nơi này."
    ),
    VerdictCode.UNKNOWN_KEY: Words(
        "KHÔNG KIỂM TRA ĐƯỢC – KHÓA LẠ", "Cập nhật dữ liệu tin cậy rồi quét lại."
    ),
    VerdictCode.TRUST_STALE: Words(
        "KHÔNG KIỂM TRA ĐƯỢC – DỮ LIỆU TIN CẬY CŨ", "Nối mạng, cập nhật dữ liệu rồi quét lại."
    ),
    VerdictCode.STATUS_STALE: Words(
        "KHÔNG KIỂM TRA ĐƯỢC – DANH SÁCH THU HỒI CŨ", "Nối mạng, cập nhật dữ liệu rồi quét lại."
    ),
    VerdictCode.CLOCK_SUSPECT: Words(
        "KHÔNG KIỂM TRA ĐƯỢC – ĐỒNG HỒ SAI", "Chỉnh lại ngày giờ của máy rồi quét lại."
    ),
}

_EN: Final[dict[VerdictCode, Words]] = {
    VerdictCode.OK: Words("VALID", "Compare with the identity card."),
    VerdictCode.SUPERSEDED: Words(
        "VALID – A NEWER ONE EXISTS", "Let pass. Tell the holder to fetch the new certificate."
    ),
    VerdictCode.NOT_A_CERTIFICATE: Words(
        "NOT A CERTIFICATE QR", "Ask for the QR code of the vaccination certificate."
    ),
    VerdictCode.MALFORMED: Words(
        "INVALID – DAMAGED CODE", "Scan again; if it persists, ask for the print or the original."
    ),
    VerdictCode.BAD_SIGNATURE: Words(
        "INVALID – WRONG SIGNATURE", "Do not let pass. The content was altered or forged."
    ),
    VerdictCode.ALGORITHM_MISMATCH: Words(
        "INVALID – WRONG ALGORITHM", "Do not let pass. No issuer made this code."
    ),
    VerdictCode.KEY_NOT_VALID: Words(
        "INVALID – KEY NOT ALLOWED", "Do not let pass. The holder should have it issued again."
    ),
    VerdictCode.KEY_COMPROMISED: Words(
        "INVALID – STOLEN KEY", "Do not let pass. The holder should have it issued again."
    ),
    VerdictCode.INCONSISTENT: Words(
        "INVALID – CONTRADICTS ITSELF",
        "Do not let pass. The holder should ask the vaccination site for a correction.",
    ),
    VerdictCode.EXPIRED: Words("EXPIRED", "Ask the holder to fetch a new certificate."),
    VerdictCode.NOT_YET_VALID: Words(
        "NOT YET VALID", "Check the scanner's date and time; if right, do not let pass."
    ),
    VerdictCode.REVOKED: Words(
        "REVOKED", "Do not let pass. The holder should ask the vaccination site."
    ),
    VerdictCode.SUSPENDED: Words(
        "SUSPENDED", "Do not let pass for now. The holder should ask the issuer."
    ),
    VerdictCode.POLICY: Words(
        "NOT ENOUGH FOR THIS PLACE", "The certificate is genuine. Explain the rule of this place."
    ),
    VerdictCode.UNKNOWN_KEY: Words(
        "CANNOT CHECK – UNKNOWN KEY", "Refresh the trust data and scan again."
    ),
    VerdictCode.TRUST_STALE: Words(
        "CANNOT CHECK – OLD TRUST DATA", "Connect, refresh the trust data and scan again."
    ),
    VerdictCode.STATUS_STALE: Words(
        "CANNOT CHECK – OLD REVOCATION LISTS", "Connect, refresh the trust data and scan again."
    ),
    VerdictCode.CLOCK_SUSPECT: Words(
        "CANNOT CHECK – WRONG CLOCK", "Set the device's date and time and scan again."
    ),
}

_WORDS: Final = {"vi": _VI, "en": _EN}
_COUNT_VI: Final = {1: "MỘT", 2: "HAI", 3: "BA"}
_COUNT_EN: Final = {1: "ONE", 2: "TWO", 3: "THREE"}


def verdict_words(code: VerdictCode, language: str) -> Words:
    """The words for a verdict; `language` is one of LANGUAGES, else KeyError."""
    return _WORDS[language][code]


def colour_words(colour: Colour, given: int, language: str) -> str:
    """The headline of an accepted certificate: its colour and what the colour means.

    A yellow one says how many doses were given: two of three Abdala doses are not one dose.
    """
    if language == "vi":
        if colour is Colour.GREEN:
            return "XANH – ĐỦ LIỀU"
        return f"VÀNG – {_COUNT_VI.get(given, given)} MŨI"
    if colour is Colour.GREEN:
        return "GREEN – COMPLETE"
    return f"YELLOW – {_COUNT_EN.get(given, given)} DOSE{'S' if given > 1 else ''}"
