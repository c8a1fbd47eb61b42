"""The text in the QR code (specification, section 3): a prefix and Base45."""

from typing import Final

from spec import base45
from spec.errors import MalformedError, NotACertificateError
from spec.limits import MAX_TEXT_LENGTH

__all__ = ["PREFIX", "from_text", "recognise", "to_text"]

PREFIX: Final = "DP1:"
"""`DP` for dosepass, `1` for this version of the format."""


def to_text(message: bytes) -> str:
    """Spell a COSE_Sign1 message as QR text; raises MalformedError if it would be too long."""
    text = PREFIX + base45.encode(message)
    if len(text) > MAX_TEXT_LENGTH:
        raise MalformedError(f"QR text: longer than {MAX_TEXT_LENGTH} characters")
    return text


def recognise(text: str) -> str:
    """Tell a certificate from any other code and give what follows the prefix.

    Raises NotACertificateError for a text that is somebody else's, MalformedError for one of ours
    that is too long.
    """
    if not text.startswith(PREFIX):
        raise NotACertificateError("QR text: does not start with DP1:")
    if len(text) > MAX_TEXT_LENGTH:
        raise MalformedError(f"QR text: longer than {MAX_TEXT_LENGTH} characters")
    return text[len(PREFIX) :]


def from_text(text: str) -> bytes:
    """Read the COSE_Sign1 message out of a QR text; raises as `recognise` and `base45.decode`."""
    return base45.decode(recognise(text))
