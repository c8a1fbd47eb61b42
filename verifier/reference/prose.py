"""Turns the prose of the description into HTML: the part of CommonMark that it uses, and no more.

Paragraphs, tables, **strong**, `code` and links. Whatever is between the marks is escaped, so
that no text can become markup by itself.
"""

import re
from collections.abc import Iterator
from typing import Final

from markupsafe import Markup, escape

__all__ = ["inline", "prose"]

_MARK: Final = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*|\[(?P<label>[^]]+)\]\((?P<address>https://[^)\s]+)\)"
)
_RULER: Final = re.compile(r"^\|(?:\s*:?-+:?\s*\|)+$")


def prose(text: str) -> Markup:
    """Blocks between empty lines, as paragraphs and tables."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return Markup("\n").join(_block(block.strip().splitlines()) for block in blocks if block)


def inline(text: str) -> Markup:
    """One run of text, without a paragraph around it."""
    return Markup("").join(_runs(" ".join(text.split())))


def _runs(text: str) -> Iterator[Markup]:
    end = 0
    for found in _MARK.finditer(text):
        yield escape(text[end : found.start()])
        yield _marked(found)
        end = found.end()
    yield escape(text[end:])


def _marked(found: re.Match[str]) -> Markup:
    if found["code"]:
        return Markup("<code>{}</code>").format(found["code"])
    if found["strong"]:
        return Markup("<strong>{}</strong>").format(inline(found["strong"]))
    return Markup('<a href="{}">{}</a>').format(found["address"], found["label"])


def _block(lines: list[str]) -> Markup:
    if len(lines) > 2 and _RULER.fullmatch(lines[1].strip()):
        return _table(lines)
    return Markup("<p>{}</p>").format(inline("\n".join(lines)))


def _table(lines: list[str]) -> Markup:
    head, rows = _cells(lines[0]), [_cells(line) for line in lines[2:]]
    titles = Markup("").join(Markup('<th scope="col">{}</th>').format(cell) for cell in head)
    body = Markup("").join(Markup("<tr>{}</tr>").format(_row(row)) for row in rows)
    return Markup(
        '<div class="wide" role="region" tabindex="0" aria-label="Table: {}">'
        "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(Markup(", ").join(cell.striptags() for cell in head), titles, body)


def _row(cells: list[Markup]) -> Markup:
    first, *others = cells
    return Markup('<th scope="row">{}</th>{}').format(
        first, Markup("").join(Markup("<td>{}</td>").format(cell) for cell in others)
    )


def _cells(line: str) -> list[Markup]:
    return [inline(cell) for cell in line.strip().strip("|").split("|")]
