"""Numbers as people read them to each other: Crockford's base 32 with a check digit. Pure.

The digits have no I, L, O or U to be misread. The check digit follows the Luhn rule in base 32: it
finds every single wrong digit and nearly every exchange of two neighbours.
"""

from typing import Final

__all__ = ["grouped", "read_digits", "to_digits"]

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)} | {"I": 1, "L": 1, "O": 0}
"""The three letters that people write for digits are read as those digits."""
_BASE: Final = len(_DIGITS)
_GROUP: Final = 4


def to_digits(number: int, length: int) -> str:
    """Write a number in so many digits and a check digit."""
    values = [number >> 5 * place & 31 for place in reversed(range(length))]
    return "".join(_DIGITS[value] for value in [*values, _check_value(values)])


def grouped(digits: str) -> str:
    """Put a hyphen after the first four digits."""
    return f"{digits[:_GROUP]}-{digits[_GROUP:]}"


def read_digits(text: str, length: int) -> int | None:
    """Read so many digits and the check digit; None when that does not hold.

    Raises ValueError for a text that is not so many digits.
    """
    if len(text) != length + 1 or any(digit not in _VALUES for digit in text):
        raise ValueError("not so many digits")
    *values, check = (_VALUES[digit] for digit in text)
    if check != _check_value(values):
        return None
    return sum(value << 5 * place for place, value in enumerate(reversed(values)))


def _check_value(values: list[int]) -> int:
    """The Luhn check digit in base 32: every second digit, from the last, counts twice."""
    doubled = [2 * value for value in values[::-2]]
    total = sum(value // _BASE + value % _BASE for value in doubled) + sum(values[-2::-2])
    return -total % _BASE
