"""The number of a correction request: random, and with a check digit for whoever reads it aloud."""

import secrets
from typing import ClassVar, Final

from keys.errors import HintedError
from spec.checked_digits import grouped, read_digits, to_digits

__all__ = ["RequestNumberError", "new_number", "parse_number"]

_PREFIX: Final = "YC"
"""Yêu cầu: a request."""
_LENGTH: Final = 7
_BITS: Final = 35
"""Nobody comes upon another's request by guessing: of a million requests, one in 34,000 numbers."""


class RequestNumberError(HintedError):
    """A text is no number of a request."""

    code: ClassVar[str] = "request_number"

    def __init__(self) -> None:
        super().__init__(
            "that is no number of a correction request",
            hint="it looks like YC-7K2M-9Q4X; compare every character",
        )


def new_number() -> str:
    """A number that nobody can foresee."""
    return f"{_PREFIX}-{grouped(to_digits(secrets.randbits(_BITS), _LENGTH))}"


def parse_number(text: str) -> str:
    """A number as it is stored, from any usual spelling. Raises RequestNumberError."""
    prefix, *groups = "-".join(text.upper().split()).split("-")
    try:
        number = read_digits("".join(groups), _LENGTH)
    except ValueError:
        number = None
    if prefix != _PREFIX or number is None:
        raise RequestNumberError
    return f"{_PREFIX}-{grouped(to_digits(number, _LENGTH))}"
