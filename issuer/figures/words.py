"""The words of the columns of figures, in Vietnamese and English."""

from typing import Final

__all__ = ["column_words", "figure_words"]

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "unit": ("đơn vị", "unit"),
    "name": ("tên", "name"),
    "stage": ("giai đoạn", "stage"),
    "queue": ("hàng chờ", "queue"),
    "records": ("bản ghi", "records"),
    "doses": ("mũi tiêm", "doses"),
    "persons": ("người", "persons"),
    "requests": ("yêu cầu", "requests"),
    "historical": ("nhập bù", "back-loads"),
    "median_days": ("trung vị (ngày)", "median days"),
    "longest_days": ("lâu nhất (ngày)", "longest"),
    "oldest_at": ("cũ nhất từ", "oldest since"),
    "state": ("trạng thái", "state"),
    "reason": ("lý do", "reason"),
    "day": ("ngày", "day"),
    "product": ("vắc xin", "product"),
    "colour": ("màu", "colour"),
    "open": ("đang mở", "open"),
    "overdue": ("quá 48 giờ", "past 48 h"),
    "closed": ("đã xong", "closed"),
    "in_time": ("xong đúng hạn", "closed in time"),
}


def column_words(column: str, language: str) -> str:
    """What stands above a column; a column such as `within_7` is told by its number of days."""
    vi, en = _WORDS.get(column) or _within(column)
    return {"vi": vi, "en": en}[language]


def _within(column: str) -> tuple[str, str]:
    days = column.removeprefix("within_")
    return f"% ≤{days} ngày", f"% ≤{days} d"


_FIGURES: Final[dict[str, tuple[str, str]]] = {
    "lateness": ("Số ngày chậm theo giai đoạn", "How late records are, by stage"),
    "backlog": ("Đang chờ", "What waits"),
    "reasons": ("Lý do từ chối, chờ và lưu ý", "Why records are refused, wait or are flagged"),
    "doses": ("Mũi tiêm được tính", "Doses that count"),
    "persons": ("Số người theo màu", "Persons by colour"),
    "corrections": ("Yêu cầu đính chính", "Correction requests"),
    "more": ("còn {} dòng nữa", "{} more rows are not drawn"),
}


def figure_words(figure: str, language: str) -> str:
    """The title of a figure; `more` says how many rows a picture leaves out."""
    vi, en = _FIGURES[figure]
    return {"vi": vi, "en": en}[language]
