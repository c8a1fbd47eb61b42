"""The sentences of the answer to "why has this person no green?", in Vietnamese and English."""

from datetime import timedelta, timezone
from typing import Final

from issuer.figures.days import LOCAL_TIME
from issuer.reason_words import words_of
from issuer.register.models import CertificateState, RecordState
from issuer.why import Answer, Because, RecordSeen, Statement
from keys.times import to_datetime

__all__ = ["statement_words"]

_EN: Final[dict[Because, str]] = {
    Because.COMPLETE: "The course is complete, {doses}: certificate {certificate} is green.",
    Because.COMPLETE_SOON: "The course is complete, {doses}. The green certificate is made with "
    "the next run of issuing.",
    Because.STARTED: "{doses} doses count. No record of a further dose counts yet. If one was "
    "given, the site that gave it has to send its record, or the person asks for a correction.",
    Because.WAITING: "A record{day}{site} came on {received} and waits for somebody to look at it, "
    "by {due} at the latest. {causes}",
    Because.REFUSED: "A record{day}{site} came on {received}, was refused and does not count. "
    "{causes} What is wrong in it, its site has to mend and send again.",
    Because.WITHDRAWN: "A record{day}{site} came on {received} and was taken back, so it does not "
    "count. If the dose was given, the site has to send its record, or the person asks for a "
    "correction.",
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
    Because.COMPLETE: "Đã tiêm đủ liều, {doses}: chứng nhận {certificate} màu xanh.",
    Because.COMPLETE_SOON: "Đã tiêm đủ liều, {doses}. Chứng nhận xanh sẽ có trong lần cấp tới.",
    Because.STARTED: "Mới có {doses} mũi được tính. Chưa có bản ghi nào của mũi tiếp theo được "
    "tính. Nếu đã tiêm, cơ sở tiêm phải gửi bản ghi, hoặc người dân gửi yêu cầu đính chính.",
    Because.WAITING: "Một bản ghi{day}{site} nhận ngày {received} đang chờ xác thực, chậm nhất đến "
    "{due}. {causes}",
    Because.REFUSED: "Một bản ghi{day}{site} nhận ngày {received} không được nhận nên không được "
    "tính. {causes} Nếu có sai sót, cơ sở tiêm phải sửa và gửi lại.",
    Because.WITHDRAWN: "Một bản ghi{day}{site} nhận ngày {received} đã bị rút lại nên không được "
    "tính. Nếu đã tiêm, cơ sở tiêm phải gửi bản ghi, hoặc người dân gửi yêu cầu đính chính.",
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
_DECIDED: Final = {
    "en": "A record{day}{site} came on {received}. Somebody looked at it and refused it; the site "
    "or its health office tells why. If the dose was given, the person asks for a correction.",
    "vi": "Một bản ghi{day}{site} nhận ngày {received} đã được xem xét và bị từ chối; cơ sở tiêm "
    "hoặc cơ quan y tế cho biết lý do. Nếu đã tiêm, người dân gửi yêu cầu đính chính.",
}
"""Of a record that could be read, and that a person refused: its reason may name people."""
_OLDER: Final = {
    CertificateState.SUPERSEDED: {
        "en": " An older code still passes and may look yellow; hand over the newest one.",
        "vi": " Mã cũ vẫn có giá trị và có thể còn màu vàng; hãy đưa mã mới nhất.",
    },
    CertificateState.REVOKED: {
        "en": " An older code is refused; hand over the newest one.",
        "vi": " Mã cũ không còn giá trị; hãy đưa mã mới nhất.",
    },
}
_OF: Final = {"en": (" of {}", " from {}"), "vi": (" ngày tiêm {}", " từ {}")}
_DAY: Final = "%d/%m/%Y"
_TIME: Final = {"en": "%d/%m/%Y %H:%M in Vietnam", "vi": "%d/%m/%Y %H:%M giờ Việt Nam"}
_VIETNAM: Final = timezone(timedelta(seconds=LOCAL_TIME))


def statement_words(statement: Statement, answer: Answer, language: str) -> str:
    """One sentence of an answer; days and times are Vietnam's, written as people there do."""
    course = answer.course
    words = _WORDS[language][statement.because]
    waits = any(one.state is RecordState.REVIEW for one in answer.records)
    if statement.because is Because.STARTED and waits:
        words = _ONE_WAITS[language]
    if statement.because is Because.REFUSED and statement.record and not statement.record.causes:
        words = _DECIDED[language]
    said = words.format(
        doses="0" if course is None else f"{len(course.doses)}/{course.doses_needed}",
        certificate=statement.certificate,
        **({} if statement.record is None else _record_words(statement.record, language)),
    )
    if statement.older is not None:
        said += _OLDER[statement.older][language]
    return " ".join(said.split())


def _record_words(record: RecordSeen, language: str) -> dict[str, str]:
    of_day, from_site = _OF[language]
    received = to_datetime(record.received_at).astimezone(_VIETNAM)
    due = to_datetime(record.due_at).astimezone(_VIETNAM)
    return {
        "day": "" if record.injected_on is None else of_day.format(f"{record.injected_on:{_DAY}}"),
        "site": "" if record.site is None else from_site.format(record.site),
        "received": f"{received:{_DAY}}",
        "due": f"{due:{_TIME[language]}}",
        "causes": " ".join(words_of(one.code, language) for one in record.causes),
    }
