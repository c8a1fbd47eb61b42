"""Texts that a spreadsheet computes: known where they come in, made harmless where they go out."""

import re
from typing import Final

__all__ = ["harmless", "is_formula"]

_ERROR: Final = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
"""What stands in a cell whose formula found nothing."""
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings by which a spreadsheet takes a text for a formula (OWASP, CSV Injection)."""


def is_formula(text: str) -> bool:
    """Tell whether a cell holds a formula, or the error that one left, instead of a value."""
    return text.startswith("=") or _ERROR.fullmatch(text) is not None


def harmless(text: str) -> str:
    """The text for a spreadsheet, which then computes nothing; a lone dash is left."""
    return f"'{text}" if text.startswith(_STARTS) and text != "-" else text
