"""Reads QR texts for the command line: from the argument itself, a file of lines, or stdin."""

import codecs
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from keys.errors import HintedError
from spec.qr_text import PREFIX

__all__ = ["MAX_LINE", "NumberedText", "TextsError", "read_texts"]

MAX_LINE: Final = 65_536
"""Bytes of one line: far more than any QR code holds (7,089 digits), far less than a disk image."""

_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_HINT: Final = f"a text starts with {PREFIX}; a file has one text a line; - reads standard input"


class TextsError(HintedError):
    """There is no text to check; the message never repeats what was given."""

    code = "texts"


class NumberedText(NamedTuple):
    """A text, and the line of the input that it stands on."""

    line: int
    text: str


def read_texts(argument: str, stdin: BinaryIO) -> Iterator[NumberedText]:
    """Give the texts that an argument means, each as soon as it is read.

    An argument that starts with the prefix of a certificate is a text, `-` is `stdin`, anything
    else a file. Empty lines are passed over. Raises TextsError or OSError.
    """
    if argument.startswith(PREFIX):
        yield NumberedText(1, argument.rstrip("\r\n"))
    elif argument == "-":
        yield from _lines(stdin)
    else:
        with _open(argument) as file:
            yield from _lines(file)


def _open(argument: str) -> BinaryIO:
    # A mistyped text is a file name too: it may hold somebody's name, so it is not repeated.
    neither = TextsError("no such file, and not a certificate's text", hint=_HINT)
    if not argument:
        raise neither
    try:
        return Path(argument).open("rb")
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENAMETOOLONG, errno.ENOTDIR):
            raise neither from None
        raise


def _lines(stream: BinaryIO) -> Iterator[NumberedText]:
    number = found = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        text = _text(line, number).rstrip("\r\n")
        if text:
            found += 1
            yield NumberedText(number, text)
    if not found:
        raise TextsError("the input is empty", hint=_HINT)


def _text(line: bytes, number: int) -> str:
    if number == 1:
        if line.startswith(_WIDE_MARKS):
            raise TextsError("the input is UTF-16 or UTF-32", hint="save it as UTF-8")
        line = line.removeprefix(codecs.BOM_UTF8)
    if b"\0" in line:
        raise TextsError(f"line {number} is not text", hint="give lines of text in UTF-8")
    if len(line) > MAX_LINE:
        raise TextsError(f"line {number} is longer than {MAX_LINE} bytes", hint=_HINT)
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise TextsError(f"line {number} is not UTF-8", hint="save the file as UTF-8") from None
