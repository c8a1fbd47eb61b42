"""The door: any text or bytes of a code become an identity paper, or one of our errors."""

from typing import Final
from unicodedata import normalize

from spec.papers.bhyt import is_bhyt, read_bhyt
from spec.papers.cccd import is_cccd, read_cccd
from spec.papers.fields import paper_text
from spec.papers.paper import IdentityPaper, UnrecognisedPaperError
from spec.papers.unified import is_unified, read_unified

__all__ = ["read_paper"]

_KINDS: Final = ((is_cccd, read_cccd), (is_bhyt, read_bhyt), (is_unified, read_unified))


def read_paper(source: bytes | str) -> IdentityPaper:
    """Read the code of an identity card, an insurance card, or an app of 2021; raises PaperError.

    Give the bytes where a decoder has them: a text may have been guessed.
    """
    text = normalize("NFC", paper_text(source))
    fields = [field.strip() for field in text.split("|")]
    for recognises, read in _KINDS:
        if recognises(fields):
            return read(fields)
    raise UnrecognisedPaperError("identity paper: of no known form")
