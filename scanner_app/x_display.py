"""A connection of our own to an X display: it keeps the display awake and hears every key.

OpenCV's window gives one key for each look at it and drops those that came together, four of five
when a code reader types. A second connection that asks for the keys of the same window gets all.
"""

import ctypes
import os
import select
from collections.abc import Iterator
from ctypes.util import find_library
from functools import cache
from typing import Any, Final, Self

__all__ = ["XDisplay"]

_KEY_PRESS: Final = 2
_KEY_PRESS_MASK: Final = 1
_CARDINAL: Final = 6
_WINDOW: Final = 33
_CORNER: Final = (128, 96)
"""Width and height of the part of a window that is looked at, from its upper left corner."""
_ALL_PLANES: Final = 0xFFFF_FFFF
_Z_PIXMAP: Final = 2
_UNICODE_KEYSYM: Final = 0x0100_0000
"""Key symbols from here on are code points of Unicode."""
_NAMED: Final = {0xFF1B: "escape", 0xFF0D: "enter", 0xFF8D: "enter", 0xFF09: "enter"}
"""Escape, Return, the number pad's Enter, and Tab, with which some readers end a line."""


class _KeyEvent(ctypes.Structure):
    """XKeyEvent, padded to the size of any XEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("root", ctypes.c_ulong),
        ("subwindow", ctypes.c_ulong),
        ("time", ctypes.c_ulong),
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("x_root", ctypes.c_int),
        ("y_root", ctypes.c_int),
        ("state", ctypes.c_uint),
        ("keycode", ctypes.c_uint),
        ("same_screen", ctypes.c_int),
        ("padding", ctypes.c_long * 24),
    )


class XDisplay:
    """One connection; to be used by one thread at a time."""

    def __init__(self, library: Any, handle: int) -> None:
        self._x = library
        self._handle = handle

    @classmethod
    def open(cls) -> Self | None:
        """Connect to the display that DISPLAY names; None where there is none, or no libX11."""
        library = _library()
        handle = None if library is None else library.XOpenDisplay(None)
        return cls(library, handle) if handle else None

    def hear(self, title: str) -> bool:
        """Ask for the keys of this process's window with a title; False while there is none."""
        window = next(self._own_windows(self._x.XDefaultRootWindow(self._handle), title), None)
        if window is None:
            return False
        self._x.XSelectInput(self._handle, window, _KEY_PRESS_MASK)
        self._x.XFlush(self._handle)
        return True

    def is_black(self, title: str) -> bool:
        """Whether this process's window with a title shows nothing but black; False if unknown."""
        window = next(self._own_windows(self._x.XDefaultRootWindow(self._handle), title), None)
        if window is None:
            return False
        image = self._x.XGetImage(self._handle, window, 0, 0, *_CORNER, _ALL_PLANES, _Z_PIXMAP)
        if not image:
            return False
        width, height = _CORNER
        places = ((x, y) for y in range(0, height, 4) for x in range(0, width, 4))
        black = not any(self._x.XGetPixel(image, x, y) & 0xFF_FFFF for x, y in places)
        self._x.XDestroyImage(image)
        return black

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the screen in pixels."""
        return (self._x.XDisplayWidth(self._handle, 0), self._x.XDisplayHeight(self._handle, 0))

    @property
    def managed(self) -> bool:
        """Whether a window manager runs, which is who fills screens with windows."""
        root = self._x.XDefaultRootWindow(self._handle)
        return self._number(root, b"_NET_SUPPORTING_WM_CHECK", _WINDOW) is not None

    def keys(self, timeout: float) -> Iterator[str]:
        """Give the keys pressed, after waiting for the first one at most `timeout` seconds.

        A key is a character, or `enter` or `escape`.
        """
        if not self._x.XPending(self._handle):
            select.select([self._x.XConnectionNumber(self._handle)], [], [], timeout)
        event, text, symbol = _KeyEvent(), ctypes.create_string_buffer(16), ctypes.c_ulong()
        while self._x.XPending(self._handle):
            self._x.XNextEvent(self._handle, ctypes.byref(event))
            if event.type != _KEY_PRESS:
                continue
            length = self._x.XLookupString(
                ctypes.byref(event), text, len(text), ctypes.byref(symbol), None
            )
            key = _key_of(text.raw[: max(0, length)], symbol.value)
            if key is not None:
                yield key

    def close(self) -> None:
        """End the connection."""
        if self._handle:
            self._x.XCloseDisplay(self._handle)
            self._handle = 0

    def _own_windows(self, parent: int, title: str) -> Iterator[int]:
        """Walk through all windows below a parent: a window manager puts frames around them."""
        for window in self._children(parent):
            if self._title(window) == title and self._process(window) == os.getpid():
                yield window
            yield from self._own_windows(window, title)

    def _children(self, parent: int) -> list[int]:
        root, above, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        found = ctypes.POINTER(ctypes.c_ulong)()
        places = (ctypes.byref(place) for place in (root, above, found, count))
        if not self._x.XQueryTree(self._handle, parent, *places) or not found:
            return []
        children = found[: count.value]
        self._x.XFree(found)
        return children

    def _title(self, window: int) -> str:
        name = ctypes.c_void_p()
        if not self._x.XFetchName(self._handle, window, ctypes.byref(name)) or not name:
            return ""
        title = ctypes.string_at(name.value or 0).decode("utf-8", "replace")
        self._x.XFree(name)
        return title

    def _process(self, window: int) -> int | None:
        return self._number(window, b"_NET_WM_PID", _CARDINAL)

    def _number(self, window: int, name: bytes, wanted: int) -> int | None:
        """Read a property of 32 bits; None where there is none."""
        atom = self._x.XInternAtom(self._handle, name, 1)
        if not atom:
            return None
        kind, width, count = ctypes.c_ulong(), ctypes.c_int(), ctypes.c_ulong()
        rest, value = ctypes.c_ulong(), ctypes.POINTER(ctypes.c_ulong)()
        places = (ctypes.byref(place) for place in (kind, width, count, rest, value))
        self._x.XGetWindowProperty(self._handle, window, atom, 0, 1, 0, wanted, *places)
        if not value:
            return None
        number = value[0] & 0xFFFF_FFFF if count.value else None
        self._x.XFree(value)
        return number


def _key_of(text: bytes, symbol: int) -> str | None:
    if symbol in _NAMED:
        return _NAMED[symbol]
    if symbol > _UNICODE_KEYSYM:
        return chr(symbol - _UNICODE_KEYSYM)
    letters = text.decode("latin-1")
    return letters if len(letters) == 1 and letters.isprintable() else None


_NO_EXIT: Final = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda _, __: 0)
"""Takes errors: by itself libX11 ends the process when a window closes while it is being asked."""


@cache
def _library() -> Any:
    """Load libX11, which every desktop with libGL has; None elsewhere."""
    path = find_library("X11")
    try:
        library = ctypes.CDLL(path or "libX11.so.6")
    except OSError:
        return None
    handle, window, place = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p
    library.XOpenDisplay.restype = handle
    library.XGetImage.restype = ctypes.c_void_p
    library.XGetPixel.restype = ctypes.c_ulong
    library.XDefaultRootWindow.restype = window
    library.XInternAtom.restype = ctypes.c_ulong
    for name, arguments in {
        "XOpenDisplay": [ctypes.c_char_p],
        "XCloseDisplay": [handle],
        "XConnectionNumber": [handle],
        "XDefaultRootWindow": [handle],
        "XDisplayHeight": [handle, ctypes.c_int],
        "XDisplayWidth": [handle, ctypes.c_int],
        "XFetchName": [handle, window, place],
        "XDestroyImage": [place],
        "XFlush": [handle],
        "XGetImage": [
            handle, window, *[ctypes.c_int] * 2, *[ctypes.c_uint] * 2, ctypes.c_ulong, ctypes.c_int,
        ],
        "XGetPixel": [place, ctypes.c_int, ctypes.c_int],
        "XFree": [place],
        "XGetWindowProperty": [
            handle, window, ctypes.c_ulong, ctypes.c_long, ctypes.c_long, ctypes.c_int,
            ctypes.c_ulong, *[place] * 5,
        ],
        "XInternAtom": [handle, ctypes.c_char_p, ctypes.c_int],
        "XLookupString": [place, ctypes.c_char_p, ctypes.c_int, place, place],
        "XNextEvent": [handle, place],
        "XPending": [handle],
        "XQueryTree": [handle, window, *[place] * 4],
        "XSelectInput": [handle, window, ctypes.c_long],
    }.items():  # fmt: skip
        getattr(library, name).argtypes = arguments
    library.XSetErrorHandler.restype = ctypes.c_void_p
    library.XSetErrorHandler(_NO_EXIT)
    return library
