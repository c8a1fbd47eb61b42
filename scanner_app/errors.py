"""The errors of this floor: what the person at the scanner can mend."""

import importlib
from typing import ClassVar

from keys.errors import HintedError

__all__ = ["DisplayError", "EngineError", "SourceError", "require_opencv"]


class SourceError(HintedError):
    """The camera, file or folder that was asked for gives no pictures."""

    code: ClassVar[str] = "source"


class EngineError(HintedError):
    """No engine that reads QR codes is installed."""

    code: ClassVar[str] = "engine"


class DisplayError(HintedError):
    """There is no display to open a window on."""

    code: ClassVar[str] = "display"


def require_opencv() -> None:
    """Raise EngineError where OpenCV or NumPy is not installed, or cannot be loaded.

    To be called before anything that imports them.
    """
    try:
        importlib.import_module("cv2")
    except ImportError as error:
        raise EngineError(
            f"OpenCV cannot be loaded: {error}",
            hint="pip install 'dosepass[scanner]', and libGL (Debian: apt install libgl1)",
        ) from None
