"""Reads codes out of pictures, without knowing how: the engines are found through an entry point.

They belong to the scanner, a floor above. It is reached by a plug-in found by its name, so that the
floors hold and a service that takes no pictures carries no OpenCV (ADR 0014).
"""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import ClassVar, Final, Protocol, TypeAlias

from keys.errors import HintedError
from spec.errors import DosepassError

__all__ = [
    "MAX_PICTURE",
    "Pages",
    "PictureReader",
    "PictureTooLargeError",
    "ReaderBusyError",
    "ReaderMissingError",
    "UnreadablePictureError",
    "open_reader",
]

MAX_PICTURE: Final = 8_388_608
"""Bytes of a picture's file: a photograph of a telephone has 2 to 5 million."""

_GROUP: Final = "dosepass.pictures"
_NAME: Final = "reader"

Pages: TypeAlias = list[list[str]]
"""The texts of the codes on each page, each once; a picture is one page."""


class UnreadablePictureError(DosepassError):
    """The bytes are no sound picture; the message says what a client should change."""

    code: ClassVar[str] = "unreadable_picture"


class PictureTooLargeError(DosepassError):
    """The picture asks for more pixels, pages or time than it gets; the message says what to do."""

    code: ClassVar[str] = "picture_too_large"


class ReaderBusyError(DosepassError):
    """Other pictures are being read, and waiting for them would take too long."""

    code: ClassVar[str] = "reader_busy"


class ReaderMissingError(HintedError):
    """No plug-in that reads pictures is installed, or it cannot be loaded."""

    code = "reader_missing"


class PictureReader(Protocol):
    """Reads one picture after another, each in bounded time and memory; safe for many threads."""

    def read(self, picture: bytes) -> Pages:
        """Give the texts of all QR codes in a PNG, JPEG or PDF file.

        Raises UnreadablePictureError, PictureTooLargeError or ReaderBusyError, and nothing else
        whatever the bytes are. Nothing of a picture is written to a disk.
        """
        ...

    def start(self) -> None:
        """Get ready, so that the first picture need not wait."""
        ...

    def close(self) -> None:
        """Give up what it holds, after the picture in work."""
        ...


_Opener: TypeAlias = Callable[[], PictureReader]


def open_reader() -> PictureReader:
    """Open the reader that is installed; raises ReaderMissingError."""
    try:
        (entry,) = entry_points(group=_GROUP, name=_NAME)
        opener: _Opener = entry.load()
        return opener()
    except (ValueError, ImportError) as error:
        raise ReaderMissingError(
            "pictures cannot be read here: the packages for it are not installed",
            hint="pip install 'dosepass[image]', or serve without pictures",
        ) from error
