"""The window on a desktop: OpenCV's, and the test whether there is a display at all."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Final, Protocol

import cv2

from scanner_app.decoders import Picture
from scanner_app.errors import DisplayError
from scanner_app.keyboard import Keyboard
from scanner_app.typing_hand import Stroke
from scanner_app.x_display import XDisplay

__all__ = ["Display", "Window", "require_display"]

_TITLE: Final = "dosepass"
_FIRST_SIZE: Final = (1280, 720)
_KEYS: Final = {27: "escape", 13: "enter", 9: "enter"}
_ASCII: Final = range(32, 127)
_PROBE: Final = "import cv2; cv2.namedWindow('probe'); cv2.destroyAllWindows()"
_PROBE_SECONDS: Final = 20
_LOOK_SECONDS: Final = 1.0
_MOST_LOOKS: Final = 10
"""Looks at whether a new window is painted at all, and the time between them."""


class Display(Protocol):
    """Where screens are shown and keys come from."""

    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        ...

    def show(self, picture: Picture) -> None:
        """Show a picture."""
        ...

    def strokes(self) -> Sequence[Stroke]:
        """The keys since the last call, in their order; those without a character count for none.

        Their times are those of `time.monotonic`.
        """
        ...

    def touch(self) -> tuple[float, float] | None:
        """Where the screen was touched since the last call, as shares of width and height."""
        ...

    def closed(self) -> bool:
        """Whether the person closed the window."""
        ...

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back to a window."""
        ...


class Window:
    """A window of OpenCV on a display that `require_display` gave."""

    def __init__(self, display: XDisplay | None = None) -> None:
        self._display = display
        self._full = False
        self._looks = _MOST_LOOKS
        self._look_at = time.monotonic() + _LOOK_SECONDS
        self._open()

    def _open(self) -> None:
        flags = cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL
        cv2.namedWindow(_TITLE, flags)
        cv2.resizeWindow(_TITLE, *_FIRST_SIZE)
        cv2.setMouseCallback(_TITLE, self._on_mouse)
        self._shown = False
        self._touched: tuple[float, float] | None = None
        self._keyboard = Keyboard(_TITLE)

    def size(self) -> tuple[int, int]:
        """Width and height of the picture's area; those of the start until it is on the screen."""
        _, _, width, height = cv2.getWindowImageRect(_TITLE)
        return (width, height) if width > 1 and height > 1 else _FIRST_SIZE

    def show(self, picture: Picture) -> None:
        """Show a picture; it appears at the next `strokes`."""
        cv2.imshow(_TITLE, picture)
        self._shown = True
        if self._looks and time.monotonic() >= self._look_at and picture[:96, :128].any():
            self._looks -= 1
            self._look_at = time.monotonic() + _LOOK_SECONDS
            self._open_if_black()

    def strokes(self) -> Sequence[Stroke]:
        """Let the window work for a moment and give the keys pressed meanwhile."""
        # The whole code: the lowest byte of an arrow key is that of a letter.
        code = cv2.waitKeyEx(1)
        if self._keyboard.hears:
            return self._keyboard.strokes()
        key = _KEYS.get(code) or (chr(code) if code in _ASCII else None)
        return [] if key is None else [Stroke(key, time.monotonic())]

    def touch(self) -> tuple[float, float] | None:
        """Give the last touch, or click of the left button, and forget it."""
        touched, self._touched = self._touched, None
        return touched

    def closed(self) -> bool:
        """Whether the window is gone."""
        return self._shown and cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) < 1

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back to a window."""
        self._full = not self._full
        mode = cv2.WINDOW_FULLSCREEN if self._full else cv2.WINDOW_NORMAL
        cv2.setWindowProperty(_TITLE, cv2.WND_PROP_FULLSCREEN, mode)
        if self._display is not None and not self._display.managed:
            cv2.moveWindow(_TITLE, 0, 0)
            cv2.resizeWindow(_TITLE, *(self._display.size if self._full else _FIRST_SIZE))

    def _open_if_black(self) -> None:
        """Open the window anew where Qt never paints it, as happens once in ten starts.

        Only on a display without a window manager, while the machine is busy; a second window was
        painted every time.
        """
        if self._display is None or not self._display.is_black(_TITLE):
            return
        self._keyboard.close()
        cv2.destroyWindow(_TITLE)
        self._open()
        if self._full:
            self._full = False
            self.toggle_full_screen()

    def _on_mouse(self, event: int, x: int, y: int, flags: int, param: object) -> None:
        """Take in an event in the pixels of the picture shown, which has the window's size."""
        del flags, param
        if event == cv2.EVENT_LBUTTONDOWN:
            width, height = self.size()
            self._touched = (x / width, y / height)

    def close(self) -> None:
        """Close the window."""
        self._keyboard.close()
        cv2.destroyAllWindows()


def require_display() -> XDisplay | None:
    """Raise DisplayError where no window can be opened.

    A library under OpenCV aborts the whole process when it finds no display, so a process of its
    own makes the attempt. An X server begins anew when its last client leaves, and a window opened
    meanwhile stays black: the connection given back is to be held for as long as the window.
    """
    hint = "use --headless for verdicts as lines of text"
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        raise DisplayError("there is no display to open a window on", hint=hint)
    held = XDisplay.open()
    try:
        subprocess.run(  # noqa: S603 - our own interpreter with a constant program
            [sys.executable, "-c", _PROBE], check=True, capture_output=True, timeout=_PROBE_SECONDS
        )
    except (subprocess.SubprocessError, OSError):
        raise DisplayError("no window can be opened on this display", hint=hint) from None
    return held
