"""The page's own words in both languages; those of verdicts and of every screen stand in spec."""

from collections.abc import Mapping
from typing import Final

__all__ = ["WORDS"]

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "vi": {
        "title": "Kiểm tra chứng nhận tiêm chủng",
        "other_language": "English",
        "sound": "Âm báo",
        "camera": "Camera",
        "start_camera": "Bật camera",
        "stop_camera": "Tắt camera",
        "camera_privacy": "Hình chỉ dùng để đọc mã, không được lưu.",
        "which_camera": "Chọn camera",
        "ready": "Dán mã, chọn ảnh, hoặc dùng máy đọc mã.",
        "starting": "Đang bật camera …",
        "reading": "Đang đọc ảnh …",
        "camera_denied": "Trình duyệt không cho dùng camera. Cho phép trong cài đặt của trang này.",
        "camera_missing": "Máy này không có camera. Dán mã, chọn ảnh, hoặc dùng máy đọc mã.",
        "camera_busy": "Camera đang được chương trình khác dùng, hoặc bị tắt.",
        "insecure": "Camera chỉ dùng được qua https. Dán mã, chọn ảnh, hoặc dùng máy đọc mã.",
        "no_reader": "Trình duyệt này không đọc được mã từ camera và ảnh, và máy chủ không nhận "
        "ảnh. Dán mã, hoặc dùng máy đọc mã.",
        "no_script": "Trang này cần JavaScript.",
        "other_ways": "Cách khác",
        "text": "Dán mã, hoặc quét bằng máy đọc mã",
        "check": "Kiểm tra",
        "picture": "Chọn ảnh của mã QR",
        "key": "Khóa API",
        "key_help": "Chỉ giữ trong thẻ này của trình duyệt, đến khi đóng thẻ.",
        "key_use": "Dùng khóa này",
        "keys_age": "Khóa",
        "status_age": "Danh sách thu hồi",
        "next": "Người tiếp theo",
        "keep": "Giữ kết quả",
        "privacy": "Trang này không lưu gì về người mang chứng nhận.",
    },
    "en": {
        "title": "Check a vaccination certificate",
        "other_language": "Tiếng Việt",
        "sound": "Sound",
        "camera": "Camera",
        "start_camera": "Start the camera",
        "stop_camera": "Stop the camera",
        "camera_privacy": "Pictures are used to read the code and are not kept.",
        "which_camera": "Choose a camera",
        "ready": "Paste a code, choose a picture, or use a code reader.",
        "starting": "Starting the camera …",
        "reading": "Reading the picture …",
        "camera_denied": "The browser may not use the camera. Allow it in this page's settings.",
        "camera_missing": "This device has no camera. Paste the code, choose a picture, or use a "
        "code reader.",
        "camera_busy": "Another program uses the camera, or it is switched off.",
        "insecure": "The camera works over https only. Paste the code, choose a picture, or use a "
        "code reader.",
        "no_reader": "This browser cannot read codes from a camera or a picture, and the service "
        "takes no pictures. Paste the code, or use a code reader.",
        "no_script": "This page needs JavaScript.",
        "other_ways": "Other ways",
        "text": "Paste a code, or scan it with a code reader",
        "check": "Check",
        "picture": "Choose a picture of the QR code",
        "key": "API key",
        "key_help": "Kept in this tab of the browser only, until it is closed.",
        "key_use": "Use this key",
        "keys_age": "Keys",
        "status_age": "Revocation lists",
        "next": "Next person",
        "keep": "Keep the result",
        "privacy": "This page keeps nothing about the holder of a certificate.",
    },
}
