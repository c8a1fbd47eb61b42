"""The words of the columns of figures, in Vietnamese and English."""

from typing import Final

__all__ = ["cell_words", "column_words", "figure_words", "number_words"]

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


_CELLS: Final[dict[tuple[str, str], str]] = {
    ("stage", "received"): "tiêm đến nhận",
    ("stage", "validated"): "nhận đến xác thực",
    ("stage", "certified"): "xác thực đến cấp",
    ("queue", "review"): "chờ xác thực",
    ("queue", "certificate"): "chờ cấp chứng nhận",
    ("state", "accepted"): "được tính",
    ("state", "review"): "chờ xác thực",
    ("state", "refused"): "bị từ chối",
    ("colour", "yellow"): "vàng",
    ("colour", "green"): "xanh",
}


def cell_words(column: str, cell: str, language: str) -> str:
    """A cell as people read it: the codes of stages, states and colours are English words."""
    return _CELLS.get((column, cell), cell) if language == "vi" else cell


def number_words(number: float, language: str) -> str:
    """A number as it is written: 1,922.5 in English, 1.922,5 in Vietnamese."""
    written = f"{number:,.10g}"
    return written.translate(_VIETNAMESE_MARKS) if language == "vi" else written


_VIETNAMESE_MARKS: Final = str.maketrans(",.", ".,")


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
    "nothing": ("không có gì", "nothing"),
    "more": ("còn {} dòng nữa", "{} more rows are not drawn"),
}


def figure_words(figure: str, language: str) -> str:
    """The title of a figure; `more` says how many rows a picture leaves out, `nothing` none."""
    vi, en = _FIGURES[figure]
    return {"vi": vi, "en": en}[language]
