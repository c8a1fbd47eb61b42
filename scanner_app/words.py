"""The scanner's words in both languages: those of every screen at a door, and a few of its own."""

import time
from typing import Final

from scanner_app.answer import Answer, Refused
from scanner_app.comparison import Compared
from scanner_app.counts import ANOTHER_PERSON, NOT_COMPARED
from scanner_app.sight import Hint
from scanner_app.states import Showing
from spec import screen
from spec.dates import BirthDate
from spec.differences import BirthDateKind, NameKind, NumberKind, SexKind
from spec.match import IdentityField
from spec.match_words import difference_words, field_words, match_words
from spec.screen import AGES, MASK, NEWER_CODES, NOTES, RULE_HELPS, RULES, TROUBLES
from spec.verdicts import VerdictCode, Words, colour_words, verdict_words

__all__ = [
    "HINTS",
    "KEYS",
    "NOTES",
    "PHRASES",
    "age_words",
    "answer_words",
    "birth_words",
    "comparison_words",
    "headline",
    "masked_id",
    "other_language",
    "reason_words",
    "result_words",
]

PHRASES: Final = {
    "vi": {
        **screen.PHRASES["vi"],
        "use_reader": "QUÉT MÃ BẰNG MÁY ĐỌC",
        "plug_in": "Cắm lại camera; máy đọc mã vẫn dùng được",
        "reading": "ĐANG ĐỌC MÃ …",
        "cleared": "ĐÃ XÓA – MỜI NGƯỜI TIẾP THEO",
        "compared": "GIẤY TỜ ĐÃ KHỚP",
        "compare_first": "ĐỐI CHIẾU GIẤY TỜ TRƯỚC",
        "show_card": "ĐƯA MÃ QR CỦA THẺ VÀO KHUNG",
        "same": "Enter: ĐÚNG NGƯỜI",
        "another": "N: NGƯỜI KHÁC",
        "all_keys": "PHÍM",
        "keys_hint": "H: phím",
        "muted": "TẮT TIẾNG",
        "keys": "Khóa",
        "lists": "Danh sách thu hồi",
        "clock": "Giờ máy",
        "behind": "CHẬM, CHỈNH LẠI",
        "accepted": "Cho qua",
        "rejected": "Từ chối",
        "undetermined": "Chưa rõ",
        "seconds": "{:.0f} giây/người",
        "not_saved": "KHÔNG LƯU ĐƯỢC SỐ ĐẾM",
        "not_refreshed": "KHÔNG CẬP NHẬT ĐƯỢC",
        "quit_again": "NHẤN Q LẦN NỮA ĐỂ THOÁT",
    },
    "en": {
        **screen.PHRASES["en"],
        "use_reader": "SCAN THE CODE WITH THE READER",
        "plug_in": "Plug the camera in again; a code reader still works",
        "reading": "READING …",
        "cleared": "CLEARED – NEXT PERSON",
        "compared": "ID COMPARED",
        "compare_first": "COMPARE WITH ID FIRST",
        "show_card": "SHOW THE CARD'S QR CODE",
        "same": "Enter: SAME PERSON",
        "another": "N: ANOTHER PERSON",
        "all_keys": "KEYS",
        "keys_hint": "H: keys",
        "muted": "MUTED",
        "keys": "Keys",
        "lists": "Revocation lists",
        "clock": "Clock",
        "behind": "BEHIND, SET IT",
        "accepted": "Passed",
        "rejected": "Refused",
        "undetermined": "Undecided",
        "seconds": "{:.0f} s a person",
        "not_saved": "COUNTERS NOT SAVED",
        "not_refreshed": "NOT REFRESHED",
        "quit_again": "PRESS Q AGAIN TO QUIT",
    },
}

HINTS: Final = {
    "vi": {
        Hint.HOLD_STILL: "GIỮ YÊN",
        Hint.TOO_FAR: "ĐƯA LẠI GẦN HƠN",
        Hint.TOO_DARK: "QUÁ TỐI: BẬT ĐÈN",
        Hint.GLARE: "BỊ CHÓI: NGHIÊNG MÃ MỘT CHÚT",
    },
    "en": {
        Hint.HOLD_STILL: "HOLD STILL",
        Hint.TOO_FAR: "COME CLOSER",
        Hint.TOO_DARK: "TOO DARK: PUT A LIGHT ON",
        Hint.GLARE: "GLARE: TILT THE CODE A LITTLE",
    },
}

KEYS: Final = {
    "vi": (
        ("Enter", "đúng người; xóa kết quả"),
        ("N", "người khác"),
        ("Space", "xóa kết quả"),
        ("L", "English"),
        ("M", "tắt hoặc bật tiếng"),
        ("F", "toàn màn hình"),
        ("H", "danh sách phím này"),
        ("Q", "thoát"),
    ),
    "en": (
        ("Enter", "same person; clear the result"),
        ("N", "another person"),
        ("Space", "clear the result"),
        ("L", "Tiếng Việt"),
        ("M", "sound off or on"),
        ("F", "full screen"),
        ("H", "this list of keys"),
        ("Q", "quit"),
    ),
}
"""What each key does; `station` obeys the same ones."""

_REASONS: Final = {
    "vi": {ANOTHER_PERSON: "người khác", NOT_COMPARED: "chưa đối chiếu"},
    "en": {ANOTHER_PERSON: "another person", NOT_COMPARED: "not compared"},
}
"""Why somebody did not pass although the certificate is genuine."""

_ANOTHER: Final = {
    "vi": Words("NGƯỜI KHÁC", "Không cho qua. Chứng nhận thật, nhưng của người khác."),
    "en": Words(
        "ANOTHER PERSON", "Do not let pass. The certificate is genuine, and somebody else's."
    ),
}

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400


def other_language(language: str) -> str:
    """The language of the second, smaller line."""
    return "en" if language == "vi" else "vi"


def answer_words(answer: Answer, language: str) -> Words:
    """Title and advice for an answer, also for trouble and for codes from newer services."""
    if answer.trouble is not None:
        return TROUBLES[language][answer.trouble]
    try:
        words = verdict_words(VerdictCode(answer.code or ""), language)
        refused = answer.refused
        return words if refused is None else Words(words.title, _rule_words(refused, language))
    except ValueError:
        return NEWER_CODES[language][answer.outcome]


def _rule_words(refused: Refused, language: str) -> str:
    """The rule of the place, and from when, by the clock on the wall, it would let pass."""
    sentence, passes = RULES[language]
    if refused.passes_from is None:
        helps = RULE_HELPS[language].get(refused.check, "")
        return sentence.format(refused.words.removesuffix("."), helps).strip()
    local = time.localtime(refused.passes_from)
    midnight = (local.tm_hour, local.tm_min) == (0, 0)
    moment = time.strftime("%d/%m/%Y" if midnight else "%d/%m/%Y %H:%M", local)
    return sentence.format(refused.words.removesuffix("."), passes.format(moment))


def comparison_words(compared: Compared, language: str) -> str:
    """What a comparison came to, and the fields to look at; a person's data are not in it."""
    words = match_words(compared.match, language)
    return f"{_doubts(compared, language) or words.title}. {words.advice}"


def _doubts(compared: Compared, language: str) -> str:
    """Each field in doubt with the kind of its difference."""
    if compared.found is None:
        return ""
    found = compared.found
    kinds: dict[IdentityField, NameKind | BirthDateKind | NumberKind | SexKind] = {
        IdentityField.NAME: found.name,
        IdentityField.BIRTH_DATE: found.birth_date,
        IdentityField.ID_NUMBER: found.id_number,
        IdentityField.SEX: found.sex,
    }
    return ", ".join(
        f"{field_words(field, language)}: {difference_words(kinds[field], language)}"
        for field in found.doubts
    )


def result_words(state: Showing, language: str) -> Words:
    """Headline and advice of a result, also for a certificate that is somebody else's."""
    if state.differs and state.comparison is not None:
        title, doubts = _ANOTHER[language].title, _doubts(state.comparison, language)
        title = f"{title} – {doubts.upper()}" if doubts else title
        return Words(title, _ANOTHER[language].advice)
    return Words(headline(state.answer, language), answer_words(state.answer, language).advice)


def reason_words(reason: str, language: str) -> str:
    """A few words for the reason of a counted result."""
    own = _REASONS[language].get(reason)
    if own is not None:
        return own
    words = TROUBLES[language].get(reason)
    if words is None and reason in list(VerdictCode):
        words = verdict_words(VerdictCode(reason), language)
    if words is None:
        return reason
    verdict, _, detail = words.title.partition(" – ")
    return (detail or verdict).lower()


def headline(answer: Answer, language: str) -> str:
    """The largest words on the screen: the colour and its meaning, else what stands against it."""
    accepted = answer.accepted
    if accepted is None:
        return answer_words(answer, language).title
    return colour_words(accepted.colour, accepted.given, language)


def age_words(seconds: int, language: str) -> str:
    """An age in the largest sensible unit; below zero the clock must be wrong."""
    minutes, hours, days, wrong = AGES[language]
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
    return PHRASES[language]["no_id"] if suffix is None else f"{MASK} {suffix}"
