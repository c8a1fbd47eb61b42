"""The thirteen published reasons for which a correction is rejected (9458/BYT-CNTT), in words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

__all__ = ["Rejection", "rejection_words"]


class Rejection(StrEnum):
    """Why a correction is rejected; stable for ever."""

    FORM_INCOMPLETE = "FORM_INCOMPLETE"
    NAME_CONTRADICTS = "NAME_CONTRADICTS"
    ONLY_SELFIE = "ONLY_SELFIE"
    DOSE_NUMBER_DIFFERS = "DOSE_NUMBER_DIFFERS"
    DOB_CONTRADICTS = "DOB_CONTRADICTS"
    PAPER_INCOMPLETE = "PAPER_INCOMPLETE"
    PAPER_COVERED = "PAPER_COVERED"
    PAPER_BLURRED = "PAPER_BLURRED"
    DATE_CONTRADICTS = "DATE_CONTRADICTS"
    NOTHING_MATCHES = "NOTHING_MATCHES"
    NAME_INCOMPLETE = "NAME_INCOMPLETE"
    VACCINE_CONTRADICTS = "VACCINE_CONTRADICTS"
    PAPER_ALTERED = "PAPER_ALTERED"


def rejection_words(reason: Rejection, language: str) -> str:
    """What is wrong and what to do; raises KeyError for another language than `vi` and `en`."""
    return _WORDS[language][reason]


_EN: Final[Mapping[Rejection, str]] = {
    Rejection.FORM_INCOMPLETE: "The screening form has no date, dose or vaccine. Ask the site for "
    "one that has, or send the slip.",
    Rejection.NAME_CONTRADICTS: "The name on the paper is not the name that was asked for. Send a "
    "paper of this person.",
    Rejection.ONLY_SELFIE: "The photo shows a person and no paper. Photograph the slip.",
    Rejection.DOSE_NUMBER_DIFFERS: "The paper is about another dose. Say which dose is meant, or "
    "send the other paper.",
    Rejection.DOB_CONTRADICTS: "The birth date on the paper is not the one that was asked for. "
    "Compare both with the identity card.",
    Rejection.PAPER_INCOMPLETE: "The paper lacks the name, sex, date or vaccine. Ask the site for "
    "a whole one.",
    Rejection.PAPER_COVERED: "What matters on the paper is covered. Photograph all of it.",
    Rejection.PAPER_BLURRED: "The photo cannot be read. Take it again in good light.",
    Rejection.DATE_CONTRADICTS: "The date on the paper is not the one that was asked for. Compare "
    "both.",
    Rejection.NOTHING_MATCHES: "Neither the paper nor the site's records bear this out. Ask the "
    "site where the injection was given.",
    Rejection.NAME_INCOMPLETE: "The name is not complete, or without its marks. Write it as on the "
    "identity card.",
    Rejection.VACCINE_CONTRADICTS: "The vaccine on the paper is not the one that was asked for. "
    "Compare both.",
    Rejection.PAPER_ALTERED: "The paper was altered. Go to the site in person.",
}
_VI: Final[Mapping[Rejection, str]] = {
    Rejection.FORM_INCOMPLETE: "Phiếu sàng lọc không ghi ngày tiêm, mũi tiêm hoặc vắc xin. Xin cơ "
    "sở tiêm phiếu đầy đủ, hoặc gửi giấy xác nhận.",
    Rejection.NAME_CONTRADICTS: "Họ tên trên giấy khác họ tên đề nghị sửa. Gửi giấy của đúng "
    "người này.",
    Rejection.ONLY_SELFIE: "Ảnh chỉ có người, không có giấy tờ. Chụp giấy xác nhận tiêm.",
    Rejection.DOSE_NUMBER_DIFFERS: "Giấy xác nhận mũi tiêm khác. Ghi rõ mũi cần sửa, hoặc gửi giấy "
    "của mũi đó.",
    Rejection.DOB_CONTRADICTS: "Ngày sinh trên giấy khác ngày sinh đề nghị sửa. Đối chiếu với giấy "
    "tờ tùy thân.",
    Rejection.PAPER_INCOMPLETE: "Giấy thiếu họ tên, giới tính, ngày tiêm hoặc vắc xin. Xin cơ sở "
    "tiêm giấy đầy đủ.",
    Rejection.PAPER_COVERED: "Thông tin cần xem trên giấy bị che. Chụp toàn bộ tờ giấy.",
    Rejection.PAPER_BLURRED: "Ảnh mờ, không đọc được. Chụp lại ở nơi đủ sáng.",
    Rejection.DATE_CONTRADICTS: "Ngày tiêm trên giấy khác ngày đề nghị sửa. Đối chiếu lại.",
    Rejection.NOTHING_MATCHES: "Giấy tờ và dữ liệu của cơ sở tiêm đều không khớp với đề nghị. Hỏi "
    "cơ sở đã tiêm.",
    Rejection.NAME_INCOMPLETE: "Họ tên không đầy đủ hoặc không có dấu. Viết đúng như giấy tờ tùy "
    "thân.",
    Rejection.VACCINE_CONTRADICTS: "Vắc xin trên giấy khác vắc xin đề nghị sửa. Đối chiếu lại.",
    Rejection.PAPER_ALTERED: "Giấy có dấu hiệu bị sửa. Đến trực tiếp cơ sở tiêm.",
}
_WORDS: Final = {"en": _EN, "vi": _VI}
