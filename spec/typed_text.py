"""Repairs what keyboards and copying did to a text, where that is certain (specification, 3.1)."""

import re
from collections.abc import Iterator
from typing import Final

from spec import cbor
from spec.cose import CoseSign1
from spec.errors import DosepassError
from spec.qr_text import PREFIX, from_text

__all__ = ["repaired"]

_LONGEST: Final = 4096
"""Characters: three for each of the longest text, and some around it."""
_SPACES: Final = dict.fromkeys(
    (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000),
    " ",
)
"""Characters that stand where a space stood; none of them is in the alphabet."""
_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""The full-width forms that an input method makes of ASCII."""
_HIDDEN: Final = dict.fromkeys((0xFEFF, 0x200B, 0x2060, 0x00))
_PLAIN: Final = _SPACES | _WIDE | _HIDDEN
_SYMBOLOGY: Final = re.compile(r"\]Q[0-9]", re.ASCII)
"""The identifier of a QR code that some readers put in front (ISO/IEC 15424)."""
_ESCAPE: Final = re.compile(r"%([0-9A-F]{2})", re.ASCII)
_ESCAPED_SPACE: Final = "%20"


def repaired(text: str) -> str:
    """Give the one certificate that a typed text can have been, else the text itself.

    Certain is what follows from the alphabet of Base45 alone, and of escapes what one reading alone
    makes well-formed. The signature is judged afterwards, as ever.
    """
    if len(text) > _LONGEST or _is_well_formed(text):
        return text
    plain = text.translate(_PLAIN).strip(" ")
    plain = _SYMBOLOGY.sub("", plain, count=1) if plain.startswith("]") else plain
    found = {reading for reading in _readings(_capitals(plain)) if _is_well_formed(reading)}
    return found.pop() if len(found) == 1 else text


def _capitals(text: str) -> str:
    """ASCII capitals only: `ß` would become two letters, and `ı` another one."""
    return "".join(letter.upper() if "a" <= letter <= "z" else letter for letter in text)


def _readings(text: str) -> Iterator[str]:
    """The text as it is, with its spaces unescaped, and with everything unescaped."""
    yield text
    yield text.replace(_ESCAPED_SPACE, " ")
    yield _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)


def _is_well_formed(text: str) -> bool:
    if not text.startswith(PREFIX):
        return False
    try:
        cbor.decode(CoseSign1.from_cbor(from_text(text)).payload)
    except DosepassError:
        return False
    return True
