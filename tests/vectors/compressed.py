"""Cases of section 12.2: status list tokens whose list does not come out as it has to."""

import gzip
import zlib

from spec.status_list import STATUS_LIST_BYTES
from tests.vectors.deflate import deflated, zlib_wrapped
from tests.vectors.status_case import StatusCase, signed_token
from tests.vectors.tokens import BITS, LST, claims, refused

__all__ = ["cases"]


def cases() -> list[StatusCase]:
    """What does not give one whole list of 65536 bytes."""
    wrong = bytearray(LST)
    wrong[-1] ^= 1
    lists = {
        "lst-empty": ("Nothing to decompress.", b""),
        "lst-cut": ("The compressed list is cut short.", LST[: len(LST) // 2]),
        "lst-without-checksum": ("The checksum is missing.", LST[:-4]),
        "lst-checksum": ("The checksum is wrong.", bytes(wrong)),
        "lst-trailing-byte": ("A byte after the compressed list.", LST + b"\0"),
        "lst-twice": ("A second compressed list after the first.", LST + LST),
        "lst-raw": ("DEFLATE without the zlib format around it.", deflated(BITS)),
        "lst-gzip": ("DEFLATE in the gzip format.", _gzip()),
        "lst-dictionary": ("A preset dictionary is asked for.", b"\x78\xf9\0\0\0\1" + LST[2:]),
        "lst-not-deflate": ("The reserved kind of block.", b"\x78\xda\x07" + bytes(8)),
        "lst-too-short": ("A list of 65535 bytes.", zlib_wrapped(BITS[:-1])),
        "lst-too-long": ("A list of 65537 bytes.", zlib_wrapped(BITS + b"\0")),
        "lst-of-three-bytes": (
            "A list of twelve positions, as in the draft.",
            zlib_wrapped(b"\xc9\x44\xf9"),
        ),
        "lst-bomb": ("A megabyte of zeros in a few kilobytes.", zlib_wrapped(bytes(1_048_576))),
    }
    return refused(
        {name: (text, signed_token(claims(lst=lst))) for name, (text, lst) in lists.items()},
        cddl=True,
    )


def _gzip() -> bytes:
    head = gzip.compress(b"", mtime=0)[:10]
    checksum = zlib.crc32(BITS).to_bytes(4, "little")
    return head + deflated(BITS) + checksum + STATUS_LIST_BYTES.to_bytes(4, "little")
