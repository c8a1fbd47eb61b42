"""Maps a file into memory, read-only: many processes share one copy, and no descriptor stays open.

Python's own `mmap` keeps a duplicate of the descriptor before version 3.13. A country has hundreds
of lists, and a process that maps an old and a new set of them would come near the usual limit of
1,024 open files; so the C library is asked directly.
"""

import ctypes
import mmap
import os
import weakref
from pathlib import Path
from typing import Final

__all__ = ["map_file"]

_LIBRARY: Final = ctypes.CDLL(None, use_errno=True)
_MAP: Final = _LIBRARY.mmap
_MAP.restype = ctypes.c_void_p
_MAP.argtypes = (
    ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long,
)  # fmt: skip
_UNMAP: Final = _LIBRARY.munmap
_UNMAP.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
_FAILED: Final = ctypes.c_void_p(-1).value


def map_file(path: Path) -> memoryview:
    """The bytes of a file, mapped as long as the view or a part of it is in use.

    The file must never be cut or overwritten, only replaced or removed. Raises OSError, also for an
    empty file.
    """
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        address = _MAP(None, size, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
    if address == _FAILED:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(path))
    pages = (ctypes.c_char * size).from_address(address)
    # The view holds `pages`, so nothing can be read any more when they are collected.
    weakref.finalize(pages, _UNMAP, address, size).atexit = False
    return memoryview(pages).cast("B").toreadonly()
