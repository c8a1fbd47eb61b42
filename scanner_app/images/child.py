"""The process that reads pictures: `python -m scanner_app.images.child FD`, started by its parent.

What strangers send meets native code here: PNG, JPEG and PDF libraries and three engines. So this
process is bounded by the kernel in time, memory and files, and may die at any byte; its parent
starts another one. It lives until its parent closes the line.
"""

import json
import os
import resource
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any, Final

from verifier.pictures import MAX_PICTURE, PictureTooLargeError, UnreadablePictureError

__all__ = ["ERRORS", "MAX_SECONDS", "main", "too_long"]

MAX_SECONDS: Final = 8.0
"""For one picture: all engines take 6 for the noisiest one within the bounds, and some shapes made
for it keep them busy for ever."""

_MEMORY: Final = 1_610_612_736
"""Bytes of addresses: libraries map 350 million at rest, the largest picture takes 400 more."""
_NICE: Final = 5
"""Pictures give way to texts, which take a hundredth of the time."""

ERRORS: Final = (UnreadablePictureError, PictureTooLargeError)


def main() -> None:
    """Read pictures from the line whose descriptor is given until it is closed."""
    _confine()
    with Connection(int(sys.argv[1])) as line:
        signal.setitimer(signal.ITIMER_REAL, MAX_SECONDS)  # a start that hangs ends too
        read = _reader()
        try:
            while True:
                signal.setitimer(signal.ITIMER_REAL, 0)
                line.poll(None)
                # Its default action ends the process, also in the middle of native code.
                signal.setitimer(signal.ITIMER_REAL, MAX_SECONDS)
                line.send_bytes(json.dumps(read(line.recv_bytes(MAX_PICTURE))).encode())
        except (EOFError, OSError):
            return


def too_long() -> PictureTooLargeError:
    """The error for a picture on which the process ended."""
    return PictureTooLargeError(
        f"Send a smaller picture, or the code cut out of it: reading took over {MAX_SECONDS:.0f} s."
    )


def _confine() -> None:
    """Bound memory, forbid files and dumps of memory: a picture never touches the disk."""
    for kind, bound in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (bound, bound))
    os.nice(_NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the line
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})


def _reader() -> Any:
    """Load the libraries, and give the function that reads one picture."""
    import cv2

    from scanner_app.cascade import EVERY_MISS, Cascade
    from scanner_app.decoders import available_decoders
    from scanner_app.images.loading import pages_of

    cv2.setNumThreads(1)
    cascade = Cascade(available_decoders()[0], effort=EVERY_MISS)

    def read(data: bytes) -> dict[str, Any]:
        try:
            pages = [
                list(dict.fromkeys(code.text for code in cascade.look(page).codes))
                for page in pages_of(data)
            ]
        except ERRORS as error:
            return {"error": error.code, "detail": str(error)}
        except MemoryError:
            return {"error": PictureTooLargeError.code, "detail": "Send a smaller picture."}
        return {"pages": pages}

    return read


if __name__ == "__main__":
    main()
