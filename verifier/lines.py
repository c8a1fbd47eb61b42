"""Cuts a stream of bytes into lines, of which none takes more memory than it may."""

from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from keys.serving.body import read_some

__all__ = ["EAGER", "STEADY", "NumberedLine", "read_lines"]

EAGER: Final = 64
"""Bytes that are asked for at a time where answers must not wait: a read gives back only what was
asked for, or the end. A line is known at the latest when so many bytes came after it."""
STEADY: Final = 16_384
"""The same where all of a body is known to come."""


class NumberedLine(NamedTuple):
    """A line without its end, and where it stands."""

    number: int
    """From 1 on; empty lines count, and are not given."""
    content: bytes | None
    """None for a line that is too long; it was passed over."""


def read_lines(stream: BinaryIO, longest: int, piece: int) -> Iterator[list[NumberedLine]]:
    """Give the lines that each read of `piece` bytes completed; raises ProblemError.

    A line ends with LF or CR LF, the last one also with the stream. Never more than `longest` bytes
    and a piece are kept.
    """
    number = 1
    rest = b""
    skipping = False
    while data := read_some(stream, piece):
        *whole, rest = (rest + data).split(b"\n")
        lines: list[NumberedLine] = []
        for content in whole:
            line = _line(number, content, longest, skipping)
            if line is not None:
                lines.append(line)
            number, skipping = number + 1, False
        if len(rest) > longest + 1:  # a CR may be the last
            rest, skipping = b"", True
        if lines:
            yield lines
    last = _line(number, rest, longest, skipping)
    if last is not None:
        yield [last]


def _line(number: int, content: bytes, longest: int, skipping: bool) -> NumberedLine | None:
    content = content.removesuffix(b"\r")
    if skipping or len(content) > longest:
        return NumberedLine(number, None)
    return NumberedLine(number, content) if content.strip() else None
