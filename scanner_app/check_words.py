"""What the check before a shift says, in both languages: what is so, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["WORDS", "CheckWords", "Topic"]


class Topic(StrEnum):
    """What is looked at, in this order."""

    ENGINES = "engines"
    CAMERA = "camera"
    TRUST = "trust"
    CLOCK = "clock"
    DISPLAY = "display"
    SOUND = "sound"
    HOOKS = "hooks"
    COUNTS = "counts"


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckWords:
    """The words of one language."""

    levels: Mapping[str, str]
    topics: Mapping[Topic, str]
    sentences: Mapping[str, str]
    ends: tuple[str, str, str]
    """By exit code: all is well, worth a look, could not work."""

    @property
    def width(self) -> int:
        """Characters of the longest level."""
        return max(map(len, self.levels.values()))


WORDS: Final = {
    "vi": CheckWords(
        levels={"fine": "TỐT", "warning": "LƯU Ý", "failed": "LỖI"},
        topics={
            Topic.ENGINES: "Bộ đọc mã",
            Topic.CAMERA: "Camera",
            Topic.TRUST: "Dữ liệu tin cậy",
            Topic.CLOCK: "Giờ máy",
            Topic.DISPLAY: "Màn hình",
            Topic.SOUND: "Âm thanh",
            Topic.HOOKS: "Lệnh của cổng",
            Topic.COUNTS: "Số đếm",
        },
        sentences={
            "engines": "đủ cả: {}",
            "few_engines": "thiếu {}, sẽ đọc được ít mã hơn. Nhờ kỹ thuật viên cài thêm.",
            "no_engine": "không có bộ đọc nào. Cài lại: pip install 'dosepass[scanner]'.",
            "light": "có hình và đủ sáng ({})",
            "other_mode": "có hình, nhưng chế độ khác yêu cầu ({}). Có thể đọc chậm hơn.",
            "dark": "quá tối. Bật đèn, hoặc tháo nắp ống kính.",
            "covered": "chỉ thấy một màu. Tháo nắp hoặc lau ống kính.",
            "no_camera": "không mở được. Cắm lại, đóng chương trình khác đang dùng camera; "
            "--list-cameras cho xem tên.",
            "no_pictures": "không có hình. Cắm lại, hoặc đổi cổng USB.",
            "fresh": "còn hạn ({})",
            "ends_soon": "chỉ còn hạn {} giờ. Cập nhật trước khi vào ca.",
            "stale": "{}",
            "nobody": "{}",
            "no_trust": "không dùng được: {}. Tải bằng dosepass-keys fetch.",
            "clock": "{}, so với đồng hồ trên tường",
            "clock_behind": "{} là quá khứ. Chỉnh lại ngày giờ rồi kiểm tra lại.",
            "display": "mở được cửa sổ ({})",
            "no_display": "không mở được cửa sổ. Đăng nhập vào màn hình nền, hoặc dùng --headless.",
            "sound": "vừa phát âm thanh bằng {}. Không nghe thấy? Tăng âm lượng.",
            "no_sound": "không phát được. Cài pulseaudio-utils, pipewire-bin hoặc alsa-utils.",
            "hook": "có {}",
            "no_hook": "{}",
            "counts": "ghi được vào {}",
            "no_counts": "không ghi được vào {}. Chọn thư mục khác cho --counts.",
        },
        ends=(
            "Sẵn sàng.",
            "Dùng được, nhưng hãy xem các mục LƯU Ý.",
            "Chưa dùng được: sửa các mục LỖI rồi kiểm tra lại.",
        ),
    ),
    "en": CheckWords(
        levels={"fine": "FINE", "warning": "NOTE", "failed": "FAILED"},
        topics={
            Topic.ENGINES: "Code readers",
            Topic.CAMERA: "Camera",
            Topic.TRUST: "Trust data",
            Topic.CLOCK: "Clock",
            Topic.DISPLAY: "Display",
            Topic.SOUND: "Sound",
            Topic.HOOKS: "Gate commands",
            Topic.COUNTS: "Counts",
        },
        sentences={
            "engines": "all are here: {}",
            "few_engines": "{} is missing, fewer codes will be read. Have it installed.",
            "no_engine": "none is here. Install again: pip install 'dosepass[scanner]'.",
            "light": "it sees light ({})",
            "other_mode": "it sees light, but in another mode ({}). Reading may be slower.",
            "dark": "it is too dark. Put a light on, or take the cap off.",
            "covered": "it sees one colour only. Take the cap off, or wipe the lens.",
            "no_camera": "it cannot be opened. Plug it in again, close what else uses it; "
            "--list-cameras names all.",
            "no_pictures": "it gives no pictures. Plug it in again, or into another socket.",
            "fresh": "fresh ({})",
            "ends_soon": "they end in {} hours. Refresh them before the shift.",
            "stale": "{}",
            "nobody": "{}",
            "no_trust": "none can be used: {}. Fetch them with dosepass-keys fetch.",
            "clock": "{}: compare with a clock on the wall",
            "clock_behind": "{} is in the past. Set date and time, then check again.",
            "display": "a window can be opened ({})",
            "no_display": "no window can be opened. Log in to the desktop, or use --headless.",
            "sound": "a tone was played by {}. Nothing heard? Turn the volume up.",
            "no_sound": "nothing plays it. Install pulseaudio-utils, pipewire-bin or alsa-utils.",
            "hook": "{} is there",
            "no_hook": "{}",
            "counts": "{} can be written",
            "no_counts": "{} cannot be written. Choose another folder for --counts.",
        },
        ends=(
            "Ready.",
            "It works, but look at each NOTE.",
            "Not ready: mend each FAILED, then check again.",
        ),
    ),
}
