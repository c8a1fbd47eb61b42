"""The sentences of the answer to "why has this person no green?", in Vietnamese and English."""

from datetime import timedelta
from typing import Final

from issuer.reason_words import words_of
from issuer.register.models import RecordState
from issuer.why import Answer, Because, RecordSeen, Statement
from keys.times import to_datetime

__all__ = ["ANSWER_HOURS", "statement_words"]

ANSWER_HOURS: Final = 48
"""A record that waits is decided within this time (9458/BYT-CNTT)."""

_EN: Final[dict[Because, str]] = {
    Because.COMPLETE: "The course is complete, {doses}: certificate {certificate} is green. An "
    "older code still passes and may look yellow; hand over the newest one.",
    Because.COMPLETE_SOON: "The course is complete, {doses}. The green certificate is made with "
    "the next run of issuing.",
    Because.STARTED: "{doses} doses count. No record of a further dose counts yet. If one was "
    "given, the site that gave it has to send its record, or the person asks for a correction.",
    Because.WAITING: "A record{day}{site} came on {received} and waits for somebody to look at it, "
    "by {due} at the latest. {causes}",
    Because.REFUSED: "A record{day}{site} came on {received} and could not be read as a dose. The "
    "site has to send it again. {causes}",
    Because.FALLING: "Records were taken back, so certificate {certificate} says more than what "
    "counts now. It stands until a second person agrees.",
    Because.SUSPENDED: "Certificate {certificate} is held back. `dosepass-issuer show` tells why.",
    Because.REVOKED: "Certificate {certificate} was taken back. `dosepass-issuer show` tells why.",
    Because.STOPPED: "Certificate {certificate} was stopped by a check before it was signed. The "
    "run of issuing has told why.",
    Because.NOTHING: "No record has come. That does not mean that nothing was given: ask the site "
    "that vaccinated to send its record, or ask for a correction.",
}

_VI: Final[dict[Because, str]] = {
    Because.COMPLETE: "Đã tiêm đủ liều, {doses}: chứng nhận {certificate} màu xanh. Mã cũ vẫn có "
    "giá trị và có thể còn màu vàng; hãy đưa mã mới nhất.",
    Because.COMPLETE_SOON: "Đã tiêm đủ liều, {doses}. Chứng nhận xanh sẽ có trong lần cấp tới.",
    Because.STARTED: "Mới có {doses} mũi được tính. Chưa có bản ghi nào của mũi tiếp theo được "
    "tính. Nếu đã tiêm, cơ sở tiêm phải gửi bản ghi, hoặc người dân gửi yêu cầu đính chính.",
    Because.WAITING: "Một bản ghi{day}{site} nhận ngày {received} đang chờ xác thực, chậm nhất đến "
    "{due}. {causes}",
    Because.REFUSED: "Một bản ghi{day}{site} nhận ngày {received} không đọc được thành mũi tiêm. "
    "Cơ sở tiêm phải gửi lại. {causes}",
    Because.FALLING: "Có bản ghi bị rút lại, nên chứng nhận {certificate} ghi nhiều hơn số được "
    "tính. Chứng nhận vẫn giữ nguyên cho đến khi người thứ hai đồng ý.",
    Because.SUSPENDED: "Chứng nhận {certificate} đang bị tạm giữ. `dosepass-issuer show` cho biết "
    "lý do.",
    Because.REVOKED: "Chứng nhận {certificate} đã bị thu hồi. `dosepass-issuer show` cho biết lý "
    "do.",
    Because.STOPPED: "Chứng nhận {certificate} bị chặn khi kiểm tra trước lúc ký. Lần cấp đã nêu "
    "lý do.",
    Because.NOTHING: "Chưa có bản ghi nào. Điều đó không có nghĩa là chưa tiêm: hãy đề nghị cơ sở "
    "tiêm gửi bản ghi, hoặc gửi yêu cầu đính chính.",
}

_WORDS: Final = {"en": _EN, "vi": _VI}
_ONE_WAITS: Final = {
    "en": "{doses} doses count so far.",
    "vi": "Đến nay mới có {doses} mũi được tính.",
}
"""Of a course that has started, where a record waits: nobody is sent for what has come."""
_OF: Final = {"en": (" of {}", " from {}"), "vi": (" ngày tiêm {}", " từ {}")}
_DAY: Final = "%d/%m/%Y"


def statement_words(statement: Statement, answer: Answer, language: str) -> str:
    """One sentence of an answer; days are written as people in Vietnam do."""
    course = answer.course
    words = _WORDS[language][statement.because]
    waits = any(one.state is RecordState.REVIEW for one in answer.records)
    if statement.because is Because.STARTED and waits:
        words = _ONE_WAITS[language]
    said = words.format(
        doses="0" if course is None else f"{len(course.doses)}/{course.doses_needed}",
        certificate=statement.certificate,
        **({} if statement.record is None else _record_words(statement.record, language)),
    )
    return said.strip()


def _record_words(record: RecordSeen, language: str) -> dict[str, str]:
    of_day, from_site = _OF[language]
    received = to_datetime(record.received_at)
    return {
        "day": "" if record.injected_on is None else of_day.format(f"{record.injected_on:{_DAY}}"),
        "site": "" if record.site is None else from_site.format(record.site),
        "received": f"{received:{_DAY}}",
        "due": f"{received + timedelta(hours=ANSWER_HOURS):{_DAY} %H:%M} UTC",
        "causes": " ".join(words_of(one.code, language) for one in record.causes),
    }
