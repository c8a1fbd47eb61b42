"""What officers and clerks read about a comparison, in Vietnamese and English.

The tables of sections 16.1 and 16.2 of the specification say the same; a test compares them. No
word holds anything of what was compared.
"""

from typing import Final

from spec.differences import BirthDateKind, NameKind, NumberKind, SexKind
from spec.match import IdentityField, Match
from spec.verdicts import Words

__all__ = ["difference_words", "field_words", "kind_words", "match_words"]

_MATCH: Final[dict[str, dict[Match, Words]]] = {
    "vi": {
        Match.MATCH: Words("KHỚP", "Giấy tờ và chứng nhận là của một người."),
        Match.NEAR: Words("GẦN KHỚP", "Xem kỹ chỗ khác nhau rồi quyết định."),
        Match.NO_MATCH: Words("KHÔNG KHỚP", "Không cho qua. Giấy tờ là của người khác."),
        Match.CANNOT_TELL: Words("KHÔNG SO SÁNH ĐƯỢC", "Đối chiếu bằng mắt với giấy tờ tùy thân."),
    },
    "en": {
        Match.MATCH: Words("MATCH", "The paper and the certificate are one person's."),
        Match.NEAR: Words("NEAR MATCH", "Look at what differs, then decide."),
        Match.NO_MATCH: Words("NO MATCH", "Do not let pass. The paper is another person's."),
        Match.CANNOT_TELL: Words("CANNOT COMPARE", "Compare with the identity card by eye."),
    },
}

_FIELDS: Final[dict[str, dict[IdentityField, str]]] = {
    "vi": {
        IdentityField.NAME: "Họ tên",
        IdentityField.BIRTH_DATE: "Ngày sinh",
        IdentityField.ID_NUMBER: "Số giấy tờ",
        IdentityField.SEX: "Giới tính",
    },
    "en": {
        IdentityField.NAME: "Name",
        IdentityField.BIRTH_DATE: "Birth date",
        IdentityField.ID_NUMBER: "Identity number",
        IdentityField.SEX: "Sex",
    },
}

_DIFFERENCES: Final[dict[str, dict[str, str]]] = {
    "vi": {
        "equal": "khớp",
        "format_only": "viết khác, cùng một tên",
        "marks_missing": "thiếu dấu",
        "marks_differ": "khác dấu",
        "word_missing": "thiếu một chữ",
        "word_order": "khác thứ tự các chữ",
        "letters": "khác một, hai chữ cái",
        "precision": "một bên không ghi đủ ngày tháng",
        "day_month_swapped": "đảo ngày và tháng",
        "one_digit": "khác một ký tự",
        "transposed": "đảo hai ký tự liền nhau",
        "suffix_equal": "các ký tự cuối khớp",
        "old_number": "số cũ của cùng một người",
        "suffix_differs": "các ký tự cuối khác",
        "differs": "khác",
        "unknown": "không so sánh được",
    },
    "en": {
        "equal": "agrees",
        "format_only": "written otherwise, the same name",
        "marks_missing": "marks are missing",
        "marks_differ": "the marks differ",
        "word_missing": "a word is missing",
        "word_order": "the words stand in another order",
        "letters": "one or two letters differ",
        "precision": "one side does not state the whole date",
        "day_month_swapped": "day and month changed places",
        "one_digit": "one character differs",
        "transposed": "two neighbouring characters changed places",
        "suffix_equal": "the last characters agree",
        "old_number": "an old number of the same person",
        "suffix_differs": "the last characters differ",
        "differs": "differs",
        "unknown": "cannot be compared",
    },
}


def match_words(match: Match, language: str) -> Words:
    """The words for the verdict at the gate; `language` is one of LANGUAGES, else KeyError."""
    return _MATCH[language][match]


def field_words(field: IdentityField, language: str) -> str:
    """What a field is called."""
    return _FIELDS[language][field]


def difference_words(kind: NameKind | BirthDateKind | NumberKind | SexKind, language: str) -> str:
    """What a kind of difference is called; it stands behind the name of its field."""
    return _DIFFERENCES[language][kind]


def kind_words(kind: str, language: str) -> str:
    """The same for a kind by its name, as a register keeps it; raises KeyError for none."""
    return _DIFFERENCES[language]["differs" if kind == "not_equal" else kind]
