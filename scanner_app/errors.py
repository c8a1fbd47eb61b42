"""The errors of this floor: what the person at the scanner can mend."""

from typing import ClassVar

from keys.errors import HintedError

__all__ = ["DisplayError", "EngineError", "SourceError"]


class SourceError(HintedError):
    """The camera, file or folder that was asked for gives no pictures."""

    code: ClassVar[str] = "source"


class EngineError(HintedError):
    """No engine that reads QR codes is installed."""

    code: ClassVar[str] = "engine"


class DisplayError(HintedError):
    """There is no display to open a window on."""

    code: ClassVar[str] = "display"
